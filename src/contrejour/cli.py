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
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from contrejour import __version__
from contrejour.errors import ContrejourError, OutputExists, OutputFailed, UsageError
from contrejour.language import said
from contrejour.log import Log

if TYPE_CHECKING:
    from contrejour.inputs import Target
    from contrejour.pictures import Detectors
    from contrejour.request import Options, Step, Summary

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
WHY_COSMETIC = (
    "{fill} is computed from what it hides and can be undone (published attacks name 57 to 96 % "
    "of blurred faces): this output is not anonymous"
)


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
    _add_veil(commands)
    from contrejour.commands import (
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
        watch,
    )
    from contrejour.detect.command import add_models_parser
    from contrejour.evaluate import add_eval_parser

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


def _add_veil(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    veil = commands.add_parser(
        "veil", help="erase every person from videos and pictures", allow_abbrev=False
    )
    add = veil.add_argument
    add("inputs", nargs="+", type=Path, metavar="INPUT", help="a video, a picture, or a folder")
    add("-o", "--output", type=Path, metavar="OUT", help="a file, or a folder for several inputs")
    add("--hide", choices=("people", "faces", "unknown"), default="people",
        help="people (default), faces, or all that is not the proven empty scene")  # fmt: skip
    add("--fill", choices=("solid", "background", "blur", "mosaic"), default="solid",
        help="what stands there instead; blur and mosaic need --cosmetic")  # fmt: skip
    add("--cosmetic", action="store_true", help="accept a fill that can be undone")
    add(
        "--masks",
        type=Path,
        metavar="FILE",
        help="hide what this masks file says, look for nothing",
    )
    add("--audio", choices=("drop", "keep"), default="drop", help="sound (a voice identifies)")
    add("--report", type=Path, metavar="FILE", help="a page (HTML) to check the result with")
    add("--allow-truncated", action="store_true", help="veil what is left of a file cut short")
    add("--force", action="store_true", help="replace an existing output")
    add("--resume", action="store_true", help="go on with a run that was stopped")
    add("--offline", action="store_true", help="never fetch a model")
    add("-j", "--jobs", type=_jobs, default=os.cpu_count() or 1, metavar="N",
        help="worker processes (default: one a core)")  # fmt: skip
    add("--json", action="store_true", help="one JSON object a step on standard output")
    add("--seal-to", type=Path, metavar="POLICY",
        help="keep the original too, sealed for this policy, in OUT.sealed")  # fmt: skip
    add("--keyset", type=Path, action="append", default=[], metavar="NOTE",
        help="what a party published with `keys publish`; again for each party")  # fmt: skip
    veil.set_defaults(run=_veil)


def _jobs(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1024:
        raise argparse.ArgumentTypeError("from 1 to 1024")
    return count


def _veil(args: argparse.Namespace) -> int:
    from contrejour import inputs, progress
    from contrejour.pipeline import is_done
    from contrejour.request import Options

    if args.fill in ("blur", "mosaic"):
        why = WHY_COSMETIC.format(fill=args.fill)
        if not args.cosmetic:
            raise UsageError(why, "use --fill solid, or accept it with --cosmetic")
        print(f"contrejour: warning: {said(why)}", file=sys.stderr)
    targets = inputs.targets(args.inputs, args.output)
    if len(targets) > 1 and (args.masks or args.report):
        raise UsageError("--masks and --report are for one input", "veil the files one by one")
    if not args.force and not args.resume:
        _refuse_existing(targets)
    sealer = None
    if args.seal_to:
        from contrejour.commands.seal import Sealer

        sealer = Sealer(args.seal_to, args.keyset)
    options = Options(
        hide=args.hide, fill=args.fill, masks=args.masks, keep_audio=args.audio == "keep",
        allow_truncated=args.allow_truncated, force=args.force, resume=args.resume,
        offline=args.offline, jobs=args.jobs, report=args.report,
    )  # fmt: skip
    detectors = None
    if any(target.picture for target in targets):
        from contrejour.pictures import Detectors

        detectors = Detectors(options)
    failed = 0
    for target in targets:
        if args.resume and is_done(target.out):
            continue  # atomic: what is there is whole
        with progress.shown(target.source, args.json) as show:
            try:
                if sealer and not (args.resume and _sealed(target).exists()):
                    sealer.seal(target.source, _sealed(target))
                summary = _one(target, options, detectors, show.step)
            except ContrejourError as error:
                if len(targets) == 1:
                    raise
                Log().complain(error)
                failed = failed or error.exit_code
                continue
            show.done(summary)
    return failed


def _one(target: Target, options: Options, detectors: Detectors | None, step: Step) -> Summary:
    if detectors and target.picture:
        from contrejour.pictures import veil_picture

        return veil_picture(target.source, target.out, options, detectors)
    from contrejour.pipeline import veil_video

    return veil_video(target.source, target.out, options, step)


def _sealed(target: Target) -> Path:
    """Where its original is kept, sealed."""
    return target.out.with_name(f"{target.out.name}.sealed")


def _refuse_existing(targets: Sequence[Target]) -> None:
    for target in targets:
        if target.out.exists():
            raise OutputExists(
                f"{target.out} exists", "--force replaces it, --resume keeps what is done"
            )
