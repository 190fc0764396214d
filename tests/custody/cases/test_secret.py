"""Secret inquiries: the log shows that there is an order, and who holds it can show no other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.desks import CLEAR, WAY, Room, logged
from fakes.desks import MINUTE as SEALED
from fakes.orders import DAY, DEFAULT, HOUR, MINUTE, NOW, hold, order, window
from fakes.peeling import KEYIDS, KEYS, asked, peel, refused, to_open
from fakes.runs import check

from contrejour.base.canonical import canonical
from contrejour.base.errors import LedgerError, Malformed, OrderError
from contrejour.base.times import utc
from contrejour.custody.cases import folder, records, signed
from contrejour.custody.cases.order import OrderBasis, made, read
from contrejour.custody.cases.secret import Secret
from contrejour.custody.ledger.alarms import Expectations, Watch
from contrejour.custody.ledger.entry import Entry
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.quorum import parse

HIDES = Secret.until(NOW + 200 * DAY)
OPENER = "age1" + "q" * 58
OPENERS = DEFAULT.replace("age1dpo", f"age1dpo key:{KEYIDS['dpo']}")
POLICIES = {order().policy: parse(OPENERS, "party")}
"""What the log's readers know of who opens."""


def hidden(**changes: object):
    return order(**{"secret": HIDES, "opener": OPENER, **changes})


def test_the_log_is_shown_that_there_is_an_order_and_not_for_what() -> None:
    shown = json.loads(hidden().bytes)
    assert (shown["cameras"], shown["since"], shown["until"]) == (None, None, None)
    assert (shown["secret"]["cameras"], shown["secret"]["seconds"]) == (2, 600)
    assert (shown["requester"], shown["basis"], shown["kind"]) == ("opj", "77-1-1", "open")
    for private in (b"cam-a", b"cam-b", utc(order().since).encode(), utc(order().until).encode()):
        assert private not in hidden().bytes
    assert read_entry(hidden().bytes).bytes == hidden().bytes


def test_a_secret_order_is_read_with_its_own_opening_alone() -> None:
    mine = hidden()
    assert read(mine.bytes, mine.opening) == mine
    with pytest.raises(OrderError, match="is secret"):
        read(mine.bytes)
    assert order().opening is None


@pytest.mark.parametrize(
    "other",
    [
        {"cameras": ("cam-a", "cam-c")}, {"cameras": ("cam-a",)}, {"since": NOW - 23 * HOUR},
        {"until": NOW - HOUR}, {"secret": Secret.until(HIDES.reveal_by)},
        {"since": NOW - 3 * HOUR, "until": NOW - 3 * HOUR + 10 * MINUTE},
    ],
)  # fmt: skip
def test_a_swapped_opening_is_refused(other) -> None:
    swapped = replace(hidden(), **other).opening
    with pytest.raises(OrderError, match="not of this order"):
        read(hidden().bytes, swapped)
    refused(OrderError, "not of this order", asked(hidden(), opening=swapped))


@pytest.mark.parametrize("name", ["cameras", "seconds"])
def test_attack_73_a_number_that_no_order_has_is_no_entry(name: str) -> None:
    """Whoever reckoned the windows of 2^53-1 seconds fell over: every monitor, at each start."""
    told = json.loads(hidden().bytes)
    for number, fits in ((10**9, True), (10**9 + 1, False), ((1 << 53) - 1, False)):
        data = canonical({**told, "secret": {**told["secret"], name: number}})
        if fits:
            read_entry(data)
        else:
            with pytest.raises(LedgerError, match="secret has a value"):
                read_entry(data)


def test_what_an_order_says_of_its_secret_can_not_be_less_than_it_hides() -> None:
    told = json.loads(hidden().bytes)
    for lie in ({"cameras": 1}, {"seconds": 60}, {"reveal_by": utc(NOW + 900 * DAY)}):
        lying = canonical({**told, "secret": {**told["secret"], **lie}})
        with pytest.raises(OrderError):
            read(lying, hidden().opening)
    for strange in ({"cameras": ["cam-a"]}, {"since": utc(NOW)}, {"secret": {}}):
        with pytest.raises(Malformed):
            read(canonical({**told, **strange}), hidden().opening)
    for data in (b"", b"{}", hidden().bytes, canonical({"type": "order.opening", "v": 1})):
        with pytest.raises(Malformed):
            read(hidden().bytes, data)


def test_a_party_peels_what_was_committed_to_and_nothing_beside() -> None:
    mine = asked(hidden(), opening=hidden().opening)
    assert peel(mine).window == window()
    refused(OrderError, "doesn't cover", replace(mine, window=window(camera="cam-c")))
    refused(OrderError, "doesn't cover", replace(mine, window=window(10)))
    refused(OrderError, "is secret", asked(hidden()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": Secret.until(NOW + 367 * DAY)}, {"secret": Secret.until(NOW)},
        {"secret": HIDES, "basis": OrderBasis.ACCESS},
    ],
)  # fmt: skip
def test_no_secret_is_without_an_end_or_without_an_inquiry(wrong) -> None:
    with pytest.raises(OrderError, match="secret without an end"):
        made(order(**wrong))


def test_a_secret_hold_keeps_and_opens_as_any_other() -> None:
    kept = hold(secret=HIDES)
    mine = order(held=kept.id, secret=Secret.until(NOW + DAY))
    what = to_open(mine, hold=kept, epoch=kept.id, opening=mine.opening)
    assert peel(what)


