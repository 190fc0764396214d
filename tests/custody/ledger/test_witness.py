"""A witness lets a tree grow, and nothing else: rewinds, forks, lies, races, kills."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.ledgers import LOG, NOW_S, ORIGIN, WITNESSES, Tree, entries, entry, signer
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import OutputFailed
from contrejour.custody import note
from contrejour.custody.ledger import tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.witness import (
    MOST_FORKS,
    SIZE,
    CheckpointRequest,
    Witness,
    WitnessReply,
    decide,
    parse,
)
from contrejour.custody.note import Note, Signature

LOGS = {ORIGIN: [LOG.key]}
ALL = Tree(entries(1000))
SEEN = Checkpoint(ORIGIN, 900, ALL.root(900))


def ask(of: Tree, old: int, size: int) -> bytes:
    """As an honest log asks."""
    asked = CheckpointRequest(
        old, tuple(tree.consistency(old, size, of.nodes)), of.checkpoint(size)
    )
    return str(asked).encode()


def judge(body: bytes, seen: Checkpoint | None = SEEN) -> WitnessReply:
    return decide(body, LOGS, lambda origin: seen)


def test_a_first_checkpoint_is_taken() -> None:
    assert judge(ask(ALL, 0, 900), None).new == SEEN


def test_growth_is_taken_and_so_is_the_same_again() -> None:
    assert judge(ask(ALL, 900, 1000)).status == 200
    assert judge(ask(ALL, 900, 900)).new == SEEN


def test_a_rewound_log_is_told_what_was_seen() -> None:
    """A hub restored from its backup: it holds 600, the witness has seen 900."""
    for old in (0, 599, 600):
        verdict = judge(ask(ALL, old, 600))
        assert (verdict.status, verdict.text, verdict.kind) == (409, "900\n", SIZE)


def test_a_rewound_log_that_lies_about_its_old_size_asks_for_the_impossible() -> None:
    body = ask(ALL, 600, 600).replace(b"old 600", b"old 900")
    assert judge(body).status == 400


def test_a_fork_has_no_proof() -> None:
    fork = ALL.branch(700, "x")
    assert judge(ask(fork, 900, 1000)).status == 422
    assert judge(ask(fork, 600, 1000)).status == 409
    assert judge(ask(ALL, 900, 1000)).status == 200


def test_two_trees_of_one_size_are_a_conflict_and_a_proof() -> None:
    verdict = judge(ask(ALL.branch(700, "x"), 900, 900))
    assert (verdict.status, verdict.kind != SIZE, verdict.forked) == (409, True, True)


def test_an_unknown_log_and_a_wrong_key_are_told_apart() -> None:
    text = ALL.checkpoint(900).text.replace(ORIGIN, "log.other")
    assert (
        judge(str(CheckpointRequest(0, (), Note(text, (LOG.sign(text),)))).encode()).status == 404
    )
    impostor = note.Signer(ORIGIN, signer("mallory").private)
    for signed in (
        ALL.checkpoint(900, impostor),
        Note(ALL.checkpoint(900).text, (LOG.sign("another text\n"),)),
        Note(ALL.checkpoint(900).text, (Signature(ORIGIN, LOG.key.id, b"x"),)),
    ):
        assert judge(str(CheckpointRequest(900, (), signed)).encode()).status == 403


def test_a_proof_from_nothing_is_empty() -> None:
    body = str(CheckpointRequest(0, (ALL.root(1),), ALL.checkpoint(900))).encode()
    assert judge(body, None).status == 422


@pytest.mark.parametrize(
    "body",
    [
        b"", b"old 900", b"old  900\n\n", b"old 0900\n\n", b"old -1\n\n", b"old x\n\n", b"\xff\n\n",
        b"new 900\n\n", b"old 900\nAAAA\n\n", b"old 900\n" + b"x" * 45 + b"\n\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(body: bytes) -> None:
    signed = str(ALL.checkpoint(900)).encode()
    assert judge(body + (signed if body.endswith(b"\n\n") else b"")).status == 400


def test_more_than_63_hashes_are_no_proof() -> None:
    body = str(CheckpointRequest(900, (ALL.root(1),) * 64, ALL.checkpoint(1000))).encode()
    assert judge(body).status == 400
    assert parse(body.replace(note.encode64(ALL.root(1)).encode() + b"\n", b"", 1)).old == 900


@given(st.data())
def test_a_request_with_a_flipped_bit_is_cosigned_as_it_was_meant_or_not_at_all(
    data: st.DataObject,
) -> None:
    whole = bytearray(ask(ALL, 900, 1000))
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    whole[at] ^= 1 << bit
    verdict = judge(bytes(whole))
    assert verdict.status in (400, 403, 404, 409, 422)
    assert verdict.new is None


@given(st.binary(max_size=200))
def test_noise_is_answered(body: bytes) -> None:
    assert judge(body).status == 400


def test_ten_thousand_growths_are_taken_and_a_thousand_rewinds_and_forks_are_not() -> None:
    draw = random.Random(1)
    grown, seen = Tree(), None
    refused: list[int] = []
    for turn in range(10_000):
        old = grown.size
        for _ in range(draw.randrange(4)):
            grown.add(entry(grown.size))
        verdict = judge(ask(grown, old, grown.size), seen)
        assert verdict.status == 200
        seen = verdict.new
        if turn % 10 == 9 and grown.size > 2:
            refused.append(judge(attack(draw, grown), seen).status)
    assert len(refused) == 1000
    assert set(refused) == {400, 409, 422}


def attack(draw: random.Random, real: Tree) -> bytes:
    """A rewind, or a fork of the same size or a larger one; with or without a lie."""
    size = real.size
    if draw.random() < 0.4:
        less = draw.randrange(size)
        lie = draw.choice([less, draw.randrange(less + 1), size])
        body = ask(real, min(lie, less), less)
        return body.replace(f"old {min(lie, less)}\n".encode(), f"old {lie}\n".encode(), 1)
    fork = Tree()
    at = draw.randrange(max(0, size - 40), size)
    fork.levels = [row[: at >> level] for level, row in enumerate(real.levels)]
    fork.levels = [row for row in fork.levels if row] or [[]]
    for number in range(at, size + draw.randrange(20)):
        fork.add(entry(number, "x"))
    return ask(fork, size if draw.random() < 0.8 else draw.randrange(size), fork.size)


# What it remembers


@pytest.fixture
def known(tmp_path: Path) -> Iterator[Callable[[], Witness]]:
    opened: list[Witness] = []

    def start() -> Witness:
        made = Witness(tmp_path / "seen", WITNESSES[0], [LOG.key], clock=lambda: NOW_S + 0.9)
        opened.append(made)
        return made

    yield start
    for each in opened:
        each.close()


def test_it_cosigns_what_it_has_kept(known: Callable[[], Witness]) -> None:
    told = known().add(ask(ALL, 0, 900))
    signed = note.with_lines(ALL.checkpoint(900), note.signature_lines(told.text))
    assert signed.signed([WITNESSES[0].key]) == [(WITNESSES[0].key, NOW_S)]
    again = known()
    assert again.held(ORIGIN) == SEEN
    assert again.add(ask(ALL, 600, 600)).text == "900\n"
    assert again.add(ask(ALL, 900, 1000)).status == 200
    assert again.add(ask(ALL, 900, 1000)).text == "1000\n"


def test_a_hundred_growths_and_attacks_leave_the_last_good_tree(
    known: Callable[[], Witness],
) -> None:
    draw, witness = random.Random(2), known()
    grown = Tree()
    for _ in range(100):
        old = grown.size
        for _ in range(1 + draw.randrange(9)):
            grown.add(entry(grown.size))
        assert witness.add(ask(grown, old, grown.size)).status == 200
        assert witness.add(attack(draw, grown)).status in (400, 409, 422)
        assert witness.held(ORIGIN) == Checkpoint(ORIGIN, grown.size, grown.root(grown.size))


def test_the_proof_of_a_fork_is_kept(tmp_path: Path) -> None:
    told: list[str] = []
    with Witness(
        tmp_path / "seen", WITNESSES[0], [LOG.key], tell=lambda each: told.append(str(each))
    ) as witness:
        witness.add(ask(ALL, 0, 900))
        witness.add(ask(ALL.branch(700, "x"), 900, 900))
        ((other, first),) = witness._known.execute("select * from forks").fetchall()
    assert first == str(ALL.checkpoint(900))
    assert note.parse(other.encode()).signed([LOG.key])
    assert told == [f"{ORIGIN} signed two trees of one size: the proof is in {tmp_path}/seen"]


def test_attack_60_a_fork_that_is_sent_again_and_again_fills_no_disk(tmp_path: Path) -> None:
    """Each padding of one fork with lines of nobody's was kept: 533 MB in 20 seconds."""
    told: list[str] = []
    with Witness(
        tmp_path / "seen", WITNESSES[0], [LOG.key], tell=lambda each: told.append(str(each))
    ) as witness:
        witness.add(ask(ALL, 0, 900))
        fork = ask(ALL.branch(700, "x"), 900, 900)
        for number in range(30):
            line = Signature(f"nobody-{number}", bytes(4), bytes(2000)).line
            again = fork + line.encode() + fork[fork.rindex("— ".encode()) :]
            assert witness.add(again).status == 409
        for number in range(2 * MOST_FORKS):
            witness.add(ask(ALL.branch(700, f"y{number}"), 900, 900))
        kept = witness._known.execute("select note from forks").fetchall()
    assert len(kept) == len(told) == MOST_FORKS
    assert not any("nobody" in each for (each,) in kept)


