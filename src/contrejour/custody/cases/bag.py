"""What is handed over, as a BagIt bag (RFC 8493): files, their hashes, and how to check them.

    BAG/data/…                                   the files, as they were given
    BAG/custody/order.json, steps/, open.policy  the case, but for what is personal
    BAG/proofs/…                                 of the log, as they were given
    BAG/case.jsonld  VERIFY.txt                  CASE/UCO, and commands of standard tools
    BAG/bagit.txt  bag-info.txt  manifest-sha256.txt  tagmanifest-sha256.txt

It holds clear pictures: only its user may read it (mode 0700, files 0600).
All of it is durable before its name is there; the SHA-256 of the tag manifest speaks for the whole.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from contrejour.base.errors import InputMissing, Malformed, OutputExists
from contrejour.base.files import (
    new_folder,
    own_folders,
    sha256,
    write_first,
    writing,
)
from contrejour.base.foreign import copied
from contrejour.base.messages import Message

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"


@dataclass(frozen=True, slots=True)
class Payload:
    """A file of data/: `name` with slashes, below it."""

    name: str
    sha256: str
    size: int


def payload(files: Mapping[str, Path]) -> tuple[Payload, ...]:
    """What would be in the bag, hashed, in order. Raises Malformed, InputMissing."""
    found = []
    for name, path in sorted(files.items()):
        _demand_inside(name)
        try:
            found.append(Payload(name, sha256(path), path.stat().st_size))
        except OSError as error:
            raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error
    if not found:
        raise InputMissing("bag-empty")
    return tuple(found)


def write(
    bag: Path, files: Mapping[str, Path], tags: Mapping[str, bytes], info: Mapping[str, str],
    made_on: date,
) -> str:  # fmt: skip
    """The bag, all of it or nothing; the SHA-256 of its tagmanifest-sha256.txt.

    `tags`: the files beside data/, by name. A file that changes while it is copied is noticed.
    Raises OutputExists, OutputFailed, InputMissing, Malformed.
    """
    if bag.exists():
        raise OutputExists("bag-exists", bag=bag)
    load = payload(files)
    for name in tags:
        _demand_inside(name)
    size = sum(each.size for each in load)
    told = {**info, "Bagging-Date": made_on.isoformat(), "Payload-Oxum": f"{size}.{len(load)}"}
    all_tags = {
        **tags, "bagit.txt": BAGIT, "bag-info.txt": _info(told),
        "manifest-sha256.txt": _manifest({f"data/{each.name}": each.sha256 for each in load}),
    }  # fmt: skip
    last = _manifest({name: hashlib.sha256(tag).hexdigest() for name, tag in all_tags.items()})
    with writing(bag, Message("free-space-nothing-half")), new_folder(bag, mode=0o700) as beside:
        for each in load:
            _copy(files[each.name], beside / "data" / each.name, each.sha256)
        for name, tag in {**all_tags, "tagmanifest-sha256.txt": last}.items():
            _put(beside / name, tag)
    return hashlib.sha256(last).hexdigest()


def _demand_inside(name: str) -> None:
    """No name leads out of the bag, or hides in it.

    Nor has a percent sign: RFC 8493 writes it %25, and few tools read that back.
    """
    parts = PurePosixPath(name).parts
    strange = re.search(r"[\x00-\x1f\x7f\\%]", name) or any(part.startswith(".") for part in parts)
    if not parts or strange or name != "/".join(parts) or name.startswith("/"):
        raise Malformed("bad-name-in-bag", name=name)


def _manifest(hashes: Mapping[str, str]) -> bytes:
    """RFC 8493, 2.1.3, as sha256sum writes it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode()


def _info(told: Mapping[str, str]) -> bytes:
    """RFC 8493, 2.2.2. A line break in a value would be another element."""
    return "".join(f"{name}: {' '.join(text.split())}\n" for name, text in told.items()).encode()


def _copy(source: Path, to: Path, digest: str) -> None:
    own_folders(to.parent)
    if copied(Path(os.path.realpath(source)), to, 0o600) != digest:
        raise InputMissing("file-changed-while-bagged", source=source)


def _put(path: Path, data: bytes) -> None:
    own_folders(path.parent)
    write_first(path, data, 0o600)
