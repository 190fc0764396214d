"""`contrejour veil`: a thin skin over `contrejour.recorded`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import ContrejourError, OutputExists, UsageError
from contrejour.base.language import said
from contrejour.base.stderr import MessageLog, warn
from contrejour.cli.arguments import FORCE, OFFLINE, REQUIRE_SANDBOX, look_at_sandbox
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.seal import KEYSET, VOTED, Sealer
from contrejour.cli.values import FILE, ArgumentType, file

if TYPE_CHECKING:
    from contrejour.base.fixed import FixedFile
    from contrejour.recorded.inputs import Target
    from contrejour.recorded.pictures import Detectors
    from contrejour.recorded.request import Options, Step, Summary


def _jobs(text: str) -> int:
    count = int(text)
    if not 1 <= count <= 1024:
        raise argparse.ArgumentTypeError(said("from-to", least=1, most=1024))
    return count


def _run(args: argparse.Namespace) -> int:
    from contrejour.cli import progress
    from contrejour.recorded import inputs
    from contrejour.recorded.request import Options
    from contrejour.recorded.vouched import is_done

    if args.fill in ("blur", "mosaic"):
        why = UsageError("cosmetic-fill", fill=args.fill)
        if not args.cosmetic:
            raise why
        warn(why.message)
    look_at_sandbox(required=args.require_sandbox)
    targets = inputs.targets(args.inputs, args.output)
    if len(targets) > 1 and (args.masks or args.report):
        raise UsageError("masks-and-report-of-one-input")
    if not args.force and not args.resume:
        _refuse_existing(targets)
    sealer = None
    if args.seal_to:
        sealer = Sealer(args, args.seal_to)
    options = Options(
        hide=args.hide, fill=args.fill, masks=args.masks, keep_audio=args.audio == "keep",
        allow_truncated=args.allow_truncated, force=args.force, resume=args.resume,
        offline=args.offline, jobs=args.jobs, report=args.report,
    )  # fmt: skip
    others = [args.seal_to, *(args.keyset or ()), args.plan, args.pub]
    read = [Path(other) for other in others if other]
    inputs.demand_apart(targets, options, read, sealed=bool(args.seal_to))
    detectors = None
    if any(target.picture for target in targets):
        from contrejour.recorded.pictures import Detectors

        detectors = Detectors(options)
    failed = 0
    for target in targets:
        with progress.shown(target.source, args.json) as show:
            try:
                taken = inputs.take(target.source)  # what is sealed is what is veiled
                done = args.resume and is_done(taken, target.out, options)
                if sealer:
                    sealer.keep(taken, inputs.sealed_name(target.out), resume=args.resume)
                if done:
                    continue  # atomic: what is there is whole
                with inputs.at_fault(target.source):
                    summary = _one(target, taken, options, detectors, show.step)
            except ContrejourError as error:
                if len(targets) == 1:
                    raise
                MessageLog().complain(error)
                failed = failed or error.exit_code
                continue
            show.done(summary)
    return failed


def _one(
    target: Target, taken: FixedFile, options: Options, detectors: Detectors | None, step: Step
) -> Summary:
    if detectors and target.picture:
        from contrejour.recorded.pictures import veil_picture

        return veil_picture(taken, target.out, options, detectors)
    from contrejour.recorded.run import veil_video

    return veil_video(taken, target.out, options, step)


def _refuse_existing(targets: Sequence[Target]) -> None:
    for target in targets:
        if target.out.exists():
            raise OutputExists("output-exists-resume", out=target.out)


VEIL = Command(
    "veil",
    help="erase every person from videos and pictures",
    run=_run,
    arguments=(
        Argument("inputs", file("INPUT"), count="+", help="a video, a picture, or a folder"),
        Option("--output", file("OUT"), short="-o", help="a file, or a folder for several inputs"),
        Option(
            "--hide",
            choices=("people", "faces", "unknown"),
            default="people",
            help="people (default), faces, or all that is not the proven empty scene",
        ),
        Option(
            "--fill",
            choices=("solid", "background", "blur", "mosaic"),
            default="solid",
            help="what stands there instead; blur and mosaic need --cosmetic",
        ),
        Switch("--cosmetic", help="accept a fill that can be undone"),
        Option("--masks", FILE, help="hide what this masks file says, look for nothing"),
        Option(
            "--audio", choices=("drop", "keep"), default="drop", help="sound (a voice identifies)"
        ),
        Option("--report", FILE, help="a page (HTML) to check the result with"),
        Switch("--allow-truncated", help="veil what is left of a file cut short"),
        FORCE,
        Switch("--resume", help="go on with a run that was stopped"),
        OFFLINE,
        REQUIRE_SANDBOX,
        Option(
            "--jobs",
            ArgumentType("N", _jobs),
            short="-j",
            default=os.cpu_count() or 1,
            help="worker processes (default: one a core)",
        ),
        Switch("--json", help="one JSON object a step on standard output"),
        Option(
            "--seal-to",
            file("POLICY"),
            help="keep the original too, sealed for this policy, in OUT.sealed",
        ),
        KEYSET,
        *VOTED,
    ),
)
