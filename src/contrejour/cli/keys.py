"""`contrejour keys`: `new`, `password`, `name`, of what is signed with; epochs.py has the rest."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from contrejour.base.errors import OutputExists, UsageError
from contrejour.base.files import make_folder
from contrejour.base.shown import in_one_line
from contrejour.cli import arguments
from contrejour.cli.command import Argument, Command, Option, Switch
from contrejour.cli.epochs import DESTROY, MAKE, PUBLISH, SHOW
from contrejour.cli.keyfiles import (
    PASSWORD_FILE,
    beside,
    default_key,
    new_password,
    passphrase,
    public_key,
    witness_key,
)
from contrejour.cli.values import FILE, NAME


def _new(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.sign import keyid, new_key, new_witness_key, private_pem, public_pem

    path: Path = args.file or default_key()
    if os.path.lexists(path):  # before a password is made for it
        raise OutputExists("file-exists", path=path)
    if args.file is None:
        make_folder(path.parent, 0o700)
    word = _chosen(args.password_file, args.make_password)
    key = new_witness_key() if args.ml_dsa else new_key()
    with arguments.writing_new(path, mode=0o600) as file:
        file.write(private_pem(key, word))
        arguments.write_new(beside(path), public_pem(key), force=True)  # or there is no key either
    print("\n".join(map(in_one_line, (*map(str, (path, beside(path))), keyid(key.public_key())))))
    return 0


def _password(args: argparse.Namespace) -> int:
    from contrejour.law.mandate.sign import private_pem

    path: Path = args.file or default_key()
    to = args.new_password_file or args.password_file
    if to is None or (args.make_password and not args.new_password_file):
        raise UsageError("new-password-file-missing")
    key = witness_key(path, args.password_file, lambda _: None)  # either kind; it is mended here
    pem = private_pem(key, _chosen(to, args.make_password))
    arguments.write_new(path, pem, force=True, mode=0o600)
    print(in_one_line(str(path)))
    return 0


def _chosen(file: Path | None, is_made: bool) -> bytes | None:
    """The password that a key gets; one that is made is in the file then.

    Raises UsageError, InputMissing, SignatureError, OutputExists, OutputFailed.
    """
    if file is None:
        if is_made:
            raise UsageError("new-password-without-file")
        return None
    if is_made:
        arguments.write_new(file, passphrase() + b"\n", mode=0o600)
    return new_password(file)


def _name(args: argparse.Namespace) -> int:
    from contrejour.custody.note import ED25519, Key
    from contrejour.custody.seal.keynotes import Verifier

    key = Key(args.name, ED25519, public_key(args.file).public_bytes_raw())
    print(Verifier.parse(str(key)))
    return 0


KEY = Argument(
    "file",
    FILE,
    count="?",
    help="where (default: contrejour/mandate.key in the user's configuration)",
)
MAKE_PASSWORD = Switch(
    "--make-password", help="make a password, and write it to that file, which is new"
)
NEW = Command(
    "new",
    help="make a key: FILE (secret) and FILE.pub (to publish)",
    run=_new,
    arguments=(
        KEY,
        Option(
            "--password-file",
            FILE,
            help="protect it: file whose first line is the password, of 15 characters or more",
        ),
        MAKE_PASSWORD,
        Switch("--ml-dsa", help="post-quantum, ML-DSA-44: for a log's witness, and nothing else"),
    ),
)
PASSWORD = Command(
    "password",
    help="protect a key by a password, or by another one",
    run=_password,
    arguments=(
        KEY,
        PASSWORD_FILE,
        Option(
            "--new-password-file",
            FILE,
            help="file whose first line is the new password, of 15 characters or more"
            " (default: the old one)",
        ),
        MAKE_PASSWORD,
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
    commands=(NEW, PASSWORD, KEY_NAME, MAKE, PUBLISH, DESTROY, SHOW),
)
