"""The slip says what is handed over, on one page, and leaves blank what nobody has said."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakes.looks import HOSTILE, LONG, UNBROKEN, boxes, pages, text_of
from fakes.orders import DAY, NOW, order

from contrejour.custody.cases.order import OrderKind
from contrejour.custody.cases.private import Private
from contrejour.papers.slip import MOST_FILES, Slip, SlipFile, pdf

FILE = SlipFile("car-t3/0001.mp4", "ab" * 32, 2_500_000, "h264", 40)
PRIVATE = Private.new({"case_number": "2027/00123", "requester_name": "Camille Étienne"})
SLIP = Slip(order(), "SNCF (exemple)", (FILE,), PRIVATE, "cd" * 32)


def test_it_says_what_was_handed_over_in_both_languages() -> None:
    french, english = text_of(pdf(SLIP, "fr")), text_of(pdf(SLIP, "en"))
    for said in (french, english):
        squeezed = said.replace(" ", "")
        for told in ("77-1-1", "2027/00123", "cam-a,cam-b", "abab", "cdcd", "±40ms", "h264",
                     "2027-02-28T14:00:00Z", order().id):  # fmt: skip
            assert told in squeezed
    assert "Bordereau de remise" in french
    assert "Remis par" in french
    assert "15 h 00" in french
    assert "Handed over by" in english


def test_what_nobody_said_is_left_to_write() -> None:
    said = text_of(pdf(replace(SLIP, private=None, files=(SlipFile("a", "b" * 64, 1),)), "fr"))
    assert said.count("à compléter") == 5


def test_a_hold_says_until_when() -> None:
    held = order(kind=OrderKind.HOLD, hold_until=NOW + 90 * DAY)
    assert "Conservé jusqu'au : 30 mai 2027" in text_of(pdf(replace(SLIP, order=held), "fr"))


@pytest.mark.parametrize("text", [HOSTILE, LONG, UNBROKEN[:1500]])
def test_it_is_one_page_whatever_is_in_it(text: str) -> None:
    files = tuple(SlipFile(text[:255], "ab" * 32, 10**12) for _ in range(60))
    full = Private.new(dict.fromkeys(("case_number", "requester_name"), text))
    made = pdf(Slip(order(), text, files, full, "cd" * 32), "fr")
    assert pages(made) == 1
    assert f"et {60 - MOST_FILES} autres fichiers" in text_of(made)
    for (wide, high), (left, bottom, right, top) in boxes(made):
        assert -1 <= left <= right <= wide + 1
        assert -1 <= bottom <= top <= high + 1


def test_the_same_slip_gives_the_same_bytes() -> None:
    assert pdf(SLIP, "fr") == pdf(SLIP, "fr")
