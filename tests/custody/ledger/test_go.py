"""Strangers' code on our log: Go's checksum database (golang.org/x/mod/sumdb), as Debian has it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from fakes.ledgers import LOG, NOW_S, WITNESSES, entries, entry
from fakes.runs import LIMIT_S

from contrejour.custody import note
from contrejour.custody.ledger import tiles, tree
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.read import prove, reader

GO = shutil.which("go")
SUMDB = Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")
pytestmark = [
    pytest.mark.skipif(GO is None, reason="no go (apt-get install golang-go)"),
    pytest.mark.skipif(
        not SUMDB.is_dir(), reason="no sumdb (apt-get install golang-golang-x-mod-dev)"
    ),
]


@pytest.fixture(scope="module")
def checker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("go")
    made = folder / "check"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode",
                   "GOCACHE": str(folder / "cache"), "GOFLAGS": "", "CGO_ENABLED": "0"}  # fmt: skip
    source = Path(__file__).with_name("check.go")
    subprocess.run([GO or "go", "build", "-o", made, source], check=True, env=environment)
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 300 entries, then 700, with witnesses; the checkpoint of 300 is beside it."""
    folder = tmp_path_factory.mktemp("log")
    create(folder, LOG)
    with Log(folder, LOG) as log:
        for size in (300, 700):
            log.append(entries(size)[log.size :])
            log.publish(lambda told, _: [each.sign(told.text, NOW_S) for each in WITNESSES])
            shutil.copy(folder / "checkpoint", folder / f"checkpoint.{size}")
    return folder


def accepts(checker: Path, *args: object) -> bool:
    done = subprocess.run(
        [checker, str(LOG.key), *map(str, args)], capture_output=True, timeout=LIMIT_S
    )
    assert done.returncode in (0, 1), done.stderr
    return done.returncode == 0


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, 699])
def test_go_accepts_the_proof_of_an_entry_and_of_no_other(
    checker: Path, folder: Path, tmp_path: Path, index: int
) -> None:
    (tmp_path / "proof").write_text(str(prove(index, reader(folder))))
    (tmp_path / "entry").write_bytes(entry(index))
    (tmp_path / "other").write_bytes(entry(index + 1))
    assert accepts(checker, "entry", tmp_path / "proof", tmp_path / "entry")
    assert not accepts(checker, "entry", tmp_path / "proof", tmp_path / "other")


def test_go_accepts_that_a_tree_goes_on_from_the_one_before(
    checker: Path, folder: Path, tmp_path: Path
) -> None:
    between = tree.consistency(300, 700, tiles.nodes(700, reader(folder)))
    (tmp_path / "proof").write_text("\n".join(map(note.encode64, between)))
    old, new = folder / "checkpoint.300", folder / "checkpoint.700"
    assert accepts(checker, "tree", old, new, tmp_path / "proof")
    (tmp_path / "proof").write_text("\n".join(map(note.encode64, between[::-1])))
    assert not accepts(checker, "tree", old, new, tmp_path / "proof")


def test_go_refuses_a_flipped_bit(checker: Path, folder: Path, tmp_path: Path) -> None:
    """In the hashes, the checkpoint or the log's signature; witnesses' lines it doesn't know."""
    whole = str(prove(424, reader(folder))).encode()
    known = whole.index("— north".encode())
    draw = random.Random(7)
    (tmp_path / "entry").write_bytes(entry(424))
    for _ in range(60):
        flipped = bytearray(whole)
        flipped[draw.randrange(known)] ^= 1 << draw.randrange(8)
        (tmp_path / "proof").write_bytes(flipped)
        assert not accepts(checker, "entry", tmp_path / "proof", tmp_path / "entry")
