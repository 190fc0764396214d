"""A window is sealed, asked for, witnessed, peeled by each party and opened: all of it, for real.

No fake but the clock and the log's witnesses, who sign as the real ones do.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from fakes import ledgers
from fakes.orders import order
from fakes.peeling import AnyPlan

from contrejour.base.errors import LedgerError, OrderError, SealError
from contrejour.custody.cases import records, signed
from contrejour.custody.cases.case import Peel
from contrejour.custody.cases.folder import cosigned
from contrejour.custody.cases.order import Order, aligned, read
from contrejour.custody.cases.party import Onion, Party, PartyFiles, window_of
from contrejour.custody.cases.party_checks import CaseCopy, OwnCopies
from contrejour.custody.cases.private import FIELDS, Private
from contrejour.custody.cases.rules import Rules, keys
from contrejour.custody.cases.spent import SpentList
from contrejour.custody.ledger import entry as entries
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import prove
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.quorum import parse
from contrejour.custody.seal.age import Writer, decrypt
from contrejour.custody.seal.keys import keys_of
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.open import peel, rewrap, window_key
from contrejour.custody.seal.recipient import SECRET, Identity, RecipientKind
from contrejour.custody.seal.window import WindowRequest
from contrejour.custody.seal.window import make as make_windows
from contrejour.law.mandate.plan import Plan
from contrejour.law.mandate.sign import keyid, new_key

FILMED = datetime(2027, 2, 12, 16, 3, tzinfo=UTC)
ASKED = datetime(2027, 2, 13, 9, tzinfo=UTC)
NOW = ASKED + timedelta(hours=25)
DAY = "2027-02-12"
PARTIES = ("vault", "prosecutor", "dpo", "operator")
WAY = "dpo+prosecutor+vault"
CLEAR = b"what happened on the platform" * 5000


@dataclass
class Ceremony:
    """Everybody's files, in one folder each would have of their own."""

    folder: Path
    kind: RecipientKind = RecipientKind.X25519

    def __post_init__(self) -> None:
        self.day_keys = {name: Identity.generate(self.kind) for name in PARTIES}
        self.opener = Identity.generate(self.kind)
        self.signs = {name: new_key() for name in (*PARTIES, "opj")}
        told = {name: str(key.recipient()) for name, key in self.day_keys.items()} | {"opj": "-"}
        lines = "".join(
            f"party {name} {word}"
            + (f" key:{keyid(self.signs[name].public_key())}" if name in self.signs else "")
            + "\n"
            for name, word in told.items()
        )
        self.text = f"{lines}group one any dpo operator\ngroup open all vault prosecutor one\n"
        self.text += "quorum open\n"
        self.policy = parse(self.text, "party")
        self.policy_sha256 = hashlib.sha256(self.text.encode()).hexdigest()
        self.trust = ledgers.trust()
        witnesses = parse(ledgers.POLICY, "witness")
        self.rules = Rules(self.policy, witnesses)
        create(self.folder / "log", ledgers.LOG)
        self.log = Log(self.folder / "log", ledgers.LOG)

    def seal(self, at: datetime = FILMED, cam: str = "car-1", day: str = DAY) -> tuple[Path, bytes]:
        """A minute of a camera: where its onions are, and a sealed segment of it."""
        keyset = replace(keys_of(self.policy, [], day), epoch=day)
        t0 = int(at.timestamp() * 1000)
        path = self.folder / f"{cam}-{t0}.onions"
        (made,) = make_windows([WindowRequest(cam, t0, t0 + 60_000, path)], keyset)
        out = io.BytesIO()
        writer = Writer(out, [made.recipient])
        writer.write(CLEAR)
        writer.close()
        return path, out.getvalue()

    def order(self, **changes: object) -> Order:
        since, until = aligned(FILMED, FILMED + timedelta(minutes=5), 60)
        personal = Private.new({"case_number": "2027/00123"}).commitments
        return order(
            requester="opj", cameras=("car-1",), since=since, until=until, declared=ASKED,
            not_before=ASKED + timedelta(hours=24), expires=ASKED + timedelta(days=3),
            opener=str(self.opener.recipient()), policy=self.policy_sha256, commitments=personal,
            **changes,
        )  # fmt: skip

    def word(self, of: Order, role: str) -> bytes:
        return signed.sign(signed.SignedAct.APPROVE, of.id, role, ASKED, self.signs[role]).bytes

    def publish(self, *entries: bytes, at: datetime = NOW, seen_by: int = 2) -> list[bytes]:
        """Append entries to the log, and have them witnessed: their proofs."""
        first = self.log.append(entries)
        signers, time_s = ledgers.WITNESSES[:seen_by], int(at.timestamp())
        self.log.publish(lambda note, _: [each.sign(note.text, time_s) for each in signers])
        return [str(prove(first + n, self.log.read)).encode() for n in range(len(entries))]

    def told(self, of: Order, *by: str, at: datetime = ASKED) -> CaseCopy:
        """The order and its approvals, in the log."""
        words = tuple(self.word(of, role) for role in by)
        return self.seen(CaseCopy(of.bytes, words, {}), of.bytes, *words, at=at)

    def seen(self, copy: CaseCopy, *entries: bytes, at: datetime) -> CaseCopy:
        proven = {
            leaf_hash(each).hex(): cosigned(each, proof, self.trust)
            for each, proof in zip(entries, self.publish(*entries, at=at), strict=True)
        }
        return replace(copy, seen={**copy.seen, **proven})

    def says(self, role: str, onion: bytes | bytearray, copy: CaseCopy, at: datetime = NOW):
        """The case once that party has said, in the log, that it peels what the onion is of."""
        peeled = peel(onion, [self.day_keys[role]], None)
        way = frozenset(WAY.split("+"))
        step = Peel(role, way, window_of(peeled.window))
        word = records.say_peel(step, read(copy.order).id, at, self.signs[role])
        copy = replace(copy, words=(*copy.words, word))
        return self.seen(copy, records.entry_of(word), at=at)

    def take_off(self, role: str, onion: bytes | bytearray, told: CaseCopy, day: str = DAY):
        plan = cast(Plan, AnyPlan())
        copies = OwnCopies(self.rules, keys(self.policy), self.policy_sha256, plan)
        own = PartyFiles(role, copies, self.trust)
        with SpentList(self.folder / f"{role}.spent") as spent:
            party = Party(own, self.day_keys[role], day, spent)
            return party.peel(Onion(WAY, onion), told, NOW)

    def onion(self, path: Path, way: str = "dpo+prosecutor+vault.age") -> bytes:
        return unpack(path.read_bytes())[way]


