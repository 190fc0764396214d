"""What a process forbids itself, for ever, by the kernel, before it reads a stranger's byte.

    decoder of a camera        media/camera/sandbox.py, which lets it connect first
    reader of a recorded file  media/file/child.py
    worker of a recording      recorded/processes.py
    reader of a document       law/review/apart.py

What they need they open and load before; what is open stays open. From then on they compute: no
file, no connection, no program, no process, no signal to another one, no memory that runs
(seccomp), and no more memory and processor time than `Limits` says. Where the system has no seccomp
the limits alone hold: `available` says so.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass

from contrejour.base import filters
from contrejour.base.children import give_up_privileges, hide
from contrejour.base.errors import Unsupported

_FILTER, _ACTION_AVAILABLE, _ALL_THREADS = 1, 2, 1
_ERRNO = 0x00050000


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory_bytes` of address space beyond what the process has by then; `cpu_s` in all.

    `files_grow`: what is open may be written to beyond its end.
    """

    memory_bytes: int
    cpu_s: int | None = None
    files_grow: bool = False


def available() -> bool:
    """Whether this system can shut a process in: Linux, on a processor whose calls are listed."""
    if sys.platform != "linux" or platform.machine() not in filters.ARCHES:
        return False
    action = struct.pack("=I", _ERRNO)
    return not _seccomp(_ACTION_AVAILABLE, 0, ctypes.create_string_buffer(action))


def shut_in(limits: Limits) -> bool:
    """Forbid this process the rest of the system; whether more than limits holds it.

    Threads that run are held too, and more may be started. Raises Unsupported where the system
    could, and doesn't: nothing that a stranger made may be read then.
    """
    hold(limits)
    if not available():
        return False
    if not (give_up_privileges() and forbid(filters.computing())):
        raise Unsupported("sandbox-refused")
    return True


def hold(limits: Limits) -> None:
    """Limit what this process takes; no core file, and no other process reads its memory."""
    hide()
    wanted = {} if limits.files_grow else {resource.RLIMIT_FSIZE: 0}
    if limits.cpu_s is not None:
        wanted[resource.RLIMIT_CPU] = limits.cpu_s
    with suppress(OSError):  # no /proc
        wanted[resource.RLIMIT_AS] = _address_space() + limits.memory_bytes
    for which, most in wanted.items():
        _, there = resource.getrlimit(which)
        least = most if there == resource.RLIM_INFINITY else min(most, there)
        with suppress(ValueError, OSError):  # macOS takes none of address space
            resource.setrlimit(which, (least, least))


def forbid(calls: filters.Calls) -> bool:
    """Forbid this process, all its threads, every system call but these; whether that holds.

    It must have given up gaining privileges (children.py).
    """
    if sys.platform != "linux" or platform.machine() not in filters.ARCHES:
        return False
    code = filters.program(platform.machine(), calls)
    buffer = ctypes.create_string_buffer(code, len(code))
    filtered = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    return not _seccomp(_FILTER, _ALL_THREADS, ctypes.create_string_buffer(filtered))


def _seccomp(operation: int, flags: int, told: ctypes.Array[ctypes.c_char]) -> int:
    number = filters.ARCHES[platform.machine()][1]
    answer: int = ctypes.CDLL(None, use_errno=True).syscall(number, operation, flags, told)
    return answer


def _address_space() -> int:
    """Bytes of address space that this process has now."""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
