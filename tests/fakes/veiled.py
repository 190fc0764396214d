"""Veil in this process, and look at what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
from fakes.inline import in_this_process
from fakes.videos import pool_of

from contrejour.base.pictures import Mask
from contrejour.recorded import masksfile
from contrejour.recorded.request import Options, Summary, masks_name
from contrejour.recorded.run import veil_video
from contrejour.vision.veil.fill import SOLID_LUMA


def quiet(name: str, frames: int, total: int) -> None:
    """No progress."""


def veil_it(source: Path, out: Path, *, jobs: int = 0, **options: Any) -> Summary:
    """`contrejour veil SOURCE -o OUT`; no process is started, unless there are `jobs`."""
    with in_this_process(not jobs):
        return veil_video(source, out, Options(jobs=jobs, **options), quiet, pool_of(jobs))


def masks_of(out: Path) -> list[Mask]:
    _, rows = masksfile.read(masks_name(out))
    return [mask for _, mask in rows]


def veiled(out: Path) -> list[bool]:
    """Of every frame of the output, whether it is one flat field."""
    flat = []
    with av.open(str(out)) as container:
        for frame in container.decode(video=0):
            luma = frame.reformat(format="gray").to_ndarray().astype(int)
            flat.append(bool(np.abs(luma - SOLID_LUMA).max() < 24))
    return flat
