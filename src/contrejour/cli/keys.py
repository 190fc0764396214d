"""`contrejour keys`: `new` and `name`, of what is signed with; the rest is in epochs.py."""

from __future__ import annotations

import argparse
from pathlib import Path

from contrejour.base.files import make_folder
from contrejour.cli import arguments
from contrejour.cli.command import Argument, Command, Switch
from contrejour.cli.epochs import DESTROY, MAKE, PUBLISH, SHOW
from contrejour.cli.keyfiles import PASSWORD_FILE, beside, default_key, password, public_key
from contrejour.cli.values import FILE, NAME


def _new(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.sign import keyid, new_key, new_witness_key, private_pem, public_pem

    path: Path = args.file or default_key()
    if args.file is None:
        make_folder(path.parent, 0o700)
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


NEW = Command(
    "new",
    help="make a key: FILE (secret) and FILE.pub (to publish)",
    run=_new,
    arguments=(
        Argument(
            "file",
            FILE,
            count="?",
            help="where (default: contrejour/mandate.key in the user's configuration)",
        ),
        PASSWORD_FILE,
        Switch("--ml-dsa", help="post-quantum, ML-DSA-44: for a log's witness, and nothing else"),
    ),
)
KEY_NAME = Command(
    "name",
    help="a public key under a name, as open --edge asks for it",
    run=_name,
    arguments=(
        Argument("file", FILE, help="FILE.pub, which keys new made"),
        Argument("name", NAME, help="whose it is, such as bus-041"),
    ),
)
KEYS = Command(
    "keys",
    help="keys to sign with, and a party's keys to open with",
    commands=(NEW, KEY_NAME, MAKE, PUBLISH, DESTROY, SHOW),
)
