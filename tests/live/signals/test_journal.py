"""What was acknowledged is there, what was not is never made up: kills, cuts, flips, full disks."""

from __future__ import annotations

import errno
import hashlib
import os
import random
import resource
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.examples import at_most
from fakes.runs import PATHS
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import Busy, OutputFailed
from contrejour.base.pictures import Event
from contrejour.live.signals import entry as entries
from contrejour.live.signals import segment
from contrejour.live.signals.entry import FIRST_CHAIN, EntryKind, JournalEntry, event_data
from contrejour.live.signals.journal import Journal
from contrejour.live.signals.segment import Tail, segments

NOW = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
EVENT = Event("zone", "quais-01", "voie-b", NOW, None, 0.8125)
SHORT = at_most(60, shared=True)


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def opened(folder: Path, clock: Clock | None = None, tell: list[str] | None = None) -> Journal:
    told = tell if tell is not None else []
    return Journal(
        folder,
        clock=clock or Clock(),
        tell=lambda each: told.append(str(each)),
        token=lambda: "9f3c2a1b",
    )


def written(folder: Path, count: int = 5) -> list[JournalEntry]:
    with opened(folder) as journal:
        return [journal.append(EntryKind.COUNTS, {"people": n}) for n in range(count)]


def read(folder: Path, after: int = 0) -> list[JournalEntry]:
    return list(segment.read(folder, after))


# What it says