pytestmark = pytest.mark.slow  # keys of a window come from a process


@pytest.fixture(params=list(SECRET))
def ceremony(request, tmp_path) -> Iterator[Ceremony]:
    made = Ceremony(tmp_path, request.param)
    yield made
    made.log.close()


def test_a_witnessed_order_opens_its_window_for_its_opener_and_for_nobody_else(ceremony):
    path, segment = ceremony.seal()
    asked = ceremony.order()
    told = ceremony.told(asked, "prosecutor", "dpo")
    layer: bytes | bytearray = ceremony.onion(path)
    for role in ("dpo", "prosecutor", "vault"):
        told = ceremony.says(role, layer, told)
        peeled = ceremony.take_off(role, layer, told)
        layer = peeled.inside
    assert peeled.is_last
    for_opener = rewrap(peeled, ceremony.opener.recipient())
    with window_key(peel(for_opener, [ceremony.opener], peeled.window)) as key:
        assert b"".join(decrypt(io.BytesIO(segment), [key])) == CLEAR
    with pytest.raises(SealError, match="no key here"):
        peel(for_opener, list(ceremony.day_keys.values()), None)


def test_what_a_party_and_a_requester_write_is_what_the_log_keeps(ceremony):
    asked, replay = ceremony.order(), Replay({ceremony.policy_sha256: ceremony.policy})
    approval = ceremony.word(asked, "prosecutor")
    refusal = signed.sign(
        signed.SignedAct.REFUSE, asked.id, "dpo", ASKED, ceremony.signs["dpo"]
    ).bytes
    for data in (asked.bytes, approval, refusal):
        assert entries.read(data).bytes == data
        assert replay.see(data) == []
    assert hashlib.sha256(b"\0" + asked.bytes).hexdigest() == asked.id
    assert all(entries.PERSONAL(name) for name in FIELDS)


