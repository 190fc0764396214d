"""Who is told: from a site file, whose secrets stand elsewhere."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from contrejour.base.errors import InputMissing, Malformed, UsageError
from contrejour.cli.signals import destinations
from contrejour.live.signals.mqtt import Broker
from contrejour.live.signals.webhook import Hook, Webhook
from contrejour.live.site import Site, read_site

CAMERA = "site: 1\ncameras:\n  quais-01: {address: rtsp://10.0.0.8/s}\npublish:\n  site: lyon\n"


def site(text: str = "") -> Site:
    return read_site(CAMERA + text, "site.yaml")


def broker(text: str, **environment: str) -> Broker:
    publish = site(f"  mqtt: {text}\n").publish
    assert publish is not None
    (mqtt,) = destinations(publish, "quais-01", environment)
    return mqtt._broker  # type: ignore[attr-defined, no-any-return]


def test_nobody_is_told_where_nobody_is_named() -> None:
    publish = site().publish
    assert publish is not None
    assert destinations(publish, "quais-01", {}) == []
    assert read_site(CAMERA.split("publish")[0], "site.yaml").publish is None


def test_the_port_follows_from_tls_which_is_on() -> None:
    assert broker("{host: m}") == Broker("m", 8883)
    assert broker("{host: localhost, tls: false}") == Broker("localhost", 1883, tls=False)
    told = broker("{host: m, port: 9, topic: a/b, home_assistant: true}")
    assert told == Broker("m", 9, topic="a/b", home_assistant=True)


def test_a_login_comes_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "login").write_text("user:pass:word\n")
    (tmp_path / "login").chmod(0o640)
    assert broker(f"{{host: m, login_file: {tmp_path}/login}}").login == ("user", "pass:word")
    assert broker("{host: m}", CONTREJOUR_MQTT_LOGIN="a:b").login == ("a", "b")


def test_a_secret_that_cannot_be_read_is_not_left_out(tmp_path: Path) -> None:
    with pytest.raises(InputMissing, match="no secret can be read"):
        broker(f"{{host: m, login_file: {tmp_path}/no}}")


def test_a_webhook_has_a_name_of_its_own_that_stays(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + base64.b64encode(bytes(32)).decode() + "\n")
    secret.chmod(0o640)
    hooks = [f"    - {{url: 'https://h/{n}', secret_file: {secret}}}\n" for n in (1, 2)]
    one, two = (
        destinations(publish, "quais-01", {})
        for text in ("".join(hooks), "".join(reversed(hooks)))
        if (publish := site("  webhooks:\n" + text).publish)
    )
    assert [each.name for each in one] == [each.name for each in reversed(two)]
    assert len({each.name for each in one}) == 2
    publish = site(f"  webhooks: [{{url: 'file:///x', secret_file: {secret}}}]\n").publish
    assert publish is not None
    with pytest.raises(UsageError, match="not the address of a webhook"):
        destinations(publish, "quais-01", {})


@pytest.mark.parametrize(("text", "wrong"), [
    ("  mqtt: {}\n", "publish.mqtt.host: is missing"),
    ("  mqtt: {host: m, password: x}\n", "publish.mqtt.password: unknown key"),
    ("  mqtt: {host: m, port: 0}\n", "publish.mqtt.port: 0 can't stand here"),
    ("  mqtt: {host: m, topic: 'a/#'}\n", "publish.mqtt.topic: 'a/#' can't stand here"),
    ("  webhooks: [{url: x}]\n", "publish.webhooks.0.secret_file: is missing"),
])  # fmt: skip
def test_what_can_not_be_is_an_error_with_its_line(text: str, wrong: str) -> None:
    with pytest.raises(Malformed, match=r"site\.yaml:6: ") as error:
        site(text)
    assert wrong in str(error.value)


@pytest.mark.parametrize("host", ["mqtt.example.org", "10.0.0.8", "127.0.0.1.example.org", "::"])
def test_attack_25_nothing_is_told_in_clear_to_another_machine(host: str) -> None:
    with pytest.raises(UsageError, match="in clear"):
        Broker(host, 1883, tls=False)
    shown = f"[{host}]" if ":" in host else host
    with pytest.raises(UsageError, match="in clear"):
        Webhook(Hook(f"http://{shown}/hook", bytes(32)))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_may_be_told_in_clear(host: str) -> None:
    assert not Broker(host, 1883, tls=False).tls
    shown = f"[{host}]" if ":" in host else host
    Webhook(Hook(f"http://{shown}/hook", bytes(32)))
