"""Words come into a log over HTTP from who signed them, once, and nothing else does."""

from __future__ import annotations

import errno
import hashlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes.ledgers import LOG, NOW_S, WITNESSES, trust
from fakes.openings import (
    APPROVED,
    AT,
    BOTH,
    KEYS,
    LATE,
    LEAF,
    ORDER,
    POLICY,
    REFUSED,
    A,
    B,
    of,
    order,
    word,
)
from fakes.runs import LIMIT_S, PATHS, until
from hypothesis import given, settings
from hypothesis import strategies as some

from contrejour.base.canonical import canonical
from contrejour.base.errors import Busy, LedgerError, UsageError
from contrejour.base.messages import Message
from contrejour.base.times import of_utc
from contrejour.custody.cases import signed
from contrejour.custody.ledger import intake, send, words
from contrejour.custody.ledger.intake import MOST_BODY, Intake, posted
from contrejour.custody.ledger.log import Log, create
from contrejour.custody.ledger.proof import parse as parse_proof
from contrejour.custody.ledger.read import audit, find, reader
from contrejour.custody.ledger.server import LedgerServer, Response, of_log
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.ledger.verify import check_entry
from contrejour.custody.note import Note, Signature
from contrejour.law.mandate.sign import raw

NOW = of_utc(AT)


def declared(told: bytes = ORDER, by: str = "opj") -> bytes:
    """An order as it is posted: with what its requester signed."""
    key = KEYS[by]
    message = hashlib.sha256(b"contrejour/declare/v1" + leaf_hash(told)).digest()
    return b"%b\n%b %b\n" % (
        told, raw(key.public_key()).hex().encode(), key.sign(message).hex().encode(),
    )  # fmt: skip


