"""A recorder that is taken away while it runs: what its memory and its disk hold is searched.

The real command, a real camera, post-quantum keys of parties that are elsewhere.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest
from fakes.cameras import camera
from fakes.memory import forms, memory
from fakes.plans import KEY, PRIVACY, envelope
from fakes.runs import family, ffmpeg, run, start, until

from contrejour.commands.keys import private_key
from contrejour.mandate.sign import public_pem
from contrejour.seal import manifest, note
from contrejour.seal.age import decrypt
from contrejour.seal.keys import key_path, read_identity
from contrejour.seal.onion import unpack
from contrejour.seal.open import unwrap
from contrejour.seal.recipient import Identity

PARTIES = ("vault", "prosecutor", "dpo", "operator")
POLICY = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"
MOST = 4
"""Windows whose keys are searched for: it takes its time."""
WAY = ("dpo", "prosecutor", "vault")
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="reads the memory of a process: as root"
)


@dataclass
class Recorder:
    """A recorder's own disk, `disk`; what belongs to the parties is elsewhere."""

    folder: Path
    address: str
    process: subprocess.Popen[str] = field(init=False)

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    @property
    def windows(self) -> list[Path]:
        return sorted((self.disk / "sealed" / "cam-a").glob("*/*/W.onions"))

    @property
    def signed(self) -> list[Path]:
        return sorted((self.disk / "sealed" / "cam-a").glob("*/*/W.json"))

    def begin(self) -> None:
        today = datetime.now(UTC).date()
        notes = self.disk / "notes"
        notes.mkdir(parents=True)
        lines = []
        for party in PARTIES:
            root, days = self.folder / f"{party}.root", self.folder / party
            run("keys", "new", root)
            run("keys", "make", days, "--days", 2)
            done = run("keys", "publish", days, "--days", 2, "--party", f"{party}.example",
                       "--key", root, "-o", notes / f"{party}.note")  # fmt: skip
            lines.append(f"party {party} {done.stdout.strip()}\n")
        (self.disk / "open.policy").write_text("".join(lines) + POLICY)
        run("keys", "new", self.disk / "edge.key")
        (self.disk / "plan.json").write_bytes(
            envelope("view.live", "record", window="PT10S", day=today - timedelta(days=1))
        )
        (self.disk / "plan.pub").write_bytes(public_pem(KEY))
        site = {
            "site": 1,
            "cameras": {"cam-a": {"address": self.address, "privacy": PRIVACY, "hide": "people"}},
            "seal": {
                "policy": str(self.disk / "open.policy"), "keysets": str(notes), "edge": "bus-041",
                "key": str(self.disk / "edge.key"), "folder": str(self.disk / "sealed"),
            },
        }  # fmt: skip
        (self.disk / "site.yml").write_text(json.dumps(site))
        self.process = start(
            "watch", "--plan", self.disk / "plan.json", "--pub", self.disk / "plan.pub", "--site",
            self.disk / "site.yml", "-o", self.disk / "out", "--offline", detector="painted",
            env={"HOME": self.disk / "home", "TMPDIR": self.disk},
        )  # fmt: skip

    def end(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=60)[1]

    def keys(self) -> Iterator[tuple[Path, Identity]]:
        """The secret key of every window that has onions, by those who may have it together."""
        ahead = sorted((self.disk / "sealed" / "cam-a" / "ahead").glob("*.onions"))[:1]
        for path in (*ahead, *self.windows[::-1]):
            (onion,) = [data for name, data in unpack(path.read_bytes()).items()
                        if name == "+".join(WAY) + ".age"]  # fmt: skip
            days = [key_path(self.folder / party, datetime.now(UTC).date()) for party in WAY]
            yield path, unwrap([onion], [read_identity(each) for each in days], None)[1]


@pytest.fixture(scope="module")
def clear(tmp_path_factory) -> Path:
    """What the camera sends; no part of it is like another."""
    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x192:rate=12,noise=alls=30:allf=t",
           "-t", 40, "-c:v", "libx264", "-preset", "veryfast", "-g", 12, "-bf", 0,
           "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def search(pieces: list[bytes], wanted: list[bytes]) -> list[bytes]:
    return [each for each in wanted if any(each in piece for piece in pieces)]


def test_no_window_s_key_and_no_clear_byte_is_found_in_a_recorder_that_is_taken_away(
    clear, tmp_path
):
    with camera(clear) as (address,):
        recorder = Recorder(tmp_path, address)
        recorder.begin()
        try:
            assert until(lambda: len(recorder.signed) > 1), recorder.end()
            held = [memory(recorder.process.pid)]
            held += [memory(each.pid) for each in family(recorder.process.pid)]
            during = files(recorder.disk)
            secrets = dict(islice(recorder.keys(), MOST))
        finally:
            said = recorder.end()
    disk = [during, files(recorder.disk)]
    assert len(recorder.signed) > 1, said
    assert any(path.parent.name == "ahead" for path in secrets), "those that are to come, too"
    wanted = [form for secret in secrets.values() for form in forms(secret)]
    assert sum(map(len, held[0])) > 1 << 20
    assert search([piece for process in held for piece in process], wanted) == []
    assert [path for each in disk for path, data in each.items() if search([data], wanted)] == []
    data = clear.read_bytes()
    pictures = [data[at : at + 24] for at in range(4096, len(data) - 4096, 15_013)]
    assert [path for each in disk for path, data in each.items() if search([data], pictures)] == []
    opens(recorder, secrets, data)


def files(folder: Path) -> dict[Path, bytes]:
    """All that is on a disk, while it changes."""
    found = {}
    for place, _, names in os.walk(folder):
        for path in (Path(place, name) for name in names):
            with suppress(FileNotFoundError):
                found[path] = path.read_bytes()
    return found


def opens(recorder: Recorder, secrets: dict[Path, Identity], clear: bytes) -> None:
    """And yet it is all there, for those who may have it: chained, signed, the camera's own."""
    chain = [path.read_bytes() for path in recorder.signed]
    edge = note.Verifier.of("bus-041", private_key(recorder.disk / "edge.key", None))
    found = manifest.follow(chain, edge)
    whole = b""
    for path, told in zip(recorder.signed, found, strict=True):
        secret = secrets.get(path.with_name("W.onions"))
        for each in told.segs:
            if secret and each.ct_len:
                with (path.parent / each.name).open("rb") as file:
                    whole += b"".join(bytes(chunk) for chunk in decrypt(file, [secret]))
    assert len(whole) > 100_000
    samples = [whole[at : at + 24] for at in range(20_000, len(whole) - 20_000, 4_001)]
    assert sum(each in clear for each in samples) > 0.9 * len(samples)
