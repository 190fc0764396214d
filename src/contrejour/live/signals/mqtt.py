"""Events over MQTT 3.1.1: what the broker has acknowledged has been published.

    TOPIC/SITE/CAMERA/events    an event, JSON, QoS 1, not retained: it was, it isn't
    TOPIC/SITE/CAMERA/counts    counts, the same
    TOPIC/SITE/CAMERA/status    online or offline, retained; the last will says offline

One message is on its way at a time, so that order holds. Nothing is subscribed to: nobody commands
a camera over MQTT, and a broker that says more than it owes is hung up on (`short_answers.py`).
The session is persistent and its client id fixed, so that a connection that is half dead gives way
to its successor.
"""

from __future__ import annotations

import json
import socket
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import UsageError
from contrejour.base.http import is_local
from contrejour.base.messages import Message
from contrejour.live.signals.entry import EntryKind, JournalEntry, payload
from contrejour.live.signals.outbox import Unsent

if TYPE_CHECKING:
    from paho.mqtt.client import Client

ANSWER_S, GOODBYE_S, KEEPALIVE_S = 10.0, 2.0, 30
TOPICS = {EntryKind.EVENT: "events", EntryKind.COUNTS: "counts"}
KINDS = ("abandoned_object", "weapon", "wrong_way", "zone", "fallen_person", "crowd_movement",
         "density", "fire")  # fmt: skip
"""Of decree 2023-828, article 3."""


@dataclass(frozen=True, slots=True)
class Broker:
    """`ca`: whom a certificate has to be signed by; None for whom the system trusts."""

    host: str
    port: int
    tls: bool = True
    ca: Path | None = None
    login: tuple[str, str] | None = field(default=None, repr=False)
    topic: str = "contrejour"
    home_assistant: bool = False

    def __post_init__(self) -> None:
        """Raises UsageError for a broker of another machine without TLS."""
        if not self.tls and not is_local(self.host):
            raise UsageError("broker-in-clear", host=self.host)


class Mqtt:
    """A Destination: one camera's topics."""

    name = "mqtt"

    def __init__(self, broker: Broker, site: str, camera: str) -> None:
        self._broker, self._site, self._camera = broker, site, camera
        self._topic = f"{broker.topic}/{site}/{camera}"
        self._client: Client | None = None
        self._said: SimpleQueue[tuple[str, object]] = SimpleQueue()
        self._online = self._stopped = False
        self._ended: Message | None = None  # why the broker was hung up on, until it is told

    def send(self, entry: JournalEntry) -> None:
        self._publish(TOPICS[entry.kind], canonical(payload(entry)))

    def idle(self, online: bool) -> None:
        changed, self._online = online is not self._online, online
        if self._client is None or not self._client.is_connected():
            self._connect()
        elif changed:
            self._publish("status", self._status(), retain=True)

    def stop(self) -> None:
        self._stopped = True
        self._said.put(("gone", Message("told-to-stop")))

    def close(self) -> None:
        client, self._online = self._client, False
        if client is not None and client.is_connected():
            while not self._said.empty():
                self._said.get()  # that it is to stop
            with suppress(Unsent):
                self._publish("status", self._status(), retain=True, within_s=GOODBYE_S)
                client.disconnect()
        self._drop()

    def _status(self) -> bytes:
        return b"online" if self._online else b"offline"

    def _publish(
        self, below: str, data: bytes, *, retain: bool = False, within_s: float = 0
    ) -> None:
        """Returns once the broker has acknowledged it."""
        if self._client is None or not self._client.is_connected():
            self._connect()
        assert self._client is not None
        sent = self._client.publish(f"{self._topic}/{below}", data, qos=1, retain=retain)
        self._wait("acknowledged", sent.mid, within_s or ANSWER_S)

    def _connect(self) -> None:
        self._drop()
        if self._ended is not None:
            raise self._failed(self._ended)
        broker = self._broker
        client = self._client = self._made()
        try:
            client.connect(broker.host, broker.port, keepalive=KEEPALIVE_S)
        except ssl.SSLError as error:
            raise self._failed(Message("no-safe-connection", reason=error.reason)) from error
        except OSError as error:
            raise self._failed(error.strerror or Message("no-answer")) from error
        client.loop_start()
        self._wait("connected", True, ANSWER_S)
        # QoS 0: paho would keep what was not acknowledged, and this is said at each connection.
        client.publish(f"{self._topic}/status", self._status(), qos=0, retain=True)
        if broker.home_assistant:
            topic, data = self._discovery()
            client.publish(topic, data, qos=0, retain=True)

    def _made(self) -> Client:
        """A client that has never been used: what an older one had not sent, the outbox has."""
        from paho.mqtt.enums import CallbackAPIVersion

        from contrejour.live.signals.short_answers import ShortAnswers

        said = self._said = SimpleQueue()

        def unowed() -> None:
            self._ended = Message("broker-says-unowed")
            said.put(("gone", self._ended))

        client = ShortAnswers(
            unowed,
            CallbackAPIVersion.VERSION2, f"contrejour-{self._site}-{self._camera}",
            clean_session=False, reconnect_on_failure=False,
        )  # fmt: skip
        if self._stopped:
            said.put(("gone", Message("told-to-stop")))
        client.on_connect = lambda _c, _u, _f, why, _p: said.put(
            ("gone", str(why)) if why.is_failure else ("connected", True)
        )
        client.on_publish = lambda _c, _u, mid, _r, _p: said.put(("acknowledged", mid))
        client.on_disconnect = lambda _c, _u, _f, why, _p: said.put(("gone", str(why)))
        client.will_set(f"{self._topic}/status", b"offline", qos=1, retain=True)
        if self._broker.login:
            client.username_pw_set(*self._broker.login)
        if self._broker.tls:
            client.tls_set_context(ssl.create_default_context(cafile=self._broker.ca))
        return client

    def _wait(self, what: str, which: object, within_s: float) -> None:
        """Until the broker has said it. Raises Unsent, and forgets the connection."""
        end = time.monotonic() + within_s
        try:
            while (said := self._said.get(timeout=max(0.0, end - time.monotonic())))[0] != "gone":
                if said == (what, which):
                    return
        except Empty:
            said = ("gone", Message("no-answer-within", seconds=within_s))
        self._drop()
        raise self._failed(why if isinstance(why := said[1], Message) else str(why))

    def _failed(self, why: Message | str) -> Unsent:
        self._ended = None
        host = f"{self._broker.host}:{self._broker.port}"
        return Unsent(Message("destination-said", host=host, reason=why))

    def _drop(self) -> None:
        """Close the connection, whatever the broker does."""
        client, self._client = self._client, None
        if client is None:
            return
        sock = client.socket()
        if isinstance(sock, socket.socket):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)  # ends the thread of the client
        client.loop_stop()

    def _discovery(self) -> tuple[str, bytes]:
        """What Home Assistant is told, once: an `event` entity (its MQTT discovery)."""
        unique = f"contrejour_{self._site}_{self._camera}"
        data: dict[str, Json] = {
            "name": "Events",
            "unique_id": unique,
            "state_topic": f"{self._topic}/events",
            "event_types": list(KINDS),
            "value_template": "{{ {'event_type': value_json.kind, 'zone': value_json.zone,"
            " 'count': value_json.count, 'confidence': value_json.confidence,"
            " 'id': value_json.id} | tojson }}",
            "availability_topic": f"{self._topic}/status",
            "device": {"identifiers": [unique], "name": f"{self._site} {self._camera}"},
        }
        return f"homeassistant/event/{unique}/config", json.dumps(data).encode()
