"""A party's key of each UTC day: made, published, destroyed. One folder, `<day>.key` for each.

    # 2027-02-12                            an identity file, as age-keygen writes it
    # public key: age1pq1…
    AGE-SECRET-KEY-PQ-1…                    or AGE-PLUGIN-NAME-1…: the key is in a token

Published is a signed note of canonical JSON, {"keys": {day: age1…}, "party", "type":
"keyset.publish", "v"}; destroyed, another, {"day", "method", "party", "recipient", "time", "type":
"epoch.shred", "v"}; of a hold's key, "order" and "hold.shred" in place of two. A destruction is
attested, never proven: retention.is_dead says who has to have told the truth. Overwriting does not
reach old copies that a flash disk, a snapshot or a backup keeps: the folder belongs on a disk whose
own key dies with it, and in no backup.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contrejour.errors import SealError
from contrejour.quorum import Policy
from contrejour.seal import note
from contrejour.seal.files import sync_folder, write_new
from contrejour.seal.onion import VERSION, Keyset, keyset
from contrejour.seal.plugin import PREFIX, Person, Token
from contrejour.seal.recipient import Identity, Kind, Recipient
from contrejour.seal.wipe import wipe

METHOD = "overwrite+unlink"
MOST_BYTES = 16 << 10
_PUBLIC = re.compile(rb"age1[0-9a-z]+")


def key_path(folder: Path, day: date) -> Path:
    return folder / f"{day.isoformat()}.key"


def hold_path(folder: Path, order: str) -> Path:
    """Of the key that keeps a hold, by the id of its order; no day ends it, the hold does."""
    return folder / f"{order}.hold"


def make_hold(folder: Path, order: str, until: str, kind: Kind) -> Recipient:
    """A party's key for one hold; `until` is written into it. Raises SealError, OSError."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with Identity.generate(kind) as secret:
        write_identity(hold_path(folder, order), secret, f"hold until {until}")
        return secret.recipient()


def days(folder: Path) -> list[date]:
    """The days whose keys are here, in order."""
    found = []
    for path in folder.glob("*.key"):
        try:
            found.append(date.fromisoformat(path.stem))
        except ValueError:
            continue
    return sorted(found)


def make(folder: Path, wanted: Iterable[date], kind: Kind) -> dict[date, Recipient]:
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


def read_identity(path: Path, person: Person | None = None) -> Identity | Token:
    """The one key of an identity file. `person`: whom its token may ask.

    Raises SealError, OSError.
    """
    data = bytearray(min(path.stat().st_size, MOST_BYTES))
    with path.open("rb", buffering=0) as file:
        file.readinto(data)
    lines = [line for line in data.splitlines() if line and not line.startswith(b"#")]
    try:
        if len(lines) != 1:
            raise SealError(f"it holds {len(lines)} keys, and not one")
        if lines[0].startswith(PREFIX):
            return Token(bytes(lines[0]), _told_public(data), person)
        return Identity.parse(lines[0])
    except SealError as error:
        raise SealError(f"the key file {path}: {error}", error.hint) from None
    finally:
        wipe(data, *lines)


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
        raise SealError("there are no keys of these days to publish")
    return _signed({"type": "keyset.publish", "party": party, "keys": keys}, party, key)


def published(data: bytes, by: note.Verifier) -> dict[str, Recipient]:
    """The keys of each day that a party published. Raises SealError."""
    told = _told(note.verify(data, by), "keyset.publish", by)
    keys = told.get("keys")
    if not isinstance(keys, dict) or set(told) != {"type", "party", "keys", "v"}:
        raise SealError("not a keyset")
    try:
        return {date.fromisoformat(day).isoformat(): Recipient.parse(keys[day]) for day in keys}
    except (ValueError, AttributeError) as error:
        raise SealError("not a keyset: its days are no days") from error


