"""What may be written in the log: one JSON object an entry, and not a word about a person. Pure.

    {"at":"2027-02-12T09:30:00Z","edge":"bus-041","from":0,"n":144,"root":"…","to":144,
     "type":"segment.batch","v":1}

Canonical by RFC 8785 (JCS), 4,096 bytes at most. Values are names of a mandate (cameras, roles),
words of the lists below, hashes, moments, counts and public keys: no field takes a sentence. What
concerns a case is there as `SHA-256(salt || JCS)`: once the hub has destroyed the 32 bytes of salt,
nothing can be learned from it (GDPR, article 17). Numbers are whole.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import LedgerError
from contrejour.base.times import of_utc

Fits = Callable[[object], bool]
MOST_BYTES = 4096
SALT_BYTES = 32
VERSIONS = {"config.change": 2, "unseal.peel": 2}
"""Of a type whose fields changed; 1 of any other. What is older is refused."""


def _text(pattern: str) -> Fits:
    whole = re.compile(pattern, re.ASCII)
    return lambda value: isinstance(value, str) and whole.fullmatch(value) is not None


def _one(words: str) -> Fits:
    return lambda value: value in words.split()


def _some(each: Fits, most: int) -> Fits:
    return lambda value: (
        isinstance(value, list) and 0 < len(value) <= most and all(map(each, value))
    )


def _maybe(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _moment(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(of_utc(value))
    except ValueError:
        return False


def _day(value: object) -> bool:
    return isinstance(value, str) and _moment(f"{value}T00:00:00Z")


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 53


NAME = _text(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
HASH = _text(r"[0-9a-f]{64}")
RECIPIENT = _text(r"age1[a-z0-9]{50,2200}")
SIGNATURE = _text(r"[0-9a-f]{128}")
REASON = _one(
    "camera-lost clock-wrong disk-full keys-missing link-lost maintenance mandate-ended "
    "not-lawful not-needed opposed out-of-time power-lost retention stolen too-wide unknown"
)
BASIS = _one("60-1 60-2 77-1-1 77-1-2 99-3 gdpr.15")
METHOD = _one("file hsm tpm")
"""Where the key that was destroyed had been; a file was overwritten and unlinked."""
PERSONAL = _one("case_number document_sha256 note requester_name requester_service")
"""What a commitment may be of."""
HIDDEN = ("cameras", "since", "until")
"""What a secret order commits to, each under a salt of its own."""
_SPAN: dict[str, Fits] = {"from": _moment, "to": _moment}
_WORD: dict[str, Fits] = {"order": HASH, "role": NAME, "key": HASH, "sig": SIGNATURE}
"""A party's approval or refusal of an order: raw Ed25519 public key and signature, in hex."""


def _commitments(value: object) -> bool:
    return isinstance(value, dict) and all(
        PERSONAL(key) and HASH(each) for key, each in value.items()
    )


_MOST_OF_SECRET = 10**9
"""Of cameras and of seconds: no order is for so much, and time can be reckoned with it."""


def _secret(value: object) -> bool:
    """What a secret order shows: how much, until when it hides the rest, and commitments of it."""
    if not isinstance(value, dict) or value.keys() != {"cameras", "of", "reveal_by", "seconds"}:
        return False
    counts = _count(value["cameras"]) and _count(value["seconds"])
    if not counts or max(value["cameras"], value["seconds"]) > _MOST_OF_SECRET:
        return False
    return _moment(value["reveal_by"]) and _hidden(value["of"])


def _hidden(value: object) -> bool:
    """A hash, or a salt, for each thing that a secret order hides."""
    return (
        isinstance(value, dict) and value.keys() == set(HIDDEN) and all(map(HASH, value.values()))
    )


