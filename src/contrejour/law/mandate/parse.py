"""YAML read strictly: nothing in it that a reader could misread.

YAML 1.2's core, less what surprises: `no`, `oui` and dates stay text, a key written twice is an
error, and so are anchors, tags and a second document. Only true, false, null and whole numbers
mean something else than their letters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from contrejour.base.errors import Malformed

Data = str | int | bool | None | list["Data"] | dict[str, "Data"]
Path = tuple[str | int, ...]

DEEPEST = 12
MOST_CHARACTERS = 4 << 20
"""20,000 cameras with their positions have 2.8 million: twice a region's. libyaml reads those in
half a second; what it refuses is read again thirty times slower."""
PUT_BY = "\ue000"
_COLON = re.compile(r"(?<=\w):(?=[\w/])")
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_WORDS: Mapping[str, Data] = {"true": True, "false": False, "null": None, "~": None, "": None}


def parse(text: str, name: str) -> Data:
    """Plain data of one YAML document. Raises Malformed."""
    if len(text) > MOST_CHARACTERS:
        raise Malformed("yaml-too-long", name=name, most=MOST_CHARACTERS)
    if PUT_BY in text:
        line = 1 + text[: text.index(PUT_BY)].count("\n")
        raise Malformed("private-use-character", name=name, line=line)
    try:
        return _either(text, _document)
    except UnicodeEncodeError as error:  # half of a surrogate pair, which no file can hold
        raise Malformed("not-utf-8", path=name) from error
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        problem = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise Malformed("not-yaml", name=name, line=line, problem=problem) from error
    except _Strange as strange:
        raise Malformed(
            "yaml-strange", name=name, line=strange.line, fault=strange.fault.message,
            hint=strange.fault.advice,
        ) from strange  # fmt: skip


def lines(text: str) -> dict[Path, int]:
    """The line (from 1) of each key and item in a text that parses."""
    return _either(text, lambda stream: dict(_lines(_root(stream), stream, ())))


Stream = Iterator[Event]
Result = TypeVar("Result")


def _either(text: str, make: Callable[[Stream], Result]) -> Result:
    """Read with libyaml or, where that gives up, with ruamel's own parser, thirty times slower."""
    text = text.removeprefix("\ufeff")
    try:
        return make(_events(text))
    except YAMLError:
        return make(iter(YAML(typ="safe", pure=True).parse(text)))


def _events(text: str) -> Stream:
    """libyaml's events. Its YAML 1.1 refuses `{at: 16:00}`, so such colons are replaced first
    and put back in the values.

    A colon between two letters or digits never means anything in YAML 1.2.
    """
    parser = CParser(_COLON.sub(PUT_BY, text))
    return iter(parser.get_event, None)


class _Strange(Exception):
    """YAML that a reader could misread."""

    def __init__(self, event: Event, fault: Malformed) -> None:
        super().__init__(fault)
        self.line, self.fault = event.start_mark.line + 1, fault


def _document(stream: Stream) -> Data:
    data: Data = None
    found = False
    for event in stream:
        if isinstance(event, DocumentStartEvent):
            if found:
                raise _Strange(event, Malformed("yaml-second-document"))
            found = True
            data = _value(next(stream), stream, DEEPEST)
    return data


def _value(event: Any, stream: Stream, depth: int) -> Data:
    kind = type(event)
    if kind is AliasEvent or event.anchor is not None or event.tag is not None:
        raise _marked(event)
    if kind is ScalarEvent:
        text: str = event.value
        if PUT_BY in text:
            text = text.replace(PUT_BY, ":")
        if event.style:  # quoted, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        return int(text) if _WHOLE.fullmatch(text) else text
    if not depth:
        raise _Strange(event, Malformed("yaml-too-deep"))
    if kind is MappingStartEvent:
        return _mapping(stream, depth - 1)
    items: list[Data] = []
    for item in stream:
        if type(item) is SequenceEndEvent:
            break
        items.append(_value(item, stream, depth - 1))
    return items


def _mapping(stream: Stream, depth: int) -> dict[str, Data]:
    data: dict[str, Data] = {}
    for key in stream:
        if type(key) is MappingEndEvent:
            break
        if type(key) is not ScalarEvent:
            raise _Strange(key, Malformed("yaml-key-not-a-word"))
        if key.tag is not None or key.anchor is not None:
            raise _marked(key)
        name: str = key.value
        if PUT_BY in name:
            name = name.replace(PUT_BY, ":")
        if name in data:
            raise _Strange(key, Malformed("written-twice", name=name))
        data[name] = _value(next(stream), stream, depth)
    return data


def _marked(event: Event) -> _Strange:
    return _Strange(event, Malformed("yaml-anchor"))


def _lines(event: Event, stream: Stream, path: Path) -> Iterator[tuple[Path, int]]:
    """Where each key and item below this one is."""
    if isinstance(event, MappingStartEvent):
        while not isinstance(key := next(stream), MappingEndEvent):
            below = (*path, str(getattr(key, "value", "")).replace(PUT_BY, ":"))
            yield below, key.start_mark.line + 1
            yield from _lines(next(stream), stream, below)
    elif isinstance(event, SequenceStartEvent):
        place = 0
        while not isinstance(item := next(stream), SequenceEndEvent):
            yield (*path, place), item.start_mark.line + 1
            yield from _lines(item, stream, (*path, place))
            place += 1


def _root(stream: Stream) -> Event:
    return next(event for event in stream if isinstance(event, NodeEvent))
