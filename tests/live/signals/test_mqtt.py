"""Against a real broker, which is killed, paused, locked: nothing is lost, nothing overtakes."""

from __future__ import annotations

import json
import random
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import authorities
from fakes.brokers import MOSQUITTO, Listener, Mosquitto, Relay
from fakes.runs import LIMIT_S, until

from contrejour.base.pictures import Event
from contrejour.live.signals import mqtt as module
from contrejour.live.signals import outbox
from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.mqtt import Broker, Mqtt
from contrejour.live.signals.outbox import Unsent
from contrejour.live.signals.signals import Signals

pytestmark = pytest.mark.skipif(
    MOSQUITTO is None, reason="no mosquitto (apt-get install mosquitto)"
)
NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
EVENT = Event("zone", "quais-01", "voie-b", NOW, None, 0.5)
ENTRY = JournalEntry("9f3c2a1b", 17, EntryKind.EVENT, NOW, {"camera": "quais-01", "kind": "zone"})


@pytest.fixture(autouse=True)
def none_left() -> Iterator[None]:
    """No broker outlives its test, however that ends."""
    yield
    while Mosquitto.made:
        Mosquitto.made.pop().kill()


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once, and often."""
    monkeypatch.setattr(outbox, "FIRST_WAIT_S", 0.01)
    monkeypatch.setattr(outbox, "LONGEST_WAIT_S", 0.1)
    monkeypatch.setattr(outbox, "IDLE_S", 0.05)


@pytest.fixture
def broker(tmp_path: Path) -> Mosquitto:
    made = Mosquitto(tmp_path)
    made.start()
    return made


@pytest.fixture
def listener(broker: Mosquitto) -> Iterator[Listener]:
    made = Listener(broker.port)
    assert made.listens.wait(LIMIT_S)
    yield made
    made.close()


def to(port: int, **more: object) -> Mqtt:
    return Mqtt(Broker("127.0.0.1", port, **{"tls": False, **more}), "lyon", "quais-01")  # type: ignore[arg-type]


def ids(listener: Listener) -> list[str]:
    return [json.loads(text)["id"] for text in listener.on("/events")]


# Topics


def test_an_event_is_json_on_the_topic_of_its_camera_and_nothing_else_is_said(
    tmp_path: Path, broker: Mosquitto, listener: Listener
) -> None:
    with Signals(tmp_path / "s", [to(broker.port)]) as signals:
        entry = signals.event(EVENT)
        signals.shadow(EVENT)
        signals.counts({"camera": "quais-01", "people": 3})
        assert until(lambda: len(listener.on("/counts")) == 1)
    text = listener.on("contrejour/lyon/quais-01/events")
    assert [json.loads(each) for each in text] == [
        {
            "camera": "quais-01", "confidence": 0.5, "count": None, "id": entry.id, "kind": "zone",
            "time": "2027-02-12T09:30:00.000000Z", "zone": "voie-b",
        }
    ]  # fmt: skip
    assert {topic.rsplit("/", 1)[1] for topic, *_ in listener.got} == {"status", "events", "counts"}


def test_the_status_is_retained_and_events_are_not(
    tmp_path: Path, broker: Mosquitto, listener: Listener
) -> None:
    with Signals(tmp_path / "s", [to(broker.port)]) as signals:
        signals.event(EVENT)
        signals.camera_is(True)
        assert until(lambda: listener.on("/status")[-1:] == ["online"] and len(ids(listener)) == 1)
        late = Listener(broker.port)
        assert until(lambda: late.got == [("contrejour/lyon/quais-01/status", "online", True)])
        signals.camera_is(False)
        assert until(lambda: late.on("/status") == ["online", "offline"])
        signals.camera_is(True)
        assert until(lambda: late.on("/status")[-1] == "online")
    assert until(lambda: late.on("/status")[-1] == "offline")
    late.close()


def test_the_last_will_says_offline_when_the_process_is_cut_off(
    broker: Mosquitto, listener: Listener
) -> None:
    relay = Relay(broker.port)
    relay.open()
    mqtt = to(relay.port)
    mqtt.idle(True)
    assert until(lambda: listener.on("/status") == ["online"])
    relay.shut()
    assert until(lambda: listener.on("/status") == ["online", "offline"])
    relay.close()
    mqtt.close()


def test_home_assistant_is_told_of_an_entity_that_reads_and_commands_nothing(
    broker: Mosquitto, listener: Listener
) -> None:
    mqtt = to(broker.port, home_assistant=True)
    mqtt.send(ENTRY)
    assert until(lambda: bool(listener.on("/config")))
    mqtt.close()
    topic = next(topic for topic, *_ in listener.got if topic.endswith("/config"))
    said = json.loads(listener.on("/config")[0])
    assert topic == "homeassistant/event/contrejour_lyon_quais-01/config"
    assert said["state_topic"] == "contrejour/lyon/quais-01/events"
    assert said["availability_topic"] == "contrejour/lyon/quais-01/status"
    assert len(said["event_types"]) == 8
    assert not [key for key in said if "command" in key]


# Logins and certificates


def test_a_wrong_password_is_told_without_it_and_the_right_one_sends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = tmp_path / "passwords"
    subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, "lyon", "right"], check=True,
                   env={"PATH": "/usr/bin:/usr/sbin"})  # fmt: skip
    broker = Mosquitto(tmp_path, f"password_file {passwords}")
    broker.start()
    listener = Listener(broker.port, login=("lyon", "right"))
    assert listener.listens.wait(LIMIT_S)
    told: list[str] = []
    with Signals(
        tmp_path / "s",
        [to(broker.port, login=("lyon", "wrong"))],
        tell=lambda each: told.append(str(each)),
    ) as s:
        sent = s.event(EVENT)
        assert until(lambda: s.told()[0].retries > 3)
        assert s.told()[0].waiting == 1
    assert told == [f"mqtt: 127.0.0.1:{broker.port}: Not authorized: tried again until it works"]
    with Signals(tmp_path / "s", [to(broker.port, login=("lyon", "right"))]):
        assert until(lambda: ids(listener) == [sent.id])
    listener.close()
    assert "right" not in repr(Broker("h", 1, login=("lyon", "right")))


def test_only_a_certificate_of_the_authority_named_is_trusted(tmp_path: Path) -> None:
    ca, cert, key = authorities.made(tmp_path)
    broker = Mosquitto(tmp_path, f"certfile {cert}", f"keyfile {key}")
    broker.start()
    listener = Listener(broker.port, ca=ca)
    assert listener.listens.wait(LIMIT_S)
    stranger = to(broker.port, tls=True)
    with pytest.raises(Unsent, match="no safe connection: CERTIFICATE_VERIFY_FAILED"):
        stranger.send(ENTRY)
    stranger.close()
    friend = to(broker.port, tls=True, ca=ca)
    friend.send(ENTRY)
    assert until(lambda: ids(listener) == [ENTRY.id])
    friend.close()
    listener.close()


# A broker that goes away


def test_a_broker_that_is_down_from_the_start_gets_all_once_it_is_up(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path)
    relay = Relay(broker.port)
    with Signals(tmp_path / "s", [to(relay.port)]) as signals:
        sent = [signals.event(EVENT).id for _ in range(5)]
        assert until(lambda: signals.told()[0].retries > 2)
        broker.start()
        listener = Listener(broker.port)
        assert listener.listens.wait(LIMIT_S)
        relay.open()
        assert until(lambda: len(ids(listener)) == 5)
        assert ids(listener) == sent
    listener.close()
    relay.close()


def test_what_was_not_acknowledged_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, broker: Mosquitto, listener: Listener
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 0.3)
    mqtt = to(broker.port)
    mqtt.idle(True)
    broker.pause(signal.SIGSTOP)
    with pytest.raises(Unsent, match=r"no answer within 0\.3 s"):
        mqtt.send(ENTRY)
    broker.pause(signal.SIGCONT)
    monkeypatch.setattr(module, "ANSWER_S", 10)
    mqtt.send(ENTRY)
    assert until(lambda: bool(ids(listener)))
    assert set(ids(listener)) == {ENTRY.id}
    mqtt.close()


def test_stopping_does_not_wait_for_a_broker_that_hangs(
    tmp_path: Path, broker: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "ANSWER_S", 600)
    monkeypatch.setattr(module, "GOODBYE_S", 0.1)
    with Signals(tmp_path / "s", [to(broker.port)]) as signals:
        signals.event(EVENT)
        assert until(lambda: signals.told()[0].sent == 1)
        broker.pause(signal.SIGSTOP)
        signals.event(EVENT)
        thread = signals._threads[0]
    assert not thread.is_alive()
    broker.pause(signal.SIGCONT)


def test_of_a_thousand_events_and_twenty_kills_of_the_broker_none_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20)
    broker = Mosquitto(tmp_path)
    broker.start()
    listener = Listener(broker.port)
    # The broker forgets what it took when it is killed: it may take more once somebody listens.
    relay = Relay(broker.port)
    with Signals(tmp_path / "s", [to(relay.port)]) as signals:
        sent = [signals.event(EVENT).id for _ in range(1000)]
        for _ in range(20):
            assert listener.listens.wait(LIMIT_S)
            goal = signals.told()[0].sent + chance.randint(1, 48)
            relay.open()
            assert until(lambda goal=goal: signals.told()[0].sent >= goal)
            broker.kill()
            relay.shut()
            assert until(lambda: not listener.listens.is_set())
            broker.start()
        assert signals.told()[0].waiting > 0
        assert listener.listens.wait(LIMIT_S)
        relay.open()
        assert until(lambda: signals.told()[0].waiting == 0)
        told = signals.told()[0]
        assert until(lambda: ids(listener)[-1] == sent[-1])
    got = ids(listener)
    assert list(dict.fromkeys(got)) == sent
    positions = [sent.index(each) for each in got]
    assert positions == sorted(positions)
    assert (told.sent, told.refused, told.lost) == (1000, 0, 0)
    listener.close()
    relay.close()
