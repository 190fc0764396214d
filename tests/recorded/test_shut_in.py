"""What a stranger made is looked at by processes that can touch nothing else, and say no programs.

Those of cameras are tried in tests/media/camera/test_connecting.py and test_sandbox.py.
"""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes.runs import LIMIT_S, PATHS, clip, masks_for, run, until, walking
from fakes.taken_over import ACTS
from PIL import Image

from contrejour import media
from contrejour.base import children, sandbox
from contrejour.base.errors import ContrejourError, Unsupported
from contrejour.base.fixed import fixed
from contrejour.law.review import apart
from contrejour.recorded.picture_file import pixels_of

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="seccomp is Linux's",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film with sound, of two seconds."""
    sound = ("-f", "lavfi", "-i", "sine", "-c:a", "aac", "-shortest")
    path = tmp_path_factory.mktemp("film") / "in.mp4"
    with_sound = path.with_name("sound.mp4")
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", clip(path, frames=50), *sound, "-c:v", "copy", with_sound],
        check=True, timeout=LIMIT_S,
    )  # fmt: skip
    return with_sound


class Ear:
    """A pipe with a name, and the lines that came by it."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path, self.lines = path, []  # type: tuple[Path, list[str]]
        self._keep = os.open(path, os.O_RDWR)  # who says something never waits for us
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        with self.path.open() as pipe:
            for line in pipe:
                if line == "closed\n":
                    return
                self.lines.append(line.rstrip("\n"))

    def close(self) -> None:
        os.write(self._keep, b"closed\n")
        self._thread.join()
        os.close(self._keep)


@contextmanager
def heard(path: Path) -> Iterator[Ear]:
    ear = Ear(path)
    try:
        yield ear
    finally:
        ear.close()


