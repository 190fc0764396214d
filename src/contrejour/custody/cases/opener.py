"""What the opener does: it says that it opens a window, and opens it once the log has that.

found = say(folder, found, key, windows, edge, clock)   # a step each, and an entry for the log
…                                                       # the log has them (logged.settle)
for path in show(folder, key, windows, cut): …          # each segment in the clear
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from contrejour.base.errors import InputMissing, SealError
from contrejour.base.files import make_folder
from contrejour.base.foreign import opened, read_named
from contrejour.base.messages import Tell
from contrejour.base.times import Clock
from contrejour.custody.cases import folder as folders
from contrejour.custody.cases import logged, records
from contrejour.custody.cases.case import Open
from contrejour.custody.cases.folder import CaseFile
from contrejour.custody.cases.party import window_of
from contrejour.custody.seal.age import decrypt, kept
from contrejour.custody.seal.file import vouched
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.new_files import writing
from contrejour.custody.seal.open import peel, window_key
from contrejour.custody.seal.recipient import Identity, OpeningKey
from contrejour.custody.seal.wipe import wipe


@dataclass(frozen=True, slots=True)
class LeftWindow:
    """A window that all have peeled: what is left of it for the opener, its segments, and where
    they go in the clear."""

    layer: bytes
    sealed: Sequence[Path]
    place: Path


def left_windows(layer: Path, sealed: Sequence[Path], output: Path) -> list[LeftWindow]:
    """Those of a layer, or of a folder of layers: there each is in the folder named as that of its
    segments. Raises InputMissing."""
    if not layer.is_dir():
        return [LeftWindow(read_named(layer), sealed, output)]
    found: dict[str, list[Path]] = {}
    for path in sealed:
        found.setdefault(Path(os.path.realpath(path)).parent.name, []).append(path)
    windows = []
    for name, segments in found.items():
        layers = sorted((layer / name).glob("*.age"))
        if len(layers) != 1:
            raise InputMissing("one-layer-of-each-window", path=layer / name, layers=len(layers))
        windows.append(LeftWindow(read_named(layers[0]), segments, output / name))
    return windows


def say(
    folder: Path, found: CaseFile, key: OpeningKey, windows: Iterable[LeftWindow],
    edge: Verifier | None, clock: Clock,
) -> CaseFile:  # fmt: skip
    """Say of each window that it is opened, unless that was said; the case as it is then.

    `edge`: the recorder that has to have signed the segments. Raises SealError, OrderError,
    OutputFailed; what was refused is neither said nor shown.
    """
    for window in windows:
        at, peeled = clock(), peel(window.layer, [key], None)
        with window_key(peeled) as own:
            step = Open((window_of(peeled.window),), (str(own.recipient()),))
        for each in window.sealed:
            if edge and vouched(each, edge).window != peeled.window:
                raise SealError("layer-of-another-window", layer=each)
        if logged.opening(folder, window.layer) is None:
            document = records.write(step, found.case.order.id, at)
            found = folders.add(folder, found, step, document, at)
            folders.owe(folder, records.owed_opened(found.case.order, window.layer, at))
    return found


def show(
    folder: Path, key: OpeningKey, windows: Sequence[LeftWindow], cut: Tell | None
) -> Iterator[Path]:
    """Each segment in the clear, for its user alone; nothing before the log has all that was said.

    `cut`: told of a segment that is cut off, what is whole of it is kept; None: that is refused.
    Raises LedgerError, SealError, OutputFailed.
    """
    for each in windows:
        logged.demand_logged(folder, logged.opening(folder, each.layer) or "")
    for each in windows:
        with window_key(peel(each.layer, [key], None)) as own:
            make_folder(each.place)
            for path in each.sealed:
                yield _clear(path, own, each.place, cut)


def _clear(path: Path, key: Identity, folder: Path, cut: Tell | None) -> Path:
    out = folder / path.name.removesuffix(".age")
    with opened(path, follow=True) as sealed, writing(out, 0o600) as file:
        for chunk in kept(decrypt(sealed, [key]), cut):
            file.write(chunk)
            wipe(chunk)
    return out
