"""What has to be done at an end is done, whatever else fails there.

    with finally_each(playlist.close, sealing.close, retention.clear, tell=tell):
        …

A chain of calls in a `finally` stops at the first that raises, and what follows is left undone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from contrejour.base.messages import Message, Tell, reason_of, verbatim


@contextmanager
def finally_each(*steps: Callable[[], object], tell: Tell = lambda _: None) -> Iterator[None]:
    """Run the block and then every step, in order, however the block or a step before it ended.

    Raises the first error, the block's before any step's. `tell` hears the others, since no more
    than one can be raised; what is said already isn't said again. A stop (SystemExit,
    KeyboardInterrupt) is raised before any error.
    """
    errors: list[BaseException] = []
    try:
        yield
    except BaseException as error:  # noqa: BLE001 - raised below, after the steps
        errors.append(error)
    for step in steps:
        try:
            step()
        except BaseException as error:  # noqa: BLE001 - raised below, or told
            errors.append(error)
    if not errors:
        return
    stops = [error for error in errors if not isinstance(error, Exception)]
    raised = (stops or errors)[0]
    told = {_told(error): None for error in errors if error is not raised}
    for each in told:
        if str(each) != str(_told(raised)):
            tell(each)
    raise raised


def _told(error: BaseException) -> Message:
    return reason_of(error) if str(error) else verbatim(type(error).__name__)
