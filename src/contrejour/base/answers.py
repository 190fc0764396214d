"""What a process that is shut in says to whoever started it, by a pipe.

    kind (1 byte)   length (8 bytes, big-endian)   body

Whoever reads strangers' bytes may be in a stranger's hands: nothing of what it says is unpickled,
lengths are bounded, and an error is one of ours, with values that its sentence has room for.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Sequence
from typing import Any, BinaryIO

from contrejour.base import errors
from contrejour.base.errors import ContrejourError
from contrejour.base.messages import as_json, of_json

_HEAD = struct.Struct(">cQ")
_LONGEST_ERROR = 1 << 16
_ERRORS: dict[str, type[ContrejourError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, ContrejourError)
}


def say(kind: bytes, *parts: Any, fd: int = 1) -> None:
    """Say the parts, buffers of bytes, as one message; the process ends where nobody listens."""
    for part in (_HEAD.pack(kind, sum(len(part) for part in parts)), *parts):
        left = memoryview(part)
        while left:
            try:
                left = left[os.write(fd, left) :]
            except OSError:
                os._exit(0)


def heard(pipe: BinaryIO, most: Sequence[tuple[bytes, int]]) -> tuple[bytes, memoryview]:
    """The next message, in memory of its own: one of these kinds, of at most so many bytes.

    Raises EOFError where there is none, ValueError where it is another.
    """
    kind, length = _HEAD.unpack(_read(pipe, _HEAD.size))
    if length > dict(most).get(kind, -1):
        raise ValueError("not a message")
    return kind, _read(pipe, length)


def _read(pipe: BinaryIO, size: int) -> memoryview:
    body = memoryview(bytearray(size))
    got = 0
    while got < size:
        if not (more := pipe.readinto(body[got:])):  # type: ignore[attr-defined]
            raise EOFError
        got += more
    return body


def told_error(error: ContrejourError) -> bytes:
    """An error of ours, for whoever listens."""
    hint = error.advice
    if hint and hint.id == f"{error.message.id}.hint":
        hint = None  # whoever reads it finds that one by itself
    told = {
        "kind": type(error).__name__,
        "said": as_json(error.message),
        "hint": hint and as_json(hint),
    }
    return json.dumps(told).encode()


def read_error(body: bytes | memoryview) -> ContrejourError:
    """The error that was told. Raises ValueError."""
    try:
        data = json.loads(bytes(body[:_LONGEST_ERROR]))
        hint = data["hint"] and of_json(data["hint"])
        return _ERRORS[data["kind"]](of_json(data["said"]), hint=hint)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not an error") from error
