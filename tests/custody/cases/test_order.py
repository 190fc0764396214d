"""Orders and words of others, read strictly; what is personal stands there as commitments alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.orders import DAY, DEFAULT, HOUR, MINUTE, NOW, hold, order
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.canonical import canonical
from contrejour.base.errors import ContrejourError, Malformed, OrderError, SignatureError
from contrejour.custody.cases import private, signed
from contrejour.custody.cases.order import OrderKind, aligned, made, read
from contrejour.custody.cases.rules import keys
from contrejour.custody.quorum import parse
from contrejour.law.mandate.sign import keyid, new_key

KEYS = {name: new_key() for name in ("dpo", "prosecutor", "opj")}
KEYIDS = {name: keyid(key.public_key()) for name, key in KEYS.items()}

WHOLE = order().bytes


def test_an_order_is_read_as_it_was_made() -> None:
    for asked in (order(), hold(), order(held=hold().id),
                  order(commitments=(("case_number", "a" * 64),))):  # fmt: skip
        assert read(asked.bytes) == asked
        assert asked.id == hashlib.sha256(b"\0" + asked.bytes).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"v": True}, {"type": "order.approve"}, {"cameras": []}, {"cameras": ["b", "a"]},
        {"cameras": ["a", "a"]}, {"cameras": ["a\n"]}, {"cameras": "a"}, {"requester": "A B"},
        {"basis": "230-32"}, {"basis": "15"}, {"kind": "peek"}, {"nonce": "3" * 31}, {"plan": "A"},
        {"opener": "AGE-SECRET-KEY-1AAAAAAAAA"}, {"since": "2027-02-30T00:00:00Z"}, {"urgent": 1},
        {"since": "2027-02-28T14:00:00+00:00"}, {"more": 1}, {"commitments": {"Name": "a" * 64}},
        {"commitments": {"name": "Dupont"}}, {"expires": None},
    ],
)  # fmt: skip
def test_an_order_of_another_shape_is_refused(change) -> None:
    told = {**json.loads(order().bytes), **change}
    with pytest.raises(Malformed):
        read(canonical(told))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"null", b"\xff", b"{" * 5000, b"[" * 4000, b'{"v":1e400}', b" " + WHOLE,
        WHOLE.replace(b'{"', b'{ "', 1), WHOLE.replace(b"cam-a", b"cam-\\u0061"),
        WHOLE.replace(b'"v":1}', b'"v":1,"v":1}'),
        WHOLE.replace(b'"v":1}', b'"v":1.0}'), WHOLE + b" " * 4096,
        WHOLE.replace(b'"v":1}', b'"v":' + b"9" * 400 + b"}"),
    ],
)  # fmt: skip
def test_other_bytes_are_no_order(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@given(st.data())
def test_a_flipped_byte_is_refused_or_another_order(data: st.DataObject) -> None:
    whole = bytearray(order().bytes)
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    try:
        found = read(bytes(whole))
    except ContrejourError:
        return
    assert found.id != order().id
    assert found.bytes == bytes(whole)


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"until": NOW - 23 * HOUR}, "empty"), ({"until": NOW + MINUTE}, "has not passed"),
        ({"not_before": NOW - MINUTE}, "ends before"), ({"expires": NOW + DAY}, "ends before"),
        ({"kind": OrderKind.HOLD}, "until when"), ({"hold_until": NOW + 9 * DAY}, "until when"),
        ({"kind": OrderKind.HOLD, "hold_until": NOW + 9 * DAY}, "a hold is for none"),
        ({"opener": ""}, "for one opener"),
        ({"kind": OrderKind.HOLD, "hold_until": NOW + 2 * DAY, "opener": ""}, "hold ends before"),
        ({"kind": OrderKind.HOLD, "hold_until": NOW + 9 * DAY, "opener": "", "held": "a" * 64},
         "isn't prolonged"),
    ],
)  # fmt: skip
def test_times_that_can_not_be_are_refused(changes, said: str) -> None:
    with pytest.raises(OrderError, match=said):
        made(order(**changes))


@given(st.integers(0, 10**6), st.integers(1, 10**5), st.sampled_from([10, 60]))
def test_windows_are_opened_whole(start_s: int, long_s: int, window_s: int) -> None:
    since = datetime(2027, 2, 28, tzinfo=UTC) + timedelta(seconds=start_s, milliseconds=500)
    until = since + timedelta(seconds=long_s)
    first, last = aligned(since, until, window_s)
    assert first <= since < first + timedelta(seconds=window_s)
    assert last - timedelta(seconds=window_s) < until <= last
    assert first.timestamp() % window_s == last.timestamp() % window_s == 0


# Words


def word(
    role: str = "dpo", act: signed.SignedAct = signed.SignedAct.APPROVE, by: str = ""
) -> signed.Word:
    return signed.sign(act, order().id, role, NOW, KEYS[by or role])


def test_a_word_is_read_as_it_was_signed() -> None:
    for act in signed.SignedAct:
        read_again = signed.read(word(act=act).bytes, act)
        assert read_again == word(act=act)
        read_again.check(order().id, KEYIDS)


def test_the_message_is_the_one_that_is_published() -> None:
    message = hashlib.sha256(b"contrejour/approve/v1" + bytes.fromhex(order().id)).digest()
    KEYS["dpo"].public_key().verify(bytes.fromhex(word().sig), message)


def test_an_approval_of_another_order_is_refused() -> None:
    with pytest.raises(OrderError, match="another order"):
        word().check(order(nonce="4" * 32).id, KEYIDS)
    with pytest.raises(SignatureError, match="doesn't fit"):
        replace(word(), order=order(nonce="4" * 32).id).check(order(nonce="4" * 32).id, KEYIDS)


def test_a_refusal_is_not_taken_for_an_approval() -> None:
    refusal = word(act=signed.SignedAct.REFUSE)
    with pytest.raises(Malformed):
        signed.read(refusal.bytes, signed.SignedAct.APPROVE)
    with pytest.raises(SignatureError, match="doesn't fit"):
        replace(refusal, act=signed.SignedAct.APPROVE).check(order().id, KEYIDS)


def test_an_approval_with_another_party_s_key_is_refused() -> None:
    for forged in (
        word("dpo", by="opj"),
        replace(word("opj"), role="dpo"),
        replace(word(), role="x"),
    ):
        with pytest.raises(SignatureError, match="not the key of"):
            forged.check(order().id, KEYIDS)


def test_one_key_can_not_be_two_parties() -> None:
    text = DEFAULT.replace("age1dpo", f"age1dpo key:{'a' * 64}")
    assert keys(parse(text, "party")) == {"dpo": "a" * 64}
    twice = text.replace("age1operator", f"age1operator key:{'a' * 64}")
    with pytest.raises(OrderError, match="the key of another party"):
        keys(parse(twice, "party"))
    for wrong in ("key:", "key:" + "A" * 64, f"key:{'a' * 64} key:{'b' * 64}"):
        with pytest.raises(OrderError, match="not one keyid"):
            keys(parse(DEFAULT.replace("age1dpo", wrong), "party"))


# What is personal


def test_nothing_personal_is_in_an_order() -> None:
    told = {"case_number": "2027/00123", "requester_name": "Camille Étienne"}
    kept = private.Private.new(told)
    asked = order(commitments=kept.commitments)
    assert b"00123" not in asked.bytes
    assert b"tienne" not in asked.bytes
    assert private.read(kept.bytes, asked.commitments).texts == told


def test_a_commitment_can_not_be_guessed_without_its_salt() -> None:
    first, second = (private.Private.new({"case_number": "1"}) for _ in range(2))
    assert first.commitments != second.commitments


def test_another_case_number_does_not_fit_the_commitment() -> None:
    kept = private.Private.new({"case_number": "2027/00123"})
    forged = replace(kept, texts={"case_number": "2027/00124"})
    with pytest.raises(OrderError, match="not what the order was declared with"):
        private.read(forged.bytes, kept.commitments)


def test_a_field_can_be_shown_alone_and_another_erased() -> None:
    kept = private.Private.new({"case_number": "1", "note": "x"})
    shown = private.Private({"note": "x"}, {"note": kept.salts["note"]})
    assert private.read(shown.bytes, kept.commitments).texts == {"note": "x"}
