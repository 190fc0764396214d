"""From frames and what the detectors said of them to moments, of which the rules are told."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

import numpy as np

from contrejour.base.pictures import Cells, Frame, Look, Sight, Thing
from contrejour.vision import detect
from contrejour.vision.events import Moment
from contrejour.vision.senses import Senses
from contrejour.vision.track import Tracker
from contrejour.vision.track.tracker import LOST_NS, Track


class Moments:
    """The moments of one stream, from tracks of its own.

    Masks are made with a look ahead of seconds; rules have to answer at once, so their tracks are
    made without.
    """

    def __init__(self, needs: Collection[str] = ()) -> None:
        """`needs`: what the rules need of a Moment (`EventRule.needs`); no more is computed."""
        self._needs = frozenset(needs)
        self._tracker, self._senses = Tracker(), Senses(self._needs)

    def update(self, frame: Frame, look: Look, unlike: Cells | None) -> Moment | None:
        """The moment of a frame that was looked at, or is as the last one; None of another.

        `unlike`: the proven cells, coded, in which it isn't the empty scene; None: not known.
        """
        if look.cut:
            self._tracker.cut()
            self._senses = Senses(self._needs)
        if look.sight not in (Sight.SEEN, Sight.SAME):
            return None
        self._tracker.update(look.index, look.time_ns, look.detections)
        self._tracker.forget(look.time_ns - LOST_NS)
        wall_ns = frame.taken.wall_ns if frame.taken else look.time_ns
        if unlike is not None:
            wanted = "unlike" in self._needs
            unlike = np.rot90(unlike, -frame.rotation // 90) if wanted else None
        seen = [each for each in self._tracker.tracks if each.last.time_ns == look.time_ns]
        return Moment(
            look.time_ns,
            datetime.fromtimestamp(wall_ns / 1e9, UTC),
            (frame.width, frame.height),
            tuple(_thing(track) for track in seen if track.sure_count),
            unlike=unlike,
            doubted=tuple(_thing(track) for track in seen if not track.sure_count)
            if "doubted" in self._needs else None,
            **self._senses.update(frame, same=look.sight is Sight.SAME),
        )  # fmt: skip


def detector_for(
    needs: Collection[str], make: Callable[..., detect.Detector], size: tuple[int, int],
    *, offline: bool,
) -> detect.Detector:  # fmt: skip
    """The detector that `make` builds, of luggage too where a rule needs `objects`."""
    more = {"objects": True} if "objects" in needs else {}
    return make(size, offline=offline, **more)


def relook_ns(needs: Collection[str]) -> int | None:
    """After how long a picture in which nothing moved is looked at again; None: never.

    A second where a rule asks who is doubted: who lies still is found in some looks only."""
    return 1_000_000_000 if "doubted" in needs else None


def _thing(track: Track) -> Thing:
    return Thing(track.number, track.kind, track.last.box, track.last.score, track.begun_ns)
