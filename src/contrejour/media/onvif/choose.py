"""Which of a camera's streams to veil. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from contrejour.base.messages import Message
from contrejour.media.onvif.device import Profile

FIT = ("H264", "H265")
MOST_PX = 1920 * 1080
"""A larger picture costs more to look at than it shows of anybody who has to be hidden."""


def choose(profiles: Sequence[Profile]) -> tuple[Profile | None, Message]:
    """The profile fit for de-identification, and why: the largest up to 1080p of H.264 or H.265.

    Of two as large, the one with more pictures a second. Small people are missed in small pictures,
    so the sub-stream for telephones is not for this.
    """
    coded = [each for each in profiles if each.codec in FIT and each.width * each.height]
    if not coded:
        return None, Message("stream-not-h264")
    fit = [each for each in coded if each.width * each.height <= MOST_PX]
    if not fit:
        return min(coded, key=_size), Message("stream-smallest")
    return max(fit, key=_size), Message("stream-largest")


def _size(profile: Profile) -> tuple[int, float]:
    return profile.width * profile.height, profile.rate
