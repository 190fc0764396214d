"""The work folder of an output, in the user's own state folder; gone once the output is there.

    $XDG_STATE_HOME/contrejour/veil/<hash of where the output will be>/         mode 0700

It holds what a killed run had finished, so that `--resume` repeats nothing and gives the same
bytes:

    lock                        held by the one run of this user that works here
    run.json                    what the run's bytes depend on, and the code of the user's key over
                                it; gone once it can't be gone on with
    looks/000000.json           what was seen in the frames of unit 0
    looks/000000.cells          … and which of their cells aren't the empty scene
    chunks/NAME.chunk           packets that are veiled, or had nothing to hide
    scene.npz, background.npz   the empty scene, as numbers to compare with, and as a fill
    earlier                     an output that was there before, while chunks are taken from it
    masks.json, output.mp4, …   the files to publish

It never lies beside the input or the output: what lies there came from somebody else, who may
have put links, or work that shows everybody, where ours would be. Nothing in it is a clear frame.
The output, its masks file and its report appear under their names only when all of it is durable.
What nobody went on with for KEPT_DAYS is removed by the next run on any output.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from contrejour.base import state
from contrejour.base.canonical import canonical
from contrejour.base.errors import Busy, OutputExists, OutputFailed
from contrejour.base.files import (
    demand_room,
    lock_file,
    make_folder,
    rename,
    replace,
    unwritable,
    writing,
)
from contrejour.base.foreign import copied
from contrejour.base.parts import part_of, sweep
from contrejour.recorded.request import masks_name

TRIES = 100
"""Locks to take, each of them removed by a run that ended meanwhile, before it is given up."""
KEPT_DAYS = 30
RUN = "contrejour/veil/run/v1"
"""What the user's key vouches for in run.json."""


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
        with writing(self.out):
            for longest in (self.out, masks_name(self.out)):
                with suppress(FileNotFoundError, NotADirectoryError):
                    longest.lstat()  # a name that is too long is refused here
            if self.out.is_dir() and not self.out.is_symlink():
                raise OutputFailed("output-is-a-folder", out=self.out)
            if os.path.lexists(self.out) and not self._force:
                if self._resume:
                    raise OutputExists("output-exists-unlike", out=self.out)
                raise OutputExists("output-exists", out=self.out)

    def __enter__(self) -> WorkFolder:
        with writing(self.out):
            demand_room(self.out)  # not after hours of work
        with writing(self.path):
            _remove_old(self.path.parent)
            self._lock = self._locked()
        try:
            self._check()  # a run that held the lock until now may have made the output
        except BaseException:
            self._lock.close()
            raise
        return self

    def _locked(self) -> BinaryIO:
        """The lock of the folder that is at `path` now. Raises Busy, OutputFailed, OSError."""
        for _ in range(TRIES):
            state.own_folder(self.path)
            with suppress(FileNotFoundError):  # it was cleared away in between: make it again
                lock = lock_file(self.path / "lock", self.out)
                with suppress(FileNotFoundError):
                    here = os.stat(self.path / "lock")
                    if os.path.samestat(os.fstat(lock.fileno()), here):
                        os.utime(self.path)
                        return lock
                lock.close()  # a lock on a file that was removed keeps nobody out
        raise Busy("being-written", path=self.out)

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def begin(self, identity: Mapping[str, object]) -> bool:
        """Start the run of this identity, or go on with it; True when something was kept.

        What another identity left is removed, and so is everything where `resume` is not given.
        """
        note = self.path / "run.json"
        told = {"run": dict(identity), "folder": self.path.name}
        code = state.vouch(RUN, canonical(told))
        text = json.dumps({**told, "vouched": code}, sort_keys=True)
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
        """Give each (part, final) its final name, the video last, and clear the folder away.

        Raises OutputExists where another user, whose work lies elsewhere, was first: `force` alone
        replaces. OutputFailed.
        """
        self._check()
        try:
            *others, last = [(_beside(part, final), final) for part, final in finished]
            for part, final in others:
                rename(part, final)
            (self.path / "run.json").unlink(missing_ok=True)  # from here on there is no going on
            rename(*last, new=not self._force)
        except FileExistsError:
            raise OutputExists("output-exists", out=self.out) from None
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
    make_folder(final.parent)
    if part.stat().st_dev == final.parent.stat().st_dev:
        return part
    sweep(final)  # what a kill left
    near = part_of(final)
    copied(part, near)
    return near


def _remove_old(folder: Path) -> None:
    """Remove the work folders that nobody works in, or went on with for KEPT_DAYS."""
    for each in folder.iterdir():
        with suppress(OSError, Busy):
            if time.time() - each.stat().st_mtime > KEPT_DAYS * 86_400:
                with lock_file(each / "lock", each):
                    shutil.rmtree(each)


def folder_path(out: Path) -> Path:
    """Where the work folder of an output is, named by the place of the output. Raises OutputFailed.

    Links to its folder are followed: by whichever name, there is one run at a time.
    """
    place = os.fsencode(Path(os.path.realpath(out.parent), out.name))
    veil = state.own_folder(state.folder() / "veil")
    return veil / hashlib.sha256(place).hexdigest()[:32]


def old_folder_path(out: Path) -> Path:
    """Where earlier versions had it: nothing there is read, changed or removed."""
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


def chunk_path(folder: Path, name: str) -> Path:
    """The packets of the chunk with this name."""
    return folder / "chunks" / f"{name}.chunk"
