"""Seccomp filters (seccomp(2), classic BPF): lists of the system calls that a process may make.

The rest answers EPERM. A call may have conditions on its arguments, as far as they are numbers.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ALLOW, KILL = 0x7FFF0000, 0x80000000
EPERM, ENOSYS = 0x00050001, 0x00050026
_LOAD, _EQUAL, _SET, _RETURN, _AND = 0x20, 0x15, 0x45, 0x06, 0x54

ARCHES = {"x86_64": (0xC000003E, 317), "aarch64": (0xC00000B7, 277)}
"""(AUDIT_ARCH, the number of seccomp itself)."""
Instruction = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Among:
    """An argument of 32 bits, as far as `mask` shows it, is one of `values`."""

    argument: int
    values: Sequence[int]
    mask: int = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Null:
    """An argument of 64 bits is 0."""

    argument: int


@dataclass(frozen=True, slots=True)
class Without:
    """An argument of 32 bits has none of these bits."""

    argument: int
    bits: int


Condition = Among | Null | Without
_RUNS, _WRITES, _THREAD = 4, os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0x10000
"""PROT_EXEC; what openat(2) may not ask for; CLONE_THREAD."""
_NEW_THREAD = (Among(0, (_THREAD,), _THREAD),)
_GET_FLAGS, _SET_FLAGS, _GET_FD, _SET_FD = 3, 4, 1, 2
_FIONREAD, _FIONBIO, _TCGETS = 0x541B, 0x5421, 0x5401
_VIDEO, _KIND = ord("V") << 8, 0xFF00
"""The ioctl(2)s of Video4Linux2."""
_INTERNET, _STREAM_OR_DATAGRAM = (2, 10), (1, 2)

Calls = Mapping[str, tuple[Condition, ...]]
_NUMBERS = {
    # name: (x86_64, aarch64); None where there is none
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "close": (3, 57),
    "lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68), "fstat": (5, 80),
    "newfstatat": (262, 79), "fcntl": (72, 25), "ioctl": (16, 29),
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
    # while connecting
    "openat": (257, 56), "stat": (4, None), "lstat": (6, None), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents64": (217, 61), "getcwd": (79, 17),
    "uname": (63, 160), "sysinfo": (99, 179), "getppid": (110, 173),
    "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176), "getegid": (108, 177),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200),
    "sendmmsg": (307, 269), "recvmmsg": (299, 243), "dup": (32, 23), "pipe2": (293, 59),
    "clone": (56, 220), "clone3": (435, 435), "prlimit64": (302, 261), "seccomp": (317, 277),
}  # fmt: skip
_FREE = (
    "read", "write", "readv", "writev", "close", "lseek", "pread64", "fstat", "newfstatat",
    "poll", "ppoll", "select", "pselect6", "epoll_wait", "epoll_pwait", "epoll_ctl",
    "recvfrom", "recvmsg", "shutdown", "getsockopt", "setsockopt", "getsockname", "getpeername",
    "munmap", "mremap", "madvise", "brk", "futex", "sched_yield", "sched_getaffinity",
    "set_robust_list", "rseq", "membarrier", "clock_gettime", "clock_nanosleep", "nanosleep",
    "gettimeofday", "getrandom", "getpid", "gettid", "rt_sigaction", "rt_sigprocmask",
    "rt_sigreturn", "sigaltstack", "restart_syscall", "exit", "exit_group",
)  # fmt: skip
_MORE_TO_CONNECT = (
    "stat", "lstat", "statx", "access", "faccessat", "faccessat2", "readlink", "readlinkat",
    "getdents64", "getcwd", "uname", "sysinfo", "getppid", "getuid", "geteuid", "getgid",
    "getegid", "connect", "bind", "sendmsg", "sendmmsg", "recvmmsg", "dup", "pipe2", "seccomp",
    "mmap", "mprotect",  # the system's ways to look up a name are libraries
)  # fmt: skip


def decoding(*, video: bool = False) -> Calls:
    """What a process may do that has all it needs: compute, and use what is open.

    Its own threads alone it signals, and it asks for nobody's signals (F_SETOWN). `sendto` names no
    address. `video`: what is open is a webcam.
    """
    return {
        **dict.fromkeys(_FREE, ()),
        "mmap": (Without(2, _RUNS),), "mprotect": (Without(2, _RUNS),),
        "fcntl": (Among(1, (_GET_FLAGS, _SET_FLAGS, _GET_FD, _SET_FD)),),
        "ioctl": (Among(1, (_VIDEO,), _KIND),) if video else (
            Among(1, (_FIONREAD, _FIONBIO, _TCGETS)),),
        "sendto": (Null(4),),
        "tgkill": (Among(0, (os.getpid(),)),),
    }  # fmt: skip


def computing() -> Calls:
    """As `decoding`; it may start threads, as encoders and networks do, and write at a place."""
    return {**decoding(), "clone": _NEW_THREAD, "pwrite64": ()}


def connecting(*, network: bool, video: bool = False) -> Calls:
    """… and while it opens what it needs: read files, start threads, use IP. No program.

    Which files and which ports, landlock.py says.
    """
    calls: dict[str, tuple[Condition, ...]] = {
        **decoding(video=video),
        **dict.fromkeys(_MORE_TO_CONNECT, ()),
        "openat": () if video else (Without(2, _WRITES),),
        "clone": _NEW_THREAD,
        "prlimit64": (Among(0, (0,)),),
        "sendto": (),
    }
    if network:
        calls["socket"] = (Among(0, _INTERNET), Among(1, _STREAM_OR_DATAGRAM, 0xF))
    return calls


def program(machine: str, calls: Calls) -> bytes:
    """The filter, as `struct sock_filter`s: the architecture, then each call that may pass."""
    arch, _ = ARCHES[machine]
    place = list(ARCHES).index(machine)
    lines: list[Instruction] = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
    ]
    if (of_threads := _NUMBERS["clone3"][place]) and "clone" in calls:
        # Its flags are behind a pointer: the C library then asks by clone(2), where they aren't.
        lines += [(_EQUAL, 0, 1, of_threads), (_RETURN, 0, 0, ENOSYS)]
    for name, conditions in calls.items():
        if (number := _NUMBERS[name][place]) is not None:
            block = _block(conditions)
            lines += [(_EQUAL, 0, len(block), number), *block]
    lines.append((_RETURN, 0, 0, EPERM))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _block(conditions: Sequence[Condition]) -> list[Instruction]:
    """Allowed where every condition holds."""
    block: list[Instruction] = [(_RETURN, 0, 0, ALLOW)]
    if not conditions:
        return block
    block.append((_RETURN, 0, 0, EPERM))
    for condition in reversed(conditions):
        refuse = len(block) - 1  # from the end of what `_condition` gives
        block = [*_condition(condition, refuse), *block]
    return block


def _condition(condition: Condition, refuse: int) -> list[Instruction]:
    """Falls through where it holds; jumps over `refuse` instructions where not."""
    low = 16 + 8 * condition.argument
    match condition:
        case Without(_, bits):
            return [(_LOAD, 0, 0, low), (_SET, refuse, 0, bits)]
        case Null():
            return [
                (_LOAD, 0, 0, low), (_EQUAL, 0, refuse + 2, 0),
                (_LOAD, 0, 0, low + 4), (_EQUAL, 0, refuse, 0),
            ]  # fmt: skip
        case Among(_, values, mask):
            last = len(values) - 1
            tests = [
                (_EQUAL, last - at, 0 if at < last else refuse, value)
                for at, value in enumerate(values)
            ]
            return [(_LOAD, 0, 0, low), (_AND, 0, 0, mask), *tests]
