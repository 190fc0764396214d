"""What a process forbids itself before it decodes what a camera sends: for ever, by the kernel.

No file, no new connection, no program, no further process or thread, no memory that runs: on
Linux a seccomp filter (seccomp(2), classic BPF) lets a closed list of system calls through and
answers EPERM to the rest. Everywhere resource limits: no core file (it would hold clear pictures),
bounded memory. What is open stays open: the camera's connection, the pipe that pictures leave by.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from contextlib import suppress

MOST_MEMORY = 2 << 30
"""Bytes of address space beyond what the process has when it shuts itself in."""

_NO_NEW_PRIVILEGES, _DUMPABLE = 38, 4
_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _EPERM, _KILL = 0x7FFF0000, 0x00050001, 0x80000000
_RUNS = 4
"""PROT_EXEC."""
_LOAD, _EQUAL, _SET, _RETURN = 0x20, 0x15, 0x45, 0x06

_ARCHES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}
"""(AUDIT_ARCH, the number of seccomp itself)."""
_CALLS = {
    # name: (x86_64, aarch64); None where there is none
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57),
    "lseek": (8, 62), "pread64": (17, 67), "fstat": (5, 80), "newfstatat": (262, 79),
    "fcntl": (72, 25), "ioctl": (16, 29),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "epoll_wait": (232, None), "epoll_pwait": (281, 22), "epoll_ctl": (233, 21),
    "recvfrom": (45, 207), "recvmsg": (47, 212), "sendto": (44, 206), "sendmsg": (46, 211),
    "shutdown": (48, 210), "getsockopt": (55, 209), "setsockopt": (54, 208),
    "getsockname": (51, 204), "getpeername": (52, 205),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "mremap": (25, 216),
    "madvise": (28, 233), "brk": (12, 214),
    "futex": (202, 98), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "set_robust_list": (273, 99), "rseq": (334, 293), "membarrier": (324, 283),
    "clock_gettime": (228, 113), "clock_nanosleep": (230, 115), "nanosleep": (35, 101),
    "gettimeofday": (96, 169), "getrandom": (318, 278),
    "getpid": (39, 172), "gettid": (186, 178), "tgkill": (234, 131),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132), "restart_syscall": (219, 128),
    "exit": (60, 93), "exit_group": (231, 94),
}  # fmt: skip
_WITH_MEMORY = ("mmap", "mprotect")


def shut_in() -> str:
    """Forbid this process the rest of the system; what really holds it: "seccomp" or "limits"."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        most = _address_space() + MOST_MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    if sys.platform != "linux" or platform.machine() not in _ARCHES:
        return "limits"
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
        return "limits"
    code = program(platform.machine())
    buffer = ctypes.create_string_buffer(code, len(code))
    filtered = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(buffer))
    number = _ARCHES[platform.machine()][1]
    refused = libc.syscall(number, _FILTER, _ALL_THREADS, ctypes.create_string_buffer(filtered))
    return "limits" if refused else "seccomp"


def program(machine: str) -> bytes:
    """The filter, as `struct sock_filter`s: the architecture, then each call that may pass."""
    arch, _ = _ARCHES[machine]
    place = list(_ARCHES).index(machine)
    numbers = {name: known[place] for name, known in _CALLS.items()}
    lines = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
    ]
    for name in _WITH_MEMORY:
        lines += [
            (_EQUAL, 0, 4, numbers.pop(name) or 0),
            (_LOAD, 0, 0, 32),  # the low half of the third argument, which says what for
            (_SET, 0, 1, _RUNS),
            (_RETURN, 0, 0, _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ]
    for number in numbers.values():
        if number is not None:
            lines += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    lines.append((_RETURN, 0, 0, _EPERM))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _address_space() -> int:
    """Bytes of address space that this process has now."""
    with open("/proc/self/statm") as told:
        return int(told.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")


def main() -> None:
    """Say what holds it: for `doctor`, which tries that on a process of its own."""
    print(shut_in(), flush=True)
