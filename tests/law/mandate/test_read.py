"""A mandate is read strictly: what could be misread is an error, at its line, with a hint."""

from __future__ import annotations

from contextlib import suppress

import pytest
from fakes.mandates import FOLDER
from hypothesis import example, given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from contrejour.base.errors import Malformed
from contrejour.law.mandate import read
from contrejour.law.mandate.parse import _document, _events, _Strange, parse

TEXT = (FOLDER / "lawful.yaml").read_text()

FAULTS = [
    # what stands there, what is written instead, what is said, the hint
    ("kind: sncf-ratp-security", "kind: sncf-ratp-securty",
     "body.kind: 'sncf-ratp-securty' is not in the closed list",
     "did you mean sncf-ratp-security?"),
    ("basis: gdpr.6.1.e", "basis: because", "basis: 'because' is not in the closed list",
     "one of: gdpr.6.1.a, gdpr.6.1.c, gdpr.6.1.e, gdpr.6.1.f, led.8"),
    ("keep: {images: PT0S", "keep: {imagse: PT0S", "measures.0.keep.imagse: unknown key",
     "did you mean images?"),
    ("keep: {images: PT0S", "keep: {images: 30 jours",
     "measures.0.keep.images: expected a duration, found '30 jours'", "such as P30D"),
    ("confirms: true", "confirms: no",
     "measures.1.human.confirms: expected true or false, found 'no'", ""),
    ("confirms: true", "confirms: oui",
     "measures.1.human.confirms: expected true or false, found 'oui'", ""),
    ("date: 2024-03-01", "date: 1er mars 2024",
     "documents.prefet.date: expected a date, found '1er mars 2024'", "2027-01-15"),
    ("from: 2027-02-12T16:00:00+01:00", "from: 2027-02-12T16:00:00",
     "measures.1.window.from: expected a date", "with its time and zone"),
    ("count: 4,", "count: quatre,",
     "measures.2.cameras.count: expected a whole number, found 'quatre'", ""),
    ("count: 4,", "count: 0,", "measures.2.cameras.count: 0 can't stand here", ""),
    ("necessity: need\n    dpia: aipd\n    authorisation: prefet",
     "necessity: nead\n    dpia: aipd\n    authorisation: prefet",
     "measures.1.necessity: nead is not in documents", "did you mean need?"),
    ("place: car-t3}", "place: car-t4}", "measures.2.cameras.place: car-t4 is not in places",
     "did you mean car-t3?"),
    ("access: [operateur, dpo]", "access: [operateur, maire]",
     "measures.2.access.1: maire is not in roles", ""),
    ("access: [operateur, dpo]", "access: operateur", "measures.2.access: expected a list",
     "[a, b]"),
    ("  - id: evenement", "  - id: compter", "measures.1.id: compter is written twice", ""),
    ('departments: ["69"], exposed', "departments: [692], exposed",
     "places.quais.departments.0: 692 can't stand here", "two digits"),
    ("until: 2027-12-31", "until: 2026-12-31", "valid.until: ends before it begins", ""),
    ("expires: 2029-02-28", "expires: 2023-02-28", "documents.prefet.expires: ends before", ""),
    ("until: 2027-02-14T02", "until: 2027-02-12T02", "measures.1.window.until: ends before", ""),
    ("mandate: 1", "mandate: 2", "mandate: 2 is not in the closed list", ""),
    ("mandate: 1", "mandate: 1\noriginals: {window: PT5M}",
     "originals.window: PT5M is beyond what any mandate may say", "PT10S or PT60S"),
    ("mandate: 1", "mandate: 1\noriginals: {window: PT30S}", "originals.window: PT30S", "PT60S"),
    ("mandate: 1", "mandate: 1\noriginals: {horizon: PT0S}", "originals.horizon: PT0S", "PT1H"),
    ("mandate: 1", "mandate: 1\noriginals: {cooling_off: PT11H}", "cooling_off: PT11H", "PT12H"),
    ("mandate: 1", "mandate: 1\noriginals: {order_lasts: P8D}", "order_lasts: P8D", "to P7D"),
    ("mandate: 1", "mandate: 1\noriginals: {order_lasts: P1M}", "order_lasts: P31D", "to P7D"),
    ("mandate: 1", "mandate: 1\noriginals: {cosignature_age: PT7H}", "cosignature_age: PT7H",
     "from PT5M to PT6H"),
    ("mandate: 1", "mandate: 1\noriginals: {camera_minutes: 1441}", "camera_minutes: 1441",
     "from 1 to 1440"),
    ("mandate: 1", "mandate: 1\noriginals: {camera_minutes: 0}", "camera_minutes: 0", "from 1"),
    ("mandate: 1", "mandate: 1\noriginals: {camera_minutes: many}", "expected a whole number", ""),
    ("mandate: 1", "mandate: 1\noriginals: {cooling_off: P2D, order_lasts: P2D}",
     "originals.cooling_off: an order would end before it may be used", "order_lasts"),
    ("mandate: 1", "mandate: 1\noriginals: {windows: PT10S}", "unknown key", "did you mean window"),
    ("regime: gdpr", "regime: gdpr\nregime: led", "regime is written twice", "keep one"),
    ("regime: gdpr", "regime: &r gdpr", "an anchor, an alias or a tag", "write the value out"),
    ("regime: gdpr", "regime: !!str gdpr", "an anchor, an alias or a tag", ""),
    ("regime: gdpr", "regime: !!python/object/apply:os.system [id]", "an anchor, an alias or a tag",
     ""),
    ("regime: gdpr", "[regime]: gdpr", "a key that is not a word", "key: value"),
    ("regime: gdpr", "regime: gdpr\n---\nmandate: 1", "a second document", "one mandate a file"),
    ("regime: gdpr", "regime: [gdpr", "not YAML", ""),
    ("regime: gdpr", "regime:\tgdpr: x", "not YAML", ""),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message", "hint"), FAULTS)
def test_a_fault_is_told_with_file_line_key_and_hint(old, new, message, hint):
    assert old in TEXT
    with pytest.raises(Malformed) as caught:
        read(TEXT.replace(old, new, 1), "m.yaml")
    told = [caught.value, *caught.value.others]
    found = next((each for each in told if message in str(each)), None)
    assert found, [str(each) for each in told]
    assert hint in found.hint
    if "not YAML" not in message:
        wanted = 1 + TEXT[: TEXT.index(old)].count("\n")
        line = int(str(found).split(":")[1])
        assert wanted <= line <= wanted + new.count("\n") + 1


def test_all_faults_are_told_at_once():
    text = TEXT.replace("basis: gdpr.6.1.e", "basis: no").replace("count: 4,", "count: x,")
    with pytest.raises(Malformed) as caught:
        read(text, "m.yaml")
    assert len(caught.value.others) == 1
    assert "basis" in str(caught.value)
    assert "measures.2.cameras.count" in str(caught.value.others[0])


def test_a_camera_is_at_one_place():
    text = TEXT.replace("{count: 24, place: quais}", "{ids: [a, b], place: quais}")
    assert read(text, "m.yaml")
    with pytest.raises(Malformed, match=r"measures\.2\.cameras\.ids\.1: b is at quais already"):
        read(text.replace("{count: 4, place: car-t3}", "{ids: [c, b], place: car-t3}"), "m.yaml")


def test_a_missing_key_is_told_at_the_line_of_what_lacks_it():
    text = TEXT.replace("  - id: car-enregistrer\n    cameras", "  - cameras")
    with pytest.raises(Malformed, match=r"m\.yaml:\d+: measures\.2\.id: is missing") as caught:
        read(text, "m.yaml")
    assert TEXT.splitlines()[int(str(caught.value).split(":")[1]) - 1].startswith("  - id: car")


def test_no_and_dates_and_leading_zeros_stay_text_and_only_true_false_null_and_numbers_do_not():
    told = parse(
        "{a: no, b: 2027-01-01, c: 007, d: 7, e: true, f: null, g: '7', h: 1e3, i: on}", ""
    )
    assert told == {
        "a": "no", "b": "2027-01-01", "c": "007", "d": 7, "e": True, "f": None, "g": "7",
        "h": "1e3", "i": "on",
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "hello", "- a\n- b", "42", "# nothing\n", "null"])
def test_what_is_no_mandate_at_all_is_said_so(text):
    with pytest.raises(Malformed, match="no keys and values"):
        read(text, "m.yaml")


