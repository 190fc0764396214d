"""Whatever a broker says that it doesn't owe ends the connection, before any of it is kept."""

from __future__ import annotations

import pytest
from fakes.brokers import HostileBroker
from fakes.runs import until

from contrejour.live.signals.mqtt import Broker, Mqtt
from contrejour.live.signals.outbox import Unsent

MIB = b"\xff\xff\x3f"
"""The length of what follows: 1 MiB less one byte."""
HOSTILE = {
    "publish, QoS 2, never released": b"\x34" + MIB + b"\0\1t\0\1" + bytes((1 << 20) - 6),
    "publish, QoS 1": b"\x32\x05\0\1t\0\1",
    "publish, QoS 0": b"\x30\x03\0\1t",
    "a long acknowledgement": b"\x40" + MIB + bytes((1 << 20) - 1),
    "a long pong": b"\xd0\x7f" + bytes(127),
    "accepted again and again": HostileBroker.ACCEPTED,
    "a question": b"\xc0\0",
    "what ends no message of ours": b"\x70\x02\0\1",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_attack_72_what_a_broker_does_not_owe_ends_the_connection_and_is_told(kind: str) -> None:
    broker = HostileBroker(HOSTILE[kind])
    mqtt = Mqtt(Broker("127.0.0.1", broker.port, tls=False), "lyon", "quais-01")
    told: list[str] = []

    def refused() -> bool:
        try:
            mqtt.idle(True)
        except Unsent as why:
            told.append(str(why.args[0]))
        return len(told) == 2

    try:
        assert until(refused), told
        assert all("did not owe" in each for each in told), told
        assert broker.calls >= 2  # it is tried again
    finally:
        mqtt.close()
        broker.close()
