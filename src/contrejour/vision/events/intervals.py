"""How sure a measured figure is: 95 % intervals, without a statistics library."""

from __future__ import annotations

import math
from collections.abc import Callable

Z = 1.959963984540054
"""Of a normal law, 95 % lie within so many standard deviations, by definition."""
TAIL = 0.025
"""Of 95 %, what is left on each side, by definition."""


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Of a proportion (E. B. Wilson, 1927). The whole of 0 to 1 where nothing was tried."""
    if not of:
        return 0.0, 1.0
    share, z2 = hits / of, Z * Z
    middle = share + z2 / (2 * of)
    spread = Z * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    low, high = ((middle - spread) / (1 + z2 / of), (middle + spread) / (1 + z2 / of))
    return (0.0 if hits == 0 else low), (1.0 if hits == of else high)


def poisson(count: int) -> tuple[float, float]:
    """Of an expected count, one having been seen: exact (F. Garwood, 1936)."""
    low = _solve(lambda mean: 1 - _at_most(count - 1, mean) - TAIL) if count else 0.0
    return low, _solve(lambda mean: TAIL - _at_most(count, mean))


def rate(count: int, hours: float) -> tuple[float, float]:
    """Of so many in so many hours, an hour."""
    low, high = poisson(count)
    return low / hours, high / hours


def _at_most(count: int, mean: float) -> float:
    """P(X <= count) for a Poisson variable."""
    if mean <= 0:
        return 1.0
    logs = (n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(count + 1))
    return math.fsum(math.exp(each) for each in logs)


def _solve(rising: Callable[[float], float]) -> float:
    """Where a rising function of a mean crosses zero."""
    low, high = 0.0, 1.0
    while rising(high) < 0:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < 0 else (low, middle)
    return (low + high) / 2
