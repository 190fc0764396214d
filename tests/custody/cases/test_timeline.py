"""One time line of several cameras: by place and time, and as sure as the clocks are."""

from __future__ import annotations

import dataclasses

from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.times import Instant
from contrejour.custody.cases.timeline import Piece, timeline

S = 10**9
FAR = 10**18


def at(second: int, off_s: int = 0, wall: int | None = None) -> Instant:
    camera_ns = None if wall is not None else second * S
    return Instant(0, (wall if wall is not None else 0) * S, camera_ns, off_s * S)


def piece(
    since: int, long: int = 5, camera: str = "a", place: str = "quai", off_s: int = 0
) -> Piece:
    return Piece(camera, place, at(since, off_s), at(since + long, off_s), "clip", f"{since}.mp4")


PIECES = st.lists(
    st.builds(piece, st.integers(0, 60), st.integers(0, 9), st.sampled_from("abc"),
              st.sampled_from(["quai", "hall"]), st.integers(0, 9)), max_size=20,
)  # fmt: skip


@given(PIECES, st.integers(0, 60), st.integers(0, 30), st.sampled_from([(), ("quai",)]))
def test_what_may_have_been_there_then_is_on_the_line_and_nothing_else(
    pieces, start: int, long: int, places
) -> None:
    rows = timeline(pieces, start * S, (start + long) * S, places)
    wanted = [
        each for each in pieces
        if (not places or each.place in places)
        and each.since.camera_ns - each.since.uncertainty_ns < (start + long) * S
        and each.until.camera_ns + each.until.uncertainty_ns >= start * S
    ]  # fmt: skip
    assert sorted(map(repr, wanted)) == sorted(repr(row.piece) for row in rows)
    assert [row.since_ns for row in rows] == sorted(row.since_ns for row in rows)


@given(PIECES)
def test_it_is_sure_only_where_no_true_time_could_be_otherwise(pieces) -> None:
    rows = timeline(pieces, -FAR, FAR)
    for number, row in enumerate(rows):
        earliest = row.since_ns - row.uncertainty_ns
        latest = [each.since_ns + each.uncertainty_ns for each in rows[:number]]
        assert row.sure == all(earliest > each for each in latest)


@given(PIECES, st.randoms())
def test_the_order_they_come_in_makes_no_difference(pieces, random) -> None:
    mixed = pieces[:]
    random.shuffle(mixed)
    before, after = timeline(pieces, -FAR, FAR), timeline(mixed, -FAR, FAR)
    assert [(row.since_ns, row.sure) for row in before] == [(r.since_ns, r.sure) for r in after]


def test_the_camera_s_clock_is_believed_before_ours() -> None:
    ours = Piece("a", "quai", at(0, 3, wall=50), at(0, 3, wall=55), "zone")
    first, second = timeline([ours, piece(40)], -FAR, FAR)
    assert (first.since_ns, second.since_ns) == (40 * S, 50 * S)
    assert second.uncertainty_ns == 3 * S


def test_clocks_that_overlap_leave_the_order_open() -> None:
    rows = timeline([piece(10, off_s=2), piece(13, camera="b", off_s=2), piece(30)], -FAR, FAR)
    assert [row.sure for row in rows] == [True, False, True]


def test_a_piece_has_nothing_that_could_be_of_somebody() -> None:
    fields = {field.name for field in dataclasses.fields(Piece)}
    assert fields == {"camera", "place", "since", "until", "shows", "file"}
