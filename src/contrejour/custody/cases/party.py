"""What one party does: it checks, spends the window, takes its layer off, hands on what is left.

    onion --age, in memory--> header, inside --may_peel--> spent.add --> inside leaves

The checks are pure (party_checks.py). Which window an onion is of stands under its layer, so the
layer comes off first, here, and what is inside is wiped unless all holds. Of the case's folder
nothing is believed but what is signed, or in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import LedgerError, OrderError, SealError
from contrejour.base.files import filling, make_folder
from contrejour.base.times import Clock, utc
from contrejour.custody.cases import folder as folders
from contrejour.custody.cases import records
from contrejour.custody.cases.case import Case, Peel
from contrejour.custody.cases.folder import CaseFile
from contrejour.custody.cases.hold import HoldKey
from contrejour.custody.cases.order import Order, OrderKind, OrderWindow
from contrejour.custody.cases.party_checks import (
    CaseCopy,
    OwnCopies,
    PeelRequest,
    may_peel,
    may_say,
)
from contrejour.custody.cases.spent import SpentList
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import Trust, read_trust
from contrejour.custody.openers import is_vault, layers, signers
from contrejour.custody.quorum import Policy
from contrejour.custody.seal import onion as sealed
from contrejour.custody.seal.keys import hold_path, make_hold, read_identity
from contrejour.custody.seal.new_files import writing
from contrejour.custody.seal.onion import Keyset, unpack
from contrejour.custody.seal.open import PeeledLayer, peel, rehold, rewrap
from contrejour.custody.seal.parties import Parties
from contrejour.custody.seal.recipient import OpeningKey, Recipient
from contrejour.custody.seal.wipe import wipe
from contrejour.law.mandate.plan import Plan

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import PrivateKey

MORE_BYTES = 8192
"""By which what the vault leaves may be larger than what it was given."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# What a party is given


@dataclass(frozen=True, slots=True)
class Onion:
    """What is left of one. `name`: who peels it, in turn, such as dpo+prosecutor+vault."""

    name: str
    data: bytes | bytearray

    @property
    def way(self) -> frozenset[str]:
        """The quorum whose onion it is."""
        return frozenset(self.name.split("+"))


def onion_of(name: str, data: bytes, role: str, case: Case) -> Onion:
    """The onion that a party begins with: of a W.onions, one whose parties have approved.

    `name`: of the file; another one is what somebody left, named after its parties. Raises
    SealError, OrderError where none is for this party.
    """
    path = Path(name)
    if path.suffix != ".onions":
        return Onion(path.stem, data)
    agreed = case.approvals | case.rules.vaults
    for each, onion in unpack(data).items():
        found = Onion(each.removesuffix(".age"), onion)
        if found.name.split("+")[0] == role and agreed >= found.way:
            return found
    raise OrderError("no-onion-begins-with", role=role)


def case_copy(folder: Path, found: CaseFile, trust: Trust) -> CaseCopy:
    """What the hub sends of a case that was read, and what of it the log has, verified anew.

    A proof that doesn't hold is one that isn't there. Raises InputMissing.
    """
    shown, order = folders.proofs(folder), found.case.order
    seen: dict[str, Mapping[str, datetime]] = {}
    for entry in (order.bytes, *map(records.entry_of, found.documents)):
        leaf = leaf_hash(entry).hex()
        with suppress(LedgerError):
            if leaf in shown:
                seen[leaf] = folders.cosigned(entry, shown[leaf], trust)
    return CaseCopy(order.bytes, found.documents, seen, order.opening, found.hold)


def window_of(header: sealed.Window) -> OrderWindow:
    """An onion's header, its milliseconds as aware times."""
    since, until = (_EPOCH + timedelta(milliseconds=at) for at in (header.t0, header.t1))
    return OrderWindow(header.cam, since, until, header.epoch, header.recipient)


# What it does


