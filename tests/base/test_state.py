"""The user's state folder is theirs alone, or nothing is done in it; a key vouches for its own."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from contrejour.base import state
from contrejour.base.errors import OutputFailed, SignatureError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


def test_the_folder_and_the_key_are_for_their_user_alone(home: Path) -> None:
    code = state.vouch("a", b"data")
    assert (home / "contrejour").stat().st_mode & 0o777 == 0o700
    assert (home / "contrejour" / "key").stat().st_mode & 0o777 == 0o600
    assert state.vouched("a", b"data", code)


@pytest.mark.parametrize("code", ["", None, 7, "é", "0" * 64])
def test_what_the_key_did_not_make_vouches_for_nothing(code: object) -> None:
    assert not state.vouched("a", b"data", code)


def test_a_code_is_of_one_label_one_text_and_one_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = state.vouch("a", b"data")
    assert not state.vouched("b", b"data", code)
    assert not state.vouched("a", b"datb", code)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert not state.vouched("a", b"data", code)


def link(place: Path) -> None:
    place.parent.mkdir()
    place.symlink_to(place.parent)


def opened(place: Path) -> None:
    place.mkdir(parents=True)
    place.chmod(0o750)


def file(place: Path) -> None:
    place.parent.mkdir()
    place.touch()


def stranger(place: Path) -> None:
    place.mkdir(parents=True, mode=0o700)
    if os.geteuid():
        pytest.skip("giving a folder away takes root")
    os.chown(place, 12345, -1)


@pytest.mark.parametrize("made", [link, opened, file, stranger])
def test_attack_02_a_state_folder_that_is_not_the_users_alone_is_refused(
    home: Path, made: Callable[[Path], None]
) -> None:
    made(home / "contrejour")
    with pytest.raises(OutputFailed) as refused:
        state.folder()
    assert refused.value.hint


def test_a_key_of_another_length_is_refused(home: Path) -> None:
    state.folder()
    (home / "contrejour" / "key").touch(mode=0o600)
    with pytest.raises(OutputFailed):
        state.vouch("a", b"")


def test_a_key_that_others_may_read_is_refused(home: Path) -> None:
    state.vouch("a", b"")
    (home / "contrejour" / "key").chmod(0o640)
    with pytest.raises(SignatureError):
        state.vouch("a", b"")


def test_without_a_home_folder_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    monkeypatch.setenv("HOME", "")
    with pytest.raises(OutputFailed) as refused:
        state.folder()
    assert "XDG_STATE_HOME" in refused.value.hint
