"""At least once, in order, whoever is down: nobody waits for anybody."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.examples import at_most
from fakes.runs import until
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import OutputFailed
from contrejour.base.pictures import Event
from contrejour.live.signals import outbox as module
from contrejour.live.signals.decide import decide
from contrejour.live.signals.entry import EntryKind, JournalEntry
from contrejour.live.signals.journal import Journal
from contrejour.live.signals.outbox import Outbox, Unsent, Unwanted
from contrejour.live.signals.segment import segments
from contrejour.live.signals.signals import Signals

NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
EVENT = Event("zone", "quais-01", "voie-b", NOW, 2, 0.5)


class Receiver:
    """Takes what it is given, until it is told to do otherwise: `answers` are raised in turn."""

    def __init__(self, name: str = "there", answers: list[Exception | None] | None = None) -> None:
        self.name = name
        self.answers = answers or []
        self.got: list[JournalEntry] = []
        self.heard: list[bool] = []
        self.closed = 0

    def send(self, entry: JournalEntry) -> None:
        if self.answers and (answer := self.answers.pop(0)):
            raise answer
        self.got.append(entry)

    def idle(self, online: bool) -> None:
        self.heard.append(online)

    def stop(self) -> None: ...

    def close(self) -> None:
        self.closed += 1

    @property
    def numbers(self) -> list[int]:
        return [entry.number for entry in self.got]


class Hanging(Receiver):
    """Never answers, until it is stopped."""

    def __init__(self) -> None:
        super().__init__("hanging")
        self.asked, self._stopped = threading.Event(), threading.Event()

    def send(self, entry: JournalEntry) -> None:
        self.asked.set()
        self._stopped.wait()
        raise Unsent("stopped")

    def stop(self) -> None:
        self._stopped.set()


def box(journal: Journal, to: Receiver, tell: list[str] | None = None) -> Outbox:
    return Outbox(
        journal, to, journal.folder / f"to-{to.name}.json", clock=lambda: NOW,
        spread=lambda low, high: high,
        tell=lambda each: tell is not None and tell.append(str(each)),
    )  # fmt: skip


def put(journal: Journal, *outboxes: Outbox, kind: EntryKind = EntryKind.EVENT) -> JournalEntry:
    entry = journal.append(kind, {"camera": "quais-01"})
    for outbox in outboxes:
        outbox.notice(entry)
    return entry


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "signals", clock=lambda: NOW)


def drain(outbox: Outbox) -> None:
    while outbox.step() == 0:
        pass


def test_what_was_sent_is_sent_once_in_order_over_restarts(journal: Journal) -> None:
    to = Receiver()
    sent = []
    for _ in range(3):
        outbox = box(journal, to)
        sent += [put(journal, outbox).number for _ in range(4)]
        drain(outbox)
    assert to.numbers == sent


def test_a_rule_on_trial_is_published_to_nobody(journal: Journal) -> None:
    to = Receiver()
    outbox = box(journal, to)
    for kind in EntryKind:
        put(journal, outbox, kind=kind)
    drain(outbox)
    assert [entry.kind for entry in to.got] == [EntryKind.EVENT, EntryKind.COUNTS]


def test_a_kill_before_the_cursor_moved_repeats_the_same_id(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    to = Receiver()
    outbox = box(journal, to)
    entry = put(journal, outbox)
    after = put(journal, outbox)
    with monkeypatch.context() as patch:
        patch.setattr(module, "replace", killed)
        with pytest.raises(KeyboardInterrupt):
            outbox.step()
    drain(box(journal, to))
    assert [each.id for each in to.got] == [entry.id, entry.id, after.id]


def test_nothing_overtakes_what_failed_and_it_waits_longer_each_time(journal: Journal) -> None:
    to = Receiver(answers=[Unsent("down")] * 10)
    outbox = box(journal, to)
    first, second = put(journal, outbox), put(journal, outbox)
    waits = [outbox.step() for _ in range(10)]
    assert waits == [0.75, 1.5, 3, 6, 12, 24, 48, 90, 90, 90]
    assert (outbox.told().waiting, outbox.told().failed, outbox.told().retries) == (2, 10, 9)
    drain(outbox)
    assert to.got == [first, second]
    told = outbox.told()
    assert (told.sent, told.waiting, told.retries) == (2, 0, 10)


def test_it_is_told_once_that_a_destination_is_down_until_the_reason_changes(
    journal: Journal,
) -> None:
    lines: list[str] = []
    down = [Unsent("down"), Unsent("down"), ZeroDivisionError("secret"), None, Unsent("down")]
    outbox = box(journal, Receiver(answers=down), lines)
    put(journal, outbox), put(journal, outbox)
    for _ in range(5):
        outbox.step()
    assert [line.split(":")[1] for line in lines] == [" down", " ZeroDivisionError", " down"]
    assert "secret" not in "".join(lines)


def test_what_is_refused_is_recorded_and_the_queue_goes_on(journal: Journal) -> None:
    to = Receiver(answers=[Unwanted("404")])
    outbox = box(journal, to)
    first, second = put(journal, outbox), put(journal, outbox)
    drain(outbox)
    assert to.got == [second]
    records = [(e.kind, e.data) for e in journal.tail(second.number)]
    assert records == [
        (EntryKind.REFUSED, {"entry": first.number, "to": "there"}),
        (EntryKind.DELIVERED, {"entry": second.number, "to": "there"}),
    ]
    assert (outbox.told().refused, outbox.told().sent) == (1, 1)


def test_a_new_destination_is_told_what_comes_from_now_on(journal: Journal) -> None:
    put(journal)
    to = Receiver()
    outbox = box(journal, to)
    later = put(journal, outbox)
    drain(outbox)
    assert to.got == [later]


@pytest.mark.parametrize("text", [
    "", "{", "[]", "{}", '{"after": "x", "journal": "ID"}', '{"after": 1, "journal": "another"}',
    '{"after": -1, "journal": "ID"}',
])  # fmt: skip
def test_where_nobody_can_tell_how_far_it_came_it_is_told_all(journal: Journal, text: str) -> None:
    entries = [put(journal), put(journal)]
    (journal.folder / "to-there.json").write_text(text.replace("ID", journal.id))
    to = Receiver()
    drain(box(journal, to))
    assert to.got == entries


def test_numbers_that_a_destination_knows_and_the_disk_has_lost_are_not_given_again(
    journal: Journal,
) -> None:
    (journal.folder / "to-there.json").write_text(json.dumps({"after": 40, "journal": journal.id}))
    to = Receiver()
    outbox = box(journal, to)
    assert put(journal, outbox).number == 41
    drain(outbox)
    assert to.numbers == [41]


def test_a_full_disk_does_not_stop_the_sending(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = Receiver()
    outbox = box(journal, to)
    sent = [put(journal, outbox) for _ in range(3)]

    def full(*_: object, **__: object) -> None:
        raise OutputFailed("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(journal, "append", full)
        patch.setattr(module, "replace", full)
        outbox.step(), outbox.step()
    drain(outbox)
    assert to.got == sent
    assert outbox.told().unsaved == 2
    again = Receiver()
    drain(box(journal, again))
    assert again.got == []


def test_what_is_destroyed_unsent_is_counted_as_lost(tmp_path: Path) -> None:
    clock = [NOW]
    journal = Journal(tmp_path, clock=lambda: clock[0])
    to = Receiver(answers=[Unsent("down")])
    outbox = box(journal, to)
    for _ in range(3):
        put(journal, outbox)
    outbox.step()
    clock[0] += timedelta(hours=2)
    last = put(journal, outbox)
    journal.retain(lambda at: at + timedelta(hours=1), clock[0])
    outbox.count_again()
    drain(outbox)
    assert to.got == [last]
    assert (outbox.told().lost, outbox.told().waiting, outbox.told().sent) == (3, 0, 1)


def test_the_age_of_what_waits_is_that_of_the_oldest(journal: Journal) -> None:
    outbox = Outbox(
        journal, Receiver(answers=[Unsent("down")]), journal.folder / "x.json",
        clock=lambda: NOW + timedelta(seconds=90),
    )  # fmt: skip
    assert outbox.told().oldest_s == 0
    put(journal, outbox), put(journal, outbox)
    outbox.step()
    assert outbox.told().oldest_s == 90


@at_most(40)
@given(st.lists(st.sampled_from(["put", "step", "fail", "refuse", "restart"]), max_size=40))
def test_whatever_happens_all_that_is_not_refused_arrives_in_order(
    tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    with Journal(tmp_path_factory.mktemp("any"), clock=lambda: NOW) as journal:
        to = Receiver()
        outbox = box(journal, to)
        put_, refused = [], 0
        for act in acts:
            to.answers = []
            if act == "put":
                put_.append(put(journal, outbox))
            elif act == "restart":
                outbox = box(journal, to)
            elif act == "step":
                outbox.step()
            else:
                to.answers = [Unsent("x") if act == "fail" else Unwanted("x")]
                refused += act == "refuse" and outbox.told().waiting > 0
                outbox.step()
            assert outbox.told().waiting == len(put_) - refused - len(to.got)
        to.answers = []
        drain(outbox)
        assert len(to.got) == len(put_) - refused
        assert to.numbers == sorted(set(to.numbers))
        assert set(to.numbers) <= {entry.number for entry in put_}


# All of it together


def test_one_that_hangs_delays_neither_another_nor_the_camera(tmp_path: Path) -> None:
    hanging, to = Hanging(), Receiver()
    with Signals(tmp_path, [hanging, to]) as signals:
        sent = [signals.event(EVENT) for _ in range(20)]
        signals.shadow(EVENT)
        sent.append(signals.counts({"camera": "quais-01", "people": 3}))
        assert until(lambda: len(to.got) == 21)
        assert hanging.asked.is_set()
        assert until(lambda: signals.told()[1].waiting == 0)
        assert signals.told()[0].waiting == 21
    assert [entry.id for entry in to.got] == [entry.id for entry in sent]
    assert (hanging.closed, to.closed) == (1, 1)


def test_what_was_not_sent_before_it_was_closed_is_sent_when_it_is_opened_again(
    tmp_path: Path,
) -> None:
    with Signals(tmp_path, [Receiver(answers=[Unsent("down")] * 99)]) as signals:
        sent = [signals.event(EVENT), signals.event(EVENT)]
    to = Receiver()
    with Signals(tmp_path, [to]):
        assert until(lambda: len(to.got) == 2)
    assert to.got == sent


def test_whether_the_camera_is_there_is_passed_on(tmp_path: Path) -> None:
    to = Receiver()
    with Signals(tmp_path, [to]) as signals:
        assert until(lambda: to.heard == [False])
        signals.camera_is(True)
        assert until(lambda: to.heard[-1])
        signals.camera_is(False)
        assert until(lambda: not to.heard[-1])


def test_signals_and_decisions_are_destroyed_when_they_are_due(tmp_path: Path) -> None:
    clock = [NOW]
    year = timedelta(days=365)
    with Signals(tmp_path, clock=lambda: clock[0]) as signals:
        entry = signals.event(EVENT)
        assert signals.retain(lambda at: at + year, NOW + year - timedelta(hours=1)) == 0
        decide([tmp_path], entry.id, EntryKind.CONFIRMED, "pc-securite", clock=lambda: NOW)
        clock[0] += year
        assert signals.retain(lambda at: at + year, clock[0]) == 2
        assert signals.retain(lambda at: at + year, clock[0] + year) == 0
    left = [*segments(tmp_path), *segments(tmp_path / "decisions")]
    assert [each.path.stat().st_size for each in left] == [0, 0]
