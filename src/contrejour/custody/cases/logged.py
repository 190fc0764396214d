"""Brings what a case owes to the log, and that the log has it back, both as files of its folder.

settle(folder, read, now)                # proofs of what the log has
settle(folder, read, now, log.append…)   # and what it lacks is appended first
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from contrejour.base.errors import ContrejourError, InputMissing, LedgerError
from contrejour.base.foreign import read_file
from contrejour.custody.cases import folder as folders
from contrejour.custody.cases import records, signed
from contrejour.custody.cases.rules import SKEW
from contrejour.custody.ledger import tiles
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.ledger.read import find, prove, read_checkpoint
from contrejour.custody.ledger.verify import Trust, read_trust
from contrejour.custody.ledger.words import APPROVE, DECLARE, PEEL, REFUSE

Append = Callable[[Sequence[bytes]], object]
"""Puts entries into the log, in turn, and has it witnessed and published."""


def settle(
    folder: Path, read: tiles.TileReader, now: datetime, append: Append | None = None
) -> list[str]:
    """Proofs of all that the case owes; the leaf hashes of what the log lacks.

    A peel's proof is renewed, for it has to be of late; of the others those that hold stay: an
    order waits from when the log is first shown to have it. Raises LedgerError where it isn't
    witnessed by enough.
    """
    owed, shown, trust = folders.owed(folder), folders.proofs(folder), trust_of(folder)
    wanted = {leaf: entry for leaf, entry in owed.items()
              if not _stays(entry, shown.get(leaf), trust, now)}  # fmt: skip
    found = find(wanted, read, trust)
    if append and (lacking := [entry for leaf, entry in wanted.items() if leaf not in found]):
        append(lacking)
        found = find(wanted, read, trust)
    signed = read_checkpoint(read)
    for leaf, number in found.items():
        proof = str(prove(number, read, signed)).encode()
        folders.cosigned(owed[leaf], proof, trust)
        folders.add_proof(folder, leaf, proof)
    return [leaf for leaf in wanted if leaf not in found]


def _stays(entry: bytes, proof: bytes | None, trust: Trust, now: datetime) -> bool:
    """Whether this proof of an entry is to be kept: one that enough witnesses signed by now."""
    if proof is None or read_entry(entry).type == PEEL:
        return False
    with suppress(LedgerError):
        seen = folders.cosigned(entry, proof, trust)
        return trust.policy.met([name for name, at in seen.items() if at <= now + SKEW])
    return False


def posted(folder: Path, entry: bytes) -> bytes | None:
    """What is sent to a log that takes words (ledger/intake.py); None of what no party signed."""
    kind = read_entry(entry).type
    if kind == DECLARE:
        word = signed.read(read_file(folder / "steps" / "0001.json"), signed.SignedAct.DECLARE)
        return b"%b\n%b %b\n" % (entry, word.key.encode(), word.sig.encode())
    return entry + b"\n" if kind in (APPROVE, REFUSE, PEEL) else None


def keep(folder: Path, proof: bytes, now: datetime) -> None:
    """Keep a proof that came by itself, where none that holds is there.

    Raises LedgerError where it is of nothing of the case.
    """
    trust, why = trust_of(folder), LedgerError("proof-of-another-entry")
    shown = folders.proofs(folder)
    for leaf, entry in folders.owed(folder).items():
        try:
            folders.cosigned(entry, proof, trust)
        except LedgerError as error:
            why = error
            continue
        if not _stays(entry, shown.get(leaf), trust, now):
            folders.add_proof(folder, leaf, proof)
        return
    raise why


def trust_of(folder: Path) -> Trust:
    """The log and the witnesses that the case's own copy of the policy names."""
    try:
        return read_trust(read_file(folder / "witness.policy").decode())
    except (OSError, UnicodeDecodeError) as error:
        raise InputMissing("case-cannot-be-read", path=folder, reason=str(error)) from error


def opening(folder: Path, layer: bytes) -> str | None:
    """The leaf hash of the entry by which the case said that this is opened, if it did."""
    for leaf, entry in folders.owed(folder).items():
        if records.is_opening_of(entry, layer):
            return leaf
    return None


def demand_logged(folder: Path, leaf: str) -> None:
    """Raises LedgerError unless the log has that entry, by enough witnesses."""
    entry, proof = folders.owed(folder)[leaf], folders.proofs(folder).get(leaf)
    try:
        if proof is None:
            raise LedgerError("proof-of-another-entry")
        folders.cosigned(entry, proof, trust_of(folder))
    except ContrejourError as error:
        raise LedgerError("opening-not-in-log", leaf=leaf) from error
