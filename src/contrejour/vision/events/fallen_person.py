"""Somebody who stood and went, and falls, and stays on the ground.

Thresholds: by eye on scripted scenes, 2026-11-25; bench/results/events.md has what is found with
them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import mean, median

from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.ground import Polygon, foot, inside, is_cut
from contrejour.vision.events.moment import Moment
from contrejour.vision.events.rule import Sign

UPRIGHT, LYING = 1.5, 0.9
"""Height in widths of a box: from the first on somebody stands, up to the second they lie. Who
sits, squats or bends is between."""
STOOD, LOW = 0.85, 0.6
"""Shares of the height when standing: from the first on somebody stands still, up to the second
they are down."""
DROP = 0.35
"""Standing heights that the top of a box comes down in a fall, at least. Of somebody who sits down
behind a bench or a back it comes down less."""
TURN_NS = 1_500_000_000
"""Time from the last box that stood to the first that lies, at most: half of an even turn that
takes three seconds."""
BEFORE_NS, LEAST_BEFORE = 6_000_000_000, 5
"""How far back, and from how many sightings upright, a standing height is taken."""
WENT = 0.5
"""Standing heights that a foot has gone at some time, at least: a picture on a wall never does."""
TAKEN_OVER_NS = 1_000_000_000
"""Time in which a new lying box may go on with a track that broke in the fall."""
ASIDE, ALONG = 1.2, 0.6
"""Standing heights from foot to foot within one fall, at most: across the picture and down it."""
UNSEEN_NS = 3_000_000_000
"""A fallen person is taken to lie on for this long without a sighting: who lies is found less often
than who stands."""
SIGHTINGS = 3
"""Lying boxes from which a fall holds."""
LAY_NS = 60_000_000_000
"""Where somebody lay in the last of these, a lying box is no fall."""


@dataclass(slots=True)
class _Stand:
    """What is known of a box's last seconds: (time, box, score), and whether it ever went."""

    first: tuple[float, float]
    went: bool = False
    past: deque[tuple[int, Box, float]] = field(default_factory=deque)

    def see(self, time_ns: int, thing: Thing) -> None:
        self.past.append((time_ns, thing.box, thing.score))
        while time_ns - self.past[0][0] > BEFORE_NS:
            self.past.popleft()
        x, y = _foot(thing.box)
        far = max(abs(x - self.first[0]), abs(y - self.first[1]))
        self.went = self.went or far >= WENT * thing.box.h

    def stood(self) -> tuple[int, Box, float, float] | None:
        """The last sighting at full height, that height and the mean score; None: unknown."""
        upright = [each for each in self.past if each[1].h >= UPRIGHT * each[1].w]
        if not self.went or len(upright) < LEAST_BEFORE:
            return None
        tall = median(box.h for _, box, _ in upright)
        time_ns, box, _ = next(each for each in reversed(upright) if each[1].h >= STOOD * tall)
        return time_ns, box, tall, mean(score for *_, score in upright)


@dataclass(slots=True)
class _Fall:
    """A place where somebody fell, how tall they stood, and what of them was seen since."""

    box: Box
    tall: float
    score: float
    numbers: set[int]
    last_ns: int
    sightings: int = 1


@dataclass(slots=True)
class _Lay:
    """A place where somebody lies or lay, fallen or not."""

    box: Box
    first_ns: int
    last_ns: int


