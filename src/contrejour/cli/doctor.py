"""`contrejour doctor`: whether this machine can watch this site."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.language import said
from contrejour.base.shown import indented
from contrejour.cli import arguments
from contrejour.cli.command import Command, Option, Switch
from contrejour.cli.keyfiles import PUBLIC_KEY, public_key
from contrejour.cli.sealing import keeping
from contrejour.cli.values import DIR, FILE, file

if TYPE_CHECKING:
    from contrejour.law.mandate.plan import Plan
    from contrejour.live.doctor import CheckResult
    from contrejour.live.site import Site

MARKS = {"ok": "✓", "warning": "!", "failure": "✗"}


def _doctor(args: argparse.Namespace) -> int:
    from contrejour.live.doctor import Examination, examine

    def site() -> Site:
        from contrejour.live.site import read_site

        return read_site(arguments.read_text(args.site), str(args.site))

    def plan() -> Plan:
        from contrejour.law.mandate.plan import Plan

        return Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])

    code = 0
    for found in examine(Examination(site, plan if args.plan else None, args.output, keeping)):
        print(json.dumps(_row(found)) if args.json else _line(found), flush=True)
        code = code or found.code
    return code


def _about(found: CheckResult) -> str:
    return found.about if isinstance(found.about, str) else said(found.about)


def _row(found: CheckResult) -> dict[str, object]:
    return {
        "about": str(found.about), "state": found.state, "told": str(found.told),
        "hint": str(found.hint or ""), "code": found.code,
    }  # fmt: skip


def _line(found: CheckResult) -> str:
    hint = f"\n{said(found.hint)}" if found.hint else ""
    return indented(f"{MARKS[found.state]} {_about(found)}: {said(found.told)}{hint}")


DOCTOR = Command(
    "doctor",
    help="say whether this machine can watch a site",
    run=_doctor,
    arguments=(
        Option("--site", FILE, required=True, help="where the cameras are (YAML)"),
        Option("--plan", file("PLAN"), help="a compiled plan"),
        PUBLIC_KEY,
        Option(
            "--output",
            DIR,
            short="-o",
            default=Path(),
            help="where watch will write (default: here)",
        ),
        Switch("--json", help="one JSON object a check on standard output"),
    ),
)
