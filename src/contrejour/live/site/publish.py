"""Who is told of events, and how. No password or secret stands in a site file.

publish:
  site: lyon-part-dieu
  mqtt: {host: mqtt.example, login_file: /etc/contrejour/mqtt}
  webhooks:
    - {url: https://example/hook, secret_file: /etc/contrejour/hook}
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from contrejour.law.mandate.schema import Name, NonEmptyText
from contrejour.live.site.closed import ClosedModel

Topic = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")]


class MqttBroker(ClosedModel):
    """`port` is 8883 with TLS, 1883 without, where it isn't said."""

    host: NonEmptyText
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    tls: bool = True
    ca_file: Path | None = None
    login_file: Path | None = None
    topic: Topic = "contrejour"
    home_assistant: bool = False


class WebhookAddress(ClosedModel):
    url: NonEmptyText
    secret_file: Path
    ca_file: Path | None = None


class Publish(ClosedModel):
    site: Name
    mqtt: MqttBroker | None = None
    webhooks: tuple[WebhookAddress, ...] = ()
