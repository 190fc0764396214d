"""A8, the slip that goes with what is handed over on requisition: one page, to sign.

It says on what, for whom, what was filmed when, each file with its SHA-256, and how far the clock
may be off. What nobody has said is left to be written by hand, and shows as such. It shrinks its
text before it takes a second page; files beyond the first few are counted, and stand in the bag's
manifest.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contrejour.base.times import utc
from contrejour.custody.cases.order import Order, OrderKind
from contrejour.custody.cases.private import Private
from contrejour.custody.cases.rules import rule_of
from contrejour.law.mandate import Text
from contrejour.papers.document import both, gap
from contrejour.papers.phrases import moment
from contrejour.papers.sheet import HIGH_PT, MARGIN_PT, QUIET, WIDE_PT
from contrejour.papers.typography import (
    BOLD,
    INK,
    PLAIN,
    fonts,
    labelled,
    paragraph,
    printable,
    unmarked,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable

HEAD_PT = 92.0
FOOT_PT = 40.0
MOST_FILES = 10
TITLE = Text("Bordereau de remise d'images", "Slip for images handed over")
HOLD_TITLE = Text("Bordereau de conservation d'images", "Slip for images held")


@dataclass(frozen=True, slots=True)
class SlipFile:
    """One file. `codec` and `clock_ms`, by how much its clock may be off, where they are known."""

    name: str
    sha256: str
    size: int
    codec: str = ""
    clock_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Slip:
    order: Order
    controller: str
    files: tuple[SlipFile, ...]
    private: Private | None = None
    bag_sha256: str = ""
    """Of the bag's tagmanifest-sha256.txt."""


def pdf(told: Slip, language: str) -> bytes:
    """One page, A4. The same slip gives the same bytes."""
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Frame, KeepInFrame

    fonts()
    stream = io.BytesIO()
    canvas = Canvas(
        stream, pagesize=(WIDE_PT, HIGH_PT), invariant=1, lang="fr-FR" if language == "fr" else "en"
    )
    title = HOLD_TITLE if told.order.kind is OrderKind.HOLD else TITLE
    canvas.setTitle(unmarked(title, language))
    canvas.setAuthor(printable(told.controller))
    canvas.setCreator("contrejour")
    _head(canvas, title, told, language)
    canvas.setFont(PLAIN, 6.5)
    canvas.setFillColor(QUIET)
    canvas.drawString(MARGIN_PT, FOOT_PT - 18, f"SHA-256 (0x00 || order.json) = {told.order.id}")
    wide, high = WIDE_PT - 2 * MARGIN_PT, HIGH_PT - HEAD_PT - FOOT_PT - 14
    inside = KeepInFrame(wide, high, [*_body(told, language, wide)], mode="shrink")
    Frame(MARGIN_PT, FOOT_PT, wide, high, 0, 0, 0, 0).addFromList([inside], canvas)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def _head(canvas: Canvas, title: Text, told: Slip, language: str) -> None:
    canvas.setFillColor(INK)
    canvas.rect(0, HIGH_PT - HEAD_PT, WIDE_PT, HEAD_PT, stroke=0, fill=1)
    canvas.setFillColor("#ffffff")
    canvas.setFont(BOLD, 22)
    canvas.drawString(MARGIN_PT, HIGH_PT - 46, printable(unmarked(title, language)))
    name, full = printable(told.controller), printable(told.controller)
    while canvas.stringWidth(name, PLAIN, 11) > WIDE_PT - 2 * MARGIN_PT:
        full = full[:-1]
        name = f"{full}…"
    canvas.setFont(PLAIN, 11)
    canvas.drawString(MARGIN_PT, HIGH_PT - 68, name)


def _body(told: Slip, language: str, wide: float) -> Sequence[Flowable]:
    from reportlab.platypus import Spacer

    facts = [labelled(name, value, language, 9.5, 3) for name, value in _facts(told, language)]
    return [
        *facts, Spacer(1, 6), _files(told, language, wide), Spacer(1, 4),
        *_below(told, language), Spacer(1, 8), _receipt(language, wide),
    ]  # fmt: skip