@dataclass(frozen=True, slots=True)
class PartyFiles:
    """A party's own files: what it holds orders against, and the log that it trusts.

    `notes`: what parties published of a day, and proofs that the log has it, or folders of both.
    """

    role: str
    copies: OwnCopies
    trust: Trust
    notes: Sequence[Path] = ()

    @classmethod
    def of(
        cls, role: str, policy: bytes, witnesses: bytes, plan: Plan, notes: Sequence[Path] = ()
    ) -> PartyFiles:
        """From its copies. Raises Malformed, OrderError, and Refused for policies not voted."""
        rules, keys = folders.rules_of(policy, witnesses, plan.originals(plan.cameras[0]))
        trust = read_trust(witnesses.decode())
        sha256 = hashlib.sha256(policy).hexdigest()
        return cls(role, OwnCopies(rules, keys, sha256, plan), trust, notes)

    def demand_logged_keys(self, window: sealed.Window) -> None:
        """Raises SealError unless a day's window was sealed for keys that parties published, all of
        them in the log. What is of no day, or of a policy without keys of days, says no keys."""
        policy = self.copies.rules.policy
        if window.epoch and signers(policy):
            keys = Parties(policy, self.notes, self.trust).keys(window.epoch, date.max)
            if keys.id != window.keyset:
                raise SealError("window-of-other-keys", day=window.epoch)


@dataclass(frozen=True, slots=True)
class Party:
    """A party at work: its files, its key, and what it spent, locked.

    `epoch`: whose key it is, a day or the id of a hold.
    """

    files: PartyFiles
    key: OpeningKey
    epoch: str
    spent: SpentList

    def _asked(self, onion: Onion, copy: CaseCopy) -> tuple[PeelRequest, PeeledLayer]:
        """What an onion asks for; the caller wipes `inside`. Raises SealError."""
        peeled = peel(onion.data, [self.key], None)
        try:
            if peeled.is_last != is_vault(self.files.role):
                raise OrderError("vault-not-innermost", onion=onion.name)
            self.files.demand_logged_keys(peeled.window)
        except BaseException:
            wipe(peeled.inside)
            raise
        window = window_of(peeled.window)
        return PeelRequest(copy, self.files.role, onion.way, window, self.epoch), peeled

    def say(
        self,
        folder: Path,
        found: CaseFile,
        onions: Iterable[Onion],
        signer: PrivateKey,
        clock: Clock,
    ) -> CaseFile:
        """Say of each onion that it will be peeled, unless that was said: a step, and an entry.

        Nothing comes off. Raises what `may_say` raises, and SignatureError for another's key.
        """
        own = self.files
        for onion in onions:
            now, copy = clock(), case_copy(folder, found, own.trust)
            request, peeled = self._asked(onion, copy)
            wipe(peeled.inside)
            may_say(request, own.copies, self.spent, now)
            step = Peel(own.role, onion.way, request.window)
            if any(step.window == each.window and own.role == each.role
                   for each in found.case.peels):  # fmt: skip
                folders.owe_all(folder, found.documents)
                continue
            used_s = max(0, self.spent.used_s(now) - found.case.peeled_s(own.role, now))
            document = records.say_peel(step, found.case.order.id, now, signer)
            records.read(document, found.case.order.id, own.copies.keys)
            found = folders.add(folder, found, replace(step, used_s=used_s), document, now)
        return found

    def peel(self, onion: Onion, copy: CaseCopy, now: datetime) -> PeeledLayer:
        """The onion without this party's layer; the caller wipes `inside`.

        Raises what `may_peel` and the spent list raise, and SealError; then nothing came off.
        """
        own, (request, peeled) = self.files, self._asked(onion, copy)
        try:
            permit = may_peel(request, own.copies, self.spent, now)
            self.spent.add(permit, now)
        except BaseException:
            wipe(peeled.inside)
            raise
        return peeled

    def peel_windows(
        self, folder: Path, found: CaseFile, windows: Iterable[tuple[Onion, Path]],
        hold: Keyset | None, clock: Clock,
    ) -> Iterator[Path]:  # fmt: skip
        """Each window in turn: what is left of it is in the folder beside its onion, and named.

        `hold`: for whom a window's key is wrapped anew, where this party is the last of a hold.
        """
        copy = case_copy(folder, found, self.files.trust)
        for onion, place in windows:
            yield self._hand_on(folder, found.case.order, onion, place, copy, hold, clock())

    def _hand_on(
        self, folder: Path, order: Order, onion: Onion, place: Path, copy: CaseCopy,
        hold: Keyset | None, now: datetime,
    ) -> Path:  # fmt: skip
        """Write what is left of one window, and say where."""
        out = place / f"{onion.name}{'.onions' if hold else '.age'}"
        room = (len(onion.data) + MORE_BYTES) * (sum(map(len, hold.ways)) if hold else 1)
        make_folder(place)
        with writing(out, 0o600, room) as file:  # its room is taken before the window is spent
            peeled = self.peel(onion, copy, now)
            is_kept = peeled.is_last and hold is not None
            try:
                left = _left(peeled, order, hold)
            finally:
                wipe(peeled.inside)
            if is_kept and hold is not None:
                folders.owe(folder, records.owed_kept(order, hold.id, now))
            file.write(left)
        return out


