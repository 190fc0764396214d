"""Boxes that a person drew are read as they are meant, or refused with the line."""

from __future__ import annotations

import pytest

from contrejour.base.errors import UsageError
from contrejour.base.pictures import Box
from contrejour.recorded.evaluate.truth import PeopleTruth, Person, parse

FACES = "frame,id,face_x1,face_y1,face_x2,face_y2,visible_fraction\n"


def test_motchallenge_counts_frames_and_pixels_from_1() -> None:
    truth = parse("gt.txt", "1,7,11,21,30,100,1,-1,-1,-1\n")
    assert truth == PeopleTruth(
        {0: (Person(7, Box(10, 20, 30, 22), Box(10, 20, 30, 100), 100),)}, {}
    )
    assert truth.last == 0


def test_a_box_between_pixels_is_taken_outward() -> None:
    (person,) = parse("gt.txt", "1,1,1.5,1.5,10.2,20.2,1,-1,-1,-1\n").frames[0]
    assert person.body == Box(0, 0, 11, 21)


@pytest.mark.parametrize(
    ("kind", "visible", "counted", "taken"),
    [(1, 1, 1, 0), (2, 0.3, 1, 0), (7, 1, 1, 0), (1, 0, 0, 1), (8, 1, 0, 1), (12, 1, 0, 1),
     (13, 1, 0, 1), (3, 1, 0, 0)],
)  # fmt: skip
def test_of_later_challenges_persons_who_can_be_seen_count_and_what_may_hold_one_is_taken(
    kind: int, visible: float, counted: int, taken: int
) -> None:
    truth = parse("gt.txt", f"3,1,1,1,10,20,0,{kind},{visible}\n")
    assert (len(truth.frames.get(2, ())), len(truth.taken.get(2, ()))) == (counted, taken)


def test_faces_count_from_0_and_one_that_cannot_be_seen_is_taken() -> None:
    truth = parse("f.csv", FACES + "0,1,10,20,30,50,1\n4,2,0,0,8,8,0\n")
    assert truth.frames == {0: (Person(1, Box(10, 20, 20, 30), None, 30),)}
    assert truth.taken == {4: (Box(0, 0, 8, 8),)}
    assert truth.last == 4


def test_heads_are_read_where_they_are_asked_for() -> None:
    text = "frame,id,face_x1,face_y1,face_x2,face_y2,head_x1,head_y1,head_x2,head_y2\n"
    row = "0,1,10,10,20,20,5,5,25,30\n"
    assert parse("f.csv", text + row).frames[0][0].head == Box(10, 10, 10, 10)
    assert parse("f.csv", text + row, "head").frames[0][0].head == Box(5, 5, 20, 25)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no ground truth"),
        ("1,1,a,1,1,1\n", "line 1"),
        ("\n1,1,1,1,1\n", "line 2"),
        ("0,1,1,1,10,10\n", "line 1"),
        ("1,1,1,1,0,10\n", "line 1"),
        ("1,1,inf,1,10,10\n", "line 1"),
        ("1,1,-1e300,-1e300,1e308,1e308\n", "line 1"),
        ("frame,id,left\n0,1,2\n", "face_x1"),
        (FACES + "0,1,10,20,30,50\n", "line 2"),
        (FACES + "-1,1,10,20,30,50,1\n", "line 2"),
        (FACES + "0,1,30,20,10,50,1\n", "line 2"),
        ("1,1,1,1,9,9\n1,1,2,2,9,9\n", "two boxes"),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        parse("gt", text)
