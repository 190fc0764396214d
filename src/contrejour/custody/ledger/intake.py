"""Takes words of parties into a log: what a known policy's party signed, once, and nothing else.

    with Intake(folder, signer, policies, Witnesses(trust)) as takes:
        takes.add(b'{"at":…,"type":"order.approve","v":1}\\n')    # 202: its place; 200: its proof
        takes.add(b'{"at":…,"type":"order.declare","v":1}\\nKEY SIG\\n')

The log is open, and locked, while something is written or published: between, another process may
append. A word is durable before it is answered, and asking again adds nothing: whoever got no
answer asks again, and whoever waits for witnesses asks until there is a proof.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from contrejour.base import times
from contrejour.base.errors import Busy, ContrejourError, LedgerError, Malformed, OutputFailed
from contrejour.base.messages import Message, Tell
from contrejour.base.times import Clock, of_utc
from contrejour.custody.ledger import checkpoint
from contrejour.custody.ledger.entry import MOST_BYTES, Entry
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.ledger.log import Cosign, Log
from contrejour.custody.ledger.logged_order import LoggedOrder, contradiction
from contrejour.custody.ledger.read import prove, read_checkpoint, reader
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import EARLY_S
from contrejour.custody.ledger.words import APPROVE, DECLARE, PEEL, REFUSE, fault_of_order
from contrejour.custody.note import Signer
from contrejour.custody.quorum import Policy, parse

PATH = "/add-word"
MOST_BODY = MOST_BYTES + len("\n") + 64 + len(" ") + 128 + len("\n")
MOST_AN_HOUR = 2000
"""Words of one party. A day's cap of windows, each as short as may be voted, is 1,440 peels."""
EVERY_S = 600.0
"""A log in which nothing is written is witnessed anew so often: a peel wants a fresh proof."""
AGAIN_S = 10.0
"""After a checkpoint that too few witnesses cosigned."""
EARLY = timedelta(seconds=EARLY_S)
_SIGNED = re.compile(rb"([0-9a-f]{64}) ([0-9a-f]{128})")
_WORDS = tuple(f'"type":"{kind}"'.encode() for kind in (DECLARE, APPROVE, REFUSE, PEEL))


@dataclass(frozen=True, slots=True)
class IntakeAnswer:
    """In HTTP's numbers. 200: `text` is the proof. 202, 409: the entry's number. Else why not."""

    status: int
    text: str


@dataclass(frozen=True, slots=True)
class PostedWord:
    """An entry, and of an `order.declare` its requester's key and signature."""

    entry: Entry
    key: str = ""
    sig: str = ""


def posted(body: bytes) -> PostedWord:
    """What a body says. Raises LedgerError where it is no word of a party."""
    first, *rest = body.split(b"\n")
    entry = read_entry(first)
    if entry.type == DECLARE and len(rest) == 2 and not rest[1]:
        if found := _SIGNED.fullmatch(rest[0]):
            return PostedWord(entry, *(each.decode() for each in found.groups()))
    elif entry.type in (APPROVE, REFUSE, PEEL) and rest == [b""]:
        return PostedWord(entry)
    raise LedgerError("not-a-word", type=entry.type)


