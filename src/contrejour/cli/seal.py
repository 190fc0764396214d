"""`contrejour seal` and `contrejour open`: a file that nobody can open alone."""

from __future__ import annotations

import argparse
import hashlib
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing, OutputExists, SealError
from contrejour.base.files import filling
from contrejour.base.fixed import FixedFile, Source, path_of
from contrejour.base.foreign import opened
from contrejour.base.messages import Message
from contrejour.base.stderr import warn
from contrejour.cli import arguments
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.keyfiles import PLAN_KEY, public_key
from contrejour.cli.terminal import Terminal
from contrejour.cli.values import DIR, FILE, file, text

if TYPE_CHECKING:
    from contrejour.custody.seal.recipient import OpeningKey


class Sealer:
    """Seals files for the parties of a policy, with their keys of today."""

    def __init__(self, args: argparse.Namespace, policy: Path) -> None:
        """`args`: `--keyset`, and the plan that names the policy, where one is given.

        Raises InputMissing, Malformed, SignatureError, SealError, and Refused for another policy.
        """
        from contrejour.custody.openers import read
        from contrejour.custody.seal.keys import keys_of
        from contrejour.custody.seal.onion import day_of
        from contrejour.law.mandate.plan import Plan

        self._unvoted = None if args.plan else policy
        self._text, self._now_ms = arguments.read_text(policy), time.time_ns() // 1_000_000
        openers = read(self._text.encode())
        if args.plan:
            plan = Plan(arguments.read_bytes(args.plan), [public_key(args.pub)])
            sha256 = hashlib.sha256(self._text.encode()).hexdigest()
            plan.originals(plan.cameras[0]).demand_opened_by(sha256)
        told = [arguments.read_bytes(path) for path in args.keyset]
        self.keys = keys_of(openers, told, day_of(self._now_ms))

    def keep(self, original: FixedFile, folder: Path, *, resume: bool) -> None:
        """Seal an original; with `resume`, where this user hasn't done so already.

        Raises what `seal` does, OutputExists for a folder of that name that is anything else.
        """
        from contrejour.custody.seal.remembered import is_remembered

        if resume and os.path.lexists(folder):
            if is_remembered(folder, original.sha256, self._text.encode()):
                return
            raise OutputExists("sealed-not-vouched", out=folder)
        self.seal(original, folder, remembered=True)

    def seal(self, file: Source, folder: Path, *, remembered: bool = False) -> None:
        """Raises InputMissing, OutputExists, OutputFailed, SealError."""
        from contrejour.custody.seal.file import seal_file

        if not path_of(file).is_file():
            raise InputMissing("not-a-regular-file", path=path_of(file))
        with filling(folder):
            seal_file(file, folder, self.keys, self._text, self._now_ms, remembered=remembered)
        if self._unvoted:
            warn(Message("policy-not-held-to-a-plan", policy=self._unvoted))
            self._unvoted = None  # once


def _seal(args: argparse.Namespace) -> int:
    sealer = Sealer(args, args.to)
    sealer.seal(args.file, args.output)
    for way in sealer.keys.ways:
        print("+".join(reversed(way)))
    return 0


def _open(args: argparse.Namespace) -> int:
    from contrejour.custody.seal.age import decrypt, kept
    from contrejour.custody.seal.keys import read_identity
    from contrejour.custody.seal.new_files import writing as whole
    from contrejour.custody.seal.wipe import wipe

    if args.output.exists():
        raise OutputExists("opened-file-exists", output=args.output)
    sealed = _sealed(args.sealed)
    for key in args.key:
        if not key.is_file():
            raise InputMissing("not-a-regular-file", path=key)
    keys: Sequence[OpeningKey] = [read_identity(path, Terminal()) for path in args.key]
    try:
        keys = _window_keys(sealed, keys, args.edge)
        with (
            opened(sealed, follow=True) as source,
            filling(args.output),
            whole(args.output, 0o600) as out,
        ):
            for chunk in kept(decrypt(source, keys), warn if args.allow_truncated else None):
                out.write(chunk)
                wipe(chunk)
    finally:
        for each in keys:
            each.wipe()
    return 0


def _sealed(path: Path) -> Path:
    """The age file that is meant. Raises InputMissing, SealError."""
    if path.is_file():
        return path
    found = sorted(path.glob("*.age"))
    if not found:
        raise InputMissing("no-sealed-file", path=path)
    if len(found) > 1:
        raise SealError("several-sealed-files", path=path, files=len(found))
    return found[0]


def _window_keys(sealed: Path, keys: Sequence[OpeningKey], edge: str | None) -> list[OpeningKey]:
    """What opens the file: the key that its onions hold, or where it has none, these keys.

    With `edge`, only a file that its manifest vouches for. Raises SealError, InputMissing.
    """
    from contrejour.custody.seal.file import vouched
    from contrejour.custody.seal.keynotes import Verifier
    from contrejour.custody.seal.onion import unpack
    from contrejour.custody.seal.open import unwrap
    from contrejour.custody.seal.segment import ONIONS

    window, onions = None, sealed.with_name(ONIONS)
    wrapped = unpack(arguments.read_bytes(onions)) if onions.exists() or edge else {}
    if edge:
        told = vouched(sealed, Verifier.parse(edge))
        hashes = {name: hashlib.sha256(data).hexdigest() for name, data in wrapped.items()}
        if hashes != dict(told.onions):
            raise SealError("onions-of-another-edge", onions=onions, edge=told.edge)
        window = told.window
    return [unwrap(wrapped.values(), keys, window)[1]] if wrapped else list(keys)


KEYSET = Option(
    "--keyset",
    file("NOTE"),
    repeated=True,
    help="what a party published with `keys publish`; again for each party",
)
VOTED = (
    Option("--plan", FILE, help="the signed plan: seal for no policy but the one that it names"),
    PLAN_KEY,
)
ALLOW_TRUNCATED = Switch(
    "--allow-truncated", help="keep what is whole of a file that is cut or damaged"
)
SEAL = Command(
    "seal",
    help="seal a file for a policy: nobody opens it alone",
    run=_seal,
    arguments=(
        Argument("file", FILE, help="what to seal; it stays as it is"),
        Option(
            "--to",
            file("POLICY"),
            required=True,
            help="who has to agree (c2sp.org/tlog-policy, lines of `party`)",
        ),
        KEYSET,
        *VOTED,
        Option(
            "--output",
            DIR,
            short="-o",
            required=True,
            help="a new folder: the sealed file, its onions, the policy",
        ),
    ),
)
OPEN = Command(
    "open",
    help="open what was sealed, with the keys of enough parties",
    run=_open,
    arguments=(
        Argument("sealed", file("SEALED"), help="the folder that `seal` made, or an age file"),
        Option(
            "--key",
            file("KEY"),
            repeated=True,
            required=True,
            help="a party's key; again for each party",
        ),
        Option(
            "--output",
            file("OUT"),
            short="-o",
            required=True,
            help="where what was sealed goes, in the clear",
        ),
        Option("--edge", text("VKEY"), help="believe only what this recorder signed in W.json"),
        ALLOW_TRUNCATED,
    ),
)
