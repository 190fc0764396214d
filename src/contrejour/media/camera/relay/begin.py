"""The relay from outside: who starts it, and who is handed what it says."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from contrejour.base import children
from contrejour.base.errors import CameraError, ContrejourError
from contrejour.media.camera import ends
from contrejour.media.camera.relay.link import SCHEMES
from contrejour.media.camera.relay.main import GO, READY

_KNOWN = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR")
MOST_SAID = ends.MOST_TEXT + 256


def is_relayed(address: str) -> bool:
    """Whether an address names a camera of the network."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in SCHEMES and bool(parts.netloc)


def environment() -> dict[str, str]:
    """What a camera's processes know of ours."""
    return {key: os.environ[key] for key in _KNOWN if key in os.environ}


class Relay:
    """One connection to a camera, made by a process of its own. It ends with `close`, or ours.

    `line` is the decoder's end of it.
    """

    def __init__(
        self, address: str, name: str, *, transport: str, trust: str, login_in_clear: bool
    ) -> None:
        """Start it: it connects when FFmpeg has connected to it, and `line.go` was called."""
        path = secrets.token_urlsafe(24)
        ours, theirs = socket.socketpair()
        with theirs, socket.create_server(("127.0.0.1", 0)) as listener:
            self._process = children.begin(
                "contrejour.media.camera.relay.main", cwd=os.curdir,  # `trust` may be relative
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment(), start_new_session=True, bufsize=0,
                pass_fds=(theirs.fileno(), listener.fileno()),
            )  # fmt: skip
            asked = {
                "address": address, "name": name, "transport": transport, "trust": trust,
                "login_in_clear": login_in_clear, "path": path,
                "side": theirs.fileno(), "listener": listener.fileno(),
            }  # fmt: skip
            port = listener.getsockname()[1]
        assert self._process.stdin
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asked).encode() + b"\n")
        kind = urlsplit(address).scheme.removesuffix("s")
        self.line = RelayLine(f"{kind}://127.0.0.1:{port}/{path}", ours)

    @property
    def pid(self) -> int:
        return self._process.pid

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self.line.close()
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()


class RelayLine:
    """`address`: where FFmpeg finds the pictures. What else the relay says comes by `side`."""

    def __init__(self, address: str, side: socket.socket) -> None:
        self.address, self._side = address, side
        self._said = b""

    @property
    def fd(self) -> int:
        return self._side.fileno()

    def ready(self) -> bool:
        """Wait until FFmpeg has connected; whether it has. What else is said is left to read."""
        first = self._side.recv(len(READY), socket.MSG_PEEK)
        return first == READY and self._side.recv(len(READY)) == READY

    def go(self) -> None:
        """Have the camera called: from here on what comes is a stranger's."""
        with suppress(OSError):
            self._side.sendall(GO)

    @property
    def sandbox(self) -> str:
        """By what the relay is held, as far as it has said so."""
        return next(iter(self._lines()), "")

    @contextmanager
    def reasons(self, name: str) -> Iterator[None]:
        """What the relay says of an end, in place of what FFmpeg takes for its reason."""
        try:
            yield
        except CameraError as error:
            raise self._reason(name) or error from None

    def _reason(self, name: str) -> ContrejourError | None:
        errors = [line for line in self._lines() if line.startswith("{")]
        return ends.read_error(errors[-1].encode(), name) if errors else None

    def _lines(self) -> list[str]:
        with suppress(OSError):
            while len(self._said) < MOST_SAID and (
                more := self._side.recv(MOST_SAID, socket.MSG_DONTWAIT)
            ):
                self._said += more
        return self._said.decode("utf-8", "replace").splitlines()

    def close(self) -> None:
        self._side.close()