def keys_of(policy: Policy, notes: Iterable[bytes], day: str) -> Keyset:
    """Whom a policy seals for on a day.

    Each party's line holds its key itself (age1…), or the key that it signs its days' keys with:
    then its key of that day comes from one of the notes. Raises SealError where one is missing.
    """
    found, epoch, told = {}, "", list(notes)
    needed = {party for way in policy.ways() for party in way}
    for party, words in policy.members.items():
        if party not in needed:  # may ask, and opens nothing
            continue
        if words[0].startswith("age1"):
            found[party] = Recipient.parse(words[0])
            continue
        by, epoch = note.Verifier.parse(words[0]), day
        of_day = [keys[day] for data in told if day in (keys := _of_party(data, by))]
        if not of_day:
            raise SealError(
                f"{party} published no key for {day}",
                "contrejour keys publish makes the note, --keyset names it",
            )
        if len(set(of_day)) > 1:
            raise SealError(f"{party} published two keys for {day}", "ask them which one holds")
        found[party] = of_day[0]
    return keyset(policy, found, epoch)


def _of_party(data: bytes, by: note.Verifier) -> dict[str, Recipient]:
    """The keys in a note, none where it is somebody else's. Raises SealError for a forged one."""
    return published(data, by) if f"\n— {by.name} ".encode() in data else {}


def holds(folder: Path) -> list[Path]:
    """The keys of holds that are here, `<order>.hold`."""
    return sorted(path for path in folder.glob("*.hold") if path.is_file())


def hold_until(path: Path) -> datetime:
    """When the key of a hold has to go. Raises SealError where it doesn't say, OSError."""
    with path.open("rb") as file:
        head = file.readline(100).decode(errors="replace")
    try:
        at = datetime.strptime(head, "# hold until %Y-%m-%dT%H:%M:%SZ\n")
        if not re.fullmatch("[0-9a-f]{64}", path.stem):
            raise ValueError
    except ValueError:
        raise SealError(
            f"the key file {path} doesn't say of which hold it is, or when it has to go",
            "`case hold-key` writes both",
        ) from None
    return at.replace(tzinfo=UTC)


def destroy(
    folder: Path, day: date, party: str, key: Ed25519PrivateKey, now: datetime, token: str = ""
) -> bytes:
    """Destroy the secret key of a day, and say so in a note that the party signs.

    The note is made before and given back after: a key is gone even if nobody hears of it. A key in
    a token (`token`: which kind, "hsm" or "tpm") was destroyed there before; here its file goes.
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
        raise SealError(
            f"the key of {path.stem} is in a token, and overwriting its file destroys nothing "
            "there",
            "destroy it by the token's own tool; then --token hsm or tpm says so",
        )
    return method


def _destroyed(
    path: Path, told: Mapping[str, str], key: Ed25519PrivateKey, now: datetime, token: str = ""
) -> bytes:
    if not path.exists():
        raise SealError(f"there is no key of {path.stem} in {path.parent}")
    method = method_of(path, token)
    with read_identity(path) as secret:
        recipient = str(secret.recipient())
    time = int(now.timestamp())
    whole = {**told, "recipient": recipient, "method": method, "time": time}
    statement = _signed(whole, told["party"], key)
    _overwrite(path)
    path.unlink()
    sync_folder(path.parent)
    return statement


def destroyed(data: bytes, by: note.Verifier) -> tuple[date, str, datetime]:
    """Which day's key a party says it destroyed, its recipient, and when. Raises SealError."""
    told = _told(note.verify(data, by), "epoch.shred", by)
    try:
        time = datetime.fromtimestamp(told["time"], UTC)
        return date.fromisoformat(told["day"]), str(Recipient.parse(told["recipient"])), time
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise SealError("not the statement of a destruction") from error


def _overwrite(path: Path) -> None:
    """Twice, at random and with zeros, each of them durable before the next."""
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        for data in (os.urandom(size), bytes(size)):
            file.seek(0)
            file.write(data)
            os.fsync(file.fileno())


def _signed(told: Mapping[str, Any], party: str, key: Ed25519PrivateKey) -> bytes:
    text = rfc8785.dumps({**told, "v": VERSION}).decode()
    return note.sign(text + "\n", party, key)


def _told(text: str, kind: str, by: note.Verifier) -> dict[str, Any]:
    try:
        told = json.loads(text)
        exact = rfc8785.dumps(told).decode() + "\n" == text and isinstance(told, dict)
    except (ValueError, RecursionError):
        exact = False
    if not exact or (told.get("type"), told.get("party")) != (kind, by.name):
        raise SealError(f"not a {kind} of {by.name}")
    return dict(told)
