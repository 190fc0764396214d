"""The steps of a case as documents: read as written, and strictly."""

from __future__ import annotations

import json

import pytest
from fakes.orders import BOTH, NOW, SEEN, order, window

from contrejour.base.canonical import canonical
from contrejour.base.errors import Malformed, OrderError
from contrejour.custody.cases import records
from contrejour.custody.cases.case import Attest, Expire, Export, Hold, Open, Peel

ID = order().id
WINDOWS = (window(), window(1, "cam-b"))
STEPS = [
    Attest(ID, SEEN), Peel("dpo", BOTH, window(), 60), Hold(WINDOWS), Export("a" * 64), Expire(),
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
