"""What a requester and a hub write by hand, held against the real commands of the others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import clocks, ledgers, preloads
from fakes.desks import DAY, MINUTE, SINCE, WAY, Room, logged
from fakes.orders import window
from fakes.runs import check

from contrejour.custody import note
from contrejour.custody.cases import folder, records, signed
from contrejour.custody.cases.case import Peel
from contrejour.custody.cases.order import Order
from contrejour.custody.quorum import Policy, parse
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.keys import keys_of, publish
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.law.mandate.sign import new_key, read_private

BACK = timedelta(hours=24, minutes=1)
OTHER_POLICY = """group two all dpo operator
group one any prosecutor two
group open all vault one
quorum open
"""
"""By which one authority opens with the vault, or two others do."""


def rewritten(room: Room, **changes: object) -> Order:
    """The case with another order in it, which its requester signed again."""
    order = replace(folder.read(room.case).case.order, **changes)  # type: ignore[arg-type]
    key = read_private((room.folder / "opj.key").read_bytes(), None)
    word = signed.sign(signed.SignedAct.DECLARE, order.id, "opj", order.declared, key)
    (room.case / "order.json").write_bytes(order.bytes)
    (room.case / "steps" / "0001.json").write_bytes(word.bytes)
    (room.case / "entries" / "0001-order.declare.jsonl").write_bytes(order.bytes + b"\n")
    return order


def step(room: Room, data: bytes, number: int) -> None:
    """A file that anybody can put into the hub's folder, and what the log would be owed of it."""
    (room.case / "steps" / f"{number:04d}.json").write_bytes(data)
    kind = json.loads(data)["type"]
    entry = records.entry_of(data) + b"\n"
    (room.case / "entries" / f"{number:04d}-{kind}.jsonl").write_bytes(entry)


def cosigned(room: Room) -> None:
    """All that the case owes is in the log, and witnessed now; whatever the commands say of it."""
    at_s = int(datetime.now(UTC).timestamp())
    room.log.append([*folder.owed(room.case).values()])
    room.log.publish(lambda note, _: [each.sign(note.text, at_s) for each in ledgers.WITNESSES])


def test_attack_05_an_order_backdated_on_the_disk_opens_nothing(room: Room) -> None:
    """It was opened 4.6 s after it existed, for it said that it had waited a day."""
    assert room.declare("--opener", room.opener, since=MINUTE).returncode == 0
    then = datetime.now(UTC).replace(microsecond=0) - BACK
    day = timedelta(days=1)
    order = rewritten(room, declared=then, not_before=then + day, expires=then + 3 * day)
    for role in ("prosecutor", "dpo"):
        assert room.say("approve", role).returncode == 0
    cosigned(room)
    check(room("witness", room.case, "--log", "log"), 21, "the log has it since")
    check(room.peel_now("dpo", ["W.onions"]), 21, "the log has it since")
    (room.case / "proofs" / f"{order.id}.tlog-proof").unlink()
    check(room.peel_now("dpo", ["W.onions"]), 20, "nothing shows that the log has the order")
    assert not (room.folder / "after-dpo").exists()


@pytest.fixture
def ending(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Room]:
    """A room under a mandate that ends in so many days."""
    until = datetime.now(UTC).date() + timedelta(days=request.param)
    made = Room(tmp_path, {"until": until.isoformat()})
    yield made
    made.log.close()


@pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)
@pytest.mark.parametrize(
    ("ending", "code", "told"),
    [(1, 17, "ended on"), (30, 20, "hasn't what this party says")],
    indirect=["ending"],
)
def test_attack_05_under_a_mandate_that_ended_nothing_is_peeled(
    ending: Room, code: int, told: str
) -> None:
    """It was allowed when it was declared, and opened after."""
    ending.agreed("--opener", ending.opener)
    ending.prove()
    ending.env = clocks.off_by(2)
    check(ending.peel_now("dpo", ["W.onions"]), code, told)


def published(room: Room, keyset_of: str = "") -> None:
    """The policy with keys of days, published and in the log, and the minute sealed for them.

    `keyset_of`: a party in whose place the recorder has somebody else's key.
    """
    notes, day = room.folder / "notes", SINCE.date()
    notes.mkdir(exist_ok=True)
    text, told = (room.folder / "open.policy").read_text(), []
    for role in ("vault", "prosecutor", "dpo", "operator"):
        key = new_key()
        signed_ = publish(room.folder / f"keys-{role}", [day], f"{role}.example", key)
        (notes / f"{role}.note").write_bytes(signed_)
        told.append((role, day, signed_))
        vkey = Verifier.of(f"{role}.example", key)
        text = re.sub(f"party {role} age1[a-z0-9]+", f"party {role} {vkey}", text)
    ledgers.log_keysets(notes, told)
    (room.folder / "open.policy").write_text(text)
    room.vote()
    keyset = keys_of(*known(room), DAY)
    if keyset_of:
        other = Identity.generate(RecipientKind.X25519).recipient()
        keyset = replace(keyset, keys={**keyset.keys, keyset_of: other})
    room.seal(keyset)


