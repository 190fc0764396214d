"""Whoever has none of our code checks a case, and opens it with the parties' keys."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest
from fakes.desks import CLEAR, DAY, WAY, Room
from fakes.seals import age

from contrejour.custody.cases import folder

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("age", "openssl", "xxd"))), reason="no age, openssl or xxd"
)


def commands(bag) -> str:
    """What VERIFY.txt says to type, but for what needs the reader's own key."""
    told = (bag / "VERIFY.txt").read_text()
    lines = [line[4:] for line in told.splitlines() if line.startswith("    ")]
    return "\n".join(["set -e", *(line for line in lines if not line.startswith("age "))])


def types(script: str, bag) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["bash", "-c", script], cwd=bag, capture_output=True, text=True)


@pytest.fixture(params=[0, 5])
def bag(room: Room, request):
    """A case that went its whole way, and what was handed over of it."""
    room.agreed()
    for number in range(request.param):
        room.log.append([b"another %d" % number])
    room.prove(after=[b"later %d" % n for n in range(4)])
    proof = room.folder / "order's $(touch owned).tlog-proof"
    order = folder.read(room.case).case.order.id
    shutil.copy(room.case / "proofs" / f"{order}.tlog-proof", proof)
    onion = "W.onions"
    for role in WAY.split("+"):
        onion = room.peel(role, onion).stdout.strip()
    room.open(onion, "0000.mp4.age", "--key", "opener.key", "-o", "clear")
    done = room("export", room.case, "0000.mp4.age", "--proof", proof, "-o", "bag")
    assert done.returncode == 0, done.stderr
    return room.folder / "bag"


def test_the_order_is_followed_into_the_witnessed_log_with_sha256sum_and_openssl(bag):
    done = types(commands(bag), bag)
    assert done.returncode == 0, done.stderr
    # opj, prosecutor and dpo; the log and two witnesses
    assert done.stdout.count("Signature Verified Successfully") == 6
    assert "custody/order.json" in (bag / "VERIFY.txt").read_text()
    assert not list(bag.rglob("owned")), "a file's name is no command"


def test_they_fail_for_whatever_was_changed_in_the_order_the_proof_or_the_log(bag):
    """The hashes of the bag are put right again after each change, as a forger would."""
    script = "\n".join(line for line in commands(bag).splitlines() if "manifest" not in line)
    assert types(script, bag).returncode == 0
    (proof,) = (bag / "proofs").iterdir()
    whole, draw = proof.read_bytes(), random.Random(3)
    below = whole.index(b"\n\n") + 2
    text = range(below, whole.index(b"\n\n", below))  # what the log and the witnesses signed
    for at in draw.sample(text, 12):
        proof.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert types(script, bag).returncode != 0, at
    proof.write_bytes(whole)
    order = bag / "custody" / "order.json"
    order.write_bytes(order.read_bytes().replace(b"cam-a", b"cam-b"))
    assert types(script, bag).returncode != 0


def test_debian_s_age_opens_a_case_with_four_commands(room):
    way = ["tar", "-xOf", room.folder / "W.onions", f"{WAY}.age"]
    layer = subprocess.run(way, check=True, capture_output=True).stdout
    for role in WAY.split("+"):
        done = age("-d", "-i", room.folder / f"keys-{role}" / f"{DAY}.key", given=layer)
        header, layer = done.stdout.split(b"\n", 1)
        assert b'"cam":"cam-a"' in header, "each party sees what it peels"
    (room.folder / "window.key").write_bytes(layer)
    sealed = room.folder / "0000.mp4.age"
    assert age("-d", "-i", room.folder / "window.key", sealed, given=b"").stdout == CLEAR
