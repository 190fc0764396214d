"""The command line: parse, call one function, print. Only this module exits.

Nothing heavy is imported before a command needs it, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from contrejour import __version__
from contrejour.base.errors import ContrejourError, OutputFailed
from contrejour.base.language import said
from contrejour.base.stderr import Log

if TYPE_CHECKING:
    pass

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (see errors.py)."""
    args = argparse.Namespace()
    try:
        args = _parser().parse_args(argv)
        signal.signal(signal.SIGTERM, _terminated)
        return _run(args)
    except KeyboardInterrupt:
        _log(args).complain(ContrejourError("interrupted", _resumes(args)))
        return 130


def _run(args: argparse.Namespace) -> int:
    try:
        return int(args.run(args))
    except ContrejourError as error:
        _log(args).complain(error)
        return error.exit_code
    except SystemExit:  # only _terminated raises it in here
        _log(args).complain(ContrejourError("terminated", _resumes(args)))
        return 143
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # the system's own word, such as a folder that may not be searched
        told = _told(error)
        _log(args).complain(told)
        return told.exit_code


def _told(error: OSError) -> ContrejourError:
    if error.errno not in FULL:
        return ContrejourError(str(error))
    where = f"{error.filename or 'the output'} can't be written: {error.strerror}"
    return OutputFailed(where, "free some space, or choose -o elsewhere")


def _resumes(args: argparse.Namespace) -> str:
    return "--resume goes on where it stopped" if "resume" in args else ""


def _log(args: argparse.Namespace) -> Log:
    return Log(getattr(args, "log", "text"))


def _terminated(*_: object) -> NoReturn:
    raise SystemExit(143)


class _Parser(argparse.ArgumentParser):
    """argparse in the reader's language, as far as it lets."""

    def format_help(self) -> str:
        for group in self._action_groups:
            group.title = said(group.title or "")
        for action in self._actions:
            choices = getattr(action, "_choices_actions", [])  # the commands
            for told in (action, *choices):
                told.help = said(told.help) if told.help else None
        self.description = said(self.description) if self.description else None
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"contrejour: error: {said(message)}\n")


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(
        prog="contrejour", description="See what happens, never who.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"contrejour {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    from contrejour.cli import (
        cameras,
        case,
        doctor,
        events,
        keys,
        ledger,
        mandate,
        review,
        seal,
        shred,
        testing,
        veil,
        watch,
    )
    from contrejour.cli.evaluate import add_eval_parser
    from contrejour.cli.models import add_models_parser

    veil.add_parser(commands)
    add_eval_parser(commands)
    add_models_parser(commands)
    mandate.add_parser(commands)
    keys.add_parser(commands)
    ledger.add_parser(commands)
    review.add_parser(commands)
    watch.add_parser(commands)
    cameras.add_parser(commands)
    doctor.add_parser(commands)
    events.add_parser(commands)
    case.add_parser(commands)
    testing.add_parser(commands)
    seal.add_parser(commands)
    shred.add_parser(commands)
    return parser
