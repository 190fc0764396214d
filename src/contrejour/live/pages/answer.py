"""What is asked over HTTP and what is answered. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One GET: a path that begins with /, its query, headers by their names in lower case."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` beside those that every answer has (server.py)."""

    status: int
    body: bytes = b""
    kind: str = TEXT
    headers: Mapping[str, str] = field(default_factory=dict)


def nothing(status: int, text: str = "") -> Answer:
    """An answer in words."""
    return Answer(status, f"{text}\n".encode() if text else b"")


def ranged(header: str, size: int) -> tuple[int, int] | None:
    """First byte and the one after the last of a Range header (RFC 9110, 14.2); None for all.

    Raises IndexError where no byte of it is there. Several ranges, and what is no range of bytes,
    are answered with all, as the RFC allows.
    """
    found = re.fullmatch(r"bytes=([0-9]{0,18})-([0-9]{0,18})", header.strip())
    if not found or found[1] == found[2] == "":
        return None
    if not found[1]:
        first, end = max(0, size - int(found[2])), size
    else:
        first = int(found[1])
        if found[2] and int(found[2]) < first:
            return None
        end = min(size, int(found[2]) + 1) if found[2] else size
    if first >= size:
        raise IndexError(first)
    return first, end
