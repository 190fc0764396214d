"""What reads bytes of strangers, one function a reader: it returns, or there is a fault.

Each refuses with the error that it names, and nothing else; what it takes it gives back as it was.
The seeds are what our own writers write, so that they keep up with the formats.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from fakes.streams import fmt_of
from fuzz import documents

from contrejour.base.errors import (
    CameraError,
    ContrejourError,
    LedgerError,
    MasksError,
    SealError,
)
from contrejour.base.pictures import MOST_PX, Box, HiddenBox, Mask, Source
from contrejour.custody import note
from contrejour.custody.seal import header, onion
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.media import copying, nal
from contrejour.media.camera import ends, wire
from contrejour.media.camera.relay import description, dialogue, interleaved
from contrejour.media.out import fmp4
from contrejour.media.parameters import Odd
from contrejour.media.sets import Sets
from contrejour.recorded import masksfile


@dataclass(frozen=True)
class Target:
    """A reader: `run` raises only for a fault; `seeds` are good inputs."""

    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]


NONSENSE = (ValueError, KeyError, TypeError, ArithmeticError, ContrejourError)
"""What camera/decoder.py takes for a decoder that talks nonsense."""


def read_wire(data: bytes) -> None:
    """What a decoder says, after the byte that says what it is: a format or an error."""
    kind, body = data[:1], data[1 : 1 + ends.MOST_TEXT]
    if kind == b"E":
        str(ends.read_error(body, "cam"))
        return
    try:
        fmt, sandbox = wire.read_format(body)
    except NONSENSE:
        return
    assert wire.read_format(wire.told_format(fmt, sandbox)) == (fmt, sandbox)
    assert 0 < wire.picture_bytes(fmt) <= wire.HEAD.size + 6 * MOST_PX
    if wire.picture_bytes(fmt) < 1 << 20:
        whole = memoryview(data.ljust(wire.picture_bytes(fmt), b"\xa5")[: wire.picture_bytes(fmt)])
        fields, _ = wire.read_picture(whole, fmt)
        assert [plane.shape for plane in fields["planes"]] == fmt.shapes


def wire_seeds() -> list[bytes]:
    formats = [fmt_of(), fmt_of(30, "yuv420p10le")]
    said = ends.told_error(CameraError("camera-ended", camera="rtsp://x/1"))
    return [*(b"F" + wire.told_format(fmt, "seccomp") for fmt in formats), b"E" + said]


def read_answers(data: bytes) -> None:
    """What a camera answers its relay: a description, or all that comes once it plays."""
    kind, body = data[:1], data[1:]
    with suppress(ValueError):
        if kind == b"D":
            if stream := description.pictures(body, "rtsp://camera/x"):
                assert stream.sdp.count("\r\nm=") == 1
                assert stream.control.isascii()
                assert stream.control.isprintable()
            return
        split = interleaved.InterleavedReader()
        for at in range(0, len(body), 7):
            for said in split.feed(body[at : at + 7]):
                if not isinstance(said, tuple):
                    str(dialogue.elsewhere(said.one("location")))


def answers_seeds() -> list[bytes]:
    sdp = b"v=0\r\na=control:*\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    answer = b"RTSP/1.0 302 Moved\r\nLocation: rtsp://a@b/c\r\nContent-Length: 2\r\n\r\nab"
    packets = interleaved.told(0, bytes(12)) + interleaved.told(1, b"\x80\xc8" + bytes(26))
    return [b"D" + sdp + b"a=fmtp:96 x=y\r\na=control:trackID=1\r\n", b"P" + packets + answer]


def read_nal(data: bytes) -> None:
    """An access unit of a camera: the first byte says of which codec, and how units are told."""
    if not data:
        return
    codec = ("h264", "hevc", "mpeg4", "mjpeg")[data[0] & 3]
    prefix, data = (0, 1, 2, 4)[data[0] >> 2 & 3], data[1:]
    nal.length_size(codec, data)
    list(nal.types(codec, data, prefix))
    nal.opens_clean(codec, data, prefix)
    nal.stands_alone(codec, data, prefix, data[:40])
    nal.shown_earlier(codec, data)
    assert all(unit and not unit.endswith(b"\0") for unit in nal.units(data))
    assert all(nal.as_sent(data))
    if codec in ("h264", "hevc"):
        nal.all_sets(codec, nal.sets(codec, data))
        assert set(nal.without_sets(codec, data)) <= set(nal.units(data))
        assert set(nal.units(nal.base_layer(data))) <= set(nal.units(data))
        with suppress(Odd):
            for unit in copying.picture(codec, data, prefix, ()):
                assert b"\0\0\1" not in unit
        copies = copying.CopyIndex(codec, data[:40], (160, 96))
        copies.see(data)
        copies.sets(0, 1)
        known = Sets(codec, data)
        assert not known.doubts(data)


def nal_seeds() -> list[bytes]:
    units = [b"\x67\x42\x00\x1e\xab", b"\x68\xce\x38\x80", b"\x65\x88\x84\x21\xa0"]
    layered = [b"\x40\x01\x0c", b"\x42\x01\x01", b"\x44\x01\xc1", b"\x26\x01\xaf", b"\x26\x09\xaf"]
    visual = b"\0\0\1\xb0\x01\0\0\1\xb6\x10\x60\x91"
    return [
        b"\0" + b"".join(b"\0\0\0\1" + unit for unit in units),
        b"\1" + b"".join(b"\0\0\1" + unit for unit in layered),
        b"\x0c" + fmp4.prefixed(units),
        b"\2" + visual,
    ]


def write_fmp4(data: bytes) -> None:
    """Packets of a camera, as they come, are a fragment that reads back as the same packets."""
    samples: list[fmp4.Sample] = []
    rest = data
    while len(rest) > 8 and len(samples) < 50:
        size, duration = rest[0], int.from_bytes(rest[1:4])
        offset = int.from_bytes(rest[4:8], signed=True)
        samples.append(fmp4.Sample(rest[8 : 8 + size], duration, bool(size & 1), offset))
        rest = rest[8 + size :]
    if not samples:
        return
    made = fmp4.fragment_of(len(samples), len(data), samples)
    end = fmp4._end_of(made, b"moof")
    assert fmp4._end_of(made, b"mdat") == len(made)
    assert made[end + 8 :] == b"".join(sample.data for sample in samples)
    with suppress(ValueError):
        fmp4._end_of(data, b"moov")


def fmp4_seeds() -> list[bytes]:
    return [
        b"\x05\0\x0e\x10\0\0\0\0hello\x03\0\x0e\x10\xff\xff\xff\xf0abc",
        b"\0\0\0\x10ftypisom\0\0\0\0\0\0\0\x08moov",
    ]


def read_header(data: bytes) -> None:
    """The header of an age file: what is taken has one way to be written."""
    source = io.BytesIO(data)
    try:
        read = header.read(source)
    except SealError:
        return
    text = header.VERSION + b"".join(stanza.text() for stanza in read.stanzas) + b"---"
    assert text == read.signed
    assert data.startswith(read.signed + b" " + header.base64(read.mac).encode() + b"\n")
    assert source.tell() == len(read.signed) + 45


def header_seeds() -> list[bytes]:
    key = bytearray(b"YELLOW SUBMARINE")
    stanzas = [header.Stanza(("X25519", "a" * 43), bytes(32)), header.Stanza(("x",), bytes(48))]
    return [header.write(stanzas[:1], key), header.write(stanzas, key) + b"payload"]


def read_note(data: bytes) -> None:
    """A signed note, and a key: what is taken has one way to be written."""
    try:
        found = note.parse(data)
    except LedgerError:
        pass
    else:
        assert str(found).encode() == data
        with suppress(LedgerError):
            found.signed([KEY])
    try:
        key = note.read_key(data.decode("utf-8", "replace"))
    except LedgerError:
        return
    assert str(key) == data.decode()


KEY = note.Key("log.example.org/t", note.ED25519, bytes(32))


def note_seeds() -> list[bytes]:
    signature = note.Signature(KEY.name, KEY.id, bytes(64))
    text = f"log.example.org/t\n3\n{note.encode64(bytes(32))}\n"
    other = note.Signature("w", b"abcd", bytes(72))
    return [str(note.Note(text, (signature, other))).encode(), str(KEY).encode()]


def read_onions(data: bytes) -> None:
    """The onions of a window, and the header of a layer: both are exactly what sealing writes."""
    with suppress(SealError):
        assert onion.pack(onion.unpack(data)) == data
    with suppress(SealError):
        assert onion.Window.parse(data).text() == data


def onion_seeds() -> list[bytes]:
    with Identity.generate(RecipientKind.X25519) as identity:
        recipient = str(identity.recipient())
    window = onion.Window("car-1", 0, 60_000, "1970-01-01", "ab" * 32, recipient)
    packed = onion.pack({"dpo+vault.age": b"age-encryption.org/v1\n", "vault.age": b"x"})
    return [packed, window.text()]


def read_masks(data: bytes) -> None:
    """A masks file: what is taken and written again is read as the same."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in.json"
        path.write_bytes(data)
        try:
            head, rows = masksfile.read(path)
            found = list(rows)
        except MasksError:
            return
        again = Path(folder) / "again.json"
        masksfile.write(again, head, found)
        head_again, rows = masksfile.read(again)
        assert head_again == head
        assert [pts for pts, _ in rows] == [pts for pts, _ in found]


def masks_seeds() -> list[bytes]:
    head = masksfile.MasksHeader("in.mp4", "a" * 64, 640, 480, 90, Fraction(1, 12800), 2,
                                 (("yunet", "b" * 64),), {"hide": "people"})  # fmt: skip
    box = HiddenBox(Box(-3, 40, 30, 80), Source.DETECTOR, 1, 0.913)
    rows = [(0, Mask(0, (box,))), (512, Mask(1, (), "the decoder reported errors"))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "masks.json"
        masksfile.write(path, head, rows)
        return [path.read_bytes()]


TARGETS = {
    "wire": Target(read_wire, wire_seeds),
    "answers": Target(read_answers, answers_seeds),
    "nal": Target(read_nal, nal_seeds),
    "fmp4": Target(write_fmp4, fmp4_seeds),
    "header": Target(read_header, header_seeds),
    "note": Target(read_note, note_seeds),
    "onions": Target(read_onions, onion_seeds),
    "masks": Target(read_masks, masks_seeds),
    **{name: Target(*each) for name, each in documents.READERS.items()},
}
