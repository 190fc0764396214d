"""The two pictograms, drawn in vectors: a camera; a camera whose images software analyses.

They differ in shape, not only in colour, so that a reader who sees no colour can tell them apart.
Coordinates are in a square of 100 x 100, origin below left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

INK = "#14213d"
SIGNAL = "#ffb703"
WHITE = "#ffffff"


def draw(canvas: Canvas, x: float, y: float, side: float, algorithms: bool) -> None:
    """Draw in the square whose lower left corner is (x, y), `side` wide, in points."""
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(side / 100, side / 100)
    canvas.setFillColor(SIGNAL if algorithms else WHITE)
    canvas.roundRect(0, 0, 100, 100, 9, stroke=0, fill=1)
    canvas.setFillColor(INK)
    canvas.setStrokeColor(INK)
    if algorithms:
        canvas.saveState()
        canvas.translate(3, 29)
        canvas.scale(0.72, 0.72)
        _camera(canvas)
        canvas.restoreState()
        _chip(canvas)
    else:
        _camera(canvas)
    canvas.restoreState()


def _camera(canvas: Canvas) -> None:
    """A camera on a wall, looking down to the right."""
    canvas.roundRect(9, 22, 8, 48, 2, stroke=0, fill=1)
    canvas.setLineWidth(8)
    canvas.setLineCap(1)
    canvas.setLineJoin(1)
    path = canvas.beginPath()
    path.moveTo(15, 36)
    path.lineTo(36, 36)
    path.lineTo(43, 52)
    canvas.drawPath(path, stroke=1, fill=0)
    canvas.saveState()
    canvas.translate(50, 62)
    canvas.rotate(-22)
    canvas.roundRect(-29, -12, 54, 26, 4, stroke=0, fill=1)
    canvas.roundRect(-33, 10, 66, 8, 3, stroke=0, fill=1)
    canvas.roundRect(27.5, -8, 8, 18, 2, stroke=0, fill=1)
    canvas.restoreState()


def _chip(canvas: Canvas) -> None:
    """A chip, and the line that leads the images to it."""
    canvas.setLineWidth(3.4)
    canvas.setLineCap(1)
    for at in (0, 1, 2):
        offset = 60.5 + at * 8.5
        canvas.line(offset, 9, offset, 49)
        canvas.line(49, 17.5 + at * 8.5 + 3, 89, 17.5 + at * 8.5 + 3)
    canvas.roundRect(53, 13, 32, 32, 4, stroke=0, fill=1)
    canvas.setFillColor(SIGNAL)
    for at, high in enumerate((7, 12, 18)):
        canvas.rect(60 + at * 6.5, 20, 4.6, high, stroke=0, fill=1)
