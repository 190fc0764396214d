"""The headline guarantee: with given masks, no hidden pixel of the input reaches the output.

Two inputs that differ only under the mask must give the same file, byte for byte. Inputs are
lossless and made in pairs; the cut into GOPs is the same in both, as it is no pixel's content.
The last tests weaken the veil and expect the very same check to notice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from fakes import videos
from fakes.examples import at_most
from fakes.weak_veils import (
    MUTANTS,
    Paint,
    luma_only,
    one_cell_off,
    one_pixel_short,
    smoothed_before,
    without_last_column,
    without_last_row,
)
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from contrejour import media
from contrejour.base.pictures import Cells, Frame
from contrejour.recorded import tasks
from contrejour.vision.veil import SAFE, apply, grid

FRAMES = 16
Groups = list[NDArray[np.uint8]]
"""One picture as its planes: (rows, columns, bytes) of the smallest parts that stand alone."""

LAYOUTS: dict[str, list[tuple[int, int, int]]] = {
    "gray": [(1, 1, 1)],
    "gray10le": [(1, 1, 2)],
    "ya8": [(1, 1, 2)],
    "yuv420p": [(1, 1, 1), (2, 2, 1), (2, 2, 1)],
    "yuva420p": [(1, 1, 1), (2, 2, 1), (2, 2, 1), (1, 1, 1)],
    "nv12": [(1, 1, 1), (2, 2, 2)],
    "yuv422p": [(1, 1, 1), (1, 2, 1), (1, 2, 1)],
    "yuyv422": [(1, 2, 4)],
    "yuv444p": [(1, 1, 1)] * 3,
    "yuv440p": [(1, 1, 1), (2, 1, 1), (2, 1, 1)],
    "yuv411p": [(1, 1, 1), (1, 4, 1), (1, 4, 1)],
    "yuv410p": [(1, 1, 1), (4, 4, 1), (4, 4, 1)],
    "yuv420p10le": [(1, 1, 2), (2, 2, 2), (2, 2, 2)],
    "yuv422p10le": [(1, 1, 2), (1, 2, 2), (1, 2, 2)],
    "yuv444p10le": [(1, 1, 2)] * 3,
    "yuv444p12le": [(1, 1, 2)] * 3,
    "gbrp": [(1, 1, 1)] * 3,
    "gbrap": [(1, 1, 1)] * 4,
    "rgb24": [(1, 1, 3)],
    "bgra": [(1, 1, 4)],
    "rgb565le": [(1, 1, 2)],
}
"""(rows, columns, bytes) of each plane's parts, by FFmpeg's name of the pixel format."""


@dataclass(frozen=True)
class Kind:
    """One way to store pictures without loss."""

    name: str
    suffix: str
    pix_fmt: str
    codec: tuple[str, ...]
    width: int = 64
    height: int = 48

    def __str__(self) -> str:
        return f"{self.name}-{self.pix_fmt}-{self.width}x{self.height}"


H264 = ("-c:v", "libx264", "-qp", "0", "-preset", "ultrafast", "-g", "8", "-sc_threshold", "0",
        "-threads", "1")  # fmt: skip
BFRAMES = (*H264, "-bf", "2", "-b_strategy", "0", "-flags", "+cgop")
H265 = (
    "-c:v", "libx265", "-preset", "ultrafast", "-x265-params",
    "lossless=1:keyint=8:min-keyint=8:scenecut=0:open-gop=0:pools=none:log-level=none",
)  # fmt: skip
VP9 = ("-c:v", "libvpx-vp9", "-lossless", "1", "-g", "8", "-keyint_min", "8", "-cpu-used", "8",
       "-auto-alt-ref", "0", "-lag-in-frames", "0")  # fmt: skip
FFV1 = ("-c:v", "ffv1", "-g", "1")
RAW = ("-c:v", "rawvideo")

KINDS = [
    Kind("h264", ".mp4", "yuv420p", H264),
    Kind("h264-b", ".mp4", "yuv420p", BFRAMES, 70, 50),
    Kind("h264-tff", ".mp4", "yuv420p", (*H264, "-flags", "+ildct+ilme", "-top", "1")),
    Kind("h264", ".ts", "yuv422p", H264, 80, 34),
    Kind("h264", ".mov", "yuv444p", H264, 33, 47),
    Kind("h264-10", ".mkv", "yuv420p10le", H264),
    Kind("h264", ".mkv", "gray", H264),
    Kind("h265", ".mp4", "yuv420p", H265),
    Kind("h265", ".mkv", "yuv422p10le", H265),
    Kind("vp9", ".webm", "yuv420p", VP9),
    Kind("vp9-odd", ".webm", "yuv420p", VP9, 67, 51),
    Kind("vp9", ".webm", "yuv444p", VP9, 50, 38),
    Kind("ffv1", ".mkv", "yuv420p", FFV1),
    Kind("ffv1-odd", ".mkv", "yuv420p", FFV1, 67, 51),
    Kind("ffv1-odd", ".mkv", "yuv422p10le", FFV1, 67, 51),
    Kind("ffv1", ".mkv", "yuv444p12le", FFV1),
    Kind("ffv1", ".mkv", "gray10le", FFV1),
    Kind("ffv1", ".mkv", "yuv411p", FFV1),
    Kind("ffv1", ".mkv", "yuv410p", FFV1, 65, 49),
    Kind("ffv1", ".mkv", "yuva420p", FFV1),
    Kind("huffyuv", ".avi", "yuv422p", ("-c:v", "huffyuv")),
    Kind("png", ".mov", "rgb24", ("-c:v", "png")),
    Kind("raw", ".avi", "yuyv422", RAW),
    Kind("raw", ".nut", "nv12", RAW),
]


def picture(kind: Kind, dice: np.random.Generator) -> Groups:
    """Noise in this pixel format."""
    groups = []
    for step_y, step_x, size in LAYOUTS[kind.pix_fmt]:
        shape = (-(-kind.height // step_y), -(-kind.width // step_x), size)
        values = dice.integers(0, 256, shape).astype(np.uint8)
        if kind.pix_fmt.endswith(("10le", "12le")):  # the samples' high bits are 0
            values[..., 1::2] &= 0b1111 if "12" in kind.pix_fmt else 0b11
        groups.append(values)
    return groups


def swapped(kind: Kind, one: Groups, other: Groups, hidden: Cells) -> Groups:
    """`one`, with what is under the hidden cells taken from `other`."""
    out = []
    for (step_y, step_x, _), a, b in zip(LAYOUTS[kind.pix_fmt], one, other, strict=True):
        where = hidden.repeat(16 // step_y, 0).repeat(16 // step_x, 1)[: a.shape[0], : a.shape[1]]
        out.append(np.where(where[..., None], b, a))
    return out


def some_cells(kind: Kind, dice: np.random.Generator) -> Cells:
    """A mask: nothing, all, or cells at random."""
    density = dice.choice([0.0, 0.05, 0.3, 0.7, 1.0], p=[0.1, 0.25, 0.35, 0.2, 0.1])
    hidden: Cells = dice.random(grid(kind.width, kind.height)) < density
    return hidden


@dataclass(frozen=True)
class Pair:
    """Two clips that differ only where `hidden` says."""

    kind: Kind
    one: Path
    other: Path
    hidden: list[Cells]

    def outputs(self, folder: Path, fill: str, suffix: str = ".mp4", jobs: int = 0) -> list[bytes]:
        """The veiled files of both."""
        size = self.kind.width, self.kind.height
        outs = []
        for clip in (self.one, self.other):
            out = folder / f"{clip.stem}.veiled{suffix}"
            videos.veil(
                clip, out, lambda at: videos.as_boxes(self.hidden[at], *size), fill=fill, jobs=jobs
            )
            outs.append(out.read_bytes())
        return outs


def a_pair(folder: Path, kind: Kind, seed: int, frames: int = FRAMES) -> Pair:
    dice = np.random.default_rng(seed)
    hidden = [some_cells(kind, dice) for _ in range(frames)]
    ones = [picture(kind, dice) for _ in range(frames)]
    others = [
        swapped(kind, one, picture(kind, dice), cells)
        for one, cells in zip(ones, hidden, strict=True)
    ]
    assert any((a != b).any() for one, other in zip(ones, others, strict=True)
               for a, b in zip(one, other, strict=True))  # fmt: skip
    folder.mkdir(exist_ok=True)
    paths = (folder / f"one{kind.suffix}", folder / f"other{kind.suffix}")
    for path, pictures in zip(paths, (ones, others), strict=True):
        raw = b"".join(group.tobytes() for groups in pictures for group in groups)
        size = f"{kind.width}x{kind.height}"
        videos.ffmpeg("-f", "rawvideo", "-pix_fmt", kind.pix_fmt, "-s", size, "-r", 25, "-i", "-",
                     *kind.codec, "-fflags", "+bitexact", path, stdin=raw)  # fmt: skip
    return Pair(kind, paths[0], paths[1], hidden)


@pytest.mark.parametrize("fill", SAFE)
@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_no_hidden_pixel_of_a_file_changes_a_byte_of_its_output(
    kind: Kind, fill: str, tmp_path: Path
) -> None:
    pair = a_pair(tmp_path, kind, seed=len(str(kind)))
    assert pair.one.read_bytes() != pair.other.read_bytes()
    one, other = pair.outputs(tmp_path, fill)
    assert one == other


@pytest.mark.parametrize(("kind", "suffix"), [(KINDS[0], ".mkv"), (KINDS[7], ".ts")], ids=str)
def test_nor_with_worker_processes_and_other_containers(
    kind: Kind, suffix: str, tmp_path: Path
) -> None:
    codec = (*kind.codec, "-video_track_timescale", "1000") if suffix == ".mkv" else (
        *kind.codec, "-video_track_timescale", "90000")  # fmt: skip
    pair = a_pair(tmp_path, replace(kind, codec=codec), 7)
    one, other = pair.outputs(tmp_path, "solid", suffix, jobs=1)
    assert one == other


@pytest.mark.parametrize("codec", ["h264", "h265"])
def test_nor_with_copied_gops_beside_the_veiled_ones(codec: str, tmp_path: Path) -> None:
    kind = KINDS[0] if codec == "h264" else KINDS[7]
    lists: list[list[str]] = [[], []]
    hidden: list[Cells] = []
    for gop in range(5):  # each GOP has an encoder of its own: what precedes it has no say in it
        pair = a_pair(tmp_path / str(gop), kind, seed=gop, frames=8)
        shown = gop % 2 == 0
        hidden += [np.zeros_like(c) for c in pair.hidden] if shown else pair.hidden
        for names, clip in zip(lists, (pair.one, pair.one if shown else pair.other), strict=True):
            names.append(f"file '{clip}'")
    joined = []
    for name, names in zip(("one", "other"), lists, strict=True):
        (tmp_path / f"{name}.txt").write_text("\n".join(names))
        videos.ffmpeg("-f", "concat", "-safe", 0, "-i", tmp_path / f"{name}.txt", "-c", "copy",
                     "-fflags", "+bitexact", tmp_path / f"{name}.mp4")  # fmt: skip
        joined.append(tmp_path / f"{name}.mp4")
    assert joined[0].read_bytes() != joined[1].read_bytes()
    whole = Pair(kind, joined[0], joined[1], hidden)
    one, other = whole.outputs(tmp_path, "solid")
    assert one == other
    summary = videos.veil(
        joined[0], tmp_path / "again.mp4",
        lambda at: videos.as_boxes(hidden[at], kind.width, kind.height),
    )  # fmt: skip
    assert summary.frames_copied >= 24


@pytest.mark.parametrize("pix_fmt", sorted(LAYOUTS))
@pytest.mark.parametrize(("width", "height"), [(64, 48), (67, 51), (131, 35)])
def test_reading_moves_no_hidden_sample_past_the_edge_of_its_cell(
    pix_fmt: str, width: int, height: int, tmp_path: Path
) -> None:
    if pix_fmt == "yuyv422":
        width += width % 2  # FFmpeg pads the rows of an odd one in its own way
    pair = a_pair(tmp_path, Kind("raw", ".nut", pix_fmt, RAW, width, height), seed=width, frames=4)
    with av.open(str(pair.one)) as container:
        assert container.streams.video[0].codec_context.pix_fmt == pix_fmt
    painted = [list(_painted(clip, pair.hidden)) for clip in (pair.one, pair.other)]
    for one, other in zip(*painted, strict=True):
        for a, b in zip(one.planes, other.planes, strict=True):
            assert (a == b).all()


def _painted(clip: Path, hidden: Sequence[Cells]) -> Iterable[Frame]:
    fmt = media.probe(clip)
    gops = media.index(clip, fmt)
    frames = media.Reader(clip, fmt, gops).frames(0, len(gops))
    for frame, cells in zip(frames, hidden, strict=True):
        yield apply(frame, cells)


def test_the_frame_rate_is_read_from_the_times_not_guessed_from_the_first_megabytes(
    tmp_path: Path,
) -> None:
    """FFmpeg's guess looks at 5 MB: how many pictures that is depends on what they show."""
    rates = []
    for name, source in (("noise", "nullsrc,geq=lum='random(1)*255':cb=128:cr=128"),
                         ("flat", "color=gray")):  # fmt: skip
        clip = tmp_path / f"{name}.ts"
        times = "setpts='if(lt(N,12),N*0.04,0.48+(N-12)*0.1)/TB'"
        videos.ffmpeg("-f", "lavfi", "-i", f"{source},scale=320:240,fps=25,{times}",
                     "-frames:v", 60, "-vsync", "vfr", "-enc_time_base", "1:90000", *H264,
                     "-pix_fmt", "yuv420p", clip)  # fmt: skip
        rates.append(media.probe(clip).rate)
    assert rates[0] == rates[1] != 25


