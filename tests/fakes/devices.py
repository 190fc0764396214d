"""An ONVIF device whose answers a test can twist; its pictures are nowhere."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from contrejour.media.testcamera.clips import Clip
from contrejour.media.testcamera.onvif import Onvif

CLIPS = (
    Clip("h264", (), 1, (), (1920, 1080), 25),
    Clip("hevc", (), 1, (), (640, 360), 12),
    Clip("mjpeg", (), 1, (), (320, 240), 5),
)
ADDRESSES = tuple(f"rtsp://127.0.0.1:554/stream{number}?channel={number}" for number in range(3))


@contextmanager
def device(
    twist: Callable[[str], str] = lambda body: body, *, heard: Callable[[bytes], object] = len,
    clips=CLIPS, addresses=ADDRESSES, **more
) -> Iterator[str]:  # fmt: skip
    """The address of its device service; it proves a login by tokens, over HTTP.

    `twist` has the last word on every answer; `heard` is called with every question.
    """

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = self.rfile.read(int(self.headers["Content-Length"]))
            heard(question)
            told = made.answer(question)
            body = twist(told.body).encode()
            self.send_response(told.code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        made = Onvif(clips, addresses, base, **more)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"{base}/onvif/device_service"
        finally:
            server.shutdown()


@contextmanager
def listener(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    """Something that takes one TCP connection and does as it likes with it."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def take() -> None:
            talk, _ = server.accept()
            with talk:
                try:
                    serve(talk)
                except OSError:
                    return  # whoever asked went away

        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/onvif/device_service"
        thread.join(10)
