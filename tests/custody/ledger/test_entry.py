"""What may be written, and that no person can be."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from fakes.planted import AT, PLANTED, A, B, sample
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.canonical import Json
from contrejour.base.errors import LedgerError
from contrejour.base.times import utc
from contrejour.custody.ledger import entry as entries
from contrejour.custody.ledger.entry import TYPES, Entry, commitment, read, version


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_read_as_it_was_written(kind: str) -> None:
    told = sample(kind)
    assert read(told.bytes) == told
    assert json.loads(told.bytes) == {**told.data, "at": AT, "type": kind, "v": version(kind)}


@pytest.mark.parametrize("kind", TYPES)
def test_no_field_takes_a_word_about_a_person(kind: str) -> None:
    """Each planted text, in each field, and in each list."""
    right = dict(sample(kind).data)
    for key, value in right.items():
        for planted in PLANTED:
            for wrong in (planted, [planted], {"name": planted}, [*value, planted]
                          if isinstance(value, list) else f"{value} {planted}"):  # fmt: skip
                with pytest.raises(LedgerError) as raised:
                    Entry(kind, AT, {**right, key: wrong})  # type: ignore[dict-item]
                assert planted not in f"{raised.value} {raised.value.hint}"


def test_a_grep_finds_nobody_in_a_log_of_everything() -> None:
    """Whatever a hub knows of a case goes in as a commitment, and the log keeps no word of it."""
    log = b""
    for number, planted in enumerate(PLANTED * 5):
        known: dict[str, Json] = {"case": planted, "text": f"{planted} {number}"}
        told = commitment(number.to_bytes(32, "big"), known)
        log += b"".join(
            Entry(kind, AT, {key: told if value in (A, B) else value
                             for key, value in sample(kind).data.items()}).bytes
            for kind in TYPES
        )  # fmt: skip
    words = {word for planted in PLANTED for word in re.findall(r"[^\W\d_]{4,}", planted)}
    assert len(log) > 150_000
    assert [word for word in words if word.encode() in log] == []


def test_a_commitment_without_its_salt_can_t_be_guessed_from_the_case() -> None:
    case: dict[str, Json] = {"case": "2027-41"}
    salts = [bytes([number]) * 32 for number in range(3)]
    assert len({commitment(salt, case) for salt in salts}) == 3
    assert commitment(salts[0], case) == commitment(salts[0], dict(case))
    for wrong in (b"", salts[0][:-1], salts[0] + b"x"):
        with pytest.raises(ValueError, match="a salt of"):
            commitment(wrong, case)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda told: told | {"type": "face.match"}, "no entry is of the type 'face.match'"),
        (lambda told: told | {"name": "x"}, "missing, or without a place there: name"),
        (lambda told: {key: told[key] for key in told if key != "edge"}, "without a place .*edge"),
        (lambda told: told | {"v": 2}, "of another version"),
        (lambda told: {key: told[key] for key in told if key != "at"}, "not an entry"),
        (lambda told: told | {"type": 7}, "not an entry"),
        (lambda told: told | {"at": "yesterday"}, "at is no moment"),
        (lambda told: told | {"at": "2027-02-30T00:00:00Z"}, "at is no moment"),
        (lambda told: told | {"at": "2027-02-12T09:30:00+01:00"}, "at is no moment"),
        (lambda told: told | {"n": -1}, "n has a value"),
        (lambda told: told | {"to": 0, "from": 1}, "ends before it begins"),
        (lambda told: told | {"n": True}, "n has a value"),
        (lambda told: told | {"n": "1"}, "n has a value"),
        (lambda told: told | {"root": A.upper()}, "root has a value"),
    ],
)
def test_what_no_log_of_ours_holds_is_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]], why: str
) -> None:
    told = json.loads(sample("segment.batch").bytes)
    with pytest.raises(LedgerError, match=why):
        read(entries.canonical(change(told)))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[]", b"null", b"{", b"\xff", sample("edge.enroll").bytes + b"\n", b'{"v":1}',
        sample("edge.enroll").bytes.replace(b'"v":1', b'"v":1.0'),
        sample("edge.enroll").bytes.replace(b'"v":1', b'"v":1,"v":1'),
        sample("edge.enroll").bytes.replace(b'"v":1', b'"v": 1'),
        b"[" * 4000, b"9" * 4000, b"x" * 5000,
    ],
)  # fmt: skip
def test_other_bytes_for_the_same_thing_are_refused(data: bytes) -> None:
    with pytest.raises(LedgerError, match="not an entry"):
        read(data)


@given(st.binary(max_size=100) | st.text(max_size=100).map(str.encode))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(LedgerError):
        read(data)


def test_an_entry_of_more_than_4096_bytes_is_refused() -> None:
    told = dict(sample("order.declare").data)
    with pytest.raises(LedgerError, match="more than 4096 bytes"):
        Entry("order.declare", AT, {**told, "opener": "age1" + "q" * 2200,
              "cameras": ["c" * 80] * 32})  # fmt: skip
    largest = Entry("order.declare", AT, {**told, "opener": "age1pq1" + "q" * 1960})
    assert len(largest.bytes) < 4096


def test_a_moment_is_utc_to_the_second() -> None:
    paris = timezone(timedelta(hours=1))
    assert utc(datetime(2027, 2, 12, 10, 30, 0, 999_999, paris)) == AT
    assert utc(datetime(2027, 2, 12, 9, 30, tzinfo=UTC)) == AT
