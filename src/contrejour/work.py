"""The work folder beside an output: `.NAME.contrejour/`, gone once the output is there.

It holds what a killed run had finished (looks, veiled chunks), so that `--resume` repeats nothing
and gives the same bytes. Nothing in it is clear: a chunk is stored veiled, or had nothing to hide.
The output, its masks file and its report appear under their names only when all of it is durable.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from contrejour.errors import Busy, OutputExists, OutputFailed


class Work:
    """The locked work folder of one output; use as a context manager."""

    def __init__(self, out: Path, *, force: bool, resume: bool) -> None:
        if out.exists() and not force:
            raise OutputExists(f"{out} exists", "--force replaces it, -o writes elsewhere")
        self.out = out
        self.path = out.with_name(f".{out.name}.contrejour")
        self._resume = resume

    def __enter__(self) -> Work:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = (self.path / "lock").open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"another run is writing {self.out}", "wait for it to end") from None
        except OSError as error:
            raise _failed(self.path, error) from error
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
            raise _failed(self.path, error) from error
        return kept

    def publish(self, *finished: tuple[Path, Path]) -> None:
        """Give each (part, final) its final name, the video last, and clear the folder away."""
        try:
            for part, final in finished:
                os.replace(part, final)
            folder = os.open(self.out.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        except OSError as error:
            raise _failed(self.out, error) from error
        shutil.rmtree(self.path, ignore_errors=True)


def write_atomic(path: Path, data: bytes) -> None:
    """At `path` there is all of `data`, durable, or what was there before."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _failed(path: Path, error: OSError) -> OutputFailed:
    return OutputFailed(
        f"{path} can't be written: {error.strerror}", "free some space, or choose -o elsewhere"
    )
