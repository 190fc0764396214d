"""Before a camera is called its decoder is shut in for good, and nothing is decoded before that."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes import preloads
from fakes.cameras import camera
from fakes.runs import LIMIT_S, clip

from contrejour.base import landlock
from contrejour.base.errors import CameraError
from contrejour.media.camera.decoder import Decoder
from contrejour.media.camera.sandbox import Sandbox

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="seccomp is Linux's",
)


def status(pid: int) -> Mapping[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def ran(code: str, number: int) -> subprocess.CompletedProcess[str]:
    """Python code in a process of its own, which is told a number."""
    return subprocess.run(
        [sys.executable, "-c", code, str(number)], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, timeout=LIMIT_S, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["rtsp", "http"])
def test_attack_08_who_connects_is_shut_in_before_the_first_byte_of_a_camera(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gate:
        gate.settimeout(LIMIT_S)
        far = Decoder(f"{scheme}://127.0.0.1:{gate.getsockname()[1]}/x")
        try:
            connection, _ = gate.accept()  # and says nothing
            assert far.relay_pid
            held = status(far.pid)
            assert (held["Seccomp"], held["NoNewPrivs"]) == ("2", "1")
            assert held["Seccomp_filters"] == "2", "shut in for good"
            held = status(far.relay_pid)
            assert (held["Seccomp"], held["NoNewPrivs"]) == ("2", "1")
            connection.close()
        finally:
            far.close()


@pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)
@pytest.mark.parametrize("kind", ["rtsp", "file", "recorder"])
def test_attack_08_nothing_is_looked_into_or_decoded_before_the_sandbox_stands(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = subprocess.Popen
    (folder := tmp_path / "recorder").mkdir()
    recording = clip(folder / "a.mp4", frames=60)
    heard, says = os.pipe()  # no file: the sandbox lets none grow
    # It says when FFmpeg decodes, and when it looks into a stream.
    watched = preloads.before_others(Path(__file__).with_name("decodes.c"))

    def watching(command: list[str], **more: Any) -> subprocess.Popen[bytes]:
        env = {**more.pop("env"), "LD_PRELOAD": watched}
        return real(command, **{**more, "env": env, "stderr": says})

    with camera(recording) as [address]:
        monkeypatch.setattr(subprocess, "Popen", watching)
        found = {"rtsp": address, "file": f"file:{recording}", "recorder": f"recorder:{folder}"}
        far = Decoder(found[kind])
        try:
            next(far.frames())
        finally:
            far.close()
            os.close(says)
    with open(heard) as pipe:
        said = {line for line in pipe if line.startswith(("decodes", "looks"))}
    assert said == {"decodes 2\n", "looks 2\n"}


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
def test_it_says_that_it_was_held_by_landlock_too(tmp_path: Path) -> None:
    far = Decoder(f"file:{clip(tmp_path / 'a.mp4', frames=30)}")
    try:
        next(far.frames())
        assert far.sandbox == Sandbox.LANDLOCK
    finally:
        far.close()


@pytest.mark.skipif(landlock.version() < 4, reason="this kernel's Landlock holds no ports")
def test_attack_08_who_connects_reaches_no_other_port_and_no_other_file(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        code = (
            "import os, socket, sys, encodings.idna\n"
            "from contrejour.media.camera.sandbox import connect_in, enclose\n"
            "address = 'rtsp://127.0.0.1:9/x'\n"
            "assert enclose(address) and connect_in(address)\n"
            "for act in (lambda: open('/etc/passwd'), lambda: open('/etc/hosts', 'a'),\n"
            "            lambda: socket.create_connection(('127.0.0.1', int(sys.argv[1]))),\n"
            "            lambda: socket.socket(socket.AF_UNIX), os.fork,\n"
            "            lambda: os.execv('/bin/true', ['true']),\n"
            "            lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW),\n"
            "            lambda: os.kill(os.getppid(), 0)):\n"
            "    try:\n        act()\n        print('done')\n"
            "    except PermissionError:\n        print('forbidden')\n"
            "try:\n    socket.create_connection(('127.0.0.1', 9))\n"
            "except ConnectionRefusedError:\n    print('refused')\n"
            "open('/etc/hosts')\n"
        )
        done = ran(code, other.getsockname()[1])
    assert done.stdout.split() == ["forbidden"] * 8 + ["refused"], done.stderr


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock")
@pytest.mark.parametrize("known", [1, 2, 3])
def test_an_older_landlock_holds_files_and_is_not_taken_for_all_of_it(known: int) -> None:
    code = (
        "import sys\n"
        "from contrejour.base import landlock\n"
        "from contrejour.media.camera import sandbox\n"
        "landlock.version = lambda: int(sys.argv[1])\n"
        "print(sandbox.enclose('rtsp://127.0.0.1:9/x'))\n"
        "try:\n    open('/etc/passwd')\nexcept PermissionError:\n    print('forbidden')\n"
    )
    done = ran(code, known)
    assert done.stdout.split() == ["False", "forbidden"], done.stderr


def test_an_address_that_names_nothing_is_still_refused_in_words() -> None:
    for address in ("rtsp://[", "webcam:/etc/passwd", "file:/nowhere/x.mp4", "nothing"):
        far = Decoder(address)
        with pytest.raises(CameraError):
            next(far.frames())
        far.close()
