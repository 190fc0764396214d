"""Which files and ports opening an address needs."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
"""The system's authorities, on Debian and on Fedora and those after them."""
LOCAL = ("file", "recorder", "webcam")
WEBCAM = "webcam"
ANYONE = "anyone"
"""As `trust`: whatever certificate a camera shows is taken."""
PORTS = {"rtsp": 554, "rtsps": 322, "http": 80, "https": 443}
_DNS = 53
_NAMES = (
    "/etc/resolv.conf", "/etc/hosts", "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
    "/etc/ld.so.cache", "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib",
    "/etc/localtime", "/usr/share/zoneinfo", "/proc/self/statm", "/dev/urandom", "/etc/gnutls",
)  # fmt: skip
"""How the system looks up a name, and how TLS begins."""


@dataclass(frozen=True, slots=True)
class Places:
    read: Sequence[str] = ()
    devices: Sequence[str] = ()
    ports: Sequence[int] = ()


def needed(address: str, trust: str = "") -> Places:
    """What has to be reachable while `connect` opens this; nothing, where it names no camera."""
    scheme, _, place = address.partition(":")
    if scheme == WEBCAM:
        return Places(read=_NAMES, devices=(place,))
    if scheme in LOCAL:
        path = place.partition("?only=")[0] if scheme == "recorder" else place.removesuffix("?loop")
        return Places(read=(*_NAMES, path))
    try:
        port = urlsplit(address).port or PORTS.get(scheme)
    except ValueError:  # `connect` says so
        return Places()
    authorities = (trust, ssl.get_default_verify_paths().cafile or "", *BUNDLES)
    return Places(
        read=(*_NAMES, *(path for path in authorities if path not in ("", ANYONE))),
        ports=(port, _DNS) if port else (),
    )


def of_relay(address: str) -> Places:
    """… and while FFmpeg opens what a relay serves: its port, and no name has to be looked up."""
    return Places(read=("/proc/self/statm",), ports=(urlsplit(address).port or 0,))
