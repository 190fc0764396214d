"""The facts of one run, and what its bytes depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contrejour import __version__, media
from contrejour.base.errors import MasksError
from contrejour.base.fixed import FixedFile, fixed
from contrejour.base.pictures import Cells, Mask
from contrejour.recorded.request import DETECTOR, Options
from contrejour.vision import detect, veil

DETECTOR_ID = "contrejour.detect:build"
"""What is hashed for the default detector, wherever its factory lives: another string would rename
every chunk, and no output made so far could be reused or resumed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one run knows before its first step. Nothing in it changes; every worker has a copy.

    `folder` is the run's own, locked: all that it makes lies there until it is published.
    `identity` is all that the bytes of the output depend on.
    """

    source: FixedFile
    out: Path
    options: Options
    fmt: media.Format
    gops: tuple[media.Gop, ...]
    folder: Path
    masks: FixedFile | None
    identity: Mapping[str, object]

    @classmethod
    def of(
        cls,
        source: FixedFile,
        out: Path,
        options: Options,
        fmt: media.Format,
        gops: tuple[media.Gop, ...],
        folder: Path,
    ) -> Job:
        """The job that these make, with the masks file that is there now. Raises MasksError."""
        masks = given_masks(options)
        what = identity(options, source.sha256, out.suffix, masks.sha256 if masks else None)
        return cls(source, out, options, fmt, gops, folder, masks, what)

    @property
    def packets(self) -> int:
        """Frames of the input, as its packets count them; damaged ones may not decode."""
        return sum(gop.packets for gop in self.gops)

    @property
    def chunk_salt(self) -> str:
        """What is hashed into the name of every chunk, beside its own frames and masks."""
        return chunk_salt(self.identity, media.CRF, media.PRESET)

    def cells(self, mask: Mask) -> Cells:
        """The cells of the coded picture that are hidden by a mask."""
        return veil.cells(mask, self.fmt.width, self.fmt.height, self.fmt.rotation)


def given_masks(options: Options) -> FixedFile | None:
    """The masks file that is asked for, as it is now. Raises MasksError."""
    try:
        return fixed(options.masks) if options.masks else None
    except OSError as error:
        raise MasksError(
            "masks-cannot-be-read", path=options.masks, reason=error.strerror
        ) from error


def identity(
    options: Options, input_sha256: str, suffix: str, masks_sha256: str | None = None
) -> dict[str, object]:
    """All that the bytes of the output with this suffix depend on, as JSON.

    Two runs with the same identity write the same bytes.
    """
    return {
        "contrejour": __version__,
        "copying": media.COPYING,
        "looking": detect.RULES,
        "input": input_sha256,
        "hide": options.hide,
        "fill": options.fill,
        "audio": options.keep_audio,
        "masks": masks_sha256,
        "output": suffix,
        "detector": DETECTOR_ID if options.detector == DETECTOR else options.detector,
    }


def chunk_salt(identity: Mapping[str, object], *settings: object) -> str:
    """What the bytes of every chunk depend on, beside its own frames and masks.

    The masks file is left out: a chunk is named after the cells that are hidden in it, so that one
    edited frame renames one chunk. `settings` are the encoder's.
    """
    text = repr(sorted((key, value) for key, value in identity.items() if key != "masks"))
    return repr((text, *settings))
