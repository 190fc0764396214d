"""Age v1 files (c2sp.org/age), written and read as they stream, in 64 KiB of memory and some.

After the header comes the payload: 16 random bytes, then chunks of 64 KiB, each sealed by
ChaCha20-Poly1305 with its number as the nonce and a last byte that says whether it is the last.
What is cut gives back every whole chunk and then fails; a chunk that was changed gives nothing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contrejour.base.errors import SealError
from contrejour.base.messages import Tell
from contrejour.custody.seal import header
from contrejour.custody.seal.header import ByteSource, Stanza
from contrejour.custody.seal.recipient import FILE_KEY_BYTES, OpeningKey, Recipient, RecipientKind
from contrejour.custody.seal.wipe import random_secret, wipe

CHUNK_BYTES, TAG_BYTES = 64 << 10, 16
_NONCE_BYTES = 16
_BEFORE_QUANTUM = {"X25519", "scrypt", "p256tag", "piv-p256", "ssh-ed25519", "ssh-rsa"}


class NoKey(SealError):
    """None of the keys at hand is the file's."""


class Sink(Protocol):
    """What age files are written to."""

    def write(self, data: bytes | bytearray | memoryview, /) -> object: ...


class Writer:
    """Seals what is written to it; the file is whole once `close` returned.

    Nothing clear leaves: `sink` gets the header at once, then sealed chunks. A last chunk that was
    not closed is lost, and the reader says so. Raises SealError for recipients that don't go
    together, and whatever the sink raises.
    """

    def __init__(self, sink: Sink, recipients: Sequence[Recipient]) -> None:
        if len({recipient.kind.is_post_quantum for recipient in recipients}) != 1:
            raise SealError("recipients-of-two-kinds")
        file_key = random_secret(FILE_KEY_BYTES)
        nonce = os.urandom(_NONCE_BYTES)
        try:
            stanzas = [recipient.wrap(file_key) for recipient in recipients]
            sink.write(header.write(stanzas, file_key) + nonce)
            self._cipher = _cipher(file_key, nonce)
        finally:
            wipe(file_key)
        self._sink, self._count, self._filled, self._failed = sink, 0, 0, False
        self._clear = bytearray(CHUNK_BYTES)
        self._sealed = bytearray(CHUNK_BYTES + TAG_BYTES)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take some more; a full chunk goes out when it is known not to be the last.

        Once the sink raised, there is no going on: SealError.
        """
        rest, clear = memoryview(data), memoryview(self._clear)
        while rest:
            if self._filled == CHUNK_BYTES:
                self._seal(last=False)
            part = rest[: CHUNK_BYTES - self._filled]
            clear[self._filled : self._filled + len(part)] = part  # a bytearray would copy it first
            self._filled += len(part)
            rest = rest[len(part) :]

    def close(self) -> None:
        """Seal what is left as the last chunk."""
        try:
            self._seal(last=True)
        finally:
            self.wipe()

    def wipe(self) -> None:
        """Forget what was not sealed yet; the file stays cut."""
        wipe(self._clear)

    def _seal(self, *, last: bool) -> None:
        if self._failed:
            raise SealError("sealed-file-stays-cut")
        self._failed = True
        clear = memoryview(self._clear)[: self._filled]
        sealed = memoryview(self._sealed)[: self._filled + TAG_BYTES]
        self._cipher.encrypt_into(_nonce(self._count, last=last), clear, None, sealed)
        self._sink.write(sealed)
        self._count, self._filled, self._failed = self._count + 1, 0, False


def decrypt(source: ByteSource, identities: Sequence[OpeningKey]) -> Iterator[bytearray]:
    """The clear chunks, each of them the caller's to wipe.

    Raises SealError: before the first one, where none of the identities opens the file; after the
    last whole one, where the file is cut or damaged. What was yielded until then is exact.
    """
    cipher = _opened(source, identities)
    sealed = _read(source, CHUNK_BYTES + TAG_BYTES)
    count = 0
    while True:
        following = _read(source, CHUNK_BYTES + TAG_BYTES)
        chunk = _chunk(cipher, sealed, count, last=not following)
        if chunk is None and not following and len(sealed) == CHUNK_BYTES + TAG_BYTES:
            chunk = _chunk(cipher, sealed, count, last=False)
            if chunk is not None:
                yield chunk
                raise SealError("sealed-file-cut-short")
        if chunk is None and following:
            chunk = _chunk(cipher, sealed, count, last=True)
            if chunk is not None:  # the file's last chunk, and something after it
                yield chunk
                count, chunk = count + 1, None
        if chunk is None:
            raise SealError("chunk-damaged", chunk=count)
        if not following:
            if count and not chunk:
                raise SealError("chunk-empty", chunk=count)
            yield chunk
            return
        yield chunk
        sealed, count = following, count + 1


def kept(chunks: Iterator[bytearray], cut: Tell | None) -> Iterator[bytearray]:
    """The chunks of `decrypt`. `cut`: told why the end is missing, once there was something, in
    place of SealError; None: that is an error, as else."""
    some = False
    try:
        for chunk in chunks:
            yield chunk
            some = True
    except SealError as error:
        if cut is None or not some:
            raise
        cut(error.message)


def _opened(source: ByteSource, identities: Sequence[OpeningKey]) -> ChaCha20Poly1305:
    """The payload's cipher. Raises SealError."""
    read = header.read(source)
    _refuse_mixtures(read.stanzas)
    file_key = next(filter(None, (each.unwrap(read.stanzas) for each in identities)), None)
    if file_key is None:
        raise NoKey("sealed-for-others")
    try:
        read.check(file_key)
        nonce = _read(source, _NONCE_BYTES)
        if len(nonce) != _NONCE_BYTES:
            raise SealError("cut-before-first-chunk")
        return _cipher(file_key, nonce)
    finally:
        wipe(file_key)


def _refuse_mixtures(stanzas: Sequence[Stanza]) -> None:
    kinds = {stanza.words[0] for stanza in stanzas}
    if kinds & _BEFORE_QUANTUM and kinds & {RecipientKind.HYBRID, RecipientKind.HYBRID_TAG}:
        raise SealError("recipients-mixed")
    if "scrypt" in kinds and len(stanzas) > 1:
        raise SealError("passphrase-mixed")


def _chunk(cipher: ChaCha20Poly1305, sealed: bytes, count: int, *, last: bool) -> bytearray | None:
    if len(sealed) < TAG_BYTES:
        return None
    clear = bytearray(len(sealed) - TAG_BYTES)
    try:
        cipher.decrypt_into(_nonce(count, last=last), sealed, None, clear)
    except InvalidTag:
        return None
    return clear


def _cipher(file_key: bytearray, nonce: bytes) -> ChaCha20Poly1305:
    key = HKDF(hashes.SHA256(), 32, nonce, b"payload").derive(file_key)
    try:
        return ChaCha20Poly1305(key)
    finally:
        wipe(key)


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(11, "big") + bytes((last,))


def _read(source: ByteSource, size: int) -> bytes:
    """So many bytes, or all that are left: a pipe gives less at a time."""
    parts, left = [], size
    while left and (part := source.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
