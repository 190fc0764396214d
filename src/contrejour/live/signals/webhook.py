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
import http.client
import re
import socket
import ssl
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from contrejour.base import times
from contrejour.base.canonical import canonical
from contrejour.base.errors import UsageError
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
        """Raises UsageError for what is no address of the web."""
        self._parts = urlsplit(hook.url)
        if not is_address(hook.url):
            raise UsageError("bad-webhook-address")
        self._hook, self._now = hook, now
        self.name = "webhook-" + hashlib.sha256(hook.url.encode()).hexdigest()[:8]
        self._connection: http.client.HTTPConnection | None = None
        self._stopped = self._is_cut = False

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
        connection = self._connection = self._made()
        self._is_cut = False
        limit = threading.Timer(ANSWER_S, self._cut)  # also for whoever answers a byte at a time
        limit.daemon = True
        limit.start()
        try:
            connection.connect()
            if self._is_cut or self._stopped:  # before there was a connection to cut
                raise self._failed(Message("no-answer-in-time"))
            target = self._parts.path or "/"
            if self._parts.query:
                target += f"?{self._parts.query}"
            connection.request("POST", target, body, headers)
            status = connection.getresponse().status
            if self._is_cut:  # http.client takes an end in the head for the end of the head
                raise self._failed(Message("no-answer-in-time"))
            return status
        except ssl.SSLError as error:
            raise self._failed(Message("no-safe-connection", reason=error.reason)) from error
        except OSError as error:
            raise self._failed(error.strerror or Message("no-answer")) from error
        except http.client.HTTPException as error:
            raise self._failed(Message("not-an-http-answer")) from error
        finally:
            limit.cancel()
            connection.close()

    def _made(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=SILENCE_S)
        context = ssl.create_default_context(cafile=self._hook.ca)
        return http.client.HTTPSConnection(host, port, timeout=SILENCE_S, context=context)

    def _failed(self, why: Message | str) -> Unsent:
        return Unsent(Message("destination-said", host=self._parts.hostname, reason=why))

    def _cut(self) -> None:
        self._is_cut = True
        if self._connection is not None and self._connection.sock is not None:
            with suppress(OSError):
                self._connection.sock.shutdown(socket.SHUT_RDWR)

    def idle(self, online: bool) -> None: ...

    def stop(self) -> None:
        self._stopped = True
        self._cut()

    def close(self) -> None: ...


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
