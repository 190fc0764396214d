"""Destroys a party's secret key, and makes the signed note by which the party says so.

{"day", "method", "party", "recipient", "time", "type": "epoch.shred", "v"}; for a hold's key,
"order" in place of "day", and "hold.shred". The note is no proof that the key is gone:
retention.is_dead says whose notes have to be true. Overwriting does not reach old copies that a
flash disk, a snapshot or a backup keeps.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.errors import SealError
from contrejour.base.files import sync
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.keys import hold_path, key_path, read_identity
from contrejour.custody.seal.plugin import Token
from contrejour.custody.seal.recipient import Recipient

METHOD = "overwrite+unlink"


def destroy(
    folder: Path, day: date, party: str, key: Ed25519PrivateKey, now: datetime, token: str = ""
) -> bytes:
    """Destroy the secret key of a day, and say so in a note that the party signs.

    The note is signed before the key is destroyed, and returned after. A key in a token (`token`:
    which kind, "hsm" or "tpm") has to be destroyed there before; this destroys its file.
    Raises SealError where there is no such key, and OSError where it could not be destroyed.
    """
    told = {"type": "epoch.shred", "party": party, "day": day.isoformat()}
    return _destroyed(key_path(folder, day), told, key, now, token)


def destroy_hold(
    folder: Path, order: str, party: str, key: Ed25519PrivateKey, now: datetime, token: str = ""
) -> bytes:
    """The same of the key of a hold."""
    told = {"type": "hold.shred", "party": party, "order": order}
    return _destroyed(hold_path(folder, order), told, key, now, token)


def method_of(path: Path, token: str) -> str:
    """How a key is destroyed: METHOD, or for one in a token, which kind that is.

    Raises SealError where that is not known, OSError.
    """
    with read_identity(path) as secret:
        method = token if isinstance(secret, Token) else METHOD
    if not method:
        raise SealError("key-in-a-token", key=path.stem)
    return method


def _destroyed(
    path: Path, told: Mapping[str, str], key: Ed25519PrivateKey, now: datetime, token: str = ""
) -> bytes:
    if not path.exists():
        raise SealError("no-key-to-destroy", key=path.stem, folder=path.parent)
    method = method_of(path, token)
    with read_identity(path) as secret:
        recipient = str(secret.recipient())
    time = int(now.timestamp())
    whole = {**told, "recipient": recipient, "method": method, "time": time}
    statement = keynotes.sign_told(whole, told["party"], key)
    _overwrite(path)
    path.unlink()
    sync(path.parent)
    return statement


def destroyed(data: bytes, by: keynotes.Verifier) -> tuple[date, str, datetime]:
    """Which day's key a party says it destroyed, its recipient, and when. Raises SealError."""
    told = keynotes.read_told(data, "epoch.shred", by)
    try:
        time = datetime.fromtimestamp(told["time"], UTC)
        return date.fromisoformat(told["day"]), str(Recipient.parse(told["recipient"])), time
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise SealError("not-a-statement") from error


def _overwrite(path: Path) -> None:
    """Write random bytes, then zeros, over the file; each is durable before what follows."""
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        for data in (os.urandom(size), bytes(size)):
            file.seek(0)
            file.write(data)
            os.fsync(file.fileno())
