"""Who has to agree: groups of names, as c2sp.org/tlog-policy writes them. Pure.

    party vault   age1pq1…                    `party` or `witness`: a name, then what belongs to it
    party prosecutor age1pq1…
    party dpo     age1pq1…
    party operator age1pq1…
    group one     any dpo operator            `all`, `any`, or how many
    group open    all vault prosecutor one    of names on lines before
    quorum open

One grammar says both which witnesses make a log believed and which authorities open a seal. A name
is a member of one group at most, so that nobody counts twice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from contrejour.base.errors import Malformed

NONE = "none"
MOST_NAMES = 64
MOST_WAYS = 16
"""Minimal quorums: each is an onion for every window of every camera."""
_ALLOWED = re.compile(r"[\t\n\x20-\x7e\x80-\U0010ffff]*")


@dataclass(frozen=True, slots=True)
class Group:
    """At least so many of these."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """What a policy file says.

    `logs`: what follows `log` on each such line. `members`: what follows the name on each line of
    the kind that was asked for, in order. `quorum`: a member, a group, or "none".
    """

    logs: tuple[tuple[str, ...], ...]
    members: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, Group]
    quorum: str

    def met(self, by: Collection[str]) -> bool:
        """Whether these members together are enough. Others than members count for nothing."""
        return self.quorum == NONE or self._met(self.quorum, by)

    def _met(self, name: str, by: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in by
        return sum(self._met(member, by) for member in group.members) >= group.least

    def met_at(self, times: Mapping[str, datetime]) -> datetime | None:
        """When enough of these members had agreed, by the latest of the earliest that are enough.

        So a member that says an earlier time than is true gains nothing alone.
        """
        by: set[str] = set()
        for name in sorted(times, key=lambda each: times[each]):
            by.add(name)
            if self.met(by):
                return times[name]
        return None

    def ways(self) -> tuple[frozenset[str], ...]:
        """The smallest sets of members that are enough, each without one that could be left out.

        In an order that the policy alone decides. Raises Malformed beyond 16 of them.
        """
        found = []
        for way in self._ways(self.quorum) if self.quorum != NONE else iter(()):
            found.append(way)
            if len(found) > MOST_WAYS:
                raise Malformed("policy-of-too-many-ways", most=MOST_WAYS)
        return tuple(found)

    def _ways(self, name: str) -> Iterator[frozenset[str]]:
        group = self.groups.get(name)
        if group is None:
            yield frozenset((name,))
            return
        for chosen in combinations(group.members, group.least):
            yield from self._together(chosen)

    def _together(self, names: tuple[str, ...]) -> Iterator[frozenset[str]]:
        if not names:
            yield frozenset()
            return
        for first in self._ways(names[0]):
            for rest in self._together(names[1:]):
                yield first | rest


def parse(text: str, word: str) -> Policy:
    """A policy whose members stand on lines that begin with `word` ("witness", "party").

    Raises Malformed, with the number of the line.
    """
    if not _ALLOWED.fullmatch(text):
        raise Malformed("policy-with-control-character")
    reader = _Reader(word)
    for reader.line, line in enumerate(text.split("\n"), 1):
        words = [each for each in re.split(r"[ \t]+", line) if each]
        if words and not words[0].startswith("#"):
            reader.take(words)
    if not reader.quorum:
        raise Malformed("policy-without-quorum")
    return Policy(tuple(reader.logs), reader.members, reader.groups, reader.quorum)


class _Reader:
    """Takes a policy line by line."""

    def __init__(self, word: str) -> None:
        self._word, self.line = word, 0
        self.logs: list[tuple[str, ...]] = []
        self.members: dict[str, tuple[str, ...]] = {}
        self.groups: dict[str, Group] = {}
        self.quorum = ""
        self._grouped: set[str] = set()

    def take(self, words: list[str]) -> None:
        """One line, as its words."""
        match words:
            case ["log", *what] if what:
                self.logs.append(tuple(what))
            case [self._word, name, *what] if what:
                self._new(name)
                self.members[name] = tuple(what)
            case ["group", name, least, *members] if members:
                self._new(name)
                self.groups[name] = Group(self._least(least, len(members)), self._free(members))
            case ["quorum", name] if not self.quorum and (name == NONE or self._knows(name)):
                self.quorum = name
            case ["quorum", name] if not self.quorum:
                raise Malformed("policy-undefined", line=self.line, name=name)
            case _:
                told = " ".join(words)[:80]
                raise Malformed("policy-not-understood", line=self.line, words=told)

    def _knows(self, name: str) -> bool:
        return name in self.members or name in self.groups

    def _new(self, name: str) -> None:
        if name == NONE or self._knows(name):
            raise Malformed("policy-defined-twice", line=self.line, name=name)
        if len(self.members) + len(self.groups) >= MOST_NAMES:
            raise Malformed("policy-too-many-names", line=self.line, most=MOST_NAMES)

    def _least(self, word: str, count: int) -> int:
        if word in ("any", "all"):
            return 1 if word == "any" else count
        if not re.fullmatch(r"[1-9][0-9]{0,2}", word) or int(word) > count:
            raise Malformed("policy-bad-count", line=self.line, word=word, members=count)
        return int(word)

    def _free(self, members: list[str]) -> tuple[str, ...]:
        """These names, none of which is in a group already."""
        for name in members:
            if not self._knows(name):
                raise Malformed("policy-undefined", line=self.line, name=name)
            if name in self._grouped:
                raise Malformed("policy-grouped-twice", line=self.line, name=name)
            self._grouped.add(name)
        return tuple(members)
