"""Which stream of a camera's description is asked for, and how it is described to FFmpeg. Pure.

SDP (RFC 8866), with RTSP's `control` (RFC 2326, C.1.1). The first stream of pictures, and nothing
else: sound is never asked for. FFmpeg gets a description of ours, with what of the camera's says
how that stream is coded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contrejour.media.camera.relay.head import MOST_BODY

_CODED = ("rtpmap", "fmtp", "framerate", "framesize", "cliprect", "x-dimensions")
_URL = re.compile(r"[!-~]{1,1000}")


@dataclass(frozen=True, slots=True)
class Stream:
    """`control`: what SETUP names; `aggregate`: what PLAY names; `sdp`: it alone, for FFmpeg."""

    control: str
    aggregate: str
    sdp: str


def pictures(description: bytes, base: str) -> Stream | None:
    """The first stream of pictures, `base` being what addresses are relative to; None: no such.

    Raises ValueError where it can't be said where the stream is.
    """
    if len(description) > MOST_BODY:
        raise ValueError("too long")
    lines = [line.rstrip("\r") for line in description.decode("latin-1").split("\n")]
    starts = [at for at, line in enumerate(lines) if line.startswith("m=")]
    first = next((at for at in starts if lines[at].startswith("m=video ")), None)
    if first is None:
        return None
    end = next((at for at in starts if at > first), len(lines))
    session, own = lines[: starts[0]], lines[first + 1 : end]
    kinds = re.fullmatch(r"m=video [0-9/]{1,12} RTP/[A-Z]{1,8} ([0-9]{1,3})(?: .*)?", lines[first])
    if kinds is None:
        raise ValueError("media")
    aggregate = _control(session)
    if "://" not in aggregate:
        aggregate = base
    told = [
        "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "t=0 0",
        f"m=video 0 RTP/AVP {kinds[1]}",
        *(line for line in own if _says_how(line, kinds[1])),
        "a=control:pictures",
    ]  # fmt: skip
    return Stream(_joined(aggregate, base, _control(own)), aggregate, "\r\n".join(told) + "\r\n")


def _says_how(line: str, kind: str) -> bool:
    name, _, value = line.removeprefix("a=").partition(":")
    of_kind = name not in ("rtpmap", "fmtp", "framesize") or value.split(" ")[0] == kind
    return line.startswith("a=") and name in _CODED and of_kind and value.isprintable()


def _control(lines: list[str]) -> str:
    found = (line.removeprefix("a=control:").strip() for line in lines if line[:10] == "a=control:")
    return next(found, "")


def _joined(aggregate: str, base: str, control: str) -> str:
    """Whatever host it names, it is asked of the camera that is connected to."""
    if control in ("", "*"):
        url = aggregate
    elif "://" in control:
        url = control
    else:
        url = f"{base.rstrip('/')}/{control}"
    if not (_URL.fullmatch(url) and _URL.fullmatch(aggregate)):
        raise ValueError("control")
    return url
