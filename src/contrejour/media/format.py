"""What a stream is: everything the output must repeat exactly, and nothing else of the input."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.filter

from contrejour.base.errors import Unsupported

LEAST_SIDE, MOST_SIDE = 16, 8192
"""Of a camera's picture, in pixels: more than encoders of H.264 and H.265 take either way."""
LONGEST_PIXEL = Fraction(4)
"""Of how much longer than high a pixel may be shown, or the reverse. Broadcast and recorders have
up to 2."""


@dataclass(frozen=True, slots=True)
class Format:
    """The shape of a video stream. `width` and `height` are coded; `rotation` is clockwise.

    `matrix` is the container's display matrix (nine 16.16 and 2.30 fixed-point numbers) when it
    has one. `color` is (primaries, transfer, matrix, range) in ITU-T H.273 code points.
    `hdr` is x265's text for SMPTE ST 2086 and CTA-861.3 metadata.
    """

    container: str
    codec: str
    pix_fmt: str
    width: int
    height: int
    subsampling: tuple[int, int]
    depth: int
    rgb: bool
    time_base: Fraction
    rate: Fraction
    sample_aspect: Fraction
    rotation: int
    matrix: tuple[int, ...] | None
    color: tuple[int, int, int, int]
    hdr: tuple[str, ...]
    interlaced: str
    audio_tracks: int
    other_video_tracks: int

    def demand_sides(self, source: str) -> None:
        """Raises Unsupported for a camera's picture that no encoder takes."""
        if max(self.width, self.height) > MOST_SIDE or min(self.width, self.height) < LEAST_SIDE:
            raise Unsupported(
                "picture-of-odd-sides", source=source, width=self.width, height=self.height,
                least=LEAST_SIDE, most=MOST_SIDE,
            )  # fmt: skip

    def demand_pixels(self, source: str | Path) -> None:
        """Raises Unsupported where they are shown too long to be looked at."""
        if not 1 / LONGEST_PIXEL <= self.sample_aspect <= LONGEST_PIXEL:
            raise Unsupported("pixels-too-long", source=source, aspect=str(self.sample_aspect))

    @property
    def upright(self) -> tuple[int, int]:
        """(width, height) as the viewer sees it, before the display aspect ratio."""
        return (self.height, self.width) if self.rotation % 180 else (self.width, self.height)

    @property
    def shown(self) -> tuple[int, int]:
        """(width, height) of the shape that a viewer sees, no side less than `upright` has."""
        said = self.sample_aspect or Fraction(1)
        aspect = sorted((1 / LONGEST_PIXEL, said, LONGEST_PIXEL))[1]
        wide = round(self.width * aspect) if aspect > 1 else self.width
        high = round(self.height / aspect) if aspect < 1 else self.height
        return (high, wide) if self.rotation % 180 else (wide, high)

    def time_ns(self, pts: int) -> int:
        """A time stamp of the stream, in nanoseconds."""
        return int(pts * self.time_base * 1_000_000_000)

    @property
    def shapes(self) -> list[tuple[int, int]]:
        """(rows, columns) of each plane."""
        across, down = self.subsampling
        fine = (self.height, self.width)
        if self.pix_fmt.startswith("gray"):
            return [fine]
        coarse = (-(-self.height // (1 << down)), -(-self.width // (1 << across)))
        return [fine, coarse, coarse]

    @property
    def picture_bytes(self) -> int:
        """Of all planes of one picture."""
        return sum(h * w for h, w in self.shapes) * (1 if self.depth == 8 else 2)

    @property
    def paced(self) -> bool:
        """Whether the file says no presentation times: pictures are shown at an even pace."""
        return self.container == "avi"


_FAMILIES = {
    (0, 0): "444", (1, 0): "422", (1, 1): "420", (2, 0): "411", (2, 2): "410", (0, 1): "440",
}  # fmt: skip
"""(log2 of the horizontal, of the vertical) chroma step to FFmpeg's name for it."""


def working_format(name: str, width: int = 2, height: int = 2) -> str:
    """The planar pixel format in which pictures of format `name` are veiled and encoded.

    Same depth and chroma or finer: H.264 and H.265 can't say an odd size in 4:2:0, so that goes
    to 4:4:4. Alpha is dropped: a matte is an outline of who stands there.
    """
    steps = subsampling(native := native_format(name))
    fits = steps in ((0, 0), (1, 0), (1, 1)) and not (steps[0] and width % 2)
    return (
        native
        if fits and not (steps[1] and height % 2)
        else native.replace(_FAMILIES[steps], "444")
    )


def native_format(name: str) -> str:
    """The planar pixel format with the depth and the chroma of `name`, without alpha."""
    known = av.VideoFormat(name)
    depth = max(component.bits for component in known.components)
    if depth > 12:
        raise Unsupported("pixel-format-too-deep", depth=depth, pixel_format=name)
    suffix = "" if depth <= 8 else "10le" if depth <= 10 else "12le"
    if known.is_rgb or known.has_palette:
        return "gbrp" + suffix
    if len([c for c in known.components if not c.is_alpha]) == 1:
        return "gray" + suffix
    steps = (8 - _log2(known.chroma_width(256)), 8 - _log2(known.chroma_height(256)))
    return ("yuvj" if name.startswith("yuvj") else "yuv") + _FAMILIES[steps] + "p" + suffix


def _log2(number: int) -> int:
    return number.bit_length() - 1


def subsampling(pix_fmt: str) -> tuple[int, int]:
    """(log2 of the horizontal, of the vertical) chroma step of a working or native format."""
    return next((steps for steps, name in _FAMILIES.items() if name in pix_fmt), (0, 0))


def depth(pix_fmt: str) -> int:
    """Bits per sample of a working format."""
    return 10 if pix_fmt.endswith("10le") else 12 if pix_fmt.endswith("12le") else 8


def hdr_params(side_data: dict[str, bytes]) -> tuple[str, ...]:
    """x265 parameters that repeat the HDR metadata of a frame.

    Input is FFmpeg's AVMasteringDisplayMetadata (ten rationals, two flags) and
    AVContentLightMetadata (two unsigned ints), in native byte order.
    """
    found = []
    if (mastering := side_data.get("MASTERING_DISPLAY_METADATA")) and len(mastering) >= 88:
        numbers = struct.unpack("=20i2i", mastering[:88])
        ratio = [n / d if d else 0.0 for n, d in zip(numbers[0:20:2], numbers[1:20:2], strict=True)]
        r, g, b, white = (
            f"({round(ratio[i] * 50000)},{round(ratio[i + 1] * 50000)})" for i in (0, 2, 4, 6)
        )
        low, high = round(ratio[8] * 10000), round(ratio[9] * 10000)
        found.append(f"master-display=G{g}B{b}R{r}WP{white}L({high},{low})")
    if (light := side_data.get("CONTENT_LIGHT_LEVEL")) and len(light) >= 8:
        brightest, average = struct.unpack("=2I", light[:8])
        found.append(f"max-cll={brightest},{average}")
    return tuple(found)


def filtered(width: int, height: int, pix_fmt: str, name: str, argument: str) -> av.filter.Graph:
    """A graph of one of FFmpeg's filters: what PyAV can't ask a picture, or tell it."""
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=width, height=height, format=av.VideoFormat(pix_fmt), time_base=Fraction(1, 1000)
    )
    middle = graph.add(name, argument)
    source.link_to(middle)
    middle.link_to(graph.add("buffersink"))
    graph.configure()
    return graph
