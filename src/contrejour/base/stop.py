"""A stop that a signal asks for comes through, wherever the main thread is just then.

Python runs a signal's handler in the main thread, between any two of its steps. So:

    a command that ends      `raise_on_signals`: the handler raises. Python drops what is raised in
                             a destructor; then the signal is sent again
    a server that waits      `Requests`: the handler puts it into a queue, which it may at any time.
                             It may not set a threading.Event: where the main thread just looks at
                             that event it holds its lock, and the handler would wait for ever
    a loop of asyncio        `in_loop`: the loop is told. What is raised in it takes a step of a
                             task away, and a loop that ends waits for that task for ever
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
EXIT_CODE = 143
"""Of what SIGTERM ended, as a shell has it."""
_AGAIN_S = 0.05


class Termination(SystemExit):
    """SIGTERM, as KeyboardInterrupt is SIGINT."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODE)


def raise_on_signals() -> None:
    """From now on SIGTERM raises Termination in the main thread, as SIGINT does KeyboardInterrupt.

    One that Python drops is sent again, until one isn't.
    """
    signal.signal(signal.SIGTERM, _raise)
    if not isinstance(sys.unraisablehook, _Hook):
        sys.unraisablehook = _Hook(sys.unraisablehook)


def _raise(*_: object) -> NoReturn:
    raise Termination


class _Hook:
    """Python's hook for what it drops: a stop is sent again, `other` has the rest."""

    def __init__(self, other: Callable[[Any], object]) -> None:
        self._other = other

    def __call__(self, what: Any) -> None:
        for number, error in zip(SIGNALS, (Termination, KeyboardInterrupt), strict=True):
            if isinstance(what.exc_value, error):
                # Later: here it would be dropped again.
                again = threading.Timer(_AGAIN_S, os.kill, (os.getpid(), number))
                again.daemon = True
                again.start()
                return
        self._other(what)


class Requests:
    """SIGTERM and SIGINT from when it is made; the main thread makes it, and waits."""

    def __init__(self) -> None:
        self._came: SimpleQueue[int] = SimpleQueue()
        for number in SIGNALS:
            signal.signal(number, lambda number, _: self._came.put(number))

    def wait(self, seconds: float | None = None) -> bool:
        """Until one comes, or so long; whether one came."""
        try:
            self._came.get(timeout=seconds)
        except Empty:
            return False
        return True


async def in_loop() -> int:
    """Wait, in a loop of asyncio of the main thread, for a stop: the number of its signal."""
    import asyncio  # few commands have a loop

    loop = asyncio.get_running_loop()
    came: asyncio.Queue[int] = asyncio.Queue()
    for number in SIGNALS:
        loop.add_signal_handler(number, came.put_nowait, number)
    return await came.get()


def raise_as(number: int) -> NoReturn:
    """What that signal would have raised where there is no loop."""
    raise KeyboardInterrupt if number == signal.SIGINT else Termination
