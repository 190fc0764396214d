"""The work folder beside an output: `.NAME.contrejour/`, gone once the output is there.

It holds what a killed run had finished (looks, veiled chunks), so that `--resume` repeats nothing
and gives the same bytes. Nothing in it is clear: a chunk is stored veiled, or had nothing to hide.
The output, its masks file and its report appear under their names only when all of it is durable.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from pathlib import Path
from typing import Any

from contrejour.base.errors import Busy, OutputExists, OutputFailed
from contrejour.base.files import sync, unwritable, write_atomic


class Work:
    """The locked work folder of one output; use as a context manager."""

    def __init__(self, out: Path, *, force: bool, resume: bool) -> None:
        self.out = out
        self.path = out.with_name(f".{out.name}.contrejour")
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

    def __enter__(self) -> Work:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("being-written", path=self.out) from None
            self._check()  # the run that held the lock may have ended well
        except OSError as error:
            raise unwritable(self.path, error) from error
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.close()

    def begin(self, run: dict[str, Any]) -> bool:
        """Start, or go on with, the run that `run` describes; True when something was kept."""
        note = self.path / "run.json"
        text = json.dumps(run, sort_keys=True)
        kept = self._resume and note.exists() and note.read_text() == text
        try:
            if not kept:
                for entry in self.path.iterdir():
                    if entry.is_dir():
                        shutil.rmtree(entry)
                    elif entry.name != "lock":
                        entry.unlink()
                write_atomic(note, text.encode())
            for name in ("looks", "chunks"):
                (self.path / name).mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(self.path, error) from error
        return kept

    def publish(self, *finished: tuple[Path, Path]) -> None:
        """Give each (part, final) its final name, the video last, and clear the folder away."""
        try:
            staged = [(_beside(part, final), final) for part, final in finished]
            for part, final in staged[:-1]:
                os.replace(part, final)
            (self.path / "run.json").unlink(missing_ok=True)  # from here on there is no going on
            os.replace(*staged[-1])
            sync(self.out.parent)
        except OSError as error:
            raise unwritable(self.out, error) from error
        shutil.rmtree(self.path, ignore_errors=True)


def _beside(part: Path, final: Path) -> Path:
    """The part on the disk of its final name, so that one rename publishes it."""
    final.parent.mkdir(parents=True, exist_ok=True)
    if part.stat().st_dev == final.parent.stat().st_dev:
        return part
    near = final.with_name(f".{final.name}.part")
    shutil.copyfile(part, near)
    with near.open("rb") as file:
        os.fsync(file.fileno())
    return near
