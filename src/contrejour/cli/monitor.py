"""`contrejour ledger monitor`: watch a log, once or for ever, and raise the alarm."""

from __future__ import annotations

import argparse
import json
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import LedgerError, OutputExists, UsageError
from contrejour.base.language import said
from contrejour.base.stderr import write_line
from contrejour.base.stop import Termination
from contrejour.cli import arguments, epochs
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.values import FILE, SECONDS, ArgumentType, text

if TYPE_CHECKING:
    from contrejour.custody.ledger.alarms import Alarm, Expectations
    from contrejour.custody.ledger.monitor import Monitor
    from contrejour.custody.ledger.sightings import Sightings
    from contrejour.custody.ledger.verify import Trust, TrustedCheckpoint


def _monitor(args: argparse.Namespace) -> int:
    from contrejour.cli.monitor_page import page
    from contrejour.custody.ledger.monitor import Monitor
    from contrejour.custody.ledger.verify import read_trust
    from contrejour.custody.ledger.web import opened

    if args.page and not args.every:
        raise UsageError("page-goes-with-every")
    trust = read_trust(arguments.read_text(args.policy))
    last = _last(args.state, trust) if args.state.exists() else None
    monitor = Monitor(
        trust, _wanted(args), seen=last.checkpoint if last else None,
        sightings=_sightings(args.state, last, trust), max_age_s=args.max_age, new=_print,
    )  # fmt: skip
    standing: list[Alarm] = []
    with suppress(*([KeyboardInterrupt, Termination] if args.every else [])):
        while True:
            with opened(args.folder) as read:
                alarms = monitor.look(read, time.time())
            _tell(standing, alarms, args.json)
            standing = alarms
            _keep(args.state, monitor)
            if args.page:
                seen = monitor.believed[1] if monitor.believed else None
                now = times.now()
                told = page(arguments.speak(None), now, args.every, seen, alarms)
                arguments.write_new(args.page, told, force=True)
            if not args.every:
                break
            time.sleep(args.every)
    if monitor.believed:
        show(monitor.believed[1])
    if standing and not args.every:
        raise LedgerError("alarms-stand", alarms=len(standing))
    return 0


def _wanted(args: argparse.Namespace) -> Expectations:
    from contrejour.custody.ledger.alarms import expectations

    policies = [arguments.read_bytes(path) for path in args.open_policy]
    return expectations(
        policies, epochs.end_of(args), timedelta(seconds=args.batch), epochs.waits(args)
    )


def _sightings(state: Path, last: TrustedCheckpoint | None, trust: Trust) -> Sightings:
    """Those beside the state; a state without them tells of one. Raises Malformed."""
    from contrejour.custody.ledger.sightings import Sightings
    from contrejour.custody.ledger.verify import cosigned_at

    beside = _beside(state)
    if last and beside.exists():
        return Sightings.of_text(arguments.read_text(beside), str(beside))
    found = Sightings()
    if last and (at := cosigned_at(last, trust)):
        found.add(last.checkpoint.size, int(at.timestamp()))
    return found


def _beside(state: Path) -> Path:
    return state.with_name(f"{state.name}.sightings")


def _last(path: Path, trust: Trust) -> TrustedCheckpoint:
    from contrejour.custody.ledger.verify import check_checkpoint
    from contrejour.custody.note import parse

    return check_checkpoint(parse(arguments.read_bytes(path)), trust)


def _print(entry: bytes) -> None:
    text = entry.decode(errors="replace")
    if text.isprintable():
        print(text, flush=True)


def _keep(state: Path, monitor: Monitor) -> None:
    """What was believed last, and the first that doesn't go on from it. Raises OutputFailed."""
    if monitor.believed:
        arguments.write_new(_beside(state), str(monitor.sightings).encode(), force=True)
        arguments.write_new(state, str(monitor.believed[0]).encode(), force=True)
    if monitor.accused:
        with suppress(OutputExists):
            arguments.write_new(
                state.with_name(f"{state.name}.fork"), str(monitor.accused).encode()
            )


def _tell(before: list[Alarm], now: list[Alarm], as_json: bool) -> None:
    """Each alarm once, and once when it is over."""
    at = times.utc(times.now())
    old, new = set(before), set(now)
    for word, alarms, told in (("over", before, new), ("alarm", now, old)):
        for each in (each for each in alarms if each not in told):
            write_line(f"contrejour: {word}: {said(each.message)}")
            if each.hint and word == "alarm":
                write_line(f"contrejour: hint: {said(each.hint)}")
            if as_json:
                print(
                    json.dumps({word: each.kind, "at": at, "text": str(each.message)}), flush=True
                )


def show(seen: TrustedCheckpoint) -> None:
    """On standard error: the log, its size, who saw it when."""
    by = ", ".join(
        f"{name} {datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
        for name, at in seen.by.items()
    )
    write_line(f"{seen.checkpoint.origin} {seen.checkpoint.size} {by or '-'}")


LOG = Argument("folder", text("DIR|URL", "folder"), help="the log's folder, or its address")
POLICY = Option(
    "--policy",
    FILE,
    required=True,
    help="which logs and witnesses are believed (c2sp.org/tlog-policy)",
)
MAX_AGE = Option(
    "--max-age",
    ArgumentType("SECONDS", int),
    help="how old a cosignature may be (default: as old as it is)",
)
MONITOR = Command(
    "monitor",
    help="what a log says that is new, or wrong",
    run=_monitor,
    arguments=(
        LOG,
        POLICY,
        MAX_AGE,
        Option(
            "--state", FILE, required=True, help="the checkpoint that was seen last; it is replaced"
        ),
        Option("--every", SECONDS, help="go on, and look again so often"),
        Option(
            "--open-policy",
            FILE,
            repeated=True,
            help="who opens, and holds the keys of each day; of each that orders name",
        ),
        *epochs.UNTIL,
        Option(
            "--batch",
            SECONDS,
            default=600.0,
            help="how often a recorder writes what it sealed (default: 600)",
        ),
        Option(
            "--page",
            FILE,
            help="with --every: a page that says how the log is, written anew each time",
        ),
        Switch("--json", help="alarms as JSON as well, a line each"),
    ),
)
