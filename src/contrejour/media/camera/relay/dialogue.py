"""Questions to the camera, and what its answers lead to: the same rules for RTSP and for HTTP.

An answer that leads elsewhere ends it: the login is for the host that was named, and so is the
connection. A question is asked once more where a proof of the login is wanted (login.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.camera.relay.head import RtspHead
from contrejour.media.camera.relay.link import CameraAddress, CameraLink
from contrejour.media.camera.relay.login import CameraLogin

AGENT = "contrejour"


@dataclass(slots=True)
class Dialogue:
    """With one camera. `connect` makes a connection to it, within one time for all of them."""

    camera: CameraAddress
    name: str
    login: CameraLogin
    connect: Callable[[], CameraLink]
    link: CameraLink = field(init=False)
    asked: int = 0

    def __post_init__(self) -> None:
        self.link = self.connect()

    @property
    def speaks(self) -> str:
        return "RTSP" if self.camera.scheme.startswith("rtsp") else "MJPEG over HTTP"

    def ask(self, method: str, target: str, *fields: str) -> RtspHead:
        """The answer to a question; its body comes next. Raises CameraError, CameraRefused."""
        for _ in range(3):  # the second with a proof, a third where the challenge was stale
            self.say(method, target, *fields)
            answer = self.answer()
            if answer.status != 401:
                break
            self.login.asked(answer.all("www-authenticate"))
            self._after_refusal(answer)
        if answer.status != 200:
            raise self._refused(answer)
        return answer

    def say(self, method: str, target: str, *fields: str) -> None:
        """A question, and nothing about its answer."""
        rtsp = self.speaks == "RTSP"
        self.asked += 1
        proof = self.login.proof(method, target)
        lines = [
            f"{method} {target} {'RTSP/1.0' if rtsp else 'HTTP/1.1'}",
            f"CSeq: {self.asked}" if rtsp else f"Host: {self.camera.place}",
            f"User-Agent: {AGENT}",
            *([f"Authorization: {proof}"] if proof else []),
            *fields,
        ]
        self.link.say(("\r\n".join(lines) + "\r\n\r\n").encode())

    def answer(self) -> RtspHead:
        """The next answer. Packets before it are dropped, and so are questions of the camera."""
        try:
            while True:
                start = self.link.exactly(1)
                if start == b"$":
                    prefix = self.link.exactly(3)
                    self.link.exactly(int.from_bytes(prefix[1:]))
                    continue
                if start in b"\r\n":
                    continue
                self.link.back(start)
                said = self.link.head()
                if said.status:
                    return said
                self.body(said)
        except ValueError as error:
            raise self.strange() from error

    def body(self, answer: RtspHead) -> bytes:
        """Raises CameraRefused where nobody can say how long it is."""
        try:
            return self.link.exactly(answer.length)
        except ValueError as error:
            raise self.strange() from error

    def strange(self) -> CameraRefused:
        return CameraRefused("another-protocol", camera=self.name, protocol=self.speaks)

    def _after_refusal(self, answer: RtspHead) -> None:
        """HTTP begins again; RTSP goes on, unless the camera ends it."""
        if self.speaks == "RTSP" and answer.one("connection").lower() != "close":
            self.body(answer)
        else:
            self.link.close()
            self.link = self.connect()

    def _refused(self, answer: RtspHead) -> CameraError:
        match answer.status // 100:
            case 3:
                place = elsewhere(answer.one("location"))
                return CameraRefused("camera-leads-elsewhere", camera=self.name, address=place)
            case 4 if answer.status in (401, 403):
                return CameraRefused("login-refused", camera=self.name)
            case 4:
                return CameraRefused("no-such-stream", camera=self.name)
        reason = f"{answer.status}"
        return CameraError("camera-unreachable", camera=self.name, reason=reason)


def elsewhere(location: str) -> str:
    """Where an answer leads, as it may be shown: without login and query."""
    try:
        parts = urlsplit(location[:200])
    except ValueError:
        return "?"
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", "")) or "?"
