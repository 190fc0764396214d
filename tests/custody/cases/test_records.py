"""The steps of a case as documents: read as written, and strictly."""

from __future__ import annotations

import json

import pytest
from fakes.orders import BOTH, MINUTE, NOW, order, window
from fakes.peeling import KEYIDS, KEYS

from contrejour.base.canonical import canonical
from contrejour.base.errors import Malformed, OrderError, SignatureError
from contrejour.custody.cases import records
from contrejour.custody.cases.case import Expire, Export, Hold, Open, Peel
from contrejour.custody.ledger import entry as entries
from contrejour.custody.ledger import words

ID = order().id
WINDOWS = (window(), window(1, "cam-b"))
STEPS = [
    Hold(WINDOWS), Export("a" * 64), Expire(),
    Open(WINDOWS, tuple(each.recipient for each in WINDOWS)),
]  # fmt: skip


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_a_step_is_read_as_it_was_written(step) -> None:
    assert records.read(records.write(step, ID, NOW), ID, {}) == (step, NOW)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: type(step).__name__)
def test_a_step_of_another_order_or_shape_is_refused(step) -> None:
    data = records.write(step, ID, NOW)
    with pytest.raises(OrderError, match="another order"):
        records.read(data, "0" * 64, {})
    told = json.loads(data)
    for changed in ({**told, "more": 1}, {**told, "v": 2}, {**told, "at": 0}, {**told, "type": ""}):
        with pytest.raises(Malformed):
            records.read(canonical(changed), ID, {})
    for name in told:
        with pytest.raises(Malformed):
            records.read(
                canonical({key: value for key, value in told.items() if key != name}), ID, {}
            )


def test_a_peel_is_a_word_whose_entry_in_the_log_shows_no_window() -> None:
    said = Peel("dpo", BOTH, window())
    data = records.say_peel(said, ID, NOW, KEYS["dpo"])
    assert records.read(data, ID, KEYIDS) == (said, NOW)
    logged = entries.read(records.entry_of(data))
    assert (logged.type, logged.data["role"], logged.data["order"]) == ("unseal.peel", "dpo", ID)
    assert b"cam-a" not in logged.bytes
    assert words.digest(logged) == words.peel_digest(json.loads(records.entry_of(data)))


@pytest.mark.parametrize("name", ["at", "role", "key", "sig", "way", "window", "order"])
def test_attack_06_a_peel_that_was_changed_is_nobody_s_word(name: str) -> None:
    data = records.say_peel(Peel("dpo", BOTH, window()), ID, NOW, KEYS["dpo"])
    other = records.say_peel(
        Peel("operator", frozenset({"operator"}), window(1)), "0" * 64, NOW + MINUTE,
        KEYS["operator"],
    )  # fmt: skip
    told = json.loads(data) | {name: json.loads(other)[name]}
    with pytest.raises((OrderError, SignatureError)):
        records.read(canonical(told), ID, KEYIDS)


def test_a_step_of_before_peels_were_said_is_refused_and_says_so() -> None:
    for kind in ("order.witness", "unseal.peel"):
        with pytest.raises(OrderError, match="older version"):
            records.read(canonical({"type": kind, "v": 1, "order": ID}), ID, {})
