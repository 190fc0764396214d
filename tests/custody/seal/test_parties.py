"""A recorder holds the keys of the days within the horizon, or seals nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes import ledgers, sites
from fakes.parties import due
from fakes.plans import KEY, envelope
from fakes.sections import ceremony

from contrejour.base.errors import SealError
from contrejour.cli.main import main
from contrejour.custody.ledger.alarms import Expectations, Watch
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keys
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.parties import Parties
from contrejour.custody.seal.recipient import RecipientKind
from contrejour.law.mandate.sign import private_pem, public_pem

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
    logged = []

    def give(*days: date, by: str = "") -> Parties:
        for name, key in signers.items():
            if by in name:
                folder = tmp_path / name
                folder.mkdir(exist_ok=True)
                keys.make(folder, days, RecipientKind.X25519)
                path = tmp_path / "notes" / f"{days[-1]}.{name}.note"
                path.write_bytes(keys.publish(folder, days, name, key))
                role = name.split(".")[0]
                logged.extend((role, day, path.read_bytes()) for day in days)
        ledgers.log_keysets(tmp_path / "notes", logged)
        return Parties(policy, [tmp_path / "notes"], ledgers.trust())

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


@pytest.mark.parametrize("lacking", ["vault", "dpo"])
def test_attack_04_a_keyset_that_is_not_in_the_log_is_not_sealed_for(hand_out, tmp_path, lacking):
    """Keys could be exchanged for a day, and nobody who watches the log knew."""
    parties = hand_out(DAY, TOMORROW)
    proof = tmp_path / "notes" / f"{DAY}.{lacking}.tlog-proof"
    kept = proof.read_bytes()
    proof.unlink()
    with pytest.raises(SealError, match=f"the key of {lacking} for {DAY} .* not in the log"):
        parties.keys(DAY.isoformat(), TOMORROW)
    assert parties.keys(TOMORROW.isoformat(), TOMORROW).keys
    proof.write_bytes(kept)
    assert parties.keys(DAY.isoformat(), TOMORROW).keys


def test_attack_04_a_proof_of_another_log_note_or_day_proves_no_keyset(hand_out, tmp_path):
    parties = hand_out(DAY, TOMORROW)
    notes = tmp_path / "notes"
    proof = notes / f"{DAY}.vault.tlog-proof"
    kept = proof.read_bytes()
    for data, said in [
        ((notes / f"{TOMORROW}.vault.tlog-proof").read_bytes(), "not in the log"),
        ((notes / f"{DAY}.dpo.tlog-proof").read_bytes(), "not in the log"),
        (kept.replace(b"index 0", b"index 1"), "shows no keyset"),
        (b"\n".join(line for line in kept.split(b"\n") if b".example " not in line), "shows no"),
        (kept[:-40], "shows no keyset"),
    ]:
        proof.write_bytes(data)
        with pytest.raises(SealError, match=said):
            parties.keys(DAY.isoformat(), TOMORROW)
    other = b"x" + (notes / f"{TOMORROW}.vault.example.note").read_bytes()
    ledgers.log_keysets(notes, [("vault", DAY, other)])
    with pytest.raises(SealError, match="not in the log"):
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


def test_attack_04_a_party_publishes_for_no_policy_that_was_not_voted(tmp_path, capsys):
    ceremony(tmp_path)
    main(["keys", "new", str(tmp_path / "root")])
    plan, pub = tmp_path / "plan.json", tmp_path / "plan.pub"
    plan.write_bytes(envelope("record", **sites.voted(tmp_path)))
    pub.write_bytes(public_pem(KEY))
    policy = tmp_path / "open.policy"
    publish = [
        "keys",
        "publish",
        str(tmp_path / "dpo"),
        "--party",
        "dpo.example",
        "--key",
        str(tmp_path / "root"),
        "-o",
        str(tmp_path / "new.note"),
        "--policy",
        str(policy),
    ]
    assert main(publish) == 2
    publish += ["--plan", str(plan), "--pub", str(pub)]
    assert main(publish) == 19
    assert "is not in" in capsys.readouterr().err
    policy.write_bytes(policy.read_bytes() + b"# another\n")
    assert main(publish) == 11
    assert "is not the one that was voted" in capsys.readouterr().err
    assert not (tmp_path / "new.note").exists()
    (tmp_path / "root.pub").unlink()
    (tmp_path / "root").unlink()
    key = Ed25519PrivateKey.generate()
    (tmp_path / "root").write_bytes(private_pem(key, None))
    (tmp_path / "root").chmod(0o600)
    known = next(line for line in policy.read_text().splitlines() if line.startswith("party dpo "))
    text = policy.read_text().replace(known, f"party dpo {Verifier.of('dpo.example', key)}")
    policy.write_text(text)
    plan.write_bytes(envelope("record", **sites.voted(tmp_path)))
    assert main(publish) == 0
