"""The work folder beside an output: `.NAME.contrejour/`, gone once the output is there.

It holds what a killed run had finished, so that `--resume` repeats nothing and gives the same
bytes:

    lock                        held by the one run that works here
    run.json                    what the run's bytes depend on; gone once it can't be gone on with
    looks/000000.json           what was seen in the frames of unit 0
    looks/000000.cells          … and which of their cells aren't the empty scene
    chunks/NAME.chunk           packets that are veiled, or had nothing to hide
    sample-000000.npz           a clear frame, while the empty scene is learned from it
    scene.npz, background.npz   the empty scene
    masks.json, output.mp4, …   the files to publish

Nothing in it is clear but the samples, which a run takes away when it ends, even by an error; one
that is killed can't, and the next run on the same output does. The output, its masks file and its
report appear under their names only when all of it is durable.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from contrejour.base.errors import Busy, OutputExists, OutputFailed
from contrejour.base.files import part_of, rename, replace, sweep, unwritable

TRIES = 100
"""Locks to take, each of them removed by a run that ended meanwhile, before it is given up."""


class WorkFolder:
    """The work folder of one output, locked; use as a context manager.

    Raises OutputExists where the output is there and `force` is not given, when it is made and
    again under the lock; Busy where another run holds the lock; OutputFailed where nothing can be
    written. The lock ends with the process, however that ends.
    """

    def __init__(self, out: Path, *, force: bool, resume: bool) -> None:
        self.out = out
        self.path = folder_path(out)
        self._resume = resume
        self._force = force
        self._check()

    def _check(self) -> None:
        """Refuse a name that is taken, before any work is done for it."""
        try:
            self.path.with_name(f"{self.path.name}.part").exists()  # longer than any name to come
            if self.out.is_dir():
                raise OutputFailed("output-is-a-folder", out=self.out)
            if self.out.exists() and not self._force:
                raise OutputExists("output-exists", out=self.out)
        except OSError as error:
            raise unwritable(self.out, error) from error

    def __enter__(self) -> WorkFolder:
        try:
            self._lock = self._locked()
        except BlockingIOError:
            raise Busy("being-written", path=self.out) from None
        except OSError as error:
            raise unwritable(self.path, error) from error
        try:
            self._check()  # a run that held the lock until now may have made the output
        except BaseException:
            self._lock.close()
            raise
        return self

    def _locked(self) -> TextIO:
        """The lock of the folder that is at `path` now; raises BlockingIOError where it is held."""
        for _ in range(TRIES):
            self.path.mkdir(parents=True, exist_ok=True)
            with suppress(FileNotFoundError):  # it was cleared away in between: make it again
                lock = (self.path / "lock").open("w")
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    if os.path.samestat(os.fstat(lock.fileno()), (self.path / "lock").stat()):
                        return lock
                except OSError:
                    lock.close()
                    raise
                lock.close()  # a lock on a file that was removed keeps nobody out
        raise BlockingIOError

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            for sample in self.path.glob("sample-*.npz"):  # a failed run leaves no clear frame
                sample.unlink()
        self._lock.close()

    def begin(self, identity: Mapping[str, object]) -> bool:
        """Start the run of this identity, or go on with it; True when something was kept.

        What another identity left is removed, and so is everything where `resume` is not given.
        """
        note = self.path / "run.json"
        text = json.dumps(dict(identity), sort_keys=True)
        kept = self._resume and note.exists() and note.read_text() == text
        try:
            if not kept:
                self._clear()
                replace(note, text.encode())
            for name in ("looks", "chunks"):
                (self.path / name).mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        return kept

    def publish(self, *finished: tuple[Path, Path]) -> None:
        """Give each (part, final) its final name, the video last, and clear the folder away."""
        try:
            *others, last = [(_beside(part, final), final) for part, final in finished]
            for part, final in others:
                rename(part, final)
            (self.path / "run.json").unlink(missing_ok=True)  # from here on there is no going on
            rename(*last)
        except OSError as error:
            raise unwritable(self.out, error) from error
        finally:
            for _, final in finished:
                sweep(final)
        with suppress(OSError):
            self._clear()
            (self.path / "lock").unlink()  # last: who finds no lock finds nothing of this run
            self.path.rmdir()

    def _clear(self) -> None:
        """Remove all but the lock."""
        for entry in self.path.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != "lock":
                entry.unlink()


def _beside(part: Path, final: Path) -> Path:
    """The part on the disk of its final name, so that one rename publishes it."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if part.stat().st_dev == final.parent.stat().st_dev:
        return part
    sweep(final)  # what a kill left
    near = part_of(final)
    shutil.copyfile(part, near)
    return near


def folder_path(out: Path) -> Path:
    """Where the work folder of an output is."""
    return out.with_name(f".{out.name}.contrejour")


def is_stopped(out: Path) -> bool:
    """Whether a run on this output was begun and not ended."""
    return (folder_path(out) / "run.json").exists()


def looks_path(folder: Path, number: int) -> Path:
    """The looks at the unit with this number."""
    return folder / "looks" / f"{number:06d}.json"


def cells_path(folder: Path, number: int) -> Path:
    """The scan of the unit with this number."""
    return folder / "looks" / f"{number:06d}.cells"


def sample_path(folder: Path, number: int) -> Path:
    """The planes of the sampled frame with this number."""
    return folder / f"sample-{number:06d}.npz"


def chunk_path(folder: Path, name: str) -> Path:
    """The packets of the chunk with this name."""
    return folder / "chunks" / f"{name}.chunk"
