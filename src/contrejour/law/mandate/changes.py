"""What a new version of a mandate changes, in words: a body votes again knowing what it votes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from contrejour.law.mandate.law import listed, names
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.schema import Mandate, Measure
from contrejour.law.mandate.words import Text


class Way(StrEnum):
    """Whether a change films more, or less; most are neither."""

    WIDER = "▲"
    NARROWER = "▼"
    OTHER = "·"


@dataclass(frozen=True, slots=True)
class Change:
    way: Way
    said: Text


def differ(old: Mandate, new: Mandate) -> Iterator[Change]:
    """Every change, the mandate's own first, then measure by measure."""
    yield from _leaves(_flat(_own(old)), _flat(_own(new)), "")
    for kind, fr, en in (
        ("documents", "document", "document"), ("places", "lieu", "place"),
        ("roles", "rôle", "role"), ("cameras", "caméra", "camera"),
    ):  # fmt: skip
        before, after = _dump(getattr(old, kind)), _dump(getattr(new, kind))
        yield from _named(before, after, fr, en)
    measures_before = {measure.id: measure for measure in old.measures}
    measures_after = {measure.id: measure for measure in new.measures}
    for name, measure in measures_before.items():
        if name not in measures_after:
            acts = listed(measure.do)
            yield Change(Way.NARROWER, Text(
                f"mesure retirée : {name} ({acts.fr})", f"measure taken out: {name} ({acts.en})"
            ))  # fmt: skip
    for name, measure in measures_after.items():
        if name in measures_before:
            yield from _measure(measures_before[name], measure)
        else:
            acts = listed(measure.do)
            yield Change(Way.WIDER, Text(
                f"mesure ajoutée : {name} ({acts.fr})", f"measure added: {name} ({acts.en})"
            ))  # fmt: skip


def _measure(old: Measure, new: Measure) -> Iterator[Change]:
    for acts, way, fr, en in (
        ([act for act in new.do if act not in old.do], Way.WIDER, "actes ajoutés", "acts added"),
        ([act for act in old.do if act not in new.do], Way.NARROWER, "actes retirés",
         "acts taken out"),
    ):  # fmt: skip
        if acts:
            told = listed(tuple(acts))
            yield Change(way, Text(f"{new.id} : {fr} : {told.fr}", f"{new.id}: {en}: {told.en}"))
    before = _flat(old.model_dump(mode="json", exclude={"id", "do"}))
    after = _flat(new.model_dump(mode="json", exclude={"id", "do"}))
    yield from _leaves(before, after, f"{new.id} ")


def _named(
    old: Mapping[str, dict[str, str]], new: Mapping[str, dict[str, str]], fr: str, en: str
) -> Iterator[Change]:
    for name in (*old, *(name for name in new if name not in old)):
        if name not in new:
            yield Change(Way.OTHER, Text(f"{fr} retiré : {name}", f"{en} taken out: {name}"))
        elif name not in old:
            yield Change(Way.OTHER, Text(f"{fr} ajouté : {name}", f"{en} added: {name}"))
        else:
            yield from _leaves(old[name], new[name], f"{name} ")


def _leaves(old: Mapping[str, str], new: Mapping[str, str], before: str) -> Iterator[Change]:
    for key in (*old, *(key for key in new if key not in old)):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        rank = _RANKED.get(key)
        grown = rank(now) - rank(was) if rank and was and now else 0
        told = Way.WIDER if grown > 0 else Way.NARROWER if grown < 0 else Way.OTHER
        a, b = names(was or "∅"), names(now or "∅")
        yield Change(told, Text(
            f"{before}{key} : {a.fr} → {b.fr}", f"{before}{key}: {a.en} → {b.en}"
        ))  # fmt: skip


def _length(text: str) -> int:
    return Period.parse(text).at_most_s


def _shortness(text: str) -> int:
    return -_length(text)


def _ordinal(text: str) -> int:
    return int("".join(re.findall("[0-9]", text))[:14] or 0)


_RANKED: Mapping[str, Callable[[str], int]] = {
    "cameras.count": int, "keep.images": _length, "keep.figures": _length,
    "keep.signals": _length, "valid.until": _ordinal, "window.until": _ordinal,
    "originals.window": _length, "originals.order_lasts": _length,
    "originals.cosignature_age": _length, "originals.hold_lasts": _length,
    "originals.camera_minutes": int,
    "originals.horizon": _shortness, "originals.cooling_off": _shortness,
}  # fmt: skip
"""Keys of which more is wider, by this measure of more."""


def _own(mandate: Mandate) -> dict[str, object]:
    return mandate.model_dump(
        mode="json", by_alias=True,
        exclude={"documents", "places", "roles", "cameras", "measures"},
    )  # fmt: skip


def _dump(models: Mapping[str, object]) -> dict[str, dict[str, str]]:
    return {name: _flat(model.model_dump(mode="json")) for name, model in models.items()}  # type: ignore[attr-defined]


def _flat(data: Mapping[str, object], path: str = "") -> dict[str, str]:
    """Dotted keys and texts; what is absent is left out."""
    found: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            if value:
                found[f"{path}{key}"] = ", ".join(map(str, value))
        elif value is not None:
            found[f"{path}{key}"] = str(value)
    return found
