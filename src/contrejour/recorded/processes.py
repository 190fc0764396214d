"""A pool of worker processes on this machine.

Each worker reads the input forward only, so units are handed out in order, the next one to whoever
is free. A worker has one more before it ends the first, so that it never waits for the parent.

Hostile bitstreams are decoded in the workers: one that crashes takes no other down with it, and the
run ends with an error. No worker outlives its parent, however that ends: `base/children.py`.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, cast

from contrejour.base import children
from contrejour.base.errors import ContrejourError
from contrejour.recorded.pool import Task, Worker

Progress = Callable[[Task, int], object]
"""Told the task, once with 0 when it starts, and the frames done since the last call."""
AHEAD = 2
"""Units that a worker holds: the one that it does, and the next."""
_STOPS = (signal.SIGINT, signal.SIGTERM)
_Places = dict[Connection, deque[int]]
"""The places of the units that each worker holds, by the link to it."""


class ProcessPool:
    """A `pool.Pool` of `count` processes, each with a worker of its own; a context manager.

    `worker` makes the worker, in its process; it must be picklable. Leaving the context kills the
    processes: what they had not reported is not done. They also end with the thread that made the
    pool (`base/children.py`), which so has to outlive it.
    """

    def __init__(self, count: int, worker: Callable[[], Worker], progress: Progress) -> None:
        self._progress = progress
        self._processes: dict[Connection, subprocess.Popen[bytes]] = {}
        for _ in range(count):
            here, there = socket.socketpair()
            with there, _undisturbed():
                process = children.begin(
                    __name__, str(there.fileno()), cwd=os.curdir,  # paths may be relative
                    pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL,
                )  # fmt: skip
            link: Connection[Any, Any] = Connection(here.detach())
            self._processes[link] = process
            with suppress(ConnectionError):  # it died: `_receive` says so
                link.send(worker)

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        for link, process in self._processes.items():
            link.close()
            process.kill()
            process.wait()

    def do(self, task: Task, units: Sequence[object]) -> Iterator[tuple[int, object]]:
        """As `pool.Pool` says."""
        self._progress(task, 0)
        todo = iter(enumerate(units))
        held: _Places = {link: deque() for link in self._processes}
        for link in [*self._processes] * AHEAD:
            self._give(link, task, todo, held)
        while busy := [link for link, places in held.items() if places]:
            for ready in wait(busy):
                link = cast("Connection[Any, Any]", ready)
                kind, value = self._receive(link)
                if kind == "tick":
                    self._progress(task, value)
                elif kind == "error":
                    raise value
                else:
                    done = held[link].popleft()
                    self._give(link, task, todo, held)
                    yield done, value

    def _give(
        self, link: Connection, task: Task, todo: Iterator[tuple[int, object]], held: _Places
    ) -> None:
        if (next_one := next(todo, None)) is not None:
            place, unit = next_one
            held[link].append(place)
            with suppress(ConnectionError):  # it died: `_receive` says so
                link.send((task, unit))

    def _receive(self, link: Connection) -> tuple[str, Any]:
        try:
            return link.recv()  # type: ignore[no-any-return]
        except (EOFError, OSError):
            process = self._processes[link]
            raise ContrejourError("worker-died", exit_code=process.wait()) from None


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Put off SIGINT and SIGTERM while a child is born, which inherits that it is deaf to them.

    A child that is still importing must not print a traceback, nor may this process stop before
    it knows of the child. The mask alone is not enough here: another thread (of a numeric library)
    may receive the signal, and the main thread would still handle it.
    """
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


def main() -> None:
    """The life of a worker process; `sys.argv[1]` is the descriptor of its link."""
    _serve(Connection(int(sys.argv[1])))
    os._exit(0)  # the libraries that it loaded have nothing to tidy up


def _serve(link: Connection) -> None:
    """Do what comes until the link ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        worker: Worker = link.recv()()
        while True:
            task, unit = link.recv()
            value = worker.do(task, unit, lambda frames: link.send(("tick", frames)))
            link.send(("done", value))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except ContrejourError as error:
        link.send(("error", error))
    except Exception:  # noqa: BLE001 - the parent is told, whatever it was
        link.send(("error", ContrejourError("worker-failed", traceback=traceback.format_exc())))