# What anybody sees in the log


def test_the_log_takes_no_order_that_hides_without_committing() -> None:
    told = dict(read_entry(hidden().bytes).data)
    secret = json.loads(hidden().bytes)["secret"]
    for lie in (
        {"secret": None}, {"cameras": ["cam-a"]}, {"since": utc(NOW)},
        {"secret": {**secret, "of": {}}}, {"secret": {**secret, "why": "a" * 64}},
        {"secret": {**secret, "reveal_by": "never"}}, {"secret": {**secret, "cameras": -1}},
    ):  # fmt: skip
        with pytest.raises(LedgerError):
            Entry("order.declare", utc(NOW), {**told, **lie})


def test_what_is_revealed_is_checked_against_what_was_declared() -> None:
    for lie, said in (
        ({}, []),
        ({"cameras": ("cam-a", "cam-c")}, ["order.reveal of something else than was declared"]),
        ({"until": NOW - HOUR}, ["order.reveal of something else than was declared"]),
    ):
        replay = Replay(POLICIES)
        assert replay.see(hidden().bytes) == []
        told = read_entry(records.owed_revealed(replace(hidden(), **lie), NOW + DAY))
        mine = replace(told, data={**told.data, "order": hidden().id})
        assert [str(each) for each in replay.see(mine.bytes)] == said
        late = replay.overdue(utc(HIDES.reveal_by + DAY))
        assert len(late) == (1 if lie else 0)


def test_an_order_that_is_not_revealed_in_time_is_told_of_until_it_is() -> None:
    replay = Replay(POLICIES)
    replay.see(hidden().bytes)
    assert replay.overdue(utc(HIDES.reveal_by)) == []
    end = HIDES.reveal_by
    other = order(nonce="8" * 32, declared=end + DAY, not_before=end + 2 * DAY,
                  expires=end + 3 * DAY, opener=OPENER)  # fmt: skip
    assert replay.see(other.bytes) == []
    said = [f"order {hidden().id} was not revealed by {utc(end)}"]
    watch = Watch(Expectations(lambda day: NOW + 9999 * DAY, policies=POLICIES))
    watch.see(0, hidden().bytes, NOW)
    watch.see(
        1, signed.sign(signed.SignedAct.APPROVE, hidden().id, "dpo", NOW, KEYS["dpo"]).bytes, NOW
    )
    assert [str(each.message) for each in watch.alarms(end + DAY)] == said
    assert [str(each) for each in replay.overdue(utc(end + DAY))] == said
    assert replay.see(records.owed_revealed(hidden(), end + 4 * DAY)) == []
    assert replay.overdue(utc(end + 9 * DAY)) == []
    watch.see(2, records.owed_revealed(hidden(), end + 4 * DAY), end + 4 * DAY)
    assert watch.alarms(end + 9 * DAY) == []
    with pytest.raises(OrderError, match="no secret"):
        records.owed_revealed(order(), NOW)
    told = read_entry(records.owed_revealed(hidden(), end + 4 * DAY))
    of_other = replace(told, data={**told.data, "order": other.id})
    said = ["order.reveal of something else than was declared"]
    assert [str(each) for each in replay.see(of_other.bytes)] == said  # it hid nothing


# By the command


def test_a_secret_order_goes_all_the_way_and_is_revealed_for_the_log(room: Room) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    room.agreed("--urgent", "--opener", room.opener, "--secret-until", until)
    public = (room.case / "order.json").read_bytes()
    assert json.loads(room.show("--json").stdout)["reveal_by"] == until
    assert "secret until" in room.show().stdout
    assert b"cam-a" not in public
    assert (room.case / "secret.json").stat().st_mode & 0o777 == 0o600
    room.prove()
    onion = "W.onions"
    for role in WAY.split("+"):
        done = room.peel(role, onion)
        assert done.returncode == 0, done.stderr
        onion = done.stdout.strip()
    done = room.open(onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    assert done.returncode == 0, done.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR
    due_before = sorted((room.case / "entries").iterdir())
    assert not any(b"cam-a" in path.read_bytes() for path in due_before)
    done = room("reveal", room.case)
    assert done.returncode == 0, done.stderr
    entries = sorted((room.case / "entries").iterdir())
    assert done.stdout.strip() == str(entries[-1])
    assert b'"cameras":["cam-a"]' in entries[-1].read_bytes()
    done = logged(room, entries, "whole")
    assert done.returncode == 0, done.stderr


def test_without_its_opening_a_secret_case_is_nobody_s_to_work_on(room: Room) -> None:
    until = f"{datetime.now(UTC) + timedelta(days=90):%Y-%m-%dT%H:%M:%SZ}"
    room.agreed("--urgent", "--opener", room.opener, "--secret-until", until)
    other = room.folder / "other"
    room.case, mine = other, room.case
    room.declare("--urgent", "--secret-until", until, since=SEALED + timedelta(minutes=1))
    (mine / "secret.json").write_bytes((other / "secret.json").read_bytes())
    check(room.show(case=mine), 21, "the opening is not of this order")
    (mine / "secret.json").unlink()
    check(room.show(case=mine), 21, "the order is secret")
    assert folder.read(other).case.order.secret is not None
    room.case = room.folder / "plain"
    room.declare()
    check(room("reveal", room.case), 21, "the order is no secret")
    room.case = room.folder / "long"
    done = room.declare("--secret-until", "2099-01-01T00:00:00Z")
    check(done, 21, "secret without an end")
