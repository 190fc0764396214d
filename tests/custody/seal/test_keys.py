"""A party's keys of each day: made, published, and gone."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.parties import MINUTE, T0, policy
from fakes.seals import age, flips, opened, sealed

from contrejour.base.errors import SealError
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keynotes, keys
from contrejour.custody.seal.keys import make, publish, published, read_identity
from contrejour.custody.seal.onion import day_of, keyset, unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.recipient import SECRET, Identity, RecipientKind
from contrejour.custody.seal.shred import destroy, destroyed
from contrejour.custody.seal.window import WindowRequest
from contrejour.custody.seal.window import make as make_windows

KEY = Ed25519PrivateKey.generate()
VAULT = keynotes.Verifier.of("vault.example", KEY)
DAY = date(2027, 2, 12)
NOW = datetime(2027, 3, 13, tzinfo=UTC)
WEEK = [DAY + timedelta(days=n) for n in range(7)]


@pytest.fixture(params=list(SECRET))
def kind(request):
    return request.param


def test_each_day_has_its_own_key_that_only_its_owner_can_read(tmp_path, kind):
    made = make(tmp_path, WEEK, kind)
    assert list(made) == WEEK == keys.days(tmp_path)
    assert len(set(made.values())) == 7
    for day in WEEK:
        assert keys.key_path(tmp_path, day).stat().st_mode & 0o777 == 0o600
        with read_identity(keys.key_path(tmp_path, day)) as secret:
            assert secret.recipient() == made[day]


def test_a_key_that_is_there_is_never_made_again(tmp_path):
    first = make(tmp_path, WEEK[:2], RecipientKind.X25519)
    assert list(make(tmp_path, WEEK, RecipientKind.X25519)) == WEEK[2:]
    with read_identity(keys.key_path(tmp_path, DAY)) as secret:
        assert secret.recipient() == first[DAY]


def test_debians_age_reads_our_key_file(tmp_path):
    made = make(tmp_path, [DAY], RecipientKind.X25519)
    path = keys.key_path(tmp_path, DAY)
    assert age("-d", "-i", path, given=sealed(b"clear", made[DAY])).stdout == b"clear"


def test_what_is_published_is_signed_and_is_the_public_half(tmp_path, kind):
    made = make(tmp_path, WEEK, kind)
    signed = publish(tmp_path, WEEK[:3], "vault.example", KEY)
    assert b"SECRET" not in signed
    assert published(signed, VAULT) == {day.isoformat(): made[day] for day in WEEK[:3]}


def test_a_keyset_that_was_changed_or_is_somebody_else_s_is_refused(tmp_path):
    make(tmp_path, [DAY], RecipientKind.X25519)
    signed = publish(tmp_path, [DAY], "vault.example", KEY)
    for damaged in flips(signed, 1):
        with pytest.raises(SealError):
            published(damaged, VAULT)
    with pytest.raises(SealError):
        published(publish(tmp_path, [DAY], "dpo.example", KEY), VAULT)
    with pytest.raises(SealError):
        published(signed, replace(VAULT, public=bytes(32)))
    with pytest.raises(SealError, match=r"epoch\.shred"):
        destroyed(signed, VAULT)


def test_days_without_keys_can_not_be_published(tmp_path):
    with pytest.raises(SealError, match="no keys"):
        publish(tmp_path, [], "vault.example", KEY)
    with pytest.raises(OSError, match="No such file"):
        publish(tmp_path, [DAY], "vault.example", KEY)


def test_a_key_that_was_destroyed_is_overwritten_and_gone_and_the_party_says_so(tmp_path):
    made = make(tmp_path, WEEK, RecipientKind.X25519)
    path = keys.key_path(tmp_path, DAY)
    os.link(path, tmp_path / "copy")  # the same blocks of the disk
    statement = destroy(tmp_path, DAY, "vault.example", KEY, NOW)
    assert destroyed(statement, VAULT) == (DAY, str(made[DAY]), NOW)
    assert keys.days(tmp_path) == WEEK[1:]
    assert not any((tmp_path / "copy").read_bytes())
    with pytest.raises(SealError, match="no key of"):
        destroy(tmp_path, DAY, "vault.example", KEY, NOW)
    for damaged in flips(statement, 3):
        with pytest.raises(SealError):
            destroyed(damaged, VAULT)


def test_where_a_key_can_not_be_overwritten_nobody_says_it_is_destroyed(tmp_path, monkeypatch):
    make(tmp_path, [DAY], RecipientKind.X25519)

    def full(_: int) -> None:
        raise OSError("no")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no"):
        destroy(tmp_path, DAY, "vault.example", KEY, NOW)


def test_a_half_written_key_is_never_under_its_name(tmp_path, monkeypatch):
    def full(_: int) -> None:
        raise OSError("no")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no"):
        make(tmp_path, [DAY], RecipientKind.X25519)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "data", [b"", b"# nothing\n", b"AGE-SECRET-KEY-1\n", b"x" * 20_000, b"age1qqq\nage1qqq\n"]
)
def test_a_file_without_exactly_one_key_is_refused(tmp_path, data):
    (tmp_path / "key").touch(0o600)
    (tmp_path / "key").write_bytes(data)
    with pytest.raises(SealError):
        read_identity(tmp_path / "key")


@pytest.mark.parametrize("gone", [{"vault"}, {"dpo", "operator"}])
def test_a_backup_of_everything_but_the_destroyed_keys_opens_nothing(tmp_path, gone):
    """On day 27 everything opens; once the keys are destroyed, with all the others', nothing."""
    who = policy("two of three")
    day = date.fromisoformat(day_of(T0))
    public = {party: make(folder(tmp_path, party), [day], RecipientKind.X25519)[day]
              for party in who.members}  # fmt: skip
    day_keys = keyset(who, public, day.isoformat())
    windows = make_windows(
        [WindowRequest("car-1", T0 + n * MINUTE, T0 + (n + 1) * MINUTE, tmp_path / f"{n}.onions")
         for n in range(3)], day_keys,
    )  # fmt: skip
    footage = [sealed(b"clear", each.recipient) for each in windows]

    def openable() -> int:
        secrets = [read_identity(path) for path in tmp_path.glob("*/*.key")]
        count = 0
        for number, made in enumerate(windows):
            onions = unpack((tmp_path / f"{number}.onions").read_bytes()).values()
            try:
                _, secret = unwrap(onions, secrets, made.window)
            except SealError:
                continue
            count += opened(footage[number], secret) == b"clear"
        return count

    assert openable() == 3
    for party in gone:
        destroy(tmp_path / party, day, party, KEY, NOW)
    assert openable() == 0


