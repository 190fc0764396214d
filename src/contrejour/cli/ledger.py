"""`contrejour ledger`: a log that the public can check, its witnesses, and whoever checks it."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from contrejour.base.errors import Malformed, UsageError
from contrejour.base.language import said
from contrejour.cli import arguments, keyfiles
from contrejour.cli.monitor import add_to, show

if TYPE_CHECKING:
    from contrejour.custody.ledger.entry import Entry
    from contrejour.custody.ledger.server import Responder
    from contrejour.custody.ledger.verify import Ages, Trust
    from contrejour.custody.note import Signer

POLICY = """# Who is believed: c2sp.org/tlog-policy. Witnesses are named here, and their quorum:
# witness NAME VKEY https://witness.example.org
log {}
quorum none
"""


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ledger` and its commands."""
    ledger = commands.add_parser("ledger", help="a public log that only ever grows")
    below = ledger.add_subparsers(required=True, metavar="COMMAND")
    init = _folder(below.add_parser("init", help="begin a log: its key is its name for ever"))
    init.add_argument("--name", required=True, metavar="NAME",
        help="the log's name, such as log.example.org/rhone")  # fmt: skip
    _key(init)
    init.set_defaults(run=_init)
    append = _folder(below.add_parser("append", help="write entries, have them witnessed, publish"))
    append.add_argument("entries", type=Path, metavar="FILE",
        help="entries, a JSON object a line; `at` is now where it isn't given")  # fmt: skip
    append.add_argument("--policy", type=Path, metavar="FILE",
        help="who witnesses, and where (default: policy.txt in the log)")  # fmt: skip
    append.add_argument("--limit", type=arguments.seconds, default=10.0, metavar="SECONDS",
        help="how long witnesses are waited for (default: 10)")  # fmt: skip
    _key(append)
    append.set_defaults(run=_append)
    serve = _folder(below.add_parser("serve", help="serve a log's public files"))
    _listen(serve)
    serve.set_defaults(run=_serve)
    witness = below.add_parser("witness", help="cosign logs that only grow")
    witness.add_argument("state", type=Path, metavar="FILE",
        help="what it has seen; keep it out of backups")  # fmt: skip
    witness.add_argument("--name", required=True, metavar="NAME",
        help="the witness's name, such as witness.example.org")  # fmt: skip
    _trusting(witness)
    _key(witness)
    _listen(witness)
    witness.set_defaults(run=_witness)
    prove = _where(below.add_parser("prove", help="a file that shows that an entry is in the log"))
    prove.add_argument("number", type=int, metavar="NUMBER", help="of the entry; the first is 0")
    prove.add_argument("-o", "--output", type=Path, required=True, metavar="FILE",
        help="the proof (.tlog-proof)")  # fmt: skip
    prove.add_argument("--entry", type=Path, metavar="FILE", help="write the entry there as well")
    prove.add_argument("--force", action="store_true", help="replace an existing output")
    prove.set_defaults(run=_prove)
    verify = below.add_parser("verify", help="check a log, or an entry by its proof")
    verify.add_argument("what", metavar="DIR|URL|PROOF", help="a log, or a proof")
    verify.add_argument("--entry", type=Path, metavar="FILE", help="what the proof is for")
    _trusting(verify)
    _aged(verify)
    verify.set_defaults(run=_verify)
    monitor = _where(below.add_parser("monitor", help="what a log says that is new, or wrong"))
    _trusting(monitor)
    _aged(monitor)
    add_to(monitor)


