"""`contrejour models list | fetch | verify`: a thin skin over `contrejour.vision.detect.models`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from typing import TYPE_CHECKING

from contrejour.base.errors import ModelError
from contrejour.base.shown import drawn
from contrejour.cli.command import Command, Switch

if TYPE_CHECKING:
    from contrejour.vision.detect.models import Progress


@contextmanager
def download_bar() -> Iterator[Progress | None]:
    """Yield a `progress` for `ensure` that draws a bar on a terminal; None when piped."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # only where there is a bar to draw

    # Nothing is drawn in the first moments: mostly there is nothing to download.
    with tqdm(
        unit="B", unit_scale=True, unit_divisor=1024, leave=False, delay=0.3,
        file=drawn(sys.stderr),
    ) as bar:  # fmt: skip

        def progress(name: str, had_bytes: int, all_bytes: int) -> None:
            bar.set_description(name, refresh=False)
            bar.total = all_bytes
            bar.update(had_bytes - bar.n)  # less than before, when the next model begins

        yield progress


def _fetch(args: argparse.Namespace) -> int:
    from contrejour.vision.detect.models import fetch_all

    with download_bar() as progress:
        folders = fetch_all(offline=args.offline, progress=progress)
    if sys.stdout.isatty():
        print("\n".join(f"{folder.name}: {folder}" for folder in folders))
    return 0


def _verify(args: argparse.Namespace) -> int:
    """Raises ModelError, unless all are right."""
    from contrejour.vision.detect.models import FileState, cache_dir, verify

    kept = verify()
    for one in kept:
        if args.json:
            row = {"model": one.model.name, "path": str(one.path), "state": one.state}
            print(json.dumps(row | {"expected": one.file.sha256, "found": one.found_sha256}))
        else:
            print(f"{one.state:8} {one.path}")
    bad = [one for one in kept if one.state is not FileState.SOUND]
    if bad:
        raise ModelError("model-files-bad", bad=len(bad), all=len(kept), folder=cache_dir())
    return 0


def _list(args: argparse.Namespace) -> int:
    from contrejour.vision.detect.models import FileState, cache_dir, verify

    for model, group in groupby(verify(), key=lambda one: one.model):
        files = list(group)
        state = max((one.state for one in files), key=list(FileState).index)
        size_bytes = sum(one.file.size_bytes for one in files)
        if args.json:
            row = {"name": model.name, "state": state, "size_bytes": size_bytes}
            row |= {"licence": model.licence, "purpose": model.purpose, "source": model.source}
            row |= {"carrier": model.requirement, "folder": str(files[0].path.parent)}
            print(json.dumps(row | {"sha256": {one.file.name: one.file.sha256 for one in files}}))
        else:
            print(
                f"{model.name:16} {state:8} {size_bytes / 1e6:5.1f} MB"
                f"  {model.licence:11} {model.purpose}"
            )
    if not args.json:
        print(f"kept in {cache_dir()}")
    return 0


JSON = Switch("--json", help="one JSON object per line")
MODELS = Command(
    "models",
    help="the detectors' weights: list, fetch, verify",
    metavar="ACTION",
    commands=(
        Command(
            "list",
            help="say which models there are, and which are here",
            run=_list,
            arguments=(JSON,),
        ),
        Command(
            "fetch",
            help="download what is missing, replace what is wrong",
            run=_fetch,
            arguments=(Switch("--offline", help="download nothing; fail if anything is missing"),),
        ),
        Command(
            "verify",
            help="hash every file again; fail unless all are right",
            run=_verify,
            arguments=(JSON,),
        ),
    ),
)
