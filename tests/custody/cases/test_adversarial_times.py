"""Orders in a hostile hub's hands, by clocks that jump: what must never come off, never does.

The hub holds everything that was ever signed and every proof that the log ever gave. It shows each
party what it likes, in the order it likes, with the newest proof or the oldest; one of three
witnesses is its own. Requesters write any times. Only keys, and who signed what, are out of reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from fakes.examples import at_most
from fakes.orders import DAY, HOUR, MINUTE, NOW, WITNESSES, order
from fakes.peeling import KEYS, AnyPlan, Remembered, said, sign_word
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contrejour.base.errors import ContrejourError
from contrejour.custody.cases.case import (
    Approve,
    Attest,
    Close,
    Peel,
    Refuse,
    Step,
    apply,
    declare,
)
from contrejour.custody.cases.order import Order, OrderWindow, read
from contrejour.custody.cases.party_checks import (
    CaseCopy,
    OwnCopies,
    PeelRequest,
    leaf,
    may_peel,
    may_say,
)
from contrejour.custody.cases.rules import Rules
from contrejour.custody.cases.signed import SignedAct
from contrejour.custody.openers import before, is_vault, layers
from contrejour.custody.quorum import parse
from contrejour.law.mandate.sign import keyid

POLICY = """party vault1 age1v1
party vault2 age1v2
party judge age1j judicial
party dpo age1d
party operator age1o
party opj -
group vaults any vault1 vault2
group two all dpo operator
group some any judge two
group open all vaults some
quorum open
"""
ROLES = ("vault1", "vault2", "judge", "dpo", "operator", "opj")
RULES = Rules(parse(POLICY, "party"), parse(WITNESSES, "witness"))
KEYIDS = {role: keyid(KEYS[role].public_key()) for role in ROLES}
WAYS = RULES.policy.ways()
PLANS = (AnyPlan(), AnyPlan(ends=NOW + 40 * HOUR), AnyPlan(sha256="9" * 64))
"""The one that orders are under, the same with an end, and one that replaced it."""
KEPT = 30 * DAY
HONEST = ("u", "v")
"""Witnesses whose clocks are right, v's by a minute; the third is the hub's."""
ACTS: Mapping[SignedAct, Callable[[str], Step]] = {
    SignedAct.APPROVE: Approve, SignedAct.REFUSE: Refuse, SignedAct.CLOSE: lambda _: Close(),
}  # fmt: skip


BACKDATED = (0, 0, 0, 50, -50, 24 * 60, -24 * 60)
"""By how many minutes an order says that it is older."""
SAID = [*ACTS, *[SignedAct.APPROVE] * 3]


@dataclass(frozen=True)
class Said:
    """A word that somebody signed. `step`: None where it is not the word of whom it names."""

    data: bytes
    of: str
    step: Step | None

    @property
    def leaf(self) -> str:
        return leaf(self.data)


@dataclass
class Asked:
    """A case: the order, all that was said in it, and what the hub put in from elsewhere."""

    order: Order
    words: list[Said] = field(default_factory=list)


@dataclass(frozen=True)
class Hub:
    """How the hub shows a case.

    `tidy`: without what is of elsewhere or forged. `proof`: the first of a leaf, or the last.
    `liar`: by how much earlier its own witness says that it saw it.
    """

    tidy: bool = True
    turn: int = 0
    twice: bool = False
    without: int | None = None
    proof: int = 0
    liar: timedelta | None = None

    def words(self, of: Asked) -> list[Said]:
        told = [each for at, each in enumerate(of.words) if at != self.without]
        if self.tidy:
            told = [each for each in told if each.step and each.of == of.order.id]
        turn = self.turn % len(told) if told else 0
        told = [*told[turn:], *told[:turn]]
        return [*told, *told] if self.twice else told


OPEN = Hub()
WHICH, WHO = st.sampled_from([0, 0, 1, 2]), st.sampled_from(ROLES)
HUBS = st.builds(
    Hub, st.booleans(), st.integers(0, 3), st.booleans(), st.none() | st.integers(0, 5),
    st.sampled_from([0, -1]),
    st.sampled_from([None, timedelta(0), DAY, 40 * DAY, -2 * HOUR]),
)  # fmt: skip


@dataclass(frozen=True)
class Came:
    """A layer that came off: whose, of what, when in truth and by the party's clock."""

    case: Asked
    step: Peel
    at: datetime
    own: datetime
    plan: AnyPlan


