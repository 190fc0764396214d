"""An order: who asks for which cameras, from when to when, on which article, until when.

    {"basis":"77-1-1","cameras":["car-t3-1"],"commitments":{"case":"<64 hex>",…},
     "at":"2027-02-12T15:04:05Z","expires":…,"held":null,"hold_until":null,"kind":"open",
     "mandate":"ara-gares-2027-01","nonce":"<32 hex>","not_before":…,"opener":"age1…",
     "plan":"<SHA-256>","policy":"<SHA-256>","requester":"opj","secret":null,"since":…,
     "type":"order.declare","until":…,"urgent":false,"v":1}

RFC 8785 bytes, at most 4 kB, which are the log's `order.declare` entry as well. An order's id is
its leaf hash there, SHA-256 of 0x00 and the bytes (RFC 6962, 2.1): a changed byte makes another.

A secret order (secret.py) says how many cameras and how long, and commits to which and when: its
bytes are public at once, and read with their opening alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from contrejour.base.canonical import Json, canonical
from contrejour.base.errors import OrderError
from contrejour.base.times import utc
from contrejour.custody.cases.secret import HIDDEN, LONGEST_SECRET, Secret
from contrejour.custody.cases.secret import read as read_secret
from contrejour.custody.cases.strict import Fields, document

Opening: TypeAlias = "bytes | None"
TYPE = "order.declare"
MOST_BYTES = 4096
MOST_CAMERAS = 64
ROLE = NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
"""A Name of the mandate."""
HEX = "[0-9a-f]{64}"
OPENER = r"age1[a-z0-9]{8,2500}"
"""An age recipient, X25519 or post-quantum (c2sp.org/age)."""


class OrderKind(StrEnum):
    """What an approved order does with what is sealed."""

    OPEN = "open"
    HOLD = "hold"
    """Keep it past its day, under keys for this hold alone; no picture is shown."""


class OrderBasis(StrEnum):
    """What an order may rest on: the articles of rule FR-23, or a filmed person's own right."""

    FLAGRANTE = "60-1"
    FLAGRANTE_COMPUTERISED = "60-2"
    PRELIMINARY = "77-1-1"
    PRELIMINARY_COMPUTERISED = "77-1-2"
    INQUIRY = "99-3"
    ACCESS = "gdpr.15"


