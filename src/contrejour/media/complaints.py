"""What a decoder says of damage while it decodes, which is often in its log alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import av
import av.logging

ERROR, WARNING = av.logging.ERROR, av.logging.WARNING
_GAP = "num gap"
"""Of a whole picture that was lost the H.264 decoder says no more, at the level of debugging."""


def heard(
    decode: Callable[[], Sequence[Any]], least: int | None
) -> tuple[Sequence[av.VideoFrame], bool]:
    """The pictures that it gives, and whether it complained: by an error, or of a lost picture, or
    by a line of the level `least` or worse."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.DEBUG)
    av.logging.set_skip_repeated(False)  # else what it says twice is heard once
    try:
        with av.logging.Capture() as said:
            pictures = decode()
    except av.FFmpegError:
        return (), True
    finally:
        av.logging.set_level(before)
    return pictures, any(
        _GAP in text or (least is not None and level <= least) for level, _, text in said
    )
