"""What a hold keeps: for a quorum, past its day, unread, and not past its own end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from fakes.desks import CLEAR, WAY, Room
from fakes.desks import DAY as FILMED
from fakes.desks import MINUTE as SEALED
from fakes.orders import DAY, DEFAULT, MINUTE, NOW, hold, order, rules, window
from fakes.peeling import KEPT, KEYIDS, KEYS, asked, peel, refused, to_open
from fakes.runs import check, run

from contrejour.base.canonical import canonical
from contrejour.base.errors import Malformed, OrderError, SealError, SignatureError
from contrejour.base.times import utc
from contrejour.custody.cases import folder
from contrejour.custody.cases import hold as holds
from contrejour.custody.cases.case import declare
from contrejour.custody.cases.party import hold_keyset
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.quorum import parse
from contrejour.custody.seal import onion as onions
from contrejour.custody.seal.open import peel as open_layer
from contrejour.custody.seal.open import rehold, unwrap
from contrejour.custody.seal.recipient import Identity, RecipientKind

POLICY = parse(DEFAULT, "party")


def test_what_a_hold_kept_is_peeled_for_by_each_party() -> None:
    for role in ("dpo", "prosecutor", "vault"):
        assert peel(to_open(role=role)).window == KEPT


def test_a_hold_is_not_opened_by_an_order_for_something_else() -> None:
    other = hold(nonce="6" * 32)
    refused(OrderError, "own order is missing", to_open(hold=None))
    refused(OrderError, "not the hold", to_open(hold=other))
    refused(OrderError, "not the hold", to_open(hold=order()))
    named = order(held=order(nonce="7" * 32).id)
    refused(OrderError, "not the hold", to_open(named, hold=order(nonce="7" * 32)))


def test_a_hold_of_another_camera_or_time_keeps_nothing_of_this_one() -> None:
    narrow = hold(cameras=("cam-b",))
    what = to_open(order(held=narrow.id), hold=narrow)
    refused(OrderError, "doesn't keep all of that", replace(what, epoch=narrow.id))
    short = hold(since=order().since + MINUTE)
    what = to_open(order(held=short.id), hold=short, epoch=short.id)
    refused(OrderError, "doesn't keep all of that", what)


def test_a_hold_that_ended_opens_nothing_whatever_keys_are_left() -> None:
    ended = hold(hold_until=NOW + 8 * DAY)
    late = order(declared=NOW + 8 * DAY, not_before=NOW + 9 * DAY, expires=NOW + 10 * DAY,
                 held=ended.id)  # fmt: skip
    at = NOW + 9 * DAY
    what = to_open(late, hold=ended, epoch=ended.id, at=at)
    refused(OrderError, "the hold ended on", what, at)


def test_a_day_s_onion_and_a_hold_s_are_not_taken_for_each_other() -> None:
    refused(SealError, "not an onion of that hold", to_open(window=window()))
    refused(SealError, "not an onion of that hold", to_open(epoch="20270228"))
    refused(SealError, "not an onion of that hold", to_open(epoch="6" * 64))
    plain = asked(window=KEPT, epoch=hold().id)
    refused(SealError, "was opened with the key of", plain)


def test_a_hold_is_kept_no_longer_than_was_voted() -> None:
    with pytest.raises(OrderError, match="too long after it begins"):
        declare(hold(hold_until=NOW + 366 * DAY), rules(), NOW)
    with pytest.raises(OrderError, match="too long after it begins"):
        declare(hold(), rules(hold_lasts=30 * DAY), NOW)
    long = hold(hold_until=NOW + 366 * DAY)
    refused(OrderError, "too long after", asked(long))


# The parties' keys


def signed(role: str, by: str = "", of=None, key: Identity | None = None) -> holds.HoldKey:
    recipient = str((key or Identity.generate(RecipientKind.X25519)).recipient())
    return holds.sign((of or hold()).id, role, recipient, KEYS[by or role])


def wrapped_for(*given: holds.HoldKey):
    own = {"vault": Identity.generate(RecipientKind.X25519).recipient()}
    return hold_keyset(POLICY, given, KEYIDS, hold().id, own)


def test_a_hold_is_wrapped_for_the_quorums_that_gave_keys_and_for_no_other() -> None:
    keyset = wrapped_for(signed("prosecutor"), signed("dpo"))
    assert keyset.ways == (("vault", "prosecutor", "dpo"),)
    assert keyset.epoch == ""
    both = wrapped_for(signed("prosecutor"), signed("dpo"), signed("operator"))
    assert len(both.ways) == 2
    for short in ((), (signed("prosecutor"),), (signed("dpo"), signed("operator"))):
        with pytest.raises(OrderError, match="no quorum gave"):
            wrapped_for(*short)


def test_a_hub_that_puts_a_key_of_its_own_in_is_refused() -> None:
    mine = signed("prosecutor")
    for forged in (signed("dpo", by="mallory"), replace(signed("dpo"), recipient=mine.recipient),
                   signed("vault", by="mallory")):  # fmt: skip
        with pytest.raises(SignatureError):
            wrapped_for(mine, forged)
    with pytest.raises(OrderError, match="for another hold"):
        wrapped_for(mine, signed("dpo", of=hold(nonce="6" * 32)))


def test_one_key_does_not_keep_a_hold_for_two() -> None:
    key = Identity.generate(RecipientKind.X25519)
    with pytest.raises(OrderError, match="two are the same"):
        wrapped_for(signed("prosecutor", key=key), signed("dpo", key=key))
    with pytest.raises(OrderError, match="of two kinds"):
        wrapped_for(
            signed("prosecutor"), signed("dpo", key=Identity.generate(RecipientKind.HYBRID))
        )


def test_a_hold_key_is_read_as_it_was_signed() -> None:
    mine = signed("dpo")
    assert holds.read_key(mine.bytes) == mine
    for wrong in (b"", canonical({**json.loads(mine.bytes), "more": 1}), mine.bytes + b" "):
        with pytest.raises(Malformed):
            holds.read_key(wrong)


@pytest.mark.parametrize("kind", [RecipientKind.X25519, RecipientKind.HYBRID])
def test_a_hold_opens_for_its_quorums_alone_and_dies_with_their_keys(kind: RecipientKind) -> None:
    parties = ("vault", "prosecutor", "dpo", "operator")
    mine = {party: Identity.generate(kind) for party in parties}
    given = [signed(party, key=mine[party]) for party in ("prosecutor", "dpo")]
    own = {"vault": mine["vault"].recipient()}
    keyset = hold_keyset(POLICY, given, KEYIDS, hold().id, own)
    with Identity.generate(kind) as secret:
        header = onions.Window("cam-a", 0, 60_000, "1970-01-01", "0" * 64, str(secret.recipient()))
        inside = onions.wrap(header, secret, [mine["operator"].recipient()])
        kept = rehold(open_layer(inside, [mine["operator"]], None), keyset)
    for count in range(len(parties) + 1):
        for some in combinations(parties, count):
            held_by = [mine[party] for party in some]
            try:
                window_, key = unwrap(onions.unpack(kept).values(), held_by, None)
            except SealError:
                assert not {"vault", "prosecutor", "dpo"} <= {*some}
            else:
                assert {"vault", "prosecutor", "dpo"} <= {*some}
                assert window_ == replace(header, epoch="", keyset=keyset.id)
                assert str(key.recipient()) == header.recipient


# By the command


def until(days: int = 90) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


def keep(room: Room, *parties: str) -> None:
    """From the order to hold to what is left after the vault."""
    room.agreed("--urgent", "--hold-until", until())
    for role in parties:
        done = room("hold-key", room.case, "--as", role, "--key", f"{role}.key", "--x25519",
                    "-o", f"keys-{role}")  # fmt: skip
        assert done.returncode == 0, done.stderr
    room.prove()
    onion = "W.onions"
    for role in WAY.split("+"):
        done = room.peel(role, onion, *(("--hold-keys", "keys-vault") if role == "vault" else ()))
        assert done.returncode == 0, done.stderr
        onion = done.stdout.strip()
    assert onion == f"after-vault/{WAY}.onions"
    done = room("hold", room.case, onion)
    assert done.returncode == 0, done.stderr


def destroy_the_day(room: Room) -> None:
    for role in ("vault", "prosecutor", "dpo", "operator"):
        done = run("keys", "destroy", f"keys-{role}", "--day", FILMED, "--party", role, "--key",
                   room.folder / "dpo.key", "-o", f"gone-{role}", cwd=room.folder)  # fmt: skip
        assert done.returncode == 0, done.stderr


def test_what_is_held_opens_after_its_day_is_dead_and_nothing_else_of_that_day(room):
    keep(room, "prosecutor", "dpo")
    kept = folder.read(room.case)
    assert kept.case.state.value == "held"
    secret = [path.read_bytes() for path in room.folder.rglob("*.onions")]
    assert not any(b"AGE-SECRET-KEY" in each for each in secret)
    (due,) = (room.case / "entries").glob("*-hold.rewrap.jsonl")
    told = read_entry(due.read_bytes()[:-1]).data
    assert (told["n"], told["expires"]) == (1, utc(kept.case.ends))
    destroy_the_day(room)
    hold_case, room.case = room.case, room.folder / "later"
    (onions,) = (hold_case / "held").iterdir()
    keys = {role: f"keys-{role}/{kept.case.order.id}.hold" for role in WAY.split("+")}
    assert all((room.folder / key).stat().st_mode & 0o777 == 0o600 for key in keys.values())

    for left in room.folder.glob("after-*/*"):
        left.unlink()
    room.agreed("--urgent", "--opener", room.opener, "--held", hold_case)
    assert f"held by          {kept.case.order.id}" in room.show().stdout
    room.prove()
    for path in ("W.onions", onions):  # of the day itself nothing is left to open with
        done = room.peel("operator", path, "--key", keys["dpo"])
        check(done, 21, "no onion here begins with operator")
    check(room.peel("dpo", "W.onions", "--key", keys["dpo"]), 19, "no key here opens it")
    layer: str | Path = onions
    for role in WAY.split("+"):
        done = room.peel(role, layer, "--key", keys[role])
        assert done.returncode == 0, done.stderr
        layer = done.stdout.strip()
    done = room.open(layer, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    assert done.returncode == 0, done.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR


def test_without_the_parties_keys_a_hold_s_window_is_not_peeled_by_the_vault(room):
    room.agreed("--urgent", "--hold-until", until())
    room.prove()
    onion = "W.onions"
    for role in ("dpo", "prosecutor"):
        onion = room.peel(role, onion).stdout.strip()
    check(room.peel("vault", onion), 21, "no keys for the hold")
    room("hold-key", room.case, "--as", "dpo", "--key", "dpo.key", "-o", "keys-dpo")
    done = room.peel("vault", onion, "--hold-keys", "keys-vault")
    check(done, 21, "no quorum gave its keys")
    assert not (room.folder / "vault.spent").exists()


def test_a_hub_that_calls_the_vault_s_layer_another_s_gets_nothing_for_it(room):
    room.agreed("--urgent", "--hold-until", until())
    for role in ("prosecutor", "dpo"):
        room("hold-key", room.case, "--as", role, "--key", f"{role}.key", "--x25519",
             "-o", f"keys-{role}")  # fmt: skip
    room.prove()
    onion = "W.onions"
    for role in ("dpo", "prosecutor"):
        onion = room.peel(role, onion).stdout.strip()
    renamed = room.folder / "dpo+vault+prosecutor.age"
    renamed.write_bytes((room.folder / onion).read_bytes())
    done = room.peel("vault", renamed, "--hold-keys", "keys-vault")
    assert done.returncode == 19, done.stderr
    assert not any((room.folder / "after-vault").iterdir())


def test_rubbish_in_the_case_of_a_hold_spends_and_keeps_nothing(room):
    room.agreed("--urgent", "--hold-until", until())
    room.prove()
    (room.case / "holds").mkdir()
    (room.case / "holds" / "dpo.json").write_text("{}")
    onion = "W.onions"
    for role in ("dpo", "prosecutor"):
        onion = room.peel(role, onion).stdout.strip()
    own = ("--hold-keys", "keys-vault")
    check(room.peel("vault", onion, *own), 2, "hold.key: type is missing")
    assert not (room.folder / "vault.spent").exists()
    check(room("hold", room.case, "0000.mp4.age"), 19, "the onions are damaged")
    assert not (room.case / "held").exists()


def test_a_hold_shows_nothing_to_anybody(room):
    keep(room, "prosecutor", "dpo")
    layer = f"after-vault/{WAY}.onions"
    done = room.open(layer, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    check(done, 19, "not an age v1 file")
    assert not (room.folder / "clear").exists()
    check(room("hold", room.case, layer), 21, "0 windows were peeled for the hold")


def test_a_key_for_a_hold_is_the_party_s_own_and_one(room):
    room.agreed("--urgent", "--opener", room.opener)
    args = ("--as", "dpo", "--key", "dpo.key", "-o", "keys-dpo")
    check(room("hold-key", room.case, *args), 21, "to open, not to hold")
    room.case = room.folder / "other"
    room.agreed("--urgent", "--hold-until", until())
    forged = ("--as", "dpo", "--key", "operator.key", "-o", "keys-dpo")
    check(room("hold-key", room.case, *forged), 16, "not the key of dpo")
    assert room("hold-key", room.case, *args).returncode == 0
    check(room("hold-key", room.case, *args), 19, "there already")


def test_an_order_that_names_a_hold_is_for_what_it_keeps(room):
    keep(room, "prosecutor", "dpo")
    hold_case, room.case = room.case, room.folder / "later"
    more = ("--opener", room.opener, "--held", hold_case)
    check(room.declare(*more, since=SEALED + timedelta(hours=1)), 21, "doesn't keep all of that")
    check(room.declare("--opener", room.opener, "--held", room.folder), 3, "can't be read")
    room.case = room.folder / "third"
    assert room.declare("--urgent", "--opener", room.opener, "--held", hold_case,
                        since=SEALED).returncode == 0  # fmt: skip
    told = room.case / "hold.json"
    told.write_bytes(told.read_bytes().replace(b'"cam-a"', b'"cam-b"'))
    check(room.show(), 21, "not the hold that the order names")
