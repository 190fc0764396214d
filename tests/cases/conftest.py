"""A plan, a policy and keys on disk, to take a case through its commands with."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.orders import DEFAULT, WITNESSES
from fakes.plans import KEY, envelope
from fakes.runs import run

from contrejour.mandate.sign import keyid, new_key, private_pem, public_pem

SINCE = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=30)
ROLES = ("prosecutor", "dpo", "operator", "opj")
PERSONAL = {"case_number": "2027/00123", "requester_name": "Camille Étienne"}


@dataclass
class Desk:
    """Files of a case, and the command run on them."""

    folder: Path
    originals: dict[str, object] = field(default_factory=dict)
    """What was voted of them."""
    case: Path = field(init=False)

    def __post_init__(self) -> None:
        self.case = self.folder / "case"
        policy = DEFAULT
        for role in ROLES:
            key = new_key()
            (self.folder / f"{role}.key").write_bytes(private_pem(key, None))
            word = "-" if role == "opj" else f"age1{role}"
            line = f"party {role} {word}\n"
            policy = policy.replace(line, f"{line[:-1]} key:{keyid(key.public_key())}\n")
        (self.folder / "open.policy").write_text(policy)
        (self.folder / "witness.policy").write_text(WITNESSES)
        (self.folder / "plan.json").write_bytes(
            envelope("record", "export.requisition", **self.originals)
        )
        (self.folder / "plan.pub").write_bytes(public_pem(KEY))
        (self.folder / "private.json").write_text(json.dumps(PERSONAL))

    def __call__(self, *args: object, **more: object) -> subprocess.CompletedProcess[str]:
        return run("case", *args, cwd=self.folder, env={"LC_ALL": "C.UTF-8"}, **more)

    def declare(self, *more: object, role: str = "opj", since: datetime = SINCE) -> object:
        return self(
            "declare", "-o", self.case, "--as", role, "--key", f"{role}.key",
            "--plan", "plan.json", "--pub", "plan.pub", "--policy", "open.policy",
            "--witnesses", "witness.policy", "--basis", "77-1-1", "--camera", "cam-a",
            "--since", since.isoformat(), "--until", (since + timedelta(minutes=9)).isoformat(),
            "--opener", "age1opener00", "--private", "private.json", *more,
        )  # fmt: skip

    def say(self, act: str, role: str, by: str = "") -> subprocess.CompletedProcess[str]:
        return self(act, self.case, "--as", role, "--key", f"{by or role}.key")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
