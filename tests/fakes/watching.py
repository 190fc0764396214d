"""Frames of a live camera, and how it ended."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from contrejour.base.errors import CameraError
from contrejour.base.pictures import Frame
from contrejour.media.camera.live import LiveStream
from contrejour.vision.scene import Scene


def seen(
    address: str, most: int = 1000, **options: Any
) -> tuple[list[Frame], CameraError | None, LiveStream]:
    """The frames until it ends or `most` have come, its error, and the connection."""
    live = LiveStream(address, **options)
    found = []
    try:
        found.extend(itertools.islice(live.frames(), most))
    except CameraError as error:
        return found, error, live
    finally:
        live.close()
    return found, None, live


def at_once(work: Callable[[], Scene]) -> Future[Scene]:
    """Learning that takes no time."""
    done: Future[Scene] = Future()
    done.set_result(work())
    return done
