"""Write docs/reference/site-file.md and site.schema.json: `python docs/site_file.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contrejour.live.site import Site

REFERENCE = Path(__file__).resolve().parent / "reference"
HEAD = """# The site file

Where the cameras of a site are, and what is looked for in their pictures, as far as the plan goes.
YAML 1.2, UTF-8; an unknown key is an error with its line. No login, password, secret is in it.

    # yaml-language-server: $schema=site.schema.json
    site: 1
    cameras:
      quais-01:
        address: rtsp://10.0.0.8/stream1
        login_file: /etc/contrejour/quais-01
        privacy: {logements: [[[0.8, 0], [1, 0], [1, 0.3], [0.8, 0.3]]]}
        events:
          voie-1: {kind: zone, polygon: [[0.1, 0.6], [0.9, 0.6], [1, 1], [0, 1]]}

Editors that know JSON Schema complete and check it with [this one](site.schema.json), named on its
first line as above. What no schema can say (crossing sides, settings of another kind, a login in an
address) `contrejour doctor` says. Page written by `python docs/site_file.py`.
"""
TITLES = {
    "Site": "The file", "SiteCamera": "A camera: `cameras.NAME`",
    "ZoneRule": "An event: `cameras.NAME.events.NAME`", "Publish": "Who is told: `publish`",
    "Seal": "Originals: `seal`",
    "MqttBroker": "`publish.mqtt`", "WebhookAddress": "`publish.webhooks[]`",
}  # fmt: skip
WORDS: Mapping[str, str] = {
    "Site.site": "the format: 1",
    "Site.cameras": "a camera for each name, the one that the plan has",
    "Site.publish": "who is told of events, and how",
    "Site.seal": "originals are sealed, of each camera that the plan lets record "
    "([how](../design/sealing.md)); without it none is kept",
    "SiteCamera.address": "where its pictures come from, without a login",
    "SiteCamera.login_file": "a file whose first line is `user:password`, mode 0640 at most; else "
    "the environment: "
    "`CONTREJOUR_LOGIN_NAME`, capitals, `_` for `-`",
    "SiteCamera.login_in_clear": "let this camera have its password by Basic without TLS, or with "
    "`trust: anyone`: whoever hears the network has it then; `doctor` says so",
    "SiteCamera.trust": "whose certificate is taken: the system's authorities' (empty), a PEM "
    "file's, or `anyone`'s",
    "SiteCamera.transport": "of RTP",
    "SiteCamera.kind": "a `fixed` camera can have an empty scene, a `moving` one can't",
    "SiteCamera.hide": "all that is not the proven empty scene, people, or faces; by default "
    "`unknown` for fixed cameras, `people` for moving ones; `abandoned_object` needs `unknown`",
    "SiteCamera.privacy": "where each mask that the plan names lies: polygons, in shares of the "
    "upright picture; `[]` where it is out of view",
    "SiteCamera.events": "what is looked for, zone by zone ([events](events.md))",
    "ZoneRule.kind": "which of the decree's events, or figures",
    "ZoneRule.polygon": "three corners or more, in turn, in shares of the upright picture",
    "ZoneRule.of": "of what; both by default (`zone`, `wrong_way`, `count`)",
    "ZoneRule.direction": "the right way, from a point to another (`wrong_way`)",
    "ZoneRule.direction_degrees": "or clockwise from the top of the picture (`wrong_way`)",
    "ZoneRule.most_per_m2": "so many people a square metre or more (`density`)",
    "ZoneRule.area_m2": "the ground of the polygon, measured (`density`)",
    "ZoneRule.standing": "or pairs of a foot's row and a height, in shares of the picture's height "
    "(`density`)",
    "ZoneRule.lens_degrees": "the width of view, which `standing` needs (`density`)",
    "ZoneRule.least": "fewer people are no crowd (`crowd_movement`)",
    "ZoneRule.min_duration_s": "how long it lasts before it is an event; by default by kind",
    "ZoneRule.cool_down_s": "no second event of the zone sooner",
    "ZoneRule.confidence": "less sure doesn't begin an event",
    "ZoneRule.alert": "tell somebody; without an error rate measured here it is refused (PR-04)",
    "ZoneRule.shadow_days": "days of recording first what it would have said",
    "ZoneRule.error_rates": "the file that `events eval -o` wrote",
    "Publish.site": "this site's name in messages",
    "Publish.mqtt": "a broker",
    "Publish.webhooks": "addresses that events are posted to",
    "Seal.policy": "who opens together ([seal](seal.md)), as the ceremony left it: the plan has "
    "its hash (`originals.open_policy`)",
    "Seal.witnesses": "the log and its witnesses, the same: `originals.witness_policy`",
    "Seal.keysets": "the parties' notes of today and tomorrow (`keys publish --each`), and proofs "
    "that the log has them (`ledger prove --with-entry`), or a folder of `*.note` and "
    "`*.tlog-proof`; read again for each day",
    "Seal.edge": "this recorder's name, in manifests and in the log",
    "Seal.key": "its own key, made by `keys new`, which signs manifests",
    "Seal.password_file": "file whose first line is the key's password",
    "Seal.folder": "where sealed windows and entries for the log go",
    "MqttBroker.host": "the broker's name or address",
    "MqttBroker.port": "8883 with TLS, 1883 without, by default",
    "MqttBroker.tls": "never without, but on the machine itself",
    "MqttBroker.ca_file": "the authority of its certificate, if not the system's",
    "MqttBroker.login_file": "a file whose first line is `user:password`, mode 0640 at most",
    "MqttBroker.topic": "what every topic begins with",
    "MqttBroker.home_assistant": "announce the cameras to Home Assistant",
    "WebhookAddress.url": "where events are posted",
    "WebhookAddress.secret_file": "a file with the secret that each message is signed with, mode "
    "0640 at most",
    "WebhookAddress.ca_file": "the authority of its certificate, if not the system's",
}


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of a site file, each key with its words. Raises KeyError for a new key.

    An editor refuses a name that is none: pydantic leaves this to the reading.
    """
    made = Site.model_json_schema()
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    for model, told in _models(made):
        told.pop("description", None)
        for key, value in told["properties"].items():
            value.pop("title", None)
            value["description"] = WORDS[f"{model}.{key}"]
            if "patternProperties" in value:
                value["additionalProperties"] = False
    return made


