"""Pictures: what is hidden stays out, what is not looks as before, what is odd is refused."""

from __future__ import annotations

import io
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from contrejour.base.errors import ContrejourError, NotMedia, Truncated, Unsupported
from contrejour.base.files import sha256
from contrejour.base.pictures import Box, HiddenBox, Mask, Source
from contrejour.recorded import inputs, masksfile
from contrejour.recorded.pictures import Detectors, veil_picture
from contrejour.recorded.request import Options

pytestmark = pytest.mark.slow  # each picture is decoded in a process of its own

Pixels = NDArray[np.uint8]
HIDDEN = Box(32, 16, 32, 48)
"""On the grid, so that it is what is hidden, to the pixel."""


def veil(
    source: Path, out: Path, boxes: tuple[Box, ...] = (HIDDEN,), size: tuple[int, int] = (96, 80),
    *, allow_truncated: bool = False,
) -> Image.Image:  # fmt: skip
    """Veil a picture whose upright size is `size`; the output, opened."""
    masks = out.with_name(out.name + ".given.json")
    header = masksfile.MasksHeader(source.name, sha256(source), *size, 0, Fraction(1), 1)
    mask = Mask(0, tuple(HiddenBox(box, Source.HAND) for box in boxes))
    masksfile.write(masks, header, [(0, mask)])
    options = Options(
        masks=masks, force=True, detector="fakes.detectors:nothing", allow_truncated=allow_truncated
    )
    veil_picture(source, out, options, Detectors(options))
    with Image.open(out) as veiled:
        veiled.load()
        return veiled


def smooth(width: int = 96, height: int = 80) -> Image.Image:
    """A colourful picture without edges."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [128 + 100 * np.sin(x / 17 + at) * np.cos(y / (13 + 3 * at)) for at in range(3)]
    return Image.fromarray(np.stack(planes, 2).astype(np.uint8))


def visible(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    seen = np.ones(shape[:2], bool)
    seen[HIDDEN.y : HIDDEN.y + HIDDEN.h, HIDDEN.x : HIDDEN.x + HIDDEN.w] = False
    return seen


def differs(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of what is visible, of 255."""
    a, b = (np.asarray(picture.convert("RGB"), int) for picture in (one, other))
    assert a.shape == b.shape
    return float(np.abs(a - b)[visible(a.shape)].mean())


def is_flat(picture: Image.Image) -> bool:
    return bool((np.asarray(picture.convert("RGB"))[~visible(picture.size[::-1])] == 72).all())


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_is_turned_as_its_exif_says(orientation: int, tmp_path: Path) -> None:
    turns = {1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}[orientation]
    upright = smooth(64, 96) if orientation > 4 else smooth()
    stored = upright
    for turn in turns:  # how the camera held it: the reverse of what a viewer does
        stored = stored.transpose(Image.Transpose(turn))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "in.png", exif=exif)
    out = veil(tmp_path / "in.png", tmp_path / "out.png", size=upright.size)
    assert out.size == upright.size
    assert differs(out, upright) == 0
    assert is_flat(out)
    assert not out.getexif()


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "CMYK", "YCbCr", "LA", "RGBA"])
def test_every_mode_looks_as_before(mode: str, tmp_path: Path) -> None:
    before = smooth().convert("P", palette=Image.Palette.ADAPTIVE) if mode == "P" else (
        smooth().convert(mode))  # fmt: skip
    suffix = ".tif" if mode in ("CMYK", "YCbCr") else ".png"
    before.save(tmp_path / f"in{suffix}")
    with Image.open(tmp_path / f"in{suffix}") as stored:
        shown = stored.convert("RGB")
    out = veil(tmp_path / f"in{suffix}", tmp_path / f"out{suffix}")
    assert differs(out, shown) <= 1
    assert is_flat(out)
    assert out.mode in ("RGB", "L")


