"""Frames of a live camera, and how it ended."""

from __future__ import annotations

import itertools

from contrejour.base.errors import CameraError
from contrejour.media.camera.live import Live


def seen(address: str, most: int = 1000, **options):
    """The frames until it ends or `most` have come, its error, and the connection."""
    live = Live(address, **options)
    found = []
    try:
        found.extend(itertools.islice(live.frames(), most))
    except CameraError as error:
        return found, error, live
    finally:
        live.close()
    return found, None, live
