"""Whether to believe a log: its key is known, and enough witnesses saw the same tree. Pure.

    trust = read_trust(policy)                        # c2sp.org/tlog-policy
    seen = check_entry(entry, proof, trust)           # or LedgerError, with the reason

A policy names the log's vkey on a `log` line, each witness's on a `witness` line, and the quorum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from contrejour.base.errors import LedgerError
from contrejour.base.messages import Message
from contrejour.base.times import END_S
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, proof, tree
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.note import Key, Note
from contrejour.custody.quorum import Policy, parse

EARLY_S = 300
"""How far a witness's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class Trust:
    """A policy whose keys were read. `urls`: where a witness is asked, if the policy says so."""

    policy: Policy
    logs: tuple[Key, ...]
    witnesses: Mapping[str, Key]
    urls: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ages:
    """Cosignatures count from `oldest_s` before `now_s` (seconds since 1970) on."""

    now_s: int
    oldest_s: int

    def fit(self, time_s: int) -> bool:
        return self.now_s - self.oldest_s <= time_s <= self.now_s + EARLY_S


@dataclass(frozen=True, slots=True)
class TrustedCheckpoint:
    """A checkpoint that may be believed, and when each witness cosigned it last (s since 1970)."""

    checkpoint: Checkpoint
    by: Mapping[str, int]


def read_trust(text: str) -> Trust:
    """Raises Malformed for a policy that can't be read, LedgerError for a key that can't."""
    policy = parse(text, "witness")
    logs = tuple(_key(words, "log", "log") for words in policy.logs)
    witnesses = {name: _key(words, "witness", name) for name, words in policy.members.items()}
    for keys in (logs, tuple(witnesses.values())):
        if len({key.public for key in keys}) < len(keys):
            raise LedgerError("policy-names-a-key-twice")
    urls = {name: words[1] for name, words in policy.members.items() if len(words) == 2}
    return Trust(policy, logs, witnesses, urls)


def _key(words: tuple[str, ...], kind: str, of: str) -> Key:
    if len(words) > 2:
        raise LedgerError("policy-says-too-much", line=of)
    key = note.read_key(words[0])
    if note.KINDS[key.kind] != kind:
        found = Message("word-witness" if kind == "log" else "word-log")
        raise LedgerError("policy-key-of-wrong-kind", line=of, kind=found)
    return key


def signed_by_log(signed: Note, trust: Trust) -> Checkpoint:
    """The checkpoint of a note that its log signed, whoever witnessed it. Raises LedgerError."""
    told = checkpoint.parse(signed.text)
    ours = [key for key in trust.logs if key.name == told.origin]
    if not ours:
        raise LedgerError("log-not-in-policy", origin=told.origin[:80])
    if not signed.signed(ours):
        raise LedgerError("log-has-not-signed", origin=told.origin)
    return told


def check_checkpoint(signed: Note, trust: Trust, ages: Ages | None = None) -> TrustedCheckpoint:
    """The checkpoint of a note. Raises LedgerError where it isn't to be believed."""
    told = signed_by_log(signed, trust)
    names = {key: name for name, key in trust.witnesses.items()}
    by: dict[str, int] = {}
    for key, time_s in signed.signed(names):
        if time_s < END_S and (ages is None or ages.fit(time_s)):
            by[names[key]] = max(time_s, by.get(names[key], 0))
    if not trust.policy.met(by):
        raise LedgerError(
            "too-few-witnesses", witnesses=", ".join(by) or "none", quorum=trust.policy.quorum
        )
    return TrustedCheckpoint(told, by)


def cosigned_at(seen: TrustedCheckpoint, trust: Trust) -> datetime | None:
    """By when enough witnesses had cosigned it; None where none is asked."""
    times = {name: datetime.fromtimestamp(at_s, UTC) for name, at_s in seen.by.items()}
    return trust.policy.met_at(times)


def check_entry(
    entry: bytes, shown: bytes, trust: Trust, ages: Ages | None = None
) -> TrustedCheckpoint:
    """The checkpoint that has the entry under it, by a proof (proof.py). Raises LedgerError."""
    told = proof.parse(shown)
    seen = check_checkpoint(told.checkpoint, trust, ages)
    tree.check_inclusion(
        tree.leaf_hash(entry), told.index, seen.checkpoint.size, told.hashes, seen.checkpoint.root
    )
    return seen
