"""`contrejour watch`: live cameras, veiled as they come, as far as their plan goes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import public_key
from contrejour.errors import UsageError
from contrejour.language import said

if TYPE_CHECKING:
    from contrejour.config import Site
    from contrejour.watch import Cameras, Watcher

STOP = ""
"""Among the names of cameras that are over: the program is to end."""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `watch`."""
    watch = commands.add_parser("watch", help="veil live cameras, as far as their plan goes")
    add = watch.add_argument
    add("--plan", type=Path, required=True, metavar="PLAN", help="a compiled plan")
    add("--site", type=Path, required=True, metavar="FILE", help="where the cameras are (YAML)")
    add("--camera", action="append", default=[], metavar="NAME",
        help="one of the site's cameras (default: all)")  # fmt: skip
    add("-o", "--output", type=Path, required=True, metavar="DIR",
        help="a folder for each camera: playlist, segments, still")  # fmt: skip
    add("--pub", type=Path, metavar="FILE",
        help="public key (default: the one that `keys new` made)")  # fmt: skip
    add("--relearn", action="store_true", help="forget the empty scenes, and learn them again")
    add("--offline", action="store_true", help="never fetch a model")
    add("--listen", type=_address, metavar="HOST:PORT",
        help="serve pages, health and metrics there (HTTP, without a login)")  # fmt: skip
    add("--json", action="store_true", help="what happened, as JSON on standard output")
    watch.set_defaults(run=_watch)


def _watch(args: argparse.Namespace) -> int:
    from contrejour.config import address, read_site
    from contrejour.mandate.plan import Plan
    from contrejour.watch import Cameras, Models, Watcher

    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    site = read_site(files.read_text(args.site), str(args.site))
    events: SimpleQueue[str] = SimpleQueue()  # its put may be called by a signal
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: events.put(STOP))
    models = Models()
    watchers = [
        Watcher(
            plan, name, site.cameras[name], address(name, site.cameras[name]), args.output / name,
            make=models, offline=args.offline, tell=_teller(name),
        )
        for name in _wanted(args, site)
    ]  # fmt: skip
    if args.relearn:
        for watcher in watchers:
            (watcher.out / "scene.npz").unlink(missing_ok=True)
    cameras = Cameras(events.put)
    with _served(args, cameras):
        try:
            for watcher in watchers:
                cameras.start(watcher)
            _until_over(cameras, events)
        finally:
            cameras.stop()
            if args.json:
                for watcher in cameras.watchers.values():
                    print(json.dumps(_told(watcher)), flush=True)
    if len(cameras.failed) == len(cameras.watchers):
        raise next(iter(cameras.failed.values()))
    return 0


def _until_over(cameras: Cameras, events: SimpleQueue[str]) -> None:
    """Until it is told to stop, or no camera runs."""
    while any(map(cameras.running, cameras.watchers)) or not events.empty():
        name = events.get()
        if name == STOP:
            return
        if (error := cameras.failed.get(name)) and len(cameras.watchers) > 1:
            cameras.watchers[name].tell(f"{error}: this camera is stopped")


@contextmanager
def _served(args: argparse.Namespace, cameras: Cameras) -> Iterator[None]:
    """Pages, health and metrics, where they were asked for."""
    if not args.listen:
        yield
        return
    from contrejour.serve import Server, Site

    host, port = args.listen
    server = Server(host, port, Site(cameras))
    _say(f"http://{host}:{server.port}/")
    if not server.is_local:
        _say("whoever reaches this address sees the live pictures: put a proxy with a login there")
    server.start()
    try:
        yield
    finally:
        server.stop()


def _wanted(args: argparse.Namespace, site: Site) -> list[str]:
    for name in args.camera:
        if name not in site.cameras:
            known = ", ".join(site.cameras)
            raise UsageError(f"{name} is not in {args.site}", f"one of: {known}")
    return args.camera or list(site.cameras)


def _address(text: str) -> tuple[str, int]:
    """HOST:PORT, [::1]:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise argparse.ArgumentTypeError("an address such as 127.0.0.1:8080")
    return host.strip("[]"), int(port)


def _say(text: str) -> None:
    print(f"contrejour: {said(text)}", file=sys.stderr, flush=True)


def _teller(name: str) -> Callable[[str], None]:
    """Says what happens to one camera, a line at a time."""
    return lambda text: print(f"contrejour: {name}: {said(text)}", file=sys.stderr, flush=True)


def _told(watcher: Watcher) -> dict[str, object]:
    return {"camera": watcher.name, **asdict(watcher.counters)}
