"""What a body has laid down before any case: who opens, who witnesses, how much, how soon.

party vault age1pq1…                       a machine: it checks, and peels last
party prosecutor age1pq1… key:<keyid>      `key:` is what `contrejour keys new` prints
party dpo age1pq1… key:<keyid>
party operator age1pq1… key:<keyid>
party opj - key:<keyid>                    in no group: may ask, and never counts
group one any dpo operator
group open all vault prosecutor one
quorum open
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from contrejour.base.errors import OrderError
from contrejour.custody.cases.order import HEX
from contrejour.custody.quorum import NONE, Policy
from contrejour.law.mandate.originals import Originals

VAULT = "vault"


@dataclass(frozen=True, slots=True)
class Rules:
    """`voted`: the numbers of the plan; without one, the defaults.

    Raises OrderError for rules by which anybody, or nobody, could open.
    """

    policy: Policy
    witnesses: Policy
    voted: Originals = field(default_factory=Originals)
    skew: timedelta = timedelta(minutes=5)
    """By which another's clock may differ."""

    def __post_init__(self) -> None:
        if self.policy.quorum == NONE or any(not way - {VAULT} for way in self.policy.ways()):
            raise OrderError("policy-asks-no-authority")
        if self.witnesses.quorum == NONE or self.witnesses.met(()):
            raise OrderError("policy-without-witnesses")

    @property
    def cap_s(self) -> int:
        """Camera-seconds that one party peels in one UTC day, over all cases."""
        return self.voted.camera_minutes * 60

    def voices(self) -> frozenset[str]:
        """Those whose approval counts: members of some quorum, but for the vault."""
        return frozenset().union(*self.policy.ways()) - {VAULT}

    def can_agree(self, without: frozenset[str]) -> bool:
        """Whether there is a quorum without these."""
        return self.policy.met(set(self.policy.members) - without)


def keys(policy: Policy) -> Mapping[str, str]:
    """The keyid that speaks for each party that has one. Raises OrderError.

    One key for two parties would let one person be both.
    """
    found: dict[str, str] = {}
    for name, words in policy.members.items():
        given = [each.removeprefix("key:") for each in words if each.startswith("key:")]
        if not given:
            continue
        if len(given) > 1 or not re.fullmatch(HEX, given[0]):
            raise OrderError("key-not-one-keyid", name=name)
        if given[0] in found.values():
            raise OrderError("key-of-two-parties", name=name)
        found[name] = given[0]
    return found
