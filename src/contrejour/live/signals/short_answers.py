"""A client of MQTT that hears only the short answers which a broker owes who subscribes to nothing.

In MQTT 3.1.1 those are CONNACK and PUBACK (4 bytes) and PINGRESP (2). Anything else ends the
connection: a PUBLISH by its first byte, a longer packet by its length, before paho keeps any of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from paho.mqtt.client import Client

CONNACK, PUBACK, PINGRESP = 0x20, 0x40, 0xD0
OWED = {CONNACK, PUBACK, PINGRESP}
"""First bytes (MQTT 3.1.1, section 2.2)."""
LONGEST_B = 2
"""What follows the first byte and the length, which is one byte up to 127."""


class ShortAnswers(Client):
    """`unowed` is told, once, that the connection ends because the broker said something else.

    paho reads a packet by `_sock_recv`: its first byte, the bytes of its length, the rest.
    """

    def __init__(self, unowed: Callable[[], None], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._unowed, self._owed = unowed, set(OWED)

    def _sock_recv(self, bufsize: int) -> bytes:
        # Read here, of the packet that is being read; not after it, when paho has kept it.
        packet = self._in_packet
        data: bytes = super()._sock_recv(bufsize)
        if not data:
            return data
        if packet["command"] == 0:
            owed = data[0] in self._owed
            self._owed.discard(CONNACK)  # one alone, and first
        elif packet["have_remaining"] == 0:
            owed = data[0] <= LONGEST_B
        else:
            owed = True
        if not owed:
            self._unowed()
            raise ConnectionAbortedError
        return data
