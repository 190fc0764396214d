"""A camera to try the product with, on loopback, with faults on request.

    rtsp://127.0.0.1:8554/cam0          the first clip, for ever; cam1 the second, …
    rtsp://127.0.0.1:8554/cam0?drop=3   … and it hangs up after three seconds (faults.py)
    rtsp://127.0.0.1:8554/sound         nothing but sound; /strange, /broken: no picture either
    http://127.0.0.1:8554/cam0          a clip of Motion JPEG

RTSP 1.0 (RFC 2326), HTTP, both over TLS where it has a certificate, and ONVIF (onvif.py).
"""

from __future__ import annotations

import asyncio
import random
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from contrejour.media.testcamera.clips import Clip
from contrejour.media.testcamera.connection import Programme, RtspConnection
from contrejour.media.testcamera.faults import Faults
from contrejour.media.testcamera.login import Login
from contrejour.media.testcamera.onvif import Discovery, Onvif


@dataclass(slots=True)
class CameraServer:
    """The clips it shows as cam0, cam1, …; `login` is asked for where it is given.

    With `onvif` they are the profiles of one device, which is found by a Probe to the same port,
    over UDP.
    """

    clips: Sequence[Clip]
    faults: Faults = field(default_factory=Faults)
    login: Login | None = None
    tls: ssl.SSLContext | None = None
    onvif: bool = False
    device: Onvif | None = None
    sessions: int = 0
    _server: asyncio.Server | None = None
    _probed: asyncio.BaseTransport | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 8554) -> int:
        """Listen; the port (0 asks for a free one)."""
        self._server = await asyncio.start_server(self._serve, host, port, ssl=self.tls)
        port = int(self._server.sockets[0].getsockname()[1])
        if self.onvif:
            base = f"http{'s' if self.tls else ''}://{host}:{port}"
            login = self.login.text if self.login else ""
            self.device = Onvif(self.clips, self.addresses(port), base, login)
            self._probed, _ = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: Discovery(f"{base}/onvif/device_service"), local_addr=(host, port)
            )
        return port

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server:
            self._server.close()
        if self._probed:
            self._probed.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        programme = Programme(self.clips, self.faults, self.login, self.device)
        talk = RtspConnection(programme, reader, writer, random.Random(self.sessions))
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever watched went away
        except asyncio.CancelledError:
            pass  # the loop ends, and its task with it: Python 3.11 would print a traceback
        finally:
            talk.close()

    def addresses(self, port: int) -> list[str]:
        """Of each clip."""
        kinds = {True: "http", False: "rtsp"}
        secure = "s" if self.tls else ""
        return [
            f"{kinds[clip.codec == 'mjpeg']}{secure}://127.0.0.1:{port}/cam{number}"
            for number, clip in enumerate(self.clips)
        ]