class Intake:
    """Used by many threads. Has the log witnessed and published, as long as it is a context."""

    def __init__(
        self, folder: Path, signer: Signer, policies: Sequence[bytes], cosign: Cosign | None, *,
        clock: Clock = times.now, tell: Tell = lambda _: None, every_s: float = EVERY_S,
    ) -> None:  # fmt: skip
        """`policies`: who opens, of each that orders name. Raises Busy, LedgerError, Malformed."""
        self._folder, self._signer, self._cosign = folder, signer, cosign
        self._policies = {hashlib.sha256(data).hexdigest(): _policy(data) for data in policies}
        self._clock, self._tell, self._every_s = clock, tell, every_s
        self._read = reader(folder)
        self._guard = threading.Lock()
        self._log: Log | None = None
        self._users = 0
        self._known = _LoggedWords(self._policies)
        self._rates: Counter[tuple[str, datetime]] = Counter()
        self._wake, self._over = threading.Event(), threading.Event()
        self._publisher = threading.Thread(target=self._publish, name="publish", daemon=True)
        with self._opened():
            pass

    def __enter__(self) -> Intake:
        self._wake.set()  # what was appended and not published, before it was ended
        self._publisher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._wake.set()
        self._publisher.join()

    def add(self, body: bytes) -> IntakeAnswer:
        """Take a word, or say where it is, or why not."""
        try:
            word = posted(body)
        except LedgerError as error:
            return IntakeAnswer(400, f"{error.message}\n")
        leaf = leaf_hash(word.entry.bytes).hex()
        try:
            if proof := self._proof(leaf):
                return IntakeAnswer(200, proof)
            with self._opened() as log, self._guard:
                answer = self._take(log, word, leaf)
        except Busy as error:
            return IntakeAnswer(503, f"{error.message}\n")
        except OutputFailed as error:
            self._tell(error.message)
            return IntakeAnswer(507, "the log can't be written: its disk may be full\n")
        if answer.status == 202:
            self._wake.set()
        return answer

    def _proof(self, leaf: str) -> str:
        """That it is under the last checkpoint; empty where it isn't."""
        with self._guard:
            place = self._known.places.get(leaf)
        if place is None:
            return ""
        signed = read_checkpoint(self._read)
        size = checkpoint.parse(signed.text).size
        return str(prove(place, self._read, signed)) if place < size else ""

    def _take(self, log: Log, word: PostedWord, leaf: str) -> IntakeAnswer:
        """Append it, unless it is there already or may not be."""
        if (place := self._known.places.get(leaf)) is not None:
            return IntakeAnswer(202, f"{place}\n")
        now = self._clock()
        if no := self._known.refusal(word, now):
            return no
        hour = now.replace(minute=0, second=0, microsecond=0)
        party = word.key or str(word.entry.data["key"]), hour
        if self._rates[party] >= MOST_AN_HOUR:
            return IntakeAnswer(429, "too many words of that party in this hour\n")
        place = log.append([word.entry.bytes])
        self._rates = Counter({each: n for each, n in self._rates.items() if each[1] == hour})
        self._rates[party] += 1
        self._known.take(place, word.entry.bytes)
        return IntakeAnswer(202, f"{place}\n")

    @contextmanager
    def _opened(self) -> Iterator[Log]:
        """The log, which threads share while one of them needs it. Raises Busy, LedgerError."""
        with self._guard:
            if self._log is None:
                self._log = Log(self._folder, self._signer)
                self._users = 0
            log = self._log
            self._users += 1
        try:
            with self._guard:
                for number, entry in enumerate(log.entries(self._known.size), self._known.size):
                    self._known.take(number, entry)
            yield log
        finally:
            with self._guard:
                self._users -= 1
                if not self._users:
                    self._log = None
                    log.close()

    def _publish(self) -> None:
        """Witnessed and published: at once what is new, and every so often what isn't."""
        while not self._over.is_set():
            self._wake.wait(self._every_s)
            self._wake.clear()
            if self._over.is_set():
                return
            try:
                with self._opened() as log:
                    log.publish(self._cosign)
            except ContrejourError as error:
                if not isinstance(error, Busy):
                    self._tell(error.message)
                self._over.wait(AGAIN_S)
                self._wake.set()


class _LoggedWords:
    """What the log has of orders and words. `size`: how many of its entries were looked at."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self._policies = policies
        self.size = 0
        self.places: dict[str, int] = {}
        self._orders: dict[str, LoggedOrder] = {}
        self._said: dict[tuple[str, str, str], int] = {}
        """An approval or a refusal, whose `at` isn't signed: anybody could copy it with another."""

    def take(self, number: int, data: bytes) -> None:
        self.size = number + 1
        if not any(kind in data for kind in _WORDS):
            return
        try:
            entry = read_entry(data)
        except LedgerError:  # a monitor says so
            return
        leaf, order = leaf_hash(data).hex(), str(entry.data.get("order"))
        self.places.setdefault(leaf, number)
        if entry.type == DECLARE:
            policy = self._policies.get(str(entry.data["policy"]))
            self._orders.setdefault(leaf, LoggedOrder(entry, policy, entry.at))
        elif (of := self._orders.get(order)) and not of.fault(entry, timedelta(0), entry.at):
            of.take(entry)
            self._said.setdefault((entry.type, order, str(entry.data["role"])), number)

    def refusal(self, word: PostedWord, now: datetime) -> IntakeAnswer | None:
        """Why it can't be appended now."""
        entry = word.entry
        if entry.type == DECLARE:
            ends, wrong = str(entry.data["expires"]), self._of_order(word)
        elif order := self._orders.get(str(entry.data["order"])):
            ends, wrong = order.expires, order.fault(entry, timedelta(0), entry.at)
        else:
            return IntakeAnswer(422, "the log has no such order\n")
        if wrong:
            return IntakeAnswer(403, f"{wrong}\n")
        if of_utc(entry.at) > now + EARLY or now >= of_utc(ends):
            return IntakeAnswer(422, "dated in the future, or of an order that ran out\n")
        said = entry.type, str(entry.data.get("order")), str(entry.data.get("role"))
        if entry.type != PEEL and (place := self._said.get(said)) is not None:
            return IntakeAnswer(409, f"{place}\n")
        return None

    def _of_order(self, word: PostedWord) -> Message | None:
        policy = self._policies.get(str(word.entry.data["policy"]))
        if policy is None:
            return Message("word-under-unknown-policy", type=word.entry.type)
        if wrong := fault_of_order(word.entry, word.key, word.sig, policy):
            return Message("word-of-nobody", type=word.entry.type, fault=wrong)
        return contradiction(word.entry, self._orders)


def _policy(data: bytes) -> Policy:
    try:
        return parse(data.decode(), "party")
    except UnicodeDecodeError as error:
        raise Malformed("policy-not-utf-8") from error