class Desk:
    """A log that takes words, its server, and what its keeper was told."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.told = folder / "log", list[Message]()
        self.may_cosign = threading.Event()
        self.may_cosign.set()
        create(self.folder, LOG)

    def open(self) -> Intake:
        return Intake(self.folder, LOG, [POLICY.encode()], self.cosign,
                      clock=lambda: NOW, tell=self.told.append)  # fmt: skip

    def cosign(self, signed_note: Note, _: object) -> list[Signature]:
        if not self.may_cosign.is_set():
            raise LedgerError("too-few-cosigned", witnesses="none", quorum="two")
        return [each.sign(signed_note.text, NOW_S) for each in WITNESSES]

    @property
    def entries(self) -> list[bytes]:
        with Log(self.folder, LOG) as log:
            return list(log.entries(0))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def url(desk: Desk) -> Iterator[str]:
    with (
        desk.open() as takes,
        LedgerServer(
            "127.0.0.1", 0, of_log(desk.folder, takes), broke=desk.told.append, most_body=MOST_BODY
        ) as server,
    ):
        yield server.url


def post(url: str, body: bytes, path: str = intake.PATH) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=LIMIT_S)) as talk:
        talk.request("POST", path, body)
        answer = talk.getresponse()
        return answer.status, answer.read()


def read_all(talk: socket.socket) -> bytes:
    return b"".join(iter(lambda: talk.recv(65536), b""))


def proven(url: str, body: bytes) -> bytes:
    """The proof, once it is there."""
    assert until(lambda: post(url, body)[0] == 200)
    return post(url, body)[1]


def test_a_word_is_in_the_log_and_shown_to_be_as_soon_as_it_is_witnessed(
    desk: Desk, url: str
) -> None:
    desk.may_cosign.clear()
    assert post(url, declared()) == (202, b"0\n")
    assert post(url, declared()) == (202, b"0\n")
    desk.may_cosign.set()
    assert post(url, APPROVED + b"\n") == (202, b"1\n")
    proof = proven(url, APPROVED + b"\n")
    assert parse_proof(proof).index == 1
    assert check_entry(APPROVED, proof, trust()).by
    assert check_entry(ORDER, proven(url, declared()), trust()).by


def test_what_a_case_signs_of_its_declaration_is_what_a_log_looks_at() -> None:
    assert signed.CONTEXT[signed.SignedAct.DECLARE] == words.OVER_DECLARED


DRIFTED = "2027-02-12T09:31:00Z"
UNSIGNED = of("unseal.done", order=LEAF, n=1, root=A)


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (declared(order(nonce="e" * 32), by="mallory"), 403, "key of opj"),
        (declared(order(nonce="e" * 32), by="dpo"), 403, "key of opj"),
        (declared(order(nonce="b" * 32))[: -len("\n")][:-1] + b"0\n", 403, "signature"),
        (declared(order(policy=B)), 403, "policy"),
        (declared(order(since="2027-02-10T09:00:00Z")), 403, "contradict"),
        (order(nonce="c" * 32) + b"\n", 400, ""),
        (word("order.approve", "procureur", by="mallory") + b"\n", 403, "key of procureur"),
        (word("order.approve", "opj") + b"\n", 403, "no say"),
        (word("order.approve", "dpo", order=B) + b"\n", 422, "no such order"),
        (word("order.refuse", "dpo", at=LATE) + b"\n", 422, "future"),
        (word("unseal.peel", "dpo") + b"\n", 403, "nobody approved"),
        (UNSIGNED + b"\n", 400, "no word of a party"),
        (UNSIGNED + declared()[len(ORDER) :], 400, "no word of a party"),
        (APPROVED, 400, ""),
        (APPROVED + b"\n\n", 400, ""),
        (APPROVED + b"\n" + APPROVED + b"\n", 400, ""),
        (APPROVED + declared()[len(ORDER) :], 400, ""),
        (b" " + APPROVED + b"\n", 400, ""),
        (b"", 400, ""),
    ],
)  # fmt: skip
def test_attack_23_whoever_did_not_sign_appends_nothing(
    desk: Desk, url: str, body: bytes, status: int, why: str
) -> None:
    assert post(url, declared())[0] in (200, 202)
    found, text = post(url, body)
    assert (found, why.encode() in text) == (status, True), text
    size = audit_size(desk, url)
    assert size == 1


def audit_size(desk: Desk, url: str) -> int:
    proven(url, declared())
    return audit(reader(desk.folder), trust()).checkpoint.size


def test_attack_23_an_approval_that_was_copied_with_another_time_is_not_another(
    desk: Desk, url: str
) -> None:
    """Its `at` isn't signed: whoever reads the log could fill it with one party's word."""
    post(url, declared())
    post(url, APPROVED + b"\n")
    again = canonical({**json.loads(APPROVED), "at": DRIFTED})
    assert post(url, again + b"\n") == (409, b"1\n")
    assert post(url, REFUSED + b"\n")[0] == 202


def test_attack_23_an_order_that_ran_out_takes_no_more_words(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk.open() as takes:
        assert takes.add(declared()).status == 202
        monkeypatch.setattr(takes, "_clock", lambda: NOW + timedelta(days=1))
        assert takes.add(APPROVED + b"\n").status == 422
        assert takes.add(declared(order(nonce="d" * 32))).status == 422
        assert takes.add(declared()).status in (200, 202)  # what is there is still shown


def test_a_party_says_so_much_in_an_hour_and_others_are_not_kept_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "MOST_AN_HOUR", 2)
    with desk.open() as takes:
        bodies = [declared(order(nonce=f"{n:032x}")) for n in range(3)]
        assert [takes.add(each).status for each in bodies] == [202, 202, 429]
        assert takes.add(bodies[0]).status in (200, 202)
        of_first = leaf_hash(bodies[0].splitlines()[0]).hex()
        assert takes.add(word("order.approve", "dpo", order=of_first) + b"\n").status == 202
        monkeypatch.setattr(takes, "_clock", lambda: NOW + timedelta(hours=1))
        assert takes.add(bodies[2]).status == 202


def test_attack_23_too_long_a_body_and_half_a_one_never_reach_the_tree(
    desk: Desk, url: str
) -> None:
    at = ("127.0.0.1", urlsplit(url).port or 0)
    head = b"POST /add-word HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n"
    body = declared()
    for length, sent in ((MOST_BODY + 1, b""), (len(body), body[:-1]), (len(body) - 1, body[:-1])):
        with socket.create_connection(at, timeout=LIMIT_S) as talk:
            talk.sendall(head % length + sent)
            talk.shutdown(socket.SHUT_WR)
            told = read_all(talk)
        assert told[9:12] in (b"413", b"400")
    assert post(url, body) == (202, b"0\n")


def test_two_parties_who_speak_at_once_are_each_in_the_log_once(desk: Desk, url: str) -> None:
    post(url, declared())
    bodies = [each + b"\n" for each in BOTH] * 8
    talks = [threading.Thread(target=post, args=(url, each)) for each in bodies]
    for each in talks:
        each.start()
    for each in talks:
        each.join()
    proven(url, bodies[0])
    proven(url, bodies[1])
    assert len(find({leaf_hash(each).hex() for each in BOTH}, reader(desk.folder), trust())) == 2
    assert audit_size(desk, url) == 3


def test_a_disk_that_is_full_takes_nothing_and_says_so(
    desk: Desk, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise_from = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        from contrejour.base.files import unwritable

        raise unwritable(desk.folder, raise_from, Message("free-space-acknowledged"))

    monkeypatch.setattr(Log, "append", full)
    status, text = post(url, declared())
    assert (status, b"disk may be full" in text) == (507, True)
    assert any("No space left" in str(each) for each in desk.told)
    with pytest.raises(LedgerError, match="its disk is full"):
        send.send(url, declared())
    monkeypatch.undo()
    assert post(url, declared()) == (202, b"0\n")


def test_a_kill_between_append_and_answer_loses_nothing_and_doubles_nothing(
    desk: Desk, tmp_path: Path
) -> None:
    (tmp_path / "word").write_bytes(declared())
    (tmp_path / "policy").write_text(POLICY)
    script = (
        "import os, sys; from pathlib import Path\n"
        "from fakes.ledgers import LOG; from fakes.openings import AT\n"
        "from contrejour.base.times import of_utc\n"
        "from contrejour.custody.ledger import intake, log\n"
        "real = log.Log.append\n"
        "log.Log.append = lambda *a: (real(*a), os._exit(9))\n"
        "folder = Path(sys.argv[1])\n"
        "takes = intake.Intake(folder / 'log', LOG, [(folder / 'policy').read_bytes()], None,\n"
        "                      clock=lambda: of_utc(AT))\n"
        "takes.add((folder / 'word').read_bytes())\n"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    assert subprocess.run([sys.executable, "-c", script, tmp_path], env=env).returncode == 9
    with desk.open() as takes:
        assert until(lambda: takes.add(declared()).status == 200)
        assert parse_proof(takes.add(declared()).text.encode()).index == 0
    assert desk.entries == [ORDER]


def test_another_process_may_append_between_two_words(desk: Desk, url: str) -> None:
    post(url, declared())
    proven(url, declared())

    def appended() -> bool:
        try:
            with Log(desk.folder, LOG) as log:
                log.append([BOTH[1], b"no entry at all"])
        except Busy:
            return False
        return True

    assert until(appended)
    assert post(url, BOTH[1] + b"\n") == (202, b"1\n")
    assert post(url, BOTH[0] + b"\n") == (202, b"3\n")


def test_a_log_that_is_being_written_elsewhere_is_asked_again(desk: Desk, url: str) -> None:
    post(url, declared())
    proven(url, declared())
    holder = None
    while holder is None:
        try:
            holder = Log(desk.folder, LOG)
        except Busy:
            continue
    assert post(url, APPROVED + b"\n")[0] == 503
    threading.Timer(0.3, holder.close).start()
    assert send.send(url, APPROVED + b"\n", limit_s=LIMIT_S)


def test_who_sends_is_told_how_far_the_word_is(desk: Desk, url: str) -> None:
    desk.may_cosign.clear()
    told: list[Message] = []
    with pytest.raises(LedgerError, match="entry 0, and too few witnesses"):
        send.send(url, declared(), limit_s=1, tell=told.append)
    assert [each.id for each in told] == ["word-in-tree"]
    with pytest.raises(LedgerError, match=r"refuses order\.declare"):
        send.send(url, declared(order(nonce="e" * 32), by="mallory"), limit_s=LIMIT_S)
    with pytest.raises(UsageError, match="another machine"):
        send.send("http://log.example.org", declared())


def test_a_log_that_is_only_read_takes_no_words(desk: Desk) -> None:
    with LedgerServer("127.0.0.1", 0, of_log(desk.folder)) as server:
        assert post(server.url, declared())[0] == 405
        assert send.send(server.url, declared()) is False


def test_a_connection_that_is_cut_before_the_answer_is_tried_again(desk: Desk) -> None:
    """The log has the word by then; asking again shows it."""
    cuts: list[int] = []

    with desk.open() as takes:
        inner = of_log(desk.folder, takes)

        def cut_once(method: str, path: str, body: bytes) -> Response:
            answer = inner(method, path, body)
            if not cuts:
                cuts.append(answer.status)
                raise ConnectionAbortedError
            return answer

        with LedgerServer("127.0.0.1", 0, cut_once) as server:
            assert send.send(server.url, declared(), limit_s=LIMIT_S)
    assert cuts == [202]
    assert desk.entries == [ORDER]


@settings(max_examples=300, deadline=None)
@given(
    some.one_of(
        some.binary(max_size=300),
        some.tuples(some.integers(0, len(declared()) - 1), some.binary(max_size=3)).map(
            lambda cut: declared()[: cut[0]] + cut[1] + declared()[cut[0] + 1 :]
        ),
        some.recursive(
            some.none() | some.booleans() | some.floats() | some.text() | some.integers(),
            lambda each: some.lists(each) | some.dictionaries(some.text(), each),
        ).map(lambda told: json.dumps(told).encode() + b"\n"),
        some.sampled_from(sorted(json.loads(ORDER))).flatmap(
            lambda key: some.recursive(
                some.none() | some.floats() | some.text() | some.integers(),
                lambda each: some.lists(each) | some.dictionaries(some.text(), each),
            ).map(lambda v: json.dumps({**json.loads(ORDER), key: v}).encode() + b"\n0 0\n")
        ),
    )
)
def test_whatever_is_posted_is_a_word_as_it_stands_or_refused(body: bytes) -> None:
    try:
        found = posted(body)
    except LedgerError:
        return
    again = found.entry.bytes + b"\n"
    assert body == (again + f"{found.key} {found.sig}\n".encode() if found.key else again)


def test_attack_61_whoever_answers_in_a_log_s_place_has_nobody_look_for_ever(
    desk: Desk, url: str
) -> None:
    """What is looked for is looked for from the last entry back: of 10^18, if one says so."""
    post(url, declared())
    read = reader(desk.folder)
    asked: list[str] = []

    def lying(path: str) -> bytes:
        asked.append(path)
        if path != "checkpoint":
            return read(path)
        return read(path).replace(b"\n1\n", b"\n1000000000000000000\n")

    proven(url, declared())
    with pytest.raises(LedgerError):
        find({"00" * 32}, lying, trust())
    assert asked == ["checkpoint"]
