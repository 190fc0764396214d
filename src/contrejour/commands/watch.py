"""`contrejour watch`: live cameras, veiled as they come, as far as their plan goes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import public_key
from contrejour.errors import UsageError
from contrejour.language import said

if TYPE_CHECKING:
    from contrejour.config import Site
    from contrejour.watch import Watcher


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
    add("--json", action="store_true", help="what happened, as JSON on standard output")
    watch.set_defaults(run=_watch)


def _watch(args: argparse.Namespace) -> int:
    from contrejour.config import address, read_site
    from contrejour.mandate.plan import Plan
    from contrejour.watch import Models, Watcher, run

    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    site = read_site(files.read_text(args.site), str(args.site))
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    models = Models()
    watchers = [
        Watcher(
            plan, name, site.cameras[name], address(name, site.cameras[name]), args.output / name,
            make=models, offline=args.offline, stopped=stop.is_set,
            sleep=lambda seconds: bool(stop.wait(seconds)), tell=_teller(name),
        )
        for name in _wanted(args, site)
    ]  # fmt: skip
    if args.relearn:
        for watcher in watchers:
            (watcher.out / "scene.npz").unlink(missing_ok=True)
    try:
        run(watchers)
    finally:
        if args.json:
            for watcher in watchers:
                print(json.dumps(_told(watcher)), flush=True)
    return 0


def _wanted(args: argparse.Namespace, site: Site) -> list[str]:
    for name in args.camera:
        if name not in site.cameras:
            known = ", ".join(site.cameras)
            raise UsageError(f"{name} is not in {args.site}", f"one of: {known}")
    return args.camera or list(site.cameras)


def _teller(name: str) -> Callable[[str], None]:
    """Says what happens to one camera, a line at a time."""
    return lambda text: print(f"contrejour: {name}: {said(text)}", file=sys.stderr, flush=True)


def _told(watcher: Watcher) -> dict[str, object]:
    return {"camera": watcher.name, **asdict(watcher.counters)}