def folder(tmp_path, party):
    (tmp_path / party).mkdir()
    return tmp_path / party


def test_an_identity_says_nothing_of_itself():
    secret = Identity.generate(RecipientKind.X25519)
    assert "AGE-SECRET" not in f"{secret!r} {secret}"


def test_the_keys_of_a_policy_are_its_own_or_what_each_party_published_for_that_day(tmp_path):
    own = make(folder(tmp_path, "vault"), WEEK, RecipientKind.X25519)
    other = Identity.generate(RecipientKind.X25519).recipient()
    text = (
        f"party vault {VAULT}\nparty dpo {other} judicial\ngroup open all vault dpo\nquorum open\n"
    )
    who = parse(text, "party")
    notes = [publish(tmp_path / "vault", [day], "vault.example", KEY) for day in WEEK]
    for day in WEEK:
        found = keys.keys_of(who, notes, day.isoformat())
        assert (found.epoch, found.keys) == (day.isoformat(), {"vault": own[day], "dpo": other})
    with pytest.raises(SealError, match="no key for 2027-01-01"):
        keys.keys_of(who, notes, "2027-01-01")
    again = make(folder(tmp_path, "again"), WEEK[:1], RecipientKind.X25519)
    notes.append(publish(tmp_path / "again", again, "vault.example", KEY))
    with pytest.raises(SealError, match="two keys"):
        keys.keys_of(who, notes, DAY.isoformat())
    forged = publish(tmp_path / "vault", WEEK, "vault.example", Ed25519PrivateKey.generate())
    with pytest.raises(SealError, match="not signed"):
        keys.keys_of(who, [forged], DAY.isoformat())


def test_a_policy_of_keys_of_its_own_has_no_day():
    own = {
        party: Identity.generate(RecipientKind.HYBRID).recipient() for party in ("vault", "judge")
    }
    found = keys.keys_of(parse(alone(own), "party"), [], "2027-02-12")
    assert (found.epoch, found.keys) == ("", own)


def alone(own, more=""):
    """A judge opens with the vault."""
    text = f"party vault {own['vault']}\nparty judge {own['judge']} judicial\n{more}"
    return text + "group open all vault judge\nquorum open\n"


def test_one_policy_serves_a_case_too_whoever_only_asks_has_no_key():
    """cases/rules.py: `key:` says who approves, and a party in no group may ask."""
    own = {
        party: Identity.generate(RecipientKind.HYBRID).recipient() for party in ("vault", "judge")
    }
    text = alone(own, f"party opj - key:{'0d42' * 16}\n")
    assert keys.keys_of(parse(text, "party"), [], "2027-02-12").ways == (("vault", "judge"),)


class Killed(BaseException):
    """Stands for a kill."""


def test_attack_24_a_destruction_that_was_killed_is_gone_on_with(tmp_path, monkeypatch):
    made = make(tmp_path, [DAY], RecipientKind.X25519)

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(Path, "unlink", kill)
        with pytest.raises(Killed):
            destroy(tmp_path, DAY, "vault.example", KEY, NOW)
    later = NOW + timedelta(minutes=1)
    statement = destroy(tmp_path, DAY, "vault.example", KEY, later)
    assert destroyed(statement, VAULT) == (DAY, str(made[DAY]), later)
    assert [*tmp_path.iterdir()] == []


def test_attack_24_a_statement_that_was_not_kept_is_made_again(tmp_path):
    made = make(tmp_path, [DAY], RecipientKind.X25519)

    def kill(_: bytes) -> None:
        raise Killed

    with pytest.raises(Killed):
        destroy(tmp_path, DAY, "vault.example", KEY, NOW, keep=kill)
    assert keys.days(tmp_path) == [DAY]
    kept: list[bytes] = []
    destroy(tmp_path, DAY, "vault.example", KEY, NOW, keep=kept.append)
    assert [destroyed(each, VAULT) for each in kept] == [(DAY, str(made[DAY]), NOW)]
    assert [*tmp_path.iterdir()] == []
