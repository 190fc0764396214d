"""Workers of a pool that do nothing but write down what they began."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from contrejour.base.errors import DetectorError
from contrejour.recorded.pool import Task, Tick


class Clerk:
    """A worker that writes down which units it began; each is a number."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "begun"

    def do(self, task: Task, unit: object, tick: Tick) -> None:
        with self._log.open("a") as log:
            log.write(f"{unit}\n")
        tick(3)


class DetectorFails(Clerk):
    def do(self, task: Task, unit: object, tick: Tick) -> None:
        super().do(task, unit, tick)
        if unit == 2:
            raise DetectorError("verbatim", text="it fell over")


class Dies(Clerk):
    def do(self, task: Task, unit: object, tick: Tick) -> None:
        super().do(task, unit, tick)
        if unit == 2:
            os.kill(os.getpid(), signal.SIGKILL)
