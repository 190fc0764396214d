"""How a connection ended, as one process says it to another: JSON, on one line. Pure.

Whoever says it may be in somebody else's hands: it is an error of a known kind, with a known
message, or else nonsense.
"""

from __future__ import annotations

import json

from contrejour.base.errors import (
    CameraEnded,
    CameraError,
    CameraRefused,
    ContrejourError,
    NotMedia,
    Unsupported,
)
from contrejour.base.messages import as_json, of_json

MOST_TEXT = 4096
ENDS: dict[str, type[ContrejourError]] = {
    each.__name__: each for each in (CameraError, CameraEnded, CameraRefused, NotMedia, Unsupported)
}


def told_error(error: ContrejourError) -> bytes:
    """An error, as it is said."""
    kind, hint = type(error).__name__, error.advice
    if hint and hint.id == f"{error.message.id}.hint":
        hint = None  # whoever reads it finds that one by itself; its values would be there twice
    told = {
        "kind": kind if kind in ENDS else "CameraError",
        "said": as_json(error.message),
        "hint": hint and as_json(hint),
    }
    return json.dumps(told).encode()


def read_error(body: bytes, name: str) -> ContrejourError:
    """The error that was said; `name`: the camera's."""
    try:
        data = json.loads(body[:MOST_TEXT])
        kind = ENDS[data["kind"]]
        hint = data["hint"] and of_json(data["hint"])
        return kind(of_json(data["said"]), hint=hint)
    except (ValueError, KeyError, TypeError, RecursionError):
        return CameraError("decoder-talks-nonsense", camera=name)
