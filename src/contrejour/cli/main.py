"""The command line: parse, call one function, print. Only this module exits.

Nothing heavy is imported before a command needs it, so that `--help` is instant.
"""

from __future__ import annotations

import argparse
import errno
import os
import sys
from collections.abc import Sequence

from contrejour.base import stop
from contrejour.base.errors import ContrejourError, OutputFailed
from contrejour.base.files import FREE_SPACE, FULL
from contrejour.base.messages import Message, verbatim
from contrejour.base.shown import standard_streams
from contrejour.base.stderr import MessageLog


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code (see errors.py)."""
    args = argparse.Namespace()
    with standard_streams():
        try:
            from contrejour.cli.parser import new_parser

            args = new_parser().parse_args(argv)
            stop.raise_on_signals()
            return _run(args)
        except KeyboardInterrupt:
            _log(args).complain(ContrejourError("run-interrupted", hint=_resumes(args)))
            return 130


def _run(args: argparse.Namespace) -> int:
    from contrejour.base.children import hide

    try:
        hide()  # any command may hold keys or clear pictures
        return int(args.run(args))
    except ContrejourError as error:
        _log(args).complain(error)
        return error.exit_code
    except stop.Termination:
        _log(args).complain(ContrejourError("run-terminated", hint=_resumes(args)))
        return stop.EXIT_CODE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:  # the system's own word, such as a folder that may not be searched
        told = _told(error)
        _log(args).complain(told)
        return told.exit_code


_HINTS = {
    errno.EACCES: Message("system-refuses-permission"),
    errno.EPERM: Message("system-refuses-permission"),
    errno.EROFS: Message("system-refuses-permission"),
    errno.EEXIST: Message("system-refuses-name"),
    errno.ENOTDIR: Message("system-refuses-name"),
    errno.EISDIR: Message("system-refuses-name"),
    errno.ELOOP: Message("system-refuses-loop"),
}


def _told(error: OSError) -> ContrejourError:
    if error.errno not in FULL:
        if error.filename is None:
            return ContrejourError(verbatim(str(error)))
        hint = _HINTS.get(error.errno or 0)
        return ContrejourError(
            "system-refuses", path=os.fsdecode(error.filename), reason=error.strerror,
            hint=hint,
        )  # fmt: skip
    where = error.filename or Message("the-output")
    return OutputFailed("cannot-be-written", path=where, reason=error.strerror, hint=FREE_SPACE)


def _resumes(args: argparse.Namespace) -> Message | None:
    return Message("resume-goes-on") if "resume" in args else None


def _log(args: argparse.Namespace) -> MessageLog:
    return MessageLog(getattr(args, "log", "text"))
