"""Whether a camera answers, and with what: one connection, to its first picture."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

from contrejour import media
from contrejour.base.messages import Value
from contrejour.live.doctor.finding import CheckResult, doubtful, fine
from contrejour.live.site import SiteCamera, address

AT_ONCE = 8
LIMIT_S = 15.0
"""A decoder gives up after ten seconds by itself."""


class CameraCheck:
    """Connects to a few at a time; remembers what their pictures are."""

    def __init__(self, connect: Callable[..., media.Decoder] = media.Decoder) -> None:
        self._connect = connect
        self._free = threading.BoundedSemaphore(AT_ONCE)
        self.formats: dict[str, media.Format] = {}
        self.sandboxes: set[str] = set()

    def look(self, name: str, place: SiteCamera) -> Iterator[CheckResult]:
        """One camera. Raises CameraError, as `watch` would."""
        connect, more = self._connect, {
            "transport": place.transport, "trust": place.trust,
            "login_in_clear": place.login_in_clear,
        }  # fmt: skip
        with self._free, closing(connect(address(name, place), **more)) as decoder:
            next(decoder.frames())
            fmt, sandbox = decoder.fmt, decoder.sandbox
        assert fmt
        self.formats[name] = fmt
        self.sandboxes.add(sandbox)
        sent: dict[str, Value] = {"codec": fmt.codec, "width": fmt.width, "height": fmt.height}
        sent["rate"] = float(fmt.rate)
        if fmt.codec == "hevc":
            yield doubtful(name, "camera-sends-hevc", **sent)
        else:
            yield fine(name, "camera-sends", **sent)
