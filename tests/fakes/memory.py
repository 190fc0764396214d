"""What lies in the memory of a process, and what a key would look like there."""

from __future__ import annotations

import hashlib

import numpy as np

from contrejour.custody.seal import bech32
from contrejour.custody.seal.recipient import Identity, RecipientKind

PAGE = 4096


def forms(secret: Identity) -> list[bytes]:
    """Halves of the key as it may lie about: raw, text, groups of five bits, expanded."""
    text = bytes(secret.text())
    letters = text[text.rindex(b"1") :]
    _, raw = bech32.decode(text)
    groups = bytes(bech32._regroup(raw, 8, 5, pad=True))
    found = [bytes(raw), letters, letters.lower(), groups]
    if secret.kind is RecipientKind.HYBRID:
        expanded = hashlib.shake_256(raw).digest(96)
        found += [expanded[:32], expanded[32:64], expanded[64:]]
    return [half for form in found for half in (form[:16], form[-16:])]


def memory(pid: int) -> list[bytes]:
    """Every piece of a process's memory that can be read, but for pages of zeros."""
    pieces = []
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as all_of:
        for line in maps:
            span, rights, *_ = line.split()
            if "r" not in rights or "[v" in line:
                continue
            start, end = (int(each, 16) for each in span.split("-"))
            try:
                all_of.seek(start)
                pieces.append(_told(all_of.read(end - start)))
            except (OSError, OverflowError):
                continue
    return [each for each in pieces if each]


def _told(data: bytes) -> bytes:
    pages = np.frombuffer(data, np.uint8)[: len(data) // PAGE * PAGE].reshape(-1, PAGE)
    return pages[pages.any(axis=1)].tobytes()
