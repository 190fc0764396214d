"""The head of a request, as RFC 9112 has it and in no other way: one reading for every program.

A proxy before us and we have to agree where a request ends. So nothing is guessed or mended: a
head that two programs may read in two ways is a fault, and the connection ends with it. Pure.
"""

from __future__ import annotations

import re

MOST_BYTES = 32 << 10
MOST_FIELDS = 100
_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,40} [\x21-\x7e]{1,8192} HTTP/1\.[01]")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}):[\t\x20-\x7e\x80-\xff]*")
_LENGTH = re.compile(rb"[0-9]{1,19}")


def ends(data: bytes) -> int:
    """Where the head in `data` ends, past its empty line; 0: not yet.

    Raises ValueError for a line that ends in LF alone, and for a head that is too long.
    """
    end = data.find(b"\r\n\r\n", 0, MOST_BYTES)
    head = data[: end + 4] if end >= 0 else data
    if head.count(b"\n") != head.count(b"\r\n"):
        raise ValueError("a line ends in LF alone")
    if end < 0 and len(data) >= MOST_BYTES:
        raise ValueError("too long")
    return end + 4 if end >= 0 else 0


def fault(head: bytes) -> str:
    """Why a whole head is refused, in a few words; empty: there is one way to read it."""
    line, *fields = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
    if not _LINE.fullmatch(line):
        return "no request line"
    if len(fields) > MOST_FIELDS:
        return "too many fields"
    found: dict[bytes, list[bytes]] = {}
    for field in fields:
        if not (named := _FIELD.fullmatch(field)):
            return "a field that goes on over lines, or is none"
        found.setdefault(named[1].lower(), []).append(field.partition(b":")[2].strip(b" \t"))
    lengths = found.get(b"content-length", [])
    coded = found.get(b"transfer-encoding", [])
    if len(lengths) > 1 or len(coded) > 1 or (lengths and coded):
        return "more than one length"
    if lengths and not _LENGTH.fullmatch(lengths[0]):
        return "a length that is no number"
    hosts = len(found.get(b"host", []))
    if hosts > 1 or (hosts == 0 and line.endswith(b"1.1")):
        return "not one Host"
    return ""
