"""Lines of time as SVG, for a page without a script: what was seen where, one under another.

Each bar fades at its ends by as much as its clock may be off. What is drawn stands in the page's
table as well: the drawing is for eyes, and says so to a screen reader in its label.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from datetime import datetime

from contrejour.law.mandate import Text
from contrejour.law.mandate.periods import PARIS
from contrejour.papers.document import Bar, Lanes, split_marks, typeset

WIDE, LEFT, TOP, HIGH = 1000, 210, 34, 40
"""Units of the drawing: its width, the titles' column, the times' row, one lane."""
LEAST = 3
"""No bar is narrower: an instant shows."""
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
MOST_TICKS = 8
MOST_LETTERS = 24
PLAIN, MARKED = "#1d4e89", "#f08c00"
S = 10**9


def svg(drawn: Lanes, language: str) -> str:
    """The drawing. The same lanes give the same text."""
    high = TOP + HIGH * len(drawn.lanes) + 8
    label = _plain(drawn.caption, language)
    return "".join([
        f'<svg viewBox="0 0 {WIDE} {high}" role="img" aria-label="{label}" '
        'font-family="system-ui, sans-serif" font-size="13">',
        *_ticks(drawn, high),
        *(part for at, lane in enumerate(drawn.lanes) for part in _lane(drawn, at, lane, language)),
        "</svg>",
    ])  # fmt: skip


def _ticks(drawn: Lanes, high: int) -> Iterator[str]:
    long_s = (drawn.until_ns - drawn.since_ns) / S
    step = next((each for each in STEPS_S if long_s / each <= MOST_TICKS), STEPS_S[-1])
    first = -(-drawn.since_ns // (step * S))
    form = "%H:%M:%S" if step < 60 else "%H:%M"
    for at_s in range(first * step, drawn.until_ns // S + 1, step):
        x = _x(drawn, at_s * S)
        told = datetime.fromtimestamp(at_s, PARIS).strftime(form)
        yield f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{high}" stroke="#d5dae2"/>'
        yield f'<text x="{x}" y="{TOP - 14}" text-anchor="middle" fill="#4a5568">{told}</text>'


def _lane(
    drawn: Lanes, at: int, lane: tuple[Text, tuple[Bar, ...]], language: str
) -> Iterator[str]:
    title, bars = lane
    y = TOP + HIGH * at
    name = _text(title, language)
    short = name if len(name) <= MOST_LETTERS else name[: MOST_LETTERS - 1] + "…"
    yield f'<line x1="0" y1="{y + HIGH}" x2="{WIDE}" y2="{y + HIGH}" stroke="#b8c0cc"/>'
    yield f'<text x="4" y="{y + HIGH / 2 + 5:g}" fill="#14213d">{html.escape(short)}</text>'
    for bar in sorted(bars, key=lambda each: each.stands_out):
        colour = MARKED if bar.stands_out else PLAIN
        around = (bar.since_ns - bar.uncertainty_ns, bar.until_ns + bar.uncertainty_ns)
        told = _plain(bar.label, language)
        yield f"<g><title>{told}</title>"
        yield _rect(drawn, around, y + 13, 14, colour, 0.35)
        yield _rect(drawn, (bar.since_ns, bar.until_ns), y + 8, 24, colour, 1)
        yield "</g>"


def _rect(
    drawn: Lanes, ends: tuple[int, int], y: int, high: int, colour: str, opacity: float
) -> str:
    left, right = (_x(drawn, each) for each in ends)
    return (
        f'<rect x="{left}" y="{y}" width="{max(right - left, LEAST):g}" height="{high}" '
        f'fill="{colour}" fill-opacity="{opacity}"/>'
    )


def _x(drawn: Lanes, at_ns: int) -> float:
    """Where a moment is, kept inside the drawing."""
    share = (at_ns - drawn.since_ns) / max(drawn.until_ns - drawn.since_ns, 1)
    return round(LEFT + (WIDE - LEFT - 24) * min(max(share, 0.0), 1.0), 1)


def _text(said: Text, language: str) -> str:
    return "".join(piece for piece, _ in split_marks(typeset(said.in_(language), language)))


def _plain(said: Text, language: str) -> str:
    return html.escape(_text(said, language))
