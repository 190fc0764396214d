"""What a camera's process forbids itself, for ever, by the kernel, before a byte of a camera comes.

    enclose     Landlock: it reads what connecting needs, and connects to the camera's port alone
    connect_in  seccomp: no program, no further process, nothing written; the camera is connected
                to, and nothing that it sends is decoded (feeds/feed.py: NO_DECODER)
    shut_in     seccomp: no file, no new connection, no thread, no memory that runs; pictures are
                decoded

What is open stays open: the camera's connection, the pipe that pictures leave by. Everywhere there
are resource limits: no core file (it would hold clear pictures), bounded memory. `Sandbox` is what
really holds it: where there is no Landlock it may read any file, and connect anywhere, until it
shuts itself in; where there is no seccomp, always.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from enum import StrEnum

from contrejour.base import children, filters, landlock
from contrejour.base.children import give_up_privileges, hide
from contrejour.base.sandbox import Limits, forbid, hold
from contrejour.media.camera import places

LIMITS = Limits(memory_bytes=2 << 30)


class Sandbox(StrEnum):
    """By what a process is held, the most first."""

    LANDLOCK = "landlock"
    SECCOMP = "seccomp"
    LIMITS = "limits"


def least(held: Iterable[str]) -> Sandbox:
    """What holds several processes together; `held`: each of them, "" where it didn't say."""
    known = list(Sandbox)
    places_ = [known.index(Sandbox(each)) if each in known else len(known) - 1 for each in held]
    return known[max(places_, default=len(known) - 1)]


def enclose(address: str, trust: str = "", *, relayed: bool = False) -> bool:
    """Leave this process the files and the port that connecting to `address` needs.

    `relayed`: it is a relay's, on loopback.
    """
    hide()
    if not give_up_privileges():
        return False
    needed = places.of_relay(address) if relayed else places.needed(address, trust)
    return landlock.restrict(needed.read, needed.devices, needed.ports)


def connect_in(address: str) -> bool:
    """Forbid this process all that connecting to `address` doesn't need; whether that holds."""
    scheme = address.partition(":")[0]
    calls = filters.connecting(network=scheme not in places.LOCAL, video=scheme == places.WEBCAM)
    return give_up_privileges() and forbid(calls)


def shut_in(address: str = "", *, enclosed: bool = False) -> Sandbox:
    """Forbid this process the rest of the system; what really holds it."""
    hold(LIMITS)
    give_up_privileges()
    if not forbid(filters.decoding(video=address.startswith(places.WEBCAM))):
        return Sandbox.LIMITS
    return Sandbox.LANDLOCK if enclosed else Sandbox.SECCOMP


def sandbox_here(limit_s: float = 30.0) -> Sandbox:
    """What would hold a camera's process on this machine, tried on one."""
    with children.begin(__name__, stdout=subprocess.PIPE) as tried:
        try:
            said, _ = tried.communicate(timeout=limit_s)
        except subprocess.TimeoutExpired:
            said = b""
        finally:
            tried.kill()
    told = said.decode().strip()
    return Sandbox(told) if told in [*Sandbox] else Sandbox.LIMITS


def main() -> None:
    """The process that `sandbox_here` tries it on."""
    enclosed = enclose("rtsp://127.0.0.1/") and connect_in("rtsp://127.0.0.1/")
    print(shut_in(enclosed=enclosed), flush=True)
