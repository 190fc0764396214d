"""What can be wrong when a case is opened: said, with a hint, a code, and nothing lost."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes import preloads
from fakes.clocks import off_by
from fakes.desks import CLEAR, DAY, MINUTE, WAY, Room
from fakes.runs import run

from contrejour.custody.cases import folder
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keynotes, keys, manifest
from contrejour.custody.seal import onion as onion_of
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.window import WindowRequest, make
from contrejour.law.mandate.sign import new_key


def refused(done: subprocess.CompletedProcess[str], code: int, text: str) -> None:
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert text in done.stderr
    assert "contrejour: hint: " in done.stderr
    assert "Traceback" not in done.stderr


def left(room: Room) -> dict[str, bytes]:
    """All that the parties and the case hold."""
    return {
        str(path): path.read_bytes() for path in sorted(room.folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }  # fmt: skip


def agreed(room: Room) -> None:
    room.agreed()
    room.prove()


def other_window(room: Room, name: str, cam: str, late: timedelta) -> None:
    """Onions and a segment of another window, for the same parties."""
    text = (room.folder / "open.policy").read_text()
    found = replace(keys.keys_of(parse(text, "party"), [], DAY), epoch=DAY)
    t0 = int((MINUTE + late).timestamp() * 1000)
    (made,) = make([WindowRequest(cam, t0, t0 + 60_000, room.folder / f"{name}.onions")], found)
    out = io.BytesIO()
    with_key = Writer(out, [made.recipient])
    with_key.write(b"another")
    with_key.close()
    (room.folder / f"{name}.mp4.age").write_bytes(out.getvalue())


@pytest.mark.parametrize(
    ("cam", "late", "code", "text"),
    [("cam-b", timedelta(), 11, "cam-b"), ("cam-a", timedelta(minutes=30), 21, "the order")],
)
def test_an_onion_of_another_camera_or_time_is_not_peeled(room, cam, late, code, text):
    agreed(room)
    other_window(room, "other", cam, late)
    before = left(room)
    refused(room.peel("dpo", "other.onions"), code, text)
    assert {k: v for k, v in left(room).items() if not k.endswith(".spent")} == before


@pytest.mark.parametrize("damage", ["cut", "flipped", "noise", "empty"])
def test_a_damaged_onion_is_not_peeled(room, damage):
    agreed(room)
    path = room.folder / "W.onions"
    data = path.read_bytes()
    bad = {"cut": data[:700], "flipped": data[:900] + bytes([data[900] ^ 1]) + data[901:],
           "noise": bytes(4096), "empty": b""}  # fmt: skip
    path.write_bytes(bad[damage])
    refused(room.peel("dpo", "W.onions"), 19, "damaged")
    path.write_bytes(data)
    assert room.peel("dpo", "W.onions").returncode == 0, "nothing was spent"


def test_a_segment_of_another_window_is_not_opened_in_its_place(room):
    agreed(room)
    other_window(room, "0001", "cam-a", timedelta(minutes=1))
    onion = "W.onions"
    for role in WAY.split("+"):
        onion = room.peel(role, onion).stdout.strip()
    args = "--key", "opener.key", "-o", "clear"
    refused(room.open(onion, "0001.mp4.age", *args), 19, "no key here opens it")
    assert not list((room.folder / "clear").glob("*"))
    assert room.open(onion, "0000.mp4.age", *args).returncode == 0


def test_what_the_recorder_did_not_sign_is_not_opened_and_what_was_cut_is_up_to_the_cut(room):
    """By a case: a segment in another's place, and one whose power was cut."""
    agreed(room)
    edge = new_key()
    onion = "W.onions"
    for role in WAY.split("+"):
        onion = room.peel(role, onion).stdout.strip()
    signed = sealed_by(room, edge)
    swapped = room.folder / "0001.mp4.age"
    swapped.write_bytes((room.folder / "0000.mp4.age").read_bytes())
    args = "--key", "opener.key", "--edge", keynotes.Verifier.of("bus-7", edge)
    refused(room.open(onion, swapped.name, *args, "-o", "no"), 19, "is not what")
    (room.folder / "W.json").write_bytes(signed.replace(b'"ok"', b'"no"'))
    refused(room.open(onion, "0000.mp4.age", *args, "-o", "no"), 19, "doesn't fit")
    assert not (room.folder / "no").exists()
    (room.folder / "W.json").write_bytes(signed)
    done = room.open(onion, "0000.mp4.age", *args, "-o", "clear")
    assert done.returncode == 0, done.stderr
    assert (room.folder / "clear" / "0000.mp4").read_bytes() == CLEAR
    swapped.write_bytes(swapped.read_bytes()[:150_000])
    cut = room.open(onion, swapped.name, "--key", "opener.key", "-o", "cut")
    refused(cut, 19, "chunk 2 is cut short")
    assert not list((room.folder / "cut").iterdir())
    kept = room.open(onion, swapped.name, "--key", "opener.key", "-o", "cut",
                "--allow-truncated")  # fmt: skip
    assert kept.returncode == 0, kept.stderr
    assert "warning: chunk 2 is cut short" in kept.stderr
    assert (room.folder / "cut" / "0001.mp4").read_bytes() == CLEAR[: 2 * 65_536]


