"""What the masks file may say, and nothing else: header and frames to plain JSON and back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from contrejour import __version__
from contrejour.base.errors import MasksError
from contrejour.base.messages import Message
from contrejour.base.pictures import CELL_PX, Box, HiddenBox, Mask, Source

FORMAT = "contrejour-masks"
VERSION = 1
HINT = Message("masks-file.hint")
KEYS = frozenset(("format", "version", "generator", "input", "models", "parameters", "cell_px"))
INPUT_KEYS = frozenset(("name", "sha256", "width", "height", "rotation", "time_base", "frames"))
LARGEST_PX = 1 << 16
FURTHEST_PX = 1 << 20
"""No coordinate or size of a box is larger: past this, it is a slip of the keyboard."""
LARGEST = (1 << 63) - 1
SOURCES = {source.value: source for source in Source}


@dataclass(frozen=True, slots=True)
class MasksHeader:
    """What the masks were made from, and with what. `models` are (name, SHA-256) pairs.

    `width` and `height` are of the upright picture; `rotation` is the clockwise quarter-turn, in
    degrees, that makes the coded one upright; `frames` counts them. `parameters` holds JSON.
    """

    input_name: str
    input_sha256: str
    width: int
    height: int
    rotation: int
    time_base: Fraction
    frames: int
    models: tuple[tuple[str, str], ...] = ()
    parameters: Mapping[str, object] = field(default_factory=dict)
    generator: str = f"contrejour {__version__}"


def encode_header(header: MasksHeader) -> dict[str, object]:
    """The header as JSON, its keys in the order that a person reads them in."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "generator": header.generator,
        "input": {
            "name": header.input_name,
            "sha256": header.input_sha256,
            "width": header.width,
            "height": header.height,
            "rotation": header.rotation,
            "time_base": [header.time_base.numerator, header.time_base.denominator],
            "frames": header.frames,
        },
        "models": [{"name": name, "sha256": digest} for name, digest in header.models],
        "parameters": dict(sorted(header.parameters.items())),
        "cell_px": CELL_PX,
    }


def decode_header(where: str, value: object) -> MasksHeader:
    """The reverse of `encode_header`. Raises MasksError."""
    if isinstance(value, dict):  # what it is comes before what it lacks
        if value.get("format") != FORMAT:
            raise _wrong(where, Message("masks-wants-format", format=FORMAT), value.get("format"))
        if value.get("version") != VERSION or value["version"] is True:
            raise _wrong(
                where, Message("masks-wants-version", version=VERSION), value.get("version")
            )
    top = _mapping(where, value, KEYS)
    what = f"{where}: input"
    of = _mapping(what, top["input"], INPUT_KEYS)
    if _integer(where, "cell_px", top["cell_px"], 0) != CELL_PX:
        raise _wrong(where, Message("masks-wants-cell-px", cell_px=CELL_PX), top["cell_px"])
    rotation = _integer(what, "rotation", of["rotation"], 0)
    if rotation not in (0, 90, 180, 270):
        raise _wrong(what, Message("masks-wants-rotation"), rotation)
    base = of["time_base"]
    if not (isinstance(base, list) and len(base) == 2):
        raise _wrong(what, Message("masks-wants-time-base"), base)
    num, den = (_integer(what, "time_base", part, 1) for part in base)
    models, parameters = top["models"], top["parameters"]
    if not isinstance(models, list):
        raise _wrong(where, Message("masks-wants-models"), models)
    if not isinstance(parameters, dict):
        raise _wrong(where, Message("masks-wants-parameters"), parameters)
    return MasksHeader(
        input_name=_text(what, "name", of["name"]),
        input_sha256=_digest(what, of["sha256"]),
        width=_integer(what, "width", of["width"], 1, LARGEST_PX),
        height=_integer(what, "height", of["height"], 1, LARGEST_PX),
        rotation=rotation,
        time_base=Fraction(num, den),
        frames=_integer(what, "frames", of["frames"], 0),
        models=tuple(_model(f"{where}: models", model) for model in models),
        parameters=parameters,
        generator=_text(where, "generator", top["generator"]),
    )


