"""Policies, and parties with their keys for a day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from contrejour.custody.quorum import Policy, parse
from contrejour.custody.seal.onion import Keyset, Window, keyset
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.retention import destroyed_at

DAY, T0 = "2027-02-12", 1802390400000
MINUTE = 60_000
POLICIES = {
    # name: (parties, groups and quorum)
    "default": ("vault prosecutor dpo operator",
                "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open"),
    "two of three": ("vault prosecutor dpo operator",
                     "group a 2 prosecutor dpo operator\ngroup open all vault a\nquorum open"),
    "three of four": ("a b c d vault",
                      "group a3 3 a b c d\ngroup open all a3 vault\nquorum open"),
    "a judge, or two": ("dpo operator vault judge",
                        "group two all dpo operator\ngroup some any judge two\n"
                        "group open all some vault\nquorum open"),
    "two vaults": ("vault1 vault2 judge dpo",
                   "group vaults any vault1 vault2\ngroup both all judge dpo\n"
                   "group open all vaults both\nquorum open"),
}  # fmt: skip


def due(day: date) -> datetime:
    """When a day's key has to be gone, by a plan of thirty days and no law."""
    return destroyed_at(day, lambda at: at + timedelta(days=30))


def policy(name: str = "default") -> Policy:
    parties, rest = POLICIES[name]
    judicial = {"judge": " judicial"}
    lines = [f"party {each} -{judicial.get(each, '')}\n" for each in parties.split()]
    return parse("".join(lines) + rest + "\n", "party")


@dataclass(frozen=True)
class Parties:
    """Who holds which key on a day, and what is sealed for them."""

    secrets: Mapping[str, Identity]
    keys: Keyset

    def of(self, names: Collection[str]) -> list[Identity]:
        return [key for name, key in self.secrets.items() if name in names]


@cache
def parties(
    name: str = "default", kind: RecipientKind = RecipientKind.X25519, day: str = DAY
) -> Parties:
    """The parties of a policy, with new keys for each day; "alone": one, whom no policy asks."""
    if name == "alone":
        secret = Identity.generate(kind)
        return Parties({"vault": secret}, Keyset(day, {"vault": secret.recipient()}, (("vault",),)))
    who = policy(name)
    secrets = {party: Identity.generate(kind) for party in who.members}
    public = {party: secret.recipient() for party, secret in secrets.items()}
    return Parties(secrets, keyset(who, public, day))


def window(keys: Keyset, secret: Identity, *, cam: str = "car-1", late: int = 0) -> Window:
    """A minute of a camera, `late` ms after the beginning of the day."""
    t0 = T0 + late
    return Window(cam, t0, t0 + MINUTE, keys.epoch, keys.id, str(secret.recipient()))
