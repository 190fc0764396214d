"""A recorder on its site: the real command, its own disk, parties that are elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes import ledgers, sites
from fakes.runs import LIMIT_S, run, start

from contrejour.cli.keyfiles import private_key
from contrejour.custody.seal import keynotes, manifest
from contrejour.custody.seal.keys import key_path, read_identity
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.recipient import Identity

PARTIES = ("vault", "prosecutor", "dpo", "operator")
POLICY = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"
WAY = ("dpo", "prosecutor", "vault")


@dataclass
class Recorder:
    """Windows of ten seconds. What belongs to the parties is in `folder`, beside `disk`."""

    folder: Path
    addresses: Mapping[str, str]
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self) -> None:
        notes = self.disk / "notes"
        notes.mkdir(parents=True)
        lines, logged, today = [], [], datetime.now(UTC).date()
        for party in PARTIES:
            root, days = self.folder / f"{party}.root", self.folder / party
            made = run("keys", "new", root)
            run("keys", "make", days, "--days", 2)
            done = run("keys", "publish", days, "--days", 2, "--party", f"{party}.example",
                       "--key", root, "-o", notes / f"{party}.note")  # fmt: skip
            data = (notes / f"{party}.note").read_bytes()
            logged += [(party, day, data) for day in (today, today + timedelta(days=1))]
            key = f"key:{made.stdout.split()[-1]}"
            lines.append(f"party {party} {done.stdout.strip()} {key}\n")
        ledgers.log_keysets(notes, logged)
        (self.disk / "open.policy").write_text("".join(lines) + POLICY)
        (self.disk / "witness.policy").write_text(ledgers.POLICY)
        run("keys", "new", self.disk / "edge.key")
        acts = dict.fromkeys(self.addresses, ("view.live", "record"))
        sites.write(self.disk, self.addresses, "view.live", "record")
        (self.disk / "plan.json").write_bytes(
            sites.envelope(acts, window="PT10S", **sites.voted(self.disk))
        )
        site = json.loads((self.disk / "site.yml").read_text())
        site["seal"] = {
            "policy": str(self.disk / "open.policy"),
            "witnesses": str(self.disk / "witness.policy"),
            "keysets": str(notes), "edge": "bus-041",
            "key": str(self.disk / "edge.key"), "folder": str(self.disk / "sealed"),
        }  # fmt: skip
        (self.disk / "site.yml").write_text(json.dumps(site))

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    def windows(self, camera: str = "cam-a", name: str = "W.onions") -> list[Path]:
        return sorted((self.disk / "sealed" / camera).glob(f"*/*/{name}"))

    def begin(self) -> None:
        self.process = start(
            *sites.watch(self.disk), detector="painted",
            env={"HOME": self.disk / "home", "TMPDIR": self.disk},
        )  # fmt: skip

    def end(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=LIMIT_S)[1]

    def keys(self, camera: str = "cam-a") -> Iterator[tuple[Path, Identity]]:
        """The secret keys of windows, by those who may have them: one to come, then the newest."""
        ahead = sorted((self.disk / "sealed" / camera / "ahead").glob("*.onions"))[:1]
        day = datetime.now(UTC).date()
        held = [read_identity(key_path(self.folder / party, day)) for party in WAY]
        for path in (*ahead, *self.windows(camera)[::-1]):
            onion = unpack(path.read_bytes())["+".join(WAY) + ".age"]
            yield path, unwrap([onion], held, None)[1]

    def chain(self, camera: str = "cam-a") -> list[tuple[Path, manifest.Manifest]]:
        """Each window's folder and what the recorder signed of it. Raises where it breaks."""
        edge = keynotes.Verifier.of("bus-041", private_key(self.disk / "edge.key", None))
        paths = self.windows(camera, "W.json")
        found = manifest.follow([path.read_bytes() for path in paths], edge)
        return [(path.parent, told) for path, told in zip(paths, found, strict=True)]

    def files(self) -> dict[Path, bytes]:
        """All that is on its disk, while that changes."""
        found = {}
        for place, _, names in os.walk(self.disk):
            for path in (Path(place, name) for name in names):
                with suppress(FileNotFoundError):
                    found[path] = path.read_bytes()
        return found
