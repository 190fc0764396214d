"""Asks the witnesses of a policy to cosign: all at once, each for `limit_s` at most.

    log.publish(Witnesses(trust, limit_s=10))

Each is asked by the address behind its key in the policy. One that is late, silent or wrong
isn't counted, and `tell` is told why; the others count.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from contrejour.base import times
from contrejour.base.errors import LedgerError
from contrejour.base.http_client import NO_ANSWER, HttpClient
from contrejour.base.messages import Message, Tell, reason_of
from contrejour.custody import note
from contrejour.custody.ledger import checkpoint, tree
from contrejour.custody.ledger.tree import Nodes
from contrejour.custody.ledger.verify import EARLY_S, Trust
from contrejour.custody.ledger.web import LIMIT_S, target
from contrejour.custody.ledger.witness import PATH, SIZE, CheckpointRequest
from contrejour.custody.note import Note, Signature

MORE_S = 1.0
"""How long the others are waited for once there are enough."""
MOST_ANSWER = 64 << 10
_TRIES = 3
_TEXT = {"Content-Type": "text/plain"}


class Witnesses:
    """Called by the log for the cosignatures of a quorum, by one thread at a time."""

    def __init__(
        self, trust: Trust, *, limit_s: float = LIMIT_S, clock: times.UnixClock = time.time,
        tell: Tell = lambda _: None,
    ) -> None:  # fmt: skip
        self._trust, self._limit_s, self._clock, self._tell = trust, limit_s, clock, tell
        self._known: dict[str, int] = {}
        """The size of the tree that each cosigned last, as far as is known here."""

    def __call__(self, signed: Note, nodes: Nodes) -> Sequence[Signature]:
        """Raises LedgerError where too few have cosigned in time."""
        found: dict[str, Signature] = {}
        why: dict[str, Message] = {}
        answers: SimpleQueue[tuple[str, Signature | Message]] = SimpleQueue()
        urls = self._trust.urls
        clients = {name: HttpClient(urls[name], limit_s=self._limit_s) for name in urls}

        def ask(name: str) -> None:
            answers.put((name, self._ask(name, clients[name], signed, nodes)))

        for name in clients:
            threading.Thread(target=ask, args=(name,), name=f"ask {name}", daemon=True).start()
        end = time.monotonic() + self._limit_s
        while len(found) + len(why) < len(clients):
            try:
                name, answer = answers.get(timeout=max(0.0, end - time.monotonic()))
            except Empty:
                break
            if isinstance(answer, Signature):
                found[name] = answer
            else:
                why[name] = answer
            if isinstance(answer, Signature) and self._trust.policy.met(found):
                end = min(end, time.monotonic() + MORE_S)
        for client in clients.values():
            client.stop()
        for name in self._trust.urls.keys() - found.keys():
            reason = why.get(name) or Message("no-answer-in-time")
            self._tell(Message("witness-failed", witness=name, reason=reason))
        if not self._trust.policy.met(found):
            raise LedgerError(
                "too-few-cosigned",
                witnesses=", ".join(found) or "none",
                quorum=self._trust.policy.quorum,
            )
        return list(found.values())

    def _ask(
        self, name: str, client: HttpClient, signed: Note, nodes: Nodes
    ) -> Signature | Message:
        """The cosignature, or why there is none."""
        size = checkpoint.parse(signed.text).size
        try:
            path = target(self._trust.urls[name], PATH)
            for _ in range(_TRIES):
                old = min(self._known.get(name, 0), size)
                asked = CheckpointRequest(old, tuple(tree.consistency(old, size, nodes)), signed)
                answer = client.ask("POST", path, str(asked).encode(), _TEXT, most=MOST_ANSWER)
                if answer.status == 200:
                    self._known[name] = size
                    return self._taken(name, signed, answer.body)
                if answer.status != 409 or answer.headers.get("content-type", "") != SIZE:
                    return Message("witness-answered", status=answer.status)
                seen = checkpoint.number(answer.body.decode("ascii").removesuffix("\n"))
                if seen > size:
                    return Message("witness-saw-more", seen=seen, size=size)
                self._known[name] = seen
            return Message("witness-changes-its-mind")
        except NO_ANSWER as error:
            return Message("cannot-be-asked", reason=reason_of(error))
        except LedgerError as error:
            return error.message
        finally:
            client.close()

    def _taken(self, name: str, signed: Note, body: bytes) -> Signature:
        """Its cosignature out of its answer. Raises LedgerError."""
        key = self._trust.witnesses[name]
        for each in note.signature_lines(body.decode()):
            if (each.name, each.id) == (key.name, key.id):
                if abs(note.check(signed.text, each, key) - self._clock()) > EARLY_S:
                    raise LedgerError("witness-clock-differs")
                return each
        raise LedgerError("witness-signed-nothing")
