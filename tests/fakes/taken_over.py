"""A stranger's code in a process of ours, from the moment on at which it looks at what they made.

`python -m`-like: MODULE FUNCTION ARGUMENT…: MODULE.main() with that function of it replaced. It
tries each of ACTS and says of each, in the pipe ATTACK_SAYS, whether it was done. It knows, from
the environment, ATTACK_SECRET (a file), ATTACK_NEW (none yet) and ATTACK_PORT (where one listens).
"""

from __future__ import annotations

import ctypes
import importlib
import mmap
import os
import platform
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_TGKILL = 234 if platform.machine() == "x86_64" else 131
_PTRACE_ATTACH = 16


def _tgkill(pid: int) -> None:
    if ctypes.CDLL(None).syscall(_TGKILL, pid, pid, 0):
        raise OSError


def _ptrace(pid: int) -> None:
    if ctypes.CDLL(None).ptrace(_PTRACE_ATTACH, pid, 0, 0):
        raise OSError


def _datagram(port: int) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as other:
        other.sendto(b"x", ("127.0.0.1", port))


def _acts() -> dict[str, Callable[[], object]]:
    secret, new = Path(os.environ["ATTACK_SECRET"]), Path(os.environ["ATTACK_NEW"])
    port, parent = int(os.environ["ATTACK_PORT"]), os.getppid()
    return {
        "read a secret": secret.read_bytes,
        "change a file": lambda: secret.open("ab"),
        "write a new one": lambda: new.write_bytes(b"x"),
        "make a link": lambda: os.symlink(secret, new),
        "remove a file": new.unlink,
        "list a folder": lambda: os.listdir("/"),
        "connect": lambda: socket.create_connection(("127.0.0.1", port), 5).close(),
        "send a datagram": lambda: _datagram(port),
        "run a program": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "start a process": lambda: os.fork() or os._exit(0),
        "signal its parent": lambda: os.kill(parent, 0),
        "signal its parent's thread": lambda: _tgkill(parent),
        "trace its parent": lambda: _ptrace(parent),
        "read its parent's memory": lambda: open(f"/proc/{parent}/mem", "rb"),
        "make memory that runs": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    }


ACTS = (
    "read a secret", "change a file", "write a new one", "make a link", "remove a file",
    "list a folder", "connect", "send a datagram", "run a program", "start a process",
    "signal its parent", "signal its parent's thread", "trace its parent",
    "read its parent's memory", "make memory that runs",
)  # fmt: skip


class Attack:
    """What it needs it opens while it may; `run` attacks once, and ends the process if told so."""

    def __init__(self) -> None:
        self._says = os.open(os.environ["ATTACK_SAYS"], os.O_WRONLY)
        self._limits = os.open("/proc/self/limits", os.O_RDONLY)
        self._acts, self._ran = _acts(), False

    def run(self) -> None:
        if self._ran:
            return
        self._ran = True
        for name, act in self._acts.items():
            try:
                act()
                self._say(f"{name}: done")
            except OSError:
                self._say(f"{name}: forbidden")
        for line in os.pread(self._limits, 1 << 16, 0).decode().splitlines():
            self._say(f"limit {line[:26].strip()}: {line[26:].split()[0]}")
        self._say(f"errors go to: {os.fstat(2).st_rdev}")
        self._say("end")

    def _say(self, line: str) -> None:
        os.write(self._says, f"{line}\n".encode())


def main() -> None:
    module_name, function, *rest = sys.argv[1:]
    module = importlib.import_module(module_name)
    attack = Attack()

    def taken(*_: Any, **__: Any) -> Any:
        attack.run()
        signal.raise_signal(signal.SIGKILL)

    assert hasattr(module, function)
    setattr(module, function, taken)
    sys.argv[1:] = rest
    module.main()
