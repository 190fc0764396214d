"""Every reader of what strangers write, and shapes of it that make a careless one take for ever.

`python -m fakes.growth READER` reads each shape with the most bytes that the reader is given, and
with a quarter of them, and tells the processor's seconds of both: a line of JSON a shape.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

FOURFOLD = 2.6**2
"""Twice the time for twice the bytes, and what a cache adds."""
LEAST_S = 0.05
"""What takes less says nothing about how it grows."""
Shape = Callable[[int], bytes]
"""So many bytes, or a few less."""


def repeated(piece: bytes, head: bytes = b"", tail: bytes = b"") -> Shape:
    """A piece again and again; `%d` in it is a number, another one each time."""

    def made(size: int) -> bytes:
        size -= len(head) + len(tail)
        if b"%d" not in piece:
            return head + piece * (size // len(piece)) + tail
        each = len(piece) + len(str(size // len(piece))) - 2
        return head + b"".join(piece % n for n in range(size // each)) + tail

    return made


JSON: Mapping[str, Shape] = {
    "many keys": repeated(b'"k%d":0,', b"{", b'"z":0}'),
    "a key twice": repeated(b'"k":0,', b"{", b'"k":0}'),
    "a long text": repeated(b"a", b'{"k":"', b'"}'),
    "escapes": repeated(b"\\u00e9", b'{"k":"', b'"}'),
    "a long key": repeated(b"a", b'{"', b'":0}'),
    "many lists": repeated(b"[],", b'{"k":[', b"0]}"),
    "many numbers": repeated(b"1,", b'{"k":[', b"0]}"),
    "a long number": repeated(b"1", b'{"k":', b"}"),
    "deep lists": repeated(b"["),
    "deep objects": repeated(b'{"a":'),
    "spaces": repeated(b" ", b'{"k":', b"0}"),
    "a top list": repeated(b"{},", b"[", b"{}]"),
    "half a text": repeated(b"a", b'{"k":"'),
}
LINES: Mapping[str, Shape] = {
    "one line": repeated(b"a"),
    "words": repeated(b"a "),
    "empty lines": repeated(b"\n"),
    "lines": repeated(b"a b c\n"),
    "letters of two bytes": repeated("é".encode()),
    "a line and spaces": repeated(b" ", b"a", b"\n"),
    "nothing": repeated(b"\0"),
}
YAML: Mapping[str, Shape] = {
    **JSON,
    **LINES,
    "unknown keys": repeated(b"k%d: 0\n"),
    "unknown keys below": repeated(b"  k%d: 0\n", b"places:\n"),
    "unknown keys of an item": repeated(b"    k%d: 0\n", b"measures:\n  - id: a\n"),
    "bad items": repeated(b"  - 1\n", b"measures:\n"),
    "no items": repeated(b"  - {}\n", b"measures:\n"),
    "odd documents": repeated(b"  d%d: {}\n", b"documents:\n"),
    "times": repeated(b"  - 16:00\n", b"a:\n"),
    "colons": repeated(b"a:", b"k: "),
    "flow": repeated(b"k%d: 0, ", b"{", b"}"),
    "flow that libyaml refuses": repeated(b"a: 1:1, ", b"{", b"}"),
    "a fault at the end": repeated(b"k%d: 0\n", b"", b"\t- x: ]\n"),
    "a long text of lines": repeated(b"  a\n", b"k: |\n"),
    "quotes": repeated(b"''", b"k: '", b"'"),
    "comments": repeated(b"# a\n", b"a: 0\n"),
    "anchors": repeated(b"- &a%d 0\n"),
    "documents": repeated(b"---\na: 0\n"),
    "deep dashes": repeated(b"- "),
    "question marks": repeated(b"? "),
}
FAULTS = {name: YAML[name] for name in ("many keys", "unknown keys", "bad items", "documents")}
"""What is told of YAML that fits no model; how it is read is the same for all."""
NOTE: Mapping[str, Shape] = {
    **LINES,
    "signatures": repeated(b"\xe2\x80\x94 w AAAAAAAA\n", b"a\n\n"),
    "empty notes": repeated(b"a\n\n"),
    "hashes": repeated(b"A" * 43 + b"=\n", b"c2sp.org/tlog-proof@v1\nindex 0\n", b"\n"),
}


@dataclass(frozen=True)
class Reader:
    """`run` reads bytes, and raises a ContrejourError for what it refuses.

    `most`: bytes that it is given at most: as many as it takes, or enough of them.
    """

    run: Callable[[bytes], object]
    most: int
    shapes: Mapping[str, Shape]


def readers() -> dict[str, Reader]:
    """By name."""
    return {**_voted(), **_custody(), **_recorded(), **_heard()}


def _text(data: bytes) -> str:
    from contrejour.base.errors import Malformed

    try:
        return data.decode()
    except UnicodeDecodeError:
        raise Malformed("not-utf-8", path="x") from None


def _voted() -> dict[str, Reader]:
    from contrejour.base import foreign
    from contrejour.cli import arguments
    from contrejour.custody import openers
    from contrejour.custody.ledger.verify import read_trust
    from contrejour.law import mandate
    from contrejour.law.mandate.plan import Plan
    from contrejour.law.mandate.sign import new_key
    from contrejour.live.site.rates import read_rates
    from contrejour.live.site.site import read_site

    parties = {
        **LINES,
        "parties": repeated(b"party p%d k\n"),
        "logs": repeated(b"log l%d k\n"),
        "a group": repeated(b" p", b"party p k\ngroup g any"),
        "groups": repeated(b"group g%d any p\n", b"party p k\n"),
        "quorums": repeated(b"quorum none\n"),
        "comments": repeated(b"# a\n"),
    }
    key = new_key().public_key()
    plans = {
        **JSON,
        "signatures": repeated(b'{"keyid":"%d","sig":""},', b'{"signatures":[', b'],"signed":{}}'),
    }
    return {
        "mandate": Reader(lambda it: mandate.read(_text(it), "x"), 1 << 20, YAML),
        "site": Reader(lambda it: read_site(_text(it), "x"), 1 << 20, FAULTS),
        "rates": Reader(lambda it: read_rates(_text(it), "x"), 1 << 20, FAULTS),
        "plan": Reader(lambda it: Plan(it, [key]), foreign.MOST_BYTES, plans),
        "open policy": Reader(openers.read, foreign.MOST_BYTES, parties),
        "witness policy": Reader(lambda it: read_trust(_text(it)), foreign.MOST_BYTES, parties),
        "command file": Reader(
            lambda it: _of_path(arguments.read_text, it), foreign.MOST_BYTES, LINES
        ),
    }


def _custody() -> dict[str, Reader]:
    from contrejour.base import foreign, secret_file
    from contrejour.custody import note
    from contrejour.custody.cases import hold, order, private, records, secret, signed, timeline
    from contrejour.custody.cases.strict import Fields
    from contrejour.custody.ledger import checkpoint, entry, proof, tiles
    from contrejour.custody.seal import header, keynotes, keys, manifest, onion

    party = note.Key("dpo", note.ED25519, bytes(32))
    window = tiles.Tile(tiles.ENTRIES, 0, tiles.WIDTH)
    clip = (
        b'{"camera":"a","place":"b","since":"2027-02-12T16:00:00+01:00",'
        b'"until":"2027-02-12T16:00:40+01:00","clock_ms":40,"shows":"clip","file":"a.mp4"},'
    )
    segment = b'{"ct_len":0,"ct_sha256":"","deid_sha256":"","seq":%d,"status":"gap","t0":0,"t1":1},'
    segments = {**JSON, "segments": repeated(segment, b'{"segs":[', b"{}]}")}
    stanzas = {
        **LINES,
        "stanzas": repeated(b"-> X25519 a\nAAAA\n", header.VERSION),
        "a long body": repeated(b"A" * 64 + b"\n", header.VERSION + b"-> X25519 a\n"),
        "many arguments": repeated(b" a", header.VERSION + b"->"),
    }
    return {
        "note": Reader(note.parse, note.MOST_BYTES, NOTE),
        "note key": Reader(lambda it: note.read_key(_text(it)), 1 << 20, LINES),
        "proof": Reader(proof.parse, note.MOST_BYTES, NOTE),
        "checkpoint": Reader(lambda it: checkpoint.parse(_text(it)), 1 << 20, NOTE),
        "entry": Reader(entry.read, entry.MOST_BYTES, JSON),
        "bundle": Reader(
            lambda it: tiles.unbundle(it, window),
            16 << 20,
            {"entries of nothing": repeated(b"\0\0"), "entries": repeated(b"\0\1a"), **LINES},
        ),
        "keys of a day": Reader(
            lambda it: keynotes.read_told(it, "keys", party), note.MOST_BYTES, NOTE
        ),
        "identity": Reader(
            lambda it: _of_path(keys.read_identity, it),
            secret_file.MOST_BYTES,
            {**LINES, "comments": repeated(b"#\n")},
        ),
        "age header": Reader(lambda it: header.read(_source(it)), 1 << 20, stanzas),
        "onions": Reader(
            onion.unpack,
            onion.MOST_ONIONS_BYTES,
            {
                **LINES,
                "empty files": lambda size: b"".join(_onion(n) for n in range(size // 512)),
                "one name": lambda size: _onion(0) * (size // 512),
            },
        ),
        "window": Reader(onion.Window.parse, 1 << 20, JSON),
        "manifest": Reader(lambda it: manifest.Manifest.parse(_text(it)), 1 << 20, segments),
        "order": Reader(order.read, order.MOST_BYTES, JSON),
        "secret": Reader(lambda it: secret.read(Fields("order", {}), it), secret.MOST_BYTES, JSON),
        "private part": Reader(lambda it: private.read(it, ()), private.MOST_BYTES, JSON),
        "word": Reader(
            lambda it: signed.read(it, signed.SignedAct.APPROVE), signed.MOST_BYTES, JSON
        ),
        "record": Reader(
            lambda it: records.read(it, "a", {}),
            records.MOST_BYTES,
            {
                **JSON,
                "windows": repeated(b"{},", b'{"type":"order.open","v":1,"windows":[', b"{}]}"),
            },
        ),
        "hold key": Reader(hold.read_key, hold.MOST_BYTES, JSON),
        "clips": Reader(
            timeline.listed, foreign.MOST_BYTES, {**JSON, "clips": repeated(clip, b"[", b"{}]")}
        ),
    }


def _onion(number: int) -> bytes:
    head = bytearray(512)
    name = b"n%d" % number
    head[: len(name)] = name
    head[124:135], head[156:157] = b"0" * 11, b"0"
    return bytes(head)


def _source(data: bytes) -> io.BytesIO:
    return io.BytesIO(data)


def _recorded() -> dict[str, Reader]:
    from contrejour.base import foreign
    from contrejour.law.review.texts import passages
    from contrejour.recorded import masksfile
    from contrejour.recorded.evaluate import truth
    from contrejour.vision.events import kept
    from contrejour.vision.events.truth import read_said, read_truth

    head = masks_head()
    inside = head[:-1] + b',"frames":['
    masks = {
        **JSON,
        **{
            f"in a header: {name}": _after(head[:-1] + b',"x":', shape)
            for name, shape in JSON.items()
        },
        "many parameters": repeated(b'"k%d":0,', head[:-1] + b',"x":{', b'"z":0},"frames":[]}'),
        "many boxes": repeated(b"[0,0,1,1],", inside + b'{"i":0,"pts":0,"boxes":[', b"]}]}"),
        "many keys of a frame": repeated(b'"k%d":0,', inside + b"{", b'"z":0}]}'),
        "frames": lambda size: (
            b"%b%b]}"
            % (
                inside,
                b",".join(b'{"i":%d,"pts":%d,"boxes":[]}' % (n, n) for n in range(size // 40)),
            )
        ),
        "frames first": repeated(b'{"i":0,"pts":0,"boxes":[]},', b'{"frames":[', b"{}]}"),
    }
    box = b'{"event":"zone","zone":"a","from":%d,"to":99999999},'
    said = b'{"event":"zone","zone":"a","time":%d},'
    table = b"frame,id,face_x1,face_y1,face_x2,face_y2\n"
    moment = b'{"t":%d,"at":"2027-02-12T16:00:01+00:00","size":[640,480],"things":[]}\n'
    first = kept.head("a").encode() + b"\n"

    def moments(path: Path) -> None:
        for _ in kept.read(foreign.lines(path, kept.MOST_BYTES), "x")[1]:
            pass

    def boxes(path: Path) -> None:
        _, frames = masksfile.read(path)
        for _ in frames:
            pass

    return {
        "masks": Reader(lambda it: _of_path(boxes, it), 8 << 20, masks),
        "people": Reader(
            lambda it: truth.parse("x", _text(it)),
            16 << 20,
            {
                **LINES,
                "rows": repeated(b"%d,1,1,1,9,9,1,-1,-1,-1\n"),
                "rows of one frame": repeated(b"1,%d,1,1,9,9,1,-1,-1,-1\n"),
                "faces": repeated(b"%d,1,1,1,9,9\n", table),
                "columns": repeated(b",c%d", b"frame,id,face_x1,face_y1,face_x2,face_y2", b"\n1\n"),
                "many values": repeated(b",1", table + b"1"),
                "a quote": repeated(b"a\n", table + b'"'),
            },
        ),
        "what happened": Reader(
            lambda it: read_truth(_text(it), "x"),
            foreign.MOST_BYTES,
            {**JSON, "rows": repeated(box, b"[", b"{}]")},
        ),
        "what was said": Reader(
            lambda it: read_said(_text(it), "x"),
            foreign.MOST_BYTES,
            {**JSON, "rows": repeated(said, b"[", b"{}]")},
        ),
        "moments": Reader(
            lambda it: _of_path(moments, it),
            8 << 20,
            {
                **JSON,
                **LINES,
                "moments": repeated(moment, first),
                "one long moment": repeated(b" ", first),
                "many things": repeated(
                    b'[1,"person",0,0,1,1,0.5,0],', first + moment[:-4] % 0 + b"[", b"]}\n"
                ),
            },
        ),
        "document": Reader(
            lambda it: _of_path(passages, it),
            8 << 20,
            {
                **LINES,
                **_documents(),
            },
        ),
    }


def masks_head() -> bytes:
    from contrejour.recorded.masksfile import schema

    head = schema.MasksHeader("a", "a" * 64, 640, 480, 0, Fraction(1, 9), schema.LARGEST)
    return json.dumps(schema.encode_header(head), separators=(",", ":")).encode()


def _after(head: bytes, shape: Shape) -> Shape:
    return lambda size: head + shape(size - len(head) - 1) + b"}"


def _documents() -> dict[str, Shape]:
    html = b"<html><body>"
    return {
        "html paragraphs": repeated(b"<p>a", html),
        "html deep": repeated(b"<div>", html),
        "html attributes": repeated(b' a%d="b"', html + b"<p", b">a"),
        "html comments": repeated(b"<!-- a -->", b"", html),
        "html entities": repeated(b"&amp;", html),
        "html half tags": repeated(b"<", html),
        "pdf objects": repeated(b"%d 0 obj<<>>endobj\n", b"%PDF-1.7\n"),
        "pdf arrays": repeated(b"[", b"%PDF-1.7\n1 0 obj"),
        "sentences": repeated("La Région installe une caméra en gare. ".encode()),
        "names": repeated(b"Gare de Lyon, "),
        "articles": repeated(b"Article %d. Une camera.\n"),
        "dates": repeated(b"du 1er mars 2027 au 2 mars 2027, "),
    }


def _heard() -> dict[str, Reader]:
    from contrejour.base import http_head
    from contrejour.base.errors import CameraError
    from contrejour.live.signals.segment import LONGEST_LINE
    from contrejour.live.signals.segment import read as journal
    from contrejour.media import nal
    from contrejour.media.camera import ends, wire
    from contrejour.media.onvif import digest, xml
    from contrejour.media.sets import Sets

    def request(data: bytes) -> None:
        try:
            end = http_head.ends(data)
        except ValueError:
            raise CameraError("x") from None
        http_head.fault(data[:end])

    def fmt(data: bytes) -> None:
        try:
            wire.read_format(data)
        except (ValueError, KeyError, TypeError, ArithmeticError):
            raise CameraError("x") from None

    def units(data: bytes) -> None:
        for codec in ("h264", "hevc"):
            list(nal.units(data))
            nal.sets(codec, data)
            nal.all_sets(codec, nal.sets(codec, data))
            nal.opens_clean(codec, data, 0)
            nal.base_layer(data)
            Sets(codec, data).doubts(data)

    def lines(folder: Path) -> None:
        for _ in journal(folder):
            pass

    xmls = {
        **LINES,
        "elements": repeated(b"<a/>", b"<x>", b"</x>"),
        "deep": repeated(b"<a>"),
        "attributes": repeated(b' a%d="b"', b"<x", b"/>"),
        "spaces of names": repeated(b' xmlns:a%d="b"', b"<x", b"/>"),
        "entities": repeated(b"&lt;", b"<x>", b"</x>"),
    }
    bits = {
        "start codes": repeated(b"\0\0\1"),
        "zeroes": repeated(b"\0"),
        "ones": repeated(b"\xff"),
        "sets": repeated(b"\0\0\0\1\x67\x42\0\x1e\xab"),
        "other sets": repeated(b"\0\0\1\x42\1\1"),
        "escapes": repeated(b"\0\0\3", b"\0\0\1\x67"),
    }

    def challenge(data: bytes) -> None:
        line = data.decode("latin-1")
        digest.strongest(digest.challenges([line], "digest"))
        digest.fields(line)

    words = {
        "a word": repeated(b"a", b"Digest "),
        "words": repeated(b"a,", b"Digest "),
        "marks": repeated(b'a="', b"Digest "),
        "spaces": repeated(b" ", b"Basic,"),
        "commas": repeated(b", ", b"Digest "),
    }
    return {
        "challenge": Reader(challenge, 64 << 10, words),
        "request": Reader(
            request,
            http_head.MOST_BYTES,
            {
                **LINES,
                "fields": repeated(b"a%d: b\r\n", b"GET / HTTP/1.1\r\n", b"\r\n"),
            },
        ),
        "format": Reader(fmt, ends.MOST_TEXT, JSON),
        "onvif": Reader(lambda it: xml.parsed(it, "x"), xml.MOST_BYTES, xmls),
        "units": Reader(units, 8 << 20, bits),
        "journal": Reader(lambda it: _of_journal(lines, it), LONGEST_LINE, {**LINES, **JSON}),
    }


def _of_path(read: Callable[[Path], object], data: bytes) -> object:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x"
        path.touch(0o600)  # what is secret is read where nobody else may
        path.write_bytes(data)
        return read(path)


def _of_journal(read: Callable[[Path], object], data: bytes) -> object:
    """A journal with one entry, and what follows it."""
    from contrejour.live.signals.entry import EntryKind
    from contrejour.live.signals.journal import Journal

    with TemporaryDirectory() as folder:
        with Journal(Path(folder), tell=lambda _: None) as journal:
            journal.append(EntryKind.COUNTS, {"people": 1})
        [segment] = Path(folder).glob("*.jsonl")
        with segment.open("ab") as file:
            file.write(data)
        return read(Path(folder))


def measured(run: Callable[[bytes], object], data: bytes) -> float:
    """The processor's seconds that it takes, whether it is refused or not."""
    from contrejour.base.errors import ContrejourError

    gc.collect()
    gc.disable()  # how often it runs, and over how much, is the interpreter's
    before = time.process_time()
    try:
        with suppress(ContrejourError):
            run(data)
        return time.process_time() - before
    finally:
        gc.enable()


def compared(run: Callable[[bytes], object], few: bytes, many: bytes) -> tuple[float, float]:
    """The seconds of both; the least of seven each, where it looks as if they grew too fast."""
    took = [(measured(run, few), measured(run, many))]
    while len(took) < 7 and grew(*map(min, zip(*took, strict=True))):
        took.append((measured(run, few), measured(run, many)))
    few_s, many_s = map(min, zip(*took, strict=True))
    return few_s, many_s


def grew(few_s: float, many_s: float) -> bool:
    return many_s > FOURFOLD * max(few_s, LEAST_S)


def main(name: str) -> None:
    reader = readers()[name]
    for shape, made in reader.shapes.items():
        print(json.dumps(["begun", shape]), flush=True)
        took = compared(reader.run, made(reader.most // 4), made(reader.most))
        print(json.dumps(["done", shape, *took]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
