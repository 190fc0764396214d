"""A site: where its cameras are. What they may do is the plan's to say, and nothing here.

    site: 1
    cameras:
      quais-01: {address: rtsp://10.0.0.8/stream1, login_file: /etc/contrejour/quais-01}

A login stands in a file of its own (`user:password`, first line), or in the environment
(`CONTREJOUR_LOGIN_QUAIS_01`), never in the site file.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field

from contrejour.base.errors import CameraRefused, SignatureError
from contrejour.base.secret_file import first_line
from contrejour.law.mandate.schema import Name, NonEmptyText
from contrejour.law.mandate.typed import Problem, typed, wrong
from contrejour.live.site.closed import ClosedModel
from contrejour.live.site.publish import Publish
from contrejour.live.site.rules import Point, ZoneRule, faults
from contrejour.live.site.sealing import Seal

Polygon = Annotated[tuple[Point, ...], Field(min_length=3)]
"""Corners, in shares of the upright picture's width and height."""


class SiteCamera(ClosedModel):
    """One camera: `fixed` cameras can have an empty scene, `moving` ones can't.

    `trust`: whose certificate is taken, of one that speaks TLS: "" the system's authorities', a
    PEM file's, or `anyone`'s.
    """

    address: NonEmptyText
    login_file: Path | None = None
    login_in_clear: bool = False
    """Whether the network may hear the password: Basic, without TLS that is checked."""
    trust: str = ""
    transport: Literal["tcp", "udp"] = "tcp"
    kind: Literal["fixed", "moving"] = "fixed"
    hide: Literal["unknown", "people", "faces"] | None = None
    """By default as `hidden` has it."""
    privacy: dict[Name, tuple[Polygon, ...]] = Field(default_factory=dict)
    """Where the masks that the plan names lie in the picture; [] where they are out of view."""
    events: dict[Name, ZoneRule] = Field(default_factory=dict)

    @property
    def hidden(self) -> str:
        """`hide`, or else what is proven to be its empty scene shows, if it can have one."""
        return self.hide or ("unknown" if self.kind == "fixed" else "people")


class Site(ClosedModel):
    site: Literal[1]
    cameras: Annotated[dict[Name, SiteCamera], Field(min_length=1)]
    publish: Publish | None = None
    seal: Seal | None = None


def read_site(text: str, name: str) -> Site:
    """The site that `text` says; `name` is the file's, for errors. Raises Malformed."""
    return typed(Site, text, name, _strange)


def _strange(site: Site) -> Iterable[Problem]:
    named = Counter(login_variable(name) for name in site.cameras)
    for name, camera in site.cameras.items():
        yield from faults(name, camera.events)
        for zone, rule in camera.events.items():
            if rule.kind == "abandoned_object" and camera.hidden != "unknown":
                yield wrong(
                    ("cameras", name, "events", zone, "kind"),
                    "rule-needs-the-scene",
                    rule=rule.kind,
                )
        try:
            host = urlsplit(camera.address).netloc
        except ValueError:
            yield wrong(("cameras", name, "address"), "no-address")
            continue
        if "@" in host:
            yield wrong(("cameras", name, "address"), "login-in-an-address")
        if camera.login_file is None and named[login_variable(name)] > 1:
            yield wrong(("cameras", name), "login-of-two-cameras", variable=login_variable(name))


def login_variable(name: str) -> str:
    """The environment variable that the login of this camera may stand in."""
    return "CONTREJOUR_LOGIN_" + name.upper().replace("-", "_")


def address(name: str, camera: SiteCamera, environment: Mapping[str, str] = os.environ) -> str:
    """The camera's address with its login, which is to be shown to nobody. Raises CameraRefused."""
    login = environment.get(login_variable(name), "")
    if camera.login_file is not None:
        try:
            login = first_line(camera.login_file)
        except (OSError, ValueError) as error:
            raise CameraRefused("login-cannot-be-read", camera=name) from error
        except SignatureError as error:
            raise CameraRefused(error.message) from error
    if not login:
        return camera.address
    user, _, password = login.partition(":")
    parts = urlsplit(camera.address)
    host = f"{quote(user, safe='')}:{quote(password, safe='')}@{parts.netloc}"
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
