"""Passages of marked-up text: HTML, WordprocessingML (ECMA-376), OpenDocument (ISO 26300).

Pure: bytes or text in, passages out. A row of a table is one passage, its cells parted by " | ",
so that a place in one cell and a number in the next stay together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
TextBlock = tuple[str, bool, bool]
"""Text, whether it is an item of a list, whether it is a heading."""


class TooDeep(Exception):
    """An HTML whose parser gave up: part of it would be lost in silence."""


class Entities(Exception):
    """An XML that declares a document type: nothing of it is read."""


def html(text: str) -> tuple[Passage, ...]:
    """What is no HTML has no passages. Raises TooDeep."""
    from lxml import html as parser
    from lxml.etree import ParserError

    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    reader = parser.HTMLParser(no_network=True, remove_comments=True)
    try:
        root = parser.document_fromstring(bare, parser=reader)
    except ParserError:
        root = None
    if any(fault.type_name == "ERR_RESOURCE_LIMIT" for fault in reader.error_log):
        raise TooDeep
    if root is None:
        return ()
    flow = _Flow()
    flow.walk(root, item=False, heading=False)
    flow.flush(item=False, heading=False)
    return numbered(flow.told)


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


def docx(document: bytes) -> tuple[Passage, ...]:
    """Passages of word/document.xml. Raises Entities and lxml's XMLSyntaxError."""
    return numbered(_word(_tree(document)))


def _word(node: _Element) -> Iterator[TextBlock]:
    for child in node:
        if child.tag == _W + "p":
            style = child.find(f"{_W}pPr/{_W}pStyle")
            named = style.get(_W + "val", "") if style is not None else ""
            item = child.find(f"{_W}pPr/{_W}numPr") is not None
            heading = re.match("heading|titre|title", named, re.I) is not None
            for line in _word_text(child).split("\n"):
                yield line, item and not heading, heading
        elif child.tag == _W + "tr":
            cells = (_word_text(cell).replace("\n", " ") for cell in child if cell.tag == _W + "tc")
            yield " | ".join(filter(str.strip, cells)), True, False
        elif isinstance(child.tag, str) and not child.tag.endswith("}Fallback"):
            yield from _word(child)


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


def odt(content: bytes) -> tuple[Passage, ...]:
    """Passages of content.xml. Raises Entities and lxml's XMLSyntaxError."""
    return numbered(_opened(_tree(content), item=False))


def _opened(node: _Element, *, item: bool) -> Iterator[TextBlock]:
    for child in node:
        if child.tag in (_T + "p", _T + "h"):
            for line in _opened_text(child).split("\n"):
                yield line, item, child.tag == _T + "h"
        elif child.tag == _TABLE + "table-row":
            cells = (_opened_text(cell).replace("\n", " ") for cell in child)
            yield " | ".join(filter(str.strip, cells)), True, False
        elif isinstance(child.tag, str) and child.tag != _T + "tracked-changes":
            yield from _opened(child, item=item or child.tag == _T + "list-item")


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


def _tree(data: bytes) -> _Element:
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    root = etree.fromstring(data, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise Entities
    return root
