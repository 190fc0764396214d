"""What commands of a case have to do with the log: `--log`, and `contrejour case witness`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from contrejour.base import times
from contrejour.base.errors import LedgerError, OrderError, UsageError
from contrejour.base.messages import Message
from contrejour.base.stderr import MessageLog, warn
from contrejour.cli import arguments
from contrejour.cli.arguments import CASE_FOLDER
from contrejour.cli.command import Command, Option
from contrejour.cli.values import FILE, text


def settle(args: argparse.Namespace, folder: Path) -> None:
    """What the log is owed is told to it, and proofs are kept, where `--log` says which it is.

    A log at an address is sent the words of parties, and what becomes of each is said.
    """
    from contrejour.custody.cases import folder as folders
    from contrejour.custody.cases import logged
    from contrejour.custody.ledger.entry import read as read_entry
    from contrejour.custody.ledger.web import is_url, opened

    if args.log is None:
        if args.log_key:
            raise UsageError("log-key-without-log")
        return
    if args.log_key and is_url(args.log):
        raise UsageError("log-key-goes-with-a-folder")

    with suppress(OrderError):  # a proof that is renewed below may be why it can't be read
        folders.owe_all(folder, folders.read(folder).documents)

    def append(told: Sequence[bytes]) -> None:
        from contrejour.cli.ledger import append as appended

        appended(Path(args.log), told, args.log_key, args.log_password_file)

    sent: dict[str, bytes] = {}

    def send(told: Sequence[bytes]) -> None:
        sent.update(_sent(args.log, folder, told))

    with opened(args.log) as read:
        tells = append if args.log_key else send if is_url(args.log) else None
        lacking = logged.settle(folder, read, times.now(), tells)
    for leaf, entry in sent.items():
        kind = read_entry(entry).type
        if leaf in lacking:
            raise LedgerError("word-not-shown", log=args.log, type=kind)
        MessageLog().say(Message("word-witnessed", log=args.log, type=kind), "told")


def _sent(log: str, folder: Path, told: Sequence[bytes]) -> Iterator[tuple[str, bytes]]:
    """Send each word of a party in turn; by leaf hash, what the log says that it has."""
    from contrejour.custody.cases import logged
    from contrejour.custody.ledger.send import send
    from contrejour.custody.ledger.tree import leaf_hash

    for entry in told:
        if (body := logged.posted(folder, entry)) is None:
            continue
        if not send(log, body, tell=lambda message: MessageLog().say(message, "told")):
            return warn(Message("log-takes-no-words", log=log))
        yield leaf_hash(entry).hex(), entry


def _witness(args: argparse.Namespace) -> int:
    from contrejour.custody.cases import folder, logged

    if not args.proof and args.log is None:
        raise UsageError("witness-needs-a-log")
    for path in args.proof:
        logged.keep(args.folder, arguments.read_bytes(path), times.now())
    settle(args, args.folder)
    found = folder.read(args.folder)
    for leaf in folder.owed(args.folder):
        print(leaf, "✓" if leaf in folder.proofs(args.folder) else "✗")
    return 0 if found.case.is_witnessed else 20


LOGGED = (
    Option(
        "--log",
        text("DIR|URL"),
        help="the public log: what it lacks is sent to an address; its proofs are kept in the case",
    ),
    Option(
        "--log-key", FILE, help="the log's key, where --log is its folder: append what it lacks"
    ),
    Option("--log-password-file", FILE, help="file whose first line is that key's password"),
)
WITNESS = Command(
    "witness",
    help="keep the log's proofs of what was said",
    run=_witness,
    arguments=(
        CASE_FOLDER,
        *LOGGED,
        Option("--proof", FILE, repeated=True, help="a proof (.tlog-proof); may be given again"),
    ),
)