def test_sixteen_bits_of_grey_are_kept(tmp_path: Path) -> None:
    values = np.linspace(0, 65535, 96 * 80).astype(np.uint16).reshape(80, 96)
    Image.fromarray(values).save(tmp_path / "in.png")
    out = np.asarray(veil(tmp_path / "in.png", tmp_path / "out.png"))
    assert out.dtype == np.uint16
    assert (out == values)[visible(out.shape)].all()
    assert (out[~visible(out.shape)] == 72 << 8).all()
    eight = veil(tmp_path / "in.png", tmp_path / "out.jpg")
    assert eight.mode == "L"


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_was_made_transparent_does_not_come_back(mode: str, tmp_path: Path) -> None:
    alpha = Image.new("L", (96, 80), 255)
    alpha.paste(0, (0, 0, 32, 80))
    picture = smooth().convert("L" if mode == "LA" else "RGB")
    picture.putalpha(alpha)
    if mode == "P":
        picture = picture.quantize(64)
    picture.save(tmp_path / "in.png")
    out = np.asarray(veil(tmp_path / "in.png", tmp_path / "out.png", ()).convert("RGB"))
    assert (out[:, :32] == 255).all()
    assert len(np.unique(out[:, 32:])) > 20


def a_profile(primaries: list[tuple[float, float, float]], gamma: float) -> bytes:
    """A display profile (ICC.1:2001, matrix and curves), its colorants in the D50 XYZ space."""

    def number(value: float) -> bytes:
        return struct.pack(">i", round(value * 65536))

    def xyz(point: tuple[float, float, float]) -> bytes:
        return b"XYZ \0\0\0\0" + b"".join(map(number, point))

    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"
    words = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"wide\0" + bytes(78)
    words += bytes(-len(words) % 4)
    tags = [(b"desc", words), (b"wtpt", xyz((0.9642, 1.0, 0.8249)))]
    tags += [(name, xyz(point)) for name, point in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries,
                                                       strict=True)]  # fmt: skip
    tags += [(name, curve) for name in (b"rTRC", b"gTRC", b"bTRC")]
    at, table, data = 132 + 12 * len(tags), b"", b""
    for name, content in tags:
        table += name + struct.pack(">II", at + len(data), len(content))
        data += content
    size = at + len(data)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, b"mntr", b"RGB ", b"XYZ ")
    head += bytes(12) + b"acsp" + bytes(28) + xyz((0.9642, 1.0, 0.8249))[8:]
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + data


WIDE = a_profile(
    [(0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446)], 2.2
)
"""The colours of Adobe RGB (1998), adapted to D50."""


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".webp"])
def test_a_wide_gamut_looks_the_same_without_its_profile(suffix: str, tmp_path: Path) -> None:
    before = smooth()
    wide = ImageCms.profileToProfile(
        before, ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(WIDE))
    )
    assert wide is not None
    assert differs(wide, before) > 4  # without its profile it would look wrong
    how = {".jpg": {"quality": 98, "subsampling": 0}, ".webp": {"lossless": True}}.get(suffix, {})
    wide.save(tmp_path / f"in{suffix}", icc_profile=WIDE, **how)  # type: ignore[arg-type]
    out = veil(tmp_path / f"in{suffix}", tmp_path / f"out{suffix}")
    assert differs(out, before) < 2
    assert "icc_profile" not in out.info


def noise(dice: np.random.Generator, kind: str) -> NDArray[np.generic]:
    if kind == "grey16":
        return dice.integers(0, 65536, (77, 93)).astype(np.uint16)
    shape = {"grey": (77, 93), "rgb": (77, 93, 3), "rgba": (77, 93, 4)}[kind]
    return dice.integers(0, 256, shape).astype(np.uint8)


