"""`contrejour case open`: the opener opens the segments of a window that was peeled."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing, SealError
from contrejour.base.files import make_folder
from contrejour.base.foreign import opened
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.case_log import LOGGED, settle
from contrejour.cli.case_peel import demand_file, identity, utc_now
from contrejour.cli.command import Argument, Command, Option
from contrejour.cli.seal import ALLOW_TRUNCATED, kept, vouched
from contrejour.cli.values import DIR, file, text

if TYPE_CHECKING:
    from contrejour.custody.cases.folder import CaseFile
    from contrejour.custody.seal.plugin import Token
    from contrejour.custody.seal.recipient import Identity


def _open(args: argparse.Namespace) -> int:
    """Said of every window, then in the log, then done."""
    from contrejour.custody.cases import folder, logged

    for path in args.sealed:
        demand_file(path)
    found, windows = folder.read(args.folder), _windows(args)
    with identity(args.key) as opener:
        said = []
        for path, _, sealed in windows:
            layer = arguments.read_bytes(path)
            found = _say(args, found, opener, layer, sealed)
            said.append(layer)
        settle(args, args.folder)
        for layer in said:
            logged.demand_logged(args.folder, logged.opening(args.folder, layer) or "")
        for layer, (_, place, sealed) in zip(said, windows, strict=True):
            _show(args, opener, layer, place, sealed)
    return 0


def _windows(args: argparse.Namespace) -> list[tuple[Path, Path, list[Path]]]:
    """What was left of each window, where its clear segments go, and what is to be opened of it.

    Where `layer` is a folder, one of a window is in the folder named as that of its segments.
    """
    if not args.layer.is_dir():
        return [(args.layer, args.output, args.sealed)]
    found: dict[str, list[Path]] = {}
    for path in args.sealed:
        found.setdefault(path.resolve().parent.name, []).append(path)
    windows = []
    for name, sealed in found.items():
        layers = sorted((args.layer / name).glob("*.age"))
        if len(layers) != 1:
            raise InputMissing(
                "one-layer-of-each-window", path=args.layer / name, layers=len(layers)
            )
        windows.append((layers[0], args.output / name, sealed))
    return windows


def _say(
    args: argparse.Namespace, found: CaseFile, opener: Identity | Token, layer: bytes,
    sealed: list[Path],
) -> CaseFile:  # fmt: skip
    """Say that a window is opened, unless that was said; the case as it is then."""
    from contrejour.custody.cases import folder, logged, records
    from contrejour.custody.cases.case import Open
    from contrejour.custody.cases.party import window_of
    from contrejour.custody.seal.open import peel, window_key

    at, peeled = utc_now(), peel(layer, [opener], None)
    with window_key(peeled) as key:
        step = Open((window_of(peeled.window),), (str(key.recipient()),))
    for each in sealed:
        if args.edge and vouched(each, args.edge).window != peeled.window:
            raise SealError("layer-of-another-window", layer=each)
    if logged.opening(args.folder, layer) is None:
        document = records.write(step, found.case.order.id, at)
        found = folder.add(args.folder, found, step, document, at)  # refused: nothing is shown
        folder.owe(args.folder, records.owed_opened(found.case.order, layer, at))
    return found


def _show(
    args: argparse.Namespace, opener: Identity | Token, layer: bytes, place: Path,
    sealed: list[Path],
) -> None:  # fmt: skip
    """One window, in the clear."""
    from contrejour.custody.seal.open import peel, window_key

    with window_key(peel(layer, [opener], None)) as key:
        make_folder(place)
        for each in sealed:
            print(_clear(each, key, place, args.allow_truncated))


def _clear(path: Path, key: Identity, folder: Path, truncated: bool) -> Path:
    """One file in the clear, readable by its owner alone."""
    from contrejour.custody.seal.age import decrypt
    from contrejour.custody.seal.new_files import writing
    from contrejour.custody.seal.wipe import wipe

    out = folder / path.name.removesuffix(".age")
    with opened(path, follow=True) as sealed, writing(out, 0o600) as file:
        for chunk in kept(decrypt(sealed, [key]), truncated):
            file.write(chunk)
            wipe(chunk)
    return out


OPEN = Command(
    "open",
    help="the opener opens what was peeled",
    run=_open,
    arguments=(
        CASE_FOLDER,
        Argument(
            "layer",
            file("LAYER"),
            help="what the vault left for the opener; of several windows, their folder",
        ),
        Argument("sealed", file("SEALED"), count="+", help="a segment of that window"),
        Option("--key", file("KEY"), required=True, help="the opener's key"),
        Option(
            "--edge",
            text("VKEY"),
            help="believe only what this recorder signed: W.json has to be beside it",
        ),
        ALLOW_TRUNCATED,
        *LOGGED,
        Option("--output", DIR, short="-o", required=True, help="where it goes, in the clear"),
    ),
)
