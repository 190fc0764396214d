"""Which files are meant, and where each veiled copy goes. Two inputs never share an output."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from contrejour.base.errors import (
    ContrejourError,
    InputEmpty,
    InputMissing,
    NotMedia,
    UsageError,
)
from contrejour.base.fixed import FixedFile, fixed
from contrejour.recorded.request import Options, masks_name

PICTURES = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff"}
VIDEOS = {
    ".mp4", ".m4v", ".mov", ".mkv", ".avi", ".ts", ".mts", ".m2ts", ".webm", ".mpg", ".mpeg",
    ".3gp", ".mxf", ".wmv", ".flv",
}  # fmt: skip
KEPT = {".mp4", ".m4v", ".mov", ".mkv", ".ts"}
"""Video suffixes that the output keeps; the others become .mp4."""


@dataclass(frozen=True, slots=True)
class Target:
    """One input and its output."""

    source: Path
    out: Path
    picture: bool


def targets(inputs: Sequence[Path], out: Path | None) -> list[Target]:
    """Every file meant by `inputs` (folders are walked), with its output under `out`.

    Raises UsageError where two would write one file, one would replace an input, or a link leads
    out of the folder of outputs; InputMissing;
    InputEmpty where nothing is meant. Nothing is written, and only the first bytes of files read.
    """
    found = list(_found(inputs, out))
    if not found:
        raise InputEmpty("nothing-to-veil", inputs=", ".join(map(str, inputs)))
    demand_none_replaced([target.source for target in found], [target.out for target in found])
    writers: dict[Path, Path] = {}
    for target in found:
        place = _place(target.out)
        if place in writers:
            raise UsageError(
                "outputs-collide", first=writers[place], second=target.source, out=target.out
            )
        writers[place] = target.source
    return found


def demand_apart(
    found: Sequence[Target], options: Options, others: Sequence[Path] = (), *, sealed: bool = False
) -> None:
    """No file that is read for these targets is one that is written for any of them.

    `others` are read too; `sealed` says that originals are kept in OUT.sealed. One may be both: the
    masks that were given may be those of the output, which `force` replaces by what they say.
    Raises UsageError for that, and where the report would be the output or its masks.
    """
    masks = [] if options.masks is None else [options.masks]
    beside = [masks_name(target.out) for target in found]
    report = [] if options.report is None else [options.report]
    outs = [target.out for target in found]
    kept = [sealed_name(out) for out in outs] if sealed else []
    for page in report:
        if _place(page) in {_place(out) for out in [*outs, *beside, *kept]}:
            raise UsageError("outputs-collide", first=found[0].source, second="--report", out=page)
    sources = [*(target.source for target in found), *others]
    demand_none_replaced(sources, [*outs, *beside, *report, *kept])
    demand_none_replaced(masks, [*outs, *report, *kept, *([] if options.force else beside)])


def demand_none_replaced(read: Iterable[Path], written: Iterable[Path]) -> None:
    """No file of `read` is there under a name of `written`: files are compared, links followed.

    Raises UsageError.
    """
    files = {file for path in read if (file := _file(path))}
    for path in written:
        if _file(path) in files:
            raise UsageError("output-replaces-input", out=path)


def _file(path: Path) -> tuple[int, int] | None:
    """Which file is there; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def sealed_name(out: Path) -> Path:
    """Where the original of an output is kept, sealed."""
    return out.with_name(f"{out.name}.sealed")


def take(path: Path) -> FixedFile:
    """The input at `path` as it is now, to be looked at, shown and sealed as that and nothing else.

    It is read whole. Raises InputMissing, InputEmpty, NotMedia.
    """
    if path.exists() and not path.is_file():
        raise NotMedia("input-read-twice", source=path)
    try:
        taken = fixed(path)
    except (FileNotFoundError, NotADirectoryError):
        raise InputMissing("input-missing", path=path) from None
    except PermissionError:
        raise InputMissing("input-may-not-be-read", path=path) from None
    except OSError as error:
        raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error
    if not taken.size:
        raise InputEmpty("input-empty", path=path)
    return taken


@contextmanager
def at_fault(path: Path) -> Iterator[None]:
    """What goes wrong in the block that nobody thought of is the error of this one file.

    A stranger made it, and the next one is gone on with. Raises NotMedia instead; an OSError is of
    the disk or the terminal, and stays.
    """
    try:
        yield
    except (ContrejourError, OSError):
        raise
    except Exception as error:
        why = f"{type(error).__name__}: {error}"
        raise NotMedia("input-beyond-us", path=path, reason=why) from error


def _place(path: Path) -> Path:
    """Where a file is replaced that is written at `path`: links to folders are followed."""
    return Path(os.path.realpath(path.parent), path.name)


def _found(inputs: Sequence[Path], out: Path | None) -> Iterator[Target]:
    single = len(inputs) == 1 and not inputs[0].is_dir()
    into = out is not None and (not single or _is_folder(out) or str(out).endswith(os.sep))
    for given in inputs:
        if not given.exists():
            raise InputMissing("input-missing", path=given)
        if given.is_dir():
            root = (out or given.with_name(given.name + ".veiled")).absolute()
            if out and len(inputs) > 1:
                root = root / given.name
            for source in _walk(given, (out or root).absolute()):
                target = _target(source, root / source.relative_to(given), "")
                _demand_no_link(root if out else root.parent, target.out.parent)
                yield target
        elif out is not None and into:
            yield _target(given, out / given.name, "")
        elif out is not None:
            yield Target(given, out, is_picture(given))
        else:
            yield _target(given, given, ".veiled")


def _is_folder(out: Path) -> bool:
    """Whether outputs go into it. A link that is called like an output is replaced: somebody else
    may have put it where the output is to be."""
    called = out.suffix.lower() in PICTURES | VIDEOS
    return out.is_dir() and not (called and out.is_symlink())


def _demand_no_link(root: Path, folder: Path) -> None:
    """A folder below `root`, which the user didn't name, leads nowhere else. Raises UsageError."""
    for place in (folder, *folder.parents):
        if place == root:
            return
        if place.is_symlink():
            raise UsageError("link-in-folder", path=place)


def _walk(root: Path, skip: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        names[:] = sorted(
            n for n in names if not n.startswith(".") and Path(folder, n).absolute() != skip
        )
        for name in sorted(files):
            if Path(name).suffix.lower() in PICTURES | VIDEOS and not name.startswith("."):
                yield Path(folder, name)


def _target(source: Path, place: Path, mark: str) -> Target:
    picture = is_picture(source)
    suffix = place.suffix.lower()
    if suffix in (PICTURES if picture else KEPT):
        return Target(source, place.with_name(place.stem + mark + place.suffix), picture)
    new = _picture_suffix(source) if picture else ".mp4"
    name = place.stem + mark + new if mark else place.name + new
    return Target(source, place.with_name(name), picture)


def is_picture(path: Path) -> bool:
    """By content: JPEG, PNG, WebP or TIFF."""
    return bool(_picture_suffix(path))


def _picture_suffix(path: Path) -> str:
    try:
        if not path.is_file():  # opening a pipe would wait for its writer
            return ""
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return ""
    if head[:3] == b"\xff\xd8\xff":
        return ".jpg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return ".png"
    if head[:4] == b"RIFF" and head[8:] == b"WEBP":
        return ".webp"
    return ".tif" if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+") else ""
