"""What the bytes of an output depend on."""

from __future__ import annotations

from contrejour import __version__
from contrejour.base.files import sha256
from contrejour.recorded.request import DETECTOR, Options

DETECTOR_ID = "contrejour.detect:build"
"""What is hashed for the default detector, wherever its factory lives: another string would rename
every chunk, and no output made so far could be reused or resumed."""


def identity(options: Options, input_sha256: str, suffix: str) -> dict[str, object]:
    """All that the bytes of the output with this suffix depend on, as JSON.

    Two runs with the same identity write the same bytes. Reads `options.masks`, if there is one.
    """
    return {
        "contrejour": __version__,
        "input": input_sha256,
        "hide": options.hide,
        "fill": options.fill,
        "audio": options.keep_audio,
        "masks": sha256(options.masks) if options.masks else None,
        "output": suffix,
        "detector": DETECTOR_ID if options.detector == DETECTOR else options.detector,
    }


def chunk_salt(identity: dict[str, object], *settings: object) -> str:
    """What the bytes of every chunk depend on beside its frames and masks.

    The masks file is left out: a chunk is named after the cells that are hidden in it, so that one
    edited frame renames one chunk.
    """
    text = repr(sorted((key, value) for key, value in identity.items() if key != "masks"))
    return repr((text, *settings))
