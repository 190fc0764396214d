"""Passages of marked-up text: HTML, WordprocessingML (ECMA-376), OpenDocument (ISO 26300).

Text or a stream in, passages out, one block of an archive's XML in memory at a time. A row of a
table is one passage, its cells parted by " | ", so that a place in one cell and a number in the
next stay together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from typing import TYPE_CHECKING, BinaryIO

from contrejour.law.review.lines import Passage, numbered

if TYPE_CHECKING:
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_SKIPPED = {"script", "style", "nav", "noscript", "template", "head", "svg", "button", "select"}
_INLINE = {"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn",
           "em", "font", "i", "ins", "kbd", "label", "mark", "q", "s", "samp", "small", "span",
           "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}  # fmt: skip
MOST_ELEMENTS = 500_000
PIECE = 1 << 20
DEEPEST = 256
"""Elements of HTML within each other, as libxml2 bounds it: the walk through them is recursive."""
TextBlock = tuple[str, bool, bool]
"""Text, whether it is an item of a list, whether it is a heading."""


class TooDeep(Exception):
    """An HTML of more elements within each other than anybody writes."""


class TooMany(Exception):
    """A document of more parts than a text of a thousand pages has."""


class Entities(Exception):
    """An XML that declares a document type: nothing of it is read."""


def html(text: str) -> tuple[Passage, ...]:
    """What is no HTML has no passages. Raises TooDeep and TooMany."""
    from lxml import etree

    if text.count("<") > 2 * MOST_ELEMENTS:
        raise TooMany
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    tree = _BareTree()
    reader = etree.HTMLParser(target=tree, no_network=True)
    try:
        root = etree.fromstring(bare, reader)
    except (etree.ParserError, etree.XMLSyntaxError):
        root = None
    if tree.is_too_deep:
        raise TooDeep
    if root is None:
        return ()
    flow = _Flow()
    flow.walk(root, item=False, heading=False)
    flow.flush(item=False, heading=False)
    return numbered(flow.told)


class _BareTree:
    """Elements without their attributes: libxml2 looks for the last one of an element by going
    through all of them, so that a megabyte takes half a minute. What is too deep is left out.
    """

    def __init__(self) -> None:
        from lxml.etree import TreeBuilder

        self._made, self._deep, self._is_empty = TreeBuilder(), 0, True
        self.is_too_deep = False

    def start(self, tag: str, _: object) -> None:
        self._deep, self._is_empty = self._deep + 1, False
        self.is_too_deep = self.is_too_deep or self._deep > DEEPEST
        if not self.is_too_deep:
            self._made.start(tag, {})

    def data(self, text: str) -> None:
        if not self.is_too_deep:
            self._made.data(text)

    def end(self, tag: str) -> None:
        self._deep -= 1
        if not self.is_too_deep:
            self._made.end(tag)

    def close(self) -> _Element | None:
        return None if self._is_empty or self.is_too_deep else self._made.close()


class _Flow:
    """Text gathered until a block begins or ends."""

    def __init__(self) -> None:
        self.told: list[TextBlock] = []
        self.text: list[str] = []

    def flush(self, *, item: bool, heading: bool) -> None:
        self.told.append(("".join(self.text), item, heading))
        self.text.clear()

    def walk(self, node: _Element, *, item: bool, heading: bool) -> None:
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _SKIPPED:
            return
        if tag == "tr":
            self.flush(item=item, heading=heading)
            cells = (_text_of(cell) for cell in node if cell.tag in ("td", "th"))
            self.told.append((" | ".join(filter(None, cells)), True, False))
            return
        block = tag not in _INLINE
        inside_item = item or tag == "li"
        inside_heading = heading or re.fullmatch("h[1-6]|title", tag) is not None
        if block:
            self.flush(item=item, heading=heading)
        self.text.append(node.text or "")
        for child in node:
            self.walk(child, item=inside_item, heading=inside_heading)
            self.text.append(child.tail or "")
        if block:
            self.flush(item=inside_item, heading=inside_heading)


def _text_of(node: _Element) -> str:
    return " ".join("".join(str(part) for part in node.itertext()).split())


def docx(document: BinaryIO) -> tuple[Passage, ...]:
    """Passages of word/document.xml. Raises Entities, TooMany and lxml's XMLSyntaxError."""
    blocks = _blocks(document, {_W + "p", _W + "tr"}, skipped=("}Fallback",))
    return numbered(line for block, _ in blocks for line in _word(block))


