"""Sends a party's word to a log that takes words over HTTP, and waits until the log proves it.

    send("https://log.example.org", body, limit_s=30, tell=warn)

Sending again adds nothing (intake.py), so a cut connection, a busy log and a word that waits for
its witnesses are one thing here: ask again until the time is over. What the log answers is believed
in nothing: whoever sent looks for the proof, and at who cosigned it.
"""

from __future__ import annotations

import time
from urllib.parse import urlsplit

from contrejour.base.errors import LedgerError, UsageError
from contrejour.base.http import is_local
from contrejour.base.http_client import NO_ANSWER, HttpAnswer, HttpClient
from contrejour.base.messages import Message, Tell, reason_of, verbatim
from contrejour.custody import note
from contrejour.custody.ledger.intake import PATH, posted
from contrejour.custody.ledger.web import LIMIT_S, target

WAIT_S = 30.0
"""How long a word's witnesses are waited for: longer than a log waits for them."""
BETWEEN_S = (0.1, 1.0)
"""Between two times of asking: at first, and at most."""
TAKES_NONE = (404, 405, 411, 501)
AGAIN = (202, 502, 503, 504)


def send(url: str, body: bytes, *, limit_s: float = WAIT_S, tell: Tell = lambda _: None) -> bool:
    """Whether the log takes words: else it is read over HTTP, and its keeper alone writes it.

    Raises LedgerError where it isn't in the log and witnessed in time, with the state it is in;
    UsageError for plain http to another machine."""
    parts, kind = urlsplit(url), posted(body).entry.type
    if parts.scheme.lower() == "http" and not is_local(parts.hostname):
        raise UsageError("log-wants-https", log=url)
    end, pause_s, last = time.monotonic() + limit_s, BETWEEN_S[0], Message("no-answer-in-time")
    number = ""
    while (left_s := end - time.monotonic()) > 0:
        try:
            answer = _asked(url, body, min(left_s, LIMIT_S))
        except NO_ANSWER as error:
            last = reason_of(error)
        else:
            if answer.status == 200 or answer.status in TAKES_NONE:
                return answer.status == 200
            if answer.status not in AGAIN:
                raise _refused(url, kind, answer)
            if answer.status == 202 and not number:
                number = _text(answer)
                tell(Message("word-in-tree", log=url, type=kind, number=number))
            last = Message("log-answers-only", status=answer.status)
        time.sleep(max(0.0, min(pause_s, end - time.monotonic())))
        pause_s = min(2 * pause_s, BETWEEN_S[1])
    if number:
        raise LedgerError("word-not-witnessed", log=url, type=kind, number=number)
    raise LedgerError("word-not-answered", log=url, type=kind, reason=last)


def _asked(url: str, body: bytes, limit_s: float) -> HttpAnswer:
    client = HttpClient(url, limit_s=limit_s)
    try:
        kind = {"Content-Type": "text/plain"}
        return client.ask("POST", target(url, PATH), body, kind, most=note.MOST_BYTES)
    finally:
        client.close()


def _refused(url: str, kind: str, answer: HttpAnswer) -> LedgerError:
    if answer.status == 409:
        return LedgerError("log-has-other-word", log=url, type=kind, number=_text(answer))
    if answer.status == 507:
        return LedgerError("log-disk-full", log=url, type=kind)
    if answer.status == 429:
        return LedgerError("log-takes-no-more", log=url, type=kind)
    why = verbatim(_text(answer))
    return LedgerError("log-refuses-word", log=url, type=kind, status=answer.status, reason=why)


def _text(answer: HttpAnswer) -> str:
    return answer.body[:200].decode(errors="replace").strip()
