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

if TYPE_CHECKING:
    from contrejour.vision.detect.models import CachedFile, Progress


def add_models_parser(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
) -> argparse.ArgumentParser:
    """Add `models` and its three actions to the command line."""
    parser = subparsers.add_parser(
        "models", help="the detectors' weights: list, fetch, verify", allow_abbrev=False
    )
    parser.set_defaults(run=run_models)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="say which models there are, and which are here")
    fetching = actions.add_parser("fetch", help="download what is missing, replace what is wrong")
    verifying = actions.add_parser(
        "verify", help="hash every file again; fail unless all are right"
    )
    for action in (listing, verifying):
        action.add_argument("--json", action="store_true", help="one JSON object per line")
    fetching.add_argument(
        "--offline", action="store_true", help="download nothing; fail if anything is missing"
    )
    return parser


def run_models(args: argparse.Namespace) -> int:
    """Carry out `contrejour models`; return 0. Raises ModelError, which the CLI prints."""
    from contrejour.vision.detect.models import verify

    if args.action == "fetch":
        return _fetch(offline=args.offline)
    kept = verify()
    if args.action == "list":
        _print_models(kept, as_json=args.json)
        return 0
    return _verify(kept, as_json=args.json)


@contextmanager
def download_bar() -> Iterator[Progress | None]:
    """Yield a `progress` for `ensure` that draws a bar on a terminal; None when piped."""
    if not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm  # only where there is a bar to draw

    # Nothing is drawn in the first moments: mostly there is nothing to download.
    with tqdm(unit="B", unit_scale=True, unit_divisor=1024, leave=False, delay=0.3) as bar:

        def progress(name: str, had_bytes: int, all_bytes: int) -> None:
            bar.set_description(name, refresh=False)
            bar.total = all_bytes
            bar.update(had_bytes - bar.n)  # less than before, when the next model begins

        yield progress


def _fetch(*, offline: bool) -> int:
    from contrejour.vision.detect.models import fetch_all

    with download_bar() as progress:
        folders = fetch_all(offline=offline, progress=progress)
    if sys.stdout.isatty():
        print("\n".join(f"{folder.name}: {folder}" for folder in folders))
    return 0


def _verify(kept: tuple[CachedFile, ...], *, as_json: bool) -> int:
    from contrejour.vision.detect.models import FileState, cache_dir

    for one in kept:
        if as_json:
            row = {"model": one.model.name, "path": str(one.path), "state": one.state}
            print(json.dumps(row | {"expected": one.file.sha256, "found": one.found_sha256}))
        else:
            print(f"{one.state:8} {one.path}")
    bad = [one for one in kept if one.state is not FileState.SOUND]
    if bad:
        raise ModelError(
            f"{len(bad)} of {len(kept)} model files missing or wrong in {cache_dir()}",
            "`contrejour models fetch` mends it",
        )
    return 0


def _print_models(kept: tuple[CachedFile, ...], *, as_json: bool) -> None:
    from contrejour.vision.detect.models import FileState, cache_dir

    for model, group in groupby(kept, key=lambda one: one.model):
        files = list(group)
        state = max((one.state for one in files), key=list(FileState).index)
        size_bytes = sum(one.file.size_bytes for one in files)
        if as_json:
            row = {"name": model.name, "state": state, "size_bytes": size_bytes}
            row |= {"licence": model.licence, "purpose": model.purpose, "source": model.source}
            row |= {"carrier": model.requirement, "folder": str(files[0].path.parent)}
            print(json.dumps(row | {"sha256": {one.file.name: one.file.sha256 for one in files}}))
        else:
            print(
                f"{model.name:16} {state:8} {size_bytes / 1e6:5.1f} MB"
                f"  {model.licence:11} {model.purpose}"
            )
    if not as_json:
        print(f"kept in {cache_dir()}")
