"""The keys of a site's parties, and the section of its file that names them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes import ledgers

from contrejour.base.files import create
from contrejour.custody.seal import keynotes, keys
from contrejour.custody.seal.recipient import RecipientKind
from contrejour.law.mandate.sign import keyid, new_key, private_pem

PARTIES = ("vault", "prosecutor", "dpo", "operator")

REST = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"


def ceremony(
    folder: Path, kind: RecipientKind = RecipientKind.X25519, days: int = 2
) -> dict[str, object]:
    """Policy, notes and keys of four parties; gives the section back."""
    today = datetime.now(UTC).date()
    held = [today + timedelta(days=n) for n in range(days)]
    lines, logged = [], []
    (folder / "notes").mkdir()
    for party in PARTIES:
        (folder / party).mkdir()
        key = new_key()
        keys.make(folder / party, held, kind)
        signed = keys.publish(folder / party, held, f"{party}.example", key)
        (folder / "notes" / f"{party}.note").write_bytes(signed)
        logged += [(party, day, signed) for day in held]
        vkey = keynotes.Verifier.of(f"{party}.example", key)
        lines.append(f"party {party} {vkey} key:{keyid(key.public_key())}\n")
    ledgers.log_keysets(folder / "notes", logged)
    (folder / "open.policy").write_text("".join(lines) + REST)
    (folder / "witness.policy").write_text(ledgers.POLICY)
    create(folder / "edge.key", private_pem(new_key(), None), 0o600)
    return {
        "policy": str(folder / "open.policy"), "witnesses": str(folder / "witness.policy"),
        "keysets": str(folder / "notes"), "edge": "bus-041",
        "key": str(folder / "edge.key"), "folder": str(folder / "sealed"),
    }  # fmt: skip
