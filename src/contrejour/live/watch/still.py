"""The newest veiled picture as a JPEG, every ten seconds: for an overview, or a slow link."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import cv2

from contrejour.base import files
from contrejour.base.pictures import Frame
from contrejour.media import Format, rgb_of

EVERY_NS = 10_000_000_000
"""Time between two stills. By eye, 2026-11-25."""
WIDTH_PX, QUALITY = 960, 80
"""Width, and quality of the JPEG. By eye, 2026-11-25."""


class Still:
    """`FOLDER/still.jpg`, replaced as a whole. Given veiled frames alone."""

    def __init__(self, folder: Path, fmt: Format) -> None:
        self._path, self._fmt = folder / "still.jpg", fmt
        self._due_ns = 0

    def offer(self, veiled: Frame) -> None:
        """A veiled frame; written when ten seconds are over. A still that can't be is left out."""
        if veiled.time_ns < self._due_ns:
            return
        self._due_ns = veiled.time_ns + EVERY_NS
        width = min(WIDTH_PX, veiled.width)
        picture = rgb_of(self._fmt, veiled.planes, width, veiled.height * width // veiled.width)
        _, data = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        with suppress(OSError):
            files.replace(self._path, data.tobytes(), durable=False)
