"""What a check found, and the time that it may take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

from contrejour.base.errors import ContrejourError


@dataclass(frozen=True, slots=True)
class Finding:
    """`about`: what was looked at; `code`: the exit code of a failing check, else 0."""

    about: str
    state: Literal["ok", "warning", "failure"]
    told: str
    hint: str = ""
    code: int = 0


def fine(about: str, told: str) -> Finding:
    return Finding(about, "ok", told)


def doubtful(about: str, told: str, hint: str) -> Finding:
    return Finding(about, "warning", told, hint)


def failing(about: str, told: str, hint: str, code: int = 1) -> Finding:
    return Finding(about, "failure", told, hint, code)


def of(about: str, error: ContrejourError) -> Iterable[Finding]:
    """A failing check, and those that came with it."""
    yield Finding(about, "failure", str(error), error.hint, error.exit_code)
    for other in error.others:
        yield from of(about, other)


Check = Callable[[], Iterable[Finding]]


def bounded(about: str, check: Check, limit_s: float) -> Callable[[], list[Finding]]:
    """Start a check; what it found is asked for later, and comes within `limit_s`.

    A check that isn't done by then is failing, and left: its thread ends with the process.
    """
    answer: SimpleQueue[list[Finding]] = SimpleQueue()

    def run() -> None:
        try:
            answer.put(list(check()))
        except ContrejourError as error:
            answer.put(list(of(about, error)))
        except Exception as error:  # noqa: BLE001 - a check that breaks is a failing check
            answer.put([failing(about, f"the check broke: {type(error).__name__}", "report it")])

    threading.Thread(target=run, name=f"check {about}", daemon=True).start()

    def result() -> list[Finding]:
        try:
            return answer.get(timeout=limit_s)
        except Empty:
            return [failing(about, f"no answer within {limit_s:.0f} s", "does a disk hang?")]

    return result
