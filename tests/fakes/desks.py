"""A plan, a policy and keys on disk, to take a case through its commands with."""

from __future__ import annotations

import io
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes import ledgers, sites
from fakes.orders import DEFAULT, WITNESSES
from fakes.plans import KEY, envelope
from fakes.runs import run
from fakes.tokens import Soft

from contrejour.base.files import create as create_file
from contrejour.custody.cases import folder
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keys
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.onion import Keyset
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.window import WindowRequest, make
from contrejour.law.mandate.sign import keyid, new_key, private_pem, public_pem

SINCE = (datetime.now(UTC) - timedelta(hours=42)).replace(
    hour=12, minute=0, second=0, microsecond=0
)
"""Noon of a day, 30 to 54 hours ago: what comes after it is of that day still, at any hour."""
ROLES = ("vault", "prosecutor", "dpo", "operator", "opj")
PLANNED = ("--plan", "plan.json", "--pub", "plan.pub")
PERSONAL = {"case_number": "2027/00123", "requester_name": "Camille Étienne"}


@dataclass
class Desk:
    """Files of a case, and the command run on them."""

    folder: Path
    originals: dict[str, object] = field(default_factory=dict)
    """What was voted of them."""
    env: Mapping[str, object] = field(default_factory=dict)
    """Of the commands."""
    case: Path = field(init=False)

    def __post_init__(self) -> None:
        self.case = self.folder / "case"
        policy = DEFAULT
        for role in ROLES:
            key = new_key()
            create_file(self.folder / f"{role}.key", private_pem(key, None), 0o600)
            word = "-" if role == "opj" else f"age1{role}"
            line = f"party {role} {word}\n"
            policy = policy.replace(line, f"{line[:-1]} key:{keyid(key.public_key())}\n")
        (self.folder / "open.policy").write_text(policy)
        (self.folder / "witness.policy").write_text(WITNESSES)
        self.vote()
        (self.folder / "plan.pub").write_bytes(public_pem(KEY))
        (self.folder / "private.json").write_text(json.dumps(PERSONAL))

    def vote(self) -> None:
        """A plan that names the policies as they are now."""
        voted = {**sites.voted(self.folder), **self.originals}
        (self.folder / "plan.json").write_bytes(envelope("record", "export.requisition", **voted))

    def __call__(self, *args: object, **more: object) -> subprocess.CompletedProcess[str]:
        return run("case", *args, cwd=self.folder, env={"LC_ALL": "C.UTF-8", **self.env}, **more)

    def declare(
        self, *more: object, role: str = "opj", since: datetime = SINCE
    ) -> subprocess.CompletedProcess[str]:
        opener = () if "--hold-until" in more else ("--opener", "age1opener00")
        return self(
            "declare", "-o", self.case, "--as", role, "--key", f"{role}.key",
            "--plan", "plan.json", "--pub", "plan.pub", "--policy", "open.policy",
            "--witnesses", "witness.policy", "--basis", "77-1-1", "--camera", "cam-a",
            "--since", since.isoformat(), "--until", (since + timedelta(minutes=9)).isoformat(),
            *opener, "--private", "private.json", *more,
        )  # fmt: skip

    def say(self, act: str, role: str, by: str = "") -> subprocess.CompletedProcess[str]:
        planned = PLANNED if act == "approve" else ()
        return self(act, self.case, "--as", role, "--key", f"{by or role}.key", *planned)

    def show(self, *more: object, case: object = None) -> subprocess.CompletedProcess[str]:
        return self("show", case or self.case, *PLANNED, *more)


CLEAR = os.urandom(200_000)
MINUTE = SINCE.replace(second=0)
DAY = f"{SINCE:%Y-%m-%d}"
WAY = "dpo+prosecutor+vault"


