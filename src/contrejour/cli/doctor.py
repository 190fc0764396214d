"""`contrejour doctor`: whether this machine can watch this site."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.language import said
from contrejour.cli import arguments
from contrejour.cli.keyfiles import public_key
from contrejour.cli.sealing import keeping

if TYPE_CHECKING:
    from contrejour.law.mandate.plan import Plan
    from contrejour.live.doctor import Finding
    from contrejour.live.site import Site

MARKS = {"ok": "✓", "warning": "!", "failure": "✗"}


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `doctor`."""
    doctor = commands.add_parser("doctor", help="say whether this machine can watch a site")
    add = doctor.add_argument
    add("--site", type=Path, required=True, metavar="FILE", help="where the cameras are (YAML)")
    add("--plan", type=Path, metavar="PLAN", help="a compiled plan")
    add("--pub", type=Path, metavar="FILE",
        help="public key (default: the one that `keys new` made)")  # fmt: skip
    add("-o", "--output", type=Path, default=Path(), metavar="DIR",
        help="where watch will write (default: here)")  # fmt: skip
    add("--json", action="store_true", help="one JSON object a check on standard output")
    doctor.set_defaults(run=_doctor)


def _doctor(args: argparse.Namespace) -> int:
    from contrejour.live.doctor import Asked, examine

    def site() -> Site:
        from contrejour.live.site import read_site

        return read_site(arguments.read_text(args.site), str(args.site))

    def plan() -> Plan:
        from contrejour.law.mandate.plan import Plan

        return Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])

    code = 0
    for found in examine(Asked(site, plan if args.plan else None, args.output, keeping)):
        print(json.dumps(asdict(found)) if args.json else _line(found), flush=True)
        code = code or found.code
    return code


def _line(found: Finding) -> str:
    hint = f"\n    {said(found.hint)}" if found.hint else ""
    return f"{MARKS[found.state]} {said(found.about)}: {said(found.told)}{hint}"
