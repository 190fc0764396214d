"""What a check found, and the time that it may take."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

from contrejour.base.errors import ContrejourError
from contrejour.base.messages import Message, Value


@dataclass(frozen=True, slots=True)
class CheckResult:
    """`about`: what was looked at; `code`: the exit code of a failing check, else 0."""

    about: Message | str
    state: Literal["ok", "warning", "failure"]
    told: Message
    hint: Message | None = None
    code: int = 0


SITE, PLAN, SEAL = Message("doctor-site"), Message("doctor-plan"), Message("doctor-seal")
"""What is looked at, but for cameras, which have names."""


def fine(about: Message | str, told: str, /, **values: Value) -> CheckResult:
    """A check that holds; the others say what with its hint."""
    return CheckResult(about, "ok", Message(told, **values))


def doubtful(about: Message | str, told: str, /, **values: Value) -> CheckResult:
    said = ContrejourError(Message(told, **values))
    return CheckResult(about, "warning", said.message, said.advice)


def failing(about: Message | str, told: str, /, *, code: int = 1, **values: Value) -> CheckResult:
    said = ContrejourError(Message(told, **values))
    return CheckResult(about, "failure", said.message, said.advice, code)


def of(about: Message | str, error: ContrejourError) -> Iterable[CheckResult]:
    """A failing check, and those that came with it."""
    yield CheckResult(about, "failure", error.message, error.advice, error.exit_code)
    for other in error.others:
        yield from of(about, other)


Check = Callable[[], Iterable[CheckResult]]


def bounded(about: Message | str, check: Check, limit_s: float) -> Callable[[], list[CheckResult]]:
    """Start a check; what it found is asked for later, and comes within `limit_s`.

    A check that isn't done by then is failing, and left: its thread ends with the process.
    """
    answer: SimpleQueue[list[CheckResult]] = SimpleQueue()

    def run() -> None:
        try:
            answer.put(list(check()))
        except ContrejourError as error:
            answer.put(list(of(about, error)))
        except Exception as error:  # noqa: BLE001 - a check that breaks is a failing check
            answer.put([failing(about, "check-broke", error=type(error).__name__)])

    threading.Thread(target=run, name=f"check {about}", daemon=True).start()

    def result() -> list[CheckResult]:
        try:
            return answer.get(timeout=limit_s)
        except Empty:
            return [failing(about, "no-answer-within", seconds=round(limit_s))]

    return result
