"""A release is signed by a key that is published, and checked with ssh-keygen alone."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen"),
]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return made(tmp_path / "key")


def made(path: Path) -> Path:
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
    subprocess.run(make, check=True)
    return path


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "contrejour.whl").write_bytes(b"wheel")
    sum_ = hashlib.sha256(b"wheel").hexdigest()
    (folder / "SHA256SUMS").write_text(f"{sum_}  contrejour.whl\n")
    return folder


def sign(key: Path, dist: Path, signers: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / "sign", key, dist], env={**os.environ, "SIGNERS": str(signers)},
        capture_output=True, text=True,
    )  # fmt: skip


def published(key: Path, dist: Path) -> Path:
    """The file of signers with the line that the script says to publish."""
    signers = key.with_name("release.signers")
    done = sign(key, dist, signers)
    assert done.returncode == 1
    assert not (dist / "SHA256SUMS.sig").exists()
    signers.write_text(done.stderr.splitlines()[-1] + "\n")
    return signers


def as_told(dist: Path, signers: Path) -> int:
    """The commands of SECURITY.md, word for word, where the release was fetched to."""
    shutil.copy(signers, dist / "release.signers")
    (block,) = re.findall(r"((?:^    .*\n)+)", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    return subprocess.run(["bash", "-ec", block], cwd=dist, capture_output=True).returncode


def test_what_is_signed_is_checked_as_the_docs_say(key: Path, dist: Path) -> None:
    signers = published(key, dist)
    assert sign(key, dist, signers).returncode == 0
    assert as_told(dist, signers) == 0


@pytest.mark.parametrize("name", ["contrejour.whl", "SHA256SUMS", "SHA256SUMS.sig"])
def test_attack_29_a_release_that_was_changed_is_not_the_one_that_was_signed(
    key: Path, dist: Path, name: str
) -> None:
    signers = published(key, dist)
    sign(key, dist, signers)
    if name == "SHA256SUMS":  # with a wheel of the attacker's
        (dist / "contrejour.whl").write_bytes(b"whale")
        (dist / name).write_text(f"{hashlib.sha256(b'whale').hexdigest()}  contrejour.whl\n")
    elif name.endswith(".sig"):
        sign(other_key(dist), dist, published(other_key(dist), dist))
    else:
        (dist / name).write_bytes(b"whale")
    assert as_told(dist, signers) != 0


def other_key(dist: Path) -> Path:
    path = dist.parent / "other" / "key"
    if not path.exists():
        path.parent.mkdir()
        made(path)
    return path


def test_what_is_not_what_its_checksums_say_is_not_signed(key: Path, dist: Path) -> None:
    signers = published(key, dist)
    (dist / "contrejour.whl").write_bytes(b"whale")
    done = sign(key, dist, signers)
    assert done.returncode == 1
    assert not (dist / "SHA256SUMS.sig").exists()


def test_the_docs_name_every_word_of_the_command() -> None:
    text = (ROOT / "SECURITY.md").read_text()
    (line,) = re.findall(r"ssh-keygen -Y verify .*", text)
    words = shlex.split(line.partition("<")[0])
    assert words[words.index("-n") + 1] == "contrejour-release"
    assert words[words.index("-I") + 1] == "contrejour"
