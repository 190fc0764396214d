"""What strangers wrote, shown on a terminal: as letters, never as orders to the terminal.

    a\\u001b[2Jb    instead of a cleared screen
    a\\u202eb       instead of letters that run the other way

Controls (C0, C1, DEL), marks that turn the direction of writing (Unicode TR 36, 3.1) and ends of
lines of other names are written as in JSON, in which they mean the same.
"""

from __future__ import annotations

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


class ShownText:
    """A text stream that writes `shown` text; all else is the stream's own."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return int(self._stream.write(shown(text)))

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def standard_output() -> Iterator[None]:
    """While it lasts, whatever is printed is `shown`, by whatever command."""
    before = sys.stdout
    sys.stdout = ShownText(before)
    try:
        yield
    finally:
        sys.stdout = before