@dataclass(frozen=True, slots=True)
class OrderWindow:
    """What one sealed window says of itself, in each layer of its onions. Times are aware."""

    camera: str
    since: datetime
    until: datetime
    epoch: str
    recipient: str

    @property
    def seconds(self) -> int:
        """Its length, rounded up."""
        return -((self.since - self.until) // timedelta(seconds=1))


@dataclass(frozen=True, slots=True)
class Order:
    """Frozen as it was declared. Times are aware, to the second.

    `since` to `until`: what was filmed then. `not_before` to `expires`: when it may be opened.
    `opener`: whom it is opened for, "" for a hold. `held`: the id of the hold that kept it, or "".
    `commitments`: of what is personal, by field (see private.py).
    """

    requester: str
    kind: OrderKind
    basis: OrderBasis
    mandate: str
    plan: str
    policy: str
    cameras: tuple[str, ...]
    since: datetime
    until: datetime
    declared: datetime
    not_before: datetime
    expires: datetime
    urgent: bool
    opener: str
    hold_until: datetime | None
    nonce: str
    commitments: tuple[tuple[str, str], ...] = ()
    held: str = ""
    secret: Secret | None = None

    @property
    def bytes(self) -> bytes:
        """The document."""
        told: dict[str, Json] = {
            "v": 1, "type": TYPE, "requester": self.requester, "kind": self.kind.value,
            "basis": self.basis.value, "mandate": self.mandate, "plan": self.plan,
            "policy": self.policy, "cameras": list(self.cameras), "since": utc(self.since),
            "until": utc(self.until), "at": utc(self.declared),
            "not_before": utc(self.not_before), "expires": utc(self.expires),
            "urgent": self.urgent, "opener": self.opener or None, "nonce": self.nonce,
            "held": self.held or None,
            "hold_until": utc(self.hold_until) if self.hold_until else None,
            "commitments": dict(self.commitments), "secret": None,
        }  # fmt: skip
        if self.secret:
            shown = self.secret.shown(self._hidden, self.until - self.since)
            told |= dict.fromkeys(self._hidden) | {"secret": shown}
        return canonical(told)

    @property
    def opening(self) -> Opening:
        """What a secret order is read with; None where nothing is secret."""
        return self.secret.opening(self._hidden) if self.secret else None

    @property
    def _hidden(self) -> dict[str, Json]:
        """As an order that is not secret shows them."""
        return {"cameras": [*self.cameras], "since": utc(self.since), "until": utc(self.until)}

    @property
    def id(self) -> str:
        """The leaf hash, in hexadecimal."""
        return hashlib.sha256(b"\0" + self.bytes).hexdigest()

    def covers(self, window: OrderWindow | Order) -> bool:
        """Whether all of the window, or of another order, is in this one."""
        cameras = {window.camera} if isinstance(window, OrderWindow) else {*window.cameras}
        return (
            cameras <= {*self.cameras} and self.since <= window.since < window.until
            and window.until <= self.until
        )  # fmt: skip


def read(data: bytes, opening: bytes | None = None) -> Order:
    """An order from its bytes, as hostile as they may be. Raises Malformed, OrderError.

    A secret one is read with its opening, and only where that is what the order commits to.
    """
    fields = document(data, TYPE, MOST_BYTES)
    secret = shown = None
    if fields.has("secret"):
        if opening is None:
            raise OrderError("order-is-secret")
        secret, shown = read_secret(fields.below("secret"), opening)
        for name in HIDDEN:
            fields.has(name)  # what is there, and not null, is left, and so refused
    seen = shown or fields
    order = Order(
        requester=fields.text("requester", ROLE),
        kind=OrderKind(fields.one_of("kind", [*OrderKind])),
        basis=OrderBasis(fields.one_of("basis", [*OrderBasis])),
        mandate=fields.text("mandate", NAME),
        plan=fields.text("plan", HEX),
        policy=fields.text("policy", HEX),
        cameras=seen.texts("cameras", NAME, MOST_CAMERAS),
        since=seen.moment("since"),
        until=seen.moment("until"),
        declared=fields.moment("at"),
        not_before=fields.moment("not_before"),
        expires=fields.moment("expires"),
        urgent=fields.flag("urgent"),
        opener=fields.text("opener", OPENER) if fields.has("opener") else "",
        held=fields.text("held", HEX) if fields.has("held") else "",
        hold_until=fields.moment("hold_until") if fields.has("hold_until") else None,
        nonce=fields.text("nonce", "[0-9a-f]{32}"),
        commitments=_commitments(fields.below("commitments")),
        secret=secret,
    )
    for each in (fields, seen):
        each.end()
    if order.bytes != data:
        raise OrderError("opening-of-another-order")
    _sensible(order)
    return order


def made(order: Order) -> Order:
    """The order, if `read` accepts it. Raises Malformed, OrderError."""
    return read(order.bytes, order.opening)


def aligned(since: datetime, until: datetime, window_s: int) -> tuple[datetime, datetime]:
    """The whole windows that the moments lie in: what is sealed together opens together."""
    first, last = int(since.timestamp()), -int(-until.timestamp() // 1)
    return (
        datetime.fromtimestamp(first // window_s * window_s, UTC),
        datetime.fromtimestamp(-(-last // window_s) * window_s, UTC),
    )


def _commitments(fields: Fields) -> tuple[tuple[str, str], ...]:
    found = tuple((name, fields.text(name, HEX)) for name in fields.names("[a-z0-9_]{1,40}", 16))
    fields.end()
    return found


def _sensible(order: Order) -> None:
    if not order.since < order.until <= order.declared:
        raise OrderError("order-time-not-past")
    if not order.declared <= order.not_before < order.expires:
        raise OrderError("order-ends-before-use")
    if (order.kind is OrderKind.HOLD) != (order.hold_until is not None):
        raise OrderError("hold-without-end")
    if (order.kind is OrderKind.HOLD) == bool(order.opener):
        raise OrderError("opener-or-hold")
    if order.secret and (
        order.basis is OrderBasis.ACCESS
        or not order.declared < order.secret.reveal_by <= order.declared + LONGEST_SECRET
    ):
        raise OrderError("secret-without-end", days=LONGEST_SECRET.days)
    if order.held and order.kind is OrderKind.HOLD:
        raise OrderError("hold-of-a-hold")
    if order.hold_until is not None and order.hold_until <= order.expires:
        raise OrderError("hold-ends-before-order")
