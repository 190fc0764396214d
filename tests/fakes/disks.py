"""A disk that is full at the nth call."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contrejour.custody.seal import segment


def full_at(nth: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wraps calls: the nth of all that it wraps says that the disk is full."""
    count = 0

    def once(real: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count == nth:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args, **more)

        return called

    return once


def made(once: Callable[..., int]) -> Callable[..., int]:
    """`os.open`, of which only what makes a file is counted."""
    real = os.open

    def opened(path: str | Path, flags: int, *args: Any, **more: Any) -> int:
        return (once if flags & os.O_CREAT else real)(path, flags, *args, **more)

    return opened


def failing(patched: pytest.MonkeyPatch, call: str, nth: int) -> None:
    """Have the nth call of a kind say that the disk is full."""
    once = full_at(nth)
    if call == "write":
        patched.setattr(segment._HashingFile, "write", once(segment._HashingFile.write))
    elif call == "open":
        patched.setattr(os, call, made(once(os.open)))
    else:
        patched.setattr(os, call, once(getattr(os, call)))
