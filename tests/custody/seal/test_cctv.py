"""The age vectors of C2SP's CCTV: what others agreed that a reader of age files takes and refuses.

They come with npm's cctv-age, which `npm ci` in tests/custody/seal/js installs, or with Debian's
golang-github-c2sp-cctv-dev, which bookworm has not; none is committed. Left out are armour and
passphrases, which nothing here reads.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zlib
from pathlib import Path

import pytest
from fakes.seals import JS

from contrejour.base.errors import SealError
from contrejour.custody.seal.age import decrypt
from contrejour.custody.seal.recipient import Identity

GO = Path("/usr/share/gocode/src")
DEBIAN = [GO / "c2sp.org/CCTV/age/testdata", GO / "github.com/C2SP/CCTV/age/testdata"]
NPM = JS / "node_modules/cctv-age/index.js"
KEYS = {"expect", "payload", "file key", "identity", "passphrase", "armored", "compressed"}
KEYS |= {"comment"}
REFUSED = {"hybrid_and_x25519": "post-quantum and other recipients are mixed in one file"}
"""What a reader may take and ours does not, with what it says; see docs/design/sealing.md."""


def vectors() -> dict[str, bytes]:
    """All of them by name; none where neither package is here."""
    for folder in filter(Path.is_dir, DEBIAN):
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    if not NPM.is_file():
        return {}
    written = r'^// \.\./testdata/(\w+)\nvar \w+ = __toBinary\("([\w+/=]*)"\)'
    found = re.findall(written, NPM.read_text(), re.MULTILINE)
    return {name: base64.b64decode(text) for name, text in found}


def said(vector: bytes) -> tuple[dict[str, list[str]], bytes]:
    """What stands above the file, and the file."""
    head, _, data = vector.partition(b"\n\n")
    told: dict[str, list[str]] = {}
    for line in head.decode().splitlines():
        key, _, value = line.partition(": ")
        told.setdefault(key, []).append(value)
    return told, zlib.decompress(data) if told.get("compressed") == ["zlib"] else data


def is_ours(vector: bytes) -> bool:
    told, _ = said(vector)
    return not {"armored", "passphrase"} & set(told) and set(told) <= KEYS


VECTORS = {name: vector for name, vector in vectors().items() if is_ours(vector)}


@pytest.mark.skipif(not VECTORS, reason="no age vectors here: neither Debian's nor npm's")
def test_there_are_as_many_vectors_as_were_looked_at() -> None:
    assert len(VECTORS) >= 85
    assert set(REFUSED) <= set(VECTORS)


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_opens_to_the_byte_or_fails_where_it_says(name: str) -> None:
    told, data = said(VECTORS[name])
    identities = [Identity.parse(text.encode()) for text in told.get("identity", [])]
    clear, failed = b"", ""
    try:
        for chunk in decrypt(io.BytesIO(data), identities):
            clear += chunk
    except SealError as error:
        failed = str(error)
    if name in REFUSED:
        assert told["expect"] == ["success"]
        assert REFUSED[name] in failed
        assert not clear
        return
    assert bool(failed) == (told["expect"] != ["success"]), failed
    released = told.get("payload", [hashlib.sha256(b"").hexdigest()])
    assert [hashlib.sha256(clear).hexdigest()] == released, (
        "of a file that is cut, what came before"
    )
