"""`contrejour ledger`: a log that the public can check, its witnesses, and whoever checks it."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import times
from contrejour.base.errors import Malformed, UsageError
from contrejour.base.stderr import warn
from contrejour.base.stop import Requests
from contrejour.cli import arguments, keyfiles
from contrejour.cli.arguments import FORCE
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.keyfiles import PASSWORD_FILE
from contrejour.cli.monitor import LOG, MAX_AGE, MONITOR, POLICY, show
from contrejour.cli.values import ADDRESS, DIR, FILE, NAME, SECONDS, ArgumentType, text

if TYPE_CHECKING:
    from contrejour.custody.ledger.entry import Entry
    from contrejour.custody.ledger.server import Responder
    from contrejour.custody.ledger.verify import Ages, Trust
    from contrejour.custody.note import Signer

NEW_POLICY = """# Who is believed: c2sp.org/tlog-policy. Witnesses are named here, and their quorum:
# witness NAME VKEY https://witness.example.org
log {}
quorum none
"""


def _init(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.log import create

    signer = _signer(args)
    create(args.folder, signer)
    arguments.write_new(
        args.folder / "policy.txt", NEW_POLICY.format(signer.key).encode(), force=True
    )
    print(signer.key)
    return 0


def _append(args: argparse.Namespace) -> int:
    told = [each.bytes for each in _entries(args.entries)]
    append(
        args.folder, told, args.key, args.password_file, policy=args.policy, limit_s=args.limit,
        new=lambda number, leaf: print(number, leaf, flush=True),
    )  # fmt: skip
    return 0


def append(
    folder: Path, told: Sequence[bytes], key: Path, password_file: Path | None, *,
    policy: Path | None = None, limit_s: float = 10.0,
    new: Callable[[int, str], object] = lambda *_: None,
) -> None:  # fmt: skip
    """Append entries, then have the log witnessed and published.

    `new`: told of each once it is durable. Raises LedgerError, OutputFailed, Busy.
    """
    from contrejour.custody.ledger.ask import Witnesses
    from contrejour.custody.ledger.checkpoint import parse
    from contrejour.custody.ledger.log import Log
    from contrejour.custody.ledger.read import read_checkpoint, reader
    from contrejour.custody.ledger.tree import leaf_hash
    from contrejour.custody.note import Signer

    trust = _trust(policy or folder / "policy.txt")
    origin = parse(read_checkpoint(reader(folder)).text).origin
    with Log(folder, Signer(origin, keyfiles.private_key(key, password_file))) as log:
        first = log.append(told)
        for number, each in enumerate(told, first):
            new(number, leaf_hash(each).hex())
        log.publish(Witnesses(trust, limit_s=limit_s, tell=warn))


def _entries(path: Path) -> Iterator[Entry]:
    """The entries of a file. Raises Malformed, LedgerError."""
    from contrejour.base.times import utc
    from contrejour.custody.ledger.entry import Entry, version

    now = utc(times.now())
    for number, line in enumerate(arguments.read_text(path).splitlines(), 1):
        try:
            data = json.loads(line)
            kind, at = data.pop("type"), data.pop("at", now)
            if data.pop("v", version(kind)) != version(kind):
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Malformed("entry-not-an-object", path=path, line=number) from None
        yield Entry(kind, at, data)


def _serve(args: argparse.Namespace) -> int:
    """Read alone; with the log's key, it takes words of parties as well."""
    from contrejour.custody.ledger.ask import Witnesses
    from contrejour.custody.ledger.checkpoint import parse
    from contrejour.custody.ledger.intake import MOST_BODY, Intake
    from contrejour.custody.ledger.read import read_checkpoint, reader
    from contrejour.custody.ledger.server import of_log
    from contrejour.custody.note import Signer

    signed = read_checkpoint(reader(args.folder))
    if args.key is None:
        if args.open_policy:
            raise UsageError("open-policy-without-log-key")
        return _until_stopped(args, of_log(args.folder))
    if not args.open_policy:
        raise UsageError("log-key-without-open-policy")
    trust = _trust(args.policy or args.folder / "policy.txt")
    signer = Signer(parse(signed.text).origin, keyfiles.private_key(args.key, args.password_file))
    policies = [arguments.read_bytes(path) for path in args.open_policy]
    asks = Witnesses(trust, limit_s=args.limit, tell=warn)
    with Intake(args.folder, signer, policies, asks, tell=warn) as takes:
        return _until_stopped(args, of_log(args.folder, takes), MOST_BODY)


