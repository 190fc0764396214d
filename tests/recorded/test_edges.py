"""Where a run keeps its work, at its edges: full, without locks, another's, without a home."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.runs import PATHS, check, clip, masks_for, run, walking

from contrejour.base import errors, files
from contrejour.base.errors import OutputExists, OutputFailed
from contrejour.recorded.folder import WorkFolder

FULL_KIB = 64
MOUNTED = (
    "mount -t tmpfs -o size={kib}k,mode=700 tmpfs {state} && exec {python} -m contrejour veil"
    " {source} -o {out} --masks {masks} -j 1"
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return clip(tmp_path_factory.mktemp("source") / "in.mp4", frames=240, size="320x192")


@pytest.fixture(scope="module")
def masks(source: Path) -> Path:
    return masks_for(source, source.with_name("m.json"), walking)


def test_a_state_folder_that_is_full_is_said_and_leaves_no_output(
    source: Path, masks: Path, tmp_path: Path
) -> None:
    state, out = tmp_path / "state", tmp_path / "out.mp4"
    state.mkdir(mode=0o700)
    how = MOUNTED.format(kib=FULL_KIB, state=state, python=sys.executable, source=source, out=out,
                         masks=masks)  # fmt: skip
    env = {**os.environ, "XDG_STATE_HOME": str(state), "PYTHONPATH": os.pathsep.join(PATHS),
           "LC_ALL": "C.UTF-8"}  # fmt: skip
    unshared = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    if subprocess.run([*unshared, f"mount -t tmpfs tmpfs {state}"], check=False).returncode:
        pytest.skip("this user may mount nothing")
    done = subprocess.run([*unshared, how], env=env, capture_output=True, text=True)
    check(done, errors.OutputFailed.exit_code, "No space left on device")
    assert [path.name for path in tmp_path.iterdir()] == ["state"]


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(OutputFailed, match="file system has none") as refused:
        WorkFolder(tmp_path / "out.mp4", force=False, resume=False).__enter__()
    assert "XDG_STATE_HOME" in refused.value.hint
    files.create(tmp_path / "a", b"whole all the same")


def test_of_two_users_who_make_one_output_the_second_replaces_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has locks of their own: the name decides."""
    out = tmp_path / "out.mp4"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "one"))
    with WorkFolder(out, force=False, resume=False) as first:
        (first.path / "part").write_bytes(b"first")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "two"))
        with WorkFolder(out, force=False, resume=False) as second:
            (second.path / "part").write_bytes(b"second")
            first.publish((first.path / "part", out))
            with pytest.raises(OutputExists):
                second.publish((second.path / "part", out))
    assert out.read_bytes() == b"first"


def test_of_two_users_at_the_very_same_moment_one_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out.mp4"
    with WorkFolder(out, force=False, resume=False) as work:
        (work.path / "part").write_bytes(b"second")
        monkeypatch.setattr(work, "_check", lambda: out.write_bytes(b"first"))
        with pytest.raises(OutputExists):
            work.publish((work.path / "part", out))
    assert out.read_bytes() == b"first"


def test_work_of_before_the_key_was_replaced_is_done_again(
    source: Path, masks: Path, tmp_path: Path
) -> None:
    home = {"XDG_STATE_HOME": tmp_path / "state", "LC_ALL": "C.UTF-8"}
    veil = ("veil", source, "-o", tmp_path / "out.mp4", "--masks", masks, "-j", 1, "--json")
    assert run(*veil, env=home).returncode == 0
    first = (tmp_path / "out.mp4").read_bytes()
    (tmp_path / "state" / "contrejour" / "key").write_bytes(os.urandom(32))
    done = run(*veil, "--force", env=home)
    assert done.returncode == 0, done.stderr
    assert "no key of yours says that it was veiled" in done.stderr + done.stdout
    assert (tmp_path / "out.mp4").read_bytes() == first


@pytest.mark.parametrize("home", ["missing", "empty", "read-only"])
def test_without_a_home_that_can_be_written_it_is_said_where_work_may_lie(
    source: Path, masks: Path, tmp_path: Path, home: str
) -> None:
    """A file in place of the home's `.local` is as good as read-only, for root too."""
    env = {name: value for name, value in os.environ.items() if name != "XDG_STATE_HOME"}
    env |= {"PYTHONPATH": os.pathsep.join(PATHS), "LC_ALL": "C.UTF-8"}
    env["HOME"] = {"missing": "", "empty": "", "read-only": str(tmp_path / "home")}[home]
    if home == "missing":
        env["HOME"] = str(tmp_path / "file" / "home")
        (tmp_path / "file").touch()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".local").touch()
    done = subprocess.run(
        [sys.executable, "-m", "contrejour", "veil", source, "-o", tmp_path / "out.mp4", "--masks",
         masks, "-j", "1"], env=env, capture_output=True, text=True,
    )  # fmt: skip
    check(done, errors.OutputFailed.exit_code, "XDG_STATE_HOME")
    assert not (tmp_path / "out.mp4").exists()