TYPES: Mapping[str, Mapping[str, Fits]] = {
    "keyset.publish": {"role": NAME, "epoch": _day, "keys": HASH},
    "edge.enroll": {"edge": NAME, "key": HASH},
    "edge.revoke": {"edge": NAME, "key": HASH, "reason": REASON},
    "segment.batch": {"edge": NAME, "from": _count, "to": _count, "n": _count, "root": HASH},
    "gap.declare": {"edge": NAME, "camera": NAME, **_SPAN, "reason": REASON},
    "order.declare": {
        "basis": BASIS, "cameras": _maybe(_some(NAME, 64)), "commitments": _commitments,
        "expires": _moment, "held": _maybe(HASH), "hold_until": _maybe(_moment),
        "kind": _one("open hold"), "mandate": NAME, "nonce": _text("[0-9a-f]{32}"),
        "not_before": _moment, "opener": _maybe(RECIPIENT), "plan": HASH, "policy": HASH,
        "requester": NAME, "secret": _maybe(_secret), "since": _maybe(_moment),
        "until": _maybe(_moment),
        "urgent": lambda value: isinstance(value, bool),
    },
    "order.reveal": {
        "order": HASH, "cameras": _some(NAME, 64), "since": _moment, "until": _moment,
        "salts": _hidden,
    },
    "order.approve": _WORD,
    "order.refuse": _WORD,
    "unseal.peel": {**_WORD, "root": HASH},
    "unseal.done": {"order": HASH, "n": _count, "root": HASH},
    "hold.rewrap": {"order": HASH, "keyset": HASH, "expires": _moment, "n": _count},
    "export.make": {"order": HASH, "bag": HASH, "recipients": _some(HASH, 16)},
    "access.view": {"role": NAME, "camera": NAME, **_SPAN},
    "config.change": {"edge": NAME, "old": HASH, "new": HASH},
    "epoch.shred": {"role": NAME, "epoch": _day, "method": METHOD},
    "hold.shred": {"order": HASH, "role": NAME, "method": METHOD},
    "media.delete": {"edge": NAME, "camera": NAME, **_SPAN, "reason": REASON},
    "dp.release": {
        "dataset": NAME, "mechanism": _one("geometric laplace"), "scale_millionths": _count,
        "epsilon_millionths": _count, "rho_s": _count, "k": _count,
        "spent_millionths": _count,
    },
    "witness.change": {"old": HASH, "new": HASH},
    "incident.open": {"incident": HASH, "role": NAME, "cameras": _some(NAME, 32), **_SPAN},
}  # fmt: skip
"""What each type holds beside `at`, `type` and `v`: all of it, and nothing else.

`order` is the leaf hash of its `order.declare`. `root` is a tree of RFC 6962 over what `n` counts:
an edge's manifests, or SHA-256 of each onion; its length says nothing of what was seen. Of a
peel, it is the leaf hash of what is peeled (cases/records.py), which a case's folder shows.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. Raises LedgerError unless it is what TYPES says of its type."""

    type: str
    at: str
    data: Mapping[str, Json]

    def __post_init__(self) -> None:
        wanted = TYPES.get(self.type)
        if wanted is None:
            raise LedgerError("entry-of-unknown-type", type=self.type)
        if strange := sorted(self.data.keys() ^ wanted.keys()):
            raise LedgerError(
                "entry-wrong-keys",
                type=self.type,
                keys=", ".join(strange)[:80],
                wanted=", ".join(wanted),
            )
        if not _moment(self.at):
            raise LedgerError("entry-bad-moment", type=self.type)
        for key, fits in wanted.items():
            if not fits(self.data[key]):  # the value isn't quoted: it may be personal
                raise LedgerError("entry-bad-value", type=self.type, key=key)
        if "secret" in wanted:
            shown = [self.data[key] is None for key in (*HIDDEN, "secret")]
            if shown not in ([False, False, False, True], [True, True, True, False]):
                raise LedgerError("entry-secret-or-shown", type=self.type)
        if "from" in wanted and self.data["from"] > self.data["to"]:  # type: ignore[operator]
            raise LedgerError("entry-ends-before-it-begins", type=self.type)
        if len(self.bytes) > MOST_BYTES:
            raise LedgerError("entry-too-large", type=self.type, most_bytes=MOST_BYTES)

    @property
    def bytes(self) -> bytes:
        """Its canonical JSON, as it is in the log."""
        return canonical(self.told)

    @property
    def told(self) -> dict[str, Json]:
        """All of it, as JSON."""
        return {**self.data, "at": self.at, "type": self.type, "v": version(self.type)}


def version(kind: str) -> int:
    """Of the entries of a type that are written and read."""
    return VERSIONS.get(kind, 1)


def read(data: bytes) -> Entry:
    """An entry from its bytes, which are canonical. Raises LedgerError."""
    try:
        told = json.loads(data) if len(data) <= MOST_BYTES else None
        if not isinstance(told, dict) or canonical(told) != data:
            raise ValueError
        kind, at, found = (told.pop(name) for name in ("type", "at", "v"))
    except (ValueError, KeyError, RecursionError):
        raise LedgerError("not-an-entry") from None
    if not isinstance(kind, str):
        raise LedgerError("not-an-entry")
    if found != version(kind):
        raise LedgerError("entry-of-another-version", type=kind, expected=version(kind))
    return Entry(kind, at, told)


def commitment(salt: bytes, data: Mapping[str, Json]) -> str:
    """The hash that stands for `data` in an entry: nobody can guess data without the salt."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt of {len(salt)} bytes")
    return hashlib.sha256(salt + canonical(data)).hexdigest()
