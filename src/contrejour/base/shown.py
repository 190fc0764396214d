"""What strangers wrote, shown on a terminal: as letters, never as orders to the terminal.

    a\\u001b[2Jb    instead of a cleared screen
    a\\u202eb       instead of letters that run the other way

Controls (C0, C1, DEL), marks that turn the direction of writing (Unicode TR 36, 3.1) and ends of
lines of other names are written as in JSON, in which they mean the same.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_WRITTEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ud800-\udfff]"
)


def shown(text: str) -> str:
    """`text` with what is no letter written out; ends of lines and tabs stay."""
    return _WRITTEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def in_one_line(text: str) -> str:
    """… and with ends of lines and tabs written out too: a value can't look like another row."""
    return shown(text).replace("\n", "\\n").replace("\t", "\\t")


def indented(text: str) -> str:
    """`shown`, and all lines but the first further in: none of them looks like a line of ours."""
    return shown(text).replace("\n", "\n    ")


class ShownText:
    """A text stream that writes `shown` text; all else is the stream's own."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        return int(self.stream.write(shown(text)))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def drawn(stream: Any) -> Any:
    """What is beneath: for whoever draws on a terminal, with words of ours and numbers alone."""
    while isinstance(stream, ShownText):
        stream = stream.stream
    return stream


def guard() -> None:
    """From here on whatever this process writes is `shown`: a traceback of Python's own too."""
    if sys.stdout is not None:
        sys.stdout = ShownText(sys.stdout)
    if sys.stderr is not None:
        sys.stderr = ShownText(sys.stderr)
    os.environ["PYTHON_COLORS"] = "0"  # Python 3.13 has tracebacks in colours


@contextmanager
def standard_streams() -> Iterator[None]:
    """While it lasts, whatever is printed or said is `shown`, by whatever command."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = ShownText(before[0]), ShownText(before[1])
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
