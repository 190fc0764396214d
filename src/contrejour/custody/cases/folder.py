"""A case on the disk: plain files that tell it again, each whole, durable, and never changed.

    DIR/order.json      the order, its very bytes           DIR/plan.json    the plan it is under
    DIR/open.policy     who opens                           DIR/witness.policy
    DIR/hold.json       the order of the hold that this one opens what it kept of, if any
    DIR/holds/dpo.json  a hold's: what each party keeps it with     DIR/held/<SHA-256>.onions
    DIR/secret.json     of a secret order, what opens it: mode 0600
    DIR/private.json    what is personal, with its salts: for this folder alone, mode 0600
    DIR/steps/0001.json the requester's word, then one document a step
    DIR/entries/0001-order.declare.jsonl    what the log is owed, in turn
    DIR/proofs/<leaf hash>.tlog-proof       … and that it has it

What a case is, is what its files add up to, step by step, by `apply`: a step that was put in, taken
out or changed is refused when the folder is read.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from contrejour.base import files
from contrejour.base.errors import (
    Busy,
    InputMissing,
    Malformed,
    OrderError,
    OutputExists,
)
from contrejour.base.files import new_folder, write_first, writing
from contrejour.base.foreign import folder_below, read_file, read_folder
from contrejour.base.messages import Message
from contrejour.custody.cases import order as orders
from contrejour.custody.cases import private as privates
from contrejour.custody.cases import records, signed
from contrejour.custody.cases.case import (
    Approve,
    Attest,
    Case,
    Peel,
    Refuse,
    Step,
    apply,
    declare,
)
from contrejour.custody.cases.hold import HoldKey, demand_held, read_key
from contrejour.custody.cases.private import Private
from contrejour.custody.cases.rules import Rules, keys
from contrejour.custody.cases.strict import type_of
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import Trust, check_entry, read_trust
from contrejour.custody.ledger.words import PEEL
from contrejour.custody.openers import demand_spoken_for
from contrejour.custody.quorum import parse
from contrejour.law.mandate.originals import Originals, PolicyHashes

MOST_BYTES = 4 << 20
MOST_STEPS = 9999
MODE = 0o644
KEPT = Message("free-space-kept")
HOLD, SECRET = "hold.json", "secret.json"
"""A secret order's opening is beside it, and the hold's beside the hold's: hold.secret.json."""
_LOGGED = frozenset({signed.SignedAct.APPROVE, signed.SignedAct.REFUSE, PEEL})
RULED_BY = ("open.policy", "witness.policy", "plan.json")


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case as its folder told it, read once. `keys`: the keyid of each party.

    `documents`: its steps, as they are.
    """

    case: Case
    keys: Mapping[str, str]
    hold: orders.Order | None
    documents: tuple[bytes, ...]
    private: Private | None


def rules_of(
    policy: bytes, witnesses: bytes, voted: Originals | None = None
) -> tuple[Rules, dict[str, str]]:
    """The rules, and the keyid of each party. `voted`: of the plan, which names these policies.

    Raises Malformed, SealError, OrderError, and Refused for policies that weren't voted.
    """
    if voted:
        voted.demand(PolicyHashes.of(policy, witnesses))
    try:
        parties = parse(policy.decode(), "party")
        rules = Rules(parties, parse(witnesses.decode(), "witness"), voted or Originals())
    except UnicodeDecodeError as error:
        raise Malformed("policy-not-utf-8") from error
    demand_spoken_for(parties)
    return rules, dict(keys(parties))


def create(
    folder: Path, order: orders.Order, word: signed.Word, private: Private,
    given: Mapping[str, bytes], hold: orders.Order | None = None,
) -> None:  # fmt: skip
    """A new case: all of it, or no folder. `given`: plan.json, open.policy, witness.policy.

    `hold`: the order of the hold that kept what this one opens.

    Raises OutputExists, OutputFailed.
    """
    with writing(folder, KEPT):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise OutputExists("case-exists", folder=folder)
        with new_folder(folder) as beside:
            for below in ("steps", "entries"):
                (beside / below).mkdir(mode=0o700)
            for name, data in {**given, "order.json": order.bytes}.items():
                write_first(beside / name, data, MODE)
            write_first(beside / "private.json", private.bytes, 0o600)
            for name, told in ((SECRET, order), (f"hold.{SECRET}", hold)):
                if told and told.opening:
                    write_first(beside / name, told.opening, 0o600)
            if hold:
                write_first(beside / HOLD, hold.bytes, MODE)
            write_first(beside / "steps" / "0001.json", word.bytes, MODE)
            write_first(beside / "entries" / "0001-order.declare.jsonl", order.bytes + b"\n", MODE)


def read(folder: Path) -> CaseFile:
    """The case that a folder tells. Raises InputMissing, Malformed, SignatureError, OrderError."""
    policy, witnesses, plan = (_read(folder / name) for name in RULED_BY)
    rules, known = rules_of(policy, witnesses, _voted(plan))
    order = _order(folder / "order.json", folder / SECRET)
    if hashlib.sha256(policy).hexdigest() != order.policy:
        raise OrderError("policy-of-another-order")
    if hashlib.sha256(plan).hexdigest() != order.plan:
        raise OrderError("plan-of-another-order")
    first, *rest = _steps(folder)
    word = signed.read(first, signed.SignedAct.DECLARE)
    word.check(order.id, known)
    if word.role != order.requester:
        raise OrderError("order-signed-by-another", requester=order.requester, signer=word.role)
    hold = _order(folder / HOLD, folder / f"hold.{SECRET}") if order.held else None
    if order.held:
        demand_held(order, hold, order, order.declared)
    case = declare(order, rules, order.declared)
    if proof := proofs(folder).get(order.id):
        seen = cosigned(order.bytes, proof, read_trust(witnesses.decode()))
        at = max(order.declared, rules.witnesses.met_at(seen) or order.declared)
        case = replace(apply(case, Attest(order.id, seen), at), at=order.declared)
    for data in rest:
        step, at = records.read(data, order.id, known)
        case = apply(case, step, taken_at(case, at))
    kept = folder / "private.json"
    private = privates.read(_read(kept), order.commitments) if kept.exists() else None
    return CaseFile(case, known, hold, (first, *rest), private)


def _order(path: Path, opening: Path) -> orders.Order:
    return orders.read(_read(path), _read(opening) if opening.exists() else None)


def add(folder: Path, found: CaseFile, step: Step, document: bytes, at: datetime) -> CaseFile:
    """Take a step and keep it; durable on return. Raises OrderError, Busy, OutputFailed."""
    case = apply(found.case, step, taken_at(found.case, at))
    number = len(found.documents) + 1
    if number > MOST_STEPS:
        raise OrderError("case-has-too-many-steps")
    name = f"{number:04d}.json"
    with (
        writing(folder / "steps" / name, KEPT),
        _first(folder),
        folder_below(folder, "steps") as steps,
    ):
        files.create(steps / name, document, MODE)
    if isinstance(step, Approve | Refuse | Peel):
        owe(folder, records.entry_of(document))
    return replace(found, case=case, documents=(*found.documents, document))


def owe(folder: Path, entry: bytes) -> Path:
    """Keep an entry for the log, after those before; durable on return. Raises OutputFailed."""
    due = folder / "entries"
    kind = json.loads(entry)["type"]
    with writing(due, KEPT), _first(folder), folder_below(folder, "entries") as below:
        number = len([*below.glob("*.jsonl")]) + 1
        while [*below.glob(f"{number:04d}-*.jsonl")]:
            number += 1
        name = f"{number:04d}-{kind}.jsonl"
        files.create(below / name, entry + b"\n", MODE)
        return due / name


def owe_all(folder: Path, documents: Sequence[bytes]) -> None:
    """Owe the log what these steps say, where a kill between a step and its entry left it out.

    Raises OutputFailed.
    """
    known = owed(folder)
    for data in documents:
        if type_of(data) in _LOGGED:
            entry = records.entry_of(data)
            if leaf_hash(entry).hex() not in known:
                owe(folder, entry)


def owed(folder: Path) -> dict[str, bytes]:
    """What the log is owed, by leaf hash, in turn. Raises InputMissing."""
    if not (folder / "entries").is_dir():
        raise InputMissing("case-without-entries", path=folder / "entries")
    lines = [data.removesuffix(b"\n") for data in _all(folder / "entries", "*").values()]
    return {leaf_hash(line).hex(): line for line in lines}


def proofs(folder: Path) -> dict[str, bytes]:
    """That the log has an entry, by leaf hash; none is verified. Raises InputMissing."""
    shown = _all(folder / "proofs", "*.tlog-proof")
    return {name.removesuffix(".tlog-proof"): data for name, data in shown.items()}


def add_proof(folder: Path, entry: str, proof: bytes) -> None:
    """Keep it, in place of an older one. Raises OutputFailed."""
    with writing(folder / "proofs", KEPT), folder_below(folder, "proofs") as below:
        files.replace(below / f"{entry}.tlog-proof", proof, MODE)


def cosigned(entry: bytes, proof: bytes, trust: Trust) -> dict[str, datetime]:
    """Who witnessed a log that has the entry, and when. Raises LedgerError."""
    by = check_entry(entry, proof, trust).by
    return {name: datetime.fromtimestamp(at_s, UTC) for name, at_s in by.items()}


def add_hold_key(folder: Path, key: HoldKey) -> None:
    """Keep what a party keeps the hold with. Raises OutputExists, OutputFailed."""
    path = folder / "holds" / f"{key.role}.json"
    with writing(path, KEPT):
        try:
            with folder_below(folder, "holds") as below:
                files.create(below / path.name, key.bytes, MODE)
        except FileExistsError:
            raise OutputExists("hold-key-exists", path=path) from None


def hold_keys(folder: Path) -> list[HoldKey]:
    """What parties keep the hold with; whose each is, is not looked at. Raises Malformed."""
    return [read_key(data) for data in _all(folder / "holds", "*.json").values()]


def add_held(folder: Path, onions: Sequence[bytes]) -> None:
    """Keep the onions of a hold, each under its hash. Raises OutputFailed."""
    held = folder / "held"
    with writing(held, KEPT), folder_below(folder, "held") as below:
        for data in onions:
            files.replace(below / f"{hashlib.sha256(data).hexdigest()}.onions", data, MODE)


def custody(folder: Path) -> dict[str, bytes]:
    """The files of a case that may leave it, by name: all but what is personal."""
    beside = (HOLD, SECRET, f"hold.{SECRET}")
    names = ("order.json", *RULED_BY, *(name for name in beside if (folder / name).exists()))
    steps = {f"steps/{n:04d}.json": data for n, data in enumerate(_steps(folder), 1)}
    return {**{name: _read(folder / name) for name in names}, **steps}


def _voted(plan: bytes) -> Originals:
    """The numbers of a plan, which the order names by its hash; whose it is, parties look at."""
    try:
        return Originals.of(json.loads(plan)["signed"].get("originals", {}))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed("case-plan-damaged") from error


def taken_at(case: Case, at: datetime) -> datetime:
    """When it is taken for: another's clock may be a little behind the one before."""
    return max(at, case.at) if case.at - at <= case.rules.skew else at


def _steps(folder: Path) -> list[bytes]:
    """All of them, in order, without a gap."""
    if (folder / "steps").is_symlink():
        raise InputMissing("link-in-folder", path=folder / "steps")
    found = _all(folder / "steps", "[0-9][0-9][0-9][0-9].json")
    if not found or [*found] != [f"{n:04d}.json" for n in range(1, len(found) + 1)]:
        raise OrderError("step-missing", folder=folder / "steps")
    return [*found.values()]


def _all(folder: Path, pattern: str) -> dict[str, bytes]:
    """The files of a folder by name, in order. Raises InputMissing."""
    try:
        return read_folder(folder, pattern, MOST_BYTES)
    except OSError as error:
        raise InputMissing("case-cannot-be-read", path=folder, reason=error.strerror) from error


def _read(path: Path) -> bytes:
    try:
        return read_file(path, MOST_BYTES)
    except OSError as error:
        raise InputMissing("case-cannot-be-read", path=path, reason=error.strerror) from error


@contextmanager
def _first(folder: Path) -> Iterator[None]:
    """Raises Busy where another run wrote the same file first."""
    try:
        yield
    except FileExistsError:
        raise Busy("case-being-written", folder=folder) from None
