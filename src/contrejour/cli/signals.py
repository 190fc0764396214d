"""`contrejour events list`, `confirm` and `dismiss`: a human looks, and decides."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing
from contrejour.base.secret_file import first_line
from contrejour.base.stderr import warn
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.values import DIR, ROLE, text

if TYPE_CHECKING:
    from contrejour.live.signals.decide import Decision, Share
    from contrejour.live.signals.mqtt import Broker
    from contrejour.live.signals.outbox import Destination
    from contrejour.live.site.publish import MqttBroker, Publish

EVENT_ROW = "{:<16} {:<27} {:<20} {:<20} {:<17} {:>5} {:>5}  {}"
SHARE_ROW = "{:<20} {:<20} {:<17} {:>9} {:>9} {:>9} {:>9}"


def _list(args: argparse.Namespace) -> int:
    from contrejour.live.signals.decide import events, journals, shares

    places = journals(args.folder)
    if not args.json:
        print(EVENT_ROW.format("ID", "TIME", "CAMERA", "ZONE", "KIND", "COUNT", "SURE",
                               "DECIDED (BY WHOM, AS THEY SAID)"))  # fmt: skip
    found = (each for place in places for each in events(place, warn))
    counted = shares(_shown(found, args.json))
    if not args.json and counted:
        print()
        print(SHARE_ROW.format("CAMERA", "ZONE", "KIND", "CONFIRMED", "DISMISSED", "UNDECIDED",
                               "PRECISION"))  # fmt: skip
    for share in counted:
        _show_share(share, args.json)
    return 0


def _shown(found: Iterable[Decision], as_json: bool) -> Iterator[Decision]:
    """Each event, once it is printed."""
    for each in found:
        data, at = each.event.data, each.at.isoformat() if each.at else None
        if as_json:
            told = {**data, "id": each.event.id, "decision": each.verdict, "by": each.by or None,
                    "decided_at": at}  # fmt: skip
            print(json.dumps(told, ensure_ascii=False))
        else:
            count = "" if data["count"] is None else str(data["count"])
            decision = f"{each.verdict} ({each.by})" if each.verdict else "-"
            print(EVENT_ROW.format(each.event.id, str(data["time"]), str(data["camera"]),
                str(data["zone"]), str(data["kind"]), count, str(data["confidence"]),
                decision))  # fmt: skip
        yield each


def _show_share(share: Share, as_json: bool) -> None:
    key = (share.camera, share.zone, share.kind)
    counts = (share.confirmed, share.dismissed, share.undecided)
    if as_json:
        names = ("camera", "zone", "kind", "confirmed", "dismissed", "undecided", "precision")
        told = dict(zip(names, (*key, *counts, share.precision), strict=True))
        print(json.dumps(told, ensure_ascii=False))
    else:
        precise = "-" if share.precision is None else f"{share.precision:.1%}"
        print(SHARE_ROW.format(*key, *counts, precise))


def _decide(args: argparse.Namespace, verdict: str) -> int:
    from contrejour.live.signals.decide import decide, journals
    from contrejour.live.signals.entry import EntryKind

    decide(journals(args.folder), args.id, EntryKind(verdict), args.by)
    return 0


def destinations(
    publish: Publish, camera: str, environment: Mapping[str, str] = os.environ
) -> list[Destination]:
    """Who is told of a camera's events. Raises UsageError, InputMissing."""
    from contrejour.live.signals.mqtt import Mqtt
    from contrejour.live.signals.webhook import Hook, Webhook, secret_of

    to: list[Destination] = []
    if publish.mqtt is not None:
        broker = _broker(publish.mqtt, environment.get("CONTREJOUR_MQTT_LOGIN", ""))
        to.append(Mqtt(broker, publish.site, camera))
    for each in publish.webhooks:
        secret = secret_of(_first_line(each.secret_file))
        to.append(Webhook(Hook(each.url, secret, each.ca_file)))
    return to


def _broker(told: MqttBroker, login: str) -> Broker:
    from contrejour.live.signals.mqtt import Broker

    if told.login_file is not None:
        login = _first_line(told.login_file)
    user, _, password = login.partition(":")
    return Broker(
        told.host, told.port or (8883 if told.tls else 1883), told.tls, told.ca_file,
        (user, password) if user else None, told.topic, told.home_assistant,
    )  # fmt: skip


def _first_line(path: Path) -> str:
    """Of a file that holds a secret, which no error repeats. Raises InputMissing."""
    try:
        return first_line(path).strip()
    except (OSError, ValueError) as error:
        raise InputMissing("secret-cannot-be-read", path=path) from error


FOLDER = Argument(
    "folder", DIR, count="?", default=Path(), help="what -o of `watch` named (default: this folder)"
)
DECIDING = (
    Argument("id", text("ID"), help="of an event, as `events list` shows it"),
    FOLDER,
    Option(
        "--by",
        ROLE,
        required=True,
        help="the operator's role, not a name: self-asserted, nobody checks it",
    ),
)
LIST = Command(
    "list",
    help="events, and what was decided on them",
    run=_list,
    arguments=(FOLDER, Switch("--json", help="one JSON object a line")),
)
CONFIRM = Command(
    "confirm", help="it happened", run=partial(_decide, verdict="confirmed"), arguments=DECIDING
)
DISMISS = Command(
    "dismiss",
    help="it didn't happen",
    run=partial(_decide, verdict="dismissed"),
    arguments=DECIDING,
)
