"""A bag is whole, stays inside itself, and can be checked by whoever has none of our code."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import bagit
import pytest
from fakes import ledgers
from fakes.desks import PERSONAL, SINCE, Desk
from fakes.orders import BOTH
from fakes.runs import check

from contrejour.base.errors import InputMissing, Malformed, OutputExists, OutputFailed
from contrejour.cli.keyfiles import private_key
from contrejour.custody.cases import folder, records
from contrejour.custody.cases.bag import Payload, payload, write
from contrejour.custody.cases.case import Open, Peel
from contrejour.custody.cases.order import OrderWindow
from contrejour.custody.cases.records import say_peel
from contrejour.custody.cases.uco import graph
from contrejour.custody.ledger.proof import Proof

DAY = date(2027, 3, 1)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {}
    for name in ("cam-a/1.mp4.age", "cam-a/2 b.mp4.age", "b é.txt"):
        path = tmp_path / f"source{len(made)}"
        path.write_bytes(name.encode() * 1000)
        made[name] = path
    return made


def opened(desk: Desk) -> Path:
    """A case that opened its first minute."""
    (desk.folder / "witness.policy").write_text(ledgers.POLICY)
    desk.vote()
    desk.declare("--urgent")
    for role in ("prosecutor", "dpo"):
        desk.say("approve", role)
    found = folder.read(desk.case)
    order, at = found.case.order, datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    first = OrderWindow(
        "cam-a", order.since, order.since + timedelta(minutes=1), "20270228", "age1w"
    )
    signed = ledgers.Tree([order.bytes]).witnessed(1, time_s=int(order.declared.timestamp()))
    folder.add_proof(desk.case, order.id, str(Proof(0, (), signed)).encode())
    found = folder.read(desk.case)
    for role in ("dpo", "prosecutor", "vault"):
        signer = private_key(desk.folder / f"{role}.key", None)
        step = Peel(role, BOTH, first)
        found = folder.add(desk.case, found, step, say_peel(step, order.id, at, signer), at)
    opened = Open((first,), ("age1w",))
    found = folder.add(desk.case, found, opened, records.write(opened, order.id, at), at)
    return desk.case


def test_bagit_validates_it_and_notices_what_was_changed(files, tmp_path: Path) -> None:
    bag = tmp_path / "bag"
    digest = write(bag, files, {"custody/order.json": b"{}"}, {"Contact-Name": "a\nb: c"}, DAY)
    found = bagit.Bag(str(bag))
    assert found.is_valid()
    assert found.info["Contact-Name"] == "a b: c"
    assert found.info["Payload-Oxum"].endswith(".3")
    assert set(found.payload_files()) == {f"data/{name}" for name in files}
    assert write(tmp_path / "again", files, {"custody/order.json": b"{}"},
                 {"Contact-Name": "a b: c"}, DAY) == digest  # fmt: skip
    for name in ("data/b é.txt", "custody/order.json", "manifest-sha256.txt"):
        before = (bag / name).read_bytes()
        (bag / name).write_bytes(before + b"\n")
        assert not bagit.Bag(str(bag)).is_valid()
        (bag / name).write_bytes(before)
    (bag / "data" / "more").write_bytes(b"x")
    assert not bagit.Bag(str(bag)).is_valid()


@pytest.mark.parametrize(
    "name",
    ["../x", "/x", "a/../b", "a//b", "", ".", "a/.hidden", "a\nb", "a\\b", "./a", "a/", "%41"],
)
def test_no_name_leads_out_of_the_bag(name: str, files, tmp_path: Path) -> None:
    with pytest.raises(Malformed):
        write(tmp_path / "bag", {name: files["b é.txt"]}, {}, {}, DAY)
    with pytest.raises(Malformed):
        write(tmp_path / "bag", files, {name: b""}, {}, DAY)
    assert not (tmp_path / "bag").exists()


def test_a_bag_is_there_whole_or_not_at_all(files, tmp_path: Path, monkeypatch) -> None:
    bag = tmp_path / "bag"

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OutputFailed, match="No space left"):
        write(bag, files, {}, {}, DAY)
    monkeypatch.undo()
    assert not [path for path in tmp_path.iterdir() if "bag" in path.name]
    with pytest.raises(InputMissing):
        write(bag, {"a": tmp_path / "no"}, {}, {}, DAY)
    with pytest.raises(InputMissing, match="nothing to hand over"):
        write(bag, {}, {}, {}, DAY)
    write(bag, files, {}, {}, DAY)
    with pytest.raises(OutputExists):
        write(bag, files, {}, {}, DAY)


def test_a_case_is_exported_and_a_stranger_checks_it(desk: Desk) -> None:
    case, clip, proof = opened(desk), desk.folder / "1.mp4.age", desk.folder / "order.tlog-proof"
    clip.write_bytes(b"age-encryption.org/v1\n")
    proof.write_bytes(b"c2sp.org/tlog-proof@v1\n")
    done = desk("export", case, clip, "--proof", proof, "-o", "bag")
    assert done.returncode == 0, done.stderr
    bag = desk.folder / "bag"
    assert bagit.Bag(str(bag)).is_valid()
    assert done.stdout.split()[1] in json.loads(desk.show("--json", case=case).stdout)["exports"]
    for path in bag.rglob("*"):
        if path.is_file():
            data = path.read_text()
            assert not any(text in data for text in PERSONAL.values()), path
    told = (bag / "VERIFY.txt").read_text()
    assert "age --decrypt -i KEY -o OUT.mp4 data/1.mp4.age" in told
    assert "proofs/order.tlog-proof" in told
    lines = [line[4:] for line in told.splitlines() if line.startswith("    ")]
    script = "\n".join(["set -e", *(line for line in lines if not line.startswith("age "))])
    if not all(map(shutil.which, ("xxd", "openssl"))):
        pytest.skip("xxd or openssl is not installed")
    ran = subprocess.run(["bash", "-c", script], cwd=bag, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("Signature Verified Successfully") == 3
    policy = (bag / "custody" / "open.policy").read_text()
    first, *keyids = re.findall(r"^([0-9a-f]{64})  ?-$", ran.stdout, re.MULTILINE)
    assert first == folder.read(case).case.order.id
    assert len(keyids) == 3
    assert all(f"key:{keyid}" in policy for keyid in keyids)
    forged = script.replace("contrejour/approve/v1", "contrejour/refuse/v1")
    assert subprocess.run(["bash", "-c", forged], cwd=bag, capture_output=True).returncode != 0


def test_a_case_that_opened_nothing_hands_nothing_over(desk: Desk) -> None:
    desk.declare()
    clip = desk.folder / "private.json"
    check(desk("export", desk.case, clip, "-o", "bag"), 21, "nothing was opened")
    check(desk("export", desk.case, clip, clip, "-o", "bag"), 2, "two files of one name")
    assert not (desk.folder / "bag").exists()


def test_the_graph_names_each_file_and_nothing_twice(desk: Desk, files) -> None:
    order = folder.read(opened(desk)).case.order
    made = graph(order, payload(files), SINCE)
    told = json.loads(made)
    assert len({node["@id"] for node in told["@graph"]}) == len(told["@graph"])
    assert all(each.sha256 in made.decode() for each in payload(files))
    assert made == graph(order, payload(files), SINCE)
    assert made != graph(order, [Payload("x", "0" * 64, 1)], SINCE)


def test_attack_18_what_is_handed_over_is_for_its_user_alone(files, tmp_path: Path) -> None:
    for source in files.values():
        source.chmod(0o600)
    write(tmp_path / "bag", files, {"custody/order.json": b"{}"}, {}, DAY)
    open_to_others = [path for path in (tmp_path / "bag").rglob("*") if path.stat().st_mode & 0o77]
    assert open_to_others == []
