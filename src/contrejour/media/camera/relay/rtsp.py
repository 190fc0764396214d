"""A network camera that speaks RTSP: what is asked of it, then its packets, over TCP or UDP.

RTSP 1.0 (RFC 2326) with RTP (RFC 3550). One stream of pictures is asked for; packets are handed on
untouched. Over UDP they come from the camera's own address and ports alone, and in order.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import select
import socket
import time
from collections.abc import Iterator
from contextlib import suppress

from contrejour.base.errors import CameraError, NotMedia
from contrejour.media.camera.relay import description
from contrejour.media.camera.relay.dialogue import Dialogue
from contrejour.media.camera.relay.head import RtspHead
from contrejour.media.camera.relay.interleaved import RTCP, RTP, InterleavedReader, told
from contrejour.media.camera.relay.link import STALL_S, lost
from contrejour.media.camera.relay.order import WAIT_NS, PacketOrder
from contrejour.media.camera.relay.reports import EVERY_NS, Reports

USUAL_S, LEAST_S, MOST_S = 60, 4, 3600
"""How long a session may last unasked, where the camera doesn't say, and what is believed."""
MOST_DATAGRAM = 1 << 16
UDP_BUFFER = 1 << 20
_TIMEOUT = re.compile(r";\s*timeout\s*=\s*([0-9]{1,6})")
LAST_CHANNEL = 255
_CHANNELS = re.compile(r"interleaved=([0-9]{1,3})(?:-([0-9]{1,3}))?")
_PORTS = re.compile(r"server_port=([0-9]{1,5})(?:-([0-9]{1,5}))?")


