"""From an address to its feed."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

import av.logging

from contrejour.base.errors import CameraRefused
from contrejour.media.camera.feeds.feed import Feed
from contrejour.media.camera.feeds.multipart import Multipart
from contrejour.media.camera.feeds.recordings import LOCAL, Recordings
from contrejour.media.camera.feeds.rtsp import Rtsp
from contrejour.media.camera.feeds.webcam import Webcam
from contrejour.media.camera.relay.begin import RelayLine

UNREADABLE = "?"


def connect(
    address: str, line: RelayLine | None = None, opened: Callable[[], object] = lambda: None
) -> Feed:
    """Open what an address names. Raises CameraError, CameraRefused, NotMedia, Unsupported.

    `line`: where a camera of the network is relayed. `opened` is called when this process needs to
    open nothing more for any other: of recordings before FFmpeg sees a byte of one.
    """
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)  # else what it says twice is heard once
    name, scheme = without_login(address), address.partition(":")[0]
    host = urlsplit(address).netloc if name != UNREADABLE else ""
    match scheme:
        case "rtsp" | "rtsps" if host and line:
            return Rtsp(line, name)
        case "http" | "https" if host and line:
            return Multipart(line, name)
        case "webcam" if not host:
            webcam = Webcam(address)
            opened()
            return webcam
        case "file" | "recorder" if not host:
            return Recordings(address, opened=opened)
    raise CameraRefused("not-a-camera-address", address=name)


def without_login(address: str) -> str:
    """An address as it may be shown: no user, no password, no query."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets that no IPv6 address has
        return UNREADABLE
    if parts.scheme in LOCAL and not parts.netloc:
        return address
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