def sealed_by(room: Room, edge: Ed25519PrivateKey) -> bytes:
    """The manifest of the room's window, as its recorder wrote it."""
    data = (room.folder / "0000.mp4.age").read_bytes()
    wrapped = onion_of.unpack((room.folder / "W.onions").read_bytes())
    days = [keys.read_identity(room.folder / f"keys-{role}" / f"{DAY}.key")
            for role in WAY.split("+")]  # fmt: skip
    window, _ = unwrap(wrapped.values(), days, None)
    told = manifest.Manifest(
        "bus-7", window, window.t0, {k: hashlib.sha256(v).hexdigest() for k, v in wrapped.items()},
        (manifest.SealedSegment(0, window.t0, window.t1, manifest.Status.OK,
                          hashlib.sha256(data).hexdigest(), len(data)),),
        manifest.ClockQuality("ntp", 1, "b", 1), "",
    )  # fmt: skip
    signed = manifest.sign(told, edge)
    (room.folder / "W.json").write_bytes(signed)
    return signed


def test_a_policy_that_no_set_of_parties_meets_seals_nothing(room):
    policy = (room.folder / "open.policy").read_text()
    for quorum, code in (("quorum none", 19), ("group never 9 vault dpo\nquorum never", 2)):
        lines = [line for line in policy.splitlines() if line.startswith("party")]
        (room.folder / "never").write_text("\n".join([*lines, quorum]) + "\n")
        refused(
            run("seal", room.folder / "0000.mp4.age", "--to", room.folder / "never", "-o",
                room.folder / "out"), code, "",
        )  # fmt: skip
        refused(room.declare("--policy", "never"), 11, "")
    assert not (room.folder / "out").exists()
    assert not room.case.exists()


def test_an_order_that_nobody_witnessed_or_that_is_spent_opens_nothing(room):
    room.agreed()
    refused(room.peel("dpo", "W.onions"), 20, "nothing shows that the log has the order")
    room.prove()
    assert room.peel("dpo", "W.onions").returncode == 0
    shutil.rmtree(room.folder / "after-dpo")
    refused(room.peel("dpo", "W.onions"), 21, "is spent")


@pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)
class TestAWrongClock:
    @pytest.mark.parametrize(
        ("days", "code", "why"), [(-10, 11, "is closed at"), (10, 21, "")]
    )  # before its plan begins; after the order ends
    def test_of_a_party_peels_nothing(self, room, days, code, why):
        agreed(room)
        before = left(room)
        refused(self.peel(room, days), code, why)
        assert {k: v for k, v in left(room).items() if not k.endswith(".spent")} == before
        assert room.peel("dpo", "W.onions").returncode == 0, "nothing was spent"

    def test_an_order_is_over_after_its_last_day_however_fresh_the_proof(self, room):
        agreed(room)
        room.prove(timedelta(days=10))
        refused(self.peel(room, 10), 21, "")
        assert not list((room.folder / "after-dpo").glob("*"))

    @pytest.mark.parametrize("days", [-10, 10])
    def test_of_whoever_seals_finds_no_key_of_its_day(self, room, days):
        lines, notes = [], []
        for party in ("vault", "dpo"):
            root, of_days = room.folder / f"{party}.root", room.folder / party
            run("keys", "new", root)
            run("keys", "make", of_days, "--days", "2")
            done = run("keys", "publish", of_days, "--days", "2", "--party", f"{party}.example",
                       "--key", root, "-o", room.folder / f"{party}.note")  # fmt: skip
            lines.append(f"party {party} {done.stdout.strip()} judicial\n")
            notes += ["--keyset", room.folder / f"{party}.note"]
        who = room.folder / "days.policy"
        who.write_text("".join(lines) + "group all all vault dpo\nquorum all\n")
        seal = "seal", room.folder / "private.json", "--to", who, "-o", room.folder / "out", *notes
        refused(run(*seal, env=off_by(days)), 19, "published no key for")
        assert not (room.folder / "out").exists()
        assert run(*seal).returncode == 0

    @staticmethod
    def peel(room: Room, days: int):
        return run(
            "case", "peel", room.case, "W.onions", "--as", "dpo", "--key", f"keys-dpo/{DAY}.key",
            "--policy", "open.policy", "--witnesses", "witness.policy", "--sign", "dpo.key",
            "--plan", "plan.json", "--pub", "plan.pub",
            "--spent", "dpo.spent", "-o", "after-dpo", cwd=room.folder, env=off_by(days),
        )  # fmt: skip


def fill(file: BinaryIO) -> None:
    while True:
        file.write(bytes(4096))


@pytest.fixture
def full(room):
    """A disk with no room left, at `full` in the room's folder."""
    place = room.folder / "full"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if not shutil.which("mount") or subprocess.run(mounted, capture_output=True).returncode:
        pytest.skip("mounting a small tmpfs takes root")
    filler = (place / "filler").open("wb", buffering=0)
    with filler, pytest.raises(OSError, match="No space"):
        fill(filler)
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_loses_neither_the_layer_nor_the_order(room, full):
    agreed(room)
    refused(peel_to(room, "full/after"), 9, "No space left")
    (full / "filler").unlink()
    assert peel_to(room, "full/after").returncode == 0, "nothing was spent"


def test_a_full_disk_under_the_spent_list_peels_nothing(room, full):
    agreed(room)
    refused(peel_to(room, "after-dpo", "full/dpo.spent"), 9, "")
    assert not list((room.folder / "after-dpo").glob("*"))
    (full / "filler").unlink()
    assert peel_to(room, "after-dpo", "full/dpo.spent").returncode == 0
    assert len(folder.read(room.case).case.peels) == 1  # said once, before it was done


def peel_to(room: Room, out: str, spent: str = "dpo.spent"):
    args = (
        "peel", room.case, "W.onions", "--as", "dpo", "--key", Path(f"keys-dpo/{DAY}.key"),
        "--policy", "open.policy", "--witnesses", "witness.policy", "--sign", "dpo.key",
        "--plan", "plan.json", "--pub", "plan.pub", "--spent", spent, "-o", out,
    )  # fmt: skip
    first = room(*args)
    if "hasn't what this party says" not in first.stderr:
        return first
    room.prove()
    return room(*args)
