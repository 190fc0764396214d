"""Keys and sealed bytes for tests, and everybody else's tools."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from fakes.runs import LIMIT_S

from contrejour.base.errors import SealError
from contrejour.custody.seal.age import Writer, decrypt
from contrejour.custody.seal.recipient import Identity, OpeningKey, Recipient

JS = Path(__file__).parents[1] / "custody" / "seal" / "js"


def sealed(clear: bytes, *recipients: Recipient) -> bytes:
    """An age file of these bytes."""
    out = io.BytesIO()
    writer = Writer(out, recipients)
    writer.write(clear)
    writer.close()
    return out.getvalue()


def opened(data: bytes, *identities: OpeningKey) -> bytes:
    """What is in an age file; raises SealError."""
    return b"".join(decrypt(io.BytesIO(data), identities))


def prefix(data: bytes, *identities: OpeningKey) -> tuple[bytes, bool]:
    """What a damaged file gives back, and whether it then failed."""
    kept = bytearray()
    try:
        for chunk in decrypt(io.BytesIO(data), identities):
            kept += chunk
    except SealError:
        return bytes(kept), True
    return bytes(kept), False


def key_file(path: Path, identity: Identity) -> Path:
    path.touch(0o600)
    path.write_bytes(identity.text() + b"\n")
    return path


def age(*args: object, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Debian's `age`; the test is skipped without it."""
    if not shutil.which("age"):
        pytest.skip("no age command here (apt-get install age)")
    return subprocess.run(
        ["age", *map(str, args)], input=given, capture_output=True, timeout=LIMIT_S
    )


def age_in_js(
    word: object, given: bytes, script: str = "open.mjs"
) -> subprocess.CompletedProcess[bytes]:
    """The npm package age-encryption; the test is skipped without it."""
    if not shutil.which("node") or not (JS / "node_modules").is_dir():
        pytest.skip("no age-encryption here (npm ci in tests/custody/seal/js)")
    return subprocess.run(
        ["node", str(JS / script), str(word)], input=given, capture_output=True, timeout=LIMIT_S
    )


def mldsa_in_js(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether @noble/post-quantum, which comes with it, believes an ML-DSA-44 signature."""
    if not shutil.which("node") or not (JS / "node_modules").is_dir():
        pytest.skip("no age-encryption here (npm ci in tests/custody/seal/js)")
    hexes = (each.hex() for each in (key, message, signature))
    done = subprocess.run(
        ["node", str(JS / "mldsa.mjs"), *hexes], capture_output=True, timeout=LIMIT_S
    )
    assert done.stdout in (b"yes", b"no"), done.stderr
    return done.stdout == b"yes"


def flips(data: bytes, step: int) -> Iterator[bytes]:
    """The same bytes with one bit flipped, at every `step`."""
    for at in range(0, len(data), step):
        yield data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :]


def subsets(names: Sequence[str]) -> list[frozenset[str]]:
    """All of them."""
    return [
        frozenset(name for bit, name in enumerate(names) if number >> bit & 1)
        for number in range(1 << len(names))
    ]
