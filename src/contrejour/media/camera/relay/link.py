"""A connection to the camera that was named: bytes, and each wait for them bounded.

A name is looked up, a connection made, TLS begun in OPEN_S altogether, the lookup apart, which is
the system's to bound. Every end is a CameraError in our words.
"""

from __future__ import annotations

import encodings.idna  # noqa: F401  # Python looks it up with a name: then no file can be read
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.camera import places
from contrejour.media.camera.relay import head
from contrejour.media.camera.relay.head import RtspHead

OPEN_S, STALL_S = 5.0, 2.5
"""For a camera to answer all that is asked before its first picture; and for each wait after it."""
PIECE_BYTES = 1 << 16
SCHEMES = ("rtsp", "rtsps", "http", "https")


@dataclass(frozen=True, slots=True)
class CameraAddress:
    """`url` has no login in it; `login` is user:password, or ""; `name` is what may be shown."""

    scheme: str
    host: str
    port: int
    place: str
    target: str
    login: str = field(repr=False)

    @classmethod
    def of(cls, address: str, name: str) -> CameraAddress:
        """Raises CameraRefused."""
        try:
            parts = urlsplit(address)
            port = parts.port or places.PORTS[parts.scheme]
            if not parts.hostname or not (address.isascii() and address.isprintable()):
                raise ValueError("host")
        except (ValueError, KeyError):
            raise CameraRefused("not-a-camera-address", address=name) from None
        login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        target = urlunsplit(("", "", parts.path or "/", parts.query, "")).replace(" ", "%20")
        place = parts.netloc.rpartition("@")[2]
        return cls(parts.scheme, parts.hostname, port, place, target, login.removesuffix(":"))

    @property
    def is_secret(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.scheme in ("rtsps", "https")

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.place}{self.target}"


class CameraLink:
    """One connection. `name`: the camera's, for errors."""

    def __init__(self, connection: socket.socket, name: str, end_s: float) -> None:
        """Until `end_s` (monotonic) it may be asked; from `play` on each wait has STALL_S."""
        self.connection, self._name, self._end_s = connection, name, end_s
        self._rest = bytearray()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def say(self, data: bytes) -> None:
        try:
            self._wait_at_most()
            self.connection.sendall(data)
        except OSError as error:
            raise lost(error, self._name) from error

    def more(self) -> bytes:
        """What came, some bytes at least."""
        if self._rest:
            data = bytes(self._rest)
            self._rest.clear()
            return data
        try:
            self._wait_at_most()
            data = self.connection.recv(PIECE_BYTES)
        except OSError as error:
            raise lost(error, self._name) from error
        if not data:
            raise CameraError("camera-hung-up", camera=self._name)
        return data

    def exactly(self, length: int) -> bytes:
        data = bytearray()
        while len(data) < length:
            data += self.more()
        self.back(data[length:])
        return bytes(data[:length])

    def head(self) -> RtspHead:
        """The head that comes next. Raises ValueError for what is none, or too long."""
        data = bytearray()
        while not (end := head.end_of(data)):
            data += self.more()
        self.back(data[end:])
        return head.read(bytes(data[:end]))

    def back(self, data: bytes | bytearray) -> None:
        """Have `more` give this first."""
        self._rest[:0] = data

    def play(self) -> None:
        """From here on what counts is that something comes."""
        self._end_s = float("inf")

    def _wait_at_most(self) -> None:
        left_s = min(STALL_S, self._end_s - time.monotonic())
        if left_s <= 0:
            raise TimeoutError
        self.connection.settimeout(left_s)

    def close(self) -> None:
        with suppress(OSError):
            self.connection.close()


def reached(
    camera: CameraAddress, name: str, tls: ssl.SSLContext | None, end_s: float
) -> CameraLink:
    """A connection to the camera. Raises CameraError, CameraRefused."""
    try:
        left_s = max(0.001, end_s - time.monotonic())
        connection = socket.create_connection((camera.host, camera.port), left_s)
        if tls:
            connection = tls.wrap_socket(connection, server_hostname=camera.host)
    except OSError as error:
        raise lost(error, name) from error
    return CameraLink(connection, name, end_s)


def lost(error: OSError, name: str) -> CameraError:
    """What the system says, in our words."""
    match error:
        case ssl.SSLCertVerificationError():
            return CameraRefused("certificate-not-trusted", camera=name)
        case TimeoutError():
            return CameraError("camera-silent", camera=name)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return CameraError("camera-hung-up", camera=name)
        case ssl.SSLError():
            return CameraRefused("another-protocol", camera=name, protocol="TLS")
        case ConnectionRefusedError():
            return CameraError("connection-refused", camera=name)
        case ConnectionError():
            return CameraError("camera-hung-up", camera=name)
    return CameraError("camera-unreachable", camera=name, reason=str(error.strerror or error))


def tls(trust: str) -> ssl.SSLContext:
    """`trust` is "" for the system's authorities, a PEM file, or places.ANYONE. CameraRefused.

    The certificate has to name the host as the address does. It may be the camera's own, and needs
    not be by the book in all else: few cameras' are.
    """
    known = (trust,) if trust else (ssl.get_default_verify_paths().cafile, *places.BUNDLES)
    authorities = next((place for place in known if place and Path(place).is_file()), known[-1])
    try:
        context = ssl.create_default_context(cafile=None if trust == places.ANYONE else authorities)
    except (OSError, ssl.SSLError) as error:
        raise CameraRefused("no-certificate", path=authorities) from error
    if trust == places.ANYONE:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
