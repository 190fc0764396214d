"""Detections become tracks, tracks become masks with no gap in time.

tracker.py   detections joined over time: sightings become tracks
assign.py    which detection goes on which track: the closest pairs first
masks.py     tracks to masks, with a bounded look-ahead

By place and motion alone: nothing of what a person looks like is ever compared, and a track's
number dies with its stream. All three are pure.
"""

from contrejour.vision.track.masks import masks
from contrejour.vision.track.tracker import Tracker

__all__ = ["Tracker", "masks"]
