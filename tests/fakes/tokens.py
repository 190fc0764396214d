"""A token in software, and its age plugin: run as a program, it speaks c2sp.org/age-plugin.

`FAKE_TOKEN` in its environment says how it behaves: "" as it should, "deaf", or one of TRICKS. The
key is in the identity, which no real token does.
"""

from __future__ import annotations

import base64
import hashlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contrejour.custody.seal import bech32, tag
from contrejour.custody.seal.recipient import Recipient, RecipientKind

KINDS = (RecipientKind.TAG, RecipientKind.HYBRID_TAG)
PIN = "31415926"
_SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)


@dataclass(frozen=True)
class Soft:
    """A token's key. `seed`: 32 bytes."""

    kind: RecipientKind
    seed: bytes

    @classmethod
    def new(cls, kind: RecipientKind = RecipientKind.TAG) -> Soft:
        return cls(kind, os.urandom(32))

    @property
    def identity(self) -> str:
        data = bytes((KINDS.index(self.kind),)) + self.seed
        return bech32.encode("age-plugin-token-", data).decode().upper()

    @property
    def point(self) -> ec.EllipticCurvePrivateKey:
        expanded = hashlib.shake_256(self.seed).digest(96)[64:]
        scalar = expanded if self.kind is RecipientKind.HYBRID_TAG else self.seed
        return ec.derive_private_key(int.from_bytes(scalar, "big"), ec.SECP256R1())

    @property
    def mlkem(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(hashlib.shake_256(self.seed).digest(64))

    @property
    def recipient(self) -> Recipient:
        if self.kind is RecipientKind.TAG:
            return Recipient(self.kind, self._public(PublicFormat.CompressedPoint))
        whole = self._public(PublicFormat.UncompressedPoint)
        return Recipient(self.kind, self.mlkem.public_key().public_bytes_raw() + whole)

    def _public(self, form: PublicFormat) -> bytes:
        return self.point.public_key().public_bytes(Encoding.X962, form)

    def file(self, path: Path, *, told: bool = True) -> Path:
        """The identity file that a token's tool writes."""
        head = f"#    Recipient: {self.recipient}\n" if told else "# a token\n"
        path.write_text(f"{head}{self.identity}\n")
        return path

    def unwrap(self, words: list[str], body: bytes) -> bytes | None:
        """The file key of a stanza; None where it is not for this key."""
        if words[0] != self.kind:
            return None
        whose, share = (_unbase64(word) for word in words[1:])
        if tag.tag(self.kind, self.recipient.raw, share) != whose:
            return None
        info = f"age-encryption.org/{self.kind}".encode()
        if self.kind is RecipientKind.TAG:
            return bytes(_SUITE.decrypt(share + body, self.point, info))
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), share[1088:])
        shared = tag.combine(
            self.mlkem.decapsulate(share[:1088]),
            self.point.exchange(ec.ECDH(), theirs),
            share[1088:],
            self._public(PublicFormat.UncompressedPoint),
        )
        key, nonce = tag.schedule(shared, info)
        return ChaCha20Poly1305(key).decrypt(nonce, body, None)


def install(folder: Path, name: str = "token") -> Path:
    """The plugin as a program in a folder, which goes on the PATH."""
    folder.mkdir(exist_ok=True)
    program = folder / f"age-plugin-{name}"
    roots = [str(Path(__file__).parents[1])]
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = {roots!r}\n"
        "from fakes.tokens import main\nmain()\n"
    )
    program.chmod(0o755)
    return folder


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _say(*words: str, body: bytes = b"") -> list[str]:
    """One command, and the answer's words; what came with it is in the last one."""
    text = base64.b64encode(body).decode().rstrip("=")
    lines = [text[at : at + 64] for at in range(0, len(text) + 1, 64)]
    print(" ".join(("->", *words)), *lines, sep="\n", flush=True)
    answer, body = next(_stanzas())
    return [*answer, body.decode()]


def _stanzas() -> Iterator[tuple[list[str], bytes]]:
    while line := sys.stdin.readline():
        words, text = line.rstrip("\n").split(" ")[1:], ""
        while len(part := sys.stdin.readline().rstrip("\n")) == 64:
            text += part
        yield words, _unbase64(text + part)


def _end() -> None:
    print("-> done\n", flush=True)
    sys.exit(0)


def _die() -> None:
    sys.exit(3)


def _hang() -> None:
    signal.pause()


def _cling() -> None:
    """Goes, and leaves a child that keeps the pipe open."""
    if child := os.fork():
        _say("msg", body=str(child).encode())
        sys.exit(0)
    signal.alarm(60)
    signal.pause()


def _flood() -> None:
    while True:
        _say("msg", body=b"still there?")


def _line() -> None:
    while True:
        sys.stdout.write("-> " + "a" * 4096)


def _babble() -> None:
    print("please insert your token", flush=True)


def _wrong() -> None:
    _say("file-key", "0", body=os.urandom(16))
    _end()


def _short() -> None:
    _say("file-key", "0", body=bytes(15))


def _twice() -> None:
    _say("file-key", "0", body=os.urandom(16))
    _say("file-key", "0", body=os.urandom(16))


def _other() -> None:
    _say("file-key", "1", body=bytes(16))


def _paint() -> None:
    _say("error", "internal", body="\x1b[2J\x07no token é\n".encode())
    _end()


def _pin() -> None:
    answer = _say("request-secret", body=b"PIN of the token")
    if answer != ["ok", PIN]:
        _say("error", "identity", "0", body=f"not the PIN: {answer[0]}".encode())
        _end()


def _touch() -> None:
    assert _say("msg", body=b"touch it")[0] == "ok"
    yes, no = (base64.b64encode(word).decode().rstrip("=") for word in (b"it is in", b"skip"))
    assert _say("confirm", yes, no, body=b"is it in?")[:2] == ["ok", "yes"]
    assert _say("request-public", body=b"which slot?") == ["ok", "slot 9"]
    assert _say("sing", "a", body=b"song") == ["unsupported", ""]


TRICKS = {name[1:]: trick for name, trick in dict(globals()).items() if name in {
    "_die", "_hang", "_cling", "_flood", "_line", "_babble", "_wrong", "_short", "_twice",
    "_other", "_paint", "_pin", "_touch",
}}  # fmt: skip


def main() -> None:
    """age-plugin-token --age-plugin=identity-v1"""
    if sys.argv[1:] != ["--age-plugin=identity-v1"]:
        sys.exit(2)
    if log := os.environ.get("FAKE_TOKEN_LOG"):
        with Path(log).open("a") as file:
            file.write("asked\n")
    if os.environ.get("FAKE_TOKEN") == "deaf":
        _hang()
    keys, found = [], []
    for words, body in _stanzas():
        match words:
            case ["add-identity", text]:
                data = bech32.decode(text.encode())[1]
                keys.append(Soft(KINDS[data[0]], bytes(data[1:])))
            case ["recipient-stanza", "0", *stanza]:
                found.append((stanza, body))
            case ["done"]:
                break
    TRICKS.get(os.environ.get("FAKE_TOKEN", ""), lambda: None)()
    for key in keys:
        for stanza, body in found:
            if (file_key := key.unwrap(stanza, body)) is not None:
                _say("file-key", "0", body=file_key)
                _end()
    _end()
