"""A party's keys: of each UTC day, and of holds. One folder, `<day>.key`, `<order>.hold`.

    # 2027-02-12                            an identity file, as age-keygen writes it
    # public key: age1pq1…
    AGE-SECRET-KEY-PQ-1…                    or AGE-PLUGIN-NAME-1…: the key is in a token

Published is a signed note of canonical JSON, {"keys": {day: age1…}, "party", "type":
"keyset.publish", "v"}. shred.py destroys secret keys, and reaches no copy: the folder belongs on an
encrypted disk whose own key is destroyed with it, and in no backup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.base import secret_file
from contrejour.base.errors import SealError
from contrejour.base.files import make_folder
from contrejour.base.times import SECOND, of_utc, written_day
from contrejour.custody.note import Key
from contrejour.custody.openers import signers
from contrejour.custody.quorum import Policy
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.new_files import write_new
from contrejour.custody.seal.onion import Keyset, keyset
from contrejour.custody.seal.plugin import PREFIX, Token, TokenUser
from contrejour.custody.seal.recipient import Identity, Recipient, RecipientKind
from contrejour.custody.seal.wipe import wipe

SHREDDING = ".shredding"
_PUBLIC = re.compile(rb"age1[0-9a-z]+")


def key_path(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.key"


def hold_path(folder: Path, order: str) -> Path:
    """The file of a hold's key, by the id of its order; the key ends with the hold, not a day."""
    return folder / f"{order}.hold"


def shredding_path(path: Path) -> Path:
    """Beside a key that is being destroyed: what the statement will say of it (shred.py)."""
    return path.with_name(f"{path.name}{SHREDDING}")


def make_hold(folder: Path, order: str, until: str, kind: RecipientKind) -> Recipient:
    """A party's key for one hold; `until` is written into it. Raises SealError, OSError."""
    make_folder(folder, 0o700)
    with Identity.generate(kind) as secret:
        write_identity(hold_path(folder, order), secret, f"hold until {until}")
        return secret.recipient()


def days(folder: Path) -> list[date]:
    """The days whose keys are here, or whose destruction was not ended, in order."""
    found = set()
    for path in _there(folder, ".key"):
        with suppress(ValueError):
            found.add(written_day(path.stem))
    return sorted(found)


def _there(folder: Path, suffix: str) -> set[Path]:
    """Keys, and those of which a destruction that was not ended is all that is left."""
    begun = folder.glob(f"*{suffix}{SHREDDING}")
    return {*folder.glob(f"*{suffix}"), *(path.with_suffix("") for path in begun)}


def make(folder: Path, wanted: Iterable[date], kind: RecipientKind) -> dict[date, Recipient]:
    """Make the keys of these days; those that are there stay as they are, and are left out.

    Raises OSError.
    """
    made = {}
    for day in wanted:
        path = key_path(folder, day)
        if path.exists():
            continue
        with Identity.generate(kind) as secret:
            write_identity(path, secret, day.isoformat())
            made[day] = secret.recipient()
    return made


def write_identity(path: Path, secret: Identity, title: str) -> None:
    """An identity file for this user alone. Raises SealError where there is one, and OSError."""
    text = secret.text()
    head = f"# {title}\n# public key: {secret.recipient()}\n".encode()
    data = bytearray(len(head) + len(text) + 1)
    data[: len(head)], data[len(head) : -1], data[-1] = head, text, 0x0A
    try:
        write_new(path, data, mode=0o600)
    finally:
        wipe(text, data)


def read_identity(
    path: Path, person: TokenUser | None = None, *, to_destroy: bool = False
) -> Identity | Token:
    """The one key of an identity file. `person`: whom its token may ask.

    Raises SealError, InputMissing, OSError; SignatureError where others may read it, unless its
    key is in a token, or it is read `to_destroy` it.
    """
    data = secret_file.read(path, lambda data: to_destroy or all(map(_is_of_token, _keys(data))))
    lines = _keys(data)
    try:
        if len(lines) != 1:
            raise SealError("not-one-key", keys=len(lines))
        if _is_of_token(lines[0]):
            return Token(bytes(lines[0]), _told_public(data), person)
        return Identity.parse(lines[0])
    except SealError as error:
        raise SealError("key-file-bad", path=path, error=error.message, hint=error.advice) from None
    finally:
        wipe(data, *lines)


def _keys(data: bytearray) -> list[bytearray]:
    return [line for line in data.splitlines() if line and not line.startswith(b"#")]


def _is_of_token(line: bytearray) -> bool:
    return line.startswith(PREFIX)


def _told_public(data: bytearray) -> Recipient | None:
    """The recipient that the comments of a token's identity file name, of a kind known here."""
    for line in data.splitlines():
        for word in _PUBLIC.findall(line) if line.startswith(b"#") else ():
            with suppress(SealError):
                return Recipient.parse(word.decode())
    return None


def publish(folder: Path, wanted: Iterable[date], party: str, key: Ed25519PrivateKey) -> bytes:
    """The public keys of these days, in a note that the party signs. Raises SealError, OSError."""
    keys = {}
    for day in wanted:
        with read_identity(key_path(folder, day)) as secret:
            keys[day.isoformat()] = str(secret.recipient())
    if not keys:
        raise SealError("no-keys-to-publish")
    return keynotes.sign_told({"type": "keyset.publish", "party": party, "keys": keys}, party, key)


def published(data: bytes, by: Key) -> dict[str, Recipient]:
    """The keys of each day that a party published. Raises SealError."""
    told = keynotes.read_told(data, "keyset.publish", by)
    keys = told.get("keys")
    if not isinstance(keys, dict) or set(told) != {"type", "party", "keys", "v"}:
        raise SealError("not-a-keyset")
    try:
        return {written_day(day).isoformat(): Recipient.parse(keys[day]) for day in keys}
    except (ValueError, AttributeError) as error:
        raise SealError("keyset-with-bad-days") from error


def keys_of(policy: Policy, notes: Iterable[bytes], day: str) -> Keyset:
    """The public keys that a policy seals for on a day.

    Each party's line holds its key itself (age1…), or the key that it signs its days' keys with:
    then its key of that day comes from one of the notes. Raises SealError where one is missing.
    """
    found, epoch, told, known = {}, "", list(notes), signers(policy)
    for party in frozenset().union(*policy.ways()):
        if party not in known:
            found[party] = Recipient.parse(policy.members[party][0])
            continue
        by, epoch = known[party], day
        of_day = [keys[day] for data in told if day in (keys := _of_party(data, by))]
        if not of_day:
            raise SealError("no-key-published", party=party, day=day)
        if len(set(of_day)) > 1:
            raise SealError("two-keys-published", party=party, day=day)
        found[party] = of_day[0]
    return keyset(policy, found, epoch)


def _of_party(data: bytes, by: Key) -> dict[str, Recipient]:
    """The keys in a note, none where it is somebody else's. Raises SealError for a forged one."""
    return published(data, by) if keynotes.names(data, by) else {}


def holds(folder: Path) -> list[Path]:
    """The keys of holds that are here, `<order>.hold`, as `days` has those of days."""
    return sorted(path for path in _there(folder, ".hold") if not path.is_dir())


def hold_until(path: Path) -> datetime:
    """When the key of a hold has to go. Raises SealError where it doesn't say, OSError."""
    with path.open("rb") as file:
        head = file.readline(100).decode(errors="replace")
    try:
        at = of_utc(head, f"# hold until {SECOND}\n")
        if not re.fullmatch("[0-9a-f]{64}", path.stem):
            raise ValueError
    except ValueError:
        raise SealError("hold-key-file-incomplete", path=path) from None
    return at
