"""Makes the keys of windows, and writes them wrapped (W.onions), in a process for that alone.

`make` starts it, and gets back the public halves once the onions are durable: whoever records never
holds a secret half, and seals nothing that the parties could not open.
Where this fails there is no recipient, so nothing is sealed.

    standard input    {"epoch", "ways": [[[party, age1…] …] …], "windows": [{"cam", "t0", "t1",
                      "path"} …]}, one line; at its end the process ends
    standard output   {"locked", "windows": [{"recipient", "onions": {name: SHA-256} …}]}
                      or {"error"}, one line
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrejour.base import children
from contrejour.base.errors import SealError
from contrejour.base.messages import Message, as_json, of_json, reason_of
from contrejour.custody.seal.new_files import write_new
from contrejour.custody.seal.onion import Keyset, Window, onions, pack
from contrejour.custody.seal.recipient import Identity, Recipient

TIMEOUT_S = 60
_LOCK_ALL = 3
"""mlockall(2): MCL_CURRENT | MCL_FUTURE."""


@dataclass(frozen=True, slots=True)
class WindowRequest:
    """A window to make a key for, and the file that its onions go to."""

    cam: str
    t0: int
    t1: int
    path: Path


@dataclass(frozen=True, slots=True)
class PreparedWindow:
    """A window that can be sealed to. `onions`: SHA-256 of each, by name."""

    window: Window
    onions: Mapping[str, str]

    @property
    def recipient(self) -> Recipient:
        return Recipient.parse(self.window.recipient)


def make(wanted: Sequence[WindowRequest], keys: Keyset) -> list[PreparedWindow]:
    """Make the keys of some windows; once it returns, their onions are on the disk.

    Raises SealError where that could not be done: then nothing may be recorded.
    """
    told = _ask(request(wanted, keys))
    if len(made := told.get("windows", ())) != len(wanted):
        raise SealError("no-key-made", reason=_reason(told))
    return [
        PreparedWindow(Window(each.cam, each.t0, each.t1, keys.epoch, keys.id, got["recipient"]),
             got["onions"])
        for each, got in zip(wanted, made, strict=True)
    ]  # fmt: skip


def _reason(told: Mapping[str, Any]) -> Message:
    try:
        return of_json(told.get("error"))
    except ValueError:
        return Message("no-answer")


def request(wanted: Sequence[WindowRequest], keys: Keyset) -> bytes:
    """The line of JSON that the process reads."""
    told = {
        "epoch": keys.epoch,
        "ways": [[[party, str(keys.keys[party])] for party in way] for way in keys.ways],
        "windows": [
            {"cam": each.cam, "t0": each.t0, "t1": each.t1, "path": os.path.abspath(each.path)}
            for each in wanted
        ],
    }
    return json.dumps(told).encode()


def _ask(line: bytes) -> dict[str, Any]:
    """What the process answers to a line; {} where it failed. Raises SealError."""
    try:
        with begin_making() as process:
            try:
                said, _ = process.communicate(line + b"\n", TIMEOUT_S)
            finally:
                process.kill()
        told = json.loads(said)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise SealError("no-key-made", reason=type(error).__name__) from error
    return told if isinstance(told, dict) and process.returncode == 0 else {}


def stays_in_memory() -> bool:
    """Whether the process that makes keys can keep its memory out of swap, here and now.

    Raises SealError.
    """
    return bool(_ask(b'{"epoch": "", "ways": [], "windows": []}').get("locked"))


def begin_making() -> subprocess.Popen[bytes]:
    """The process that makes the keys; it ends with the thread that called this."""
    return children.begin(
        __name__, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )


def lock() -> bool:
    """Keep this process's memory out of swap; whether it is."""
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    unlimited = resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY
    # With a limit set, locked memory would make later allocations fail.
    return unlimited and libc.mlockall(_LOCK_ALL) == 0


def _one(asked: dict[str, Any], keys: Keyset) -> dict[str, Any]:
    """Make one window's key, write its onions and wipe it; the answer for that window."""
    with Identity.generate(keys.kind) as secret:
        recipient = str(secret.recipient())
        window = Window(asked["cam"], asked["t0"], asked["t1"], keys.epoch, keys.id, recipient)
        window.check()
        wrapped = onions(window, secret, keys)
    write_new(Path(asked["path"]), pack(wrapped))
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in wrapped.items()}
    return {"recipient": recipient, "onions": hashes}


def main() -> None:
    told: dict[str, Any] = {"locked": lock()}
    try:
        asked = json.loads(sys.stdin.readline())
        parties = {party: Recipient.parse(key) for way in asked["ways"] for party, key in way}
        ways = tuple(tuple(party for party, _ in way) for way in asked["ways"])
        keys = Keyset(asked["epoch"], parties, ways)
        told["windows"] = [_one(each, keys) for each in asked["windows"]]
    except (SealError, OSError) as error:
        told = {"error": as_json(reason_of(error))}
    print(json.dumps(told), flush=True)
    with suppress(OSError):
        sys.stdin.read()
