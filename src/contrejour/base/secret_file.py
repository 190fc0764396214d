"""Files that keep a secret of this user, such as a key or a password: read where nobody else may.

As ssh has it with private keys. A file that belongs to somebody else, or that group or others may
read or change, is refused, and so is a link: what it leads to may be another one tomorrow. The file
that is looked at is the one that was opened. Access lists show in the group's bits (acl(5)).
"""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable
from pathlib import Path

from contrejour.base.errors import InputMissing, SignatureError
from contrejour.base.foreign import opened

MOST_BYTES = 64 << 10
_MOST_LINE = 4096


def read(path: Path, is_open: Callable[[bytearray], bool] = lambda _: False) -> bytearray:
    """All of it, the caller's to wipe. `is_open`: says of what was read that it is no secret.

    Raises SignatureError for a secret that others may know, InputMissing for what is too large,
    OSError.
    """
    if path.is_symlink():
        raise SignatureError("secret-is-a-link", path=path, target=os.path.realpath(path))
    with opened(path) as file:
        found = os.fstat(file.fileno())
        if found.st_size > MOST_BYTES:
            raise InputMissing("secret-too-large", path=path, most_kib=MOST_BYTES >> 10)
        data = bytearray(found.st_size)
        del data[os.readv(file.fileno(), [data]) :]  # into no buffer that nobody could wipe
    if not is_open(data):
        _demand(path, found, owners=(os.geteuid(),), closed=0o077, by="600")
    return data


def first_line(path: Path) -> str:
    """The first line of a login, or of what is shared with a server, without its end.

    Who sets a machine up often keeps these for a service: root's, and read by its group. A link is
    followed.

    Raises SignatureError for one that everybody may read, or others change, OSError, ValueError
    where it is empty, too long, or not UTF-8.
    """
    with opened(path, follow=True) as file:
        found = os.fstat(file.fileno())
        line = file.readline(_MOST_LINE + 1)
    if not line.strip() or len(line) > _MOST_LINE:
        raise ValueError
    _demand(path, found, owners=(os.geteuid(), 0), closed=0o027, by="o-rwx,g-w")
    return line.decode().splitlines()[0]


def _demand(
    path: Path, found: os.stat_result, owners: tuple[int, ...], closed: int, by: str
) -> None:
    if found.st_uid not in owners:
        raise SignatureError("secret-of-another-user", path=path, owner=found.st_uid)
    if found.st_mode & closed:
        mode, command = f"{stat.S_IMODE(found.st_mode):04o}", f"chmod {by} {shlex.quote(str(path))}"
        raise SignatureError("secret-open-to-others", path=path, mode=mode, command=command)
