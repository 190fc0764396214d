"""A pool of worker processes on this machine.

Each worker reads the input forward only, so units are handed out in order, the next one to whoever
is free. A worker has one more before it ends the first, so that it never waits for the parent.

A worker decodes what a stranger made, so it is shut in before its first unit (base/sandbox.py) and
writes nowhere but to its link: what it says is bytes, never a pickle, and whoever asked checks them
(results.py). One that crashes takes no other down with it, and the run ends with an error. No
worker outlives its parent, however that ends (base/children.py).

    to a worker    its maker; then ("task", task, what is given for it), ("unit", unit), pickled
    from it        "T" frames done, 4 bytes    "D" a unit's result    "E" an error (base/answers.py)
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
from pkgutil import resolve_name
from typing import Any, NoReturn, cast

from contrejour.base import children, sandbox
from contrejour.base.answers import read_error, told_error
from contrejour.base.catalogue import catalogue
from contrejour.base.errors import ContrejourError
from contrejour.recorded.pool import Task, Worker

Progress = Callable[[Task, int], object]
"""Told the task, once with 0 when it starts, and the frames done since the last call."""
AHEAD = 2
"""Units that a worker holds: the one that it does, and the next."""
MOST_BYTES = 1 << 30
"""Of what a worker says at once."""
GRACE_S = 2.0
_STOPS = (signal.SIGINT, signal.SIGTERM)
_Places = dict[Connection, deque[int]]
"""The places of the units that each worker holds, by the link to it."""


class ProcessPool:
    """A `pool.Pool` of `count` processes, each with a worker of its own; a context manager.

    They start at once, and load `ahead` ("module", or "module:function", which is called) while
    nobody knows yet what they will do: `start` says it. Leaving the context kills them: what they
    had not reported is not done. They also end with the thread that made the pool
    (`base/children.py`), which so has to outlive it.
    """

    def __init__(self, count: int, ahead: Sequence[str] = ()) -> None:
        self._progress: Progress = lambda *_: None
        self._processes: dict[Connection, subprocess.Popen[bytes]] = {}
        for _ in range(count):
            here, there = socket.socketpair()
            with there, _undisturbed():
                process = children.begin(
                    __name__, str(there.fileno()), *ahead, cwd=os.curdir,  # paths may be relative
                    pass_fds=(there.fileno(),), stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,  # no terminal's either
                )  # fmt: skip
            link: Connection[Any, Any] = Connection(here.detach())
            self._processes[link] = process

    def start(self, worker: Callable[[], Worker], progress: Progress) -> ProcessPool:
        """Have each make its worker; it must be picklable."""
        self._progress = progress
        for link in self._processes:
            _tell(link, (worker,))
        return self

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(self, *_: object) -> None:
        for link, process in self._processes.items():
            link.close()
            process.kill()
            process.wait()

    def do(
        self, task: Task, units: Sequence[object], given: object = None
    ) -> Iterator[tuple[int, bytes]]:
        """As `pool.Pool` says."""
        self._progress(task, 0)
        todo = iter(enumerate(units))
        held: _Places = {link: deque() for link in self._processes}
        for link in self._processes:
            _tell(link, ("task", task, given))
        for link in [*self._processes] * AHEAD:
            self._give(link, todo, held)
        while busy := [link for link, places in held.items() if places]:
            for ready in wait(busy):
                link = cast("Connection[Any, Any]", ready)
                kind, body = self._receive(link)
                if kind == b"T":
                    self._progress(task, int.from_bytes(body))
                else:
                    done = held[link].popleft()
                    self._give(link, todo, held)
                    yield done, body

    def _give(self, link: Connection, todo: Iterator[tuple[int, object]], held: _Places) -> None:
        if (next_one := next(todo, None)) is not None:
            place, unit = next_one
            held[link].append(place)
            _tell(link, ("unit", unit))

    def _receive(self, link: Connection) -> tuple[bytes, bytes]:
        """What a worker says, a T or a D. Raises the error that it says, or that it is gone."""
        try:
            said = link.recv_bytes(MOST_BYTES)
        except (EOFError, OSError):
            raise ContrejourError("worker-died", exit_code=self._end(link)) from None
        kind, body = said[:1], said[1:]
        if kind in (b"T", b"D") and (kind == b"D" or len(body) == 4):
            return kind, body
        try:
            error = read_error(body if kind == b"E" else b"")
        except ValueError as why:
            raise ContrejourError("worker-talks-nonsense") from why
        raise error

    def _end(self, link: Connection) -> int:
        """The exit code of a worker that said its last."""
        process = self._processes[link]
        with suppress(subprocess.TimeoutExpired):
            return process.wait(GRACE_S)
        process.kill()
        return process.wait()


def _tell(link: Connection, told: tuple[object, ...]) -> None:
    with suppress(ConnectionError):  # it died: `_receive` says so
        link.send(told)


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
    """The life of a worker process: `LINK AHEAD …`."""
    _serve(Connection(int(sys.argv[1])), sys.argv[2:])
    os._exit(0)  # the libraries that it loaded have nothing to tidy up


def _serve(link: Connection, ahead: Sequence[str]) -> None:
    """Do what comes until the link ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        for name in ahead:
            found = resolve_name(name)
            if ":" in name:
                found()
        _work(link)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except ContrejourError as error:
        link.send_bytes(b"E" + told_error(error))
    except Exception:  # noqa: BLE001 - the parent is told, whatever it was
        failed = ContrejourError("worker-failed", traceback=traceback.format_exc())
        link.send_bytes(b"E" + told_error(failed))


def _work(link: Connection) -> NoReturn:
    """Do what comes. Raises EOFError at its end."""
    (make,) = link.recv()
    worker: Worker = make()
    catalogue("en")  # what goes wrong is said in words, and no file can be read by then
    shut_in = False
    while True:
        kind, *told = link.recv()
        if kind == "task":
            task, given = told
            worker.prepare(task, given)
            if not shut_in:
                sandbox.shut_in(worker.limits)
                shut_in = True
        else:
            (unit,) = told
            done = worker.do(task, unit, lambda frames: _tick(link, frames))
            link.send_bytes(b"D" + done)


def _tick(link: Connection, frames: int) -> None:
    link.send_bytes(b"T" + frames.to_bytes(4))