class FallenPerson:
    """Holds while somebody lies in the polygon who was seen to fall there.

    A fall: a box that stood for a while and has gone some way turns to lying within about two
    seconds, its top coming down by a third of its height, its foot staying where it was. Where the
    track breaks in the fall, a new lying box at the same foot within a second goes on with it, by
    place and time alone; never one where somebody lay already. Who lies or sits from the start,
    sits down, bends, comes in lying, or is cut by the edge is none. It ends when they are up, or
    aren't seen for three seconds.
    """

    needs: Iterable[str] = ()

    def __init__(self, polygon: Polygon) -> None:
        self.polygon = polygon
        self._stands: dict[int, _Stand] = {}
        self._lay: list[_Lay] = []
        self._falls: list[_Fall] = []

    def update(self, moment: Moment) -> Sign:
        now_ns = moment.time_ns
        people = [t for t in moment.things if t.kind is Kind.PERSON and t.box.w > 0 < t.box.h]
        lying = [thing for thing in people if thing.box.h <= LYING * thing.box.w]
        self._go_on(now_ns, people, lying)
        whole = [thing for thing in lying if not is_cut(thing.box, moment.size)]
        for thing in whole:
            if not any(_same_place(thing.box, fall) for fall in self._falls):
                self._falls += self._fallen(now_ns, thing, people)
        self._remember(moment, people, lying)
        there = [
            fall for fall in self._falls
            if fall.sightings >= SIGHTINGS and inside(self.polygon, foot(fall.box, moment.size))
        ]  # fmt: skip
        return Sign(bool(there), max((fall.score for fall in there), default=0.0), len(there))

    def reset(self) -> None:
        self._stands.clear()
        self._lay.clear()
        self._falls.clear()

    def _go_on(self, now_ns: int, people: Sequence[Thing], lying: Sequence[Thing]) -> None:
        """Who still lies, and who is up again."""
        for thing in lying:
            for fall in self._falls:
                if _same_place(thing.box, fall):
                    fall.box, fall.last_ns = thing.box, now_ns
                    fall.sightings += 1
                    fall.numbers.add(thing.number)
        up = {t.number for t in people if t.box.h >= UPRIGHT * t.box.w}
        self._falls = [
            fall for fall in self._falls
            if not fall.numbers & up and now_ns - fall.last_ns <= UNSEEN_NS
        ]  # fmt: skip

    def _fallen(self, now_ns: int, thing: Thing, people: Sequence[Thing]) -> Iterator[_Fall]:
        """The fall that this lying box is the end of, if it is one."""
        here = {person.number for person in people}
        for number, stand in self._stands.items():
            known = stand.stood()
            if known is None:
                continue
            stood_ns, before, tall, score = known
            own = number == thing.number
            lost = number not in here and now_ns - stand.past[-1][0] <= TAKEN_OVER_NS
            if not own and not (
                lost and thing.since_ns > stood_ns and self._is_news(thing, stood_ns)
            ):
                continue
            (x0, y0), (x1, y1) = _foot(before), _foot(thing.box)
            if (
                now_ns - stood_ns <= TURN_NS
                and thing.box.h <= LOW * tall
                and thing.box.y - before.y >= DROP * tall
                and abs(x1 - x0) <= ASIDE * tall
                and abs(y1 - y0) <= ALONG * tall
            ):
                yield _Fall(thing.box, tall, (score + thing.score) / 2, {number, thing.number},
                            now_ns)  # fmt: skip
                return

    def _is_news(self, thing: Thing, since_ns: int) -> bool:
        """Whether nobody lay there before."""
        return not any(lay.first_ns <= since_ns and _meet(thing.box, lay.box) for lay in self._lay)

    def _remember(self, moment: Moment, people: Sequence[Thing], lying: Sequence[Thing]) -> None:
        now_ns = moment.time_ns
        for thing in lying:
            known = [lay for lay in self._lay if _meet(thing.box, lay.box)]
            for lay in known:
                lay.last_ns = now_ns
            if not known:
                self._lay.append(_Lay(thing.box, now_ns, now_ns))
        self._lay = [lay for lay in self._lay if now_ns - lay.last_ns <= LAY_NS]
        for thing in people:
            if is_cut(thing.box, moment.size):
                self._stands.pop(thing.number, None)  # its height says nothing
            else:
                new = _Stand(_foot(thing.box))
                self._stands.setdefault(thing.number, new).see(now_ns, thing)
        for number, stand in list(self._stands.items()):
            if now_ns - stand.past[-1][0] > UNSEEN_NS:
                del self._stands[number]


def _foot(box: Box) -> tuple[float, float]:
    return box.x + box.w / 2, box.y + box.h


def _same_place(box: Box, fall: _Fall) -> bool:
    (x0, y0), (x1, y1) = _foot(fall.box), _foot(box)
    return abs(x1 - x0) <= ALONG * fall.tall and abs(y1 - y0) <= ALONG * fall.tall


def _meet(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.w and other.x < one.x + one.w
        and one.y < other.y + other.h and other.y < one.y + one.h
    )  # fmt: skip
