"""Events as signed POST requests, as Standard Webhooks has them (standardwebhooks.com, 1.0.0).

    webhook-id: 9f3c2a1b-17                 the entry's; the same when it is sent again
    webhook-timestamp: 1802424600           of this attempt, UNIX time in seconds
    webhook-signature: v1,BASE64            HMAC-SHA256 of `id.timestamp.body` under the secret

    {"data":{…},"timestamp":"2027-02-12T09:30:00.000000Z","type":"event"}

2xx: taken. 408, 429, 5xx, no answer, a bad certificate: tried again, what follows waits. Any other
answer, a redirect too: refused, recorded, and on with the next.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import ssl
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from contrejour.base import times
from contrejour.base.canonical import canonical
from contrejour.base.errors import UsageError
from contrejour.base.http import is_local
from contrejour.base.http_client import NO_ANSWER, HttpClient
from contrejour.base.messages import Message
from contrejour.base.times import utc_us
from contrejour.live.signals.entry import JournalEntry, payload
from contrejour.live.signals.outbox import Unsent, Unwanted

SILENCE_S, ANSWER_S = 5.0, 15.0
AGAIN = {408, 429}


@dataclass(frozen=True, slots=True)
class Hook:
    """`url` may hold a token, so it is never told. `ca`: as for a Broker."""

    url: str = field(repr=False)
    secret: bytes = field(repr=False)
    ca: Path | None = None


def secret_of(text: str) -> bytes:
    """The key in `whsec_BASE64`, of 24 to 64 bytes. Raises UsageError."""
    try:
        key = base64.b64decode(text.strip().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith("whsec_") or not 24 <= len(key) <= 64:
        raise UsageError("bad-webhook-secret")
    return key


def signature(key: bytes, webhook_id: str, timestamp: int, body: bytes) -> str:
    """What `webhook-signature` says."""
    signed = b"%s.%d.%s" % (webhook_id.encode(), timestamp, body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


class Webhook:
    """A Destination: one address. Its name comes from the address: another one starts anew."""

    def __init__(self, hook: Hook, *, now: times.UnixClock = time.time) -> None:
        """Raises UsageError for no address of the web, and for another machine's without TLS."""
        self._parts = urlsplit(hook.url)
        if not is_address(hook.url):
            raise UsageError("bad-webhook-address")
        if self._parts.scheme == "http" and not is_local(self._parts.hostname):
            raise UsageError("webhook-in-clear", host=self._parts.hostname)
        self._hook, self._now = hook, now
        self.name = "webhook-" + hashlib.sha256(hook.url.encode()).hexdigest()[:8]
        self._client: HttpClient | None = None
        self._stopped = False

    def send(self, entry: JournalEntry) -> None:
        body = canonical(
            {"type": entry.kind.value, "timestamp": utc_us(entry.at), "data": payload(entry)}
        )
        timestamp = int(self._now())
        headers = {
            "content-type": "application/json",
            "user-agent": "contrejour",
            "webhook-id": entry.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._hook.secret, entry.id, timestamp, body),
        }
        status = self._post(body, headers)
        if 200 <= status < 300:
            return
        answered = Message("destination-answers", host=self._parts.hostname, status=status)
        if status in AGAIN or status >= 500:
            raise Unsent(answered)
        raise Unwanted(answered)

    def _post(self, body: bytes, headers: dict[str, str]) -> int:
        """The status that it answers. No byte of the answer's body is read. Raises Unsent."""
        client = self._client = HttpClient(
            self._hook.url, limit_s=ANSWER_S, silence_s=SILENCE_S, ca=self._hook.ca
        )
        if self._stopped:
            client.stop()
        target = self._parts.path or "/"
        if self._parts.query:
            target += f"?{self._parts.query}"
        try:
            with closing(client):
                return client.ask("POST", target, body, headers, most=None).status
        except NO_ANSWER as error:
            why = Message("no-answer-in-time") if client.is_over else _reason(error)
            raise Unsent(
                Message("destination-said", host=self._parts.hostname, reason=why)
            ) from error

    def idle(self, online: bool) -> None: ...

    def stop(self) -> None:
        self._stopped = True
        if self._client is not None:
            self._client.stop()

    def close(self) -> None: ...


def _reason(error: Exception) -> Message | str:
    if isinstance(error, ssl.SSLError):
        return Message("no-safe-connection", reason=error.reason)
    if isinstance(error, OSError):
        return error.strerror or Message("no-answer")
    return Message("not-an-http-answer")


def is_address(url: str) -> bool:
    """Of the web, with a host, and without a login, which would be in a log one day."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    printable = re.fullmatch(r"[!-~]+", url) is not None
    return printable and parts.scheme in ("http", "https") and bool(parts.hostname) and (
        "@" not in parts.netloc
    )  # fmt: skip
