"""Which examples Hypothesis draws: the same in every run of the gate, new ones in a soak.

A suite that draws new examples in each run fails for one who changed nothing. So the gate is
derandomised: a test's examples hang on its own source and on the version of Hypothesis, which is
pinned. `scripts/test -m soak` draws new ones, ten times as many.

What a soak finds is kept as `@example(...)` over the test that failed, in the commit that mends
it; with `data()`, which takes no `@example`, as a test of its own. Hypothesis' own store of
examples is no such record: its key is the test's source, so each edit of a test loses what was
found, and an example that passes again is deleted. A soak uses it for what it is, a cache of what
fails now (.hypothesis/, not committed), and prints the blob of `@reproduce_failure`.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

GATE, SOAK = "gate", "soak"
MORE = 10

WITH_SOURCE = providers._get_local_constants


def register() -> None:
    """Make both profiles known, and the gate's the one in use. None of them measures time."""
    untimed = settings(
        deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
    )  # fmt: skip
    settings.register_profile(GATE, untimed, derandomize=True)
    settings.register_profile(SOAK, untimed, max_examples=100 * MORE)
    use(GATE)


def at_most(count: int, *, shared: bool = False) -> settings:
    """The profile in use with `count` examples in the gate, and `MORE` times as many in a soak.

    `shared` is for a test whose examples share a fixture on purpose.
    """
    if settings.get_current_profile_name() == SOAK:
        count *= MORE
    checks = list(settings().suppress_health_check)
    if shared:
        checks.append(HealthCheck.function_scoped_fixture)
    return settings(max_examples=count, suppress_health_check=checks)


def use(profile: str) -> None:
    """Load `profile`. The gate draws no constants that Hypothesis reads out of our source.

    It would draw from those of every module that is imported when an example is made: which they
    are hangs on the tests that ran before in the same process, and any edit of the source would
    move all examples. There is no public switch; `test_suite.py` fails when this one stops working.
    """
    settings.load_profile(profile)
    drawn = Constants if profile == GATE else WITH_SOURCE
    providers._get_local_constants = drawn


def is_property(item: pytest.Item) -> bool:
    """Whether Hypothesis draws its examples."""
    return bool(getattr(getattr(item, "obj", None), "is_hypothesis_test", False))
