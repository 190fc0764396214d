"""Whether an original is sealed already: what this user's key vouches for, and nothing else.

    OUT.sealed/vouched.json
        files     SHA-256 of each other file of the folder, the policy among them
        vouched   the code of the user's key (base/state.py) over these, and over the SHA-256 of
                  what was sealed, as it was read then; that stands nowhere

A folder of that name may be anybody's, and empty: who believes it, and deletes the original, has
nothing left.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from pathlib import Path

from contrejour.base import state
from contrejour.base.canonical import canonical
from contrejour.base.errors import InputMissing
from contrejour.base.foreign import opened, read_file
from contrejour.custody.seal.new_files import write_new

VOUCHED, LABEL = "vouched.json", "contrejour/seal/original/v1"
MOST_BYTES = 1 << 16


def vouch(folder: Path, input_sha256: str) -> None:
    """Say that this file is what `folder`, which is whole, has sealed. Raises OutputFailed."""
    files = _hashes(folder)
    code = state.vouch(LABEL, canonical({"files": files, "input": input_sha256}))
    write_new(folder / VOUCHED, canonical({"files": files, "vouched": code}))


def is_remembered(folder: Path, input_sha256: str, policy: bytes) -> bool:
    """Whether the file with this hash is sealed there, whole, for this policy. Raises OutputFailed.

    `policy`: the text of it, which names whose keys are sealed to.
    """
    try:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            return False
        told = json.loads(read_file(folder / VOUCHED, MOST_BYTES))
        if told["files"].get("open.policy") != hashlib.sha256(policy).hexdigest():
            return False
        said = {"files": told["files"], "input": input_sha256}
        known = state.vouched(LABEL, canonical(said), told["vouched"])
        return known and told["files"] == _hashes(folder)
    except (OSError, InputMissing, ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return False


def _sha256(path: Path) -> str:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file of a folder, "" for what is none, by the bytes of its name."""
    return {
        os.fsencode(path.name).decode("latin-1"): _sha256(path)
        if stat.S_ISREG(path.lstat().st_mode)
        else ""
        for path in sorted(folder.iterdir())
        if path.name != VOUCHED
    }
