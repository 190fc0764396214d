"""The masks file comes back as it was written, and anything else is refused with its place."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from fakes.examples import at_most
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import MasksError, OutputFailed
from contrejour.base.pictures import Box, HiddenBox, Mask, Source
from contrejour.recorded import masksfile

HEADER = masksfile.MasksHeader(
    input_name="in.mp4",
    input_sha256="a" * 64,
    width=1920,
    height=1080,
    rotation=90,
    time_base=Fraction(1, 12800),
    frames=2,
    models=(("yunet", "b" * 64),),
    parameters={"hide": "people", "fill": "solid", "margin": [1, 2.5, None]},
)
MASKS = [
    (0, Mask(0, (HiddenBox(Box(-3, 40, 30, 80), Source.DETECTOR, 1, 0.913),))),
    (512, Mask(1, (), "the decoder reported errors")),
]
SHARED = at_most(100, shared=True)

px = st.integers(-(1 << 20), 1 << 20)
size = st.integers(1, 1 << 20)
hidden = st.builds(
    HiddenBox,
    st.builds(Box, px, px, size, size),
    st.sampled_from(Source),
    st.none() | st.integers(0, 1 << 40),
    st.none() | st.integers(0, 1000).map(lambda n: n / 1000),
)
frames = st.lists(
    st.tuples(st.integers(1, 1 << 40), st.lists(hidden, max_size=4), st.text(max_size=9)),
    max_size=5,
)
json_value = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 62), 1 << 62) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def plain(path: Path) -> Any:
    """The file of HEADER and MASKS, as JSON to be spoiled."""
    masksfile.write(path, HEADER, MASKS)
    return json.loads(path.read_text())


def read_all(path: Path) -> tuple[masksfile.MasksHeader, list[tuple[int, Mask]]]:
    header, masks = masksfile.read(path)
    return header, list(masks)


@SHARED
@given(st.text(max_size=20), frames, st.dictionaries(st.text(max_size=5), json_value, max_size=4))
def test_what_is_written_is_read_back(
    tmp_path: Path, name: str, made: list[Any], parameters: dict[str, Any]
) -> None:
    header = replace(HEADER, input_name=name, frames=len(made), parameters=parameters)
    pts, masks = -1000, []
    for index, (step, boxes, whole) in enumerate(made):
        pts += step
        masks.append((pts, Mask(index, tuple(boxes), whole)))
    path = tmp_path / "m.json"
    masksfile.write(path, header, masks)
    assert read_all(path) == (header, masks)


def test_equal_content_gives_equal_bytes(tmp_path: Path) -> None:
    masksfile.write(tmp_path / "a", HEADER, MASKS)
    backwards = replace(HEADER, parameters=dict(reversed(list(HEADER.parameters.items()))))
    masksfile.write(tmp_path / "b", backwards, iter(MASKS))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_one_frame_is_one_line(tmp_path: Path) -> None:
    plain(tmp_path / "m")
    lines = (tmp_path / "m").read_text().splitlines()
    assert lines[1:] == [
        '{"i":0,"pts":0,"boxes":[[-3,40,30,80,1,"detector",0.913]]},',
        '{"i":1,"pts":512,"whole":"the decoder reported errors","boxes":[]}',
        "]}",
    ]


@pytest.mark.parametrize("style", [{"indent": 4}, {"sort_keys": True}, {"ensure_ascii": True}])
def test_an_editors_layout_is_read_all_the_same(tmp_path: Path, style: dict[str, Any]) -> None:
    path = tmp_path / "m"
    path.write_text("\ufeff" + json.dumps(plain(path), **style), encoding="utf-8")
    assert read_all(path) == (HEADER, MASKS)


def test_a_person_may_write_four_numbers(tmp_path: Path) -> None:
    path = tmp_path / "m"
    spoiled = plain(path)
    spoiled["frames"][1]["boxes"].append([1, 2, 3, 4])
    path.write_text(json.dumps(spoiled))
    assert read_all(path)[1][1][1].boxes == (HiddenBox(Box(1, 2, 3, 4), Source.HAND),)


def test_a_box_without_size_hides_nothing_and_is_not_written(tmp_path: Path) -> None:
    flat = Mask(
        0, (HiddenBox(Box(1, 1, 0, 5), Source.FILL), HiddenBox(Box(1, 1, 5, 5), Source.FILL))
    )
    masksfile.write(tmp_path / "m", replace(HEADER, frames=1), [(0, flat)])
    assert read_all(tmp_path / "m")[1][0][1].boxes == flat.boxes[1:]


SPOILS: dict[str, tuple[Any, ...]] = {
    'expected "format"': ("format", "coco"),
    'expected "version": 1, found 2': ("version", 2),
    "unknown key 'colour'": ("colour", 1),
    'expected "cell_px": 16': ("cell_px", 8),
    'expected "rotation" of 0, 90, 180 or 270': ("input", "rotation", 45),
    '"time_base"': ("input", "time_base", [1, 0]),
    "unknown key 'codec'": ("input", "codec", "h264"),
    '"width" as an integer': ("input", "width", 0),
    '"sha256" as 64': ("input", "sha256", "beef"),
    "expected 3 frames, found 2": ("input", "frames", 3),
    "frame 1: expected 1 frames, found more": ("input", "frames", 1),
    'frame 1: expected "i" to be 1, found 0': ("frames", 1, "i", 0),
    'frame 0: expected "i" to be 0, found 7': ("frames", 0, "i", 7),
    'frame 1: expected "pts" past 0, found -5': ("frames", 1, "pts", -5),
    "frame 1: unknown key 'box'": ("frames", 1, "box", []),
    'frame 1: expected "whole" as a text': ("frames", 1, "whole", True),
    'frame 1: expected "boxes" as a list': ("frames", 1, "boxes", None),
    "frame 1: boxes[0]: expected [x, y, w, h]": ("frames", 1, "boxes", [[1, 2, 3]]),
    "for w, found -3": ("frames", 1, "boxes", [[1, 2, -3, 4]]),
    "for h, found 0": ("frames", 1, "boxes", [[1, 2, 3, 0]]),
    "for x, found 1.5": ("frames", 1, "boxes", [[1.5, 2, 3, 4]]),
    "for y, found True": ("frames", 1, "boxes", [[1, True, 3, 4]]),
    "for w, found 9999999": ("frames", 1, "boxes", [[1, 2, 9999999, 4]]),
    "boxes[0]: expected a source": ("frames", 1, "boxes", [[1, 2, 3, 4, None, "me", None]]),
    "boxes[0]: expected a score": ("frames", 1, "boxes", [[1, 2, 3, 4, None, "hand", 2]]),
    'boxes[0]: expected "track"': ("frames", 1, "boxes", [[1, 2, 3, 4, -1, "hand", None]]),
}


@pytest.mark.parametrize("message", SPOILS)
def test_a_wrong_value_is_refused_with_its_place(tmp_path: Path, message: str) -> None:
    path = tmp_path / "m"
    spoiled = plain(path)
    *way, last, value = SPOILS[message]
    at = spoiled
    for step in way:
        at = at[step]
    at[last] = value
    path.write_text(json.dumps(spoiled))
    with pytest.raises(MasksError) as caught:
        read_all(path)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"i":0', '"i":0,"i":0'),
        ('"boxes":[]', '"boxes":[[1,1,9,9]],"boxes":[]'),
        ('"cell_px":16', '"cell_px":16,"cell_px":16'),
        ("\n]}", '\n],"frames":[]}'),
    ],
)
def test_a_key_written_twice_hides_no_box(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "m"
    plain(path)
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(MasksError, match="is there twice"):
        read_all(path)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999", "-1e999"])
def test_numbers_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "m"
    plain(path)
    path.write_text(path.read_text().replace("0.913", text))
    with pytest.raises(MasksError, match=r"not valid JSON|too large"):
        read_all(path)


@pytest.mark.parametrize("data", [b"", b"[]", b"7", b"{}", b"{}x", b"\xff\xfe{", b'{"a":' * 9999])
def test_what_is_no_masks_file_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "m").write_bytes(data)
    with pytest.raises(MasksError):
        read_all(tmp_path / "m")


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "m"
    plain(path)
    whole = path.read_bytes()
    for length in range(len(whole) - 2):  # the last byte is a line feed, the one before closes
        path.write_bytes(whole[:length])
        with pytest.raises(MasksError):
            read_all(path)


@SHARED
@given(st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=3)), min_size=1, max_size=4))
def test_random_damage_is_refused_or_harmless(
    tmp_path: Path, edits: list[tuple[int, bytes]]
) -> None:
    path = tmp_path / "m"
    plain(path)
    data = bytearray(path.read_bytes())
    for at, patch in edits:
        data[at : at + len(patch)] = patch
    path.write_bytes(data)
    try:
        _, masks = read_all(path)
    except MasksError as error:
        assert str(path) in str(error)  # noqa: PT017 - or else it is read whole
    else:
        assert [mask.index for _, mask in masks] == [0, 1]


def test_a_missing_file_is_a_masks_error(tmp_path: Path) -> None:
    with pytest.raises(MasksError, match="can't read"):
        masksfile.read(tmp_path / "none")


def broken_masks() -> Iterator[tuple[int, Mask]]:
    yield MASKS[0]
    raise RuntimeError("the tracker fell over")


def test_a_write_that_fails_leaves_the_old_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "m"
    plain(path)
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        masksfile.write(path, HEADER, broken_masks())
    with pytest.raises(MasksError, match="expected 2 frames, found 1"):
        masksfile.write(path, HEADER, MASKS[:1])
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["m"]


def test_what_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    for bad in (
        [(0, Mask(0, (HiddenBox(Box(0, 0, 1, 1), Source.FILL, None, float("nan")),))), MASKS[1]],
        [(0, Mask(0)), (0, Mask(1))],
        [(0, Mask(1)), (1, Mask(0))],
    ):
        with pytest.raises(MasksError):
            masksfile.write(tmp_path / "m", HEADER, bad)
    with pytest.raises(MasksError, match="can't hold"):
        masksfile.write(tmp_path / "m", replace(HEADER, parameters={"a": {1}}), MASKS)
    assert os.listdir(tmp_path) == []


def test_a_place_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed):
        masksfile.write(tmp_path / "none" / "m", HEADER, MASKS)


def peak_bytes(path: Path, count: int) -> int:
    row = tuple(HiddenBox(Box(n, n, 80, 160), Source.DETECTOR, n, 0.5) for n in range(40))
    tracemalloc.start()
    masksfile.write(path, replace(HEADER, frames=count), ((n, Mask(n, row)) for n in range(count)))
    _, masks = masksfile.read(path)
    assert sum(len(mask.boxes) for _, mask in masks) == 40 * count
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_stays_flat_over_many_frames(tmp_path: Path) -> None:
    """In a process where nothing else allocates."""
    with ProcessPoolExecutor(1, get_context("spawn")) as alone:
        few, many = alone.map(peak_bytes, (tmp_path / "a", tmp_path / "b"), (200, 1000))
    assert many < 1.2 * few