def test_without_the_log_nothing_comes_off_and_nothing_is_spent(ceremony):
    path, _ = ceremony.seal()
    asked, other = ceremony.order(), ceremony.order(nonce="4" * 32)
    (proof,) = ceremony.publish(other.bytes)
    with pytest.raises(LedgerError, match="doesn't lead to the checkpoint"):
        cosigned(asked.bytes, proof, ceremony.trust)
    swapped = replace(ceremony.told(other, "prosecutor", "dpo"), order=asked.bytes)
    with pytest.raises(LedgerError, match="nothing shows"):
        ceremony.take_off("dpo", ceremony.onion(path), swapped)
    told = ceremony.told(asked, "prosecutor", "dpo")
    with pytest.raises(LedgerError, match="hasn't what this party says"):
        ceremony.take_off("dpo", ceremony.onion(path), told)
    with SpentList(ceremony.folder / "dpo.spent") as spent:
        assert spent.used_s(NOW) == 0


def test_one_witness_of_two_is_too_few(ceremony):
    asked = ceremony.order()
    (proof,) = ceremony.publish(asked.bytes, seen_by=1)
    with pytest.raises(LedgerError, match="witness"):
        cosigned(asked.bytes, proof, ceremony.trust)


def test_a_cosignature_of_yesterday_peels_nothing(ceremony):
    path, _ = ceremony.seal()
    onion = ceremony.onion(path)
    told = ceremony.told(ceremony.order(), "prosecutor", "dpo")
    with pytest.raises(LedgerError, match="hasn't what this party says"):
        ceremony.take_off("dpo", onion, ceremony.says("dpo", onion, told, at=ASKED))


@pytest.mark.parametrize(
    ("elsewhere", "said"),
    [
        ({"cam": "car-2"}, "doesn't cover car-2"),
        ({"at": FILMED + timedelta(minutes=30)}, "doesn't cover car-1"),
        ({"at": FILMED - timedelta(days=1), "day": "2027-02-11"}, "opened with the key of"),
    ],
)
def test_an_onion_of_another_camera_time_or_day_is_kept_whole(ceremony, elsewhere, said):
    path, _ = ceremony.seal(**elsewhere)
    asked = ceremony.order()
    told = ceremony.told(asked, "prosecutor", "dpo")
    with pytest.raises((OrderError, SealError), match=said):
        ceremony.take_off("dpo", ceremony.onion(path), told)


def test_the_vault_does_not_go_first_and_nobody_peels_twice(ceremony):
    path, _ = ceremony.seal()
    asked = ceremony.order()
    told = ceremony.told(asked, "prosecutor", "dpo")
    onion = ceremony.onion(path)
    with pytest.raises(SealError, match="no key here"):
        ceremony.take_off("vault", onion, told)
    told = ceremony.says("dpo", onion, told)
    ceremony.take_off("dpo", onion, told)
    with pytest.raises(OrderError, match="is spent"):
        ceremony.take_off("dpo", onion, told)


def test_an_order_for_another_opener_is_another_order(ceremony):
    asked = ceremony.order()
    with Identity.generate(ceremony.kind) as mallory:
        changed = replace(asked, opener=str(mallory.recipient()))
    assert changed.id != asked.id
    with pytest.raises(LedgerError):
        cosigned(changed.bytes, ceremony.publish(asked.bytes)[0], ceremony.trust)


def test_an_onion_that_says_another_window_inside_is_refused_by_the_next_party(ceremony):
    """A dpo that is somebody else's hands on a layer of another window in place of its own."""
    mine, other = (ceremony.seal(at) for at in (FILMED, FILMED + timedelta(minutes=1)))
    asked = ceremony.order()
    told = ceremony.told(asked, "prosecutor", "dpo")
    for each in (mine[0], other[0]):
        told = ceremony.says("dpo", ceremony.onion(each), told)
    first = ceremony.take_off("dpo", ceremony.onion(mine[0]), told)
    swapped = ceremony.take_off("dpo", ceremony.onion(other[0]), told)
    with pytest.raises(SealError, match="not of the window"):
        peel(swapped.inside, [ceremony.day_keys["prosecutor"]], first.window)
