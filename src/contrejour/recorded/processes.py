"""Worker processes that take units of work in ascending order.

Each worker reads the input forward only, so the next unit goes to whoever is free, in order. It has
one more before it ends the first, so that it never waits for the parent.
Hostile bitstreams are decoded in the workers: one that crashes takes no other down with it, and
the run ends with an error. Workers die with their parent (prctl PR_SET_PDEATHSIG on Linux).
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, Protocol, cast

from contrejour.base.errors import ContrejourError

Tick = Callable[[int], None]
"""Called with the number of frames done since the last call."""
AHEAD = 2
"""Units that a worker holds: the one that it does, and the next."""
_STOPS = (signal.SIGINT, signal.SIGTERM)


class Bench(Protocol):
    """What a worker works at: built once in its process, then asked for one unit after another."""

    def do(self, task: str, unit: Any, tick: Tick) -> Any: ...


class Pool:
    """`jobs` processes, each with its own `bench(setup)`; use as a context manager."""

    def __init__(self, jobs: int, bench: Callable[[Any], Bench], setup: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self._links: dict[Connection, Any] = {}
        for _ in range(jobs):
            here, there = context.Pipe()
            process = context.Process(
                target=_serve, args=(there, bench, setup, os.getpid()), daemon=True
            )
            with _undisturbed():
                process.start()
            there.close()
            self._links[here] = process

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        for link, process in self._links.items():
            link.close()
            process.kill()
            process.join()

    def run(self, task: str, units: Sequence[Any], tick: Tick) -> Iterator[tuple[int, Any]]:
        """Do every unit; yield (its place in `units`, result) as each ends, in any order."""
        todo = iter(enumerate(units))
        given: dict[Connection, deque[int]] = {link: deque() for link in self._links}
        for link in [*self._links] * AHEAD:
            self._give(link, task, todo, given)
        while busy := [link for link, places in given.items() if places]:
            for ready in wait(busy):
                link = cast("Connection[Any, Any]", ready)
                kind, value = self._receive(link)
                if kind == "tick":
                    tick(value)
                elif kind == "error":
                    raise value
                else:
                    done = given[link].popleft()
                    self._give(link, task, todo, given)
                    yield done, value

    def _give(
        self, link: Connection, task: str, todo: Iterator[Any], given: dict[Any, deque[int]]
    ) -> None:
        if (unit := next(todo, None)) is not None:
            given[link].append(unit[0])
            with suppress(ConnectionError):  # it died: `_receive` says so
                link.send((task, unit[1]))

    def _receive(self, link: Connection) -> tuple[str, Any]:
        try:
            return link.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            process = self._links[link]
            process.join()
            raise ContrejourError("worker-died", exit_code=process.exitcode) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off SIGINT and SIGTERM while a child is born, which inherits that it is deaf to them.

    A child that is still importing must not print a traceback, nor may this process stop before
    the child has all that it starts with. The mask alone is not enough here: another thread (of a
    numeric library) may receive the signal, and the main thread would still handle it. Nor does it
    last: `multiprocessing` lifts it when it starts its resource tracker, so that is started first.
    """
    resource_tracker.ensure_running()
    late: list[int] = []
    here = threading.current_thread() is threading.main_thread()
    handlers = {
        which: signal.signal(which, lambda number, _: late.append(number))
        for which in (_STOPS if here else ())
    }
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for which, handler in handlers.items():
            signal.signal(which, handler)
        for number in late:
            signal.raise_signal(number)


def _serve(link: Connection, bench: Callable[[Any], Bench], setup: Any, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        return
    try:
        worker = bench(setup)
        while True:
            task, unit = link.recv()
            link.send(("done", worker.do(task, unit, lambda frames: link.send(("tick", frames)))))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except ContrejourError as error:
        link.send(("error", error))
    except Exception:  # noqa: BLE001 - the parent is told, whatever it was
        link.send(("error", ContrejourError("worker-failed", traceback=traceback.format_exc())))
