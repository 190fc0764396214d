"""A secret is read from a file that nobody else may read or change, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contrejour.base import secret_file
from contrejour.base.errors import InputMissing, SignatureError


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "a key"
    path.write_bytes(b"secret")
    path.chmod(0o600)
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_this_user_alone_is_read(key: Path, mode: int) -> None:
    key.chmod(mode)
    assert secret_file.read(key) == b"secret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644, 0o666, 0o777])
def test_attack_14_a_secret_of_which_others_may_anything_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(SignatureError) as refused:
        secret_file.read(key)
    assert f"{mode:04o}" in str(refused.value)
    assert f"chmod 600 '{key}'" in refused.value.hint


def link(key: Path) -> None:
    key.rename(key.with_name("elsewhere"))
    key.symlink_to(key.with_name("elsewhere"))


def loose_link(key: Path) -> None:
    key.unlink()
    key.symlink_to("nowhere")


def stranger(key: Path) -> None:
    if os.geteuid():
        pytest.skip("giving a file away takes root")
    os.chown(key, 12345, -1)


def pipe(key: Path) -> None:
    key.unlink()
    os.mkfifo(key, 0o600)


def folder(key: Path) -> None:
    key.unlink()
    key.mkdir(0o700)


def large(key: Path) -> None:
    key.write_bytes(bytes(secret_file.MOST_BYTES + 1))


@pytest.mark.parametrize(
    ("made", "error"),
    [(link, SignatureError), (loose_link, SignatureError), (stranger, SignatureError),
     (pipe, OSError), (folder, OSError), (large, InputMissing), (Path.unlink, OSError)],
)  # fmt: skip
def test_attack_14_what_is_no_file_of_this_users_own_is_refused(
    key: Path, made: Callable[[Path], None], error: type[Exception]
) -> None:
    made(key)
    with pytest.raises(error, match=str(key)):
        secret_file.read(key)


def test_what_holds_no_secret_may_be_open(key: Path) -> None:
    key.chmod(0o644)
    assert secret_file.read(key, lambda data: data == b"secret") == b"secret"
    with pytest.raises(SignatureError):
        secret_file.read(key, lambda data: data == b"another")


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o440, 0o640])
def test_a_service_reads_a_login_that_its_group_may_read(key: Path, mode: int) -> None:
    key.write_text("eve:secret\nmore\n")
    key.chmod(mode)
    assert secret_file.first_line(key) == "eve:secret"
    link(key)
    assert secret_file.first_line(key) == "eve:secret"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o620, 0o660, 0o641, 0o666])
def test_attack_14_a_login_that_everybody_reads_is_refused(key: Path, mode: int) -> None:
    key.chmod(mode)
    with pytest.raises(SignatureError, match=f"{mode:04o}") as refused:
        secret_file.first_line(key)
    assert f"chmod o-rwx,g-w '{key}'" in refused.value.hint


def test_attack_14_a_login_of_another_user_is_refused(key: Path) -> None:
    stranger(key)
    with pytest.raises(SignatureError, match="12345"):
        secret_file.first_line(key)


@pytest.mark.parametrize("data", [b"", b"\n", b"a" * 5000, b"\xff\n"])
def test_a_login_that_is_no_line_is_refused(key: Path, data: bytes) -> None:
    key.write_bytes(data)
    with pytest.raises(ValueError, match=r"^$|utf-8"):
        secret_file.first_line(key)
