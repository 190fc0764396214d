"""The table of all commands, in the order in which `--help` shows them."""

from __future__ import annotations

import argparse

from contrejour.cli.cameras import CAMERAS
from contrejour.cli.case import CASE
from contrejour.cli.command import Argument, Command
from contrejour.cli.completion import SHELLS, script
from contrejour.cli.doctor import DOCTOR
from contrejour.cli.evaluate import EVAL
from contrejour.cli.events import EVENTS
from contrejour.cli.keys import KEYS
from contrejour.cli.ledger import LEDGER
from contrejour.cli.mandate import MANDATE
from contrejour.cli.models import MODELS
from contrejour.cli.review import REVIEW
from contrejour.cli.seal import OPEN, SEAL
from contrejour.cli.shred import SHRED
from contrejour.cli.testing import TESTING
from contrejour.cli.veil import VEIL
from contrejour.cli.watch import WATCH


def _completion(args: argparse.Namespace) -> int:
    print(script(args.shell, COMMANDS), end="")
    return 0


COMPLETION = Command(
    "completion",
    help="a script that completes this command line in a shell",
    run=_completion,
    arguments=(Argument("shell", choices=tuple(SHELLS), help="the shell that reads it"),),
)
COMMANDS: tuple[Command, ...] = (
    VEIL, EVAL, MODELS, MANDATE, KEYS, LEDGER, REVIEW, WATCH, CAMERAS, DOCTOR, EVENTS, CASE,
    TESTING, SEAL, OPEN, SHRED, COMPLETION,
)  # fmt: skip