def test_a_byte_order_mark_and_the_line_ends_of_other_systems_change_nothing():
    assert read("\ufeff" + TEXT.replace("\n", "\r\n"), "m.yaml") == read(TEXT, "m.yaml")


def test_a_bomb_of_brackets_is_refused():
    with pytest.raises(Malformed):
        read("[" * 5_000, "m.yaml")
    with pytest.raises(Malformed, match="nested too deep"):
        read("[" * 20 + "]" * 20, "m.yaml")


@given(st.text())
def test_no_text_gets_anything_but_a_mandate_or_malformed(text):
    with pytest.raises(Malformed):
        read(text, "m.yaml")


@given(st.integers(0, len(TEXT) - 1), st.characters())
@example(0, "\ud800")
def test_no_changed_letter_gets_anything_but_a_mandate_or_malformed(place, letter):
    changed = TEXT[:place] + letter + TEXT[place + 1 :]
    with suppress(Malformed):
        assert read(changed, "m.yaml").measures


def both(text: str):
    """What libyaml, and what ruamel's own parser, make of a text; None for what is not YAML."""
    for stream in (_events, YAML(typ="safe", pure=True).parse):
        try:
            yield _document(iter(stream(text)))
        except (YAMLError, _Strange):
            yield None


@pytest.mark.parametrize("name", ["lawful", "project"])
def test_both_parsers_read_the_examples_the_same(name):
    fast, slow = both((FOLDER / f"{name}.yaml").read_text())
    assert fast == slow != None  # noqa: E711


@given(st.text("ab1:{}[], \n-#'\"/T", max_size=40))
def test_what_libyaml_can_read_means_the_same_to_the_other_parser(text):
    fast, slow = both(text)
    assert fast is None or slow is None or fast == slow


def test_a_character_that_stands_for_another_is_refused():
    with pytest.raises(Malformed, match=r"m\.yaml:2: a character of private use"):
        read("a: 1\nb: 16\ue00000\n", "m.yaml")
