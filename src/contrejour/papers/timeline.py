"""The page of a time line: what the cameras have of one place and time, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from urllib.parse import quote

from contrejour.custody.cases.timeline import CLIP, Piece, Row
from contrejour.law.mandate import Text, names
from contrejour.law.mandate.periods import PARIS
from contrejour.law.mandate.words import day
from contrejour.papers.document import Bar, Block, Lanes, Link, Links, PublicDocument, Table, both

S = 10**9
_CLIP = Text("extrait voilé", "veiled clip")
_HEAD = (
    Text("N°", "No."), Text("Début", "Begin"), Text("Fin", "End"), Text("Horloge", "Clock"),
    Text("Lieu", "Place"), Text("Caméra", "Camera"), Text("Quoi", "What"), Text("Ordre", "Order"),
)  # fmt: skip
_LEAD = Text(
    "Les extraits voilés et les événements (orange) de plusieurs caméras, par lieu et par heure. "
    "Rien ici ne rapproche des personnes : le programme ne sait pas le faire.",
    "The veiled clips and the events (orange) of several cameras, by place and time. Nothing here "
    "matches people: the program is unable to.",
)
_CLOCKS = Text(
    "Heures de Paris. « Horloge » dit de combien l'heure peut s'écarter de la vraie ; « ? » dit "
    "que les horloges ne permettent pas de savoir ce qui a commencé d'abord.",
    "Times of Paris. “Clock” says by how much a time may be off the true one; “?” says that the "
    "clocks don't tell which began first.",
)


def page(rows: Sequence[Row], since_ns: int, until_ns: int, order: str) -> PublicDocument:
    """The document, for one interval. `order`: the id of the case's order."""
    opened = datetime.fromtimestamp(since_ns // S, PARIS)
    on = day(opened.date())
    blocks: list[Block] = []
    if rows:
        blocks = [_lanes(rows, since_ns, until_ns), _table(rows), *_clips(rows)]
    return PublicDocument(
        name="chronologie",
        title=Text(
            f"Chronologie du {on.fr}, de {_clock(since_ns)} à {_clock(until_ns)}",
            f"Time line of {on.en}, from {_clock(since_ns)} to {_clock(until_ns)}",
        ),
        lead=_LEAD if rows else Text("Aucune caméra n'a rien de ce lieu et de cette heure.",
                                     "No camera has anything of that place and time."),
        blocks=tuple(blocks),
        source=(_CLOCKS, Text(f"Ordre {order}", f"Order {order}")),
        draft=False, indexed=False,
    )  # fmt: skip


def _lanes(rows: Sequence[Row], since_ns: int, until_ns: int) -> Lanes:
    def where(row: Row) -> tuple[str, str]:
        return row.piece.place, row.piece.camera

    lanes = tuple(
        (both(f"{place} · {camera}"), tuple(_bar(row) for row in found))
        for (place, camera), found in groupby(sorted(rows, key=where), where)
    )
    caption = Text(
        f"{len(rows)} extraits et événements, ligne par caméra ; le tableau dit les mêmes.",
        f"{len(rows)} clips and events, a line a camera; the table says the same.",
    )
    return Lanes(caption, since_ns, until_ns, lanes)


def _bar(row: Row) -> Bar:
    what, off = _shows(row.piece), _off(row)
    times = f"{_clock(row.since_ns)} - {_clock(row.until_ns)}"
    label = Text(f"{what.fr}, {times} ({off.fr})", f"{what.en}, {times} ({off.en})")
    marked = row.piece.shows != CLIP
    return Bar(row.since_ns, row.until_ns, row.uncertainty_ns, label, marked)


def _table(rows: Sequence[Row]) -> Table:
    told = tuple(
        (
            both(number), both(_clock(row.since_ns)), both(_clock(row.until_ns)), _off(row),
            both(row.piece.place), both(row.piece.camera), _shows(row.piece),
            Text("sûr", "sure") if row.sure else both("?"),
        )
        for number, row in enumerate(rows, 1)
    )  # fmt: skip
    return Table(Text("Par ordre de début", "In order of beginning"), _HEAD, told)


def _clips(rows: Sequence[Row]) -> tuple[Links, ...]:
    """Files beside the page: an address never leads elsewhere."""
    links = tuple(
        (Link(both(row.piece.file), both(f"./{quote(row.piece.file.lstrip('/'))}")),
         both(f"{row.piece.camera}, {_clock(row.since_ns)}"))
        for row in rows if row.piece.file
    )  # fmt: skip
    return (Links(links),) if links else ()


def _shows(piece: Piece) -> Text:
    return _CLIP if piece.shows == CLIP else names(f"detect.{piece.shows}")


def _clock(at_ns: int) -> str:
    tenths = round(at_ns / (S // 10))
    at = datetime.fromtimestamp(tenths // 10, PARIS)
    return f"{at:%H:%M:%S}.{tenths % 10}" if tenths % 10 else f"{at:%H:%M:%S}"


def _off(row: Row) -> Text:
    told = f"± {row.uncertainty_ns / S:.3g} s"
    return Text(told.replace(".", ","), told)