def _folder(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("folder", type=Path, metavar="DIR", help="the log's folder")
    return parser


def _where(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("folder", metavar="DIR|URL", help="the log's folder, or its address")
    return parser


def _key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", type=Path, required=True, metavar="FILE",
        help="the private key that `keys new` made for it alone")  # fmt: skip
    parser.add_argument("--password-file", type=Path, metavar="FILE",
        help="file whose first line is the key's password")  # fmt: skip


def _listen(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--listen", type=arguments.address, default=("127.0.0.1", 0),
        metavar="HOST:PORT", help="where (default: any free port of this machine)")  # fmt: skip


def _trusting(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--policy", type=Path, required=True, metavar="FILE",
        help="which logs and witnesses are believed (c2sp.org/tlog-policy)")  # fmt: skip


def _aged(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--max-age", type=int, metavar="SECONDS",
        help="how old a cosignature may be (default: as old as it is)")  # fmt: skip


def _init(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.log import create

    signer = _signer(args)
    create(args.folder, signer)
    arguments.write_new(args.folder / "policy.txt", POLICY.format(signer.key).encode(), force=True)
    print(signer.key)
    return 0


def _append(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.ask import Witnesses
    from contrejour.custody.ledger.checkpoint import parse
    from contrejour.custody.ledger.log import Log
    from contrejour.custody.ledger.read import read_checkpoint, reader
    from contrejour.custody.ledger.tree import leaf_hash

    told = [each.bytes for each in _entries(args.entries)]
    trust = _trust(args.policy or args.folder / "policy.txt")
    args.name = parse(read_checkpoint(reader(args.folder)).text).origin
    with Log(args.folder, _signer(args)) as log:
        first = log.append(told)
        for number, each in enumerate(told, first):
            print(number, leaf_hash(each).hex(), flush=True)
        log.publish(Witnesses(trust, limit_s=args.limit, tell=_warn))
    return 0


def _entries(path: Path) -> Iterator[Entry]:
    """The entries of a file. Raises Malformed, LedgerError."""
    from contrejour.custody.ledger.entry import VERSION, Entry, moment

    now = moment(datetime.now(UTC))
    for number, line in enumerate(arguments.read_text(path).splitlines(), 1):
        try:
            data = json.loads(line)
            kind, at = data.pop("type"), data.pop("at", now)
            if data.pop("v", VERSION) != VERSION:
                raise ValueError
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise Malformed(f"{path}:{number}: not an object with a type") from None
        yield Entry(kind, at, data)


def _serve(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.read import read_checkpoint, reader
    from contrejour.custody.ledger.server import of_log

    read_checkpoint(reader(args.folder))
    return _until_stopped(args, of_log(args.folder))


def _witness(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.server import of_witness
    from contrejour.custody.ledger.witness import Witness
    from contrejour.custody.note import Signer

    key = keyfiles.witness_key(args.key, args.password_file)
    signer, trust = Signer.of_witness(args.name, key), _trust(args.policy)
    with Witness(args.state, signer, trust.logs, tell=_warn) as known:
        print(signer.key)
        return _until_stopped(args, of_witness(known))


def _until_stopped(args: argparse.Namespace, asking: Responder) -> int:
    from contrejour.custody.ledger.server import LedgerServer

    over = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    host, port = args.listen
    with LedgerServer(host, port, asking, broke=_warn) as server:
        print(server.url, flush=True)
        while not over.wait(3600):
            pass
    return 0


def _prove(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.checkpoint import parse
    from contrejour.custody.ledger.read import prove, read_entry
    from contrejour.custody.ledger.web import opened

    with opened(args.folder) as read:
        proof = prove(args.number, read)
        if args.entry:
            size = parse(proof.checkpoint.text).size
            arguments.write_new(args.entry, read_entry(args.number, size, read), force=args.force)
    arguments.write_new(args.output, str(proof).encode(), force=args.force)
    return 0


def _verify(args: argparse.Namespace) -> int:
    from contrejour.custody.ledger.read import audit
    from contrejour.custody.ledger.verify import check_entry
    from contrejour.custody.ledger.web import is_url, opened

    trust, ages = _trust(args.policy), _ages(args)
    if is_url(args.what) or Path(args.what).is_dir():
        if args.entry:
            raise UsageError("--entry goes with a proof, not with a log")
        with opened(args.what) as read:
            show(audit(read, trust, ages))
    elif args.entry is None:
        raise UsageError("--entry names the file that the proof is for")
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


def _warn(text: str) -> None:
    print(f"contrejour: warning: {said(text)}", file=sys.stderr)