@pytest.fixture(scope="module")
def interposer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that says when FFmpeg looks at something."""
    if not shutil.which("gcc"):
        pytest.skip("no gcc")
    library = tmp_path_factory.mktemp("library") / "looks.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", library,
         Path(__file__).with_name("looks.c"), "-ldl"],
        check=True, timeout=LIMIT_S,
    )  # fmt: skip
    return library


def looks(folder: Path, interposer: Path, *command: object, detector: str = "") -> set[str]:
    """By which functions FFmpeg looked at something, and whether seccomp held the process (2)."""
    with heard(folder / "looks") as ear:
        env = {"LD_PRELOAD": interposer, "LOOKS_TO": ear.path}
        done = run(*command, env=env, detector=detector)
    assert done.returncode == 0, done.stderr
    return set(ear.lines)


DECODED = {"avformat_open_input 2", "avformat_find_stream_info 2", "av_read_frame 2",
           "avcodec_send_packet 2"}  # fmt: skip
WRITTEN = {*DECODED, "av_interleaved_write_frame 2"}


def test_attack_08_veil_has_ffmpeg_look_at_nothing_before_a_sandbox_stands(
    source: Path, tmp_path: Path, interposer: Path
) -> None:
    command: tuple[object, ...] = (
        "veil", source, "-o", tmp_path / "out.mp4", "--force", "--report", tmp_path / "r.html",
        "--audio", "keep",
    )  # fmt: skip
    assert looks(tmp_path, interposer, *command, detector="nothing") == WRITTEN
    assert (tmp_path / "out.mp4").exists()
    (tmp_path / "looks").unlink()
    masks = masks_for(source, tmp_path / "m.json", walking)
    command += ("--masks", masks)
    assert looks(tmp_path, interposer, *command) == WRITTEN
    (tmp_path / "looks").unlink()
    assert looks(tmp_path, interposer, *command) == WRITTEN  # much is there already


def test_attack_08_eval_and_events_have_it_look_at_nothing_either(
    source: Path, tmp_path: Path, interposer: Path
) -> None:
    truth = tmp_path / "gt.txt"
    truth.write_text("1,1,10,10,40,60,1,1,1\n")
    command = ("eval", "--truth", truth, "--before", source, "--after", source)
    assert looks(tmp_path, interposer, *command) == DECODED


# A process that is taken over


@pytest.fixture
def attacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ear]:
    """What an attack aims at (fakes/taken_over.py), and where it says what it could do."""
    secret = tmp_path / "home" / ".ssh" / "id"
    secret.parent.mkdir(parents=True)
    secret.write_text("a key")
    with socket.create_server(("127.0.0.1", 0)) as server, heard(tmp_path / "says") as ear:
        monkeypatch.setenv("ATTACK_SECRET", str(secret))
        monkeypatch.setenv("ATTACK_NEW", str(tmp_path / "new"))
        monkeypatch.setenv("ATTACK_PORT", str(server.getsockname()[1]))
        monkeypatch.setenv("ATTACK_SAYS", str(ear.path))
        yield ear
    assert secret.read_text() == "a key"
    assert not (tmp_path / "new").exists()


def held(ear: Ear) -> list[str]:
    """Nothing of it could be done, and the process was limited; all that it said."""
    lines = ear.lines
    assert until(lambda: "end" in lines), lines
    said = dict(line.rsplit(": ", 1) for line in lines if ": " in line)
    assert {act: said.get(act) for act in ACTS} == dict.fromkeys(ACTS, "forbidden")
    assert said["limit Max core file size"] == "0"
    for limit in ("Max address space", "Max cpu time"):
        assert int(said[f"limit {limit}"]) > 0
    assert int(said["errors go to"]) == os.stat(os.devnull).st_rdev
    return lines


def test_attack_19_a_worker_that_was_taken_over_can_touch_nothing(
    source: Path, tmp_path: Path, attacked: Ear
) -> None:
    done = run("veil", source, "-o", tmp_path / "out.mp4", "-j", 1, detector="attacking")
    assert done.returncode == 0, done.stderr
    assert "limit Max file size: 0" in held(attacked)


def picture(folder: Path) -> Path:
    Image.new("RGB", (64, 64)).save(folder / "a.png")
    return folder / "a.png"


def text(folder: Path) -> Path:
    (folder / "a.txt").write_text("Arrêté. Une caméra dans le tramway.")
    return folder / "a.txt"


TAKEN: Mapping[str, tuple[str, Callable[[Path, Path], object]]] = {
    "contrejour.media.file.child probe": ("probe", lambda film, _: media.examine(film)),
    "contrejour.media.file.child index": ("index", lambda film, _: media.examine(film)),
    "contrejour.recorded.picture_file _opened": (
        "_opened", lambda _, folder: pixels_of(fixed(picture(folder)), allow_truncated=False),
    ),
    "contrejour.law.review.apart passages_of": (
        "passages_of", lambda _, folder: apart.passages(text(folder)),
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", TAKEN)
def test_attack_19_a_reader_that_was_taken_over_can_touch_nothing(
    kind: str, source: Path, tmp_path: Path, attacked: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    function, read = TAKEN[kind]
    begin = children.begin

    def taken(module: str, *arguments: str, **how: Any) -> Any:
        return begin("fakes.taken_over", module, function, *arguments, **how)

    monkeypatch.setattr(children, "begin", taken)
    with pytest.raises(ContrejourError, match="died"):
        read(source, tmp_path)
    held(attacked)


def test_attack_08_what_a_worker_says_is_never_run(source: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    done = run("veil", source, "-o", tmp_path / "out.mp4", "-j", 1, detector="pickling",
               env={"FAKE_RAN": ran})  # fmt: skip
    assert not ran.exists()
    assert done.returncode == 1
    assert "says what makes no sense" in done.stderr
    assert not (tmp_path / "out.mp4").exists()


# Where the system can't


def test_a_process_that_cannot_be_shut_in_though_the_system_could_reads_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "hold", lambda limits: None)
    monkeypatch.setattr(sandbox, "give_up_privileges", lambda: True)
    monkeypatch.setattr(sandbox, "forbid", lambda calls: False)
    with pytest.raises(Unsupported):
        sandbox.shut_in(sandbox.Limits(1 << 30))
    monkeypatch.setattr(sandbox, "available", lambda: False)
    assert not sandbox.shut_in(sandbox.Limits(1 << 30))


HELD = """
import os, resource
from contrejour.base import sandbox
resource.setrlimit(resource.RLIMIT_CPU, (300, 300))
if not os.getuid():
    os.setuid(65534)  # who may raise no limit
before = sandbox._address_space()
sandbox.hold(sandbox.Limits(1 << 30, 600))
print(resource.getrlimit(resource.RLIMIT_CPU)[1], resource.getrlimit(resource.RLIMIT_FSIZE)[1],
      resource.getrlimit(resource.RLIMIT_AS)[1] - before >> 20)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
def test_a_limit_that_is_there_already_leaves_the_others_in_force() -> None:
    """`ulimit -t 300`: the limit of processor time can't be raised, and memory's is set."""
    done = subprocess.run(
        [sys.executable, "-c", HELD], env={"PYTHONPATH": os.pathsep.join(PATHS)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["300", "0", "1024"]
