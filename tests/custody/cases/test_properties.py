"""Random people take random steps: what must never happen doesn't."""

from __future__ import annotations

from datetime import UTC
from itertools import pairwise

from fakes.examples import at_most
from fakes.orders import DAY, HOUR, MINUTE, NOW, VAULT, order, rules, window
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contrejour.base.errors import OrderError
from contrejour.custody.cases.case import (
    Approve,
    Attest,
    Case,
    Close,
    Expire,
    Export,
    Hold,
    Open,
    Peel,
    Refuse,
    State,
    Step,
    apply,
    declare,
)
from contrejour.custody.cases.order import OrderKind
from contrejour.custody.openers import layers

PARTIES = (VAULT, "prosecutor", "dpo", "operator", "opj", "mallory")
RULES = rules(camera_minutes=2)
WAYS = (*RULES.policy.ways(), frozenset({VAULT, "operator"}), frozenset(PARTIES))
WINDOWS = (window(-1), window(0), window(1), window(2), window(0, "cam-c"))
ORDERS = [
    order(nonce=str(number) * 32, urgent=urgent, requester=requester,
          not_before=NOW if urgent else NOW + 24 * HOUR, kind=kind,
          **({"hold_until": NOW + 90 * DAY, "opener": ""} if kind is OrderKind.HOLD else {}))
    for number, (urgent, requester, kind) in enumerate([
        (True, "opj", OrderKind.OPEN), (True, "opj", OrderKind.HOLD),
        (False, "dpo", OrderKind.OPEN), (True, "operator", OrderKind.OPEN),
    ])
]  # fmt: skip
WHICH = st.sampled_from(range(len(ORDERS)))
WHO = st.sampled_from(PARTIES)
SOME = st.lists(st.sampled_from(WINDOWS), min_size=1, max_size=2).map(tuple)


class Cases(RuleBasedStateMachine):
    """Four cases at once, one clock, and everything that was accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.cases: list[Case] = [declare(each, RULES, NOW) for each in ORDERS]
        self.done: list[tuple[int, Step, Case]] = []

    def take(self, which: int, step: Step) -> None:
        before = self.cases[which]
        try:
            self.cases[which] = apply(before, step, self.now)
        except OrderError:
            return
        self.done.append((which, step, before))

    def used_s(self, role: str, but: int) -> int:
        return sum(c.peeled_s(role, self.now) for n, c in enumerate(self.cases) if n != but)

    @rule(minutes=st.sampled_from([0, 1, 60, 60 * 24, -1]))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(which=WHICH, role=WHO, yes=st.sampled_from([True, True, True, False]))
    def say(self, which: int, role: str, yes: bool) -> None:
        self.take(which, Approve(role) if yes else Refuse(role))

    @rule(which=WHICH)
    def agree(self, which: int) -> None:
        for role in ("prosecutor", "dpo", "operator"):
            self.take(which, Approve(role))

    @rule(which=WHICH, of=WHICH, by=st.sampled_from(["uv", "uvw", "u", "vx", ""]))
    def witness(self, which: int, of: int, by: str) -> None:
        self.take(which, Attest(ORDERS[of].id, dict.fromkeys(by, self.now)))

    @initialize(ready=st.sets(WHICH))
    def begin(self, ready: set[int]) -> None:
        for which in ready:
            self.agree(which)
            self.witness(which, which, "uv")

    @rule(which=WHICH, role=WHO, way=st.sampled_from(WAYS), of=st.sampled_from(WINDOWS))
    def peel(self, which: int, role: str, way: frozenset[str], of) -> None:
        self.take(which, Peel(role, way, of, self.used_s(role, which)))

    @rule(which=WHICH, way=st.sampled_from(WAYS), of=st.sampled_from(WINDOWS))
    def peel_all(self, which: int, way: frozenset[str], of) -> None:
        for role in layers(way)[::-1]:
            self.take(which, Peel(role, way, of, self.used_s(role, which)))

    @rule(which=WHICH, of=SOME, right=st.booleans())
    def open(self, which: int, of, right: bool) -> None:
        keys = tuple(each.recipient for each in (of if right else of[::-1]))
        self.take(which, Open(of, keys))

    @rule(which=WHICH, of=SOME)
    def hold(self, which: int, of) -> None:
        self.take(which, Hold(of))

    @rule(which=WHICH, last=st.sampled_from([Export("0" * 64), Close(), Expire()]))
    def end(self, which: int, last: Step) -> None:
        self.take(which, last)

    @invariant()
    def a_requester_never_approves(self) -> None:
        assert all(case.order.requester not in case.approvals for case in self.cases)
        assert all(case.approvals <= RULES.voices() for case in self.cases)

    @invariant()
    def operator_and_vault_never_suffice(self) -> None:
        for case in self.cases:
            for each in (*case.opened, *case.held):
                by = {peel.role for peel in case.peels if peel.window == each}
                assert "prosecutor" in by
                assert VAULT in by
                assert by & {"dpo", "operator"}

    @invariant()
    def no_peel_without_a_witnessed_order_that_covers_it(self) -> None:
        for _, step, before in self.done:
            if isinstance(step, Peel):
                asked = before.order
                assert len(before.witnesses & {"u", "v", "w"}) >= 2
                assert step.window.camera in asked.cameras
                assert asked.since <= step.window.since < step.window.until <= asked.until

    @invariant()
    def no_peel_before_its_time_or_after_its_end(self) -> None:
        for case in self.cases:
            assert all(case.order.not_before <= each.at < case.order.expires for each in case.peels)

    @invariant()
    def urgency_has_two_who_approved(self) -> None:
        for _, step, before in self.done:
            if isinstance(step, Peel) and before.order.urgent:
                assert len(before.approvals) >= 2

    @invariant()
    def nobody_peels_more_than_the_cap_a_day(self) -> None:
        spent: dict[tuple[str, object], int] = {}
        for case in self.cases:
            for each in case.peels:
                key = (each.role, each.at.astimezone(UTC).date())
                spent[key] = spent.get(key, 0) + each.window.seconds
        assert all(seconds <= RULES.cap_s for seconds in spent.values())

    @invariant()
    def nothing_is_opened_to_another_key_or_by_the_wrong_order(self) -> None:
        for _, step, before in self.done:
            if isinstance(step, Open):
                assert before.order.kind is OrderKind.OPEN
                assert step.recipients == tuple(each.recipient for each in step.windows)
            if isinstance(step, Hold):
                assert before.order.kind is OrderKind.HOLD
            if isinstance(step, Export):
                assert before.opened

    @invariant()
    def time_only_goes_forward(self) -> None:
        for case in self.cases:
            assert all(first.at <= then.at for first, then in pairwise(case.peels))

    @invariant()
    def who_refused_never_approves(self) -> None:
        assert all(not case.refusals & case.approvals for case in self.cases)

    @invariant()
    def the_vault_is_last(self) -> None:
        for case in self.cases:
            for at, each in enumerate(case.peels):
                before = {peel.role for peel in case.peels[:at] if peel.window == each.window}
                assert each.role != VAULT or each.way - {VAULT} <= before

    @invariant()
    def nothing_is_peeled_twice_by_one_party(self) -> None:
        for case in self.cases:
            done = [(each.role, each.window) for each in case.peels]
            assert len(done) == len(set(done))

    @invariant()
    def nothing_follows_the_end(self) -> None:
        for _, step, before in self.done:
            refused = before.state is State.REFUSED and isinstance(step, Close)
            assert refused or before.state not in (State.REFUSED, State.CLOSED, State.EXPIRED)


TestCases = Cases.TestCase
TestCases.settings = settings(at_most(150), stateful_step_count=40)
