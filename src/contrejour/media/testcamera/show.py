"""A clip at its own pace, with what goes wrong: the same for every way of sending it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from contrejour.media.testcamera.clips import AccessUnit, Clip
from contrejour.media.testcamera.faults import Faults


@dataclass(frozen=True, slots=True)
class TimedPicture:
    """A picture when it is due, `run_s` after the beginning.

    `time_ns`: the same by the camera's clock, `jumped_ns` of it by fault.
    """

    picture: AccessUnit
    codec: str
    run_s: float
    time_ns: int
    jumped_ns: int


async def show(clips: Sequence[Clip], number: int, faults: Faults) -> AsyncIterator[TimedPicture]:
    """The pictures of a clip, for ever, or until they are to drop; a stall never comes back."""
    shown, base_ns, resized = clips[number], 0, False
    pictures, started_s = shown.endlessly(), time.monotonic()
    while True:
        picture = next(pictures)
        time_ns = base_ns + picture.time_ns
        await asyncio.sleep(max(0.0, started_s + time_ns / 1e9 - time.monotonic()))
        run_s = time.monotonic() - started_s
        if run_s >= faults.drop:
            return
        if run_s >= faults.stall:
            await asyncio.Event().wait()
        if run_s >= faults.resize and not resized:
            shown = clips[(number + 1) % len(clips)]
            pictures, base_ns, resized = shown.endlessly(), time_ns, True
            continue
        jumped_ns = faults.clock_ns(0, run_s)
        yield TimedPicture(picture, shown.codec, run_s, time_ns + jumped_ns, jumped_ns)
