"""Who may open: what a policy of parties has to say before anything is sealed for it. Pure.

    party vault      vault.example.org+1a2b3c4d+AZ…
    party prosecutor court.example.org+5e6f7a8b+AX… key:5f0c… judicial
    party dpo        dpo.example.org+…              key:97ab…
    group open all vault prosecutor dpo
    quorum open

After a party's name stands what is sealed for: the key that it signs its days' keys with, or a key
that no day ends (age1…); then `key:` and the keyid that it approves with; then `judicial`, for an
authority of justice. Whether that is so, those who vote the policy know.

Every way to open has one vault and, beside it, two parties, or one that is judicial: nobody opens
alone. In what order a policy names its parties means nothing. The vault is innermost in every
onion, because of its name; the others peel before it, in the order of theirs.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping

from contrejour.base.errors import LedgerError, Malformed, SealError
from contrejour.base.messages import Message
from contrejour.custody import note
from contrejour.custody.quorum import Policy, parse

JUDICIAL = "judicial"
_VAULT = re.compile(r"vault[0-9]*")
_WORD = re.compile(rf"key:[0-9a-f]{{64}}|{JUDICIAL}")


def read(data: bytes) -> Policy:
    """A policy that may be sealed for. Raises Malformed, SealError."""
    try:
        policy = parse(data.decode(), "party")
    except UnicodeDecodeError as error:
        raise Malformed("policy-not-utf-8") from error
    demand_shared(policy)
    signers(policy)
    return policy


def is_vault(party: str) -> bool:
    """By its name: `vault`, or with a number where there are several."""
    return _VAULT.fullmatch(party) is not None


def layers(way: Iterable[str]) -> tuple[str, ...]:
    """The parties of a way to open, the innermost first: the vault, then from the last name on."""
    return tuple(sorted(way, key=lambda party: (is_vault(party), party), reverse=True))


def before(role: str, way: frozenset[str]) -> tuple[str, ...]:
    """Who of a way takes a layer off before that party, who is of it: those further out."""
    inwards = layers(way)[::-1]
    return inwards[: inwards.index(role)]


def demand_shared(policy: Policy) -> None:
    """Raises SealError for a policy by which nobody, or one party alone, could open."""
    for party, (_, *words) in policy.members.items():
        for word in words:
            if not _WORD.fullmatch(word):
                raise SealError("party-word-unknown", party=party, word=word[:80])
    ways = policy.ways()
    if not ways:
        raise SealError("policy-asks-nobody")
    for way in ways:
        others = {party for party in way if not is_vault(party)}
        told = "+".join(reversed(layers(way)))
        if len(way) - len(others) != 1:
            raise SealError("way-without-one-vault", way=told)
        is_judicial = any(JUDICIAL in policy.members[party][1:] for party in others)
        if len(others) < 2 and not is_judicial:
            raise SealError("way-of-one-party", way=told)


def demand_day_keys(policy: Policy) -> None:
    """Raises SealError where a party who opens has one key for all days: what is live must die."""
    for party in _asked(policy):
        if policy.members[party][0].startswith("age1"):
            raise SealError("key-that-no-day-ends", party=party)


def demand_spoken_for(policy: Policy) -> None:
    """Raises SealError where a party who opens has no `key:`: it could say nothing in the log, so
    nothing that is sealed for it would ever be opened."""
    for party in _asked(policy):
        if not any(word.startswith("key:") for word in policy.members[party][1:]):
            raise SealError("party-without-key", party=party)


def signers(policy: Policy) -> dict[str, note.Key]:
    """Of those who open, whoever publishes a key of each day, and the key that this is signed with.

    Raises SealError for what is no such key, and where two parties have one: who holds it is both.
    """
    found, owners = dict[str, note.Key](), dict[str, str]()
    asked = _asked(policy)
    for party, (first, *words) in policy.members.items():
        keyids = {word.removeprefix("key:") for word in words if word.startswith("key:")}
        if party in asked and not first.startswith("age1"):
            found[party] = _signer(first)
            keyids.add(hashlib.sha256(found[party].public).hexdigest())
        for keyid in keyids:
            if owners.setdefault(keyid, party) != party:
                raise SealError("two-parties-sign-with-one-key", party=party, other=owners[keyid])
    return found


def _asked(policy: Policy) -> Mapping[str, None]:
    """Whom some way to open asks, in the order of the policy."""
    needed = frozenset().union(*policy.ways())
    return dict.fromkeys(party for party in policy.members if party in needed)


def _signer(vkey: str) -> note.Key:
    try:
        key = note.read_key(vkey)
    except LedgerError as error:
        raise SealError(error.message, hint=error.advice) from None
    if key.kind != note.ED25519:
        raise SealError(Message("witness-key-seals-nothing", key=key.name))
    return key
