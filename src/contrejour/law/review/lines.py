"""Lines of text put together again into paragraphs, each with its place.

A line ends a paragraph when a sentence ends with it, when it is short, or when what follows is an
item of a list or an article. Wherever this cuts too often it cuts between sentences, which is
harmless: the sentence is what is read. A word cut by a hyphen at the end of a line is whole again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import quantiles

_ITEM = re.compile(
    r"\s*(?:[-\u2013—•·▪◦*►➢✓]|\(?(?:[0-9]{1,2}|[a-z])[.)°]{1,2}|[ivx]{1,4}[.)])\s+\S"
)
_PART = re.compile(
    r"\s*(?:article\s+(?:[0-9]+|premier|1er|unique)|vu\s|considérant|objet\s*:|"
    r"décide|délibère)",
    re.I,
)
LONGEST = 2_000
"""Characters of a passage. No expression here or in what reads passages is given more: work may
grow with the square of it, never with that of the document."""
_END = re.compile(r"[.!?;:…][\s»”\")\]]*$")
_SHORTENED = re.compile(r"\b(?:art|arts|al|cf|etc|mme?|mm|dr|n|p|ex|réf|[A-Z])\.$", re.I)
_NUMBER = re.compile(
    r"\s*+(?:page\s*+)?(?:[-\u2013]\s*+)?[0-9]{1,4}\s*+(?:(?:/|sur)\s*+[0-9]{1,4}\s*+)?[-\u2013]?\s*+",
    re.I,
)
_HYPHEN = re.compile(r"[^\W0-9_][-\u00ad\u2010]$")
_SPACES = re.compile(r"[\s\u00a0\u202f\u2007\u2009]+")
_LIGATURES = str.maketrans({"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl", "\u00ad": "",
                            "\u200b": "", "\ufeff": ""})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: a page of a PDF, a line of a text, a paragraph; all from 1."""

    paragraph: int
    page: int | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, its spaces made plain. `item`: of a list. `heading`: said to be one."""

    text: str
    spot: Spot
    item: bool = False
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    page: int | None = None
    number: int | None = None


def clean(text: str) -> str:
    """One line, plain spaces, no soft hyphens; letters and quotation marks as they were."""
    return _SPACES.sub(" ", text.translate(_LIGATURES)).strip()


def cut(text: str, longest: int) -> Iterator[str]:
    """Parts of at most `longest` characters, parted at spaces where there are any."""
    at = 0
    while len(text) - at > longest:
        space = text.rfind(" ", at + 1, at + longest)
        stop = space if space > 0 else at + longest
        if part := text[at:stop].strip():
            yield part
        at = stop
    if part := text[at:].strip():
        yield part


def is_item(text: str) -> bool:
    return _ITEM.match(text) is not None


def numbered(texts: Iterable[tuple[str, bool, bool]]) -> tuple[Passage, ...]:
    """Passages of (text, item, heading), counted; what has no letter is left out."""
    kept = (
        (part, item, heading) for text, item, heading in texts for part in cut(clean(text), LONGEST)
    )
    told = [each for each in kept if any(letter.isalpha() for letter in each[0])]
    return tuple(
        Passage(text, Spot(at), item or is_item(text), heading)
        for at, (text, item, heading) in enumerate(told, 1)
    )


def paragraphs(lines: Sequence[Line]) -> tuple[Passage, ...]:
    """The paragraphs of lines in their order: each begins where its first line stands."""
    lines = [
        Line(part, line.page, line.number)
        for line in lines
        for part in (cut(line.text, LONGEST) if len(line.text) > LONGEST else [line.text])
    ]
    lengths = [len(line.text) for line in lines if line.text.strip()]
    full = quantiles(lengths, n=4)[2] if len(lengths) > 1 else 0
    found: list[list[Line]] = []
    previous: Line | None = None
    for line in lines:
        if not line.text.strip():
            previous = None if line.page is None else previous
            continue
        if previous is None or _breaks(previous.text, line.text, full):
            found.append([])
        found[-1].append(line)
        previous = line
    texts = [(part[0], text) for part in found for text in cut(_joined(part), LONGEST)]
    told = [(first, text) for first, text in texts if any(letter.isalpha() for letter in text)]
    return tuple(
        Passage(text, Spot(at, first.page, first.number), is_item(text))
        for at, (first, text) in enumerate(told, 1)
    )


def _breaks(previous: str, line: str, full: float) -> bool:
    previous, line = previous.rstrip(), line.strip()
    if _ITEM.match(line) or _PART.match(line):
        return True
    if _END.search(previous):
        return not _SHORTENED.search(previous)
    begins = line.lstrip("«“\"'( [")[:1]
    return (not begins.islower() and len(previous) < 0.6 * full) or (
        begins.isupper() and full > 300
    )


def _joined(part: Sequence[Line]) -> str:
    words: list[str] = []
    for line in part:
        added = line.text.strip()
        if words and _HYPHEN.search(words[-1][-2:]) and added[:1].islower():
            words[-1] = words[-1][:-1] + added
        else:
            words.append(added)
    return clean(" ".join(words))


def without_margins(pages: Sequence[Sequence[str]]) -> Iterator[Line]:
    """The lines of pages, less page numbers and what stands at the edge of three pages or more."""
    edges: Counter[str] = Counter()
    for lines in pages:
        edges.update({_bare(line) for line in (*lines[:2], *lines[-2:])})
    for page, lines in enumerate(pages, 1):
        last = len(lines) - 1
        for at, text in enumerate(lines):
            edge = at < 2 or at > last - 2
            if edge and (_NUMBER.fullmatch(text) or edges[_bare(text)] >= max(3, len(pages) // 2)):
                continue
            yield Line(text, page)


def _bare(line: str) -> str:
    """A line without its numbers, to know a header or footer again."""
    return "".join(kind for kind, _ in groupby(re.sub(r"[0-9]+", "0", line.strip().lower())))
