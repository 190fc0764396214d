"""The user's own state folder, and the key by which this user knows what it made itself.

    $XDG_STATE_HOME/contrejour, else ~/.local/state/contrejour      mode 0700, no link
        key      32 random bytes, mode 0600, made when first needed
        veil/    the work folders of `veil` (recorded/folder.py)

A folder that came with an input may hold anything, what looks like work of ours among it. So work
lies here, and what is reused from elsewhere carries a code that this key made (HMAC-SHA256, RFC
2104). Whoever can write here is the user: nothing holds against that.

XDG Base Directory Specification: https://specifications.freedesktop.org/basedir-spec/
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

from contrejour.base import secret_file
from contrejour.base.errors import OutputFailed
from contrejour.base.files import create, make_folder, writing
from contrejour.base.messages import Message

KEY_BYTES = 32
_ELSEWHERE = Message("state-elsewhere")


def folder() -> Path:
    """The state folder, made where it is missing. Raises OutputFailed."""
    home = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not home.is_absolute():  # unset or relative: the specification says to ignore it
        home = _home() / ".local" / "state"
    return own_folder(home / "contrejour")


def _home() -> Path:
    with suppress(RuntimeError):
        if os.environ.get("HOME", "/").startswith("/"):  # an empty one would be the root
            return Path.home()
    raise OutputFailed("state-no-home", hint=_ELSEWHERE)


def own_folder(path: Path) -> Path:
    """The folder `path`, this user's alone: made with mode 0700 where nothing is.

    Raises OutputFailed where it can't be made, or is a link, another user's, or open to others.
    """
    with writing(path, _ELSEWHERE):
        if not os.path.lexists(path):
            make_folder(path.parent)
            with suppress(FileExistsError):  # another run was first
                path.mkdir(0o700)
        _demand_own(path)
    return path


def vouch(label: str, data: bytes) -> str:
    """A code over `data`, in hexadecimal, that only this user's key makes.

    `label` says what the data is of: a code under one label is none under another.
    Raises OutputFailed; SignatureError where others may read the key.
    """
    return hmac.new(_key(), b"%b\0%b" % (label.encode(), data), "sha256").hexdigest()


def vouched(label: str, data: bytes, code: object) -> bool:
    """Whether `code` is what `vouch` gives; raises as that does."""
    return isinstance(code, str) and hmac.compare_digest(
        vouch(label, data).encode(), code.encode("utf-8", "replace")
    )


def _key() -> bytes:
    path = folder() / "key"
    with writing(path, _ELSEWHERE):
        if not os.path.lexists(path):
            with suppress(FileExistsError):  # another run was first
                create(path, secrets.token_bytes(KEY_BYTES), 0o600)
        key = bytes(secret_file.read(path))
    if len(key) != KEY_BYTES:
        raise OutputFailed("state-key-damaged", path=path)
    return key


def _demand_own(path: Path) -> None:
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise OutputFailed("state-not-ours", path=path, hint=_ELSEWHERE)
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise OutputFailed("state-open-to-others", path=path)