def encode_frame(pts: int, mask: Mask) -> dict[str, object]:
    """One frame as JSON: "whole" only where it is, no box without size, scores to 0.001."""
    out: dict[str, object] = {"i": mask.index, "pts": pts}
    if mask.whole:
        out["whole"] = mask.whole
    out["boxes"] = [
        [
            *hidden.box,
            hidden.track,
            hidden.source.value,
            None if hidden.score is None else round(float(hidden.score), 3),
        ]
        for hidden in mask.boxes
        if hidden.box.w > 0 and hidden.box.h > 0
    ]
    return out


def decode_frame(where: str, value: object) -> tuple[int, Mask]:
    """The (pts, mask) of one frame. Raises MasksError."""
    keys = frozenset(("i", "pts", "boxes"))
    frame = _mapping(where, value, keys, optional=frozenset(("whole",)))
    rows = frame["boxes"]
    if not isinstance(rows, list):
        raise _wrong(where, Message("masks-wants-boxes"), rows)
    boxes = tuple(_row(where, number, row) for number, row in enumerate(rows))
    index = _integer(where, "i", frame["i"], 0)
    pts = _integer(where, "pts", frame["pts"], -LARGEST)
    return pts, Mask(index, boxes, _text(where, "whole", frame.get("whole", "")))


def _row(where: str, number: int, row: object) -> HiddenBox:
    if not isinstance(row, list) or len(row) not in (4, 7):
        raise _wrong(_box(where, number), Message("masks-wants-box"), row)
    for place in range(4):
        n = row[place]
        low = 1 if place > 1 else -FURTHEST_PX
        if type(n) is not int or not low <= n <= FURTHEST_PX:
            wanted = Message(
                "masks-wants-coordinate", low=low, high=FURTHEST_PX, name="xywh"[place]
            )
            raise _wrong(_box(where, number), wanted, n)
    box = Box(row[0], row[1], row[2], row[3])
    if len(row) == 4:
        return HiddenBox(box, Source.HAND)
    track, source, score = row[4:]
    at = _box(where, number)
    if track is not None:
        track = _integer(at, "track", track, 0)
    if not isinstance(source, str) or source not in SOURCES:
        raise _wrong(at, Message("masks-wants-source", known=", ".join(SOURCES)), source)
    if score is not None:
        if type(score) not in (int, float) or not 0 <= score <= 1:
            raise _wrong(at, Message("masks-wants-score"), score)
        score = float(score)
    return HiddenBox(box, SOURCES[source], track, score)


def _box(where: str, number: int) -> Message:
    return Message("masks-box-place", where=where, number=number)


def _mapping(
    where: str, value: object, keys: frozenset[str], optional: frozenset[str] = frozenset()
) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _wrong(where, Message("masks-wants-object"), value)
    if missing := sorted(keys - value.keys()):
        raise MasksError("masks-key-missing", where=where, key=missing[0], hint=HINT)
    if unknown := sorted(value.keys() - keys - optional):
        raise MasksError("masks-key-unknown", where=where, key=unknown[0], hint=HINT)
    return value


def _model(where: str, value: object) -> tuple[str, str]:
    model = _mapping(where, value, frozenset(("name", "sha256")))
    return _text(where, "name", model["name"]), _digest(where, model["sha256"])


def _integer(where: Message | str, name: str, value: object, low: int, high: int = LARGEST) -> int:
    if type(value) is not int or not low <= value <= high:
        wanted = Message("masks-wants-integer", name=name, low=low, high=high)
        raise _wrong(where, wanted, value)
    return value


def _text(where: str, name: str, value: object) -> str:
    if not isinstance(value, str):
        raise _wrong(where, Message("masks-wants-text", name=name), value)
    return value


def _digest(where: str, value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("[0-9a-f]{64}", value):
        raise _wrong(where, Message("masks-wants-sha-256"), value)
    return value


def _wrong(where: Message | str, expected: Message, found: object) -> MasksError:
    shown = repr(found)
    shown = shown if len(shown) <= 60 else shown[:57] + "…"
    return MasksError("masks-expected", where=where, expected=expected, found=shown, hint=HINT)
