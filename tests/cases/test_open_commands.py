"""`contrejour case witness | peel | open`: from a sealed minute to its picture, by the command."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import ledgers
from fakes.plans import envelope
from fakes.runs import check
from fakes.tokens import Soft, install

from contrejour.cases import folder
from contrejour.ledger.log import Log, create
from contrejour.ledger.read import prove
from contrejour.quorum import parse
from contrejour.seal import keys
from contrejour.seal.age import Writer
from contrejour.seal.recipient import Identity, Kind
from contrejour.seal.window import Wanted, make

from .conftest import SINCE, Desk

CLEAR = os.urandom(200_000)
MINUTE = SINCE.replace(second=0)
DAY = f"{SINCE:%Y-%m-%d}"
WAY = "dpo+prosecutor+vault"


@dataclass
class Room(Desk):
    """A desk with real keys, a sealed minute, a log and witnesses."""

    tokens: frozenset[str] = frozenset()
    log: Log = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        text = (self.folder / "open.policy").read_text()
        for role in ("vault", "prosecutor", "dpo", "operator"):
            own = self.folder / f"keys-{role}"
            own.mkdir()
            if role in self.tokens:
                Soft.new().file(own / f"{DAY}.key")
            keys.make(own, [SINCE.date()], Kind.X25519)
            with keys.read_identity(own / f"{DAY}.key") as key:
                text = text.replace(f"age1{role}", str(key.recipient()))
        (self.folder / "open.policy").write_text(text)
        (self.folder / "witness.policy").write_text(ledgers.POLICY)
        if "opener" in self.tokens:
            Soft.new().file(self.folder / "opener.key")
        else:
            with Identity.generate(Kind.X25519) as opener:
                keys.write_identity(self.folder / "opener.key", opener, "opener")
        with keys.read_identity(self.folder / "opener.key") as key:
            self.opener = str(key.recipient())
        keyset = replace(keys.keys_of(parse(text, "party"), [], DAY), epoch=DAY)
        t0 = int(MINUTE.timestamp() * 1000)
        wanted = Wanted("cam-a", t0, t0 + 60_000, self.folder / "W.onions")
        (made_window,) = make([wanted], keyset)
        out = io.BytesIO()
        writer = Writer(out, [made_window.recipient])
        writer.write(CLEAR)
        writer.close()
        (self.folder / "0000.mp4.age").write_bytes(out.getvalue())
        create(self.folder / "log", ledgers.LOG)
        self.log = Log(self.folder / "log", ledgers.LOG)

    def agreed(self, *how: str) -> None:
        done = self.declare(*(how or ("--urgent", "--opener", self.opener)), since=MINUTE)
        assert done.returncode == 0, done.stderr
        for role in ("prosecutor", "dpo"):
            assert self.say("approve", role).returncode == 0

    def prove(self, name: str = "proof", late: timedelta = timedelta()) -> None:
        """Have the order logged and witnessed."""
        number = self.log.append([(self.case / "order.json").read_bytes()])
        at_s = int((datetime.now(UTC) + late).timestamp())
        signers = ledgers.WITNESSES[:2]
        self.log.publish(lambda note, _: [each.sign(note.text, at_s) for each in signers])
        (self.folder / name).write_text(str(prove(number, self.log.read)))

    def peel(self, role: str, onion: str, proof: str = "proof", *more: object):
        return self(
            "peel", self.case, onion, "--as", role, "--key", f"keys-{role}/{DAY}.key",
            "--policy", "open.policy", "--witnesses", "witness.policy", "--proof", proof,
            "--spent", f"{role}.spent", "-o", f"after-{role}", *more,
        )  # fmt: skip


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def token_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """Everybody's key is in a token, but the prosecutor's."""
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")
    made = Room(tmp_path, tokens=frozenset({"vault", "dpo", "operator", "opener"}))
    yield made
    made.log.close()


@pytest.mark.parametrize("kind", ["room", "token_room"])
def test_a_sealed_minute_is_opened_by_those_who_agreed_and_shown_to_the_opener_alone(kind, request):
    room = request.getfixturevalue(kind)
    room.agreed()
    room.prove()
    assert room("witness", room.case, "--proof", "proof").returncode == 0
    onion = "W.onions"
    for role in WAY.split("+"):
        done = room.peel(role, onion)
        assert done.returncode == 0, done.stderr
        onion = done.stdout.strip()
        assert onion == f"after-{role}/{WAY}.age"
        assert (room.folder / onion).stat().st_mode & 0o777 == 0o600
    done = room("open", room.case, onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    assert done.returncode == 0, done.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR
    assert folder.read(room.case).case.state.value == "opened"
    check(room.peel("dpo", "W.onions"), 19, "there already")


def test_a_token_whose_program_is_missing_or_wants_a_pin_peels_nothing(token_room, monkeypatch):
    room = token_room
    room.agreed()
    room.prove()
    room("witness", room.case, "--proof", "proof")
    monkeypatch.setenv("FAKE_TOKEN", "pin")  # and nobody is at a terminal
    check(room.peel("dpo", "W.onions"), 19, "could not use its key: not the PIN: fail")
    (room.folder / "bin" / "age-plugin-token").unlink()
    check(room.peel("dpo", "W.onions"), 19, "there is no age-plugin-token here")
    monkeypatch.delenv("FAKE_TOKEN")
    install(room.folder / "bin")
    assert room.peel("dpo", "W.onions").returncode == 0


def test_without_a_proof_or_with_a_stale_one_nothing_is_peeled(room):
    room.agreed()
    check(room.peel("dpo", "W.onions"), 21, "no proof that it was witnessed")
    room.prove("stale", -timedelta(hours=3))
    room("witness", room.case, "--proof", "stale")
    check(room.peel("dpo", "W.onions", "no-such-proof"), 3, "does not exist")
    check(room.peel("dpo", "W.onions", "stale"), 20, "too few witnesses")
    assert not (room.folder / "after-dpo").exists() or not any(
        (room.folder / "after-dpo").iterdir()
    )


def test_who_did_not_approve_has_no_onion_to_begin_with(room):
    room.agreed()
    room.prove()
    room("witness", room.case, "--proof", "proof")
    check(room.peel("operator", "W.onions"), 21, "no onion here begins with operator")
    check(room.peel("vault", "W.onions"), 21, "no onion here begins with vault")


def test_a_window_is_peeled_once_for_an_order(room):
    room.agreed()
    room.prove()
    room("witness", room.case, "--proof", "proof")
    assert room.peel("dpo", "W.onions").returncode == 0
    (room.folder / "after-dpo" / f"{WAY}.age").unlink()
    check(room.peel("dpo", "W.onions"), 21, "is spent")


def test_nothing_is_shown_before_all_have_peeled(room):
    room.agreed()
    room.prove()
    room("witness", room.case, "--proof", "proof")
    room.peel("dpo", "W.onions")
    args = "0000.mp4.age", "--key", "opener.key", "-o", "clear"
    check(room("open", room.case, f"after-dpo/{WAY}.age", *args), 19, "no key here opens it")
    assert not (room.folder / "clear").exists()


OWN_PLAN = ("--plan", "plan.json", "--pub", "plan.pub")


@pytest.fixture
def voted(tmp_path: Path, request) -> Iterator[Room]:
    """A room under a mandate with these numbers."""
    made = Room(tmp_path, request.param)
    yield made
    made.log.close()


@pytest.mark.parametrize("voted", [{"cooling_off": "PT12H"}], indirect=True)
def test_a_laxer_number_is_believed_by_a_party_that_has_the_plan_and_by_no_other(voted):
    voted.agreed("--opener", voted.opener)
    voted.prove()
    voted("witness", voted.case, "--proof", "proof")
    check(voted.peel("dpo", "W.onions"), 21, "doesn't wait as long as it has to")
    check(voted.peel("dpo", "W.onions", "proof", *OWN_PLAN), 21, "may be used from")


@pytest.mark.parametrize("voted", [{"window": "PT10S"}], indirect=True)
def test_a_minute_sealed_whole_is_not_peeled_where_ten_seconds_were_voted(voted):
    voted.agreed()
    voted.prove()
    voted("witness", voted.case, "--proof", "proof")
    done = voted.peel("dpo", "W.onions", "proof", *OWN_PLAN)
    check(done, 21, "a window of 60 s, longer than what opens together")
    assert not list((voted.folder / "after-dpo").iterdir())


def test_an_order_for_another_plan_than_the_party_s_own_is_refused(room):
    room.agreed()
    room.prove()
    room("witness", room.case, "--proof", "proof")
    (room.folder / "plan.json").write_bytes(
        envelope("record", "export.requisition", until="2028-06-30")
    )
    check(room.peel("dpo", "W.onions", "proof", *OWN_PLAN), 21, "for another plan")
    (room.folder / "plan.json").write_bytes(b"{}")
    check(room.peel("dpo", "W.onions", "proof", *OWN_PLAN), 16, "not a signed plan")
