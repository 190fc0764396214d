"""What a process may open and connect to, for ever from now on: landlock(7), where Linux has it.

By paths and ports, which seccomp can't read: a filter sees numbers, never what a pointer points to.
Threads that run by then are not held: it comes before any is started.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""System calls: the same numbers on every architecture."""
_ASK_VERSION = 1
_BENEATH, _PORT = 1, 2
_WRITE_FILE, _READ_FILE, _READ_DIR, _IOCTL_DEV = 1 << 1, 1 << 2, 1 << 3, 1 << 15
_FILES = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights over files each version knows; later ones 16."""
_CONNECT_TCP, _ALL_TCP, _ALL_SCOPES = 2, 3, 3


def version() -> int:
    """Of the kernel's Landlock; 0 where there is none."""
    if sys.platform != "linux":
        return 0
    known: int = _libc().syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)
    return max(0, known)


def restrict(
    readable: Iterable[str], devices: Iterable[str] = (), ports: Sequence[int] = ()
) -> bool:
    """Leave this thread only these: to read, to use as devices, to connect to by TCP.

    A path that isn't there is left out. Whether all of that holds: below version 4, which knows
    TCP, files alone do. The process must have given up gaining privileges.
    """
    if not (known := version()):
        return False
    files = (1 << _FILES.get(known, 16)) - 1
    parts = [files, *([_ALL_TCP] if known >= 4 else []), *([_ALL_SCOPES] if known >= 6 else [])]
    told = struct.pack(f"={len(parts)}Q", *parts)
    libc = _libc()
    rules: int = libc.syscall(_CREATE, told, ctypes.c_size_t(len(told)), 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            _allow(libc, rules, path, _READ_FILE | _READ_DIR)
        for path in devices:
            _allow(libc, rules, path, (_READ_FILE | _WRITE_FILE | _IOCTL_DEV) & files)
        for port in ports if known >= 4 else ():
            libc.syscall(_ADD, rules, _PORT, struct.pack("=QQ", _CONNECT_TCP, port), 0)
        return not libc.syscall(_RESTRICT, rules, 0) and known >= 4
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str, rights: int) -> None:
    with suppress(OSError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= ~_READ_DIR
            libc.syscall(_ADD, rules, _BENEATH, struct.pack("=Qi", rights, place), 0)
        finally:
            os.close(place)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