def test_a_line_is_canonical_json_and_its_chain(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        entry = journal.append(EntryKind.EVENT, event_data(EVENT))
    name = f"9f3c2a1b-000000000001-20270212T09-{FIRST_CHAIN}.jsonl"
    unchained = (
        '{"at":"2027-02-12T09:30:00.000000Z","data":{"camera":"quais-01","confidence":0.812,'
        '"count":null,"kind":"zone","time":"2027-02-12T09:30:00.000000Z","zone":"voie-b"},'
        '"kind":"event","number":1}'
    )
    chain = hashlib.sha256(bytes(16) + unchained.encode()).hexdigest()[:32]
    line = unchained.replace('"data"', f'"chain":"{chain}","data"') + "\n"
    assert (tmp_path / name).read_text() == line
    assert entry.id == "9f3c2a1b-1"
    assert read(tmp_path) == [entry]


@pytest.mark.parametrize(("confidence", "told"), [(0.0, b":0}"), (1.0, b":1}"), (0.1, b":0.1}")])
def test_a_confidence_is_written_as_rfc_8785_has_it(confidence: float, told: bytes) -> None:
    data = event_data(Event("fire", "a", "b", NOW, 3, confidence))
    assert entries.canonical({"c": data["confidence"]}).endswith(told)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_beyond_0_to_1_is_no_event(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        event_data(Event("fire", "a", "b", NOW, 3, confidence))


def test_an_event_has_six_words_and_none_of_them_is_of_a_person() -> None:
    assert sorted(event_data(EVENT)) == ["camera", "confidence", "count", "kind", "time", "zone"]


# Numbers


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    first, second = written(tmp_path), written(tmp_path)
    assert [each.number for each in first + second] == list(range(1, 11))
    assert {each.journal for each in second} == {"9f3c2a1b"}
    assert read(tmp_path) == first + second
    assert read(tmp_path, after=7) == second[2:]


def test_a_tail_goes_on_where_it_was_over_hours(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as journal:
        tail = journal.tail()
        for number in range(1, 20):
            assert tail.next() is None
            clock.now += timedelta(minutes=random.Random(number).choice([0, 1, 61, -61]))
            assert tail.next() is None
            entry = journal.append(EntryKind.COUNTS, {})
            assert entry.number == number
            assert tail.next() == entry
        tail.close()


def test_a_segment_is_ended_by_its_size(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        made = [journal.append(EntryKind.COUNTS, {"x": "x" * 900_000}) for _ in range(6)]
    assert len(segments(tmp_path)) == 2
    assert read(tmp_path) == made


def test_an_entry_too_large_to_be_read_again_is_not_written(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        with pytest.raises(ValueError, match="bytes"):
            journal.append(EntryKind.COUNTS, {"x": "x" * (1 << 20)})
        assert journal.append(EntryKind.COUNTS, {}).number == 1


def test_two_processes_cannot_write_one_journal(tmp_path: Path) -> None:
    with opened(tmp_path), pytest.raises(Busy, match="another run is writing"):
        opened(tmp_path)
    opened(tmp_path).close()


# Damage


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, str, list[JournalEntry]]:
    folder = tmp_path_factory.mktemp("five")
    made = written(folder)
    path = segments(folder)[0].path
    return path.read_bytes(), path.name, made


def whole_before(data: bytes, byte: int) -> int:
    return data[:byte].count(b"\n")


def test_cut_at_any_byte_it_keeps_every_entry_before(
    five: tuple[bytes, str, list[JournalEntry]], tmp_path: Path
) -> None:
    data, name, made = five
    for byte in range(len(data) + 1):
        folder = tmp_path / str(byte)
        folder.mkdir()
        (folder / name).write_bytes(data[:byte])
        told: list[str] = []
        with opened(folder, tell=told) as journal:
            kept = whole_before(data, byte)
            assert list(journal.tail()) == made[:kept]
            torn = byte - data.rfind(b"\n", 0, byte) - 1
            assert bool(told) is (torn > 0)
            assert all(f"of {torn} bytes was cut off" in line for line in told)
            new = journal.append(EntryKind.COUNTS, {"new": True})
            assert new.number == kept + torn + 1
            assert list(journal.tail()) == [*made[:kept], new]
        assert read(folder) == [*made[:kept], new]


@SHORT
@given(st.data())
def test_a_changed_byte_ends_what_is_read_and_no_number_comes_twice(
    five: tuple[bytes, str, list[JournalEntry]],
    tmp_path_factory: pytest.TempPathFactory,
    data: st.DataObject,
) -> None:
    original, name, made = five
    byte = data.draw(st.integers(0, len(original) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != original[byte]))
    folder = tmp_path_factory.mktemp("flip")
    (folder / name).write_bytes(original[:byte] + bytes([other]) + original[byte + 1 :])
    told: list[str] = []
    with opened(folder, tell=told) as journal:
        good = made[: whole_before(original, byte)]
        assert list(journal.tail()) == good
        assert told
        new = journal.append(EntryKind.COUNTS, {"new": True})
        assert new.number > made[-1].number
        assert list(journal.tail()) == [*good, new]
    assert read(folder) == [*good, new]


def test_what_follows_damage_is_told_and_the_segments_after_it_are_read(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path, clock) as journal:
        for _ in range(3):
            journal.append(EntryKind.COUNTS, {})
        clock.now += timedelta(hours=1)
        later = journal.append(EntryKind.COUNTS, {})
        first = segments(tmp_path)[0].path
        first.write_bytes(first.read_bytes().replace(b'"number":2', b'"number":9'))
        told: list[str] = []
        tail = Tail(tmp_path, tell=lambda each: told.append(str(each)))
        assert [entry.number for entry in tail] == [1, later.number]
        assert tail.damaged == 1
        assert told[0].startswith(f"{first} is damaged from byte ")


def test_lines_that_change_places_are_not_what_was_written(tmp_path: Path) -> None:
    made = written(tmp_path)
    path = segments(tmp_path)[0].path
    a, b, c, d, e = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(a + c + b + d + e)
    assert read(tmp_path) == made[:1]


def test_a_number_that_somebody_knows_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, 3)
    with opened(tmp_path) as journal:
        journal.skip(17)
        journal.skip(5)
        assert journal.append(EntryKind.COUNTS, {}).number == 18


# Kills and full disks


@pytest.mark.parametrize("seed", range(4))
def test_a_kill_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    chance, acknowledged = random.Random(seed), {}
    for _ in range(3):
        script = Path(__file__).with_name("keep.py")
        process = subprocess.Popen(
            [sys.executable, script, tmp_path], stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
        )  # fmt: skip
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(chance.randint(1, 400))]
        process.kill()
        lines += process.stdout.readlines()
        process.wait()
        process.stdout.close()
        for line in lines:  # each was printed after its entry was durable
            if line.endswith("\n"):
                number, people = map(int, line.split())
                acknowledged[number] = people
    kept = {entry.number: entry.data["people"] for entry in read(tmp_path)}
    assert acknowledged.items() <= kept.items()
    assert list(kept) == sorted(set(kept))
    assert all(people == (number - 1) * 7 for number, people in kept.items())


def test_a_disk_that_fills_up_in_a_line_leaves_the_journal_whole(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        first = journal.append(EntryKind.COUNTS, {"n": 1})
        size = segments(tmp_path)[0].path.stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        try:
            for room in (0, 1, 40):  # of a line of 120 bytes; Python ignores SIGXFSZ
                resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
                with pytest.raises(OutputFailed, match="can't be written: File too large"):
                    journal.append(EntryKind.COUNTS, {"n": 2})
                assert segments(tmp_path)[0].path.stat().st_size == size
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert list(journal.tail()) == [first]
        second = journal.append(EntryKind.COUNTS, {"n": 3})
        assert list(journal.tail()) == [first, second]
    assert read(tmp_path) == [first, second]


@pytest.mark.parametrize("also", [False, True], ids=["cut at once", "cut before the next"])
def test_a_line_that_could_not_be_made_durable_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, also: bool
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with opened(tmp_path) as journal:
        first = journal.append(EntryKind.COUNTS, {"n": 1})
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", full)
            if also:
                patch.setattr(os, "ftruncate", full)
            with pytest.raises(OutputFailed, match="No space left"):
                journal.append(EntryKind.COUNTS, {"n": 2, "long": "x" * 999})
            assert list(journal.tail()) == [first]
        second = journal.append(EntryKind.COUNTS, {"n": 3})
        assert list(journal.tail()) == [first, second]
    assert read(tmp_path) == [first, second]


# Retention


def test_what_is_due_is_destroyed_and_numbering_goes_on(tmp_path: Path) -> None:
    clock = Clock()
    kept = timedelta(days=365)
    with opened(tmp_path, clock) as journal:
        for hour in range(4):
            clock.now = NOW + timedelta(hours=hour)
            journal.append(EntryKind.COUNTS, {"hour": hour})
        at = NOW + kept + timedelta(hours=1)
        assert journal.retain(lambda written_at: written_at + kept, at) == 2
        assert [entry.number for entry in journal.tail()] == [3, 4]
        assert journal.retain(lambda written_at: written_at + kept, NOW) == 0
        assert journal.retain(lambda written_at: written_at + kept, at + timedelta(hours=9)) == 2
        assert list(journal.tail()) == []
        assert b"".join(each.path.read_bytes() for each in segments(tmp_path)) == b""
    with opened(tmp_path, clock) as journal:
        assert journal.id == "9f3c2a1b"
        assert journal.append(EntryKind.COUNTS, {}).number == 5


def test_nothing_is_kept_where_nothing_may_be(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        for number in range(1, 4):
            assert journal.append(EntryKind.COUNTS, {}).number == number
            journal.retain(lambda at: at, NOW)
            journal.retain(lambda at: at, NOW)
            assert list(journal.tail()) == []
            assert len(segments(tmp_path)) == 1
