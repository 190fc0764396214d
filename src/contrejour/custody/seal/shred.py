"""Destroys a party's secret key, and makes the signed note by which the party says so.

{"day", "method", "party", "recipient", "time", "type": "epoch.shred", "v"}; for a hold's key,
"order" in place of "day", and "hold.shred". The note is no proof that the key is gone:
retention.is_dead says whose notes have to be true. Overwriting does not reach old copies that a
flash disk, a snapshot or a backup keeps.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base.canonical import canonical
from contrejour.base.errors import SealError
from contrejour.base.files import create, sync
from contrejour.base.foreign import read_file
from contrejour.base.parts import sweep
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.keys import hold_path, key_path, read_identity, shredding_path
from contrejour.custody.seal.plugin import Token
from contrejour.custody.seal.recipient import Recipient

METHOD = "overwrite+unlink"
Keep = Callable[[bytes], object]
"""Keeps a statement; durable when it returns."""


def destroy(
    folder: Path, day: date, party: str, key: Ed25519PrivateKey, now: datetime, token: str = "",
    keep: Keep = lambda _: None,
) -> bytes:  # fmt: skip
    """Destroy the secret key of a day, and say so in a note that the party signs.

    `keep` keeps the note; once it has, the destruction is over. Before, a kill leaves
    `NAME.shredding`, what the note needs of the key, and the next call goes on. A key in a token
    (`token`: which kind, "hsm" or "tpm") has to be destroyed there before; this destroys its file.
    Raises SealError where there is no such key, and OSError where it could not be destroyed.
    """
    told = {"type": "epoch.shred", "party": party, "day": day.isoformat()}
    return _destroyed(key_path(folder, day), told, key, now, token, keep)


def destroy_hold(
    folder: Path, order: str, party: str, key: Ed25519PrivateKey, now: datetime, token: str = "",
    keep: Keep = lambda _: None,
) -> bytes:  # fmt: skip
    """The same of the key of a hold."""
    told = {"type": "hold.shred", "party": party, "order": order}
    return _destroyed(hold_path(folder, order), told, key, now, token, keep)


def method_of(path: Path, token: str) -> str:
    """How a key is destroyed: METHOD, or for one in a token, which kind that is.

    Raises SealError where that is not known, OSError.
    """
    return _facts(path, token)["method"]


def is_begun(path: Path) -> bool:
    """Whether the destruction of this key was begun, and not ended."""
    return shredding_path(path).exists()


def _facts(path: Path, token: str) -> dict[str, str]:
    """What a statement says of a key: its recipient and the method."""
    if is_begun(path):
        facts = json.loads(read_file(shredding_path(path)))
        return {"recipient": str(facts["recipient"]), "method": str(facts["method"])}
    with read_identity(path, to_destroy=True) as secret:
        method = token if isinstance(secret, Token) else METHOD
        if not method:
            raise SealError("key-in-a-token", key=path.stem)
        return {"recipient": str(secret.recipient()), "method": method}


def _destroyed(
    path: Path, told: Mapping[str, str], key: Ed25519PrivateKey, now: datetime, token: str,
    keep: Keep,
) -> bytes:  # fmt: skip
    if not path.exists() and not is_begun(path):
        raise SealError("no-key-to-destroy", key=path.stem, folder=path.parent)
    facts, mark = _facts(path, token), shredding_path(path)
    whole = {**told, **facts, "time": int(now.timestamp())}
    statement = keynotes.sign_told(whole, told["party"], key)
    if not is_begun(path):
        create(mark, canonical(facts), 0o600)
    if path.exists():
        _overwrite(path)
        path.unlink()
        sync(path.parent)
    keep(statement)
    mark.unlink()
    sweep(mark)
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
