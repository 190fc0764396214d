"""One question to a device, and its answer: bounded in time and size, to the one host alone."""

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
    """With one device. `login` is user:password, or ""; `ahead` is what its clock is of ours."""

    login: str = ""
    ahead: timedelta = timedelta()
    answer_s: float = ANSWER_S
    end_s: float = field(default_factory=lambda: time.monotonic() + TALK_S)

    def ask(self, address: str, body: str, *, open_: bool = False) -> Element:
        """The answer's Body. `open_`: without the login. Raises CameraError, CameraRefused."""
        header = "" if open_ or not self.login else self._token()
        code, data, headers = self._post(address, envelope(body, header), {})
        asked = headers.get("www-authenticate", "")
        if code == 401 and self.login and not open_ and asked.lower().startswith("digest"):
            path = urlsplit(address).path or "/"
            try:
                more = digest.answer(self.login, "POST", path, asked, secrets.token_hex(8))
            except KeyError:
                raise CameraRefused("password-asked-strangely", camera=address) from None
            code, data, headers = self._post(
                address, envelope(body, header), {"Authorization": more}
            )
        if code == 401:
            raise refused(address)
        found = parsed(data, address).find("{*}Body")
        if found is None:
            raise CameraRefused("not-onvif", camera=address)
        fault = found.find("{*}Fault")
        if fault is not None:
            if "NotAuthorized" in "".join(fault.itertext()):
                raise refused(address)
            why = plain(text_of(fault, "Reason/Text"))
            raise Fault("question-refused", camera=address, reason=why)
        return found

    def _token(self) -> str:
        """A WS-UsernameToken, by the device's clock: it refuses old ones."""
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
        url = urlsplit(address)
        target = f"{url.path or '/'}?{url.query}".rstrip("?")
        kind = {"Content-Type": "application/soap+xml; charset=utf-8", **more}
        left_s = max(0.001, min(self.answer_s, self.end_s - time.monotonic()))
        client = HttpClient(address, limit_s=left_s)
        try:
            with closing(client):
                answer = client.ask("POST", target, message, kind, most=MOST_BYTES)
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


def refused(address: str) -> CameraRefused:
    return CameraRefused("login-refused", camera=address)


def plain(text: str, most: int = 60) -> str:
    """What a stranger calls itself, fit for a terminal and for a comment: one short line."""
    kept = "".join(sign if sign.isprintable() else " " for sign in text[: 4 * most])
    return " ".join(kept.split())[:most]
