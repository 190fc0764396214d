"""`contrejour keys`: `new` and `name`, of what is signed with; the rest is in epochs.py."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.commands import epochs, files
from contrejour.errors import InputMissing

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

    from contrejour.mandate.sign import AnyKey


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


def default_key() -> Path:
    """In the configuration folder of the XDG Base Directory Specification."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "contrejour" / "mandate.key"


def add_signer(parser: argparse.ArgumentParser) -> None:
    """Options of a party that signs: who, and with which key."""
    parser.add_argument("--as", dest="role", required=True, metavar="ROLE",
        help="the party that signs, as the policy names it")  # fmt: skip
    parser.add_argument("--key", type=Path, metavar="FILE",
        help="private key (default: the one that `keys new` made)")  # fmt: skip
    parser.add_argument("--password-file", type=Path, metavar="FILE",
        help="file whose first line is the key's password")  # fmt: skip


def private_key(file: Path | None, password_file: Path | None) -> Ed25519PrivateKey:
    """The key to sign with. Raises InputMissing, SignatureError."""
    from contrejour.mandate.sign import read_private

    return read_private(_key_bytes(file or default_key()), _password(password_file))


def witness_key(file: Path, password_file: Path | None) -> AnyKey:
    """A witness's key to sign with, of either kind. Raises InputMissing, SignatureError."""
    from contrejour.mandate.sign import read_any

    return read_any(_key_bytes(file), _password(password_file))


def public_key(file: Path | None) -> Ed25519PublicKey:
    """The key to verify with. Raises InputMissing, SignatureError."""
    from contrejour.mandate.sign import read_public

    return read_public(_key_bytes(file or beside(default_key())))


def beside(private: Path) -> Path:
    """Where the public half of a key is."""
    return private.with_name(private.name + ".pub")


def _key_bytes(path: Path) -> bytes:
    if not path.exists():
        raise InputMissing(f"{path} does not exist", "contrejour keys new makes a key")
    return files.read_bytes(path)


def _password(file: Path | None) -> bytes | None:
    if file is None:
        return None
    first = files.read_bytes(file).splitlines()[:1]
    if not first or not first[0]:
        raise InputMissing(f"{file} has no password in it", "its first line is the password")
    return first[0]


def _new(args: argparse.Namespace) -> int:
    from contrejour.mandate.sign import keyid, new_key, new_witness_key, private_pem, public_pem

    path: Path = args.file or default_key()
    if args.file is None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = new_witness_key() if args.ml_dsa else new_key()
    files.write_new(path, private_pem(key, _password(args.password_file)), mode=0o600)
    files.write_new(beside(path), public_pem(key), force=True)
    print(f"{path}\n{beside(path)}\n{keyid(key.public_key())}")
    return 0


def _name(args: argparse.Namespace) -> int:
    from contrejour.note import ED25519, Key
    from contrejour.seal.note import Verifier

    key = Key(args.name, ED25519, public_key(args.file).public_bytes_raw())
    print(Verifier.parse(str(key)))
    return 0
