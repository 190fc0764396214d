"""What of an earlier run may be believed: what this user's own key vouches for (base/state.py).

In the masks file of an output, among the parameters:

    run            SHA-256 of all that the output depends on: input, settings, detector, masks
    output_sha256  the output's
    chunks         the name and the frames of each chunk of it
    vouched        the code of the user's key over these three

The frames of a masks file are not among it: a hand may edit them, and the name of a chunk says
which cells are hidden in it. An output without a code, by an earlier version or another user, is
only what somebody says of it: it is rendered again.
"""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from contrejour.base import state
from contrejour.base.canonical import canonical
from contrejour.base.errors import InputMissing, MasksError
from contrejour.base.files import sha256
from contrejour.base.fixed import FixedFile
from contrejour.recorded import masksfile
from contrejour.recorded.folder import is_stopped
from contrejour.recorded.job import given_masks, identity
from contrejour.recorded.request import Options, masks_name

Rows = list[tuple[str, int]]
OUTPUT = "contrejour/veil/output/v1"


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier output that this user's key vouches for."""

    run: str
    output_sha256: str
    chunks: tuple[tuple[str, int], ...]


def run_id(run: Mapping[str, object]) -> str:
    """The SHA-256 of all that the output of a run depends on (`job.identity`)."""
    return hashlib.sha256(canonical(run)).hexdigest()


def parameters(
    run: Mapping[str, object], output_sha256: str, chunks: Sequence[tuple[str, int]] = ()
) -> dict[str, object]:
    """What a masks file says of a new output, vouched for. Raises OutputFailed."""
    rows = [list(chunk) for chunk in chunks]
    told = {"run": run_id(run), "output_sha256": output_sha256, "chunks": rows}
    return {**told, "vouched": state.vouch(OUTPUT, canonical(told))}


def earlier(out: Path) -> Earlier | None:
    """What this user's key vouches for of the output that is there; None for nothing.

    Its bytes are still to be compared. Raises OutputFailed.
    """
    beside = masks_name(out)
    if not (is_file(out) and is_file(beside)):
        return None
    try:
        given = masksfile.read(beside)[0].parameters
        told = {name: given.get(name) for name in ("run", "output_sha256", "chunks")}
        if not state.vouched(OUTPUT, canonical(told), given.get("vouched")):
            return None
    except (MasksError, ValueError):
        return None
    chunks = tuple((str(name), int(frames)) for name, frames in cast("Rows", told["chunks"]))
    return Earlier(str(told["run"]), str(told["output_sha256"]), chunks)


def is_done(source: FixedFile, out: Path, options: Options) -> bool:
    """Whether the output of exactly this run is there, whole, and no run on it was stopped since.

    Raises OutputFailed, MasksError, InputMissing.
    """
    if is_stopped(out) or (found := earlier(out)) is None:
        return False
    masks = given_masks(options)
    run = run_id(identity(options, source.sha256, out.suffix, masks.sha256 if masks else None))
    try:
        return found.run == run and found.output_sha256 == sha256(out)
    except OSError as error:
        raise InputMissing("cannot-be-read", path=out, reason=error.strerror) from error


def is_file(path: Path) -> bool:
    """Whether it is one, and no link: a pipe would be waited for."""
    with suppress(OSError):
        return stat.S_ISREG(path.lstat().st_mode)
    return False
