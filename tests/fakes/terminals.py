"""A terminal of so many columns, and what a command shows there."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Callable

from fakes.runs import LIMIT_S, until


def seen(start: Callable[[int], subprocess.Popen[str]], columns: int) -> tuple[int, bytes]:
    """The exit code of a command, and all that it showed; `start` is handed the terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = start(theirs)
    os.close(theirs)
    shown = bytearray()

    def ended() -> bool:
        try:
            shown.extend(os.read(ours, 65536))
        except OSError:  # EIO: the last writer is gone
            return True
        return False

    assert until(ended)
    os.close(ours)
    return process.wait(LIMIT_S), bytes(shown)
