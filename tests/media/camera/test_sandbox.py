"""A decoder that somebody has taken over can reach nothing: tried from inside, act by act."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
from fakes.runs import LIMIT_S

from contrejour.base.filters import connecting, decoding, program

LINUX = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")

TGKILL = (
    "ctypes.CDLL(None).syscall(NUMBER, {0}, {0}, 0) and (_ for _ in ()).throw(OSError())"
).replace("NUMBER", "234" if platform.machine() == "x86_64" else "131")
ACTS = {
    "read a file": "open('/etc/passwd')",
    "write a file": "open('/tmp/contrejour-test', 'w')",
    "open a connection": "socket.socket()",
    "listen": "kept.listen()",
    "run a program": "os.execv('/bin/true', ['true'])",
    "start a process": "os.fork()",
    "start a thread": "threading.Thread(target=print).start()",
    "signal another process": "os.kill(os.getppid(), 0)",
    "attack_19 signal another process's thread": TGKILL.format("parent"),
    "attack_19 have the kernel signal another process": "fcntl.fcntl(kept, 8, parent)",
    "attack_19 send a datagram anywhere": "spoken.sendto(b'x', ('127.0.0.1', 9))",
    "attack_19 send a datagram anywhere by message": "spoken.sendmsg([b'x'], [], 0, to)",
    "attack_19 type into a terminal": "fcntl.ioctl(kept, 0x5412, b'x')",
    "attack_19 list the machine's networks": "fcntl.ioctl(kept, 0x8912, bytes(64))",
    "remove a file": "os.unlink('/tmp/contrejour-test')",
    "list a folder": "os.listdir('/')",
    "make memory that runs": "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)",
    "trace another process": "ctypes.CDLL(None).ptrace(16, 1, 0, 0) and 1 / 0",
    "take all memory": "bytearray(8 << 30)",
}


def inside(code: str) -> subprocess.CompletedProcess[str]:
    """What is said by a process that shut itself in and then does this."""
    script = (
        "import ctypes, fcntl, mmap, os, signal, socket, threading\n"
        "from contrejour.media.camera.sandbox import shut_in\n"
        "kept, to = socket.socket(), ('127.0.0.1', 9)\n"
        "spoken = socket.socket(type=socket.SOCK_DGRAM)\n"
        "spoken.sendto(b'', to)\n"
        "parent = os.getppid()\n"
        "print(shut_in(), flush=True)\n"
        f"try:\n    {code}\n"
        "except (OSError, RuntimeError, MemoryError, ZeroDivisionError):\n    print('forbidden')\n"
        "else:\n    print('done')\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, timeout=LIMIT_S
    )


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
@pytest.mark.parametrize("act", ACTS)
def test_it_can_not(act):
    assert inside(ACTS[act]).stdout.split() == ["seccomp", "forbidden"]


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
def test_it_can_still_compute_and_speak():
    assert inside("assert len(bytearray(50 << 20)) == 50 << 20").stdout.split() == [
        "seccomp",
        "done",
    ]


@pytest.mark.skipif(not LINUX, reason="seccomp is Linux's")
@pytest.mark.parametrize(
    "act", ["kept.setblocking(False)", "signal.raise_signal(0)", TGKILL.format("os.getpid()")]
)
def test_what_its_libraries_need_goes_through(act):
    assert inside(act).stdout.split() == ["seccomp", "done"]


@pytest.mark.parametrize("calls", [decoding(), connecting(network=True)])
@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_the_filter_is_short_enough_for_the_kernel(machine, calls):
    code = program(machine, calls)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096
