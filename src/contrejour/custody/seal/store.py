"""The windows of one camera on the disk, in order of time, and the head of their chain.

ROOT/CAMERA/20270212/160000/     a window that begins then (UTC), as segment.py has it, and
    0000.veiled                  the veiled segments that show the same: `sha256sum -c`
ROOT/CAMERA/ahead/               onions of windows that haven't begun
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from contrejour.base.errors import InputMissing, SealError
from contrejour.base.files import make_folder, sync
from contrejour.base.foreign import demand_no_link, read_file
from contrejour.base.times import END_S, of_utc
from contrejour.custody.seal.manifest import Manifest, Status, digest
from contrejour.custody.seal.new_files import write_new
from contrejour.custody.seal.segment import MANIFEST, ONIONS, OPEN

AHEAD = "ahead"
_CAMERA = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DAY, _TIME = re.compile(r"[0-9]{8}"), re.compile(r"[0-9]{6}")

_STRANGE = (
    OSError, InputMissing, ValueError, KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""What reading a manifest raises that is none of ours: it is as if it weren't there."""


@dataclass(frozen=True, slots=True)
class Head:
    """`prev`: SHA-256 of the newest manifest; `since`: the end of its window (ms, UTC)."""

    prev: str = ""
    since: int | None = None


def folder_of(camera: Path, t0: int) -> Path:
    return camera / f"{datetime.fromtimestamp(t0 // 1000, UTC):%Y%m%d/%H%M%S}"


def start_of(folder: Path) -> int:
    """When the window of a folder begins."""
    text = f"{folder.parent.name}{folder.name}"
    return int(of_utc(text, "%Y%m%d%H%M%S").timestamp()) * 1000


def end_of(folder: Path) -> int:
    """When it ends, as far as it is said there."""
    for name in (MANIFEST, OPEN):
        with suppress(*_STRANGE):
            told = json.loads(read_file(folder / name).partition(b"\n")[0])
            return _time(told["window"]["t1"])
    return start_of(folder) + 1


def cameras(base: Path) -> list[Path]:
    """The folders of cameras that something was sealed of."""
    return [each for each in _named(base, _CAMERA) if _named(each, _DAY)]


def days(camera: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Each day, with the folders of its windows, in order of time."""
    return (
        (day, [each for each in _named(day, _TIME) if _is_window(each)])
        for day in _named(camera, _DAY)
    )


def _is_window(folder: Path) -> bool:
    """Whether it is named after a time: whoever may write there can make others."""
    try:
        return bool(start_of(folder))
    except ValueError:
        return False


def windows(camera: Path) -> list[Path]:
    """Their folders, in order of time."""
    return [window for _, found in days(camera) for window in found]


def _named(folder: Path, pattern: re.Pattern[str]) -> list[Path]:
    try:
        found = [each for each in folder.iterdir() if pattern.fullmatch(each.name)]
        return sorted(each for each in found if not each.is_symlink())
    except OSError:
        return []


def after(camera: Path, t0: int) -> list[Path]:
    """Those that began after `t0` (ms), in order of time."""
    newer = takewhile(lambda each: start_of(each) > t0, reversed(windows(camera)))
    return [*newer][::-1]


def head(camera: Path) -> Head | None:
    """What the next manifest goes on from; None where there is no manifest. Raises SealError."""
    for folder in reversed(windows(camera)):
        if (path := folder / MANIFEST).exists():
            data = read_file(path)
            return Head(digest(data), told(data, path).window.t1)
    return None


def told(data: bytes, path: Path) -> Manifest:
    """What a manifest of ours says; whoever doubts it verifies it. Raises SealError."""
    try:
        return Manifest.parse(data.decode().partition("\n\n")[0] + "\n")
    except (UnicodeDecodeError, SealError):
        raise SealError("chain-damaged", path=path) from None


def sealed_after(camera: Path, since: int) -> list[tuple[int, int]]:
    """The stretches of time (ms) that were sealed, in order, those that ended after `since`."""
    found: list[tuple[int, int]] = []
    for folder in reversed(windows(camera)):
        found[:0] = [each for each in stretches(folder) if each[1] > since]
        if start_of(folder) <= since:
            break
    return found


def sealed_until(camera: Path) -> int:
    """When what was sealed last ended (ms); 0 where nothing was."""
    ends = (list(stretches(folder))[-1:] for folder in reversed(windows(camera)))
    return next((segs[0][1] for segs in ends if segs), 0)


def stretches(folder: Path) -> Iterator[tuple[int, int]]:
    """What was sealed in a window, as its manifest says, or what is to become one."""
    for name in (MANIFEST, OPEN):
        with suppress(*_STRANGE):
            text = read_file(folder / name).partition(b"\n")[0]
            segs: list[dict[str, Any]] = json.loads(text)["segs"]
            found = [(_time(each["t0"]), _time(each["t1"])) for each in segs if each["ct_len"]]
            yield from found
            return


def _time(value: object) -> int:
    """Milliseconds since 1970. Raises ValueError for what is none, or beyond the years."""
    if type(value) is not int or not 0 <= value < END_S * 1000:
        raise ValueError(value)
    return value


def enter(camera: Path, t0: int, onions: Path) -> Path:
    """The folder of a window, with its onions in it, durable. Raises OSError, OutputFailed."""
    folder = folder_of(camera, t0)
    demand_no_link(camera.parent, folder)
    make_folder(folder)
    onions.replace(folder / ONIONS)
    for each in (folder, folder.parent, camera):
        sync(each)
    return folder


def remove(folder: Path) -> None:
    """All of a window, its onions first: without them the rest is noise. Raises OSError."""
    (folder / ONIONS).unlink(missing_ok=True)
    shutil.rmtree(folder)
    with suppress(OSError):  # other windows are in it
        folder.parent.rmdir()


def bind(path: Path, lines: Iterable[tuple[str, str]]) -> str:
    """Write (SHA-256, name) of veiled segments as `sha256sum` does; the SHA-256 of that file.

    "" where there are none. What is there already stays. Raises OSError.
    """
    if not path.exists():
        if not (text := "".join(f"{sha256}  {name}\n" for sha256, name in lines)):
            return ""
        write_new(path, text.encode())
    return hashlib.sha256(read_file(path)).hexdigest()


def veiled_of(folder: Path, seq: int) -> Path:
    return folder / f"{seq:04}.veiled"


def was_sealed(status: Status) -> bool:
    return status in (Status.OK, Status.TRUNCATED)
