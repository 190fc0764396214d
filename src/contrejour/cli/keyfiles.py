"""Files of keys that commands sign and verify with."""

from __future__ import annotations

import os
import secrets
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base import secret_file
from contrejour.base.errors import InputMissing, UsageError
from contrejour.base.messages import Message, Tell
from contrejour.base.stderr import warn
from contrejour.cli import arguments
from contrejour.cli.command import Option, Switch
from contrejour.cli.values import FILE, ROLE

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import AnyKey, PrivateKey, PublicKey


def default_key() -> Path:
    """In the configuration folder of the XDG Base Directory Specification."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "contrejour" / "mandate.key"


def private_key(file: Path | None, password_file: Path | None, tell: Tell = warn) -> PrivateKey:
    """The key to sign with. `tell` hears of one that a password protects badly.

    Raises InputMissing, SignatureError.
    """
    from contrejour.law.mandate.sign import read_private

    path = file or default_key()
    return read_private(_secret(path, password_file, tell), password(password_file))


def witness_key(file: Path, password_file: Path | None, tell: Tell = warn) -> AnyKey:
    """A key of either kind to sign with, as witnesses have. Raises as `private_key` does."""
    from contrejour.law.mandate.sign import read_any

    return read_any(_secret(file, password_file, tell), password(password_file))


def public_key(file: Path | None) -> PublicKey:
    """The key to verify with. Raises InputMissing, SignatureError."""
    from contrejour.law.mandate.sign import read_public

    path = file or beside(default_key())
    _demand(path)
    return read_public(arguments.read_bytes(path))


def beside(private: Path) -> Path:
    """Where the public half of a key is."""
    return private.with_name(private.name + ".pub")


def _secret(path: Path, password_file: Path | None, tell: Tell) -> bytes:
    from contrejour.law.mandate.protected import is_cheap

    _demand(path)
    pem = _read(path)
    if password_file and is_cheap(pem):
        tell(Message("key-protected-cheaply", path=path, command=_again(path, password_file)))
    return pem


def _read(path: Path) -> bytes:
    try:
        return bytes(secret_file.read(path))
    except OSError as error:
        raise InputMissing("cannot-be-read", path=path, reason=error.strerror) from error


def _demand(path: Path) -> None:
    if not os.path.lexists(path):
        raise InputMissing("key-file-does-not-exist", path=path)


def _again(path: Path, password_file: Path) -> str:
    words = ("contrejour", "keys", "password", path, "--password-file", password_file)
    return shlex.join(map(str, words))


def password(file: Path | None) -> bytes | None:
    """The first line of a password file. Raises InputMissing, SignatureError."""
    if file is None:
        return None
    first = _read(file).splitlines()[:1]
    if not first or not first[0]:
        raise InputMissing("password-file-empty", file=file)
    return first[0]


def new_password(file: Path) -> bytes:
    """… for a key from now on. Raises UsageError too, where it is too short."""
    found = password(file) or b""
    letters = len(found.decode(errors="replace"))
    if letters < LEAST_LETTERS:
        raise UsageError("password-too-short", file=file, letters=letters, least=LEAST_LETTERS)
    return found


def passphrase() -> bytes:
    """A new one, of 100 bits: five groups of letters and digits that aren't taken for others."""
    from contrejour.custody.seal.bech32 import LETTERS

    return b"-".join(bytes(secrets.choice(LETTERS) for _ in range(4)) for _ in range(5))


LEAST_LETTERS = 15
"""NIST SP 800-63B-4 (2025), 3.1.1.2, of passwords that stand alone: length, and no rules of what
is in them."""
PRIVATE_KEY = Option("--key", FILE, help="private key (default: the one that `keys new` made)")
PASSWORD_FILE = Option("--password-file", FILE, help="file whose first line is the key's password")
PUBLIC_KEY = Option("--pub", FILE, help="public key (default: the one that `keys new` made)")
PLAN_KEY = Option("--pub", FILE, help="the plan's public key")
X25519 = Switch(
    "--x25519", help="without post-quantum protection, as the age command of Debian reads it"
)
SIGNER = (
    Option(
        "--as",
        ROLE,
        dest="role",
        required=True,
        help="the party that signs, as the policy names it",
    ),
    PRIVATE_KEY,
    PASSWORD_FILE,
)
"""Of a party that signs: who, and with which key."""
