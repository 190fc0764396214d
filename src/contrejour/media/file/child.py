"""The process that hands a recorded file to FFmpeg, started by apart.py.

It reads what it is asked for on standard input, opens the files of that, shuts itself in
(base/sandbox.py), and only then has FFmpeg look at a byte of them.

    {"read": FILE}               says what the file is; then for each line on standard input,
                                 [first, last, skip, count], the frames that Reader.frames gives
    {"repack": FILE, …}          the coded pictures of a file that `mux` wrote
    {"mux": PATH, …}             writes one, of the chunks that follow on standard input

A FILE is what FixedFile tells, or a path alone.

It is in the hands of whoever made the file, if FFmpeg has a fault. Then it can answer wrongly, in
wire.py's words, and use up its limits: MEMORY_BYTES beyond what it has (a decoder keeps some
twenty pictures: of 8192 x 8192 px in 8 bits they are 2 GiB), and CPU_S, CPU_S_EACH_MIB more.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from contrejour.base import sandbox
from contrejour.base.answers import say, told_error
from contrejour.base.catalogue import catalogue
from contrejour.base.errors import ContrejourError, Unsupported
from contrejour.base.fixed import FixedFile
from contrejour.media.file import chunks, wire
from contrejour.media.file.index import index, probe
from contrejour.media.file.mux import mux
from contrejour.media.file.opened import InputFile, WritingCursor
from contrejour.media.file.reader import Reader, repack
from contrejour.media.out.encode import CodedPicture

MEMORY_BYTES = 4 << 30
CPU_S, CPU_S_EACH_MIB = 600, 1


def main() -> None:
    """Answer until there is nothing more to do, or an error ends it."""
    asked = json.loads(sys.stdin.buffer.readline())
    import_all_of_av()
    catalogue("en")  # what goes wrong is said in words, and no file can be read by then
    try:
        _answer(asked)
        say(b"D")
    except ContrejourError as error:
        say(b"E", told_error(error))
    except MemoryError:
        say(b"E", told_error(Unsupported("file-wants-too-much-memory")))


def import_all_of_av() -> None:
    """PyAV imports some of itself when a stream is found, which is too late."""
    for found in pkgutil.walk_packages(av.__path__, "av."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def _answer(asked: dict[str, Any]) -> None:
    if "mux" in asked:
        _mux(asked)
        return
    file = _input_file(asked.get("read") or asked["repack"])
    _shut_in(file.size)
    if "read" in asked:
        _read(file)
        return
    for packed in repack(file, asked["codec"], Fraction(asked["time_base"])):
        say(b"C", *wire.told_coded(packed))


def _input_file(told: dict[str, Any]) -> InputFile:
    return InputFile(FixedFile.of(told) if "blocks" in told else Path(told["path"]))


def _shut_in(size_bytes: int, *, files_grow: bool = False) -> None:
    cpu_s = CPU_S + CPU_S_EACH_MIB * (size_bytes >> 20)
    sandbox.shut_in(sandbox.Limits(MEMORY_BYTES, cpu_s, files_grow))


def _read(file: InputFile) -> None:
    fmt = probe(file)
    gops = tuple(index(file, fmt))
    say(b"F", wire.told_file(fmt, gops))
    reader = None
    for line in sys.stdin.buffer:
        reader = reader or Reader(file, fmt, gops)
        for frame in reader.frames(*json.loads(line)):
            say(b"P", *wire.told_picture(frame))
        say(b"D")


def _mux(asked: dict[str, Any]) -> None:
    sound = _input_file(asked["sound"]) if asked["sound"] else None
    with open(asked["mux"], "w+b") as out:
        _shut_in(asked["bytes"] + (sound.size if sound else 0), files_grow=True)
        fmt = wire.read_format(asked["format"])
        cursor = WritingCursor(out, asked["suffix"])
        mux(cursor, asked["suffix"], fmt, asked["times"], _packets(asked["chunks"]), sound)


def _packets(count: int) -> Iterator[CodedPicture]:
    for _ in range(count):
        yield from chunks.read(sys.stdin.buffer)
