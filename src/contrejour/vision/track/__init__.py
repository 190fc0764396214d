"""Detections become tracks, tracks become masks with no gap in time.

By place and motion alone: nothing of what a person looks like is ever compared, and a track's
number dies with the file. `masks` is pure and looks ahead by a bounded time.
"""

from contrejour.vision.track.masks import masks
from contrejour.vision.track.tracker import Tracker

__all__ = ["Tracker", "masks"]
