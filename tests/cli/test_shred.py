"""`contrejour shred`: what has to be gone today is gone, said, and owed to the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.clocks import today
from fakes.plans import KEY, envelope
from fakes.runs import check, run

from contrejour.custody.ledger.entry import read
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.seal import keynotes, keys
from contrejour.custody.seal.recipient import RecipientKind
from contrejour.custody.seal.shred import destroyed
from contrejour.law.mandate.sign import public_pem, read_private

NOW = datetime.now(UTC)
ENDED, LASTS = "a" * 64, "b" * 64


def day(age: int):
    return today() - timedelta(days=age)


def until(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def party(tmp_path: Path) -> Path:
    """A party's folder: keys of days, of a hold that ended and of one that lasts."""
    folder = tmp_path / "keys"
    folder.mkdir()
    keys.make(folder, [day(age) for age in (31, 29, 26, 0)], RecipientKind.X25519)
    keys.make_hold(folder, ENDED, until(NOW - timedelta(minutes=1)), RecipientKind.X25519)
    keys.make_hold(folder, LASTS, until(NOW + timedelta(days=1)), RecipientKind.X25519)
    run("keys", "new", "root.key", cwd=tmp_path)
    return tmp_path


def shred(party: Path, *more: object):
    return run("shred", "keys", "--as", "dpo", "--party", "dpo.example", "--key", "root.key",
               "-o", "said", *more, cwd=party, env={"LC_ALL": "C.UTF-8"})  # fmt: skip


def test_what_is_due_is_destroyed_and_the_rest_stays(party: Path) -> None:
    done = shred(party)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(day(31)), str(day(29)), ENDED]
    left = {path.name for path in (party / "keys").iterdir()}
    assert left == {f"{day(26)}.key", f"{day(0)}.key", f"{LASTS}.hold"}
    again = shred(party)
    assert (again.returncode, again.stdout) == (0, "")
    assert "no key is due" in again.stderr


def test_each_destruction_is_signed_and_an_entry_of_the_log(party: Path) -> None:
    shred(party)
    root = read_private((party / "root.key").read_bytes(), None)
    by = keynotes.Verifier.of("dpo.example", root)
    for age in (31, 29):
        said = destroyed((party / "said" / f"{day(age)}.shred").read_bytes(), by)
        assert said[0] == day(age)
    told = keynotes.verify((party / "said" / f"{ENDED}.shred").read_bytes(), by)
    assert f'"order":"{ENDED}"' in told
    entries = [read(path.read_bytes()[:-1]) for path in sorted((party / "said").glob("*.jsonl"))]
    assert [each.type for each in entries] == ["epoch.shred", "epoch.shred", "hold.shred"]
    assert {(each.data["role"], each.data["method"]) for each in entries} == {("dpo", "file")}
    run("ledger", "init", "log", "--name", "log.example.org/t", "--key", "root.key", cwd=party)
    for path in sorted((party / "said").glob("*-*.jsonl")):
        done = run("ledger", "append", "log", path, "--key", "root.key", cwd=party)
        assert done.returncode == 0, done.stderr
    done = run("ledger", "monitor", "log", "--state", "seen", "--policy", "log/policy.txt",
               cwd=party)  # fmt: skip
    assert done.returncode == 0, done.stderr
    (said,) = Replay().see(entries[-1].bytes)
    assert str(said) == "hold.shred of an order that was not declared before"


def test_what_is_there_and_when_it_has_to_go_is_shown(party: Path) -> None:
    done = run("keys", "show", "keys", cwd=party)
    shown = dict(line.split()[:2] for line in done.stdout.splitlines())
    assert len(shown) == 6
    assert shown[LASTS] == until(NOW + timedelta(days=1))


def test_the_horizon_is_the_one_that_was_voted(party: Path) -> None:
    (party / "plan.json").write_bytes(envelope("record", horizon="P5D"))
    (party / "plan.pub").write_bytes(public_pem(KEY))
    done = shred(party, "--plan", "plan.json", "--pub", "plan.pub")
    assert done.stdout.split() == [str(day(31)), str(day(29)), str(day(26)), ENDED]


def test_nothing_is_destroyed_that_could_not_be_said(party: Path) -> None:
    before = sorted((party / "keys").iterdir())
    check(shred(party, "--plan", "root.key.pub", "--pub", "root.key.pub"), 16, "not a signed plan")
    check(shred(party, "--key", "no.key"), 3, "does not exist")
    check(shred(party, "--as", "the dpo"), 20, "epoch.shred: role has a value")
    check(shred(party, "--party", "the dpo"), 19, "can't be the name of a key")
    assert sorted((party / "keys").iterdir()) == before


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.hold", "# hold until 2020-01-01T00:00:00Z\n"), (f"{'c' * 64}.hold", "# 2027-02-12\n"),
        (f"{'c' * 64}.hold", "# hold until 2020-01-01T00:00:00Z\nAGE-SECRET-KEY-1\n"),
        ("2026-01-01.key", "no key"), ("2026-01-02.key", ""),
    ],
)  # fmt: skip
def test_one_damaged_key_keeps_no_other_from_being_destroyed(
    party: Path, name: str, text: str
) -> None:
    (party / "keys" / name).write_text(text)
    done = shred(party)
    assert done.returncode == 19
    assert name in done.stderr
    assert done.stdout.split() == [str(day(31)), str(day(29)), ENDED]
    assert (party / "keys" / name).exists()


def test_a_key_that_was_said_to_be_gone_is_told_of_and_the_rest_goes(party: Path) -> None:
    (party / "said").mkdir()
    (party / "said" / f"{day(31)}.shred").write_text("said before")
    done = shred(party)
    assert done.returncode == 8
    assert "this key was said to be destroyed" in done.stderr
    assert done.stdout.split() == [str(day(29)), ENDED]


def test_a_key_that_can_not_be_destroyed_is_told_of_and_the_rest_goes(party: Path) -> None:
    (party / "keys" / "2026-01-01.key").mkdir()
    done = shred(party)
    assert done.returncode == 9
    assert "the key of 2026-01-01 can't be destroyed" in done.stderr
    assert done.stdout.split() == [str(day(31)), str(day(29)), ENDED]
