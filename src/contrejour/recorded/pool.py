"""Who does the work of a run: the seam between its steps and the processes, or machines, it has.

A step cuts its work into units and says "have this task done on these units"; a pool hands them to
workers. `processes.py` is the pool of one machine; `tasks.py` is what a worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

Task = Literal["look", "sample", "scan", "render"]
"""What is done with a unit; `tasks.py` says what each of them takes and what it leaves."""

Tick = Callable[[int], None]
"""Told the number of frames done since the last call."""


class Worker(Protocol):
    """What does one unit after another, and keeps what is dear to make (a reader, a network)."""

    def do(self, task: Task, unit: object, tick: Tick) -> object:
        """Do one unit: when this returns, its result is in the work folder, whole.

        What must never be on a disk is returned instead; it can be pickled.

        Raises a ContrejourError where the input, a model or the disk is at fault.
        """


class Pool(Protocol):
    """The workers of one run.

    They share its work folder, in which every result lies that isn't returned, and nothing else; a
    unit and the job are all that a worker is told, and both can be pickled.
    """

    def do(self, task: Task, units: Sequence[object]) -> Iterator[tuple[int, object]]:
        """Have the task done on every unit; yields of each, as it ends, its place in `units` and
        what the worker returned.

        Order: units are begun in the order given, and end in any. Nothing begins before the first
        value is asked for, and little is done ahead of who asks (a few units for each worker).

        Progress is told as it is made; the caller has nothing to do with it.

        Twice: a unit whose worker was lost may be given to another one, once the first can't write
        any more: a task writes the same bytes at the same names again. `do` may be called again
        when the iterator has ended, not before.

        Raises what the task raised, or a ContrejourError where a worker died: then nothing more is
        done, what was yielded stays done, and the pool is of no further use.
        """


def do_all(pool: Pool, task: Task, units: Sequence[object]) -> None:
    """Have the task done on every unit; returns when all of it is done. Raises what `do` raises."""
    for _ in pool.do(task, units):
        pass
