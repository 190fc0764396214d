"""The header of an age v1 file, byte by byte as c2sp.org/age has it, and nothing else.

    age-encryption.org/v1
    -> X25519 <share>                    words of printable ASCII
    <file key, wrapped: base64 in lines of 64 letters, the last one shorter>
    --- <HMAC-SHA-256 of all before the space>

Pure, but for the bytes it reads.
"""

from __future__ import annotations

import binascii
import hmac
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contrejour.base.errors import SealError
from contrejour.custody.seal.wipe import wipe

VERSION = b"age-encryption.org/v1\n"
MOST_HEADER_BYTES, MOST_STANZAS = 64 << 10, 64
_COLUMNS = 64
_STANZA = re.compile(rb"-> ([\x21-\x7e]+(?: [\x21-\x7e]+)*)\n")
_FULL = re.compile(rb"[A-Za-z0-9+/]{64}\n")
_LAST = re.compile(rb"[A-Za-z0-9+/]{0,63}\n")
_END = re.compile(rb"--- ([A-Za-z0-9+/]{43})\n")


class ByteSource(Protocol):
    """What age files are read from: a binary file, buffered."""

    def read(self, size: int, /) -> bytes: ...
    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file key as one recipient gets it."""

    words: tuple[str, ...]
    body: bytes

    @classmethod
    def read(cls, line: bytes, lines: Lines) -> Stanza:
        """The one that begins with this line. Raises SealError."""
        if not (words := _STANZA.fullmatch(line)):
            raise SealError("header-damaged")
        return cls(tuple(words[1].decode().split(" ")), _body(lines))

    def text(self) -> bytes:
        whole = base64(self.body)
        lines = [whole[at : at + _COLUMNS] for at in range(0, len(whole) + 1, _COLUMNS)]
        return "\n".join((f"-> {' '.join(self.words)}", *lines, "")).encode()


@dataclass(frozen=True, slots=True)
class AgeHeader:
    """`signed`: the bytes that `mac` is of."""

    stanzas: tuple[Stanza, ...]
    signed: bytes
    mac: bytes

    def check(self, file_key: bytearray) -> None:
        """Raises SealError unless whoever knows the file key wrote this header."""
        if not hmac.compare_digest(_mac(file_key, self.signed), self.mac):
            raise SealError("header-changed")


def write(stanzas: Sequence[Stanza], file_key: bytearray) -> bytes:
    """A whole header."""
    signed = VERSION + b"".join(stanza.text() for stanza in stanzas) + b"---"
    return signed + b" " + base64(_mac(file_key, signed)).encode() + b"\n"


def read(source: ByteSource) -> AgeHeader:
    """Raises SealError for anything that is not exactly a header."""
    if source.readline(len(VERSION)) != VERSION:
        raise SealError("not-an-age-file")
    lines = Lines(source.readline)
    stanzas: list[Stanza] = []
    while not (end := _END.fullmatch(line := lines.next())):
        if len(stanzas) == MOST_STANZAS:
            raise SealError("header-damaged")
        stanzas.append(Stanza.read(line, lines))
    if not stanzas:
        raise SealError("header-without-recipient")
    signed = VERSION + b"".join(lines.taken)[: -len(line)] + b"---"
    return AgeHeader(tuple(stanzas), signed, unbase64(end[1].decode()))


class Lines:
    """Lines of a header of bounded size, by whatever reads one of at most so many bytes."""

    def __init__(self, readline: Callable[[int], bytes]) -> None:
        self._readline, self._left = readline, MOST_HEADER_BYTES
        self.taken: list[bytes] = []

    def next(self) -> bytes:
        line = self._readline(self._left)
        self._left -= len(line)
        if not line.endswith(b"\n"):
            raise SealError("header-cut-short")
        self.taken.append(line)
        return line


def _body(lines: Lines) -> bytes:
    text = b""
    while _FULL.fullmatch(line := lines.next()):
        text += line[:-1]
    if not _LAST.fullmatch(line):
        raise SealError("header-damaged")
    return unbase64((text + line[:-1]).decode())


def base64(data: bytes) -> str:
    """RFC 4648, section 4, without padding."""
    return binascii.b2a_base64(data, newline=False).decode().rstrip("=")


def unbase64(text: str) -> bytes:
    """Canonical base64 only. Raises SealError."""
    try:
        data = binascii.a2b_base64(text + "=" * (-len(text) % 4), strict_mode=True)
    except ValueError as error:
        raise SealError("header-not-base64") from error
    if base64(data) != text:
        raise SealError("header-base64-not-canonical")
    return data


def _mac(file_key: bytearray, signed: bytes) -> bytes:
    key = HKDF(hashes.SHA256(), 32, None, b"header").derive(file_key)
    try:
        return hmac.digest(key, signed, "sha256")
    finally:
        wipe(key)