class Orders(RuleBasedStateMachine):
    """Some orders, three witnesses, six parties with a clock each, and a hub against them all."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.cases: list[Asked] = []
        self.waits: list[str] = []
        """Leaves that are in the log, and under no checkpoint yet."""
        self.known: set[str] = set()
        self.proofs: dict[str, list[Mapping[str, datetime]]] = {}
        self.off = dict.fromkeys(ROLES, timedelta(0))
        self.plans = dict.fromkeys(ROLES, PLANS[0])
        self.spent = {role: Remembered() for role in ROLES}
        self.came: list[Came] = []
        self.last: tuple[Asked, Peel] | None = None

    # What the world does

    @rule(by=st.sampled_from([MINUTE, 50 * MINUTE, DAY - MINUTE, DAY, DAY, 29 * DAY]))
    def wait(self, by: timedelta) -> None:
        self.now += by

    @rule(role=WHO, off=st.sampled_from([0, 4, 50, 26 * 60, 30 * 1440]), back=st.booleans())
    def clock_jumps(self, role: str, off: int, back: bool) -> None:
        self.off[role] = (-off if back else off) * MINUTE

    @rule(role=WHO, plan=st.sampled_from(PLANS))
    def plan_is_replaced(self, role: str, plan: AnyPlan) -> None:
        self.plans[role] = plan

    @rule(by=st.sampled_from(["uv", "u", "v"]))
    def witnesses_cosign(self, by: str) -> None:
        lines = {name: self.now + (MINUTE if name == "v" else timedelta(0)) for name in by}
        for each in self.waits:
            self.proofs[each] = []
        self.waits.clear()
        for told in self.proofs.values():
            told.append(lines)

    # What parties and requesters do

    @initialize(urgent=st.booleans(), ready=st.sampled_from([True, True, False]))
    def begin(self, urgent: bool, ready: bool) -> None:
        self.declared("opj", urgent=urgent)
        if ready:
            self.agree(0)
            self.wait(DAY + MINUTE)

    @precondition(lambda self: len(self.cases) < 3)
    @rule(
        requester=st.sampled_from(["opj", "operator", "judge"]), urgent=st.booleans(),
        by=st.sampled_from(BACKDATED), old=st.sampled_from([1, 28]),
    )  # fmt: skip
    def declare(self, requester: str, urgent: bool, by: int, old: int) -> None:
        self.declared(requester, urgent=urgent, backdated=by * MINUTE, age=old * DAY)

    def declared(
        self, requester: str, *, urgent: bool, backdated: timedelta = timedelta(0),
        age: timedelta = DAY,
    ) -> None:  # fmt: skip
        at = self.now - backdated
        since = (self.now - max(age, backdated + HOUR)).replace(hour=10, minute=0, second=0)
        asked = order(
            requester=requester, cameras=("cam-a",), since=since, until=since + 2 * MINUTE,
            declared=at, not_before=at if urgent else at + DAY, expires=at + 3 * DAY,
            urgent=urgent, opener=f"age1opener0{len(self.cases)}",
            nonce=f"{len(self.cases):032x}",
        )  # fmt: skip
        self.cases.append(Asked(asked))
        self.log(asked.id)

    def log(self, entry: str) -> None:
        if entry not in self.known:
            self.known.add(entry)
            self.waits.append(entry)

    @rule(which=WHICH, role=WHO, act=st.sampled_from(SAID),
          by=st.sampled_from(["", "", "", "mallory"]), logged=st.booleans())  # fmt: skip
    def speak(self, which: int, role: str, act: SignedAct, by: str, logged: bool) -> None:
        of = self.cases[which % len(self.cases)]
        at = self.now + self.off[role]
        word = sign_word(of.order, role, at, act, by)
        step = None if by else ACTS[act](role)
        self.told(of, Said(word, of.order.id, step), logged=logged)

    def told(self, of: Asked, word: Said, *, logged: bool = True) -> None:
        of.words.append(word)
        if logged:
            self.log(word.leaf)

    @rule(which=WHICH)
    def agree(self, which: int) -> None:
        for role in ("judge", "dpo", "operator"):
            self.speak(which, role, SignedAct.APPROVE, "", True)
        self.witnesses_cosign("uv")

    @rule(which=WHICH, to=WHICH, word=st.integers(0, 9))
    def copy_a_word_between_cases(self, which: int, to: int, word: int) -> None:
        words = self.cases[which % len(self.cases)].words
        if words:
            self.told(self.cases[to % len(self.cases)], words[word % len(words)], logged=False)

    @rule(which=WHICH, role=WHO, way=st.sampled_from(WAYS),
          minute=WHICH, hub=HUBS)  # fmt: skip
    def say(self, which: int, role: str, way: frozenset[str], minute: int, hub: Hub = OPEN) -> None:
        """A party says that it peels, if its tool lets it."""
        of, step = self.step(which, role, way, minute)
        now, request = self.now + self.off[role], self.request(of, step, hub)
        try:
            may_say(request, self.own(role), self.spent[role], now)
        except ContrejourError:
            return
        if not any(each.step == step for each in of.words):
            word = said(of.order, role, step.window, now, way=way)
            self.told(of, Said(word, of.order.id, step))

    @rule(which=WHICH, role=WHO, way=st.sampled_from(WAYS),
          minute=WHICH, hub=HUBS)  # fmt: skip
    def peel(
        self, which: int, role: str, way: frozenset[str], minute: int, hub: Hub = OPEN
    ) -> None:
        """… and takes its layer off, if its tool lets it. It does as the fold of all words says."""
        of, step = self.step(which, role, way, minute)
        now, request = self.now + self.off[role], self.request(of, step, hub)
        may = self.may(request, now)
        assert may == self.folds(of, step, hub, now)
        if may:
            window, opener = step.window, of.order.opener
            self.spent[role].windows.add((of.order.id, window.camera, window.since))
            self.spent[role].openers.setdefault(opener, of.order.id)
            self.spent[role].newest = now
            self.came.append(Came(of, step, self.now, now, self.plans[role]))

    @rule(which=WHICH, way=st.sampled_from(WAYS), minute=st.integers(0, 1), hub=HUBS)
    def all_of_a_way_in_turn(
        self, which: int, way: frozenset[str], minute: int, hub: Hub = OPEN
    ) -> None:
        """As a hub wants it that hurries; it lies to the vault alone."""
        for role in layers(way)[::-1]:
            self.say(which, role, way, minute)
            self.witnesses_cosign("uv")
            self.peel(which, role, way, minute, hub if is_vault(role) else OPEN)

    # How it looks from where

    def step(self, which: int, role: str, way: frozenset[str], minute: int) -> tuple[Asked, Peel]:
        of = self.cases[which % len(self.cases)]
        since = of.order.since + minute * MINUTE
        window = OrderWindow("cam-a", since, since + MINUTE, f"{since:%Y%m%d}", "age1w")
        self.last = (of, Peel(role, way, window))
        return self.last

    def own(self, role: str) -> OwnCopies:
        plan = replace(self.plans[role], keeps=KEPT)
        return OwnCopies(RULES, KEYIDS, order().policy, plan)  # type: ignore[arg-type]

    def seen(self, entry: str, hub: Hub, *, newest: bool = False) -> dict[str, datetime]:
        """Whose cosignatures on a log with that entry the hub shows."""
        told = self.proofs.get(entry)
        if not told:
            return {}
        lines = dict(told[-1 if newest else hub.proof])
        if hub.liar is not None:
            lines["w"] = min(lines.values()) - hub.liar
        return lines

    def request(self, of: Asked, step: Peel, hub: Hub) -> PeelRequest:
        """An honest hub shows the newest proof of a peel, as `settle` does."""
        words = hub.words(of)
        seen = {of.order.id: self.seen(of.order.id, hub)}
        for each in words:
            newest = isinstance(each.step, Peel) and hub is OPEN
            seen[each.leaf] = self.seen(each.leaf, hub, newest=newest)
        copy = CaseCopy(of.order.bytes, tuple(each.data for each in words), seen)
        return PeelRequest(copy, step.role, step.way, step.window, step.window.epoch)

    def may(self, request: PeelRequest, now: datetime) -> bool:
        role = request.role
        try:
            may_peel(request, self.own(role), self.spent[role], now)
        except ContrejourError:
            return False
        return True

    def folds(self, of: Asked, step: Peel, hub: Hub, now: datetime) -> bool:
        """What `may_peel` has to say: all words that are shown, one after the other, by `apply`."""
        request = self.request(of, step, hub)
        try:
            self.demand_own(of.order, step, now)
            return folded(of.order, hub.words(of), request.case.seen, step, now)
        except ContrejourError:
            return False

    def demand_own(self, of: Order, step: Peel, now: datetime) -> None:
        """What a party knows without the case: its plan, what it spent, whose day a key is of."""
        plan, spent = self.plans[step.role], self.spent[step.role]
        read(of.bytes)
        if (
            plan.sha256 != of.plan or now >= plan.ends or now >= step.window.since + KEPT
            or spent.has(of.id, "cam-a", step.window.since)
            or spent.order_of(of.opener) not in (None, of.id)
            or (spent.newest and now < spent.newest - RULES.skew)
        ):  # fmt: skip
            raise ContrejourError("order-spent")

    # What holds

    @invariant()
    def what_a_party_may_is_what_all_words_add_up_to(self) -> None:
        if self.last:
            of, step = self.last
            now = self.now + self.off[step.role]
            assert self.may(self.request(of, step, OPEN), now) == self.folds(of, step, OPEN, now)

    @invariant()
    def nothing_peels_before_it_waited_from_the_first_witnessed_cosignature(self) -> None:
        for each in self.came:
            first = min(min(lines.values()) for lines in self.proofs[each.case.order.id])
            wait = timedelta(0) if each.case.order.urgent else RULES.voted.cooling_off
            assert each.own >= first + wait
            assert each.at >= first + wait - RULES.voted.cosignature_age, "whatever its clock says"

    @invariant()
    def a_requester_is_never_an_approver_and_two_approve_what_does_not_wait(self) -> None:
        for each in self.came:
            asked, way = each.case.order, each.step.way
            yes = {said.step.role for said in each.case.words if isinstance(said.step, Approve)
                   and said.of == asked.id and self.proofs.get(said.leaf)}  # fmt: skip
            assert asked.requester not in way
            assert {party for party in way if not is_vault(party)} <= yes - {asked.requester}
            assert not asked.urgent or len(yes - {asked.requester}) >= 2

    @invariant()
    def the_vault_is_last(self) -> None:
        for at, each in enumerate(self.came):
            window = (each.case.order.id, each.step.window)
            earlier = {other.step.role for other in self.came[:at]
                       if (other.case.order.id, other.step.window) == window}  # fmt: skip
            assert not is_vault(each.step.role) or each.step.way - {each.step.role} <= earlier

    @invariant()
    def after_retention_the_mandate_or_the_order_nothing_peels(self) -> None:
        for each in self.came:
            asked = each.case.order
            assert each.own < each.step.window.since + KEPT
            assert each.own < asked.expires
            assert each.own < each.plan.ends
            assert each.plan.sha256 == asked.plan

    @invariant()
    def nothing_opens_without_its_intent_in_the_log(self) -> None:
        for each in self.came:
            for role in (*before(each.step.role, each.step.way), each.step.role):
                step = replace(each.step, role=role)
                words = [said for said in each.case.words if said.step == step]
                assert any(self.proofs.get(said.leaf) for said in words)

    @invariant()
    def nothing_comes_off_twice(self) -> None:
        done = [(each.case.order.id, each.step.role, each.step.window) for each in self.came]
        assert len(done) == len({*done})

    @invariant()
    def no_party_peels_by_a_clock_that_went_back(self) -> None:
        for role in ROLES:
            own = [each.own for each in self.came if each.step.role == role]
            assert all(then >= first - RULES.skew for first, then in pairwise(own))


def folded(
    of: Order, words: Sequence[Said], seen: Mapping[str, Mapping[str, datetime]], asked: Peel,
    now: datetime,
) -> bool:  # fmt: skip
    """Whether a party that sees these words, and proofs of them, may peel: `apply`, step by step.

    Raises what `apply` raises, and OrderError for a word of another case, or of nobody.
    """
    outside = before(asked.role, asked.way) if asked.role in asked.way else ()
    last = now + RULES.skew

    def since(entry: str) -> datetime | None:
        by = {name: at for name, at in seen[entry].items() if at <= last}
        return RULES.witnesses.met_at(by)

    if (logged := since(of.id)) is None:
        return False
    case = declare(of, RULES, min(of.declared, now))
    case = apply(case, Attest(of.id, seen[of.id]), min(now, max(case.at, logged)))
    fresh = False
    for each in words:
        if each.step is None or each.of != of.id:
            return False
        logged = since(each.leaf)
        if each.step == asked:
            late = now - RULES.voted.cosignature_age
            by = [name for name, at in seen[each.leaf].items() if late <= at <= last]
            fresh = fresh or RULES.witnesses.met(by)
        if isinstance(each.step, Peel):
            if logged is None or (
                each.step.window == asked.window and each.step.role not in outside
            ):
                continue
        elif isinstance(each.step, Approve) and logged is None:
            continue
        case = apply(case, each.step, min(now, max(case.at, logged or case.at)))
    apply(case, asked, now)
    return fresh


TestOrders = Orders.TestCase
TestOrders.settings = settings(at_most(60), stateful_step_count=30)


def test_attack_06_a_word_for_one_onion_of_a_window_does_not_do_for_another() -> None:
    """The second vault peeled its onion, of which the judge had said nothing, on the judge's word
    for the first vault's."""
    world = Orders()
    world.begin(urgent=False, ready=True)
    for vault in ("vault1", "vault2"):
        world.all_of_a_way_in_turn(0, frozenset({"judge", vault}), 0)
    assert [each.step.role for each in world.came] == ["judge", "vault1"]


@pytest.mark.parametrize("way", WAYS)
def test_in_the_same_world_a_lawful_order_is_peeled_by_all_of_a_way(way: frozenset[str]) -> None:
    """So what never comes off above doesn't stay because nothing ever does."""
    world = Orders()
    world.declared("opj", urgent=False)
    world.agree(0)
    world.all_of_a_way_in_turn(0, way, 0)
    assert not world.came, "it waits"
    world.wait(DAY + MINUTE)
    world.all_of_a_way_in_turn(0, way, 0)
    assert [each.step.role for each in world.came] == [*layers(way)[::-1]]
