"""`contrejour cameras discover`: which cameras are there, as a site file has them."""

from __future__ import annotations

import argparse
import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import asdict
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.digits import whole
from contrejour.base.errors import CameraError, InputMissing, UsageError
from contrejour.base.language import said
from contrejour.base.messages import Message
from contrejour.base.secret_file import first_line
from contrejour.cli import arguments
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.values import FILE, ArgumentType

if TYPE_CHECKING:
    from contrejour.media.onvif import Device


def _address(text: str) -> tuple[str, int]:
    from contrejour.media.onvif.probe import PORT

    host, _, port = text.partition(":")
    number = whole(port) if port else PORT
    if not host or number is None or number > 65535:
        raise argparse.ArgumentTypeError(said("argument-host"))
    return host, number


def _discover(args: argparse.Namespace) -> int:
    from concurrent.futures import ThreadPoolExecutor

    from contrejour.live.site import read_site
    from contrejour.media.onvif import ask, probe

    if args.login_file and (not args.address or _is_group(args.address[0])):
        raise UsageError("login-for-nobody-named")
    login = _login(args.login_file) if args.login_file else ""
    known = read_site(arguments.read_text(args.site), str(args.site)).cameras if args.site else {}
    found = probe(*args.address) if args.address else probe()
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda address: _asked(ask, address, login, args.login_in_clear), found)
        )
    devices = [each for each in answers if not isinstance(each, CameraError)]
    failed = [each for each in answers if isinstance(each, CameraError)]
    places = {name: place.address for name, place in known.items()}
    told = map(_json, devices) if args.json else site_lines(devices, places, args.login_file)
    for line in told:
        print(line, flush=True)
    if failed:  # the others are told all the same
        failed[0].others = tuple(failed[1:])
        raise failed[0]
    return 0


def _is_group(host: str) -> bool:
    """Whether it is an address of many, any of which answers."""
    with suppress(OSError):  # a name that nobody knows is nobody's: the Probe says so
        return ip_address(socket.gethostbyname(host)).is_multicast
    return False


def _asked(
    ask: Callable[..., Device], address: str, login: str, in_clear: bool
) -> Device | CameraError:
    try:
        return ask(address, login, in_clear=in_clear)
    except CameraError as error:
        return error


def _login(file: Path) -> str:
    """Raises SignatureError, InputMissing."""
    with suppress(OSError, ValueError):
        if ":" in (login := first_line(file)):
            return login
    raise InputMissing("login-file-empty", file=file)


def _json(device: Device) -> str:
    from contrejour.media.onvif import choose

    chosen, why = choose(device.profiles)
    return json.dumps({
        "device": device.address, "manufacturer": device.maker, "model": device.model,
        "firmware": device.firmware, "clock_ahead_s": round(device.ahead.total_seconds()),
        "profiles": [asdict(profile) for profile in device.profiles],
        "chosen": chosen.token if chosen else None, "why": str(why),
    })  # fmt: skip


def site_lines(
    devices: Sequence[Device], known: Mapping[str, str], login_file: Path | None
) -> Iterator[str]:
    """A site file of the cameras that are not `known` (name, address), as `config` reads it.

    What each camera sends is in comments, with why one stream of it was chosen.
    """
    from contrejour.media.onvif import choose

    names, begun = set(known), False
    for device in devices:
        chosen, why = choose(device.profiles)
        yield f"# {device.host}: {device.maker} {device.model} {device.firmware}"
        for each in device.profiles:
            note = f"   <- {said(why)}" if each is chosen else ""
            size = f"{each.width}x{each.height} {each.rate:g}/s"
            yield f"#   {each.name}: {each.codec} {size} {each.address}{note}"
        if chosen is None or chosen.address in known.values():
            yield f"#   {said(why if chosen is None else Message('stream-in-site'))}"
            continue
        if not begun:
            yield from ("site: 1", "cameras:")
            begun = True
        name = _name(device, names)
        names.add(name)
        yield f"  {name}:"
        yield f"    address: {json.dumps(chosen.address)}"
        if login_file:
            yield f"    login_file: {json.dumps(str(login_file.absolute()))}"


def _name(device: Device, taken: Set[str]) -> str:
    model = re.sub("[^a-z0-9]+", "-", device.model.lower()).strip("-") or "camera"
    name = f"{model[:40]}-{device.host}"[:70]
    more = (f"{name}-{number}" for number in count(2))
    return name if name not in taken else next(each for each in more if each not in taken)


DISCOVER = Command(
    "discover",
    help="ask who is there (ONVIF), and print a site file",
    run=_discover,
    arguments=(
        Option(
            "--address",
            ArgumentType("HOST:PORT", _address),
            help="ask this one alone (default: everybody, by multicast)",
        ),
        Option("--login-file", FILE, help="file whose first line is user:password of --address"),
        Switch("--login-in-clear", help="prove the login in a way that others can use who hear it"),
        Option("--site", FILE, help="leave out the cameras that this site file has"),
        Switch("--json", help="one JSON object a camera on standard output"),
    ),
)
CAMERAS = Command("cameras", help="find cameras in the network", commands=(DISCOVER,))
