"""A document, read in a process that can touch nothing else: our end of it, and its.

Parsers of PDF, XML and HTML are large, written in C, and read what a stranger wrote. The process
gets the document on standard input, loads its parser, shuts itself in (base/sandbox.py), and only
then looks at it. If the document takes it over, it can say that other words are written there:

    "P"  passages, as JSON     "E"  the error that ended it (base/answers.py)
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from contrejour.base import children, sandbox
from contrejour.base.answers import heard, read_error, say, told_error
from contrejour.base.catalogue import catalogue
from contrejour.base.errors import ContrejourError, Unsupported
from contrejour.law.review.lines import LONGEST, Passage, Spot
from contrejour.law.review.texts import MOST_CHARACTERS, data_of, load_parsers, passages_of

LIMITS = sandbox.Limits(memory_bytes=2 << 30, cpu_s=300)
_MOST_BYTES = 64 << 20
_MOST_ERROR = 1 << 16


def passages(path: Path) -> tuple[Passage, ...]:
    """As `texts.passages`, read apart. Raises ContrejourError where the process dies."""
    data = data_of(path)
    with children.begin(
        __name__, str(path),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as reader:  # fmt: skip
        try:
            return _answer(reader, data)
        finally:
            reader.kill()


def _answer(reader: subprocess.Popen[bytes], data: bytes) -> tuple[Passage, ...]:
    to, said = (cast(BinaryIO, pipe) for pipe in (reader.stdin, reader.stdout))
    with suppress(BrokenPipeError):  # it died: what it says ends
        to.write(data)
        to.close()
    try:
        kind, body = heard(said, [(b"P", _MOST_BYTES), (b"E", _MOST_ERROR)])
        if kind == b"P":
            return tuple(_read(json.loads(bytes(body))))
        error = read_error(body)
    except EOFError:
        raise ContrejourError("document-reader-died") from None
    except (ValueError, TypeError, RecursionError) as why:
        raise ContrejourError("worker-talks-nonsense") from why
    raise error


def _read(rows: Any) -> Iterator[Passage]:
    """Bounded as `texts` bounds them: no expression is given more (lines.py)."""
    length = 0
    for text, (paragraph, page, line), item, heading in rows:
        places = [place for place in (page, line) if place is not None]
        length += len(text)
        if (
            not isinstance(text, str)
            or len(text) > LONGEST
            or length > MOST_CHARACTERS
            or set(map(type, (paragraph, *places))) != {int}
        ):
            raise ValueError("not a passage")
        yield Passage(text, Spot(paragraph, page, line), bool(item), bool(heading))


def main() -> None:
    """The other side: the document on standard input, what errors call it in `sys.argv[1]`."""
    data = sys.stdin.buffer.read()
    load_parsers(data)
    catalogue("en")  # what goes wrong is said in words, and no file can be read by then
    try:
        sandbox.shut_in(LIMITS)
        found = passages_of(Path(sys.argv[1]), data)
        rows = [
            [each.text, [each.spot.paragraph, each.spot.page, each.spot.line],
             each.item, each.heading]
            for each in found
        ]  # fmt: skip
        say(b"P", json.dumps(rows).encode())
    except ContrejourError as error:
        say(b"E", told_error(error))
    except MemoryError:
        say(b"E", told_error(Unsupported("file-wants-too-much-memory")))
