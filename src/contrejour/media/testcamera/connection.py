"""One connection to the test camera: RTSP 1.0 (RFC 2326), or HTTP."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contrejour.base.digits import whole
from contrejour.base.errors import UsageError
from contrejour.media.testcamera.clips import BAD, Clip
from contrejour.media.testcamera.faults import Faults
from contrejour.media.testcamera.login import Login
from contrejour.media.testcamera.onvif import Onvif
from contrejour.media.testcamera.rtp import CLOCK_HZ, Sender, payloads
from contrejour.media.testcamera.show import TimedPicture, show

REPORT_EVERY_S = 2.0
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"
BOUNDARY = "picture"
MOST_BYTES = 1 << 20
Send = Callable[[int, bytes], Awaitable[None]]
"""(0 for RTP or 1 for RTCP, a packet) to whoever asked for it."""
WORDS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found",
         455: "Method Not Valid in This State", 461: "Unsupported Transport"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Programme:
    """What every connection is offered: the clips, with which faults, to whom."""

    clips: Sequence[Clip]
    faults: Faults
    login: Login | None
    device: Onvif | None

    def find(self, path: str) -> tuple[Sequence[Clip], int] | None:
        """Clips, and which of them a path names: /cam0, /cam1, …, or one of BAD."""
        name = path.strip("/").split("/")[0]
        if name in BAD:
            return (BAD[name],), 0
        number = name.removeprefix("cam")
        place = whole(number)
        known = name.startswith("cam") and place is not None and place < len(self.clips)
        return (self.clips, place) if known and place is not None else None


@dataclass(slots=True)
class RtspConnection:
    """One connection."""

    programme: Programme
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    chance: random.Random
    player: asyncio.Task[None] | None = None
    send: Send | None = None
    transports: list[asyncio.DatagramTransport] = field(default_factory=list)
    playing: tuple[Sequence[Clip], int] | None = None
    faults: Faults = field(default_factory=Faults)
    protocol: str = "RTSP/1.0"

    async def run(self) -> None:
        while first := await self.reader.read(1):
            if first == b"$":  # RTCP from the watcher, interleaved: channel, length, packet
                head = await self.reader.readexactly(3)
                await self.reader.readexactly(int.from_bytes(head[1:]))
                continue
            line = (first + await self.reader.readline()).decode("ascii", "replace")
            if not line.strip():
                continue
            method, address, self.protocol, *_ = [*line.split(), "", "", ""]
            headers = await self._headers()
            if self.protocol.startswith("HTTP/"):
                await self._web(method, address, headers)
                return
            await self._answer(method, address, headers)
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
        login = self.programme.login
        if login and not login.allows(method, headers.get("authorization", "")):
            return await self._say(401, headers, (login.challenge(),))
        if method == "OPTIONS":
            return await self._say(200, headers, (f"Public: {METHODS}",))
        found = self.programme.find(url.path)
        if found is None or found[0][found[1]].codec == "mjpeg":
            return await self._say(404, headers)
        if method == "DESCRIBE":
            try:
                self.playing, self.faults = found, self.programme.faults.and_(url.query)
            except UsageError:
                return await self._say(400, headers)
            clip = found[0][found[1]]
            told = f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\n{clip.sdp()}"
            more = ("Content-Type: application/sdp", f"Content-Base: {address.rstrip('/')}/")
            return await self._say(200, headers, more, told)
        if method == "SETUP":
            return await self._say(*await self._set_up(headers))
        if method == "PLAY" and self.send and self.playing:
            await self._say(200, headers, ("Session: 1;timeout=60", "Range: npt=0.000-"))
            self.player = asyncio.ensure_future(self._play(self.send, *self.playing))
            return None
        known = method in ("GET_PARAMETER", "TEARDOWN")
        return await self._say(200 if known else 455, headers, ("Session: 1",))

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

    async def _play(self, send: Send, clips: Sequence[Clip], number: int) -> None:
        """Send the clip, with the faults asked for, until nobody listens."""
        sender = Sender(self.chance.getrandbits(32), self.chance.getrandbits(15))
        reported_s = float("-inf")
        with suppress(ConnectionError, asyncio.CancelledError):
            async for shown in show(clips, number, self.faults):
                stamp = shown.time_ns * CLOCK_HZ // 1_000_000_000
                if shown.run_s - reported_s >= REPORT_EVERY_S:
                    await send(1, sender.report(time.time_ns() + shown.jumped_ns, stamp))
                    reported_s = shown.run_s
                for packet in _packets(shown, sender, stamp):
                    arrives = self.faults.sent(packet, self.chance)
                    if arrives is not None:
                        await send(0, arrives)
            self.close()

    async def _web(self, method: str, address: str, headers: Mapping[str, str]) -> None:
        url = urlsplit(address)
        login, found = self.programme.login, self.programme.find(url.path)
        if self.programme.device and method == "POST" and url.path.startswith("/onvif/"):
            size = headers.get("content-length", "")
            length = min(whole(size) or 0, MOST_BYTES)
            asks = login is not None and login.kind != "basic"
            proven = bool(login and asks and login.allows(method, headers.get("authorization", "")))
            told = self.programme.device.answer(await self.reader.readexactly(length), proven)
            if login and asks and told.denied:
                await self._say(401, headers, (login.challenge(), "Content-Length: 0"))
            else:
                more = ("Content-Type: application/soap+xml; charset=utf-8", "Connection: close")
                await self._say(told.code, headers, more, told.body)
        elif login and not login.allows(method, headers.get("authorization", "")):
            await self._say(401, headers, (login.challenge(),))
        elif found is None or found[0][found[1]].codec != "mjpeg":
            await self._say(404, headers)
        else:
            await self._jpegs(found, headers, url.query)

    async def _jpegs(
        self, found: tuple[Sequence[Clip], int], headers: Mapping[str, str], asked: str
    ) -> None:
        """Picture after picture in one answer, until nobody listens."""
        try:
            faults = self.programme.faults.and_(asked)
        except UsageError:
            return await self._say(400, headers)
        kind = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
        await self._say(200, headers, (f"Content-Type: {kind}",))
        async for shown in show(*found, faults):
            data = shown.picture.units[0]
            head = f"--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(data)}"
            self.writer.write(f"{head}\r\n\r\n".encode() + data + b"\r\n")
            await self.writer.drain()
        return None

    async def _say(
        self, code: int, headers: Mapping[str, str], more: Sequence[str] = (), body: str = ""
    ) -> None:
        sequence = (f"CSeq: {headers['cseq']}",) if "cseq" in headers else ()
        lines = [f"{self.protocol} {code} {WORDS[code]}", *sequence, *more]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        self.writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())
        await self.writer.drain()

    def close(self) -> None:
        if self.player:
            self.player.cancel()
        for transport in self.transports:
            transport.close()
        self.writer.close()


def _packets(shown: TimedPicture, sender: Sender, stamp: int) -> Iterator[bytes]:
    """One picture; the last packet of it is marked."""
    cut = [payload for unit in shown.picture.units for payload in payloads(shown.codec, unit)]
    for place, payload in enumerate(cut, 1):
        yield sender.packet(payload, stamp, marker=place == len(cut))
