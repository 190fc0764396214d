"""Text on paper: the fonts that come with ReportLab, paragraphs, and what stands out in them.

The fonts (Bitstream Vera) are embedded. A character they lack shows as ¤, never as nothing.
"""

from __future__ import annotations

import html
from functools import cache
from typing import TYPE_CHECKING

from contrejour.law.mandate import Text
from contrejour.papers.document import clean, split_marks, typeset

if TYPE_CHECKING:
    from reportlab.platypus import Paragraph

PLAIN, BOLD = "ContrejourVera", "ContrejourVeraBold"
INK, ALARM = "#14213d", "#b00020"


def unprintable(text: str) -> str:
    """The characters of `text` that the poster's font lacks; ¤ stands for each."""
    return "".join(sorted({each for each in clean(text) if ord(each) not in _glyphs()}))


def labelled(name: Text, value: Text, language: str, size: float, after: float) -> Paragraph:
    """A name in bold, and its value; `size` and the space `after` in points."""
    colon = " : " if language == "fr" else ": "
    head = f"<b>{html.escape(name.in_(language))}{colon}</b>"
    return _made(head + _markup(value, language), size, PLAIN, INK, after)


def paragraph(
    said: Text, language: str, size: float, *, bold: bool = False, colour: str = INK,
    after: float = 0.0,
) -> Paragraph:  # fmt: skip
    """A paragraph; `size` and the space `after` in points."""
    return _made(_markup(said, language), size, BOLD if bold else PLAIN, colour, after)


def _made(markup: str, size: float, font: str, colour: str, after: float) -> Paragraph:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    style = ParagraphStyle(
        "poster", fontName=font, fontSize=size, leading=size * 1.22, textColor=colour,
        spaceAfter=after, splitLongWords=1,
    )  # fmt: skip
    return Paragraph(markup, style)


def _markup(said: Text, language: str) -> str:
    """Escaped; what is marked stands out."""
    return "".join(
        f'<font name="{BOLD}" color="{ALARM}">{html.escape(printable(piece))}</font>'
        if marked
        else html.escape(printable(piece))
        for piece, marked in split_marks(typeset(said.in_(language), language))
    )


def unmarked(said: Text, language: str) -> str:
    """The text alone."""
    return "".join(piece for piece, _ in split_marks(typeset(said.in_(language), language)))


def printable(text: str) -> str:
    """With ¤ for what the font lacks."""
    known = _glyphs()
    return "".join(each if ord(each) in known else "¤" for each in text)


@cache
def fonts() -> None:
    """Let ReportLab know them; may be called twice."""
    from reportlab.pdfbase.pdfmetrics import registerFont, registerFontFamily
    from reportlab.pdfbase.ttfonts import TTFont

    registerFont(TTFont(PLAIN, "Vera.ttf"))
    registerFont(TTFont(BOLD, "VeraBd.ttf"))
    registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


@cache
def _glyphs() -> frozenset[int]:
    from reportlab.pdfbase.pdfmetrics import getFont

    fonts()
    return frozenset(getFont(PLAIN).face.charToGlyph)