def _witness(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.server import of_witness
    from contrejour.custody.ledger.witness import Witness
    from contrejour.custody.note import Signer

    key = keyfiles.witness_key(args.key, args.password_file)
    signer, trust = Signer.of_witness(args.name, key), _trust(args.policy)
    with Witness(args.state, signer, trust.logs, tell=warn) as known:
        print(signer.key)
        return _until_stopped(args, of_witness(known))


def _until_stopped(
    args: argparse.Namespace, asking: Responder, most_body: int | None = None
) -> int:
    from contrejour.custody.ledger.server import LedgerServer

    stops = Requests()
    host, port = args.listen
    with LedgerServer(host, port, asking, broke=warn, most_body=most_body) as server:
        print(server.url, flush=True)
        stops.wait()
    return 0


def _prove(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.checkpoint import parse
    from contrejour.custody.ledger.read import prove, read_entry
    from contrejour.custody.ledger.web import opened

    with opened(args.folder) as read:
        proof = prove(args.number, read)
        if args.entry or args.with_entry:
            size = parse(proof.checkpoint.text).size
            told = read_entry(args.number, size, read)
            proof = replace(proof, extra=told) if args.with_entry else proof
            if args.entry:
                arguments.write_new(args.entry, told, force=args.force)
    arguments.write_new(args.output, str(proof).encode(), force=args.force)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.read import audit
    from contrejour.custody.ledger.verify import check_entry
    from contrejour.custody.ledger.web import is_url, opened

    trust, ages = _trust(args.policy), _ages(args)
    if is_url(args.what) or Path(args.what).is_dir():
        if args.entry:
            raise UsageError("entry-goes-with-a-proof")
        with opened(args.what) as read:
            show(audit(read, trust, ages))
    elif args.entry is None:
        raise UsageError("proof-needs-the-entry")
    else:
        shown = arguments.read_bytes(Path(args.what))
        show(check_entry(arguments.read_bytes(args.entry), shown, trust, ages))
    return 0


def _signer(args: argparse.Namespace) -> Signer:
    from contrejour.custody.note import Signer

    return Signer(args.name, keyfiles.private_key(args.key, args.password_file))


def _trust(path: Path) -> Trust:
    from contrejour.custody.ledger.verify import read_trust

    return read_trust(arguments.read_text(path))


def _ages(args: argparse.Namespace) -> Ages | None:
    from contrejour.custody.ledger.verify import Ages

    return None if args.max_age is None else Ages(int(time.time()), args.max_age)


FOLDER = Argument("folder", DIR, help="the log's folder")
KEY = (
    Option("--key", FILE, required=True, help="the private key that `keys new` made for it alone"),
    PASSWORD_FILE,
)
LISTEN = Option(
    "--listen",
    ADDRESS,
    default=("127.0.0.1", 0),
    help="where (default: any free port of this machine)",
)
WITNESSED_BY = Option(
    "--policy", FILE, help="who witnesses, and where (default: policy.txt in the log)"
)
LIMIT = Option(
    "--limit", SECONDS, default=10.0, help="how long witnesses are waited for (default: 10)"
)
INIT = Command(
    "init",
    help="begin a log: its key is its name for ever",
    run=_init,
    arguments=(
        FOLDER,
        Option("--name", NAME, required=True, help="the log's name, such as log.example.org/rhone"),
        *KEY,
    ),
)
APPEND = Command(
    "append",
    help="write entries, have them witnessed, publish",
    run=_append,
    arguments=(
        FOLDER,
        Argument(
            "entries", FILE, help="entries, a JSON object a line; `at` is now where it isn't given"
        ),
        WITNESSED_BY,
        LIMIT,
        *KEY,
    ),
)
SERVE = Command(
    "serve",
    help="serve a log's public files",
    run=_serve,
    arguments=(
        FOLDER,
        LISTEN,
        Option("--key", FILE, help="the log's private key: take words that parties signed"),
        PASSWORD_FILE,
        Option("--open-policy", FILE, repeated=True, help="whose words; of each that orders name"),
        WITNESSED_BY,
        LIMIT,
    ),
)
WITNESS = Command(
    "witness",
    help="cosign logs that only grow",
    run=_witness,
    arguments=(
        Argument("state", FILE, help="what it has seen; keep it out of backups"),
        Option(
            "--name", NAME, required=True, help="the witness's name, such as witness.example.org"
        ),
        POLICY,
        *KEY,
        LISTEN,
    ),
)
PROVE = Command(
    "prove",
    help="a file that shows that an entry is in the log",
    run=_prove,
    arguments=(
        LOG,
        Argument("number", ArgumentType("NUMBER", int), help="of the entry; the first is 0"),
        Option("--output", FILE, short="-o", required=True, help="the proof (.tlog-proof)"),
        Option("--entry", FILE, help="write the entry there as well"),
        Switch("--with-entry", help="put the entry into the proof too, as a recorder wants it"),
        FORCE,
    ),
)
VERIFY = Command(
    "verify",
    help="check a log, or an entry by its proof",
    run=_verify,
    arguments=(
        Argument("what", text("DIR|URL|PROOF", "file"), help="a log, or a proof"),
        Option("--entry", FILE, help="what the proof is for"),
        POLICY,
        MAX_AGE,
    ),
)
LEDGER = Command(
    "ledger",
    help="a public log that only ever grows",
    commands=(INIT, APPEND, SERVE, WITNESS, PROVE, VERIFY, MONITOR),
)
