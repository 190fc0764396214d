"""The empty scene, as learned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from zipfile import BadZipFile

import numpy as np

from contrejour.base.pictures import CELL_PX, Cells
from contrejour.vision.scene.blocks import Blocks, Plane, block_px, grid

VERSION = 1
"""Of the file's format, by definition."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The empty scene.

    `planes`: the picture, each block the mean of the sightings that agree; flat where none does.
    `blocks`, `noise`: block means and their noise, (channels, rows, columns), on the 8-bit scale.
    `proven`: the cells that may be shown; the others stay hidden for ever.
    """

    planes: tuple[Plane, ...]
    blocks: Blocks
    noise: Blocks
    proven: Cells
    subsampling: tuple[int, int]
    depth: int

    @property
    def side(self) -> int:
        """Side of the blocks in pixels."""
        return int(CELL_PX * self.proven.shape[0] // self.blocks.shape[1])

    def fits(self, height: int, width: int) -> bool:
        """Whether it is of coded pictures of this size."""
        side = block_px(height, width)
        rows, columns = grid(height, width)
        shape = rows * (CELL_PX // side), columns * (CELL_PX // side)
        return (
            self.proven.shape == (rows, columns)
            and self.blocks.shape[1:] == self.noise.shape[1:] == shape
            and len(self.blocks) == len(self.noise)
        )

    @property
    def bare(self) -> Scene:
        """This scene, to be kept: without the unproven cells, where somebody may have been."""
        per = CELL_PX // self.side
        proven = self.proven.repeat(per, 0).repeat(per, 1)
        blank = (np.where(proven, kept, np.float32(0)) for kept in (self.blocks, self.noise))
        return replace(self, planes=(), blocks=next(blank), noise=next(blank))

    def save(self, path: Path) -> None:
        """Write to `path` (.npz, no pickle)."""
        with path.open("wb") as file:
            self.write(file)

    def write(self, file: BinaryIO) -> None:
        """Write it as `save` does."""
        numbers = np.array([VERSION, *self.subsampling, self.depth])
        planes = {f"plane{number}": plane for number, plane in enumerate(self.planes)}
        np.savez(
            file, numbers=numbers, blocks=self.blocks, noise=self.noise, proven=self.proven,
            allow_pickle=False, **planes,
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path | BinaryIO) -> Scene:
        """Read what `save` wrote. Raises ValueError for another version, or for something else."""
        try:
            opened = np.load(path, allow_pickle=False)
        except (EOFError, BadZipFile) as error:
            raise ValueError(f"{path} is no scene") from error
        with opened as kept:
            version, across, down, depth = kept["numbers"].tolist()
            if version != VERSION:
                raise ValueError(f"{path} is of scene version {version}, expected {VERSION}")
            planes = tuple(kept[name] for name in sorted(kept.files) if name.startswith("plane"))
            learned = kept["blocks"], kept["noise"], kept["proven"]
            return cls(planes, *learned, (across, down), depth)
