"""What a sentence does with what it names: propose it, or only speak of it.

Looked at in this order, the first that holds decides:

    visa        « Vu … » and « Considérant … » of a deliberation                 mention
    supposed    « si des logiciels … »                                           mention
    asked       « faut-il … ? »                                                  mention
    rejected    a negation in the clause; a verb of refusal that governs it      mention
    lawful      « la loi autorise … »                                            mention
    history     a perfect of deploying, an imperfect, what is there              mention
    elsewhere   another town or region; somebody else who wants it               theirs
    fought      a lawsuit, a criticism, a thought experiment                     mention
    proposed    a verb of deciding or deploying; in a deliberation, a noun too
    otherwise   a deliberation means what it says, an article only speaks of it
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from contrejour.law.mandate import Text
from contrejour.law.review import wording
from contrejour.law.review.who import elsewhere, other_person
from contrejour.law.review.wording import verbs


class Attitude(StrEnum):
    PROPOSED = "proposed"
    THEIRS = "proposed-by-others"
    MENTIONED = "mentioned"


@dataclass(frozen=True, slots=True)
class Stance:
    """An attitude and why; `by`: who else wants it, in the text's words."""

    attitude: Attitude
    why: Text
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the whole text. `leads` are the folded names of whoever proposes."""

    deliberation: bool
    home: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()


VISA = Text("attendu ou visa", "a recital")
REJECTED = Text("exclu ou refusé par cette phrase", "ruled out by this sentence")
PAST = Text("du passé ou de l'existant", "of the past, or already there")
ELSEWHERE = Text("d'un autre lieu", "of somewhere else")
OTHERS = Text("voulu par quelqu'un d'autre", "wanted by somebody else")
FOUGHT = Text("critique, recours ou supposition", "criticism, a lawsuit or a supposition")
ASIDE = Text("dit en passant, sans rien décider", "said in passing, nothing is decided")
PROPOSES = Text("proposé", "proposed")
LAWFUL = Text("ce qu'une loi permet, sans que personne en use", "what a law allows, used by nobody")
REQUEST = Text("remis au cas par cas, sur réquisition", "handed over case by case, on request")
ASKED = Text("une question : rien n'est décidé", "a question: nothing is decided")

_BRACKET = re.compile(r"(\([^()]{0,200}\))[^;:,(]{0,80}")
_NEAR = 40
"""Characters between a technology and a word that puts it in the past."""


def stance(
    sentence: str, folded: str, clause: tuple[int, int], at: int,
    setting: Setting, lead: Stance | None, heading: bool = False,
) -> Stance:  # fmt: skip
    """Of what stands at `at`, in the clause [start, end) of a sentence.

    `lead` is the stance of the line that a list hangs on: its items share it, unless they refuse
    what it proposes.
    """
    if wording.VISA.match(folded):
        return Stance(Attitude.MENTIONED, VISA)
    if wording.IF.search(folded, clause[0], at):
        return Stance(Attitude.MENTIONED, FOUGHT)
    if _is_rejected(folded, clause, at):
        return Stance(Attitude.MENTIONED, REJECTED)
    if lead is not None:
        return lead
    if folded.rstrip(" )").endswith("?") and wording.ASKED.search(folded):
        return Stance(Attitude.MENTIONED, ASKED)
    if _is_lawful(folded, at, setting):
        return Stance(Attitude.MENTIONED, LAWFUL)
    stated = setting.deliberation
    verb = _is_governed(folded, clause, at, stated)
    if _is_past(folded, clause, at, setting, verb):
        return Stance(Attitude.MENTIONED, PAST)
    if other := other_person(sentence, at, setting.leads):
        return Stance(Attitude.THEIRS, OTHERS, other)
    fought = wording.FOUGHT.search(folded) is not None
    if fought and not verb:
        return Stance(Attitude.MENTIONED, FOUGHT)
    if place := elsewhere(sentence, at, setting.home):
        attitude = Attitude.THEIRS if verb else Attitude.MENTIONED
        return Stance(attitude, ELSEWHERE, place)
    news = heading and bool(wording.HEADLINE.search(folded) or wording.NOUN.search(folded))
    if verb or news or _is_papered(folded, at) or wording.future(folded, *clause):
        return Stance(Attitude.PROPOSED, PROPOSES)
    if setting.deliberation and wording.NOUN.search(folded):
        return Stance(Attitude.PROPOSED, PROPOSES)
    there = not stated and bool(verbs(folded, *clause))
    return Stance(Attitude.MENTIONED, PAST if there else ASIDE)


def is_rejecting(folded: str) -> bool:
    """Whether a line such as "Sont exclus :" refuses what follows it."""
    return any(each.search(folded) for each in (wording.REFUSE, wording.NOT_AFTER, wording.NOT))


def _is_rejected(folded: str, clause: tuple[int, int], at: int) -> bool:
    start, end = clause
    if wording.NOT.search(folded[start:at]) or wording.NOT_AFTER.search(folded[at:end]):
        return True
    refusals = [each.end() for each in wording.REFUSE.finditer(folded, 0, at)]
    if refusals:
        last = refusals[-1]
        if not verbs(folded, last, at) and ":" not in folded[last:at]:
            return True
    # « ni la reconnaissance faciale, ni … » : the verb that is negated stands clauses before
    return bool(re.search(r"\bni\b(?:\W+\w+){0,4}\W*$", folded[:at]))


def _is_governed(folded: str, clause: tuple[int, int], at: int, stated: bool) -> bool:
    """Whether a verb of deciding or deploying stands before, or after it in its clause.

    In its clause, because French says « les gares seront équipées de » and « une caméra est
    installée » alike; a bracket in between doesn't end it.
    """
    if verbs(folded, 0, at, stated) or verbs(folded, *clause, stated):
        return True
    bracket = _BRACKET.match(folded, clause[1])
    return bool(bracket and verbs(folded, bracket.end(1), bracket.end(), stated))


def _is_lawful(folded: str, at: int, setting: Setting) -> bool:
    """Whether an article only tells what a law allows: nobody uses it yet."""
    laws = [each.end() for each in wording.LAW.finditer(folded, 0, at)]
    return bool(laws) and not setting.deliberation and not verbs(folded, laws[-1], at)


def _is_papered(folded: str, at: int) -> bool:
    """Whether it is a deed named under a paper that decides: « délibération sur l'extension »."""
    paper = wording.PAPER.search(folded, 0, at)
    return paper is not None and wording.NOUN.search(folded, paper.start(), at) is not None


def _is_past(folded: str, clause: tuple[int, int], at: int, setting: Setting, verb: bool) -> bool:
    """Whether it is told as done: by the last thing said before it, or right after it."""
    if wording.DATED.match(folded) and not setting.deliberation:
        return not wording.future(folded, 0, len(folded))
    if not wording.PAST.search(folded):
        return False
    if not verb:
        return True
    past = [each.end() for each in wording.PAST.finditer(folded, 0, at)]
    stated = setting.deliberation
    if past and past[-1] >= max(verbs(folded, 0, at, stated), default=-1):
        return stated or not verbs(folded, at, clause[1], stated)
    after = wording.PAST.search(folded, at, clause[1])
    return after is not None and not stated and after.start() - at < _NEAR
