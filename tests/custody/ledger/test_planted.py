"""A log of everything, by a hub that knows names: not one of them is in what the public reads.

scripts/test -m soak tests/custody/ledger/test_planted.py       a million entries, some minutes
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from fakes.ledgers import LOG, trust
from fakes.planted import AT, PLANTED, sample

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import LedgerError
from contrejour.custody.ledger.entry import PERSONAL, TYPES, Entry, commitment, read
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import audit, reader

HASHES = ("root", "key", "keys", "plan", "policy", "bag", "old", "new", "incident", "order")
CASE = ("case_number", "document_sha256", "note", "requester_name", "requester_service")
WORDS = {word for planted in PLANTED for word in re.findall(r"[^\W_]{4,}", planted)}
WORDS -= {"example"}  # it stands in the log's own name
BATCH = 10_000


def written(draw: random.Random, count: int) -> Iterator[bytes]:
    """Entries of every type; what a case knows of people goes in as commitments."""
    for number in range(count):
        kind = draw.choice(list(TYPES))
        known: dict[str, Json] = {"who": draw.choice(PLANTED), "number": number}
        data = dict(sample(kind).data)
        for key in data:
            if key in HASHES:
                data[key] = commitment(draw.randbytes(32), known)
            if key == "commitments":
                data[key] = {each: commitment(draw.randbytes(32), known) for each in CASE}
        yield Entry(kind, AT, data).bytes


@pytest.mark.slow
@pytest.mark.parametrize("count", [100_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_no_file_of_a_log_of_everything_holds_a_word_of_what_the_hub_knows(
    tmp_path: Path, count: int
) -> None:
    create(tmp_path / "log", LOG)
    entries = written(random.Random(5), count)
    with Log(tmp_path / "log", LOG) as log:
        while told := list(islice(entries, BATCH)):
            log.append(told)
        log.publish()
    sizes = 0
    for path in (each for each in (tmp_path / "log").rglob("*") if each.is_file()):
        data = path.read_bytes()
        sizes += len(data) if "entries" in path.parts else 0
        for word in WORDS:
            for form in (word.encode(), word.encode("latin-1"), word.encode().hex().encode()):
                assert form not in data, path
    assert sizes > 200 * count, "nothing was left out"
    alone = trust(f"log {LOG.key}\nquorum none")
    assert audit(reader(tmp_path / "log"), alone).checkpoint.size == count


def test_of_ten_thousand_entries_with_a_name_planted_anywhere_none_is_taken() -> None:
    """In any field, list, key, in `at`, in the type, in a field of its own; made or read."""
    draw = random.Random(6)
    for _ in range(10_000):
        kind, planted = draw.choice(list(TYPES)), draw.choice(PLANTED)
        told: dict[str, Json] = {**sample(kind).data, "at": AT, "type": kind}
        place = draw.choice([*told, "name", planted])
        old = told.get(place)
        told[place] = draw.choice([
            planted, [planted], {planted: "a" * 64}, f"{old}{planted}", f"{planted}\n{old}",
            [*old, planted] if isinstance(old, list) else {"note": planted},
            {**old, "note": planted} if isinstance(old, dict) else [[planted]],
        ])  # fmt: skip
        with pytest.raises(LedgerError):
            read(canonical({**told, "v": 1}))
        with pytest.raises((LedgerError, TypeError)):
            Entry(told.pop("type"), told.pop("at"), told)  # type: ignore[arg-type]


def test_a_name_of_one_word_fits_where_names_of_a_mandate_stand_and_nowhere_else() -> None:
    """What is not so: whoever calls a camera by a person's name writes it there, for all to see."""
    fits = set()
    for kind in TYPES:
        right = dict(sample(kind).data)
        for key, value in right.items():
            with suppress(LedgerError):
                wrong: Json = ["Dupont"] if isinstance(value, list) else "Dupont"
                Entry(kind, AT, {**right, key: wrong})
                fits.add(key)
    assert fits == {"camera", "cameras", "dataset", "edge", "mandate", "requester", "role"}


def test_what_a_commitment_may_be_of_is_a_list_of_its_own() -> None:
    right = dict(sample("order.declare").data)
    assert all(map(PERSONAL, CASE))
    for name in ("name", "Dupont", "", "note "):
        with pytest.raises(LedgerError, match="commitments has a value"):
            Entry("order.declare", AT, {**right, "commitments": {name: "a" * 64}})


def test_whoever_erases_a_salt_can_no_longer_show_or_find_what_was_committed_to() -> None:
    """Ten thousand commitments, and somebody who knows the text to the letter."""
    draw = random.Random(7)
    mine: dict[str, Json] = {"requester_name": PLANTED[0]}
    salts = [draw.randbytes(32) for _ in range(10_000)]
    log = [commitment(salt, mine if at in (17, 4711) else {"case": at})
           for at, salt in enumerate(salts)]  # fmt: skip
    assert log.index(commitment(salts[17], mine)) == 17, "with the salt it is shown"
    assert log[17] != log[4711], "and two of one text have nothing in common"
    left = [salt for at, salt in enumerate(salts) if at not in (17, 4711)]
    guesses = [*left, bytes(32), b"\xff" * 32, *(bytes.fromhex(each) for each in log)]
    assert not {commitment(salt, mine) for salt in guesses} & set(log), "without, it is not found"
