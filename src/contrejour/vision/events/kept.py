r"""Moments on a line each, to replay them under other settings. No picture.

    {"format": "contrejour.moments", "version": 1, "camera": "quais-01"}
    {"t": 1200000000, "at": "2027-02-12T16:00:01.200000+00:00", "size": [1280, 720],
     "things": [[3, "person", 100, 200, 60, 180, 0.91, 0]], "flow": [9, 16, 0.3, "eJx..."]}

A thing is [number, kind, x, y, w, h, score, since], all times in ns. A grid is [rows, columns,
what 127 or 255 stands for, base64 of zlib of the bytes]: int8 for `flow`, to the right and down in
turn, uint8 for `flames` and `smoke`, bits for `unlike`. `doubted` is as `things`, where a rule
needs it. Numbers are of the stream: they say that
two boxes are of one track, for as long as it lasts.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from contrejour.base.errors import Malformed
from contrejour.base.pictures import Box, Kind, Thing
from contrejour.vision.events.moment import Moment

FORMAT, VERSION = "contrejour.moments", 1
MOST, MOST_NS = 1 << 31, 1 << 62
"""Farther from nothing no place of a moment is; nor a time or a number, by definition."""
MOST_CELLS = 1 << 18
"""Cells of a grid at most, so that a line that was tampered with takes no memory. By eye."""
MOST_BYTES = 4 << 20
"""Of a line: four such grids, which don't shrink, and 40,000 things, by definition."""
GRIDS = ("flow", "flames", "smoke")


def head(camera: str) -> str:
    """The first line of a file of moments."""
    return json.dumps({"format": FORMAT, "version": VERSION, "camera": camera})


def to_line(moment: Moment) -> str:
    """One moment, without its line end. Grids lose what is below 1/254 of their largest value."""
    data: dict[str, object] = {
        "t": moment.time_ns,
        "at": moment.at.isoformat(),
        "size": list(moment.size),
        "things": _rows(moment.things),
    }
    if moment.doubted is not None:
        data["doubted"] = _rows(moment.doubted)
    if moment.unlike is not None:
        data["unlike"] = _packed(np.packbits(moment.unlike), moment.unlike.shape, 1.0)
    for name in GRIDS:
        grid = getattr(moment, name)
        if grid is not None:
            steps, kind = (127, np.int8) if name == "flow" else (255, np.uint8)
            most = float(np.abs(grid).max(initial=0.0)) or 1.0
            data[name] = _packed(np.round(grid / most * steps).astype(kind), grid.shape, most)
    return json.dumps(data, separators=(",", ":"))


def read(lines: Iterable[str], name: str) -> tuple[str, Iterator[Moment]]:
    """The camera, and its moments as they are read. Raises Malformed, at once or on the way."""
    rest = iter(lines)
    top = _json(next(rest, ""), name, 1)
    if top.get("format") != FORMAT or top.get("version") != VERSION:
        raise Malformed("not-a-file-of-moments", name=name, format=FORMAT)
    return str(top.get("camera", "")), _moments(rest, name)


def _moments(lines: Iterable[str], name: str) -> Iterator[Moment]:
    for number, line in enumerate(lines, 2):
        data = _json(line, name, number)
        try:
            yield _moment(data)
        except (KeyError, TypeError, ValueError, OverflowError, zlib.error, binascii.Error):
            raise Malformed("not-a-moment", name=name, line=number) from None


def _json(line: str, name: str, number: int) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise Malformed("not-a-moment", name=name, line=number)
    return data


def _moment(data: dict[str, Any]) -> Moment:
    width, height = map(int, data["size"])
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None or not 1 <= min(width, height) <= max(width, height) <= MOST:
        raise ValueError
    unlike = None
    if data.get("unlike") is not None:
        rows, columns, _, _ = data["unlike"]
        bits = _unpacked(data["unlike"], -(-_cells(rows, columns) // 8), np.uint8)
        unlike = np.unpackbits(bits, count=rows * columns).reshape(rows, columns).astype(bool)
    grids = {name: _grid(name, data[name]) for name in GRIDS if data.get(name) is not None}
    things = tuple(_thing(*each) for each in data["things"])
    doubted = data.get("doubted")
    if doubted is not None:
        doubted = tuple(_thing(*each) for each in doubted)
    if abs(data["t"]) > MOST_NS:
        raise ValueError
    return Moment(int(data["t"]), at, (width, height), things, unlike=unlike, doubted=doubted,
                  **grids)  # fmt: skip


def _rows(things: Iterable[Thing]) -> list[list[object]]:
    return [
        [each.number, each.kind, *each.box, round(each.score, 3), each.since_ns] for each in things
    ]


def _thing(
    number: int, kind: str, x: int, y: int, w: int, h: int, score: float, since_ns: int
) -> Thing:
    if not 0 <= score <= 1:
        raise ValueError
    if max(map(abs, (x, y, w, h))) > MOST or max(abs(number), abs(since_ns)) > MOST_NS:
        raise ValueError
    box = Box(int(x), int(y), int(w), int(h))
    return Thing(int(number), Kind(kind), box, float(score), int(since_ns))


def _grid(name: str, told: list[Any]) -> NDArray[np.float32]:
    rows, columns, most, _ = told
    depth = 2 if name == "flow" else 1
    if not math.isfinite(most):
        raise ValueError
    steps, kind = (127, np.int8) if name == "flow" else (255, np.uint8)
    values = _unpacked(told, _cells(rows, columns) * depth, kind)
    shape = (rows, columns, 2) if name == "flow" else (rows, columns)
    return (values.astype(np.float32) * np.float32(most / steps)).reshape(shape)


def _cells(rows: int, columns: int) -> int:
    if min(rows, columns) < 1 or rows * columns > MOST_CELLS:
        raise ValueError
    return rows * columns


def _packed(values: NDArray[Any], shape: tuple[int, ...], most: float) -> list[object]:
    packed = base64.b64encode(zlib.compress(values.tobytes())).decode()
    return [shape[0], shape[1], float(f"{most:.6g}"), packed]


def _unpacked(told: list[Any], length: int, kind: type[np.generic]) -> NDArray[Any]:
    """So many bytes, never more than expected: what is packed may be a bomb."""
    data = zlib.decompressobj().decompress(base64.b64decode(told[3], validate=True), length + 1)
    if len(data) != length:
        raise ValueError
    return np.frombuffer(data, kind)
