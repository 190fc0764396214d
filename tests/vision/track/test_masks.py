"""No gap in time: what was seen stays hidden before, between and after its sightings."""

import random
from collections.abc import Iterator

import pytest
from fakes.examples import at_most
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.pictures import Box, Detection, Kind, Look, Mask, Sight, Source
from contrejour.vision.track import masks
from contrejour.vision.track.masks import HOLD_NS, LOOKAHEAD_NS

SIZE = (640, 480)
FRAME_NS = 40_000_000


def walker(frame: int) -> Box:
    """Somebody who crosses the picture at a walking pace."""
    return Box(40 + 2 * frame, 100, 40, 100)


def look(frame: int, *boxes: Box, sight: Sight = Sight.SEEN, score: float = 0.9) -> Look:
    found = tuple(Detection(box, Kind.PERSON, score) for box in boxes)
    return Look(frame, frame * FRAME_NS, sight, found)


def covered(mask: Mask, box: Box) -> bool:
    """Whether one hidden box holds all of `box`, or the frame is veiled whole."""
    return bool(mask.whole) or any(
        h.box.x <= max(0, box.x) and h.box.y <= max(0, box.y)
        and h.box.x + h.box.w >= min(SIZE[0], box.x + box.w)
        and h.box.y + h.box.h >= min(SIZE[1], box.y + box.h)
        for h in mask.boxes
    )  # fmt: skip


def test_a_mask_for_each_look_in_order() -> None:
    looks = [look(n, walker(n)) for n in range(120)]
    assert [mask.index for mask in masks(looks, SIZE)] == list(range(120))


@given(st.integers(0, 2**32 - 1), st.floats(0, 0.7))
@at_most(40)
def test_a_person_whom_the_detector_misses_now_and_then_is_always_hidden(
    seed: int, missed: float
) -> None:
    chance = random.Random(seed)
    looks = [look(n, *([] if chance.random() < missed else [walker(n)])) for n in range(150)]
    seen = [one.index for one in looks if one.detections]
    for mask in masks(looks, SIZE):
        if seen and seen[0] <= mask.index <= seen[-1]:
            assert covered(mask, walker(mask.index)), mask.index


@pytest.mark.parametrize("broken", [Sight.CORRUPT, Sight.FAILED])
def test_frames_that_lost_the_look_after_them_are_veiled_whole(broken: Sight) -> None:
    """Somebody seen once, at frame 0; the next look never came: frame 3 would show them."""
    looks = [look(0, walker(0)), *(look(n, sight=Sight.SKIPPED) for n in (1, 2, 3))]
    looks += [look(n, sight=broken) for n in range(4, 10)] + [look(n) for n in range(10, 40)]
    found = list(masks(looks, SIZE))
    assert all(covered(found[n], walker(n)) for n in range(10))
    assert not found[0].whole
    assert all(found[n].whole for n in range(1, 10))


def test_a_detector_that_is_silent_for_two_seconds_reveals_nobody() -> None:
    silent = range(60, 110)
    looks = [look(n, *([] if n in silent else [walker(n)])) for n in range(170)]
    found = list(masks(looks, SIZE))
    assert all(covered(found[n], walker(n)) for n in range(170))
    assert {h.source for n in silent for h in found[n].boxes} == {Source.FILL}


def test_masks_start_before_the_first_sighting_and_end_after_the_last() -> None:
    looks = [look(n, *([walker(n)] if 40 <= n < 80 else [])) for n in range(140)]
    found = list(masks(looks, SIZE))
    held = HOLD_NS // FRAME_NS
    for n in (*range(40 - held, 40), *range(80, 79 + held)):
        assert covered(found[n], walker(n)), n
    assert not found[0].boxes
    assert not found[139].boxes


def test_frames_between_two_looks_hide_the_way_between_them() -> None:
    looks = [look(n, walker(n)) if n % 4 == 0 else look(n, sight=Sight.SKIPPED) for n in range(81)]
    assert all(covered(mask, walker(mask.index)) for mask in masks(looks, SIZE))


@pytest.mark.parametrize(
    ("sight", "why"), [(Sight.FAILED, "detector-failed"), (Sight.CORRUPT, "corrupt")]
)
def test_a_frame_that_nobody_could_look_at_is_veiled_whole(sight: Sight, why: str) -> None:
    looks = [look(0, walker(0)), look(1, sight=sight), look(2, walker(2))]
    assert [mask.whole for mask in masks(looks, SIZE)] == ["", why, ""]


