"""What has to be done at an end is done, whatever else fails there."""

from __future__ import annotations

import pytest

from contrejour.base.ending import finally_each


class Steps:
    """Three of them; `broken` ones raise when they have run."""

    def __init__(self, *broken: str, error: type[BaseException] = ValueError) -> None:
        self.ran: list[str] = []
        self.said: list[str] = []
        self._broken, self._error = broken, error

    def step(self, name: str):
        def run() -> None:
            self.ran.append(name)
            if name in self._broken:
                raise self._error(name)

        return run

    def end(self, body=lambda: None) -> None:
        with finally_each(*map(self.step, "abc"), tell=lambda each: self.said.append(str(each))):
            body()


@pytest.mark.parametrize("broken", ["a", "b", "c"])
def test_a_step_that_fails_keeps_no_other_from_running(broken):
    steps = Steps(broken)
    with pytest.raises(ValueError, match=broken):
        steps.end()
    assert steps.ran == ["a", "b", "c"]
    assert steps.said == []


def test_the_first_error_is_raised_and_the_others_are_told():
    steps = Steps("a", "b", "c")

    def body() -> None:
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        steps.end(body)
    assert steps.said == ["a", "b", "c"]


def test_what_is_said_already_is_not_said_again():
    steps = Steps("a")

    def body() -> None:
        raise ValueError("a")

    with pytest.raises(ValueError, match="a"):
        steps.end(body)
    assert steps.said == []


def test_a_stop_is_raised_before_any_error():
    steps = Steps("b", error=SystemExit)

    def body() -> None:
        raise OSError("the disk")

    with pytest.raises(SystemExit):
        steps.end(body)
    assert (steps.ran, steps.said) == (["a", "b", "c"], ["the disk"])
