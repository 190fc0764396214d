"""What a hub knows of people, planted into what it logs, and entries of every kind."""

from __future__ import annotations

from contrejour.base.canonical import Json
from contrejour.custody.ledger.entry import TYPES, Entry

AT = "2027-02-12T09:30:00Z"
A, B = "a" * 64, "b" * 64
AGE = "age1" + "q" * 58
SAMPLE: dict[str, Json] = {
    "role": "procureur", "epoch": "2027-02-12", "keys": A, "edge": "bus-041", "key": B,
    "reason": "link-lost", "n": 144, "root": A, "camera": "quais-01", "kind": "open",
    "cameras": ["quais-01", "bus-041.avant"], "basis": "77-1-1", "recipient": AGE, "opener": AGE,
    "expires": "2027-02-13T09:30:00Z", "nonce": "a" * 32, "commitments": {"case_number": A},
    "order": A, "hold_until": None, "mandate": "ara-2027-01", "not_before": AT, "plan": A,
    "policy": B, "requester": "opj", "since": AT, "until": AT, "urgent": False, "sig": A + B,
    "secret": None, "salts": dict.fromkeys(("cameras", "since", "until"), A),
    "held": None, "keyset": A, "bag": B, "recipients": [A], "old": A, "new": B, "method": "hsm",
    "dataset": "quais", "mechanism": "laplace", "scale_millionths": 4_000_000,
    "epsilon_millionths": 1_000_000, "rho_s": 60, "k": 2, "spent_millionths": 7_000_000,
    "incident": A, "from": AT, "to": "2027-02-12T10:00:00Z",
}  # fmt: skip
PLANTED = [
    "Jean Dupont", "Zoé", "12 rue de la République", "jean@example.org", "+33 6 12 34 56 78",
    "né le 3 mai", "O'Neill", "AB-123-CD 69", "femme, manteau rouge",
]  # fmt: skip


def sample(kind: str) -> Entry:
    data = {key: SAMPLE[key] for key in TYPES[kind]}
    if kind == "segment.batch":
        data |= {"from": 0, "to": 144}
    return Entry(kind, AT, data)
