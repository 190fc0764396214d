"""`contrejour watch`: live cameras, veiled as they come, as far as their plan goes."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import files
from contrejour.commands.keys import public_key
from contrejour.errors import UsageError
from contrejour.language import said

if TYPE_CHECKING:
    from contrejour.watch import Watcher


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `watch`."""
    watch = commands.add_parser("watch", help="veil live cameras, as far as their plan goes")
    add = watch.add_argument
    add("--plan", type=Path, required=True, metavar="PLAN", help="a compiled plan")
    add("--site", type=Path, required=True, metavar="FILE", help="where the cameras are (YAML)")
    add("--camera", required=True, metavar="NAME", help="which camera of the plan and the site")
    add("-o", "--output", type=Path, required=True, metavar="DIR", help="playlist and segments")
    add("--pub", type=Path, metavar="FILE",
        help="public key (default: the one that `keys new` made)")  # fmt: skip
    add("--offline", action="store_true", help="never fetch a model")
    add("--json", action="store_true", help="one JSON object a step on standard output")
    watch.set_defaults(run=_watch)


def _watch(args: argparse.Namespace) -> int:
    from contrejour.config import address, read_site
    from contrejour.mandate.plan import Plan
    from contrejour.watch import Watcher

    plan = Plan(files.read_bytes(args.plan), [public_key(args.pub)])
    site = read_site(files.read_text(args.site), str(args.site))
    if args.camera not in site.cameras:
        known = ", ".join(site.cameras)
        raise UsageError(f"{args.camera} is not in {args.site}", f"one of: {known}")
    camera = site.cameras[args.camera]
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watcher = Watcher(
        plan, args.camera, camera, address(args.camera, camera), args.output / args.camera,
        offline=args.offline, stopped=stop.is_set,
        sleep=lambda seconds: bool(stop.wait(seconds)),
        tell=lambda text: print(f"contrejour: warning: {said(text)}", file=sys.stderr, flush=True),
    )  # fmt: skip
    try:
        watcher.run()
    finally:
        if args.json:
            print(json.dumps(_told(watcher)), flush=True)
    return 0


def _told(watcher: Watcher) -> dict[str, object]:
    counted = watcher.counters
    return {
        "camera": watcher.name,
        "frames": counted.frames,
        "frames_veiled_whole": counted.veiled_whole,
        "reasons": counted.reasons,
        "reconnects": counted.reconnects,
        "clock_jumps": counted.jumps,
    }
