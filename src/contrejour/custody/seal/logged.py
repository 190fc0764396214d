"""Which of the keys that parties published are in the witnessed log. Pure.

A recorder has no network of its own to ask the log: beside the notes lie proofs (`*.tlog-proof`,
c2sp.org/tlog-proof), each with the log's entry of one day in its `extra`, as `ledger prove
--with-entry` writes them.

    {"at":…,"epoch":"2027-02-12","keys":"<SHA-256 of the note>","role":"vault",
     "type":"keyset.publish","v":1}
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from contrejour.base.errors import LedgerError, SealError
from contrejour.custody.ledger import entry
from contrejour.custody.ledger.proof import parse
from contrejour.custody.ledger.verify import Trust, check_entry

LoggedKey = tuple[str, str, str]
"""A party of the policy, a day (ISO 8601), and SHA-256 of the note that has its key, in hex."""


def logged_key(party: str, day: str, note: bytes) -> LoggedKey:
    return party, day, hashlib.sha256(note).hexdigest()


def logged(proofs: Iterable[bytes], trust: Trust) -> frozenset[LoggedKey]:
    """What the proofs show, each verified: the log's key, inclusion, a quorum of witnesses.

    Raises SealError for one that shows nothing.
    """
    return frozenset(_shown(data, trust) for data in proofs)


def _shown(data: bytes, trust: Trust) -> LoggedKey:
    try:
        told = parse(data).extra
        check_entry(told, data, trust)
        found = entry.read(told)
    except LedgerError as error:
        raise SealError("keyset-proof-bad", error=error.message, hint=error.advice) from None
    if found.type != "keyset.publish":
        raise SealError("keyset-proof-of-another-entry", type=found.type)
    role, epoch, keys = (str(found.data[name]) for name in ("role", "epoch", "keys"))
    return role, epoch, keys
