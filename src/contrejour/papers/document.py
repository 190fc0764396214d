"""What a page says, before it looks like anything: sections, tables, blanks, in both languages.

A text may hold marks, ⟦so⟧: what a person must still fill in, or check. They come out visibly, in
pages and on posters, and are never left to be read as said.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from contrejour.law.mandate.words import LANGUAGES, Text

__all__ = [
    "DRAFT",
    "LANGUAGES",
    "Bar",
    "Blank",
    "Block",
    "FactTable",
    "Items",
    "Lanes",
    "Link",
    "Links",
    "Paragraph",
    "PublicDocument",
    "Section",
    "Table",
    "both",
    "clean",
    "gap",
    "joined",
    "sentence",
    "split_marks",
    "typeset",
]

DRAFT = Text("PROJET - NE PAS AFFICHER", "DRAFT - DO NOT POST")
"""On every page and poster of a mandate that isn't accepted on the day."""
APOSTROPHE = "\N{RIGHT SINGLE QUOTATION MARK}"
_MARK = re.compile("⟦([^⟦⟧]*)⟧")
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Items:
    """A list with bullets."""

    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; each row has as many cells as `head`."""

    caption: Text
    head: tuple[Text, ...]
    rows: tuple[tuple[Text, ...], ...]


@dataclass(frozen=True, slots=True)
class FactTable:
    """A table of two columns: what, and its value."""

    caption: Text
    rows: tuple[tuple[Text, Text], ...]


@dataclass(frozen=True, slots=True)
class Blank:
    """Ruled lines, or a frame for a picture, that a person fills; `why` says why they must."""

    label: Text
    why: Text
    lines: int = 6
    frame: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """`address` is a file beside the page, or begins with http:// or https://."""

    text: Text
    address: Text


@dataclass(frozen=True, slots=True)
class Links:
    """A list of links, each with a word about it."""

    items: tuple[tuple[Link, Text], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """From when to when, UNIX nanoseconds, and by how much both ends may be off.

    `stands_out`: in another colour, over the others.
    """

    since_ns: int
    until_ns: int
    uncertainty_ns: int
    label: Text
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Lanes:
    """A drawing: one line of time under another, each with a title and what is on it."""

    caption: Text
    since_ns: int
    until_ns: int
    lanes: tuple[tuple[Text, tuple[Bar, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    blocks: tuple[Block, ...]


Block = Paragraph | Items | Table | FactTable | Blank | Links | Lanes | Section


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """One page. `name`: its file's, without language; `source`: what it was generated from.

    `indexed`: it lies in a folder with the page that lists all documents.
    """

    name: str
    title: Text
    lead: Text
    blocks: tuple[Block, ...]
    source: tuple[Text, ...]
    draft: bool
    indexed: bool = True


def both(text: object) -> Text:
    """A name or number, the same in both languages. Marks in it are taken for plain brackets."""
    plain = str(text).replace("⟦", "[").replace("⟧", "]")
    return Text(plain, plain)


def gap(fr: str = "", en: str = "") -> Text:
    """What the mandate leaves out, to be completed by a person."""
    return Text(f"⟦à compléter{fr and ' : '}{fr}⟧", f"⟦to be completed{en and ': '}{en}⟧")


def joined(parts: Iterable[Text], between: str = ", ") -> Text:
    """One after the other, with `between` in both languages."""
    told = list(parts)
    return Text(between.join(each.fr for each in told), between.join(each.en for each in told))


def sentence(text: Text) -> Text:
    """With a capital at the beginning, the rest as it is."""
    return Text(text.fr[:1].upper() + text.fr[1:], text.en[:1].upper() + text.en[1:])


def split_marks(text: str) -> list[tuple[str, bool]]:
    """(piece, whether it is marked), without the marks' brackets; empty pieces left out."""
    pieces = _MARK.split(text)
    return [(piece, bool(at % 2)) for at, piece in enumerate(pieces) if piece]


def clean(text: str) -> str:
    """Composed, and without characters that show nothing: controls, bidirectional overrides.

    A right-to-left override in a name would turn round the sentence after it (Unicode UAX 9).
    """
    composed = unicodedata.normalize("NFC", text)
    return "".join(
        " " if each in "\n\r\t" else each
        for each in composed
        if each in "\n\r\t" or unicodedata.category(each) not in _INVISIBLE
    )


def typeset(text: str, language: str) -> str:
    """With typographic apostrophes and, in French, no line broken before a colon.

    Addresses (with @ or ://) stay as they are.
    """
    words = (
        word if "@" in word or "://" in word else re.sub(r"(?<=\w)'(?=\w)", APOSTROPHE, word)
        for word in clean(text).split(" ")
    )
    said = " ".join(words)
    said = re.sub(r"(§|\bart\.) ", "\\1\u00a0", said)
    said = re.sub("(§\u00a0[0-9]+,) ", "\\1\u00a0", said)
    return re.sub(" ([:;?!»])", "\u00a0\\1", said) if language == "fr" else said
