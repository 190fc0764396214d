"""The stream that is veiled is the largest that is no waste."""

from __future__ import annotations

import pytest

from contrejour.media.onvif import Profile, choose


def profile(codec="H264", width=1280, height=720, rate=25.0):
    return Profile("t", "n", codec, width, height, rate, "rtsp://10.0.0.8/a")


HD, SUB, UHD = profile(width=1920, height=1080), profile(width=640, height=360), profile(
    "H265", 3840, 2160
)  # fmt: skip


@pytest.mark.parametrize(
    ("profiles", "best", "why"),
    [
        ([SUB, HD, UHD], HD, "the largest up to 1080p"),
        ([profile(rate=12), profile(rate=25)], profile(rate=25), "the largest up to 1080p"),
        ([profile(width=1080, height=1920), SUB], profile(width=1080, height=1920), "the largest"),
        ([UHD, profile("H265", 2560, 1440)], profile("H265", 2560, 1440), "none is up to 1080p"),
        ([profile("JPEG"), SUB], SUB, "the largest"),
        ([profile("JPEG")], None, "no H.264 or H.265"),
        ([profile(width=0)], None, "no H.264 or H.265"),
        ([], None, "no H.264 or H.265"),
    ],
)
def test_one_is_chosen_and_it_is_said_why(profiles, best, why):
    chosen, said = choose(profiles)
    assert chosen == best
    assert why in str(said)
