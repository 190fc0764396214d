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
        _demand_own(path, found)
    return data


def _demand_own(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise SignatureError("secret-of-another-user", path=path, owner=found.st_uid)
    if found.st_mode & 0o077:
        mode, command = f"{stat.S_IMODE(found.st_mode):04o}", f"chmod 600 {shlex.quote(str(path))}"
        raise SignatureError("secret-open-to-others", path=path, mode=mode, command=command)
