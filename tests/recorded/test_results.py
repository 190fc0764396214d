"""What a worker or a reader says may be a stranger's word: what none of ours says ends the run."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from contrejour import media
from contrejour.base.answers import read_error, told_error
from contrejour.base.errors import ContrejourError, InputMissing, Unsupported
from contrejour.media.file import wire
from contrejour.recorded import results
from contrejour.recorded.folder import cells_path, chunk_path, looks_path
from contrejour.recorded.units import Chunk, Unit, pack

FMT = media.Format(
    container="mov,mp4", codec="h264", pix_fmt="yuv420p", width=64, height=32, subsampling=(1, 1),
    depth=8, rgb=False, time_base=Fraction(1, 12800), rate=Fraction(25), sample_aspect=Fraction(1),
    rotation=0, matrix=None, color=(2, 2, 2, 1), hdr=(), interlaced="", audio_tracks=1,
    other_video_tracks=0,
)  # fmt: skip
LOOK = [0, 0, "seen", 0, [[1, 2, 3, 4, "person", 0.9]]]
BOMB = zlib.compress(bytes(64 << 20))


def work(folder: Path) -> Path:
    for name in ("looks", "chunks"):
        (folder / name).mkdir()
    return folder


def test_what_a_worker_of_ours_gives_is_kept(tmp_path: Path) -> None:
    folder = work(tmp_path)
    results.keep_looks(folder, 0, json.dumps([LOOK]).encode())
    ((pts, look),) = results.read_looks(folder, [0])
    assert (pts, look.detections[0].score) == (0, 0.9)
    cells = np.arange(8).reshape(2, 4) % 3 == 0
    results.keep_cells(folder, 0, pack([cells]), 2, 4)
    (again,) = results.read_cells(folder, 0, 2, 4)
    assert (again == cells).all()
    chunk = Chunk(Unit(0, 1), (0, 512), b"", True, "name")
    coded = [media.CodedPicture(0, True, b"ab"), media.CodedPicture(512, False, b"c")]
    results.keep_chunk(folder, chunk, media.pack_chunk(coded))
    assert chunk_path(folder, "name").exists()


@pytest.mark.parametrize(
    "data",
    [
        b"", b"[", b"7", b"[[1]]", b"[" * 100_000,
        json.dumps([[0, 0, "nobody", 0, []]]).encode(),
        json.dumps([[0.5, 0, "seen", 0, []]]).encode(),
        json.dumps([[0, 0, "seen", 0, [[1, 2, 3, float("nan"), "person", 1]]]]).encode(),
        json.dumps([[0, 0, "seen", 0, [[1, 2, 3, 4, "somebody", 1]]]]).encode(),
        json.dumps([[0, 0, "seen", 0, [["x", 2, 3, 4, "person", 1]]]]).encode(),
    ],
)  # fmt: skip
def test_attack_08_looks_that_no_worker_gives_are_not_kept(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(ContrejourError, match="no sense"):
        results.keep_looks(work(tmp_path), 0, data)
    assert not looks_path(tmp_path, 0).exists()


@pytest.mark.parametrize("data", [b"", b"x", BOMB, pack([]), pack([np.ones((2, 4), np.bool_)] * 2)])
def test_attack_08_cells_that_no_worker_gives_are_not_kept(data: bytes, tmp_path: Path) -> None:
    folder = work(tmp_path)
    results.keep_looks(folder, 0, json.dumps([LOOK]).encode())
    with pytest.raises(ContrejourError, match="no sense"):
        results.keep_cells(folder, 0, data, 2, 4)
    assert not cells_path(folder, 0).exists()


def head(pts: object, key: object, size: object, rest: bytes = b"abc") -> bytes:
    return json.dumps({"pts": pts, "key": key, "size": size}).encode() + b"\n" + rest


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n", b"{}\n", b"[" * 100_000 + b"\n",
        head([0, 512], [1, 0], [2, 1])[:-1],
        head([0, 512], [1, 0], [4, -1]),
        head([0, 512], [1], [2, 1]),
        head([0, 513], [1, 0], [2, 1]),
        head([0, 1 << 70], [1, 0], [2, 1]),
        head([0, "512"], [1, 0], [2, 1]),
        head(7, [1, 0], [2, 1]),
    ],
)  # fmt: skip
def test_attack_08_a_chunk_that_no_worker_gives_is_not_kept(data: bytes, tmp_path: Path) -> None:
    chunk = Chunk(Unit(0, 1), (0, 512), b"", True, "name")
    with pytest.raises(ContrejourError, match="no sense"):
        results.keep_chunk(work(tmp_path), chunk, data)
    assert not chunk_path(tmp_path, "name").exists()


def test_a_sample_is_the_planes_of_one_picture() -> None:
    planes = results.sample_of(bytes(64 * 32 * 3 // 2), FMT)
    assert planes is not None
    assert [plane.shape for plane in planes] == [(32, 64), (16, 32), (16, 32)]
    assert results.sample_of(b"", FMT) is None
    with pytest.raises(ContrejourError, match="no sense"):
        results.sample_of(b"x", FMT)


# What a reader says of a file


def told(**changed: object) -> bytes:
    data = json.loads(wire.told_file(FMT, [media.Gop(0, 24, 0, True), media.Gop(24, 1, 5, False)]))
    gops = changed.pop("gops", data["gops"])
    return json.dumps({"format": {**data["format"], **changed}, "gops": gops}).encode()


def test_a_file_is_told_as_it_is() -> None:
    full = replace(FMT, rotation=90, matrix=(0,) * 9, hdr=("max-cll=1000,400",), interlaced="tff")
    gops = (media.Gop(0, 24, -3, True),)
    assert wire.read_file(wire.told_file(full, gops)) == (full, gops)


@pytest.mark.parametrize(
    "changed",
    [
        {"width": 0}, {"width": 1 << 40}, {"height": "32"}, {"width": True},
        {"pix_fmt": "nv12"}, {"pix_fmt": "x"}, {"pix_fmt": None},
        {"time_base": "0"}, {"time_base": "1/0"}, {"rate": "1e99999999"}, {"rate": 25},
        {"color": [1, 2, 3]}, {"color": [1, 2, 3, 256]}, {"rotation": 45}, {"interlaced": "x"},
        {"hdr": ["csv=/tmp/x"]}, {"hdr": ["max-cll=1:csv=x"]}, {"matrix": [0] * 8},
        {"codec": "../x"}, {"container": ""}, {"audio_tracks": -1}, {"audio_tracks": 1 << 20},
        {"gops": [[1, 24, 0, 1]]}, {"gops": [[0, 0, 0, 1]]}, {"gops": [[0, 1, 1 << 70, 1]]},
        {"gops": [[0, 24, 0]]}, {"gops": 7},
    ],
    ids=str,
)  # fmt: skip
def test_attack_08_a_file_that_cannot_be_is_not_believed(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no file is so"):
        wire.read_file(told(**changed))


def test_an_error_is_one_of_ours() -> None:
    again = read_error(told_error(InputMissing("input-missing", path=Path("a.mp4"))))
    assert (type(again), str(again)) == (InputMissing, "a.mp4 does not exist")
    given = Unsupported("codec-not-decoded", codec="zmbv")
    assert str(read_error(told_error(given))) == str(given)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"7", b"[" * 100_000, b'{"kind": "X", "hint": null}',
        b'{"kind": "Message", "said": {"id": "verbatim", "values": {"text": "x"}}, "hint": null}',
        b'{"kind": "NotMedia", "said": {"id": "none", "values": {}}, "hint": null}',
        b'{"kind": "NotMedia", "said": {"id": "verbatim", "values": {}}, "hint": null}',
        b'{"kind": "NotMedia", "said": "x", "hint": null}',
    ],
)  # fmt: skip
def test_an_error_that_is_none_of_ours_is_not_believed(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an error"):
        read_error(body)
