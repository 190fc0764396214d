"""Who opens and who witnesses, as the signed plan has them: two files, by their hashes. Pure.

policies = read(open_policy, witness_policy)      what any plan may name
plan.originals(camera).demand(policies.hashes)    what this plan names
"""

from __future__ import annotations

from dataclasses import dataclass

from contrejour.base.errors import Malformed, SealError
from contrejour.custody import openers
from contrejour.custody.ledger.verify import Trust, read_trust
from contrejour.custody.quorum import NONE, Policy
from contrejour.law.mandate.originals import PolicyHashes


@dataclass(frozen=True, slots=True)
class VotedPolicies:
    """Made by `read` alone. Whether they were voted, the plan says."""

    openers: Policy
    trust: Trust
    hashes: PolicyHashes


def read(opening: bytes, witnesses: bytes) -> VotedPolicies:
    """What may be voted: nobody opens alone, all keys end with their day, and somebody witnesses.

    Raises Malformed, SealError, LedgerError.
    """
    policy = openers.read(opening)
    openers.demand_day_keys(policy)
    openers.demand_spoken_for(policy)
    try:
        trust = read_trust(witnesses.decode())
    except UnicodeDecodeError as error:
        raise Malformed("policy-not-utf-8") from error
    if trust.policy.quorum == NONE or trust.policy.met(()):
        raise SealError("policy-without-witnesses")
    return VotedPolicies(policy, trust, PolicyHashes.of(opening, witnesses))
