"""What is replayed: moments that were kept, or a recorded video, watched now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing, UsageError
from contrejour.base.foreign import lines, opened

if TYPE_CHECKING:
    from contrejour.vision.events.moment import Moment


def is_video(path: Path) -> bool:
    """By its content: kept moments are JSON. Raises InputMissing."""
    try:
        with opened(path, follow=True) as file:
            return file.read(1) not in (b"", b"{", b"[")
    except OSError as error:
        raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error


def streams(
    paths: Sequence[Path], camera: str | None, needs: Collection[str] = (), *, offline: bool = False
) -> Iterator[Iterator[Moment]]:
    """The moments of each file, in the order of the files.

    Raises InputMissing, Malformed, what a video raises, and UsageError for moments of another
    camera; a video is of whichever one is asked for.
    """
    for path in paths:
        if is_video(path):
            yield _watched(path, needs, offline)
        else:
            yield from _kept(path, camera)


def _watched(path: Path, needs: Collection[str], offline: bool) -> Iterator[Moment]:
    from contrejour.cli.progress import shown
    from contrejour.recorded.moments import of_file

    with shown(path, as_json=False) as show:
        yield from of_file(path, needs, offline=offline, step=show.step)


def _kept(path: Path, wanted: str | None) -> Iterator[Iterator[Moment]]:
    from contrejour.vision.events.kept import MOST_BYTES, read

    try:
        camera, moments = read(lines(path, MOST_BYTES), str(path))
        if wanted not in (None, camera):
            raise UsageError("moments-of-another-camera", path=path, camera=camera, expected=wanted)
        yield moments
    except OSError as error:
        raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error
