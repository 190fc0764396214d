"""A recorder holds the keys of the days within the horizon, or seals nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.parties import due

from contrejour.base.errors import SealError
from contrejour.cli.main import main
from contrejour.custody.ledger.alarms import Expectations, Watch
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keys
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.parties import Parties
from contrejour.custody.seal.recipient import RecipientKind

DAY = date(2027, 2, 12)
TOMORROW = DAY + timedelta(days=1)


@pytest.fixture
def hand_out(tmp_path):
    """Gives a recorder the vault's and the dpo's notes of so many days."""
    signers = {f"{name}.example": Ed25519PrivateKey.generate() for name in ("vault", "dpo")}
    lines = [
        f"party {by.split('.')[0]} {Verifier.of(by, key)} judicial" for by, key in signers.items()
    ]
    policy = parse("\n".join([*lines, "group all all vault dpo", "quorum all"]), "party")
    (tmp_path / "notes").mkdir()

    def give(*days: date, by: str = "") -> Parties:
        for name, key in signers.items():
            if by in name:
                folder = tmp_path / name
                folder.mkdir(exist_ok=True)
                keys.make(folder, days, RecipientKind.X25519)
                path = tmp_path / "notes" / f"{days[-1]}.{name}.note"
                path.write_bytes(keys.publish(folder, days, name, key))
        return Parties(policy, [tmp_path / "notes"])

    return give


def test_the_keys_of_today_and_tomorrow_are_sealed_for(hand_out):
    parties = hand_out(DAY, TOMORROW)
    assert parties.keys(DAY.isoformat(), TOMORROW).keys.keys() == {"vault", "dpo"}
    assert parties.keys(TOMORROW.isoformat(), TOMORROW).epoch == TOMORROW.isoformat()


@pytest.mark.parametrize("by", ["vault", "dpo"])
def test_with_one_key_from_beyond_the_horizon_nothing_is_sealed_even_for_today(hand_out, by):
    """Else the clock, once it goes wrong, would choose the day whose key dies last."""
    hand_out(DAY, TOMORROW)
    parties = hand_out(DAY + timedelta(days=20), by=by)
    with pytest.raises(SealError, match="none beyond 2027-02-13 may be here yet"):
        parties.keys(DAY.isoformat(), TOMORROW)


def test_days_that_are_over_may_stay(hand_out):
    hand_out(*(DAY - timedelta(days=n) for n in range(5, 0, -1)))
    parties = hand_out(DAY, TOMORROW)
    assert parties.keys(DAY.isoformat(), TOMORROW)


def test_a_party_publishes_a_note_for_each_day(tmp_path, capsys):
    main(["keys", "new", str(tmp_path / "root")])
    main(["keys", "make", str(tmp_path / "days"), "--from", f"{DAY}", "--days", "3"])
    capsys.readouterr()
    publish = ["keys", "publish", str(tmp_path / "days"), "--from", f"{DAY}", "--days", "3",
               "--party", "vault.example", "--key", str(tmp_path / "root"), "--each", "-o",
               str(tmp_path / "notes"), "--as", "vault"]  # fmt: skip
    assert main(publish) == 0
    by = Verifier.parse(capsys.readouterr().out.strip())
    found = {path.name: keys.published(path.read_bytes(), by)
             for path in (tmp_path / "notes").iterdir()}  # fmt: skip
    assert {name: list(days) for name, days in found.items()} == {
        f"{day}.vault.example.note": [day] for day in ("2027-02-12", "2027-02-13", "2027-02-14")
    }
    watch = Watch(Expectations(due))
    for number, line in enumerate((tmp_path / "notes.jsonl").read_bytes().splitlines()):
        watch.see(number, line, datetime.now(UTC))
    late = due(DAY) + timedelta(days=1, seconds=1)
    (alarm,) = watch.alarms(late)
    assert "vault has not said that the key of 2027-02-12 is destroyed" in str(alarm.message)
    assert main(publish) == 8