def _left(peeled: PeeledLayer, order: Order, hold: Keyset | None) -> bytes:
    """What goes on: the next layer, or the window's key for the opener, or anew for a hold."""
    if not peeled.is_last:
        return bytes(peeled.inside)
    return rehold(peeled, hold) if hold else rewrap(peeled, Recipient.parse(order.opener))


# Of a hold


def keyset_of_hold(
    files: PartyFiles, folder: Path, found: CaseFile, onions: Sequence[Onion], own_keys: Path | None
) -> Keyset | None:
    """For whom the last party of a hold wraps a window's key anew; None for any other party.

    `own_keys`: where the vault keeps its keys; its key for the hold is made there. Raises
    OrderError, SignatureError, SealError, OutputFailed.
    """
    order = found.case.order
    if order.kind is not OrderKind.HOLD or onions[0].name.split("+")[-1] != files.role:
        return None
    given, own = folders.hold_keys(folder), dict[str, Recipient]()
    if is_vault(files.role):
        if own_keys is None or not given:
            raise OrderError("hold-without-keys")
        own = {files.role: _own_key(own_keys, order, Recipient.parse(given[0].recipient))}
    return hold_keyset(files.copies.rules.policy, given, files.copies.keys, order.id, own)


def _own_key(folder: Path, order: Order, like: Recipient) -> Recipient:
    """The vault's key for a hold, made where it isn't there, of the kind that the others have."""
    assert order.hold_until is not None
    path = hold_path(folder, order.id)
    if not path.exists():
        with filling(folder):
            make_hold(folder, order.id, utc(order.hold_until), like.kind)
    with read_identity(path) as secret:
        return secret.recipient()


def hold_keyset(
    policy: Policy, given: Iterable[HoldKey], keys: Mapping[str, str], order: str,
    own: Mapping[str, Recipient],
) -> Keyset:  # fmt: skip
    """For whom a hold is wrapped: each quorum whose parties all gave a key, signed, for that hold.

    `own`: the key of whoever wraps, where that party signs nothing (the vault). Raises OrderError,
    SignatureError, SealError.
    """
    found = dict(own)
    for each in given:
        each.check(order, keys)
        if each.role not in own:
            found[each.role] = Recipient.parse(each.recipient)
    ways = [way for way in policy.ways() if way <= found.keys()]
    if not ways:
        raise OrderError("hold-without-quorum")
    needed = frozenset().union(*ways)
    theirs = {party: found[party] for party in policy.members if party in needed}
    kinds = {key.kind.is_post_quantum for key in theirs.values()}
    if len(kinds) > 1 or len({*theirs.values()}) < len(theirs):
        raise OrderError("hold-keys-mixed")
    return Keyset("", theirs, tuple(map(layers, ways)))
