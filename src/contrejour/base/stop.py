"""A stop that a signal asks for comes through, wherever the main thread is just then.

Python runs a signal's handler in the main thread, between any two of its steps. So:

    a command that ends      `raise_on_signals`: the handler raises. Python drops what is raised in
                             a destructor; then the signal is sent again
    a server that waits      `Requests`: the handler puts it into a queue, which it may at any time.
                             It may not set a threading.Event: where the main thread just looks at
                             that event it holds its lock, and the handler would wait for ever
    a loop of asyncio        `in_loop`: the loop is told. What is raised in it takes a step of a
                             task away, and a loop that ends waits for that task for ever

A main thread that waits in the system is woken for it: a thread of ours is told of each signal by
the kernel (signal.set_wakeup_fd), and interrupts the wait with SIGURG until the main thread has
moved. Without that a signal that comes while the main thread is just about to wait, or to another
thread, is handled when the wait is over by itself: an hour later, or never.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from queue import Empty, SimpleQueue
from typing import Any, NoReturn

SIGNALS = (signal.SIGTERM, signal.SIGINT)
EXIT_CODE = 143
"""Of what SIGTERM ended, as a shell has it."""
_AGAIN_S = 0.05
_WAKES = signal.SIGURG
"""Ignored by whoever doesn't know it, and of no other use here."""


class Termination(SystemExit):
    """SIGTERM, as KeyboardInterrupt is SIGINT."""

    def __init__(self) -> None:
        super().__init__(EXIT_CODE)


def raise_on_signals() -> None:
    """From now on SIGTERM raises Termination in the main thread, as SIGINT does KeyboardInterrupt.

    One that Python drops is sent again, until one isn't.
    """
    signal.signal(signal.SIGTERM, _raise)
    _wake_main_thread()
    if not isinstance(sys.unraisablehook, _Hook):
        sys.unraisablehook = _Hook(sys.unraisablehook)


def _raise(*_: object) -> NoReturn:
    raise Termination


def _wake_main_thread() -> None:
    """From now on any signal's handler runs at once, whatever the main thread waits for."""
    signal.set_wakeup_fd(_bell(), warn_on_full_buffer=False)


@cache
def _bell() -> int:
    """The end of a pipe that each signal is written to; who reads it wakes the main thread."""
    heard, rung = os.pipe()
    os.set_blocking(rung, False)
    moved: SimpleQueue[int] = SimpleQueue()
    signal.signal(_WAKES, lambda number, _: moved.put(number))
    threading.Thread(target=_wake, args=(heard, moved), name="bell", daemon=True).start()
    return rung


def _wake(heard: int, moved: SimpleQueue[int]) -> NoReturn:
    """For every signal, interrupt what the main thread waits for until it has moved."""
    main = threading.main_thread().ident
    assert main
    while True:
        if set(os.read(heard, 512)) <= {_WAKES}:
            continue
        while not moved.empty():
            moved.get()
        while moved.empty():
            signal.pthread_kill(main, _WAKES)
            with suppress(Empty):
                moved.put(moved.get(timeout=_AGAIN_S))


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
        _wake_main_thread()
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
