"""Orders, rules and windows to try cases with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from contrejour.custody.cases.case import Approve, Attest, Case, apply, declare
from contrejour.custody.cases.order import Order, OrderBasis, OrderKind, OrderWindow
from contrejour.custody.cases.rules import Rules
from contrejour.custody.quorum import parse
from contrejour.law.mandate.originals import Originals

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEFAULT = """party vault age1vault
party prosecutor age1prosecutor
party dpo age1dpo
party operator age1operator
party opj -
group one any dpo operator
group open all vault prosecutor one
quorum open
"""
WITNESSES = "witness u x\nwitness v x\nwitness w x\ngroup two 2 u v w\nquorum two\n"
SEEN = dict.fromkeys(("u", "v"), NOW)
"""Who witnessed an order, when."""
VAULT = "vault"
BOTH = frozenset({VAULT, "prosecutor", "dpo"})


def rules(policy: str = DEFAULT, **voted: Any) -> Rules:
    """`voted`: numbers of a mandate."""
    return Rules(parse(policy, "party"), parse(WITNESSES, "witness"), Originals(**voted))


def order(**changes: Any) -> Order:
    """For 14:00 to 14:10 the day before, on two cameras."""
    asked = Order(
        requester="opj", kind=OrderKind.OPEN, basis=OrderBasis.PRELIMINARY, mandate="ara",
        plan="1" * 64, policy="2" * 64, cameras=("cam-a", "cam-b"), since=NOW - 22 * HOUR,
        until=NOW - 22 * HOUR + 10 * MINUTE, declared=NOW, not_before=NOW + DAY,
        expires=NOW + 3 * DAY, urgent=False, opener="age1opener00", hold_until=None, nonce="3" * 32,
    )  # fmt: skip
    return replace(asked, **changes)


def hold(**changes: Any) -> Order:
    """To keep the same for ninety days."""
    lasts = {"kind": OrderKind.HOLD, "opener": "", "hold_until": NOW + 90 * DAY, "nonce": "5" * 32}
    return order(**{**lasts, **changes})


def window(number: int = 0, camera: str = "cam-a", **changes: Any) -> OrderWindow:
    """The minute of that number since 14:00."""
    since = NOW - 22 * HOUR + number * MINUTE
    made = OrderWindow(camera, since, since + MINUTE, "20270228", f"age1{camera[-1]}{number}")
    return replace(made, **changes)


def agreed(**changes: Any) -> Case:
    """Approved by prosecutor and dpo, and witnessed."""
    asked = order(**changes)
    case = declare(asked, rules(), NOW)
    for step in (Approve("prosecutor"), Approve("dpo"), Attest(asked.id, SEEN)):
        case = apply(case, step, NOW)
    return case
