"""What a mandate asks for is read one way, or refused: empty, twice, elsewhere, huge, unseen."""

from __future__ import annotations

from datetime import date

import pytest
from fakes.mandates import FOLDER

from contrejour.base.errors import Malformed
from contrejour.law.mandate import read
from contrejour.law.mandate.cameras import MOST_FILMED, cameras_of, cameras_under
from contrejour.law.mandate.schema import Mandate

TEXT = (FOLDER / "lawful.yaml").read_text()
BY_COUNT = "cameras: {count: 4, place: car-t3}"


def refused(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(Malformed) as caught:
        read(TEXT.replace(old, new), "x.yaml")
    return str(caught.value)


def described(cameras: str, text: str = TEXT) -> str:
    return text.replace("roles:\n", f"cameras:\n{cameras}roles:\n", 1)


def test_attack_47_empty_hours_are_refused() -> None:
    assert "measures.2.hours: [] can't stand" in refused(BY_COUNT, f"{BY_COUNT}\n    hours: []")


def test_attack_47_an_empty_list_of_cameras_is_refused() -> None:
    told = refused(BY_COUNT, "cameras: {ids: [], place: car-t3}")
    assert "measures.2.cameras.ids: [] can't stand" in told


def test_attack_48_a_numbered_camera_is_not_one_described_elsewhere() -> None:
    with pytest.raises(Malformed) as caught:
        read(described("  car-t3-02: {place: quais}\n"), "x.yaml")
    said = "measures.2.cameras.count: car-t3-02 is at quais already, and here at car-t3"
    assert said in str(caught.value)


def test_attack_48_a_listed_camera_is_not_one_described_elsewhere() -> None:
    text = TEXT.replace(BY_COUNT, "cameras: {ids: [a], place: car-t3}")
    with pytest.raises(Malformed, match="a is at quais already, and here at car-t3"):
        read(described("  a: {place: quais}\n", text), "x.yaml")


def test_attack_48_a_numbered_camera_is_not_one_described_at_its_place() -> None:
    mandate = read(described("  car-t3-02: {place: car-t3}\n"), "x.yaml")
    names = cameras_of(mandate)["car-enregistrer"]
    assert len(set(names)) == 4
    assert names[0] == "car-t3-02"


def test_attack_49_a_camera_numbered_at_one_place_is_not_listed_at_another() -> None:
    told = refused(BY_COUNT, "cameras: {ids: [quais-01], place: car-t3}")
    assert "measures.2.cameras.ids.0: quais-01 is at quais already, and here at car-t3" in told


def test_attack_49_an_authorisation_counts_the_cameras_that_the_plan_has() -> None:
    text = TEXT.replace('departments: ["38"]}', 'departments: ["38"], cameras: 1}', 1)
    assert cameras_under(read(text, "x.yaml"))["busauth"] == 4


def test_attack_53_a_number_of_cameras_has_a_bound() -> None:
    assert "film more than" in refused("count: 4,", "count: 99999999,")


def test_attack_53_the_bound_is_of_all_measures_together() -> None:
    assert "film more than" in refused("count: 24,", f"count: {MOST_FILMED // 2},")


def test_attack_53_twice_a_region_is_read() -> None:
    mandate = read(TEXT.replace("count: 24,", "count: 20000,"), "x.yaml")
    assert len(set(cameras_of(mandate)["compter"])) == 20_000


def test_attack_57_a_camera_is_listed_once() -> None:
    told = refused(BY_COUNT, "cameras: {ids: [a, a], place: car-t3}")
    assert "measures.2.cameras.ids.1: a is written twice" in told


def test_attack_57_the_number_is_that_of_the_cameras_listed() -> None:
    told = refused(BY_COUNT, "cameras: {count: 2, ids: [a, b, c], place: car-t3}")
    assert "measures.2.cameras.count: 2 cameras are said, and 3 are listed" in told


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u2060 \xad", "\u3164", "\u2800", "\u202e\u061c", "\x07"]
)
def test_attack_57_a_text_that_nobody_sees_says_nothing(unseen: str) -> None:
    written = "".join(f"\\u{ord(each):04x}" for each in unseen)
    told = refused("signed_by: responsable, dpo", f'signed_by: "{written}", dpo')
    assert "documents.aipd.signed_by" in told


@pytest.mark.parametrize("written", ["1893452400", "86400000", '"1893452400"', "0"])
def test_attack_57_a_day_is_not_seconds_since_1970(written: str) -> None:
    told = refused("until: 2027-12-31", f"until: {written}")
    assert "valid.until: expected a date" in told


def test_attack_57_a_moment_is_not_seconds_since_1970() -> None:
    assert "window.until: expected a date" in refused(
        "until: 2027-02-14T02:00:00+01:00", "until: 99999999999"
    )


def test_a_day_in_code_is_a_day() -> None:
    mandate = read(TEXT, "x.yaml")
    again = Mandate.model_validate(mandate.model_dump())
    assert again.valid.until == date(2027, 12, 31)
