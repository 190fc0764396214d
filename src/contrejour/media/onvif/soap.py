"""One question to a device, and its answer: bounded in time and size, to the one host alone.

Whoever gets a proof of the login can bring it to another camera that has the same. HTTP Digest is
for one question at one address, by a nonce of who asks. A WS-UsernameToken is for any question to
any camera, for as long as that lets one live: it goes over TLS to whom a certificate vouches for,
or where a person said that it may be heard. It is asked without a proof first, to see which it is.
"""

from __future__ import annotations

import base64
import secrets
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from contrejour.base import times
from contrejour.base.errors import CameraError, CameraRefused
from contrejour.base.http_client import NO_ANSWER, HalfAnswer, HttpClient
from contrejour.media.onvif import digest
from contrejour.media.onvif.xml import MOST_BYTES, Element, envelope, parsed, quoted, text_of

ANSWER_S, TALK_S = 5.0, 30.0
"""For one answer, and for all of one device."""
SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
KIND = f"{SECURITY}-username-token-profile-1.0#PasswordDigest"
ENCODING = f"{SECURITY}-soap-message-security-1.0#Base64Binary"


class Fault(CameraRefused):
    """A question that a device doesn't want, or doesn't know."""


@dataclass(slots=True)
class SoapSession:
    """With one device. `ahead` is what its clock is of ours.

    `login` is user:password, or "", and for `host` alone; `in_clear`: a token may be heard.
    """

    host: str
    login: str = field(default="", repr=False)
    in_clear: bool = False
    ahead: timedelta = timedelta()
    answer_s: float = ANSWER_S
    end_s: float = field(default_factory=lambda: time.monotonic() + TALK_S)
    _by_token: bool = False

    def ask(self, address: str, body: str, *, open_: bool = False) -> Element:
        """The answer's Body. `open_`: without the login. Raises CameraError, CameraRefused."""
        token = self._token(address) if self._by_token and not open_ else ""
        code, data, headers = self._post(address, envelope(body, token), {})
        if self.login and not open_ and not token and _denied(code, data, address):
            code, data = self._proven(address, body, headers.get("www-authenticate", ""))
        if _denied(code, data, address):
            raise CameraRefused("login-refused" if self.login else "login-wanted", camera=address)
        found = _body(data, address)
        fault = found.find("{*}Fault")
        if fault is not None:
            why = plain(text_of(fault, "Reason/Text"))
            raise Fault("question-refused", camera=address, reason=why)
        return found

    def _proven(self, address: str, body: str, asked: str) -> tuple[int, bytes]:
        """Ask once more, with the proof that was `asked` for. Raises CameraRefused."""
        digests = digest.challenges([asked], "digest")
        more, token = {}, ""
        if chosen := digest.strongest(digests):
            self._demand_named(address)
            proof = digest.answer(
                self.login, "POST", _target(address), chosen, secrets.token_hex(8)
            )
            more["Authorization"] = proof
        elif digests:
            raise CameraRefused("password-asked-strangely", camera=address)
        else:
            token, self._by_token = self._token(address), True
        code, data, _ = self._post(address, envelope(body, token), more)
        return code, data

    def _demand_named(self, address: str) -> None:
        if urlsplit(address).hostname != self.host:
            raise CameraRefused("media-service-elsewhere", camera=self.host, address=plain(address))

    def _token(self, address: str) -> str:
        """A WS-UsernameToken, by the device's clock: it refuses old ones. Raises CameraRefused."""
        self._demand_named(address)
        if not self.in_clear and urlsplit(address).scheme != "https":
            raise CameraRefused("token-in-clear", camera=address)
        user, _, password = self.login.partition(":")
        nonce, at = secrets.token_bytes(16), digest.created(times.now() + self.ahead)
        proof = digest.token_digest(nonce, at, password)
        return (
            f'<w:Security xmlns:w="{SECURITY}-wssecurity-secext-1.0.xsd" '
            f'xmlns:u="{SECURITY}-wssecurity-utility-1.0.xsd"><w:UsernameToken>'
            f"<w:Username>{quoted(user)}</w:Username>"
            f'<w:Password Type="{KIND}">{proof}</w:Password>'
            f'<w:Nonce EncodingType="{ENCODING}">{base64.b64encode(nonce).decode()}</w:Nonce>'
            f"<u:Created>{at}</u:Created></w:UsernameToken></w:Security>"
        )

    def _post(
        self, address: str, message: bytes, more: Mapping[str, str]
    ) -> tuple[int, bytes, Mapping[str, str]]:
        kind = {"Content-Type": "application/soap+xml; charset=utf-8", **more}
        left_s = max(0.001, min(self.answer_s, self.end_s - time.monotonic()))
        client = HttpClient(address, limit_s=left_s)
        try:
            with closing(client):
                answer = client.ask("POST", _target(address), message, kind, most=MOST_BYTES)
            return answer.status, answer.body, answer.headers
        except ssl.SSLError as error:
            raise CameraRefused("onvif-certificate-not-trusted", camera=address) from error
        except NO_ANSWER as error:
            if client.is_over or isinstance(error, TimeoutError):
                raise CameraError("camera-silent", camera=address) from error
            if not isinstance(error, OSError) or isinstance(error, HalfAnswer):
                raise CameraRefused("not-onvif", camera=address) from error
            reason = error.strerror or str(error)
            raise CameraError("camera-unreachable", camera=address, reason=reason) from error


def _denied(code: int, data: bytes, address: str) -> bool:
    """Whether it wants another proof of who asks."""
    if code == 401:
        return True
    fault = _body(data, address).find("{*}Fault")
    return fault is not None and "NotAuthorized" in "".join(fault.itertext())


def _body(data: bytes, address: str) -> Element:
    found = parsed(data, address).find("{*}Body")
    if found is None:
        raise CameraRefused("not-onvif", camera=address)
    return found


def _target(address: str) -> str:
    url = urlsplit(address)
    return f"{url.path or '/'}?{url.query}".rstrip("?")


def plain(text: str, most: int = 60) -> str:
    """What a stranger calls itself, fit for a terminal and for a comment: one short line."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * most])
    return " ".join(kept.split())[:most]
