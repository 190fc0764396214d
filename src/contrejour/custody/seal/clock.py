"""The clocks of the machine that records: what they say, and how far that is believed."""

from __future__ import annotations

import ctypes
import struct
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from contrejour.custody.seal.manifest import ClockQuality

LEAP_MS = 2_000
"""Beyond this a clock didn't drift: it was set."""
NTP, UNSET, UNKNOWN = "ntp", "unset", "unknown"
_DAY_MS = 86_400_000
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_MAX_ERROR_AT, _STATUS_AT = 24, 40
"""In struct timex of a 64-bit Linux: microseconds, and flags."""
_ERROR, _UNSYNCHRONISED = 5, 0x40


@dataclass(frozen=True, slots=True)
class Reading:
    """The wall clock (ms since 1970, UTC) and what a manifest says of it, at one moment."""

    wall_ms: int
    clock: ClockQuality


def read() -> Reading:
    """All of it, now."""
    held, error_ms = kernel()
    boot_id = UNKNOWN
    with suppress(OSError):
        boot_id = _BOOT_ID.read_text().strip() or UNKNOWN
    count = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    mono_ms = time.clock_gettime_ns(count) // 1_000_000
    src = UNKNOWN if held is None else NTP if held else UNSET
    return Reading(time.time_ns() // 1_000_000, ClockQuality(src, error_ms, boot_id, mono_ms))


def kernel() -> tuple[bool | None, int]:
    """Whether the kernel holds its clock for set (adjtimex(2)), and its error in ms, at most.

    (None, a day) where it can't be asked.
    """
    if sys.platform != "linux" or struct.calcsize("l") != 8:
        return None, _DAY_MS
    buffer = ctypes.create_string_buffer(512)  # struct timex; modes 0 only reads
    state = ctypes.CDLL(None, use_errno=True).adjtimex(buffer)
    if state < 0:
        return None, _DAY_MS
    [error_us] = struct.unpack_from("l", buffer, _MAX_ERROR_AT)
    [status] = struct.unpack_from("i", buffer, _STATUS_AT)
    return state != _ERROR and not status & _UNSYNCHRONISED, max(0, -(-error_us // 1000))


class TrustedTime:
    """The time as far as it is believed: a clock that leaps ahead, and is not set by NTP, isn't.

    Keys of days to come are on the disk of who records, and what is due is destroyed by this time:
    without it a clock that runs away would seal for days that die too late, and destroy too early.
    """

    def __init__(self, first: Reading) -> None:
        self._first = first

    def ms(self, now: Reading) -> int:
        """Ms since 1970: the wall clock's, or what was really waited since it was believed."""
        waited = self._first.wall_ms + now.clock.mono_ms - self._first.clock.mono_ms
        if now.clock.src == NTP:
            self._first = now
        return now.wall_ms if now.clock.src == NTP else min(now.wall_ms, waited + LEAP_MS)


def when(time_ms: int) -> datetime:
    """Ms since 1970, UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC)