class RtspRelay:
    """One session. `begin` sets it up, `play` has it send; whatever ends it is a CameraError."""

    def __init__(self, talk: Dialogue, transport: str) -> None:
        self._talk, self._over = talk, transport
        self._split, self._reports = InterleavedReader(), Reports(secrets.randbits(32))
        self._channels = {0: RTP, 1: RTCP}
        self._session, self._alive, self._alive_s = "", "OPTIONS", USUAL_S / 2
        self._stream: description.Stream | None = None
        self._links: list[socket.socket] = []
        """Over UDP: of RTP, of RTCP."""
        self._asked_s, self._reported_ns = time.monotonic(), time.monotonic_ns()

    @property
    def sdp(self) -> str:
        """The stream that is sent, for FFmpeg."""
        return self._stream.sdp if self._stream else ""

    def begin(self) -> None:
        """All that opens something. Raises CameraError, CameraRefused, NotMedia."""
        url = self._talk.camera.url
        options = self._talk.ask("OPTIONS", url)
        self._talk.body(options)
        if "GET_PARAMETER" in options.one("public").upper():
            self._alive = "GET_PARAMETER"
        answer = self._talk.ask("DESCRIBE", url, "Accept: application/sdp")
        base = answer.one("content-base") or answer.one("content-location") or url
        try:
            self._stream = description.pictures(self._talk.body(answer), base)
        except ValueError as error:
            raise self._talk.strange() from error
        if self._stream is None:
            raise NotMedia("camera-without-pictures", camera=self._talk.name)
        self._set_up(self._stream.control)

    def _set_up(self, control: str) -> None:
        asked = "RTP/AVP/TCP;unicast;interleaved=0-1"
        if self._over == "udp":
            self._links = _two_ports(self._talk.link.connection)
            first, second = (link.getsockname()[1] for link in self._links)
            asked = f"RTP/AVP;unicast;client_port={first}-{second}"
        answer = self._talk.ask("SETUP", control, f"Transport: {asked}")
        self._talk.body(answer)
        session, transport = answer.one("session"), answer.one("transport")
        self._session = session.partition(";")[0].strip()
        if found := _TIMEOUT.search(session):
            self._alive_s = min(max(int(found[1]), LEAST_S), MOST_S) / 2
        if self._links:
            self._to(_PORTS.search(transport))
        elif found := _CHANNELS.search(transport):
            first = int(found[1])
            last = int(found[2] or first + 1)
            if max(first, last) > LAST_CHANNEL:
                raise self._talk.strange()
            self._channels = {first: RTP, last: RTCP}

    def _to(self, found: re.Match[str] | None) -> None:
        """Hear the camera's own ports, and nobody else."""
        if found is None:
            raise self._talk.strange()
        host = self._talk.link.connection.getpeername()[0]
        first = int(found[1])
        try:
            for link, port in zip(self._links, (first, int(found[2] or first + 1)), strict=True):
                link.connect((host, port))
        except (OSError, OverflowError) as error:
            raise self._talk.strange() from error
        with suppress(OSError):  # opens the way back, where a router stands between
            self._links[0].send(b"\x80" + bytes(11))
            self._links[1].send(self._reports.report(time.monotonic_ns()))

    def play(self) -> Iterator[bytes]:
        """Packets, each as it stands in an interleaved stream, several at once."""
        assert self._stream
        answer = self._talk.ask("PLAY", self._stream.aggregate, "Range: npt=0.000-", *self._of())
        self._talk.body(answer)
        self._talk.link.play()
        yield from self._datagrams() if self._links else self._packets()

    def _of(self) -> list[str]:
        return [f"Session: {self._session}"] if self._session else []

    def _packets(self) -> Iterator[bytes]:
        link = self._talk.link
        while True:
            data = link.more()
            now_ns, whole = time.monotonic_ns(), []
            for said in self._read(data):
                channel = self._channels.get(said[0])
                if channel is not None:
                    self._count(channel, said[1], now_ns)
                    whole.append(told(channel, said[1]))
            if whole:
                yield b"".join(whole)
            if report := self._tend(now_ns):
                channel = next(mine for mine, kind in self._channels.items() if kind == RTCP)
                link.say(told(channel, report))

    def _read(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """The packets in what came; what is said between them is heard."""
        try:
            for said in self._split.feed(data):
                if isinstance(said, RtspHead):
                    self._heard(said)
                else:
                    yield said
        except ValueError as error:
            raise CameraError(
                "another-protocol", camera=self._talk.name, protocol="RTSP"
            ) from error

    def _heard(self, said: RtspHead) -> None:
        """What stands between packets: answers to what keeps the session alive, and its end."""
        if said.status == 401:
            self._talk.login.asked(said.all("www-authenticate"))
            self._asked_s = 0.0
        elif said.method in ("REDIRECT", "TEARDOWN"):
            raise CameraError("camera-hung-up", camera=self._talk.name)

    def _datagrams(self) -> Iterator[bytes]:
        rtp, rtcp = self._links
        order, control = PacketOrder(), self._talk.link.connection
        poll, heard_s = select.poll(), time.monotonic()
        for link in (rtp, rtcp, control):
            link.setblocking(False)
            poll.register(link, select.POLLIN)
        while True:
            ready = {fd for fd, _ in poll.poll(WAIT_NS // 1_000_000)}
            now_ns, whole = time.monotonic_ns(), []
            if rtp.fileno() in ready:
                for packet in _waiting(rtp, self._talk.name):
                    self._count(RTP, packet, now_ns)
                    whole += [told(RTP, each) for each in order.came(packet, now_ns)]
            whole += [told(RTP, each) for each in order.waited(now_ns)]
            if rtcp.fileno() in ready:
                for packet in _waiting(rtcp, self._talk.name):
                    self._count(RTCP, packet, now_ns)
                    whole.append(told(RTCP, packet))
            if control.fileno() in ready:
                for _ in self._read(self._talk.link.more()):
                    pass
            if whole:
                heard_s = time.monotonic()
                yield b"".join(whole)
            elif time.monotonic() - heard_s > STALL_S:
                raise CameraError("camera-silent", camera=self._talk.name)
            if report := self._tend(now_ns):
                with suppress(OSError):
                    rtcp.send(report)

    def _count(self, channel: int, packet: bytes, now_ns: int) -> None:
        if channel == RTP:
            self._reports.packet(packet, now_ns)
        else:
            self._reports.control(packet, now_ns)

    def _tend(self, now_ns: int) -> bytes:
        """Keep the session alive; a report, where it is time for one."""
        if now_ns / 1e9 - self._asked_s >= self._alive_s:
            self._asked_s = now_ns / 1e9
            self._talk.say(self._alive, self._talk.camera.url, *self._of())
        if now_ns - self._reported_ns < EVERY_NS:
            return b""
        self._reported_ns = now_ns
        return self._reports.report(now_ns)


def _two_ports(control: socket.socket) -> list[socket.socket]:
    """Two neighbours, the first even (RFC 3550, 11), on the address that the camera is asked by."""
    host = control.getsockname()[0]
    for _ in range(64):
        links = [socket.socket(control.family, socket.SOCK_DGRAM) for _ in range(2)]
        try:
            port = 20_000 + 2 * secrets.randbelow(20_000)
            for number, link in enumerate(links):
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_BUFFER)
                link.bind((host, port + number))
        except OSError:
            for link in links:
                link.close()
            continue
        return links
    raise CameraError("camera-unreachable", camera=host, reason=os.strerror(errno.EADDRINUSE))


def _waiting(link: socket.socket, name: str) -> Iterator[bytes]:
    """The datagrams that have come. What is no packet (RFC 3550, version 2) is left out."""
    try:
        for _ in range(256):
            packet = link.recv(MOST_DATAGRAM)
            if len(packet) >= 8 and packet[0] >> 6 == 2:
                yield packet
    except BlockingIOError:
        return
    except ConnectionRefusedError:  # a report came to a port that is closed by now
        return
    except OSError as error:
        raise lost(error, name) from error