def _facts(told: Slip, language: str) -> Sequence[tuple[Text, Text]]:
    order, texts = told.order, told.private.texts if told.private else {}
    _, rule = rule_of(order.basis)
    since, until = moment(order.since), moment(order.until)
    cited = rule.citation
    rows = [
        (Text("Fondement", "Basis"),
         Text(f"{order.basis.value} ({cited.fr})", f"{order.basis.value} ({cited.en})")),
        (Text("Affaire n°", "Case number"), _or_gap(texts.get("case_number"))),
        (Text("Requis par", "Requested by"), _or_gap(texts.get("requester_name"))),
        (Text("Service", "Service"), _or_gap(texts.get("requester_service"))),
        (Text("Réquisition, SHA-256", "Requisition, SHA-256"),
         _or_gap(texts.get("document_sha256"))),
        (Text("Caméras", "Cameras"), both(", ".join(order.cameras))),
        (Text("Filmé", "Filmed"),
         Text(f"du {since.fr} au {until.fr} (heure de Paris), {utc(order.since)} - "
              f"{utc(order.until)}",
              f"from {since.en} to {until.en} (Paris time), {utc(order.since)} - "
              f"{utc(order.until)}")),
    ]  # fmt: skip
    if order.hold_until:
        rows.append((Text("Conservé jusqu'au", "Held until"), moment(order.hold_until)))
    return rows


def _or_gap(text: str | None) -> Text:
    return both(text) if text else gap()


def _files(told: Slip, language: str, wide: float) -> Flowable:
    from reportlab.platypus import Table, TableStyle

    def cell(said: Text, *, bold: bool = False, size: float = 7.5) -> Flowable:
        return paragraph(said, language, size, bold=bold)

    heads = (
        Text("Fichier", "File"), Text("SHA-256", "SHA-256"), Text("Octets", "Bytes"),
        Text("Codage", "Codec"), Text("Horloge", "Clock"),
    )  # fmt: skip
    rows = [[cell(head, bold=True) for head in heads]]
    for each in told.files[:MOST_FILES]:
        clock = both(f"± {each.clock_ms} ms") if each.clock_ms is not None else gap()
        rows.append([
            cell(both(each.name)), cell(both(each.sha256), size=6.5), cell(both(each.size)),
            cell(both(each.codec or "-")), cell(clock),
        ])  # fmt: skip
    table = Table(rows, [wide * part for part in (0.27, 0.37, 0.12, 0.11, 0.13)], repeatRows=1)
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.5, "#b8c0cc"), ("BACKGROUND", (0, 0), (-1, 0), "#e9edf3"),
            ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ])
    )  # fmt: skip
    return table


def _below(told: Slip, language: str) -> Sequence[Flowable]:
    more = len(told.files) - MOST_FILES
    said = []
    if more > 0:
        said.append(Text(
            f"et {more} autres fichiers, dans manifest-sha256.txt.",
            f"and {more} more files, in manifest-sha256.txt.",
        ))  # fmt: skip
    if told.bag_sha256:
        said.append(Text(
            f"Ensemble (BagIt), SHA-256 de tagmanifest-sha256.txt : {told.bag_sha256}",
            f"Bag (BagIt), SHA-256 of tagmanifest-sha256.txt: {told.bag_sha256}",
        ))  # fmt: skip
    said.append(Text(
        "Le flux de la caméra est remis tel quel, jamais réencodé. « Horloge » dit de combien "
        "l'heure de l'image peut s'écarter de l'heure vraie. VERIFY.txt dit comment vérifier.",
        "The camera's stream is handed over as it is, never re-encoded. “Clock” says by how much "
        "the picture's time may be off the true one. VERIFY.txt says how to check.",
    ))  # fmt: skip
    return [paragraph(each, language, 8, after=2) for each in said]


def _receipt(language: str, wide: float) -> Flowable:
    from reportlab.platypus import Table, TableStyle

    who = (Text("Remis par", "Handed over by"), Text("Reçu par", "Received by"))
    lines = (
        Text("Nom, qualité", "Name, office"), Text("Date, heure, lieu", "Date, time, place"),
        Text("Scellé n°", "Seal no."), Text("Signature", "Signature"),
    )  # fmt: skip
    rows = [[paragraph(said, language, 10, bold=True) for said in who]]
    rows += [[paragraph(said, language, 8, colour=QUIET) for _ in who] for said in lines]
    table = Table(rows, [wide / 2] * 2, [20, 34, 34, 34, 62])
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.8, INK), ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ])
    )  # fmt: skip
    return table
