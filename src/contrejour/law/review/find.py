"""Passages into what they propose, what they only mention, and what was not understood.

One measure for each clause, set of acts and place. What is said twice is one measure with several
quotations; a mention is never a measure; no number and no place is invented.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from contrejour.law.mandate.vocabulary import Act, PlaceKind
from contrejour.law.review.attitude import ASIDE, REQUEST, Attitude, Setting, Stance, stance
from contrejour.law.review.found import Mention, Mentions, Quote
from contrejour.law.review.lexicon import (
    AFTER,
    LIVE,
    ON_INCIDENT,
    ON_REQUEST,
    SUSPECT,
    Technology,
    TechnologyKind,
    fold,
)
from contrejour.law.review.lines import Passage
from contrejour.law.review.matches import CAMERAS, TechnologyMatch, essential, groups, matches_of
from contrejour.law.review.merge import detailed, merged
from contrejour.law.review.places import (
    JOINED,
    NOWHERE,
    CameraCount,
    PlaceMention,
    count,
    places,
    recounts,
)
from contrejour.law.review.sentences import Clause, Sentence, sentences

_THESE = re.compile(
    r"\b(?:ces|cette|cet|ce|les|leurs) (?:images|flux|cameras?|enregistrements?|dispositifs?|"
    r"systemes?|"
    r"equipements?|videos?)\b|\b(?:celles?|ceux|celui)-ci\b"
)
_THAT_IS = re.compile(r",? (?:soit|au nombre de) [^,;:]{1,40}")
_SAME = re.compile(
    r"\W*(?:\w+,? )?(?:ce|cet|cette|ces) (?:nouve\w+ )?(?:programme|projet|dispositif|systeme|"
    r"renforcement|mesure|plan|deploiement|installation|extension|operation|experimentation|"
    r"equipement|outil|logiciel|camera|solution|technologie)s?\b"
)
"""« Ce programme … »: the sentence speaks of the measure before it."""
_COST = re.compile(r"\b(?:couts?|prix|montant|budget|depense|emplacement|positionnement)")
"""« Le coût des 12 caméras »: so does a sentence about what cameras cost, or where they are."""
_GOES_ON = 3
"""How many sentences back that measure may be."""


def find(passages: Sequence[Passage], setting: Setting) -> Mentions:
    """Pure; the same text gives the same findings."""
    raw: list[tuple[Mention, Sentence]] = []
    lost: list[Quote] = []
    film: tuple[PlaceMention, ...] = ()
    software = False
    every = list(sentences(passages, setting))
    recent: deque[list[Mention]] = deque(maxlen=_GOES_ON)
    for each in every:
        suspect = SUSPECT.search(each.folded) is not None
        speaks_of_it = suspect or (
            bool(each.lead) and (software or SUSPECT.search(each.lead) is not None)
        )
        matches = [
            m for m in matches_of(each) if speaks_of_it or m.technology.kind is TechnologyKind.OTHER
        ]
        software = software or any(m.technology.kind is TechnologyKind.VAGUE for m in matches)
        before = [one for them in recent for one in them]
        measures = _measures(each, matches, setting, film)
        found = [_continued(one, each, before) for one in measures]
        recent.append([one for one in found if one.attitude is Attitude.PROPOSED])
        if not found and suspect:
            lost.append(Quote(each.text, each.spot))
        placed = tuple(
            one.where for one in found
            if Act.RECORD in one.acts and one.where.said and one.attitude is Attitude.PROPOSED
        )  # fmt: skip
        film = placed or film
        raw += [(one, each) for one in found]
    return merged(detailed(raw, every), lost)


def _continued(found: Mention, sentence: Sentence, before: Sequence[Mention]) -> Mention:
    """With the stance and the place of what was proposed just `before`, if it speaks of that."""
    its_cost = recounts(sentence.folded) and not found.where.said and _COST.search(sentence.folded)
    if not before or sentence.heading or not (its_cost or _SAME.match(sentence.folded)):
        return found
    if found.stance.why not in (ASIDE, before[-1].stance.why):
        return found
    same = [one.where for one in before if one.acts == found.acts and one.where.said]
    if same and found.where.kind is PlaceKind.UNSPECIFIED:
        return replace(found, stance=before[-1].stance, where=same[-1], inherited=True)
    return replace(found, stance=before[-1].stance)


def _measures(
    sentence: Sentence,
    matches: Sequence[TechnologyMatch],
    setting: Setting,
    film: tuple[PlaceMention, ...],
) -> Iterator[Mention]:
    clauses = sentence.clauses()
    of = [_index(clauses, match.start) for match in matches]
    events = any(match.technology.kind is TechnologyKind.EVENT for match in matches)
    for at in range(len(clauses)):
        here = [match for match, index in zip(matches, of, strict=True) if index == at]
        kept = essential(here, sentence, events)
        cameras = [match for match in kept if match.technology.kind in CAMERAS]
        for group in groups(kept):
            if group[0].technology.kind is TechnologyKind.EVENT:
                group = [
                    match for match in matches if match.technology.kind is TechnologyKind.EVENT
                ]
                if _index(clauses, group[0].start) != at:
                    continue
            counted = not cameras or group[0].technology.kind in CAMERAS
            yield from _mentions(sentence, clauses, at, set(of), group, setting, film, counted)


def _mentions(
    sentence: Sentence, clauses: Sequence[Clause], at: int, taken: set[int],
    group: Sequence[TechnologyMatch], setting: Setting, film: tuple[PlaceMention, ...],
    counted: bool,
) -> Iterator[Mention]:  # fmt: skip
    first = group[0]
    start, end = _reach(clauses, at, taken)
    around = sentence.folded[start:end]
    acts = tuple(dict.fromkeys(_acts(match.technology, around) for match in group))
    flat = tuple(dict.fromkeys(act for each in acts for act in each))
    clause = (clauses[at].start, clauses[at].end)
    taken_stance = stance(
        sentence.text,
        sentence.folded,
        clause,
        first.start,
        setting,
        sentence.lead_stance,
        sentence.heading,
    )
    wheres, inherited = _wheres(sentence, clauses, at, taken), False
    if not wheres and taken_stance.attitude is Attitude.PROPOSED:
        wheres = _from_above(sentence, setting, () if Act.RECORD in flat else film)
        inherited = bool(wheres)
    many = _count(sentence, clauses[at]) if counted else CameraCount(None, None)
    opens = None
    if Act.TRANSMIT in flat:
        opens = "incident" if ON_INCIDENT.search(sentence.folded) else "permanent"
        if ON_REQUEST.search(sentence.folded):
            taken_stance = Stance(Attitude.MENTIONED, REQUEST)
    for where in wheres or [NOWHERE]:
        yield Mention(
            id="", quotes=(Quote(sentence.text, sentence.spot),),
            technologies=tuple(dict.fromkeys(match.technology.name for match in group)),
            acts=flat, where=where, count=many.number if len(wheres) < 2 else None,
            about=_shared(many, len(wheres)), stance=taken_stance, device=first.technology.device,
            opens=opens, inherited=inherited,
        )  # fmt: skip


def _shared(many: CameraCount, number_of_places: int) -> str | None:
    """A number for several places together is no number for any of them."""
    return many.said if number_of_places > 1 else many.about


def _acts(technology: Technology, around: str) -> tuple[str, ...]:
    if technology.kind is TechnologyKind.FILM and LIVE.search(around):
        return (Act.VIEW, Act.RECORD)
    if technology.acts == (Act.FACE_LIVE,) and AFTER.search(around):
        return (Act.FACE_AFTER,)
    return technology.acts


def _count(sentence: Sentence, clause: Clause) -> CameraCount:
    start, end = clause.start, clause.end
    if more := _THAT_IS.match(sentence.folded, end):
        end = more.end()
    return count(sentence.folded[start:end], sentence.text[start:end])


def _index(clauses: Sequence[Clause], position: int) -> int:
    return next(at for at, clause in enumerate(clauses) if position < clause.end)


def _reach(clauses: Sequence[Clause], at: int, taken: set[int]) -> tuple[int, int]:
    """[start, end) of a clause and those after it that name no technology and no wall parts."""
    last = at
    while last + 1 < len(clauses) and last + 1 not in taken and not clauses[last + 1].hard:
        last += 1
    return clauses[at].start, clauses[last].end


def _wheres(
    sentence: Sentence, clauses: Sequence[Clause], at: int, taken: set[int]
) -> list[PlaceMention]:
    """The places of a clause: within it and after it, else before it, else in its cell's row."""
    start, end = _reach(clauses, at, taken)
    found = list(places(sentence.folded[start:end], sentence.text[start:end]))
    if not found:
        first = at
        while first > 0 and first - 1 not in taken and (not clauses[first].hard or sentence.item):
            first -= 1
        start, end = clauses[first].start, clauses[at].start
        found = list(places(sentence.folded[start:end], sentence.text[start:end]))
    if not found and sentence.item and "|" in sentence.text:
        found = list(places(sentence.folded, sentence.text))
    return _joined([where for _, where in found])


def _from_above(
    sentence: Sentence, setting: Setting, film: Sequence[PlaceMention]
) -> list[PlaceMention]:
    """Places named before: « ces images » are those of the cameras before; else of the list's
    first line; else, in a deliberation, of the heading."""
    if film and _THESE.search(sentence.folded):
        return list(film)
    found = list(places(sentence.lead, sentence.lead))
    if not found and setting.deliberation:
        found = list(places(fold(sentence.above), sentence.above))
    return _joined([where for _, where in found])


def _joined(found: Sequence[PlaceMention]) -> list[PlaceMention]:
    """One of each; trains and stations named together are one place."""
    unique = list({(where.kind, where.named): where for where in found}.values())
    joined = [where for where in unique if where.kind in JOINED]
    if {where.kind for where in joined} != JOINED:
        return unique
    both = PlaceMention(PlaceKind.STATION_AND_TRAIN, ", ".join(str(where.said) for where in joined))
    rest = [where for where in unique if where not in joined]
    return [both, *rest]
