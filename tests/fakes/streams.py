"""Pictures of a camera, muxed to HLS."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np

from contrejour.base.pictures import Frame
from contrejour.media import Encoder, Format, Playlist

NOON = datetime(2027, 2, 12, 12, tzinfo=UTC)

SIZE = (96, 64)


def fmt_of(rate: int = 25, pix_fmt: str = "yuv420p") -> Format:
    deep = pix_fmt.endswith("10le")
    return Format(
        "rtsp", "h264", pix_fmt, *SIZE, (1, 1), 10 if deep else 8, False, Fraction(1, 90_000),
        Fraction(rate), Fraction(1), 0, None, (1, 1, 1, 1), (), "", 0, 0,
    )  # fmt: skip


class Stream:
    """A playlist that is being written, picture by picture."""

    def __init__(self, folder: Path, *, keep: bool = True, rate: int = 25, pix_fmt="yuv420p"):
        self.folder, self.fmt = folder, fmt_of(rate, pix_fmt)
        self.playlist = Playlist(folder, keep=keep)
        self.sessions = 0
        self.begin()

    def begin(self) -> None:
        self.sessions += 1
        self.encoder = Encoder(self.fmt, live=True)
        self.playlist.begin(self.fmt, f"s{self.sessions}")
        self.time_ns = 0

    def show(self, count: int, wait_ns: int = 0) -> None:
        self.time_ns += wait_ns
        for _ in range(count):
            high, wide = SIZE[1], SIZE[0]
            level = self.time_ns // 40_000_000 % 200
            kind = np.uint16 if self.fmt.depth > 8 else np.uint8
            planes = tuple(np.full((high >> n, wide >> n), level, kind) for n in (0, 1, 1))
            pts = round(self.time_ns * 90_000 / 1e9)
            frame = Frame(0, pts, self.time_ns, wide, high, 0, planes, (1, 1), self.fmt.depth,
                          lambda planes, w, h: planes[0])  # fmt: skip
            self.playlist.write(self.encoder.write(frame), NOON)
            self.time_ns += round(1e9 / self.fmt.rate)

    @property
    def text(self) -> str:
        return (self.folder / "live.m3u8").read_text()

    def numbers(self) -> list[int]:
        return [int(n) for n in re.findall(r"^s\d+-(\d+)\.m4s$", self.text, re.MULTILINE)]