def _word(block: _Element) -> Iterator[TextBlock]:
    if block.tag == _W + "tr":
        cells = (_word_text(cell).replace("\n", " ") for cell in block if cell.tag == _W + "tc")
        yield " | ".join(filter(str.strip, cells)), True, False
        return
    style = block.find(f"{_W}pPr/{_W}pStyle")
    named = style.get(_W + "val", "") if style is not None else ""
    item = block.find(f"{_W}pPr/{_W}numPr") is not None
    heading = re.match("heading|titre|title", named, re.I) is not None
    for line in _word_text(block).split("\n"):
        yield line, item and not heading, heading


def _word_text(node: _Element) -> str:
    """The text that stands: deleted text and the codes of fields have other tags."""
    parts: list[str] = []
    for child in node.iter():
        if child.tag == _W + "t":
            parts.append(child.text or "")
        elif child.tag == _W + "noBreakHyphen":
            parts.append("-")
        elif child.tag == _W + "tab":
            parts.append(" ")
        elif child.tag in (_W + "br", _W + "cr"):
            parts.append("\n")
        elif child.tag == _W + "p" and parts:
            parts.append(" ")
    return "".join(parts)


def odt(content: BinaryIO) -> tuple[Passage, ...]:
    """Passages of content.xml. Raises Entities, TooMany and lxml's XMLSyntaxError."""
    tags = {_T + "p", _T + "h", _TABLE + "table-row"}
    blocks = _blocks(content, tags, skipped=(_T + "tracked-changes",))
    return numbered(line for block, inside in blocks for line in _opened(block, inside))


def _opened(block: _Element, inside: Sequence[str]) -> Iterator[TextBlock]:
    if block.tag == _TABLE + "table-row":
        cells = (_opened_text(cell).replace("\n", " ") for cell in block)
        yield " | ".join(filter(str.strip, cells)), True, False
        return
    for line in _opened_text(block).split("\n"):
        yield line, _T + "list-item" in inside, block.tag == _T + "h"


def _opened_text(node: _Element) -> str:
    parts = [node.text or ""]
    for child in node:
        if child.tag in (_T + "s", _T + "tab"):
            parts.append(" ")
        elif child.tag == _T + "line-break":
            parts.append("\n")
        elif child.tag != _T + "note":
            parts.append(_opened_text(child))
            parts.append(" " if child.tag == _T + "p" else "")
        parts.append(child.tail or "")
    return "".join(parts)


def _blocks(
    xml: BinaryIO, tags: Set[str], skipped: tuple[str, ...]
) -> Iterator[tuple[_Element, Sequence[str]]]:
    """(element, tags around it) of each outermost element of `tags`, none within a `skipped` one.

    One block is in memory at a time. Raises TooMany for more elements than MOST_ELEMENTS, and for
    a piece of PIECE bytes in which no element begins or ends.
    """
    around: list[str] = []
    for count, (event, node) in enumerate(_events(xml)):
        if count > 2 * MOST_ELEMENTS:
            raise TooMany
        if not isinstance(node.tag, str):
            continue
        if event == "start":
            around.append(node.tag)
            continue
        around.pop()
        if not tags.isdisjoint(around):
            continue  # a part of a block that isn't whole yet
        if node.tag in tags and not any(tag.endswith(skipped) for tag in around):
            yield node, tuple(around)
        node.clear()
        if (above := node.getparent()) is not None:
            while node.getprevious() is not None:
                del above[0]


def _events(xml: BinaryIO) -> Iterator[tuple[str, _Element]]:
    from lxml import etree

    parser = etree.XMLPullParser(
        ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    first, silent = True, 0
    while piece := xml.read(1 << 16):
        parser.feed(piece)
        silent += len(piece)
        for event, node in parser.read_events():
            if first and node.getroottree().docinfo.internalDTD is not None:
                raise Entities
            first, silent = False, 0
            yield event, node
        if silent > PIECE:
            raise TooMany
    parser.close()
    yield from parser.read_events()
