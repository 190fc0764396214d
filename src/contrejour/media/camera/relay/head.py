"""The head of an answer or a question, RTSP 1.0 (RFC 2326) or HTTP 1 (RFC 9112): one form for both.

Cameras write heads badly: a line may end in LF alone, and a line that is no field says nothing. The
rest has one meaning: the first of several fields counts, and two lengths that differ are a fault.
Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_BYTES = 16 << 10
MOST_BODY = 64 << 10
_STATUS = re.compile(r"(?:RTSP/1\.0|HTTP/1\.[01]) ([1-5][0-9]{2})(?: .*)?")
_REQUEST = re.compile(r"([A-Z_]{1,20}) ([!-~]{1,2000}) (?:RTSP/1\.0|HTTP/1\.[01])")
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,60}):(.*)")
_LENGTH = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, slots=True)
class RtspHead:
    """`status` of an answer, or `method` and `target` of a question; the rest is 0 or ""."""

    fields: tuple[tuple[str, str], ...]
    status: int = 0
    method: str = ""
    target: str = ""

    def all(self, name: str) -> list[str]:
        """What each field of this name (in lower case) says."""
        return [value for known, value in self.fields if known == name]

    def one(self, name: str) -> str:
        """What the first of them says; "" where there is none."""
        return next(iter(self.all(name)), "")

    @property
    def length(self) -> int:
        """Of the body; 0 where none is said. Raises ValueError beyond MOST_BODY, or for two."""
        said = set(self.all("content-length"))
        if len(said) > 1 or not all(_LENGTH.fullmatch(each) for each in said):
            raise ValueError("length")
        length = int(said.pop()) if said else 0
        if length > MOST_BODY:
            raise ValueError("length")
        return length


def end_of(data: bytes | bytearray) -> int:
    """Where the head that `data` begins with ends, past its empty line; 0: not yet.

    Raises ValueError for one that is too long.
    """
    ends = [at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := data.find(mark)) >= 0]
    if min(ends, default=len(data)) > MOST_BYTES:
        raise ValueError("too long")
    return min(ends, default=0)


def read(head: bytes) -> RtspHead:
    """A whole head. Raises ValueError for what is neither an answer nor a question."""
    lines = [line.rstrip("\r") for line in head.decode("latin-1").split("\n")]
    fields = tuple(
        (found[1].lower(), found[2].strip(" \t"))
        for line in lines[1:]
        if (found := _FIELD.fullmatch(line)) and found[2].strip(" \t").isprintable()
    )
    if said := _STATUS.fullmatch(lines[0]):
        return RtspHead(fields, status=int(said[1]))
    if asked := _REQUEST.fullmatch(lines[0]):
        return RtspHead(fields, method=asked[1], target=asked[2])
    raise ValueError("no head")
