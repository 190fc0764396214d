"""What a device is and what it sends: ONVIF Device, and Media 1 or 2. It is asked, never set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from contrejour.base import times
from contrejour.base.errors import CameraRefused
from contrejour.media.onvif.probe import is_of
from contrejour.media.onvif.soap import ANSWER_S, Fault, SoapSession, plain
from contrejour.media.onvif.xml import Element, quoted, text_of

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA_2 = "http://www.onvif.org/ver20/media/wsdl"
SCHEMA = "http://www.onvif.org/ver10/schema"
MOST_PROFILES, MOST_PX, MOST_RATE = 32, 16384, 1000
_SECRET = re.compile(r"user|usr|pass|pwd|auth|token|login|key", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Profile:
    """One stream. `codec` as ONVIF has it: H264, H265, JPEG, …; `rate`: pictures a second."""

    token: str
    name: str
    codec: str
    width: int
    height: int
    rate: float
    address: str


@dataclass(frozen=True, slots=True)
class Device:
    """`address` is its service's; `ahead` is how far its clock is before ours."""

    address: str
    maker: str
    model: str
    firmware: str
    ahead: timedelta
    profiles: tuple[Profile, ...] = field(default=())

    @property
    def host(self) -> str:
        return urlsplit(self.address).hostname or ""


def ask(
    address: str, login: str = "", answer_s: float = ANSWER_S, *, in_clear: bool = False
) -> Device:
    """Ask a device what it is and what it sends. Raises CameraError, CameraRefused.

    `login` is for this host, which a person named; `in_clear`: a token of it may be heard.

    Nothing of it is believed that could do harm: services and streams are of its own host, numbers
    are numbers, names are plain text.
    """
    host = urlsplit(address).hostname or ""
    talk = SoapSession(host, login, in_clear, answer_s=answer_s)
    told = talk.ask(address, f'<GetSystemDateAndTime xmlns="{DEVICE}"/>', open_=True)
    talk.ahead = _clock(told, address) - times.now()
    info = talk.ask(address, f'<GetDeviceInformation xmlns="{DEVICE}"/>')
    maker, model, firmware = (
        plain(text_of(info, f"GetDeviceInformationResponse/{name}"))
        for name in ("Manufacturer", "Model", "FirmwareVersion")
    )
    space, media = _media(talk, address)
    profiles = tuple(_profiles(talk, space, media))
    return Device(address, maker, model, firmware, talk.ahead, profiles)


def _clock(told: Element, address: str) -> datetime:
    utc = "GetSystemDateAndTimeResponse/SystemDateAndTime/UTCDateTime"
    names = ("Date/Year", "Date/Month", "Date/Day", "Time/Hour", "Time/Minute", "Time/Second")
    try:
        year, month, day, hour, minute, second = (
            int(text_of(told, f"{utc}/{name}")) for name in names
        )
        if year >= times.YEARS.stop:  # 1970 is a clock that nobody set
            raise ValueError
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        raise CameraRefused("onvif-without-time", camera=address) from None


def _media(talk: SoapSession, address: str) -> tuple[str, str]:
    """The namespace and the address of its media service: Media 2 where it has that (H.265)."""
    known: dict[str, str] = {}
    asked = "<IncludeCapability>false</IncludeCapability>"
    try:
        told = talk.ask(address, f'<GetServices xmlns="{DEVICE}">{asked}</GetServices>')
        for service in told.iterfind("{*}GetServicesResponse/{*}Service"):
            known[text_of(service, "Namespace")] = text_of(service, "XAddr")
    except Fault:
        pass  # it is older than that question
    space = next((each for each in (MEDIA_2, MEDIA) if each in known), "")
    if not space:
        body = f'<GetCapabilities xmlns="{DEVICE}"><Category>Media</Category></GetCapabilities>'
        told = talk.ask(address, body)
        space = MEDIA
        known[MEDIA] = text_of(told, "GetCapabilitiesResponse/Capabilities/Media/XAddr")
    if not is_of(known[space], urlsplit(address).hostname or ""):
        raise CameraRefused("media-service-elsewhere", camera=address, address=plain(known[space]))
    return space, known[space]


def _profiles(talk: SoapSession, space: str, media: str) -> list[Profile]:
    newer = space == MEDIA_2
    kind = "<Type>VideoEncoder</Type>" if newer else ""
    told = talk.ask(media, f'<GetProfiles xmlns="{space}">{kind}</GetProfiles>')
    found = []
    for listed in list(told.iterfind("{*}GetProfilesResponse/{*}Profiles"))[:MOST_PROFILES]:
        path = "{*}Configurations/{*}VideoEncoder" if newer else "{*}VideoEncoderConfiguration"
        encoder = listed.find(path)
        if encoder is None:
            continue  # sound or metadata alone
        token, name = listed.get("token", ""), text_of(listed, "Name")
        size = [_number(encoder, f"Resolution/{side}", media) for side in ("Width", "Height")]
        rate = _number(encoder, "RateControl/FrameRateLimit", media, MOST_RATE)
        codec, address = text_of(encoder, "Encoding"), _stream(talk, space, media, token)
        said = plain(token), plain(name), plain(codec)
        found.append(Profile(*said, int(size[0]), int(size[1]), rate, address))
    return found


def _number(element: Element, path: str, media: str, most: int = MOST_PX) -> float:
    text = text_of(element, path)
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) or not 0 <= float(text) <= most:
        raise CameraRefused(
            "onvif-not-a-number", camera=media, element=path, found=plain(text) or "nothing"
        )
    return float(text)


def _stream(talk: SoapSession, space: str, media: str, token: str) -> str:
    """The address of a stream, without a login. Raises CameraRefused where it is not its own."""
    if space == MEDIA_2:
        asked = f"<Protocol>RTSP</Protocol><ProfileToken>{quoted(token)}</ProfileToken>"
        path = "GetStreamUriResponse/Uri"
    else:
        asked = (
            f'<StreamSetup><Stream xmlns="{SCHEMA}">RTP-Unicast</Stream>'
            f'<Transport xmlns="{SCHEMA}"><Protocol>RTSP</Protocol></Transport></StreamSetup>'
            f"<ProfileToken>{quoted(token)}</ProfileToken>"
        )
        path = "GetStreamUriResponse/MediaUri/Uri"
    told = talk.ask(media, f'<GetStreamUri xmlns="{space}">{asked}</GetStreamUri>')
    address = _bare(text_of(told, path))
    if not is_of(address, urlsplit(media).hostname or "", ("rtsp", "rtsps")):
        raise CameraRefused("pictures-elsewhere", camera=media, address=plain(address))
    return address


def _bare(address: str) -> str:
    """Without user and password, in whatever part of it cameras put them."""
    try:
        url = urlsplit(address)
    except ValueError:
        return ""
    asked = [(key, value) for key, value in parse_qsl(url.query) if not _SECRET.search(key)]
    query = url.query if len(asked) == len(parse_qsl(url.query)) else urlencode(asked)
    host = url.netloc.rpartition("@")[2]
    return urlunsplit((url.scheme, host, url.path, query, ""))
