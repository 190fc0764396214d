"""JSON in its one canonical form, RFC 8785: whatever is signed, hashed or chained is written so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import rfc8785

Json: TypeAlias = "str | int | float | bool | list[Json] | dict[str, Json] | None"


def canonical(data: Json | Mapping[str, object]) -> bytes:
    """The one form of a value. Raises ValueError for what has none: NaN, an integer beyond 2^53,
    half a surrogate pair, an object that JSON doesn't know."""
    return rfc8785.dumps(dict(data) if isinstance(data, Mapping) else data)  # type: ignore[arg-type]
