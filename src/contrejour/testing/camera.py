"""A camera to try the product with: RTSP 1.0 (RFC 2326) on loopback, faults on request.

    rtsp://127.0.0.1:8554/cam0          the first clip, for ever; cam1 the second, …
    rtsp://127.0.0.1:8554/cam0?drop=3   … and it hangs up after three seconds (faults.py)

RTP over TCP (interleaved) or UDP, RTCP sender reports, Basic authentication where it is asked.
"""

from __future__ import annotations

import asyncio
import base64
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contrejour.errors import UsageError
from contrejour.testing.clips import Clip, Picture
from contrejour.testing.faults import Faults
from contrejour.testing.rtp import CLOCK_HZ, Sender, payloads

REPORT_EVERY_S = 2.0
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
Send = Callable[[int, bytes], Awaitable[None]]
"""(0 for RTP or 1 for RTCP, a packet) to whoever asked for it."""


@dataclass(slots=True)
class Camera:
    """The clips it shows as cam0, cam1, …; `login` is `user:password` where one is wanted."""

    clips: Sequence[Clip]
    faults: Faults = field(default_factory=Faults)
    login: str = ""
    sessions: int = 0
    _server: asyncio.Server | None = None

    async def start(self, host: str = "127.0.0.1", port: int = 8554) -> int:
        """Listen; the port (0 asks for a free one)."""
        self._server = await asyncio.start_server(self._serve, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        talk = _Talk(self, reader, writer, random.Random(self.sessions))
        try:
            await talk.run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # whoever watched went away
        finally:
            talk.close()

    def clip(self, path: str) -> int | None:
        """Which clip a path names: /cam0, /cam1, …"""
        name = path.strip("/").split("/")[0]
        number = name.removeprefix("cam")
        known = name.startswith("cam") and number.isdecimal() and int(number) < len(self.clips)
        return int(number) if known else None


@dataclass(slots=True)
class _Talk:
    """One connection."""

    camera: Camera
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    chance: random.Random
    player: asyncio.Task[None] | None = None
    send: Send | None = None
    transports: list[asyncio.DatagramTransport] = field(default_factory=list)
    number: int = 0
    faults: Faults = field(default_factory=Faults)

    async def run(self) -> None:
        while first := await self.reader.read(1):
            if first == b"$":  # RTCP from the watcher, interleaved: channel, length, packet
                head = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(head[1:]))
                continue
            line = (first + await self.reader.readline()).decode("ascii", "replace")
            if not line.strip():
                continue
            method, address, *_ = [*line.split(), "", ""]
            await self._answer(method, address, await self._headers())
            if method == "TEARDOWN":
                return

    async def _headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        while (line := (await self.reader.readline()).decode("ascii", "replace").strip()) != "":
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return headers

    async def _answer(self, method: str, address: str, headers: Mapping[str, str]) -> None:
        url = urlsplit(address)
        number = self.camera.clip(url.path)
        if not self._allowed(headers):
            return await self._say(401, headers, ('WWW-Authenticate: Basic realm="camera"',))
        if method == "OPTIONS":
            return await self._say(200, headers, (f"Public: {METHODS}",))
        if number is None:
            return await self._say(404, headers)
        if method == "DESCRIBE":
            try:
                self.number, self.faults = number, self.camera.faults.and_(url.query)
            except UsageError:
                return await self._say(400, headers)
            told = f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n{self._clip.sdp()}"
            more = ("Content-Type: application/sdp", f"Content-Base: {address.rstrip('/')}/")
            return await self._say(200, headers, more, told)
        if method == "SETUP":
            return await self._say(*await self._set_up(headers))
        if method == "PLAY" and self.send:
            await self._say(200, headers, ("Session: 1;timeout=60", "Range: npt=0.000-"))
            self.player = asyncio.ensure_future(self._play(self.send))
            return None
        known = method in ("GET_PARAMETER", "TEARDOWN")
        return await self._say(200 if known else 455, headers, ("Session: 1",))

    def _allowed(self, headers: Mapping[str, str]) -> bool:
        wanted = self.camera.login
        given = headers.get("authorization", "").removeprefix("Basic ")
        return not wanted or given == base64.b64encode(wanted.encode()).decode()

    @property
    def _clip(self) -> Clip:
        return self.camera.clips[self.number]

    async def _set_up(
        self, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], tuple[str, ...]]:
        asked = headers.get("transport", "")
        parts = dict(part.partition("=")[::2] for part in asked.split(";"))
        if "interleaved" in parts:
            self.send = self._interleaved
            told = f"Transport: RTP/AVP/TCP;unicast;interleaved={parts['interleaved']}"
            return 200, headers, (told, "Session: 1;timeout=60")
        if "client_port" not in parts:
            return 461, headers, ()
        host = self.writer.get_extra_info("peername")[0]
        loop, ports = asyncio.get_running_loop(), []
        for port in parts["client_port"].split("-")[:2]:
            transport, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, remote_addr=(host, int(port))
            )
            self.transports.append(transport)
            ports.append(str(transport.get_extra_info("sockname")[1]))
        self.send = self._datagram
        told = f"{asked};server_port={'-'.join(ports)}"
        return 200, headers, (f"Transport: {told}", "Session: 1;timeout=60")

    async def _interleaved(self, channel: int, packet: bytes) -> None:
        self.writer.write(b"$" + bytes([channel]) + len(packet).to_bytes(2) + packet)
        await self.writer.drain()

    async def _datagram(self, channel: int, packet: bytes) -> None:
        self.transports[channel].sendto(packet)

    async def _play(self, send: Send) -> None:
        """Send the clip at its own pace, with the faults asked for, until nobody listens."""
        faults, clips = self.faults, self.camera.clips
        sender = Sender(self.chance.getrandbits(32), self.chance.getrandbits(15))
        pictures, shown, base_ns = self._clip.endlessly(), self._clip, 0
        started_s, reported_s, resized = time.monotonic(), float("-inf"), False
        with suppress(ConnectionError, asyncio.CancelledError):
            while True:
                picture = next(pictures)
                time_ns = base_ns + picture.time_ns
                await asyncio.sleep(max(0.0, started_s + time_ns / 1e9 - time.monotonic()))
                run_s = time.monotonic() - started_s
                if run_s >= faults.drop:
                    return self.close()
                if run_s >= faults.stall:
                    await asyncio.Event().wait()
                if run_s >= faults.resize and not resized:
                    shown = clips[(self.number + 1) % len(clips)]
                    pictures, base_ns, resized = shown.endlessly(), time_ns, True
                    continue
                jumped_ns = faults.clock_ns(0, run_s)
                stamp = (time_ns + jumped_ns) * CLOCK_HZ // 1_000_000_000
                if run_s - reported_s >= REPORT_EVERY_S:
                    await send(1, sender.report(time.time_ns() + jumped_ns, stamp))
                    reported_s = run_s
                for packet in _packets(shown.codec, picture, sender, stamp):
                    arrives = faults.sent(packet, self.chance)
                    if arrives is not None:
                        await send(0, arrives)

    async def _say(
        self, code: int, headers: Mapping[str, str], more: Sequence[str] = (), body: str = ""
    ) -> None:
        words = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
                 455: "Method Not Valid in This State", 461: "Unsupported Transport"}  # fmt: skip
        lines = [f"RTSP/1.0 {code} {words[code]}", f"CSeq: {headers.get('cseq', '0')}", *more]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await self.writer.drain()

    def close(self) -> None:
        if self.player:
            self.player.cancel()
        for transport in self.transports:
            transport.close()
        self.writer.close()


def _packets(codec: str, picture: Picture, sender: Sender, stamp: int) -> Iterator[bytes]:
    """One picture; the last packet of it is marked."""
    cut = [payload for unit in picture.units for payload in payloads(codec, unit)]
    for place, payload in enumerate(cut, 1):
        yield sender.packet(payload, stamp, marker=place == len(cut))
