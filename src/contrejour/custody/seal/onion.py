"""The key of a window, wrapped once for each smallest set of parties that can open it. Pure.

    age(dpo,  header LF age(prosecutor,  header LF age(vault,  header LF AGE-SECRET-KEY-… LF)))

The header is canonical JSON (RFC 8785), and the same in every layer: a party that peels its layer
reads first which window that opens. The vault is innermost; the others peel before it, in the order
of their names (custody/openers.py). `W.onions` is a tar of them, `dpo+prosecutor+vault.age` for
this one: `age -d -i KEY x.age | tail -n +2` peels a layer without any code of this program.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from contrejour.base.canonical import canonical
from contrejour.base.errors import SealError
from contrejour.custody.openers import demand_shared, layers
from contrejour.custody.quorum import Policy
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.recipient import Identity, Recipient, RecipientKind
from contrejour.custody.seal.wipe import wipe

VERSION = 1
MOST_ONIONS_BYTES = 8 << 20
_PARTY = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_CAMERA = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,200}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_DAY_MS, _MOST_MS = 86_400_000, 253_402_300_800_000  # the year 10000


@dataclass(frozen=True, slots=True)
class Window:
    """What is sealed under one key: the header of every layer of its onions.

    `t0`, `t1`: milliseconds since 1970, UTC, the second one not included. `epoch`: the UTC day
    whose keys seal it, "" for keys that no day ends. `keyset`: `Keyset.id`. `recipient`: age1….
    """

    cam: str
    t0: int
    t1: int
    epoch: str
    keyset: str
    recipient: str

    def text(self) -> bytes:
        """{"cam", "epoch", "keyset", "recipient", "t0", "t1", "v"}, canonical."""
        return canonical({"v": VERSION, **asdict(self)})

    @classmethod
    def parse(cls, text: bytes) -> Window:
        """Raises SealError unless this is exactly the text of a window."""
        try:
            told = json.loads(text)
            version = told.pop("v")
            window = cls(**told)
            window.check()
            exact = version == VERSION and window.text() == text
        except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
            exact = False
        if not exact:
            raise SealError("layer-without-window")
        return window

    def check(self) -> None:
        """Raises SealError unless each value is one that a window may have."""
        texts = (self.cam, self.epoch, self.keyset, self.recipient)
        times = (self.t0, self.t1)
        if (
            not all(type(each) is str for each in texts)
            or not all(type(each) is int and 0 <= each < _MOST_MS for each in times)
            or not _SHA256.fullmatch(self.keyset)
        ):
            raise SealError("layer-without-window")
        if not _CAMERA.fullmatch(self.cam) or self.t0 > self.t1:
            raise SealError("window-of-nothing", camera=self.cam, since=self.t0, until=self.t1)
        if self.epoch and (day_of(self.t0) != self.epoch or self.t1 > end_of_day(self.t0)):
            raise SealError("window-outside-its-day", epoch=self.epoch)
        Recipient.parse(self.recipient)


def day_of(time_ms: int) -> str:
    """The UTC day of a time, ISO 8601."""
    return datetime.fromtimestamp(time_ms // 1000, UTC).date().isoformat()


def end_of_day(time_ms: int) -> int:
    """The first millisecond of the next UTC day."""
    return (time_ms // _DAY_MS + 1) * _DAY_MS


@dataclass(frozen=True, slots=True)
class Keyset:
    """The public keys that a day is sealed for, by party, and each way to open.

    `ways`: the parties of each, the innermost first. Made by `keyset`, which checks it.
    """

    epoch: str
    keys: Mapping[str, Recipient]
    ways: tuple[tuple[str, ...], ...]

    @property
    def kind(self) -> RecipientKind:
        """The kind of a window's own key: post-quantum where the parties' are."""
        any_of = next(iter(self.keys.values()))
        return RecipientKind.HYBRID if any_of.kind.is_post_quantum else RecipientKind.X25519

    @property
    def id(self) -> str:
        """SHA-256 of {"epoch", "keys": {party: age1…}}, canonical, in hex."""
        keys = {party: str(key) for party, key in self.keys.items()}
        return hashlib.sha256(canonical({"epoch": self.epoch, "keys": keys})).hexdigest()


def keyset(policy: Policy, keys: Mapping[str, Recipient], epoch: str = "") -> Keyset:
    """The ways of a policy, with these keys. Raises SealError where keys are missing or unfit, and
    for a policy by which one party opens alone."""
    demand_shared(policy)
    needed = {party for way in policy.ways() for party in way}
    for party in needed:
        if not _PARTY.fullmatch(party):
            raise SealError("bad-party-name", party=party)
        if party not in keys:
            raise SealError("no-key-of-party", party=party)
    own = {party: keys[party] for party in policy.members if party in needed}
    if len({key.kind.is_post_quantum for key in own.values()}) > 1:
        raise SealError("onion-keys-of-two-kinds")
    if len(set(own.values())) < len(own):
        raise SealError("two-parties-with-one-key")
    return Keyset(epoch, own, tuple(map(layers, policy.ways())))


def wrap(window: Window, secret: Identity, layers: Sequence[Recipient]) -> bytes:
    """One onion, for these recipients from the innermost out. The caller wipes `secret`."""
    header = window.text() + b"\n"
    text = secret.text()
    inside = bytearray(len(header) + len(text) + 1)  # allocated whole: growing leaves copies
    inside[: len(header)], inside[len(header) : -1], inside[-1] = header, text, 0x0A
    wipe(text)
    for recipient in layers:
        out = io.BytesIO()
        try:
            _seal(out, recipient, inside)
        finally:
            wipe(inside)
        inside = bytearray(header) + out.getvalue()
    return bytes(memoryview(inside)[len(header) :])


def _seal(out: io.BytesIO, recipient: Recipient, data: bytearray) -> None:
    writer = Writer(out, [recipient])
    try:
        writer.write(data)
        writer.close()
    finally:
        writer.wipe()


def onions(window: Window, secret: Identity, keys: Keyset) -> dict[str, bytes]:
    """Each onion by its name: its parties, in the order in which they peel."""
    return {
        "+".join(reversed(way)) + ".age": wrap(window, secret, [keys.keys[each] for each in way])
        for way in keys.ways
    }


def pack(onions: Mapping[str, bytes]) -> bytes:
    """W.onions: a tar, the same bytes for the same onions."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, data in sorted(onions.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o444
            tar.addfile(entry, io.BytesIO(data))
        end = tar.offset + 2 * tarfile.BLOCKSIZE  # two empty blocks end it: no padding to 10 kB
    return out.getvalue()[:end]


def unpack(data: bytes) -> dict[str, bytes]:
    """The onions of a W.onions. Raises SealError unless `pack` would write the same bytes.

    Read block by block and not by tarfile, which believes what an entry says of itself: a sparse
    one of 2 kB says that it holds gigabytes, one expression of its reader takes long.
    """
    if len(data) <= MOST_ONIONS_BYTES:
        with suppress(ValueError):
            found = dict(_entries(data))
            if found and pack(found) == data:
                return found
    raise SealError("onions-damaged")


def _entries(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each plain file. Raises ValueError for an entry of any other type."""
    at, long_name = 0, None
    while any(head := data[at : at + tarfile.BLOCKSIZE]):
        size, kind = int(head[124:135], 8), head[156:157]
        at += tarfile.BLOCKSIZE
        inside = data[at : at + size]
        if len(inside) != size:
            raise ValueError(size)
        at += -(-size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
        if kind == tarfile.GNUTYPE_LONGNAME and long_name is None:
            long_name = inside.rstrip(b"\0")
        elif kind == tarfile.REGTYPE:
            yield (long_name or head[:100].rstrip(b"\0")).decode(), inside
            long_name = None
        else:
            raise ValueError(kind)
