"""How a password is proven without being sent. Pure.

HTTP Digest (RFC 2617, RFC 7616), and the WS-Security UsernameToken Profile 1.0 (OASIS), whose
digest is SHA-1 because the specification says so: ONVIF Core 5.9.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256"}


_SCHEME = re.compile(r"(?:^|,)\s*(?=(?:Basic|Digest)(?:\s|$))", re.IGNORECASE)


def challenges(lines: Sequence[str], scheme: str) -> list[str]:
    """Those of this scheme (basic, digest) in WWW-Authenticate fields, which may name several."""
    known = [each for line in lines for each in _SCHEME.split(line) if each]
    return [each for each in known if each.lower().startswith(scheme)]


def strongest(digests: Sequence[str]) -> str:
    """The Digest challenge to answer, by SHA-256 where it is offered; "" where none is known."""
    usable = [each for each in digests if _algorithm(each) in ALGORITHMS]
    return max(usable, key=lambda each: _algorithm(each) == "SHA-256", default="")


def _algorithm(challenge: str) -> str:
    return fields(challenge).get("algorithm") or "MD5"


def fields(header: str) -> dict[str, str]:
    """What a challenge, or an answer to one, says."""
    found = re.findall(r'(?<!\w)(\w{1,40})=(?:"([^"]*)"|([^,\s]*))', header)
    return {key.lower(): quoted or bare for key, quoted, bare in found}


def response(login: str, method: str, said: Mapping[str, str]) -> str:
    """The `response` to what was `said` (realm, nonce, uri, …): RFC 7616, 3.4.1.

    `login` is user:password. Raises KeyError where no known algorithm is named.
    """
    user, _, password = login.partition(":")
    algorithm = ALGORITHMS[said.get("algorithm") or "MD5"]

    def digest(*parts: str) -> str:
        return hashlib.new(algorithm, ":".join(parts).encode()).hexdigest()

    who = digest(user, said.get("realm", ""), password)
    what = digest(method, said.get("uri", ""))
    middle = [said.get("nonce", "")]
    if "qop" in said:
        middle += [said.get("nc", ""), said.get("cnonce", ""), said["qop"]]
    return digest(who, *middle, what)


def answer(login: str, method: str, uri: str, challenge: str, cnonce: str, count: int = 1) -> str:
    """The Authorization header for a Digest challenge. Raises KeyError: an unknown algorithm.

    `count`: how often its nonce was answered, this time included.
    """
    asked = fields(challenge)
    said = {"username": login.partition(":")[0], "uri": uri, "nc": f"{count:08x}", "cnonce": cnonce}
    said |= {key: asked[key] for key in ("realm", "nonce", "opaque", "algorithm") if key in asked}
    if "auth" in re.split(r"[,\s]+", asked.get("qop", "")):
        said["qop"] = "auth"
    said["response"] = response(login, method, said)
    bare = ("nc", "qop", "algorithm")
    return "Digest " + ", ".join(
        f"{key}={value}" if key in bare else f'{key}="{value}"' for key, value in said.items()
    )


def created(now: datetime) -> str:
    """A moment, as a token says it."""
    return f"{now:%Y-%m-%dT%H:%M:%S.}{now.microsecond // 1000:03}Z"


def token_digest(nonce: bytes, at: str, password: str) -> str:
    """Base64(SHA-1(nonce + created + password))."""
    made = hashlib.sha1(nonce + at.encode() + password.encode())
    return base64.b64encode(made.digest()).decode()
