"""One large JSON object, read member by member, strictly, in flat memory.

Stricter than most readers: a repeated key is an error, since of two lists of boxes a reader that
keeps the last one would show what the first one hides.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import ijson  # type: ignore[import-untyped]  # it ships no types

from contrejour.base.errors import MasksError
from contrejour.base.fixed import Source, open_source, path_of
from contrejour.base.messages import Message

DEEPEST = 16
"""Nesting beyond this is no masks file, and must not exhaust the stack."""
LONGEST = 2 << 20
"""Bytes of a frame, and of what stands before or after the frames: 40,000 boxes. In memory they
take thirty times as many; and the parser reads a long text from its beginning again with every
64 KiB, so that one of 50 MB would take it minutes."""
BOM = b"\xef\xbb\xbf"

Events = Iterator[tuple[str, object]]


def dump(value: object) -> str:
    """`value` as compact JSON, on one line. Raises MasksError for what JSON can't say."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise MasksError("masks-not-json-values", error=str(error)) from error


def members(source: Source, streamed: str) -> Iterator[tuple[str, object]]:
    """(key, value) of every member of the object in a file, in the file's order.

    The member named `streamed` must be an array: it comes as (streamed, None), then once more per
    item. Raises MasksError where the file can't be read, or isn't one valid JSON object in UTF-8.
    """
    path = path_of(source)
    try:
        with open_source(source) as file:
            if file.read(len(BOM)) != BOM:  # some editors add one
                file.seek(0)
            yield from _members(_ParserEvents(file, path), path, streamed)
    except OSError as error:
        raise MasksError("masks-cannot-be-read", path=path, reason=error.strerror) from error


def _members(events: _ParserEvents, path: Path, streamed: str) -> Iterator[tuple[str, object]]:
    if next(events)[0] != "start_map":
        raise MasksError("masks-not-an-object", path=path)
    seen: set[object] = set()
    for event, key in events:
        if event == "end_map":
            break
        if key in seen:
            raise MasksError("masks-key-twice", path=path, key=str(key))
        seen.add(key)
        if key != streamed:
            yield str(key), _value(events, *next(events))
            continue
        if next(events)[0] != "start_array":
            raise MasksError("masks-not-an-array", path=path, key=streamed)
        yield streamed, None
        events.begin()
        for opening, value in events:
            if opening == "end_array":
                break
            yield streamed, _value(events, opening, value)
            events.items += 1
            events.begin()
    for _ in events:  # what follows the object is an error of the parser's
        pass


class _ParserEvents:
    """The parser's events, its errors turned into ours, which say how far it came.

    Beyond `LONGEST` bytes since `begin`, as the parser reads them, there is an error.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file, self.path, self.items = file, path, 0
        self.begin()
        self._parsed: Events = iter(ijson.basic_parse(self, use_float=True))

    def begin(self) -> None:
        self._left = LONGEST

    def read(self, size: int) -> bytes:
        """What the parser takes from the file."""
        if size and self._left <= 0:
            raise self.error(Message("json-too-long", most_kib=LONGEST >> 10))
        data = self._file.read(size)
        self._left -= len(data)
        return data

    def __iter__(self) -> _ParserEvents:
        return self

    def __next__(self) -> tuple[str, object]:
        try:
            return next(self._parsed)
        except (ijson.JSONError, ValueError) as error:
            said = error.args[0] if error.args else ""
            text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            reason = text.split("\n")[0].strip()
            raise self.error(Message("json-invalid", reason=reason)) from error

    def error(self, fault: Message) -> MasksError:
        return MasksError("masks-broken-after", path=self.path, fault=fault, frames=self.items)


def _value(events: _ParserEvents, event: str, value: object, depth: int = 0) -> object:
    if depth > DEEPEST:
        raise events.error(Message("json-too-deep"))
    if event == "start_array":
        array: list[object] = []
        for inner, item in events:
            if inner == "end_array":
                break
            array.append(_value(events, inner, item, depth + 1))
        return array
    if event == "start_map":
        mapping: dict[str, object] = {}
        for closing, key in events:
            if closing == "end_map":
                break
            if key in mapping:
                raise events.error(Message("json-key-twice", key=key))
            mapping[str(key)] = _value(events, *next(events), depth + 1)
        return mapping
    if isinstance(value, float) and not math.isfinite(value):
        raise events.error(Message("json-number-too-large"))
    return value
