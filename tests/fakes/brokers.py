"""Debian's mosquitto on a free port of loopback, killed and started again at will."""

from __future__ import annotations

import random
import shutil
import socket
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from fakes.runs import until
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """Not one that the system hands out: while the broker is down nobody else may get it."""
    while True:
        with socket.socket() as sock, suppress(OSError):
            sock.bind(("127.0.0.1", port := random.SystemRandom().randint(20000, 32000)))
            return port


class Mosquitto:
    """A broker in FOLDER; `more` lines follow in its configuration."""

    made: ClassVar[list[Mosquitto]] = []

    def __init__(self, folder: Path, *more: str) -> None:
        self.port = free_port()
        self._conf = folder / "mosquitto.conf"
        anonymous = [] if any(line.startswith("password_file") for line in more) else ["true"]
        lines = [f"listener {self.port} 127.0.0.1", "user root", *more]
        lines += [f"allow_anonymous {word}" for word in anonymous]
        self._conf.write_text("\n".join(lines) + "\n")
        self._process: subprocess.Popen[bytes] | None = None
        self.made.append(self)

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen(
            [MOSQUITTO, "-c", self._conf], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        assert until(self._answers), self._process.poll()

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self, signal: int) -> None:
        assert self._process is not None
        self._process.send_signal(signal)


class Listener:
    """What a broker hands on, in order: (topic, payload, retained)."""

    def __init__(self, port: int, **connect: Any) -> None:
        self.got: list[tuple[str, str, bool]] = []
        self.listens = threading.Event()
        self._client = client = Client(CallbackAPIVersion.VERSION2)
        client.reconnect_delay_set(0.02, 0.05)  # type: ignore[arg-type]
        client.on_connect = lambda *_: client.subscribe("#", qos=1)
        client.on_subscribe = lambda *_: self.listens.set()
        client.on_disconnect = lambda *_: self.listens.clear()
        client.on_message = self._message
        if login := connect.get("login"):
            client.username_pw_set(*login)
        if ca := connect.get("ca"):
            client.tls_set(str(ca))
        client.connect_async("127.0.0.1", port)
        client.loop_start()

    def _message(self, _client: Client, _user: object, message: MQTTMessage) -> None:
        self.got.append((message.topic, message.payload.decode(), message.retain))

    def on(self, end: str) -> list[str]:
        """What came on the topics that end so."""
        return [payload for topic, payload, _ in list(self.got) if topic.endswith(end)]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Relay:
    """A port whose connections go to another, while it is open; shutting it cuts them all."""

    def __init__(self, to: int) -> None:
        self._to = to
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._open = threading.Event()
        self._guard = threading.Lock()
        self._live: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def open(self) -> None:
        self._open.set()

    def shut(self) -> None:
        with self._guard:
            self._open.clear()
            for sock in self._live:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
            self._live.clear()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                with self._guard:
                    try:
                        assert self._open.is_set()
                        far = socket.create_connection(("127.0.0.1", self._to), 5)
                    except (OSError, AssertionError):
                        near.close()
                        continue
                    far.settimeout(None)
                    self._live |= {near, far}
                for a, b in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(a, b), daemon=True).start()

    def _pass(self, a: socket.socket, b: socket.socket) -> None:
        with suppress(OSError):
            while data := a.recv(1 << 16):
                b.sendall(data)
        for sock in (a, b):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        with self._guard:
            self._live.discard(a)

    def close(self) -> None:
        self.shut()
        self._server.close()


class HostileBroker:
    """Accepts whoever calls, and then says the same thing, up to a bound, to whoever listens."""

    ACCEPTED = b"\x20\x02\0\0"

    def __init__(self, says: bytes) -> None:
        self._says = says
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self.calls = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                self.calls += 1
                threading.Thread(target=self._answer, args=(near,), daemon=True).start()

    def _answer(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            near.recv(1 << 16)
            near.sendall(self.ACCEPTED)
            for _ in range((32 << 20) // (len(self._says) << 4)):
                near.sendall(self._says * 16)
            while near.recv(1 << 16):
                pass

    def close(self) -> None:
        self._server.close()
