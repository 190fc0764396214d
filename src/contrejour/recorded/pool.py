"""Who does the work of a run: the seam between its steps and the processes, or machines, it has.

A step cuts its work into units and says "have this task done on these units"; a pool hands them to
workers. `processes.py` is the pool of one machine; `tasks.py` is what a worker does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal, Protocol

from contrejour.base.sandbox import Limits

Task = Literal["look", "sample", "scan", "render"]
"""What is done with a unit; `tasks.py` says what each of them takes and what it leaves."""

Tick = Callable[[int], None]
"""Told the number of frames done since the last call."""


class Worker(Protocol):
    """What does one unit after another, and keeps what is dear to make (a reader, a network).

    It reads what a stranger made, so that its process is shut in before it does any unit: what it
    opens and loads, `prepare` does.
    """

    @property
    def limits(self) -> Limits:
        """What its process may take, once it is shut in."""

    def prepare(self, task: Task, given: object) -> None:
        """Have all that the units of the task need; not a byte of the input is looked at.

        Only before the first task of all can files be opened.
        """

    def do(self, task: Task, unit: object, tick: Tick) -> bytes:
        """Do one unit; its result.

        Raises a ContrejourError where the input, a model or the disk is at fault.
        """


class Pool(Protocol):
    """The workers of one run.

    The job, a unit and what is given for all of them is what a worker is told, and can be pickled.
    What comes back is bytes: whoever asked believes nothing of them, and keeps them.
    """

    def do(
        self, task: Task, units: Sequence[object], given: object = None
    ) -> Iterator[tuple[int, bytes]]:
        """Have the task done on every unit; yields of each, as it ends, its place in `units` and
        the result.

        Order: units are begun in the order given, and end in any. Nothing begins before the first
        value is asked for, and little is done ahead of who asks (a few units for each worker).

        Progress is told as it is made; the caller has nothing to do with it.

        Twice: a unit whose worker was lost may be given to another one: a task gives the same bytes
        again. `do` may be called again when the iterator has ended, not before.

        Raises what the task raised, or a ContrejourError where a worker died: then nothing more is
        done, what was yielded stays done, and the pool is of no further use.
        """
