"""A head leaks unless nine tenths of it are hidden; one leaked frame leaks the track."""

from __future__ import annotations

import numpy as np
import pytest

from contrejour.base.errors import UsageError
from contrejour.base.pictures import Box
from contrejour.recorded.evaluate.score import Leak, PixelVerdict, Result, score
from contrejour.recorded.evaluate.truth import PeopleTruth, Person

HEAD = Box(10, 10, 10, 10)
MS = 1_000_000


def verdict(rows: int, at_ms: int = 0, *, shown: bool = True) -> PixelVerdict:
    """A frame of 60 x 40 in which the first `rows` rows are hidden."""
    hidden = np.zeros((40, 60), bool)
    hidden[:rows] = True
    return PixelVerdict(at_ms * MS, hidden, ~hidden if shown else np.zeros_like(hidden))


def one(verdicts: list[PixelVerdict], head: Box = HEAD, body: Box | None = None) -> Result:
    """One person in all of these frames."""
    person = Person(1, head, body, 50)
    return score(PeopleTruth(dict.fromkeys(range(len(verdicts)), (person,)), {}), verdicts)


@pytest.mark.parametrize(("rows", "leaked"), [(40, 0), (19, 0), (18, 1), (0, 1)])
def test_nine_tenths_of_a_head_have_to_be_hidden(rows: int, leaked: int) -> None:
    assert one([verdict(rows)]).leaked_heads == leaked


def test_a_head_outside_the_picture_is_not_counted() -> None:
    assert one([verdict(0)], Box(100, 100, 10, 10)).heads == 0


def test_a_head_of_which_nothing_can_be_told_leaks_and_is_said() -> None:
    result = one([verdict(0, shown=False)])
    assert (result.leaked_heads, result.undecided_heads) == (1, 1)


def test_a_leak_lasts_until_the_next_frame_and_the_longest_is_told_first() -> None:
    frames = [verdict(rows, 40 * n) for n, rows in enumerate((0, 40, 0, 0, 40))]
    result = one(frames)
    assert result.leaks == (Leak(1, 2, 3, 80), Leak(1, 0, 0, 40))
    assert (result.longest_leak_ms, result.leaked_tracks, result.tracks) == (80, 1, 1)


def test_what_is_hidden_for_nothing_is_counted_where_there_is_no_person() -> None:
    body = Box(0, 0, 60, 20)
    assert one([verdict(40)], body=body).person_free_hidden == 1
    assert one([verdict(20)], body=body).person_free_hidden == 0
    taken = score(PeopleTruth({}, {0: (Box(0, 0, 60, 40),)}), [verdict(40)])
    assert taken.person_free_hidden is None


def test_a_truth_that_says_more_than_the_video_holds_is_refused() -> None:
    with pytest.raises(UsageError, match="frame index 3"):
        score(PeopleTruth({3: ()}, {}), [verdict(0)])
