"""The two worked examples, whole or changed."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from contrejour.law.mandate import Mandate, Report, check
from contrejour.law.mandate.parse import parse

FOLDER = Path(__file__).parents[1] / "law" / "mandate"
FESTIVAL = date(2027, 2, 12)
"""A day on which the whole lawful example is accepted."""

Change = Callable[[dict[str, Any]], object]


def data(name: str) -> dict[str, Any]:
    read: Any = parse((FOLDER / f"{name}.yaml").read_text(), name)
    return dict(read)


LAWFUL = data("lawful")
FULL = copy.deepcopy(LAWFUL)
for number, each in enumerate(FULL["documents"].values()):
    each["sha256"] = f"{number:064x}"


def mandate(*changes: Change, of: dict[str, Any] = LAWFUL) -> Mandate:
    """An example after these changes to its data."""
    changed = copy.deepcopy(of)
    for change in changes:
        change(changed)
    return Mandate.model_validate(changed)


def judged(*changes: Change, on: date = FESTIVAL) -> Report:
    return check(mandate(*changes), on)


def to(path: str, value: object) -> Change:
    """Set what is at a dotted path: a measure is named by its id, `-` takes the key out."""

    def change(changed: dict[str, Any]) -> None:
        *way, last = path.split(".")
        at: Any = changed
        for part in way:
            if isinstance(at, list):
                at = next(each for each in at if each["id"] == part)
            else:
                at = at.setdefault(part, {})
        if value == "-":
            del at[last]
        else:
            at[last] = copy.deepcopy(value)

    return change


def add(path: str, *values: object) -> Change:
    """Add to the list at a dotted path."""

    def change(changed: dict[str, Any]) -> None:
        at: Any = changed
        for part in path.split("."):
            at = (
                next(each for each in at if each["id"] == part)
                if isinstance(at, list)
                else at[part]
            )
        at.extend(values)

    return change


def only(*names: str) -> Change:
    """Keep these measures."""

    def change(changed: dict[str, Any]) -> None:
        changed["measures"] = [each for each in changed["measures"] if each["id"] in names]

    return change


def document(name: str, kind: str, **more: object) -> Change:
    """Add a document, signed and dated before the festival."""
    given = {"kind": kind, "sha256": "ab", "date": "2026-12-01", "signed_by": "x", **more}
    return lambda changed: changed["documents"].update({name: given})
