"""Learning the empty scene from sample frames: what to keep of them, in one light, as a picture.

Thresholds: chosen on PETS09-S2L1, 2026-11-24; docs/design/scene.md has what was measured with them,
memory too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import CELL_PX, Cells
from contrejour.vision.scene import blocks, proof
from contrejour.vision.scene.blocks import Blocks, Light, Plane
from contrejour.vision.scene.proof import SCALE
from contrejour.vision.scene.scene import Scene

CAPACITY = 64
"""Samples that are kept at most, as block means."""
PICTURE_BYTES = 80 << 20
"""Memory of the whole pictures that are kept; the block means take as much, learning half of it."""
FEWEST_PICTURES = 4
"""Samples that are kept at least as whole pictures, however large they are."""

BLANK = 72
"""8-bit luma of the empty picture where nothing was ever seen; its chroma is grey. By eye."""
_WIPED = -1

Item = TypeVar("Item")


class EvenSample(Generic[Item]):
    """At most `capacity` items, evenly spaced over all those offered, however many they are."""

    def __init__(self, capacity: int) -> None:
        self.items: list[Item] = []
        self._capacity, self._stride, self._offered = capacity, 1, 0

    def wants(self) -> bool:
        """Whether the next item offered is kept. Depends on the count alone."""
        return self._offered % self._stride == 0

    def offer(self, item: Item | None) -> None:
        """Take the next item (None where it isn't wanted), and thin out when full."""
        if self.wants() and item is not None:
            self.items.append(item)
            if len(self.items) > self._capacity:
                self.items = self.items[::2]
                self._stride *= 2
        self._offered += 1


@dataclass(frozen=True, slots=True)
class _Sample:
    """One sample frame: its block means (int16, 1/64 level) and its hidden cells."""

    means: NDArray[np.int16]
    hidden: Cells


class Learner:
    """Takes sample frames of one fixed camera, in order, and learns its empty scene.

    Memory is flat: some 200 MiB at most up to 4K, whatever the number of samples. Past `capacity`
    samples it keeps every second one, then every fourth, and so on: by their count alone.
    """

    def __init__(
        self,
        height: int,
        width: int,
        subsampling: tuple[int, int],
        depth: int,
        capacity: int = CAPACITY,
        *,
        watch_hidden: bool = True,
        pictures: bool = True,
    ) -> None:
        """`pictures`: also draw the scene, for a fill; a comparison does without."""
        self._shape = height, width
        self._subsampling, self._depth, self._watch_hidden = subsampling, depth, watch_hidden
        self._side = blocks.block_px(height, width)
        self._samples: EvenSample[_Sample] = EvenSample(capacity)
        chroma = 2 / (1 << sum(subsampling))
        picture_bytes = int(height * width * (1 + chroma)) * (1 if depth <= 8 else 2)
        room = max(FEWEST_PICTURES, PICTURE_BYTES // picture_bytes)
        self._draws = pictures
        self._pictures: EvenSample[tuple[_Sample, tuple[Plane, ...]]] = EvenSample(
            min(capacity, room)
        )

    def add(self, planes: tuple[Plane, ...], hidden: Cells) -> None:
        """One sample frame. `hidden`: the cells under a mask, of which no pixel is learned."""
        sampled, pictured = self._samples.wants(), self._draws and self._pictures.wants()
        sample = picture = None
        if sampled or pictured:
            sample = self._sample(planes, hidden)
        if sample and pictured:
            picture = sample, tuple(plane.copy() for plane in planes)
        self._samples.offer(sample)
        self._pictures.offer(picture)

    def _sample(self, planes: tuple[Plane, ...], hidden: Cells) -> _Sample:
        means = blocks.means(planes, self._side, self._subsampling, self._depth)
        fixed = np.rint(means * SCALE).astype(np.int16)
        if not self._watch_hidden:
            fixed[:, self._spread(hidden)] = _WIPED
        return _Sample(fixed, hidden.copy())

    def learn(self) -> Scene:
        """The empty scene by the samples so far. Too few of them prove nothing."""
        samples = self._samples.items
        rows, columns = blocks.grid(*self._shape)
        if not samples:
            per = CELL_PX // self._side
            nothing = np.zeros((1, rows * per, columns * per), np.float32)
            none = np.zeros((rows, columns), np.bool_)
            return Scene((), nothing, nothing, none, self._subsampling, self._depth)
        lights = self._lights([*samples, *(sample for sample, _ in self._pictures.items)])
        series = np.stack([
            np.rint(self._by_cell(_unlit(sample, lights[id(sample)])) * SCALE).astype(np.int16)
            for sample in samples
        ])  # fmt: skip
        hidden = np.stack([sample.hidden.ravel() for sample in samples])
        channels = len(samples[0].means)
        by_cell, spread, agrees = proof.centres(series, ~hidden, channels)
        proven = proof.proven(agrees, spread, hidden, columns, self._watch_hidden)
        centre, noise = self._whole(by_cell), self._whole(spread)
        if self._draws:
            planes, drawn = self._picture(centre, noise, lights)
            return Scene(planes, centre, noise, proven & drawn, self._subsampling, self._depth)
        return Scene((), centre, noise, proven, self._subsampling, self._depth)

    def _spread(self, cells: Cells) -> NDArray[np.bool_]:
        """Cells as blocks."""
        per = CELL_PX // self._side
        return cells.repeat(per, 0).repeat(per, 1)

    def _by_cell(self, means: NDArray[np.float32]) -> NDArray[np.float32]:
        """(channels, rows, columns) of blocks as (cells, channels * blocks of a cell)."""
        per = CELL_PX // self._side
        channels, rows, columns = means.shape
        parts = means.reshape(channels, rows // per, per, columns // per, per)
        return parts.transpose(1, 3, 0, 2, 4).reshape(-1, channels * per * per)

    def _whole(self, by_cell: NDArray[np.float32]) -> Blocks:
        """The inverse of `_by_cell`."""
        per = CELL_PX // self._side
        rows, columns = blocks.grid(*self._shape)
        parts = by_cell.reshape(rows, columns, -1, per, per).transpose(2, 0, 3, 1, 4)
        return np.ascontiguousarray(parts.reshape(-1, rows * per, columns * per))

    def _lights(self, samples: list[_Sample]) -> dict[int, Light]:
        """The light of each sample against the median of all, by the identity of the sample."""
        step = max(1, samples[0].means[0].size // blocks.FIT_BLOCKS)
        channels = len(samples[0].means)
        picked = {
            id(sample): (
                sample.means.reshape(channels, -1)[:, ::step].astype(np.float32)
                / np.float32(SCALE),
                ~self._spread(sample.hidden).ravel()[::step],
            )
            for sample in samples
        }
        means = np.stack([
            np.where(shown, values, np.float32(np.nan)) for values, shown in picked.values()
        ])  # fmt: skip
        known = ~np.isnan(means).all(axis=(0, 1))
        median = np.zeros(means.shape[1:], np.float32)
        median[:, known] = np.nanmedian(means[:, :, known], axis=0)
        same = Light(1.0, 0.0, (0.0,) * (channels - 1))
        return {
            key: blocks.light(median, values, shown & known) or same
            for key, (values, shown) in picked.items()
        }

    def _picture(
        self, centre: Blocks, noise: Blocks, lights: dict[int, Light]
    ) -> tuple[tuple[Plane, ...], Cells]:
        """Per block, the mean of the kept pictures in which it is unmasked and agrees.

        And the cells that such pictures could draw.
        """
        per = CELL_PX // self._side
        count = np.zeros(centre.shape[1:], np.float32)
        sums: list[NDArray[np.float32]] = []
        for sample, planes in self._pictures.items:
            seen = lights[id(sample)]
            agrees = (np.abs(_unlit(sample, seen) - centre) <= proof.AGREE * noise).all(axis=0)
            weight = (agrees & ~self._spread(sample.hidden)).astype(np.float32)
            count += weight
            sums = sums or [np.zeros(plane.shape, np.float32) for plane in planes]
            for number, plane in enumerate(planes):
                even = seen.unlit_plane(plane, number, self._unit)
                sums[number] += even * self._pixels(weight, number, plane.shape)
        rows, columns = blocks.grid(*self._shape)
        drawn = np.asarray((count.reshape(rows, per, columns, per) > 0).all(axis=(1, 3)))
        return tuple(self._mean(total, count, number) for number, total in enumerate(sums)), drawn

    def _mean(self, total: NDArray[np.float32], count: NDArray[np.float32], number: int) -> Plane:
        times = self._pixels(count, number, total.shape)
        blank = (BLANK if number == 0 else 128) * self._unit
        mean = np.rint(np.where(times > 0, total / np.maximum(times, 1), blank))
        mean = np.clip(mean, 0, (1 << self._depth) - 1)
        return mean.astype(np.uint8) if self._depth <= 8 else mean.astype(np.uint16)

    @property
    def _unit(self) -> int:
        """One level of the 8-bit scale, in sample values."""
        return 1 << (self._depth - 8)

    def _pixels(
        self, weight: NDArray[np.float32], number: int, shape: tuple[int, ...]
    ) -> NDArray[np.float32]:
        """A value per block as a value per sample of plane `number`."""
        across, down = self._subsampling if number else (0, 0)
        side = self._side
        spread = weight.repeat(side >> down, 0).repeat(side >> across, 1)
        return spread[: shape[0], : shape[1]]


def _unlit(sample: _Sample, light: Light) -> Blocks:
    return light.unlit(sample.means.astype(np.float32) / np.float32(SCALE))
