"""The fixed parts of a poster's sheet: head, foot, draft band, QR code.

Measures are in points, from the lower left corner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contrejour.law.mandate import Text
from contrejour.papers import pictogram
from contrejour.papers.document import DRAFT
from contrejour.papers.notice import Notice
from contrejour.papers.typography import ALARM, BOLD, INK, PLAIN, paragraph, printable

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Paragraph

WIDE_PT, HIGH_PT = 595.28, 841.89
"""A4."""
MARGIN_PT = 42.0
HEAD_PT = 236.0
TEXT_PT = HEAD_PT - 56
"""Height of the text in the head."""
FOOT_PT = 44.0
BAND_PT = 30.0
QR_PT = 104.0
QUIET = "#4a5568"


def head(canvas: Canvas, told: Notice, language: str, top: float) -> None:
    """Pictogram, headline and place, on a field of ink."""
    canvas.setFillColor(INK)
    canvas.rect(0, top - HEAD_PT, WIDE_PT, HEAD_PT, stroke=0, fill=1)
    side = HEAD_PT - 2 * MARGIN_PT
    pictogram.draw(canvas, MARGIN_PT, top - MARGIN_PT - side, side, told.algorithms)
    x = MARGIN_PT + side + 26
    width = WIDE_PT - MARGIN_PT - x
    headline = paragraph(told.headline, language, 44, bold=True, colour="#ffffff", after=10)
    _, high = headline.wrap(width, 1e6)
    title, title_high = _title(told, language, width, TEXT_PT - high - 10)
    y = top - (HEAD_PT - high - 10 - title_high) / 2
    headline.drawOn(canvas, x, y - high)
    title.drawOn(canvas, x, y - high - 10 - title_high)


def _title(told: Notice, language: str, width: float, room: float) -> tuple[Paragraph, float]:
    """The place's title, shrunk, then cut with an ellipsis, to the room there is."""
    text = told.title.in_(language)
    for size in (21, 18, 15, 13):
        made = paragraph(told.title, language, size, colour="#ffffff")
        high = made.wrap(width, 1e6)[1]
        if high <= room:
            return made, high
    while high > room and text:
        text = text[: int(len(text) * 0.85)]
        made = paragraph(Text(text + "…", text + "…"), language, 13, colour="#ffffff")
        high = made.wrap(width, 1e6)[1]
    return made, high


def title_is_cut(told: Notice, language: str) -> bool:
    """Whether the place's title doesn't fit in the head: it then stands below, in full."""
    side = HEAD_PT - 2 * MARGIN_PT
    width = WIDE_PT - 2 * MARGIN_PT - side - 26
    headline = paragraph(told.headline, language, 44, bold=True)
    room = TEXT_PT - headline.wrap(width, 1e6)[1] - 10
    return bool(paragraph(told.title, language, 13).wrap(width, 1e6)[1] > room)


def foot(canvas: Canvas, told: Notice, language: str, source: str, number: int) -> None:
    """What the poster was generated from, in one line."""
    text = f"{source} · {number}" if number > 1 else source
    size = 7.0
    wide = WIDE_PT - 2 * MARGIN_PT
    while canvas.stringWidth(printable(text), PLAIN, size) > wide:
        size -= 0.25
    canvas.setFont(PLAIN, size)
    canvas.setFillColor(QUIET)
    canvas.drawString(MARGIN_PT, FOOT_PT - 16, printable(text))


def band(canvas: Canvas, y: float, language: str) -> None:
    """DRAFT, across the top and, pale, across the sheet."""
    canvas.setFillColor(ALARM)
    canvas.rect(0, y, WIDE_PT, BAND_PT, stroke=0, fill=1)
    canvas.saveState()
    canvas.translate(WIDE_PT / 2, 285)
    canvas.rotate(43)
    canvas.setFillColor(ALARM)
    canvas.setFillAlpha(0.13)
    canvas.setFont(BOLD, 40)
    canvas.drawCentredString(0, 0, DRAFT.in_(language))
    canvas.restoreState()
    canvas.setFillColor("#ffffff")
    canvas.setFont(BOLD, 16)
    canvas.drawCentredString(WIDE_PT / 2, y + 9, DRAFT.in_(language))


def qr(canvas: Canvas, address: str, x: float, y: float) -> None:
    """The QR code of an address, QR_PT wide."""
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    widget = QrCodeWidget(address, barLevel="M", barBorder=0, barWidth=QR_PT, barHeight=QR_PT)
    drawing = Drawing(QR_PT, QR_PT)
    drawing.add(widget)
    renderPDF.draw(drawing, canvas, x, y)
