"""Who is there: WS-Discovery (OASIS, 2005/04; ONVIF Core 7), one Probe, bounded in time."""

from __future__ import annotations

import socket
import time
import uuid
from contextlib import closing
from ipaddress import ip_address
from urllib.parse import urlsplit

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.onvif.xml import envelope, parsed

MULTICAST, PORT = "239.255.255.250", 3702
WAIT_S = 3.0
MOST_DEVICES = 256
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
NETWORK = "http://www.onvif.org/ver10/network/wsdl"


def probe(host: str = MULTICAST, port: int = PORT, wait_s: float = WAIT_S) -> list[str]:
    """The addresses of the device services that answered, in order of their answers.

    Whoever is asked alone is heard alone, and its first answer is enough. An answer counts only
    with an address of the host that sent it. Raises CameraError: nobody answered.
    """
    found: list[str] = []
    place = f"{host}:{port}"
    message, own = question(f"urn:uuid:{uuid.uuid4()}")
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as link:
        link.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        try:
            asked = socket.gethostbyname(host)
            alone = not ip_address(asked).is_multicast
            link.sendto(message, (asked, port))
            end_s = time.monotonic() + wait_s
            while (left_s := end_s - time.monotonic()) > 0 and len(found) < MOST_DEVICES:
                link.settimeout(left_s)
                data, (sender, *_) = link.recvfrom(1 << 16)
                if alone and sender != asked:
                    continue
                found += [each for each in matches(data, sender, own) if each not in found]
                if found and alone:
                    break
        except TimeoutError:
            pass
        except OSError as error:
            raise CameraError("camera-unreachable", camera=place, reason=error.strerror) from error
    if not found:
        raise CameraError("no-camera-answers", place=place)
    return found


def question(identity: str) -> tuple[bytes, str]:
    """A Probe for whatever sends video, and the identity that answers relate to."""
    header = (
        f'<a:Action xmlns:a="{ADDRESSING}">{DISCOVERY}/Probe</a:Action>'
        f'<a:MessageID xmlns:a="{ADDRESSING}">{identity}</a:MessageID>'
        f'<a:To xmlns:a="{ADDRESSING}">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>'
    )
    kind = f'<d:Types xmlns:n="{NETWORK}">n:NetworkVideoTransmitter</d:Types>'
    return envelope(f'<d:Probe xmlns:d="{DISCOVERY}">{kind}</d:Probe>', header), identity


def matches(data: bytes, sender: str, identity: str) -> list[str]:
    """The addresses in an answer: one for each match, of the sender's own. None in other messages.

    No answer is an error: anybody in the network can send one.
    """
    try:
        root = parsed(data, sender)
    except CameraRefused:
        return []
    related = root.find("{*}Header/{*}RelatesTo")
    if related is None or (related.text or "").strip() != identity:
        return []
    found = []
    for match in root.iterfind("{*}Body/{*}ProbeMatches/{*}ProbeMatch"):
        listed = match.find("{*}XAddrs")
        told = (listed.text or "") if listed is not None else ""
        found += [each for each in told.split() if is_of(each, sender)][:1]
    return found


def is_of(address: str, host: str, schemes: tuple[str, ...] = ("http", "https")) -> bool:
    """Whether an address is one of this host's, with no login in it, fit to be shown."""
    try:
        url = urlsplit(address)
        _ = url.port  # raises where that is no number
    except ValueError:
        return False
    fit = address.isascii() and address.isprintable() and " " not in address and len(address) < 400
    return fit and url.scheme in schemes and url.hostname == host and "@" not in url.netloc