@dataclass
class Room(Desk):
    """A desk with real keys, a sealed minute, a log and witnesses."""

    tokens: frozenset[str] = frozenset()
    log: Log = field(init=False)
    _told: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        super().__post_init__()
        text = (self.folder / "open.policy").read_text()
        for role in ("vault", "prosecutor", "dpo", "operator"):
            own = self.folder / f"keys-{role}"
            own.mkdir()
            if role in self.tokens:
                Soft.new().file(own / f"{DAY}.key")
            keys.make(own, [SINCE.date()], RecipientKind.X25519)
            with keys.read_identity(own / f"{DAY}.key") as key:
                text = text.replace(f"age1{role}", str(key.recipient()))
        (self.folder / "open.policy").write_text(text)
        (self.folder / "witness.policy").write_text(ledgers.POLICY)
        self.vote()
        if "opener" in self.tokens:
            Soft.new().file(self.folder / "opener.key")
        else:
            with Identity.generate(RecipientKind.X25519) as opener:
                keys.write_identity(self.folder / "opener.key", opener, "opener")
        with keys.read_identity(self.folder / "opener.key") as key:
            self.opener = str(key.recipient())
        self.seal(replace(keys.keys_of(parse(text, "party"), [], DAY), epoch=DAY))
        create(self.folder / "log", ledgers.LOG)
        self.log = Log(self.folder / "log", ledgers.LOG)

    def seal(self, keyset: Keyset) -> None:
        """A minute, its onions and its one segment."""
        t0 = int(MINUTE.timestamp() * 1000)
        wanted = WindowRequest("cam-a", t0, t0 + 60_000, self.folder / "W.onions")
        wanted.path.unlink(missing_ok=True)
        (made_window,) = make([wanted], keyset)
        out = io.BytesIO()
        writer = Writer(out, [made_window.recipient])
        writer.write(CLEAR)
        writer.close()
        (self.folder / "0000.mp4.age").write_bytes(out.getvalue())

    def agreed(self, *how: str) -> None:
        done = self.declare(*(how or ("--urgent", "--opener", self.opener)), since=MINUTE)
        assert done.returncode == 0, done.stderr
        for role in ("prosecutor", "dpo"):
            assert self.say("approve", role).returncode == 0

    def prove(self, late: timedelta = timedelta(), after: Sequence[bytes] = ()) -> None:
        """Have all that the case owes logged and witnessed; `after`: what the log has by then."""
        owed = folder.owed(self.case)
        lacking = [each for leaf, each in owed.items() if leaf not in self._told]
        self._told |= owed.keys()
        self.log.append([*lacking, *after])
        at_s = int((datetime.now(UTC) + late).timestamp())
        signers = ledgers.WITNESSES[:2]
        self.log.publish(lambda note, _: [each.sign(note.text, at_s) for each in signers])
        done = self("witness", self.case, "--log", "log")
        assert done.returncode == 0, done.stderr

    def peel(self, role: str, onion: str, *more: object):
        return self.peel_all(role, [onion], *more)

    def peel_all(self, role: str, onions: Sequence[object], *more: object):
        """Said, in the log, done."""
        first = self.peel_now(role, onions, *more)
        if first.returncode != 20 or "hasn't what this party says" not in first.stderr:
            return first
        self.prove()
        return self.peel_now(role, onions, *more)

    def peel_now(self, role: str, onions: Sequence[object], *more: object):
        return self(
            "peel", self.case, *onions, "--as", role, "--key", f"keys-{role}/{DAY}.key",
            "--sign", f"{role}.key", "--policy", "open.policy", "--witnesses", "witness.policy",
            "--plan", "plan.json", "--pub", "plan.pub",
            "--spent", f"{role}.spent", "-o", f"after-{role}", *more,
        )  # fmt: skip

    def open(self, layer: object, *args: object):
        """Said, in the log, done."""
        first = self("open", self.case, layer, *args)
        if first.returncode != 20 or "not in the log" not in first.stderr:
            return first
        self.prove()
        return self("open", self.case, layer, *args)


def logged(room: Room, due: list[Path], name: str):
    """A log of these entries, appended one by one by the real command, and what a monitor says."""
    key = ("--key", "log.key")
    run("keys", "new", "log.key", cwd=room.folder)
    made = run("ledger", "init", name, "--name", "log.example.org/t", *key, cwd=room.folder)
    assert made.returncode == 0, made.stderr
    for path in due:
        done = run("ledger", "append", name, path, *key, cwd=room.folder)
        assert done.returncode == 0, done.stderr
    return run("ledger", "monitor", name, "--state", f"{name}.seen", "--policy",
               f"{name}/policy.txt", "--open-policy", "open.policy", cwd=room.folder)  # fmt: skip
