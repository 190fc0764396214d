"""`contrejour watch`: live cameras, veiled as they come, as far as their plan goes."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

from contrejour.base.ending import finally_each
from contrejour.base.errors import ContrejourError, Unsupported
from contrejour.base.messages import Message
from contrejour.base.stderr import MessageLog
from contrejour.cli import arguments
from contrejour.cli.arguments import OFFLINE, PUBLIC_LOG
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.configuration import Configuration
from contrejour.cli.keyfiles import PUBLIC_KEY
from contrejour.cli.sealing import SealingSetup
from contrejour.cli.values import ADDRESS, DIR, FILE, NAME, file, text

if TYPE_CHECKING:
    from contrejour.live.watch import CameraConfig, Events, RunningCameras, Watcher


def _watch(args: argparse.Namespace) -> int:
    from contrejour.live.watch import (
        RELOAD,
        STOP,
        ConfiguredCameras,
        Models,
        RunningCameras,
        Watcher,
    )

    log = MessageLog(args.log)
    log.catch_all()
    events: SimpleQueue[str] = SimpleQueue()  # its put may be called by a signal
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: events.put(STOP))
    signal.signal(signal.SIGHUP, lambda *_: events.put(RELOAD))
    _look_at_sandbox(args.require_sandbox, log)
    read = Configuration(args.site, args.plan, args.pub, tuple(args.camera), args.output, log)
    models, sealing = Models(), SealingSetup(partial(log.say, code="sealed", level="warning"))

    def made(wanted: CameraConfig) -> Watcher:
        return Watcher(
            wanted.plan, wanted.name, wanted.place, wanted.address, args.output / wanted.name,
            make=models, offline=args.offline, tell=log.teller(wanted.name),
            events=partial(_events, wanted, args.output, log) if wanted.place.events else None,
            sealed=partial(sealing.of, wanted.seal) if wanted.seal else None,
        )  # fmt: skip

    run = ConfiguredCameras(read.again, RunningCameras(events.put), made, log)
    first = read.at_start()
    if args.relearn:
        for name in first:
            (args.output / name / "scene.npz").unlink(missing_ok=True)
    with (
        _served(args, run.cameras, log),
        read.watched(args.watch_config, lambda: events.put(RELOAD)),
    ):
        told = [partial(_print, run.cameras)] if args.json else []
        say = partial(log.say, code="ended-badly", level="error")
        with finally_each(run.cameras.stop, sealing.close, *told, tell=say):
            run.change(first)
            run.until_over(events)
    failed = run.cameras.failed
    if len(failed) == len(run.cameras.watchers):
        raise next(iter(failed.values()))
    return 0


def _look_at_sandbox(required: bool, log: MessageLog) -> None:
    """Say once what holds the cameras' processes, where that isn't everything.

    Raises Unsupported where it is required.
    """
    from contrejour.media import Sandbox, sandbox_here

    lacks = {Sandbox.SECCOMP: "sandbox-without-landlock", Sandbox.LIMITS: "sandbox-weak"}
    if (lack := lacks.get(sandbox_here())) is None:
        return
    if required:
        raise Unsupported(lack)
    log.say(Message(lack), "sandbox", level="warning")


def _events(wanted: CameraConfig, output: Path, log: MessageLog) -> Events:
    """What becomes of one camera's events. Raises what is refused, unreadable or in use."""
    from contrejour.cli.signals import destinations
    from contrejour.law.mandate.vocabulary import EVENTS, Act
    from contrejour.live.signals import Signals
    from contrejour.live.site.rates import read_rates
    from contrejour.live.watch import Events, acts_of

    name, zones, tell = wanted.name, wanted.place.events, log.teller(wanted.name)
    rates = {
        zone: read_rates(arguments.read_text(rule.error_rates), str(rule.error_rates))
        for zone, rule in zones.items() if rule.error_rates
    }  # fmt: skip
    asking = [grant for grant in wanted.plan.grants(name) if grant.acts & EVENTS]
    folder = output / name
    signals = Signals(
        folder / "signals", destinations(wanted.publish, name) if wanted.publish else (),
        {role for grant in asking for role in grant.roles}, tell=tell,
    )  # fmt: skip
    try:
        keeps = Act.RECORD in acts_of(wanted.plan, name)
        return Events(
            wanted.plan, name, zones, rates, signals, out=folder if keeps else None, tell=tell
        )
    except ContrejourError:
        signals.close()
        raise


@contextmanager
def _served(args: argparse.Namespace, cameras: RunningCameras, log: MessageLog) -> Iterator[None]:
    """Pages, health and metrics, where they were asked for."""
    if not args.listen:
        yield
        return
    from contrejour.live.pages import Server, SitePages

    host, port = args.listen
    broke = partial(log.say, code="http-broke", level="error")
    pages = SitePages(cameras, log=args.public_log)
    server = Server(host, port, pages, names=args.host_name, broke=broke)
    shown = f"[{host}]" if ":" in host else host
    log.say(Message("http-listens", url=f"http://{shown}:{server.port}/"), "http-listens")
    if not server.is_local:
        log.say(Message("http-open-to-all"), "http-open", "warning")
    server.start()
    try:
        yield
    finally:
        server.stop()


def _print(cameras: RunningCameras) -> None:
    for watcher in cameras.watchers.values():
        print(json.dumps(_told(watcher)), flush=True)


def _told(watcher: Watcher) -> dict[str, object]:
    return {"camera": watcher.name, **asdict(watcher.counters)}


WATCH = Command(
    "watch",
    help="veil live cameras, as far as their plan goes",
    run=_watch,
    arguments=(
        Option("--plan", file("PLAN"), required=True, help="a compiled plan"),
        Option("--site", FILE, required=True, help="where the cameras are (YAML)"),
        Option("--camera", NAME, repeated=True, help="one of the site's cameras (default: all)"),
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="a folder for each camera: playlist, segments, still",
        ),
        PUBLIC_KEY,
        Option(
            "--listen",
            ADDRESS,
            help="serve pages, health and metrics there (HTTP, without a login)",
        ),
        Option(
            "--host-name",
            text("NAME"),
            repeated=True,
            help="a name in Host that the pages are asked for by, beside their address",
        ),
        PUBLIC_LOG,
        Switch(
            "--watch-config",
            help="read site file and plan again when they change (else: on SIGHUP)",
        ),
        Switch("--relearn", help="forget the empty scenes, and learn them again"),
        Switch(
            "--require-sandbox",
            help="refuse where this machine can't shut in what decodes a camera",
        ),
        OFFLINE,
        Option(
            "--log",
            choices=("text", "json"),
            default="text",
            help="what is said on standard error: sentences, or a JSON object a line",
        ),
        Switch("--json", help="what happened, as JSON on standard output"),
    ),
)
