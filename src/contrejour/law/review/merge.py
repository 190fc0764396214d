"""The same thing said twice is one measure, with both quotations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from contrejour.law.mandate.vocabulary import EVENTS, Act, PlaceKind
from contrejour.law.review.attitude import ASIDE, Attitude
from contrejour.law.review.found import Mention, Mentions, Quote
from contrejour.law.review.places import JOINED, NOWHERE, recounts
from contrejour.law.review.sentences import Sentence

_MORE = re.compile(r"multipli|supplementaire|nouvelles|etend|extension|generalis|massi|partout")
MOST = 100
"""Quotations of one measure: more would only repeat it, and cost the square of their number."""
NEAR = 3
"""Within how many sentences a vague name is explained by what its software detects."""


def detailed(
    raw: Sequence[tuple[Mention, Sentence]], told: Sequence[Sentence]
) -> list[tuple[Mention, Sentence]]:
    """Join the events of one list; a vague name just before them gives its place and is dropped."""
    order = {id(sentence): at for at, sentence in enumerate(told)}
    kept: list[tuple[Mention, Sentence]] = []
    for found, sentence in raw:
        if not _is_event(found):
            kept.append((found, sentence))
            continue
        before = kept[-1] if kept else None
        if before and _is_event(before[0]) and _one_list(before, (found, sentence)):
            kept[-1] = (_together(before[0], found), before[1])
            continue
        vague = [
            at for at, (other, its) in enumerate(kept)
            if other.acts == (Act.UNSPECIFIED,) and _goes_with(other, found)
            and order[id(sentence)] - order[id(its)] <= NEAR and not found.where.said
        ]  # fmt: skip
        names = [kept[at][0] for at in vague]
        kept = [each for at, each in enumerate(kept) if at not in vague]
        for name in names or [found]:
            explained = replace(
                found, where=name.where, stance=name.stance, count=found.count or name.count,
                about=found.about or name.about, inherited=bool(names) or found.inherited,
            )  # fmt: skip
            kept.append((_quoted(replace(explained, quotes=name.quotes), found), sentence))
    return kept


def _is_event(found: Mention) -> bool:
    return not EVENTS.isdisjoint(found.acts)


def _one_list(before: tuple[Mention, Sentence], now: tuple[Mention, Sentence]) -> bool:
    same = before[1].lead == now[1].lead and bool(now[1].lead)
    return same and _goes_with(before[0], now[0]) and now[0].where in (NOWHERE, before[0].where)


def _goes_with(one: Mention, later: Mention) -> bool:
    """Whether `later` is meant as `one` is: it says so, or says nothing of its own."""
    return one.attitude is later.attitude or later.stance.why is ASIDE


def _together(one: Mention, other: Mention) -> Mention:
    return _quoted(
        replace(
            one, acts=tuple(dict.fromkeys((*one.acts, *other.acts))),
            technologies=tuple(dict.fromkeys((*one.technologies, *other.technologies))),
        ),
        other,
    )  # fmt: skip


def merged(raw: Sequence[tuple[Mention, Sentence]], lost: Sequence[Quote]) -> Mentions:
    """Mentions in the text's order, numbered m1, m2 …, o1 … (others'), e1 … (mentions)."""
    proposed = _merged([each for each in raw if each[0].attitude is Attitude.PROPOSED])
    theirs = _merged([each for each in raw if each[0].attitude is Attitude.THEIRS])
    mentions: list[Mention] = []
    for found, sentence in raw:
        if found.attitude is not Attitude.MENTIONED:
            continue
        same = [at for at, each in enumerate(proposed) if each.acts == found.acts]
        if sentence.heading and same:
            proposed[same[0]] = _quoted(proposed[same[0]], found)
        else:
            mentions.append(found)
    return Mentions(
        _numbered("m", proposed), _numbered("o", theirs),
        _numbered("e", _alike(mentions)),
        tuple(dict.fromkeys(lost)),
    )  # fmt: skip


def _merged(raw: Sequence[tuple[Mention, Sentence]]) -> list[Mention]:
    """Join what has a place, the wider place taking in the narrower; then what has none."""
    kept: list[tuple[int, Mention]] = []
    for at, (found, _) in enumerate(raw):
        if not found.where.said:
            continue
        for index, (first, other) in enumerate(kept):
            if _same(other, found):
                kept[index] = (first, _joined(other, found))
                break
        else:
            kept.append((at, found))
    for at, (found, sentence) in enumerate(raw):
        if found.where.said:
            continue
        known = _said_again(kept, found, sentence)
        if known is None:
            kept.append((at, found))
        else:
            first, other = kept[known]
            kept[known] = (min(first, at) if not other.where.said else first, _joined(other, found))
    return [found for _, found in sorted(kept, key=lambda each: each[0])]


def _same(one: Mention, other: Mention) -> bool:
    if one.acts != other.acts or one.device != other.device or one.opens != other.opens:
        return False
    if one.count and other.count and one.count != other.count:
        return False
    a, b = one.where, other.where
    kinds = {a.kind, b.kind}
    if a.kind is b.kind:
        return a.named == b.named or (
            a.kind is not PlaceKind.UNSPECIFIED and not (a.named and b.named)
        )
    both = PlaceKind.STATION_AND_TRAIN in kinds
    return both and bool(kinds & JOINED) and Act.RECORD not in one.acts


def _said_again(
    kept: Sequence[tuple[int, Mention]], found: Mention, sentence: Sentence
) -> int | None:
    """Which measure a finding without a place says again."""
    alike = [
        at for at, (_, other) in enumerate(kept)
        if other.acts == found.acts and other.device == found.device and other.opens == found.opens
        and not (found.count and other.count and found.count != other.count)
    ]  # fmt: skip
    nowhere = [at for at in alike if not kept[at][1].where.said]
    if nowhere:
        return nowhere[0]
    if found.count:
        known = [at for at in alike if kept[at][1].count == found.count]
        told = [at for at in alike if recounts(sentence.folded) and not kept[at][1].about]
        return next(iter((*known, *reversed(told))), None)
    again = (
        len(alike) == 1 or sentence.heading or (Act.RECORD in found.acts and not _is_more(sentence))
    )
    return (
        alike[0] if alike and again and not (_is_more(sentence) and not sentence.heading) else None
    )


def _is_more(sentence: Sentence) -> bool:
    """Whether it speaks of more cameras than those already told."""
    return _MORE.search(sentence.folded) is not None


def _joined(one: Mention, other: Mention) -> Mention:
    """`one`, with what `other` adds; the wider of two places. What says most is quoted first."""
    names = bool(other.where.named) and not one.where.named
    wider = other.where if other.where.kind is PlaceKind.STATION_AND_TRAIN or names else one.where
    joined = replace(
        one, where=wider, count=one.count or other.count, about=one.about or other.about,
        technologies=tuple(dict.fromkeys((*one.technologies, *other.technologies))),
    )  # fmt: skip
    more = wider is not one.where or (other.count is not None and one.count is None)
    return replace(joined, quotes=_both(other, one) if more else _both(one, other))


def _quoted(one: Mention, other: Mention) -> Mention:
    return replace(one, quotes=_both(one, other))


def _both(one: Mention, other: Mention) -> tuple[Quote, ...]:
    return tuple(dict.fromkeys((*one.quotes, *other.quotes)))[:MOST]


def _alike(found: Sequence[Mention]) -> list[Mention]:
    """Mentions of one technology for one reason in one sentence are one."""
    kept: dict[tuple[object, ...], Mention] = {}
    for each in found:
        key = (each.technologies, each.stance.why, each.quotes[0])
        kept.setdefault(key, each)
    return list(kept.values())


def _numbered(letter: str, found: Sequence[Mention]) -> tuple[Mention, ...]:
    return tuple(replace(each, id=f"{letter}{at}") for at, each in enumerate(found, 1))
