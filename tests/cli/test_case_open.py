"""`contrejour case witness | peel | open`: from a sealed minute to its picture, by the command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.desks import CLEAR, DAY, MINUTE, WAY, Room, logged
from fakes.plans import envelope
from fakes.runs import check
from fakes.seals import sealed
from fakes.sites import voted as policies_of
from fakes.tokens import install

from contrejour.custody.cases import folder
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keys
from contrejour.custody.seal.window import WindowRequest, make

A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def token_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Everybody's key is in a token, but the prosecutor's."""
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")
    made = Room(tmp_path, tokens=frozenset({"vault", "dpo", "operator", "opener"}))
    yield made
    made.log.close()


@pytest.mark.parametrize("kind", ["room", "token_room"])
def test_a_sealed_minute_is_opened_by_those_who_agreed_and_shown_to_the_opener_alone(kind, request):
    room = request.getfixturevalue(kind)
    shown(room)
    check(room.peel("dpo", "W.onions"), 21, "is spent")


def shown(room):
    """By all who agreed, one after the other, and then by the opener."""
    room.agreed()
    room.prove()
    onion = "W.onions"
    for role in WAY.split("+"):
        done = room.peel(role, onion)
        assert done.returncode == 0, done.stderr
        onion = done.stdout.strip()
        assert onion == f"after-{role}/{WAY}.age"
        assert (room.folder / onion).stat().st_mode & 0o777 == 0o600
    done = room.open(onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    assert done.returncode == 0, done.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR
    assert folder.read(room.case).case.state.value == "opened"


def test_attack_12_a_policy_that_names_the_vault_last_is_opened_as_any_other(room):
    """The vault was outermost then, peeled first, and no lawful order opened the window."""
    lines = (room.folder / "open.policy").read_text().splitlines(keepends=True)
    parties = [line for line in lines if line.startswith("party")]
    text = "".join([*parties[::-1], *lines[len(parties) :]])
    (room.folder / "open.policy").write_text(text)
    room.vote()
    room.seal(replace(keys.keys_of(parse(text, "party"), [], DAY), epoch=DAY))
    shown(room)


def test_attack_12_of_an_onion_whose_vault_is_not_innermost_no_layer_comes_off(room):
    """An older program made them: the vault peels last, or not at all."""
    now = keys.keys_of(parse((room.folder / "open.policy").read_text(), "party"), [], DAY)
    room.seal(replace(now, epoch=DAY, ways=(("prosecutor", "dpo", "vault"),)))
    room.agreed()
    room.prove()
    check(room.peel("vault", "W.onions"), 21, "the vault is not the last to peel")
    assert not (room.folder / "vault.spent").read_bytes()
    assert not list((room.folder / "after-vault").glob("*.age"))


def test_a_token_whose_program_is_missing_or_wants_a_pin_peels_nothing(token_room, monkeypatch):
    room = token_room
    room.agreed()
    room.prove()
    monkeypatch.setenv("FAKE_TOKEN", "pin")  # and nobody is at a terminal
    check(room.peel("dpo", "W.onions"), 19, "could not use its key: not the PIN: fail")
    (room.folder / "bin" / "age-plugin-token").unlink()
    check(room.peel("dpo", "W.onions"), 19, "there is no age-plugin-token here")
    monkeypatch.delenv("FAKE_TOKEN")
    install(room.folder / "bin")
    assert room.peel("dpo", "W.onions").returncode == 0


def test_attack_06_before_the_log_has_it_nothing_is_peeled_and_nothing_is_spent(room):
    room.agreed()
    check(room.peel_now("dpo", ["W.onions"]), 20, "nothing shows that the log has the order")
    room.prove()
    check(room.peel_now("dpo", ["W.onions"]), 20, "hasn't what this party says")
    check(room.peel_now("dpo", ["W.onions"]), 20, "hasn't what this party says")
    said = [each.name[5:] for each in sorted((room.case / "entries").iterdir())]
    assert said.count("unseal.peel.jsonl") == 1
    assert not any((room.folder / "after-dpo").iterdir())
    room.prove()
    assert room.peel_now("dpo", ["W.onions"]).returncode == 0


@pytest.mark.parametrize("kind", ["unseal.peel", "order.approve"])
def test_attack_74_a_word_that_a_kill_kept_from_the_log_is_owed_again(room, kind):
    """Its step said that it was said: the window could never be peeled by that party again."""
    room.agreed()
    if kind == "unseal.peel":
        room.prove()
        check(room.peel_now("dpo", ["W.onions"]), 20, "hasn't what this party says")
    *_, last = sorted((room.case / "entries").iterdir())
    assert kind in last.name
    entry = last.read_bytes()
    last.unlink()
    if kind == "unseal.peel":
        check(room.peel_now("dpo", ["W.onions"]), 20, "hasn't what this party says")
    else:
        room("witness", room.case, "--log", "log")
    assert last.read_bytes() == entry
    room.prove()
    assert room.peel("dpo", "W.onions").returncode == 0


def test_attack_06_nothing_is_shown_before_the_log_has_it(room):
    room.agreed()
    room.prove()
    onion = "W.onions"
    for role in WAY.split("+"):
        onion = room.peel(role, onion).stdout.strip()
    args = "0000.mp4.age", "--key", "opener.key", "-o", "clear"
    check(room("open", room.case, onion, *args), 20, "not in the log")
    assert not (room.folder / "clear").exists()
    room.prove()
    assert room("open", room.case, onion, *args).returncode == 0


def test_words_in_another_file_of_the_case_are_no_approval(room):
    """What was signed was looked for by its letters, in policies too: a comment stopped a peel."""
    with (room.folder / "open.policy").open("a") as policy:
        policy.write('# "type":"order.approve" and "type":"order.refuse" are what parties sign\n')
    room.vote()
    room.agreed()
    room.prove()
    done = room.peel("dpo", "W.onions")
    assert done.returncode == 0, done.stderr


def test_who_did_not_approve_has_no_onion_to_begin_with(room):
    room.agreed()
    room.prove()
    check(room.peel("operator", "W.onions"), 21, "no onion here begins with operator")
    check(room.peel("vault", "W.onions"), 21, "no onion here begins with vault")


def test_a_window_is_peeled_once_for_an_order(room):
    room.agreed()
    room.prove()
    assert room.peel("dpo", "W.onions").returncode == 0
    (room.folder / "after-dpo" / f"{WAY}.age").unlink()
    check(room.peel("dpo", "W.onions"), 21, "is spent")


def test_nothing_is_shown_before_all_have_peeled(room):
    room.agreed()
    room.prove()
    room.peel("dpo", "W.onions")
    args = "0000.mp4.age", "--key", "opener.key", "-o", "clear"
    check(room.open(f"after-dpo/{WAY}.age", *args), 19, "no key here opens it")
    assert not (room.folder / "clear").exists()


def opened(room: Room) -> list[Path]:
    """A case all the way to a bag; what the log is owed of it."""
    room.agreed()
    room.prove()
    onion = "W.onions"
    for role in WAY.split("+"):
        onion = room.peel(role, onion).stdout.strip()
    room.open(onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    done = room("export", room.case, "clear/0000.mp4", "-o", "bag")
    assert done.returncode == 0, done.stderr
    return sorted((room.case / "entries").iterdir())


def test_what_the_tools_leave_is_appended_as_it_is_and_a_monitor_believes_it(room):
    due = opened(room)
    assert [path.name[5:-6] for path in due] == [
        "order.declare", "order.approve", "order.approve", "unseal.peel", "unseal.peel",
        "unseal.peel", "unseal.done", "export.make",
    ]  # fmt: skip
    assert due[0].read_bytes() == (room.case / "order.json").read_bytes() + b"\n"
    done = logged(room, due, "whole")
    assert done.returncode == 0, done.stderr
    without = [path for path in due if "approve" not in path.name]
    done = logged(room, without, "short")
    assert done.returncode == 20
    assert "unseal.peel of an order that nobody approved" in done.stderr


def test_a_peel_that_is_refused_leaves_nothing_for_the_log(room):
    room.agreed()
    room.prove()
    before = sorted((room.case / "entries").iterdir())
    check(room.peel("vault", "W.onions"), 21, "no onion here begins with vault")
    assert sorted((room.case / "entries").iterdir()) == before
    assert room("refuse", room.case, "--as", "operator", "--key", "operator.key").returncode == 0
    assert (room.case / "entries" / "0004-order.refuse.jsonl").exists()


@pytest.fixture
def voted(tmp_path: Path, request) -> Iterator[Room]:
    """A room under a mandate with these numbers."""
    made = Room(tmp_path, request.param)
    yield made
    made.log.close()


@pytest.mark.parametrize("voted", [{"cooling_off": "PT12H"}], indirect=True)
def test_a_laxer_number_is_the_plan_s(voted):
    voted.agreed("--opener", voted.opener)
    voted.prove()
    check(voted.peel("dpo", "W.onions"), 21, "may be used from")


@pytest.mark.parametrize("voted", [{"window": "PT10S"}], indirect=True)
def test_a_minute_sealed_whole_is_not_peeled_where_ten_seconds_were_voted(voted):
    voted.agreed()
    voted.prove()
    done = voted.peel("dpo", "W.onions")
    check(done, 21, "a window of 60 s, longer than what opens together")
    assert not (voted.folder / "after-dpo").exists()


def test_an_order_for_another_plan_than_the_party_s_own_is_refused(room):
    room.agreed()
    room.prove()
    (room.folder / "plan.json").write_bytes(
        envelope("record", "export.requisition", until="2028-06-30", **policies_of(room.folder))
    )
    check(room.peel("dpo", "W.onions"), 21, "for another plan")
    (room.folder / "plan.json").write_bytes(b"{}")
    check(room.peel("dpo", "W.onions"), 16, "not a signed plan")


def windows(room: Room, count: int) -> list[Path]:
    """Folders of windows, each with its onions and a segment that says which it is."""
    text = (room.folder / "open.policy").read_text()
    keyset = replace(keys.keys_of(parse(text, "party"), [], DAY), epoch=DAY)
    found = [room.folder / "sealed" / f"{MINUTE + n * A_MINUTE:%H%M%S}" for n in range(count)]
    for number, folder_ in enumerate(found):
        folder_.mkdir(parents=True)
        t0 = int((MINUTE + number * A_MINUTE).timestamp() * 1000)
        (made,) = make([WindowRequest("cam-a", t0, t0 + 60_000, folder_ / "W.onions")], keyset)
        (folder_ / "0000.mp4.age").write_bytes(sealed(b"%d" % number, made.recipient))
    return found


def test_the_windows_of_an_order_are_peeled_and_opened_by_one_command_each(room):
    room.agreed()
    room.prove()
    found = windows(room, 3)
    onions = [each / "W.onions" for each in found]
    for role in WAY.split("+"):
        done = room.peel_all(role, onions)
        assert done.returncode == 0, done.stderr
        onions = [room.folder / line for line in done.stdout.split()]
        assert [each.parent.name for each in onions] == [each.name for each in found]
    segments = [each / "0000.mp4.age" for each in found]
    args = "--key", "opener.key", "-o", "clear"
    done = room.open("after-vault", *segments, *args)
    assert done.returncode == 0, done.stderr
    assert [(room.folder / line).read_bytes() for line in done.stdout.split()] == [b"0", b"1", b"2"]
    case = folder.read(room.case).case
    assert (case.state.value, len(case.peels)) == ("opened", 9)


def test_where_one_window_fails_no_layer_comes_off_and_none_is_spent(room):
    room.agreed()
    room.prove()
    found = windows(room, 3)
    onions = [each / "W.onions" for each in found]
    good = onions[1].read_bytes()
    onions[1].write_bytes(good[:900])
    done = room.peel_all("dpo", onions)
    assert (done.returncode, done.stdout) == (19, ""), "none is begun where one can't be read"
    onions[1].write_bytes(good[:900] + bytes([good[900] ^ 1]) + good[901:])
    done = room.peel_all("dpo", onions)
    assert (done.returncode, done.stdout) == (19, ""), "each is read before one is peeled"
    assert not (room.folder / "after-dpo").exists()
    onions[1].write_bytes(good)
    assert room.peel_all("dpo", onions).returncode == 0, "none of these was spent"
    check(room.peel_all("dpo", onions[1:2] * 2), 2, "in folders of one name")
    segment = found[2] / "0000.mp4.age"
    args = "--key", "opener.key", "-o", "clear"
    check(room.open("nowhere", segment, *args), 3, "does not exist")
    (room.folder / "empty").mkdir()
    check(room.open("empty", segment, *args), 3, "holds 0 layers")
    assert not (room.folder / "clear").exists()