@pytest.mark.parametrize("out_suffix", [".png", ".jpg", ".webp", ".tif"])
@pytest.mark.parametrize(
    ("suffix", "kind"),
    [(".png", "rgb"), (".png", "grey16"), (".png", "rgba"), (".png", "grey"), (".tif", "rgb"),
     (".tif", "grey16"), (".webp", "rgb"), (".webp", "rgba")],
)  # fmt: skip
def test_no_hidden_pixel_of_a_picture_changes_a_byte_of_its_output(
    suffix: str, kind: str, out_suffix: str, tmp_path: Path
) -> None:
    dice = np.random.default_rng(len(kind))
    for turn in range(4):
        boxes = [
            tuple(dice.integers(-20, 90, 2)) + tuple(dice.integers(1, 70, 2)) for _ in range(3)
        ]
        where = np.zeros((77, 93), bool)
        for x, y, w, h in boxes:
            where[max(0, y) : max(0, y + h), max(0, x) : max(0, x + w)] = True
        one, other = noise(dice, kind), noise(dice, kind)
        mixed = np.where(where if one.ndim == 2 else where[..., None], other, one)
        outs = []
        for name, pixels in (("one", one), ("other", mixed)):
            source, out = tmp_path / f"{name}{turn}{suffix}", tmp_path / f"{name}.out{out_suffix}"
            lossless = {"lossless": True, "exact": True} if suffix == ".webp" else {}
            Image.fromarray(pixels).save(source, **lossless)  # type: ignore[arg-type]
            veil(source, out, tuple(Box(*map(int, box)) for box in boxes), (93, 77))
            outs.append((source.read_bytes(), out.read_bytes()))
        assert outs[0][0] != outs[1][0] or not where.any()
        assert outs[0][1] == outs[1][1]


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".tif"])
def test_a_picture_cut_short_is_refused(suffix: str, tmp_path: Path) -> None:
    source, out = tmp_path / f"in{suffix}", tmp_path / f"out{suffix}"
    smooth().save(source)
    source.write_bytes(source.read_bytes()[: source.stat().st_size * 6 // 10])
    with pytest.raises((Truncated, NotMedia)):
        veil(source, out)
    assert not out.exists()


def test_what_is_left_of_a_jpeg_cut_short_can_be_asked_for(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jpg", tmp_path / "out.jpg"
    smooth().save(source)
    source.write_bytes(source.read_bytes()[: source.stat().st_size * 6 // 10])
    with pytest.raises(Truncated) as error:
        veil(source, out)
    assert "--allow-truncated" in error.value.hint
    assert veil(source, out, allow_truncated=True).size == (96, 80)
    with pytest.raises(Truncated):  # and the next one is refused again
        veil(source, tmp_path / "again.jpg")


@pytest.mark.parametrize("suffix", [".tif", ".webp", ".png"])
def test_several_pictures_in_one_file_are_refused(suffix: str, tmp_path: Path) -> None:
    source = tmp_path / f"in{suffix}"
    second = smooth().transpose(Image.Transpose.ROTATE_180)
    smooth().save(source, save_all=True, append_images=[second])
    with pytest.raises(Unsupported, match="several pictures"):
        veil(source, tmp_path / f"out{suffix}")


def test_of_a_phones_jpeg_with_a_second_picture_the_first_is_taken(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jpg", tmp_path / "out.jpg"
    second = Image.effect_noise((96, 80), 90).convert("RGB")
    smooth().save(source, "MPO", save_all=True, append_images=[second], quality=98)
    with Image.open(source) as stored:
        assert getattr(stored, "n_frames", 1) == 2
    veiled = veil(source, out)
    assert veiled.format == "JPEG"
    assert differs(veiled, smooth()) < 3
    assert out.read_bytes().count(b"\xff\xd8\xff") == 1


def test_a_picture_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(
            ">I", zlib.crc32(kind + data))  # fmt: skip

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    (tmp_path / "in.png").write_bytes(
        b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(bytes(99)))
    )
    with pytest.raises(Unsupported, match="has 60000x60000 pixels"):
        veil(tmp_path / "in.png", tmp_path / "out.png")


def test_floating_point_samples_are_refused(tmp_path: Path) -> None:
    Image.new("F", (96, 80), 0.5).save(tmp_path / "in.tif")
    with pytest.raises(Unsupported, match="floating-point"):
        veil(tmp_path / "in.tif", tmp_path / "out.tif")


def test_a_picture_goes_by_its_content_and_not_by_its_name(tmp_path: Path) -> None:
    source = tmp_path / "camera.avi"
    smooth().save(source, "JPEG")
    target = inputs.targets([source], None)[0]
    assert target.picture
    assert target.out.suffix == ".jpg"
    assert veil(source, target.out).format == "JPEG"


def test_bytes_that_are_no_picture_are_refused(tmp_path: Path) -> None:
    source = tmp_path / "in.jpg"
    source.write_bytes(b"\xff\xd8\xff" + np.random.default_rng(1).bytes(5000))
    with pytest.raises(ContrejourError):
        veil(source, tmp_path / "out.jpg")
    assert not (tmp_path / "out.jpg").exists()
