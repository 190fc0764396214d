"""A codec that no camera and no recorder uses is refused by name, before a bit of it is decoded."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from fakes import videos
from fakes.runs import ffmpeg

from contrejour import media
from contrejour.base.errors import Unsupported
from contrejour.base.pictures import Box
from contrejour.media import codecs
from contrejour.media.camera.decoder import Decoder

ODD = {"zmbv": ".avi", "flashsv": ".flv", "cinepak": ".avi", "msvideo1": ".avi", "snow": ".avi"}
PIXELS = {"zmbv": "bgr0", "flashsv": "bgr24", "cinepak": "rgb24", "msvideo1": "rgb555le"}


@pytest.fixture(scope="module", params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    codec = str(request.param)
    path = tmp_path_factory.mktemp("odd") / f"{codec}{ODD[codec]}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-t", "1", "-c:v", codec,
           "-strict", "-2", "-pix_fmt", PIXELS.get(codec, "yuv420p"), path)  # fmt: skip
    return path


def test_attack_28_a_file_in_an_odd_codec_is_refused_by_name(odd: Path) -> None:
    with pytest.raises(Unsupported, match=f"coded as {odd.stem}"):
        media.probe(odd)


def test_attack_28_a_recording_in_an_odd_codec_is_refused_by_name(odd: Path) -> None:
    far = Decoder(f"file:{odd}")
    with pytest.raises(Unsupported, match=f"coded as {odd.stem}"):
        next(far.frames())
    far.close()


@pytest.mark.parametrize(
    ("encoder", "suffix"),
    [("msmpeg4", ".avi"), ("msmpeg4v2", ".avi"), ("wmv1", ".asf"), ("wmv2", ".wmv"),
     ("flv", ".flv"), ("ffvhuff", ".avi")],
)  # fmt: skip
def test_what_older_recorders_wrote_is_read(encoder: str, suffix: str, tmp_path: Path) -> None:
    """`scripts/demo` veils a recording of 2009 in msmpeg4v3."""
    path = tmp_path / f"old{suffix}"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x64:rate=25", "-t", "1", "-c:v", encoder, path)
    summary = videos.veil(path, tmp_path / "out.mp4", lambda _: [Box(8, 8, 16, 16)])
    assert summary.frames == 25


def test_every_codec_that_is_known_has_a_decoder_that_ffmpeg_may_use_while_it_opens() -> None:
    assert codecs.FROM_CAMERAS < codecs.IN_FILES
    for codec in codecs.IN_FILES:
        names = av.codec.Codec(codec, "r")
        assert names.canonical_name == codec
        assert names.name in codecs.PROBED.split(",")
