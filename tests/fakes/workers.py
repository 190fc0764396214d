"""Workers of a pool that do nothing but write down what they began."""

from __future__ import annotations

import signal
from pathlib import Path

from contrejour.base.errors import DetectorError
from contrejour.base.sandbox import Limits
from contrejour.recorded.pool import Task, Tick


class Clerk:
    """A worker that writes down which units it began; each is a number."""

    limits = Limits(1 << 30, files_grow=True)

    def __init__(self, folder: Path) -> None:
        self._log = (folder / "begun").open("a")

    def prepare(self, task: Task, given: object) -> None:
        """Nothing: the log is open."""

    def do(self, task: Task, unit: object, tick: Tick) -> bytes:
        self._log.write(f"{unit}\n")
        self._log.flush()
        tick(3)
        return str(unit).encode()


class DetectorFails(Clerk):
    def do(self, task: Task, unit: object, tick: Tick) -> bytes:
        done = super().do(task, unit, tick)
        if unit == 2:
            raise DetectorError("verbatim", text="it fell over")
        return done


class Dies(Clerk):
    def do(self, task: Task, unit: object, tick: Tick) -> bytes:
        done = super().do(task, unit, tick)
        if unit == 2:
            signal.raise_signal(signal.SIGKILL)
        return done
