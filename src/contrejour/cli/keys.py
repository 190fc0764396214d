"""`contrejour keys`: `new` and `name`, of what is signed with; the rest is in epochs.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from contrejour.cli import arguments, epochs
from contrejour.cli.keyfiles import beside, default_key, password, public_key


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `keys` and what is under it."""
    keys = commands.add_parser("keys", help="keys to sign with, and a party's keys to open with")
    below = keys.add_subparsers(required=True, metavar="COMMAND")
    new = below.add_parser("new", help="make a key: FILE (secret) and FILE.pub (to publish)")
    new.add_argument("file", type=Path, nargs="?", metavar="FILE",
        help="where (default: contrejour/mandate.key in the user's configuration)")  # fmt: skip
    new.add_argument("--password-file", type=Path, metavar="FILE",
        help="file whose first line is the key's password")  # fmt: skip
    new.add_argument("--ml-dsa", action="store_true",
        help="post-quantum, ML-DSA-44: for a log's witness, and nothing else")  # fmt: skip
    new.set_defaults(run=_new)
    name = below.add_parser("name", help="a public key under a name, as open --edge asks for it")
    name.add_argument("file", type=Path, metavar="FILE", help="FILE.pub, which keys new made")
    name.add_argument("name", metavar="NAME", help="whose it is, such as bus-041")
    name.set_defaults(run=_name)
    epochs.add_parsers(below)


def _new(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.sign import keyid, new_key, new_witness_key, private_pem, public_pem

    path: Path = args.file or default_key()
    if args.file is None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = new_witness_key() if args.ml_dsa else new_key()
    arguments.write_new(path, private_pem(key, password(args.password_file)), mode=0o600)
    arguments.write_new(beside(path), public_pem(key), force=True)
    print(f"{path}\n{beside(path)}\n{keyid(key.public_key())}")
    return 0


def _name(args: argparse.Namespace) -> int:
    from contrejour.custody.note import ED25519, Key
    from contrejour.custody.seal.keynotes import Verifier

    key = Key(args.name, ED25519, public_key(args.file).public_bytes_raw())
    print(Verifier.parse(str(key)))
    return 0
