"""Detectors that fail in every way one can: named as "fakes.detectors:NAME" in Options.detector.

They are built in worker processes, so what they need to know comes in environment variables:

    FAKE_SCRIPT     a JSON file, {"TIME_NS": [[x, y, w, h, kind, score], ...]}; "*" is any frame
    FAKE_FAIL_NS    times (ns, comma-separated) at which `failing_at` raises
    FAKE_SILENT_NS  "FROM,TO" (ns) in which `scripted` finds nothing
    FAKE_REACHED    a file in which `stuck` says "1" once it is stuck
    FAKE_RAN        a folder that is made where somebody runs what `pickling` says
    FAKE_TOUCH      a file whose time `touching` sets to another

What they ask of the system they ask while they are built: then the worker is shut in.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from fakes.runs import LIMIT_S

from contrejour.base.errors import DetectorError
from contrejour.base.pictures import Box, Detection, Frame, Kind

Found = tuple[Detection, ...]
MAGENTA = 160
"""Both chroma samples of what is painted magenta are above this."""


class Fake:
    """A detector that answers with one function."""

    def __init__(self, answer: Callable[[Frame], Found]) -> None:
        self.detect = answer


def nothing(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds nothing, ever."""
    return Fake(lambda frame: ())


def square(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds a person all over a picture that is shown square, and nobody in any other."""
    whole = Detection(Box(0, 0, 10_000, 10_000), Kind.PERSON, 0.9)
    return Fake(lambda frame: (whole,) if size[0] == size[1] else ())


def failing(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Raises DetectorError, always."""

    def answer(frame: Frame) -> Found:
        raise DetectorError("the network fell over")

    return Fake(answer)


def surprising(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Raises what no contract mentions, always."""

    def answer(frame: Frame) -> Found:
        raise RuntimeError("the runtime fell over")

    return Fake(answer)


def failing_at(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Raises at the times of FAKE_FAIL_NS, and finds nothing otherwise."""
    times = {int(time) for time in os.environ["FAKE_FAIL_NS"].split(",")}

    def answer(frame: Frame) -> Found:
        if frame.time_ns in times:
            raise DetectorError("not this one")
        return ()

    return Fake(answer)


def nan(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Returns a box that is not a number, as a network that overflowed does."""
    bad = float("nan")
    box = Box(bad, bad, bad, bad)  # type: ignore[arg-type]
    return Fake(lambda frame: (Detection(box, Kind.PERSON, bad),))


def scripted(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds what FAKE_SCRIPT says, but nothing within FAKE_SILENT_NS."""
    script = json.loads(Path(os.environ["FAKE_SCRIPT"]).read_text())
    first, last = map(int, os.environ.get("FAKE_SILENT_NS", "-2,-1").split(","))

    def answer(frame: Frame) -> Found:
        if first <= frame.time_ns <= last:
            return ()
        rows = script.get(str(frame.time_ns), script.get("*", []))
        return tuple(Detection(Box(x, y, w, h), Kind(k), s) for x, y, w, h, k, s in rows)

    return Fake(answer)


def exiting(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Ends its process, as a library that calls exit() does."""

    def answer(frame: Frame) -> Found:
        os._exit(7)

    return Fake(answer)


def crashing(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Dies of a segmentation fault, as a decoder on a hostile stream does."""

    def answer(frame: Frame) -> Found:
        signal.raise_signal(signal.SIGSEGV)
        return ()

    return Fake(answer)


def stuck(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Says "1" in the file FAKE_REACHED and never answers."""
    with open(os.environ["FAKE_REACHED"], "a+b") as file:
        file.truncate(1)
        shared = mmap.mmap(file.fileno(), 1)

    def answer(frame: Frame) -> Found:
        shared[0] = ord("1")
        while True:
            time.sleep(LIMIT_S)

    return Fake(answer)


def attacking(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds nothing, and attacks (taken_over.py)."""
    from fakes.taken_over import Attack

    attack = Attack()

    def answer(frame: Frame) -> Found:
        attack.run()
        return ()

    return Fake(answer)


class _Program:
    """Makes the folder FAKE_RAN where somebody unpickles it."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (os.environ["FAKE_RAN"],)


def pickling(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Says a pickle in its worker's place."""
    link = Connection(os.dup(int(sys.argv[1])))

    def answer(frame: Frame) -> Found:
        link.send(_Program())
        while True:
            time.sleep(LIMIT_S)

    return Fake(answer)


def unbuildable(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Raises before there is a detector at all."""
    raise DetectorError("verbatim", text="no device to run on")


def touching(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds nothing, and the file FAKE_TOUCH is changed, as by another program."""
    os.utime(os.environ["FAKE_TOUCH"], ns=(1, 1))
    return nothing(size)


def pictured(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """As `painted`, in the picture that real detectors are given."""

    def answer(frame: Frame) -> Found:
        red, green, blue = np.moveaxis(frame.rgb(*size), 2, 0)
        rows, columns = ((red > 150) & (blue > 150) & (green < 100)).nonzero()
        if not len(rows):
            return ()
        x, y = int(columns.min()), int(rows.min())
        w, h = int(columns.max()) + 1 - x, int(rows.max()) + 1 - y
        return (Detection(Box(x, y, w, h), Kind.PERSON, 0.9),)

    return Fake(answer)


def painted(size: tuple[int, int], *, offline: bool = False) -> Fake:
    """Finds the one thing that is magenta (on 4:2:0), as a person."""

    def answer(frame: Frame) -> Found:
        high = (frame.planes[1] > MAGENTA) & (frame.planes[2] > MAGENTA)
        rows, columns = high.any(axis=1).nonzero()[0], high.any(axis=0).nonzero()[0]
        if not len(rows):
            return ()
        x, y = int(columns[0]) * 2, int(rows[0]) * 2
        w, h = int(columns[-1]) * 2 + 2 - x, int(rows[-1]) * 2 + 2 - y
        return (Detection(Box(x, y, w, h), Kind.PERSON, 0.9),)

    return Fake(answer)
