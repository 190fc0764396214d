"""A3, the poster: A4, to print and hang. First layer large, the rest to read from nearer.

Its text is shrunk until it takes one page, as far as SCALES goes; then it takes more pages. No word
is left out: a place's title too long for the head is cut there, and stands in full below.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from contrejour.law.mandate import Text
from contrejour.papers.notice import Notice, NoticeMeasure
from contrejour.papers.sheet import (
    BAND_PT,
    FOOT_PT,
    HEAD_PT,
    HIGH_PT,
    MARGIN_PT,
    QR_PT,
    WIDE_PT,
    band,
    foot,
    head,
    qr,
    title_is_cut,
)
from contrejour.papers.typography import INK, fonts, labelled, paragraph, unmarked

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Paragraph

RIGHT_PT = 150.0
"""Width of the column on the right below: QR code, mandate."""
PNG_DPI = 150
SCALES = (0.8, 0.85, 0.9, 0.95, 1.0, 1.04, 1.08, 1.12, 1.16, 1.2, 1.25, 1.35, 1.45)
"""Sizes of the text: the largest that takes one page is used, or the first where none does."""
QR_MOST_BYTES = 400
"""Of an address: the code of a longer one is too fine to be read from the poster. By eye."""
SIGNAL = "#ffb703"


def pdf(notice: Notice, language: str, source: Sequence[Text]) -> bytes:
    """The poster in one language, as PDF. The same notice gives the same bytes."""
    fonts()
    pages, made = _poster(notice, language, source, SCALES[0])
    if pages > 1:
        return made
    low, high = 0, len(SCALES)
    while high - low > 1:
        middle = (low + high) // 2
        pages, tried = _poster(notice, language, source, SCALES[middle])
        if pages == 1:
            low, made = middle, tried
        else:
            high = middle
    return made


def png(made: bytes) -> list[bytes]:
    """Each page of a PDF as PNG, 150 dots to the inch."""
    import pypdfium2

    pictures = []
    document = pypdfium2.PdfDocument(made)
    try:
        for page in document:
            stream = io.BytesIO()
            page.render(scale=PNG_DPI / 72).to_pil().convert("RGB").save(stream, "PNG")
            pictures.append(stream.getvalue())
    finally:
        document.close()
    return pictures


@dataclass(slots=True)
class _Page:
    """A canvas and how far down it is filled."""

    canvas: Canvas
    notice: Notice
    language: str
    source: str
    number: int = 1
    y: float = 0.0
    bottom: float = field(default=FOOT_PT + 12, init=False)

    def begin(self) -> None:
        """Head on the first page, a line of it on the others; band and foot on all."""
        top = HIGH_PT
        if self.notice.draft:
            band(self.canvas, top - BAND_PT, self.language)
            top -= BAND_PT
        if self.number == 1:
            head(self.canvas, self.notice, self.language, top)
            self.y = top - HEAD_PT - 16
        else:
            self.y = top - MARGIN_PT
        foot(self.canvas, self.notice, self.language, self.source, self.number)

    def turn(self) -> None:
        self.canvas.showPage()
        self.number += 1
        self.begin()

    def flow(self, paragraphs: Sequence[Paragraph], x: float, width: float) -> None:
        """Draw one below the other, over as many pages as they take."""
        for each in paragraphs:
            rest: list[Paragraph] = [each]
            while rest:
                piece = rest.pop(0)
                _, high = piece.wrap(width, 1e6)
                if high > self.y - self.bottom:
                    pieces = piece.split(width, max(0.0, self.y - self.bottom))
                    if len(pieces) != 2:
                        self.turn()
                        rest.insert(0, piece)
                        continue
                    piece, rest = pieces[0], [pieces[1], *rest]
                    _, high = piece.wrap(width, 1e6)
                piece.drawOn(self.canvas, x, self.y - high)
                self.y -= high + piece.getSpaceAfter()


def _poster(
    notice: Notice, language: str, source: Sequence[Text], scale: float
) -> tuple[int, bytes]:
    """How many pages it takes at this scale, and the PDF."""
    from reportlab.pdfgen.canvas import Canvas

    stream = io.BytesIO()
    canvas = Canvas(
        stream, pagesize=(WIDE_PT, HIGH_PT), invariant=1, lang="fr-FR" if language == "fr" else "en"
    )
    canvas.setTitle(unmarked(notice.headline, language) + " - " + unmarked(notice.title, language))
    canvas.setAuthor(unmarked(notice.controller, language))
    canvas.setCreator("contrejour")
    origin = " ".join(unmarked(line, language) for line in source[:-1])
    page = _Page(canvas, notice, language, origin)
    page.begin()
    inner = WIDE_PT - 2 * MARGIN_PT
    page.flow(
        [paragraph(notice.lead, language, 15 * scale, bold=True, after=9 * scale)], MARGIN_PT, inner
    )
    if title_is_cut(notice, language):
        page.flow(
            [paragraph(notice.title, language, 11 * scale, after=9 * scale)], MARGIN_PT, inner
        )
    for measure in notice.doings:
        top, number = page.y, page.number
        page.flow(_measure(measure, language, scale), MARGIN_PT + 14, inner - 14)
        if number == page.number:
            canvas.setFillColor(SIGNAL if measure.limited else INK)
            canvas.rect(
                MARGIN_PT, page.y + 7 * scale, 5, top - page.y - 8 * scale, stroke=0, fill=1
            )
    _below(page, scale)
    canvas.showPage()
    canvas.save()
    return page.number, stream.getvalue()


def _measure(measure: NoticeMeasure, language: str, scale: float) -> list[Paragraph]:
    small, after = 10.5 * scale, 1.5 * scale
    who = (
        Text("Qui peut voir", "Who may view")
        if measure.sees_images
        else Text("Qui voit les chiffres", "Who sees the figures")
    )
    rows = [
        (Text("Pourquoi", "Why"), measure.purpose),
        (Text("Images", "Images"), measure.images),
        (who, measure.viewers),
    ]
    paragraphs = [paragraph(measure.what, language, 14.5 * scale, bold=True, after=2 * scale)]
    paragraphs.append(paragraph(measure.when, language, small, bold=measure.limited, after=after))
    paragraphs += [labelled(name, value, language, small, after=after) for name, value in rows]
    paragraphs[-1].style.spaceAfter = 11 * scale
    return paragraphs


def _below(page: _Page, scale: float) -> None:
    """Who answers, rights, complaint on the left; QR code and mandate on the right."""
    notice, language = page.notice, page.language
    size, after = 9.8 * min(scale, 1.2), 5 * scale
    left = [
        labelled(Text("Responsable", "Controller"), notice.controller, language, size, after=1),
        labelled(Text("Contact", "Contact"), notice.contact, language, size, after=after),
        labelled(
            Text("Délégué à la protection des données", "Data protection officer"),
            notice.dpo, language, size, after=after,
        ),
        labelled(Text("Base légale", "Legal basis"), notice.basis, language, size, after=after),
        labelled(Text("Vos droits", "Your rights"), notice.rights, language, size, after=after),
        labelled(
            Text("Réclamation", "Complaint"), notice.complaint, language, size, after=after
        ),
        paragraph(notice.where_to_ask, language, size, bold=True, after=0),
    ]  # fmt: skip
    right = [
        paragraph(notice.identity, language, 9 * min(scale, 1.2), bold=True, after=2),
        paragraph(notice.until, language, 9 * min(scale, 1.2), after=0),
    ]
    coded = _qr_address(notice)
    wide = WIDE_PT - 2 * MARGIN_PT - RIGHT_PT - 18
    high_left = sum(each.wrap(wide, 1e6)[1] + each.getSpaceAfter() for each in left)
    high_right = sum(each.wrap(RIGHT_PT, 1e6)[1] + each.getSpaceAfter() for each in right)
    high_right += (QR_PT + 8) if coded else 0
    room = page.y - page.bottom - 14
    full = HIGH_PT - MARGIN_PT - BAND_PT - page.bottom - 14
    if room < high_right or (room < high_left <= full):
        page.turn()
    if page.number == 1 and max(high_left, high_right) <= page.y - page.bottom - 14:
        page.y = page.bottom + max(high_left, high_right) + 14  # at the foot of the page
    _rule(page)
    start, number = page.y, page.number
    x = WIDE_PT - MARGIN_PT - RIGHT_PT
    if coded:
        qr(page.canvas, coded, x, page.y - QR_PT)
        page.y -= QR_PT + 8
    page.flow(right, x, RIGHT_PT)
    lowest, page.y = page.y, start
    page.flow(left, MARGIN_PT, wide)
    if page.number == number:
        page.y = min(page.y, lowest)


def _rule(page: _Page) -> None:
    page.canvas.setStrokeColor(INK)
    page.canvas.setLineWidth(1)
    page.canvas.line(MARGIN_PT, page.y, WIDE_PT - MARGIN_PT, page.y)
    page.y -= 12


def _qr_address(notice: Notice) -> str | None:
    """The address, where there is one and it fits a QR code."""
    fits = notice.address is not None and len(notice.address.encode()) <= QR_MOST_BYTES
    return notice.address if fits else None
