"""Files of keys that commands sign and verify with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import InputMissing
from contrejour.cli import arguments
from contrejour.cli.command import Option, Switch
from contrejour.cli.values import FILE, ROLE

if TYPE_CHECKING:
    from contrejour.law.mandate.sign import AnyKey, PrivateKey, PublicKey


def default_key() -> Path:
    """In the configuration folder of the XDG Base Directory Specification."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "contrejour" / "mandate.key"


def private_key(file: Path | None, password_file: Path | None) -> PrivateKey:
    """The key to sign with. Raises InputMissing, SignatureError."""
    from contrejour.law.mandate.sign import read_private

    return read_private(_key_bytes(file or default_key()), password(password_file))


def witness_key(file: Path, password_file: Path | None) -> AnyKey:
    """A witness's key to sign with, of either kind. Raises InputMissing, SignatureError."""
    from contrejour.law.mandate.sign import read_any

    return read_any(_key_bytes(file), password(password_file))


def public_key(file: Path | None) -> PublicKey:
    """The key to verify with. Raises InputMissing, SignatureError."""
    from contrejour.law.mandate.sign import read_public

    return read_public(_key_bytes(file or beside(default_key())))


def beside(private: Path) -> Path:
    """Where the public half of a key is."""
    return private.with_name(private.name + ".pub")


def _key_bytes(path: Path) -> bytes:
    if not path.exists():
        raise InputMissing("key-file-does-not-exist", path=path)
    return arguments.read_bytes(path)


def password(file: Path | None) -> bytes | None:
    if file is None:
        return None
    first = arguments.read_bytes(file).splitlines()[:1]
    if not first or not first[0]:
        raise InputMissing("password-file-empty", file=file)
    return first[0]


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