def test_after_a_cut_everything_is_veiled_until_somebody_looked() -> None:
    cut = Look(1, FRAME_NS, Sight.SKIPPED, cut=True)
    looks = [look(0), cut, look(2, sight=Sight.SKIPPED), look(3)]
    assert [mask.whole for mask in masks(looks, SIZE)] == ["", "unseen-cut", "unseen-cut", ""]


def test_a_recording_that_starts_unseen_is_veiled_until_somebody_looked() -> None:
    looks = [look(0, sight=Sight.SKIPPED), look(1)]
    assert [mask.whole for mask in masks(looks, SIZE)] == ["unseen-cut", ""]


def test_an_unsure_detection_is_believed_only_near_a_sure_one_of_its_track() -> None:
    unsure = [look(n, walker(0), score=0.2) for n in range(200)]
    assert not any(mask.boxes for mask in masks(unsure, SIZE))
    once_sure = [look(n, walker(0), score=0.9 if n == 100 else 0.2) for n in range(200)]
    found = list(masks(once_sure, SIZE))
    assert all(covered(found[n], walker(0)) for n in range(60, 141))
    assert not found[0].boxes


def test_the_look_ahead_is_bounded() -> None:
    read = 0

    def endless() -> Iterator[Look]:
        nonlocal read
        while True:
            yield look(read, walker(read % 200))
            read += 1

    stream = masks(endless(), SIZE)
    for index in range(500):
        assert next(stream).index == index
        assert read - index <= LOOKAHEAD_NS // FRAME_NS + 1


def test_faces_alone_are_hidden_when_that_is_asked_for() -> None:
    person, face = Box(100, 100, 60, 200), Box(120, 110, 20, 24)
    seen = (Detection(person, Kind.PERSON, 0.9), Detection(face, Kind.FACE, 0.9))
    (with_face,) = masks([Look(0, 0, Sight.SEEN, seen)], SIZE, hide="faces")
    (without,) = masks([Look(0, 0, Sight.SEEN, seen[:1])], SIZE, hide="faces")
    assert covered(with_face, face)
    assert covered(with_face, Box(100, 100, 60, 60)), "what was found may be no face"
    assert not covered(with_face, person)
    assert covered(without, Box(100, 100, 60, 60))
    assert not covered(without, person)


def test_the_plate_zone_of_a_vehicle_is_hidden_and_its_roof_is_not() -> None:
    car = Detection(Box(100, 100, 200, 100), Kind.VEHICLE, 0.9)
    (mask,) = masks([Look(0, 0, Sight.SEEN, (car,))], SIZE)
    assert covered(mask, Box(100, 160, 200, 40))
    assert not covered(mask, Box(100, 100, 200, 10))


def test_whoever_is_seen_first_was_there_since_the_look_before():
    """Looks a third of a second apart: between two of them nobody can tell when they came."""
    person = Detection(Box(100, 100, 40, 100), Kind.PERSON, 0.9)
    looks = []
    for index in range(20):
        seen = index % 8 == 0
        found = (person,) if seen and index == 8 else ()
        sight = Sight.SEEN if seen else Sight.SKIPPED
        looks.append(Look(index, index * 40_000_000, sight, found))
    hidden = [bool(mask.boxes) for mask in masks(looks, (320, 240))]
    assert hidden == [False] + [True] * 15 + [False] * 4


def test_luggage_is_never_hidden_and_changes_no_mask() -> None:
    plain = [look(n, walker(n)) for n in range(80)]
    bag = Detection(Box(300, 150, 40, 40), Kind.OBJECT, 0.9)
    with_bag = [Look(one.index, one.time_ns, one.sight, (bag, *one.detections)) for one in plain]
    for hide in ("people", "faces"):
        assert [*masks(with_bag, SIZE, hide=hide)] == [*masks(plain, SIZE, hide=hide)]


def test_a_box_that_swells_is_hidden_at_its_largest_all_the_way() -> None:
    wide = Box(60, 50, 140, 160)
    between = [look(n, sight=Sight.SKIPPED) for n in range(1, 4)]
    found = list(masks([look(0, Box(100, 50, 60, 160)), *between, look(4, wide)], SIZE))
    assert all(covered(mask, wide) for mask in found[1:])