def test_of_many_who_ask_at_once_none_rolls_it_back(known: Callable[[], Witness]) -> None:
    """The race of the specification: two processes' worth of threads, all from the same size."""
    first, second = known(), known()
    first.add(ask(ALL, 0, 10))
    answers: list[tuple[int, int]] = []
    start = threading.Barrier(8)

    def go(witness: Witness, size: int) -> None:
        start.wait()
        answers.append((witness.add(ask(ALL, 10, size)).status, size))

    threads = [
        threading.Thread(target=go, args=([first, second][at % 2], 100 + at)) for at in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    taken = [size for status, size in answers if status == 200]
    assert len(taken) == 1
    assert sorted(status for status, _ in answers) == [200] + [409] * 7
    held = first.held(ORIGIN)
    assert held is not None
    assert held.size == taken[0]


def test_a_witness_that_can_t_remember_cosigns_nothing(tmp_path: Path) -> None:
    (tmp_path / "seen").write_bytes(b"no database" * 100)
    with pytest.raises(OutputFailed, match="can't be used"):
        Witness(tmp_path / "seen", WITNESSES[0], [LOG.key])


def test_what_can_t_be_kept_is_not_cosigned(known: Callable[[], Witness]) -> None:
    witness = known()
    witness.add(ask(ALL, 0, 10))
    witness._known.execute("pragma query_only = on")
    with pytest.raises(OutputFailed, match="can't be used"):
        witness.add(ask(ALL, 10, 900))
    witness._known.execute("pragma query_only = off")
    assert witness.add(ask(ALL, 10, 900)).status == 200