def test_attack_04_a_window_sealed_for_keys_that_the_log_has_not_is_peeled_by_nobody(
    room: Room,
) -> None:
    """A recorder with the operator's key exchanged for another's: nobody but it saw that."""
    published(room, keyset_of="operator")
    room.agreed()
    room.prove()
    check(room.peel_now("dpo", ["W.onions"]), 19, "published no key")
    own = ("--keyset", "notes")
    check(room.peel_now("dpo", ["W.onions"], *own), 19, "for other keys than were published")
    room.seal(keys_of(*known(room), DAY))
    proof = room.folder / "notes" / f"{DAY}.operator.tlog-proof"
    kept = proof.read_bytes()
    proof.unlink()
    check(room.peel_now("dpo", ["W.onions"], *own), 19, "not in the log")
    proof.write_bytes(kept)
    assert room.peel("dpo", "W.onions", *own).returncode == 0


def known(room: Room) -> tuple[Policy, list[bytes]]:
    text = (room.folder / "open.policy").read_text()
    return parse(text, "party"), [each.read_bytes() for each in room.folder.glob("notes/*.note")]


def test_attack_06_words_of_nobody_in_a_hub_s_folder_are_alarms_and_open_nothing(
    room: Room,
) -> None:
    """A monitor was content with "nobody-at-all" who approved and "mallory" who peeled."""
    room.agreed()
    order, at, key = folder.read(room.case).case.order, datetime.now(UTC), new_key()
    yes = signed.sign(signed.SignedAct.APPROVE, order.id, "nobody-at-all", at, key).bytes
    peel = Peel("mallory", frozenset(WAY.split("+")), window())
    step(room, yes, 4)
    step(room, records.say_peel(peel, order.id, at, key), 5)
    check(room.show(), 16, "not the key of nobody-at-all")
    check(room.peel_now("dpo", ["W.onions"]), 16, "not the key of nobody-at-all")
    done = logged(room, sorted((room.case / "entries").iterdir()), "hub")
    assert done.returncode == 20
    assert "not the key of nobody-at-all" in done.stderr
    assert "not the key of mallory" in done.stderr
    assert "alarms: 2" in done.stderr


def test_attack_11_what_the_requester_says_is_no_second_approval(room: Room) -> None:
    """An urgent order was opened on one authority's word and the requester's own."""
    lines = (room.folder / "open.policy").read_text().splitlines(keepends=True)
    parties = [line.replace("\n", " judicial\n") if "party prosecutor" in line else line
               for line in lines if line.startswith("party")]  # fmt: skip
    text = "".join(parties) + OTHER_POLICY
    (room.folder / "open.policy").write_text(text)
    room.vote()
    room.seal(replace(keys_of(parse(text, "party"), [], DAY), epoch=DAY))
    asked = room.declare("--urgent", "--opener", room.opener, role="operator", since=MINUTE)
    assert asked.returncode == 0, asked.stderr
    assert room.say("approve", "prosecutor").returncode == 0
    check(room.say("approve", "operator"), 21, "no say")
    order = folder.read(room.case).case.order
    key = read_private((room.folder / "operator.key").read_bytes(), None)
    at = datetime.now(UTC)
    step(room, signed.sign(signed.SignedAct.APPROVE, order.id, "operator", at, key).bytes, 3)
    cosigned(room)
    check(room.peel_now("prosecutor", ["W.onions"]), 21, "no say")
    (room.case / "steps" / "0003.json").unlink()
    (room.case / "entries" / "0003-order.approve.jsonl").unlink()
    assert room("witness", room.case, "--log", "log").returncode == 0
    check(room.peel_now("prosecutor", ["W.onions"]), 21, "needs two")


def test_attack_59_one_witness_from_next_month_ends_no_case(room: Room) -> None:
    """Its cosignature under the order's proof was when the order's time was up."""
    room.agreed()
    room.prove()
    order = folder.read(room.case).case.order.id
    path = room.case / "proofs" / f"{order}.tlog-proof"
    sound = path.read_bytes()
    head, _, checkpoint = sound.partition(b"\n\n")
    note_ = note.parse(checkpoint)
    month_s = int((datetime.now(UTC) + timedelta(days=30)).timestamp())
    late = ledgers.WITNESSES[2].sign(note_.text, month_s)

    path.write_bytes(head + b"\n\n" + str(note.with_lines(note_, [late])).encode())
    assert folder.read(room.case).case.is_witnessed
    assert room.show().returncode == 0

    log, *two = note_.signatures
    alone = note.Note(note_.text, (log, two[0]))
    forged = head + b"\n\n" + str(note.with_lines(alone, [late])).encode()
    path.write_bytes(forged)
    (room.folder / "sound.tlog-proof").write_bytes(sound)
    done = room("witness", room.case, "--proof", "sound.tlog-proof")
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == sound, "one that holds takes the place of one that doesn't yet"
    path.write_bytes(forged)
    assert room("witness", room.case, "--log", "log").returncode == 0
    assert path.read_bytes() != forged


@pytest.mark.parametrize("below", ["steps", "entries", "proofs"])
def test_attack_62_a_file_under_ten_thousand_names_fills_no_memory(room: Room, below: str) -> None:
    """A case comes on a stick, where they take the room of one."""
    assert room.declare("--opener", room.opener, since=MINUTE).returncode == 0
    place = room.case / below
    place.mkdir(exist_ok=True)
    large = room.folder / "large"
    large.write_bytes(b" " * (4 << 20))
    for number in range(2, 40):
        (place / f"{number:04d}.json").hardlink_to(large)
        (place / f"{number:04d}.tlog-proof").hardlink_to(large)
    asked = room("witness", room.case, "--log", "log") if below == "entries" else room.show()
    check(asked, 3, "holds more than 64 MiB")