SHAPES = [
    ("yuv420p", (1, 1), 8, 3), ("yuv422p", (1, 0), 8, 3), ("yuv444p", (0, 0), 8, 3),
    ("gray", (0, 0), 8, 1), ("yuv420p10le", (1, 1), 10, 3), ("gbrp", (0, 0), 8, 3),
]  # fmt: skip


def frames_in_memory(
    shape: tuple[str, tuple[int, int], int, int], width: int, height: int, seed: int, count: int = 3
) -> tuple[media.Format, list[Frame], list[Frame], list[Cells], tuple[Any, ...]]:
    """A format, two runs of frames that differ under the masks, the masks, and an empty scene."""
    pix_fmt, (x, y), depth, planes = shape
    dice = np.random.default_rng(seed)
    codec = "h264" if depth == 8 and pix_fmt != "gbrp" else "hevc"
    fmt = media.Format(
        "mov", codec, pix_fmt, width, height, (x, y), depth, pix_fmt == "gbrp",
        Fraction(1, 25), Fraction(25), Fraction(1), 0, None, (2, 2, 2, 1), (), "", 0, 0,
    )  # fmt: skip
    small = (-(-height // (1 << y)), -(-width // (1 << x)))
    sizes = [(height, width), small, small][:planes]
    kind = np.uint8 if depth == 8 else np.uint16

    def noise() -> tuple[Any, ...]:
        return tuple(dice.integers(0, 1 << depth, size).astype(kind) for size in sizes)

    ones, others, hidden = [], [], []
    for at in range(count):
        cells = some_cells(Kind("", "", pix_fmt, (), width, height), dice)
        a, b = noise(), noise()
        mixed = tuple(
            np.where(videos.under(cells, p.shape, number, pix_fmt), q, p)
            for number, (p, q) in enumerate(zip(a, b, strict=True))
        )
        base = Frame(at, at, at * 40_000_000, width, height, 0, a, (x, y), depth,
                     lambda _, w, h: np.zeros((h, w, 3), np.uint8), rgb_planes=fmt.rgb)  # fmt: skip
        ones.append(base)
        others.append(replace(base, planes=mixed))
        hidden.append(cells)
    return fmt, ones, others, hidden, noise()


def rendered(
    fmt: media.Format, frames: Iterable[Frame], hidden: Sequence[Cells], fill: str, scene: Any,
    paint: Paint,
) -> list[media.CodedPicture]:  # fmt: skip
    """What a worker does to a chunk, without the file."""
    encoder, packets = media.Encoder(fmt), []
    for frame, cells in zip(frames, hidden, strict=True):
        packets += encoder.write(paint(frame, cells, fill, scene))
    return packets + encoder.close()


def interferes(seed: int, shape: Any, fill: str, make: Callable[[], Paint]) -> bool:
    """The property, as one question: does what is hidden reach the coded bytes?"""
    dice = np.random.default_rng(seed)
    width, height = (2 * int(dice.integers(17, 50)), 2 * int(dice.integers(9, 35)))
    fmt, ones, others, hidden, scene = frames_in_memory(shape, width, height, seed)
    one = rendered(fmt, ones, hidden, fill, scene, make())
    return one != rendered(fmt, others, hidden, fill, scene, make())


@pytest.mark.parametrize("fill", SAFE)
@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape[0])
@at_most(30)
@given(seed=st.integers(0, 2**32 - 1))
def test_hundreds_of_substitutions_leave_the_coded_bytes_as_they_are(
    shape: Any, fill: str, seed: int
) -> None:
    assert not interferes(seed, shape, fill, lambda: apply)


@pytest.mark.parametrize("make", MUTANTS, ids=lambda make: getattr(make(), "__qualname__", ""))
def test_a_weakened_veil_is_noticed(make: Callable[[], Paint]) -> None:
    shape = SHAPES[0]
    assert any(interferes(seed, shape, "solid", make) for seed in range(40))


@pytest.mark.parametrize("mutant", [luma_only, without_last_row, without_last_column, one_cell_off,
                                    smoothed_before, one_pixel_short])  # fmt: skip
def test_a_weakened_veil_is_noticed_in_whole_files(
    mutant: Paint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "apply", mutant)
    one, other = a_pair(tmp_path, KINDS[0], seed=3).outputs(tmp_path, "solid")
    assert one != other
