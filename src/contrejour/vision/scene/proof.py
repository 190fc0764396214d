"""When a cell is proven to be the empty scene: from sample frames, only where no mask lay.

Every block (`blocks.py`) has a series of values over the samples, in one light: each sample is
first brought to the light of the median. Of the n values seen while the block was unmasked, the
*shorth* is the shortest interval that holds more than half (Andrews et al., Robust Estimates of
Location, 1972); its median is the empty scene, its length / 1.349 the noise (a normal law's
sigma). What stood there for less than half of the sightings moves neither. A sighting *agrees*
when all its channels are within AGREE noises of the scene.

A cell is proven when, in each of its blocks, all of this holds:

    seen       SIGHTINGS unmasked sightings agree at least, and a SHARE of all samples
    steady     more than half of the unmasked sightings agree; the noise is below UNSTEADY
    no person  see below

*No person*: somebody who keeps still, and whom the detector loses now and then, is seen while the
mask is away, and agrees with what was under it. A mask is *explained* in a sample when a part
EXPLAINED of its cells differs from the scene: there is somebody in front of it. A mask in which
nothing differs lies on something that was taken for the scene. A cell is refused when more than
UNDER_MASK of the sightings that agree lie under unexplained masks, or more agree under masks of
any sort than in the open. This alone reads masked pixels, and it can only refuse. With
`watch_hidden=False` they are wiped on arrival and the rule falls: the scene is then a function of
unmasked pixels and masks alone.

Thresholds: chosen on PETS09-S2L1, 2026-11-24; docs/design/scene.md has what was measured with them.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from contrejour.base.pictures import Cells

SIGHTINGS = 8
"""Unmasked sightings that have to agree, at least."""
SHARE = 0.3
"""And as a share of all samples."""
UNDER_MASK = 0.2
"""Of the sightings that agree, the share that may lie under unexplained masks."""
DIFFERS = 0.25
"""Share of a cell's blocks from which the cell differs from the scene."""
EXPLAINED = 0.2
"""Share of a mask's cells that differ, from which there is somebody in front of the scene."""
AGREE = 4.0
"""Noises within which a sighting agrees with the scene."""
NOISE_FLOOR = 0.7
"""Levels of noise at least: compression alone makes as much."""
UNSTEADY = 8.0
"""Levels of noise from which a value (an escalator, a screen, leaves in wind) proves nothing."""
STEADY_SHARE = 0.75
"""Share of a cell's values that have to be steadier than that. Not all: beside an edge that sways
some values are noisy, and the others still tell whether somebody stands there."""

SCALE = 64
"""Units of a level in the series, which are int16, by definition."""


def centres(
    series: NDArray[np.int16], shown: NDArray[np.bool_], channels: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_]]:
    """Centre and noise of every value, and (samples, cells, blocks) whether a sighting agrees.

    `series`: (samples, cells, values of a cell), in 1/64 level; `shown`: (samples, cells).
    """
    samples, cells, values = series.shape
    centre = np.zeros((cells, values), np.float32)
    noise = np.full((cells, values), UNSTEADY, np.float32)
    agrees = np.zeros((samples, cells, values // channels), np.bool_)
    for picked, times in _by_sightings(shown):
        seen = series[:, picked].astype(np.float32) / SCALE
        ranked = np.sort(np.where(shown[:, picked, None], seen, np.inf), axis=0)[:times]
        middle, spread = _shorth(ranked)
        centre[picked], noise[picked] = middle, spread
        near = np.abs(seen - middle) <= AGREE * spread
        agrees[:, picked] = near.reshape(samples, len(picked), channels, -1).all(axis=2)
    return centre, noise, agrees


def proven(
    agrees: NDArray[np.bool_],
    noise: NDArray[np.float32],
    hidden: NDArray[np.bool_],
    columns: int,
    watch_hidden: bool,
) -> Cells:
    """The cells, (rows, columns), that are proven; `hidden`: (samples, cells).

    Cells enclosed by refused ones, or a cell wide between two, are refused too: whoever is in the
    refused ones is likely to reach over them.
    """
    good = steady(agrees, noise, hidden)
    if watch_hidden:
        good &= ~perhaps_a_person(agrees, hidden, good, columns)
    refused = np.pad((~good).reshape(-1, columns).astype(np.uint8), 1)
    closed = cv2.morphologyEx(refused, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(closed[1:-1, 1:-1] == 0)


def steady(
    agrees: NDArray[np.bool_], noise: NDArray[np.float32], hidden: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which cells are seen often enough, and steady."""
    shown = ~hidden
    times = shown.sum(axis=0)[:, None]
    opened = (agrees & shown[:, :, None]).sum(axis=0)
    enough = (opened >= max(SIGHTINGS, SHARE * len(hidden))) & (2 * opened > times)
    return np.asarray(enough.all(axis=1) & ((noise < UNSTEADY).mean(axis=1) >= STEADY_SHARE))


def perhaps_a_person(
    agrees: NDArray[np.bool_], hidden: NDArray[np.bool_], seen: NDArray[np.bool_], columns: int
) -> NDArray[np.bool_]:
    """Which cells may show a person who was taken for the scene."""
    unexplained = np.zeros_like(hidden)
    differs = (~agrees).mean(axis=2) >= DIFFERS
    for number, mask in enumerate(hidden):
        count, labels = cv2.connectedComponents(
            mask.reshape(-1, columns).astype(np.uint8), connectivity=8
        )
        flat = labels.ravel()
        of = np.bincount(flat[seen], minlength=count)
        differing = np.bincount(flat[seen & differs[number]], minlength=count)
        unexplained[number] = mask & (differing <= EXPLAINED * of)[flat]
    opened = (agrees & ~hidden[:, :, None]).sum(axis=0)
    under = (agrees & hidden[:, :, None]).sum(axis=0)
    odd = (agrees & unexplained[:, :, None]).sum(axis=0)
    return np.asarray(((odd > UNDER_MASK * (odd + opened)) | (under > opened)).any(axis=1))


def _by_sightings(shown: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.intp], int]]:
    """Groups of cells that were seen equally often, at least once, few enough for memory."""
    times = shown.sum(axis=0)
    for count in np.unique(times[times > 0]).tolist():
        picked = np.flatnonzero(times == count)
        for at in range(0, len(picked), 1024):
            yield picked[at : at + 1024], count


def _shorth(
    ranked: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centre and noise of series sorted along the first axis: the shortest half of each."""
    times = len(ranked)
    half = times // 2 + 1
    lengths = ranked[half - 1 :] - ranked[: times - half + 1]
    first = lengths.argmin(axis=0)[None]
    length = np.take_along_axis(lengths, first, 0)[0]
    middle = np.take_along_axis(ranked, first + half // 2, 0)[0]
    return middle, np.maximum(length / np.float32(1.349), np.float32(NOISE_FLOOR))
