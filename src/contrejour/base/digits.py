"""Whole numbers as others write them: 0 to 9, and nothing else that Python takes for a number.

`int` takes digits of every script, underscores, signs and spaces; what another program reads in the
same bytes may be another number, or none.
"""

from __future__ import annotations

import re

_WHOLE = re.compile("[0-9]{1,18}")


def whole(text: str) -> int | None:
    """The number that a text of 1 to 18 digits is; None for any other text."""
    return int(text) if _WHOLE.fullmatch(text) else None