def _models(made: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "Site", made
    below = ((name, told) for name, told in made["$defs"].items() if "properties" in told)
    yield from sorted(below, key=lambda each: list(TITLES).index(each[0]))


def kind(told: Mapping[str, Any]) -> str:
    """What may stand there, in a few words."""
    if "$ref" in told:
        return "keys below"
    if "anyOf" in told:
        return " or ".join(kind(each) for each in told["anyOf"] if each.get("type") != "null")
    if "const" in told:
        return str(told["const"])
    if "enum" in told:
        return ", ".join(f"`{word}`" for word in told["enum"])
    if told.get("prefixItems"):
        return "[" + ", ".join(kind(each) for each in told["prefixItems"]) + "]"
    if told["type"] == "array":
        return f"list of {kind(told['items'])}"
    if told["type"] == "object":
        return "a name, then " + kind(next(iter(told["patternProperties"].values())))
    return _plain(told)


def _plain(told: Mapping[str, Any]) -> str:
    if told.get("format") == "path":
        return "path"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    if told["type"] not in ("number", "integer"):
        return words[told["type"]]
    bounds = (
        ("from", told.get("minimum")), ("above", told.get("exclusiveMinimum")),
        ("to", told.get("maximum")), ("below", told.get("exclusiveMaximum")),
    )  # fmt: skip
    said = " ".join(f"{word} {value}" for word, value in bounds if value is not None)
    return f"{words.get(told['type'], 'number')} {said}".strip()


def page() -> str:
    return "\n".join(_lines(schema()))


def _lines(made: dict[str, Any]) -> Iterator[str]:
    yield HEAD
    for model, told in _models(made):
        yield f"## {TITLES[model]}\n"
        yield "| key | what may stand there | | by default |"
        yield "|---|---|---|---|"
        for key, value in told["properties"].items():
            default = value.get("default")
            by_default = "**required**" if key in told.get("required", ()) else ""
            if default not in (None, [], ""):
                by_default = json.dumps(default).strip('"')
            yield f"| `{key}` | {kind(value)} | {WORDS[f'{model}.{key}']} | {by_default} |"
        yield ""


def pages() -> dict[Path, str]:
    """Each file and what it has to say."""
    return {
        REFERENCE / "site-file.md": page(),
        REFERENCE / "site.schema.json": json.dumps(schema(), indent=1, ensure_ascii=False) + "\n",
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text)
