"""The test camera as an ONVIF device: Device and Media services over SOAP, and WS-Discovery.

Its clips are the profiles of one device: the first is called main, the others sub1, sub2, …
A login is asked for as a WS-UsernameToken with a digest, for all but the time.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from contrejour.base import times
from contrejour.base.errors import CameraRefused
from contrejour.media.onvif.device import DEVICE, MEDIA, MEDIA_2, SCHEMA
from contrejour.media.onvif.digest import token_digest
from contrejour.media.onvif.probe import ADDRESSING, DISCOVERY, NETWORK
from contrejour.media.onvif.xml import Element, envelope, parsed, quoted, text_of
from contrejour.media.testcamera.clips import Clip

NAMES = {"h264": "H264", "hevc": "H265", "mjpeg": "JPEG"}
ERRORS = "http://www.onvif.org/ver10/error"


DENIED = "NotAuthorized"


class SoapReply(NamedTuple):
    code: int
    body: str

    @property
    def denied(self) -> bool:
        return f"e:{DENIED}<" in self.body


@dataclass(frozen=True, slots=True)
class Onvif:
    """`addresses` are those of the clips, `base` that of its web server; `newer`: with Media 2."""

    clips: Sequence[Clip]
    addresses: Sequence[str]
    base: str
    login: str = ""
    newer: bool = True

    def answer(self, message: bytes, proven: bool = False) -> SoapReply:
        """To one SOAP message. `proven`: the login was, by HTTP."""
        try:
            root = parsed(message, "whoever asks")
            question = root.find("{*}Body/*")
        except CameraRefused:
            question = None
        if question is None:
            return _fault("WellFormed")
        space, _, name = question.tag.rpartition("}")
        if name != "GetSystemDateAndTime" and not proven and not self._allows(root):
            return _fault(DENIED)
        body = ""
        if space[1:] == DEVICE:
            body = self._device(name)
        elif space[1:] == (MEDIA_2 if self.newer else MEDIA):
            body = self._media(name, question)
        if not body:
            return _fault("ActionNotSupported")
        made = f'<{name}Response xmlns="{space[1:]}" xmlns:t="{SCHEMA}">{body}</{name}Response>'
        return SoapReply(200, envelope(made).decode())

    def _allows(self, root: Element) -> bool:
        user, _, password = self.login.partition(":")
        token = root.find("{*}Header/{*}Security/{*}UsernameToken")
        if not self.login:
            return True
        if token is None or text_of(token, "Username") != user:
            return False
        try:
            nonce = base64.b64decode(text_of(token, "Nonce"), validate=True)
        except ValueError:
            return False
        wanted = token_digest(nonce, text_of(token, "Created"), password)
        return hmac.compare_digest(text_of(token, "Password").encode(), wanted.encode())

    def _device(self, name: str) -> str:
        now = times.now()
        service = f"{self.base}/onvif/media"
        match name:
            case "GetSystemDateAndTime":
                return (
                    "<SystemDateAndTime><t:UTCDateTime><t:Time>"
                    f"<t:Hour>{now.hour}</t:Hour><t:Minute>{now.minute}</t:Minute>"
                    f"<t:Second>{now.second}</t:Second></t:Time><t:Date><t:Year>{now.year}</t:Year>"
                    f"<t:Month>{now.month}</t:Month><t:Day>{now.day}</t:Day></t:Date>"
                    "</t:UTCDateTime></SystemDateAndTime>"
                )
            case "GetDeviceInformation":
                return (
                    "<Manufacturer>Contrejour</Manufacturer><Model>Test camera</Model>"
                    "<FirmwareVersion>1</FirmwareVersion><SerialNumber>1</SerialNumber>"
                    "<HardwareId>none</HardwareId>"
                )
            case "GetServices" if self.newer:
                listed = ((DEVICE, f"{self.base}/onvif/device_service"), (MEDIA_2, service))
                return "".join(
                    f"<Service><Namespace>{space}</Namespace><XAddr>{at}</XAddr></Service>"
                    for space, at in listed
                )
            case "GetCapabilities":
                return (
                    f"<Capabilities><t:Media><t:XAddr>{service}</t:XAddr></t:Media></Capabilities>"
                )
        return ""

    def _media(self, name: str, question: Element) -> str:
        tokens = ["main", *(f"sub{number}" for number in range(1, len(self.clips)))]
        if name == "GetProfiles":
            return "".join(map(self._profile, tokens, self.clips))
        token = text_of(question, "ProfileToken")
        if name != "GetStreamUri" or token not in tokens:
            return ""
        uri = quoted(self.addresses[tokens.index(token)])
        return f"<Uri>{uri}</Uri>" if self.newer else f"<MediaUri><t:Uri>{uri}</t:Uri></MediaUri>"

    def _profile(self, token: str, clip: Clip) -> str:
        (width, height), codec = clip.size, NAMES[clip.codec]
        encoder = (
            f"<t:Encoding>{codec}</t:Encoding><t:Resolution><t:Width>{width}</t:Width>"
            f"<t:Height>{height}</t:Height></t:Resolution><t:RateControl>"
            f"<t:FrameRateLimit>{clip.rate}</t:FrameRateLimit></t:RateControl>"
        )
        if self.newer:
            inner = f"<Configurations><VideoEncoder>{encoder}</VideoEncoder></Configurations>"
            return f'<Profiles token="{token}"><Name>{token}</Name>{inner}</Profiles>'
        inner = f"<t:VideoEncoderConfiguration>{encoder}</t:VideoEncoderConfiguration>"
        return f'<Profiles token="{token}"><t:Name>{token}</t:Name>{inner}</Profiles>'


def _fault(why: str) -> SoapReply:
    reason = f'<s:Reason><s:Text xml:lang="en">{why}</s:Text></s:Reason>'
    code = f'<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:e="{ERRORS}">e:{why}'
    fault = f"<s:Fault>{code}</s:Value></s:Subcode></s:Code>{reason}</s:Fault>"
    return SoapReply(400, envelope(fault).decode())


@dataclass(slots=True)
class Discovery(asyncio.DatagramProtocol):
    """Answers a Probe with the address of the device service."""

    address: str
    _link: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._link = transport

    def datagram_received(self, data: bytes, sender: tuple[str, int]) -> None:
        try:
            root = parsed(data, "whoever asks")
        except CameraRefused:
            return
        asked = quoted(text_of(root, "Header/MessageID"))
        if root.find("{*}Body/{*}Probe") is None or not asked:
            return
        header = (
            f'<a:Action xmlns:a="{ADDRESSING}">{DISCOVERY}/ProbeMatches</a:Action>'
            f'<a:RelatesTo xmlns:a="{ADDRESSING}">{asked}</a:RelatesTo>'
        )
        match = (
            f'<d:ProbeMatch><d:Types xmlns:n="{NETWORK}">n:NetworkVideoTransmitter</d:Types>'
            f"<d:XAddrs>{quoted(self.address)}</d:XAddrs></d:ProbeMatch>"
        )
        body = f'<d:ProbeMatches xmlns:d="{DISCOVERY}">{match}</d:ProbeMatches>'
        self._link.sendto(envelope(body, header), sender)
