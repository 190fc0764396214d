"""The models on this machine: where they are kept, and that each is the one that was pinned.

    CONTREJOUR_CACHE/models/            or  XDG_CACHE_HOME/contrejour/models/
      picodet-s-coco/                       or  ~/.cache/contrejour/models/
        model.pdmodel  model.pdiparams
        LICENCE.txt    LICENCE.carrier.txt
      .lock                             held while one process writes here
      .fetch-XXXXXXXX/                  a download under way; moved into place when whole

A model's folder appears at once, whole, or not at all, and its files are hashed again at each
load (about 10 ms for all three). The network is asked only when a file is missing.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from contrejour.base.errors import ModelError
from contrejour.base.files import opened_own
from contrejour.vision.detect.fetch import Progress, check, fetch
from contrejour.vision.detect.registry import (
    CENTERFACE,
    MODELS,
    PICODET,
    USUAL,
    YUNET,
    CarriedFile,
    Model,
)

__all__ = [
    "CENTERFACE",
    "MODELS",
    "PICODET",
    "USUAL",
    "YUNET",
    "CachedFile",
    "FileState",
    "Progress",
    "cache_dir",
    "ensure",
    "fetch_all",
    "verify",
]

Registry = Mapping[str, Model]


class FileState(StrEnum):
    """What is known of a file in the cache."""

    SOUND = "sound"
    MISSING = "missing"
    WRONG = "wrong"  # there, with another SHA-256


@dataclass(frozen=True, slots=True)
class CachedFile:
    """One file of a model as it stands in the cache. `found_sha256` is empty when missing."""

    model: Model
    file: CarriedFile
    path: Path
    state: FileState
    found_sha256: str


def cache_dir() -> Path:
    """The folder that holds one folder a model. It need not exist yet."""
    if own := os.environ.get("CONTREJOUR_CACHE"):
        return Path(own).expanduser().absolute() / "models"
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if not shared.is_absolute():  # unset or relative: the XDG specification says to ignore it
        try:
            shared = Path.home() / ".cache"
        except RuntimeError as error:
            raise ModelError("no-home-folder") from error
    return shared / "contrejour" / "models"


def ensure(
    name: str,
    *,
    offline: bool = False,
    progress: Progress | None = None,
    registry: Registry = MODELS,
) -> Path:
    """Return the folder that holds the files of model `name`, each checked by SHA-256.

    What is missing is fetched first, unless `offline`. Safe to call from several processes at
    once: one fetches, the others wait for it.

    Raises ModelError for an unknown name, a wrong hash, a failed download, or a model that is
    missing while offline. A wrong file is reported, never replaced behind the reader's back.
    """
    if name not in registry:
        raise ModelError("no-such-model", name=name, known=", ".join(registry))
    model = registry[name]
    folder = cache_dir() / model.name
    if _sound(model, folder):
        return folder
    if offline:
        raise ModelError("model-missing-offline", model=model.name, folder=cache_dir())
    with _staging() as staging:
        if not _sound(model, folder):  # another process may have been first
            _move(fetch(model, staging, progress), folder)
    return folder


def fetch_all(
    *, offline: bool = False, progress: Progress | None = None, registry: Registry = MODELS
) -> tuple[Path, ...]:
    """Make every model sound: fetch what is missing, replace what is wrong. Return the folders."""
    for kept in verify(registry=registry):
        # Asked for by name, so replacing is no surprise. Offline, `ensure` says what is wrong.
        if kept.state is FileState.WRONG and not offline:
            _discard(kept.path.parent)
    return tuple(
        ensure(name, offline=offline, progress=progress, registry=registry) for name in registry
    )


def verify(*, registry: Registry = MODELS) -> tuple[CachedFile, ...]:
    """Hash every file of every model as it stands in the cache. Fetches and changes nothing."""
    return tuple(
        _inspect(model, file, cache_dir() / model.name)
        for model in registry.values()
        for file in model.files
    )


def _inspect(model: Model, file: CarriedFile, folder: Path) -> CachedFile:
    path = folder / file.name
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return CachedFile(model, file, path, FileState.MISSING, "")
    except OSError as error:
        raise ModelError("model-cannot-be-read", path=path, reason=error.strerror) from error
    state = FileState.SOUND if found == file.sha256 else FileState.WRONG
    return CachedFile(model, file, path, state, found)


def _sound(model: Model, folder: Path) -> bool:
    """Whether all files are there and right. Raises ModelError if one is there and wrong."""
    kept = [_inspect(model, file, folder) for file in model.files]
    for one in kept:
        if one.state is FileState.WRONG:
            check(str(one.path), one.file, one.found_sha256)
    return all(one.state is FileState.SOUND for one in kept)


@contextmanager
def _staging() -> Iterator[Path]:
    """A folder of one's own, on the cache's file system, while nobody else writes to the cache.

    The lock dies with its process, so whatever `.fetch-` folder is found under it is litter.
    """
    root = cache_dir()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with open(opened_own(root / ".lock", 0o600), "rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            for litter in root.glob(".fetch-*"):
                shutil.rmtree(litter, ignore_errors=True)
            with tempfile.TemporaryDirectory(
                prefix=".fetch-", dir=root, ignore_cleanup_errors=True
            ) as staging:
                yield Path(staging)
    except OSError as error:
        raise ModelError(
            "models-cannot-be-written", folder=root, reason=error.strerror or str(error)
        ) from error


def _move(whole: Path, folder: Path) -> None:
    """Put a checked folder in its place. Not synced to disk: every load hashes it anyway."""
    _discard(folder)  # an incomplete one: some file of it was deleted
    whole.replace(folder)


def _discard(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ModelError(
            "models-cannot-be-replaced", folder=folder, reason=error.strerror
        ) from error
