"""The list of what is spent survives kills and full disks, and shows what was done to it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.orders import DAY, NOW, order, window
from fakes.runs import PATHS, until

from contrejour.base.errors import Busy, OrderError, OutputFailed
from contrejour.custody.cases.party_checks import PeelPermit
from contrejour.custody.cases.spent import SpentList

WRITER = """
import os
import sys
from pathlib import Path
from fakes.orders import NOW, order, window
from contrejour.custody.cases.party_checks import PeelPermit
from contrejour.custody.cases.spent import SpentList
with SpentList(Path(sys.argv[1])) as spent:
    for n in range(10**6):
        leave = PeelPermit(order(), "dpo", window(n))
        if not spent.has(leave.order.id, "cam-a", leave.window.since):
            spent.add(leave, NOW)
            os.write(1, b"%d\\n" % n)  # at once: print may write a number, and later its line's end
"""


def leave(number: int = 0) -> PeelPermit:
    return PeelPermit(order(), "dpo", window(number))


def is_spent(path: Path, number: int) -> bool:
    with SpentList(path) as spent:
        return spent.has(order().id, "cam-a", window(number).since)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "spent"
    with SpentList(made) as spent:
        for number in range(3):
            spent.add(leave(number), NOW)
    return made


def test_what_was_spent_stays_spent(path: Path) -> None:
    with SpentList(path) as spent:
        assert [spent.has(order().id, "cam-a", window(n).since) for n in range(4)] == [1, 1, 1, 0]
        assert spent.order_of(order().opener) == order().id
        assert spent.order_of("age1nobody") is None
        assert (spent.used_s(NOW), spent.used_s(NOW + DAY)) == (180, 0)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_last_line_torn_at_any_byte_was_never_spent(path: Path) -> None:
    whole = path.read_bytes()
    last = whole.rindex(b"\n", 0, -1) + 1
    for size in range(last, len(whole)):
        path.write_bytes(whole[:size])
        assert (is_spent(path, 1), is_spent(path, 2)) == (True, False)
        assert path.read_bytes() == whole[:last]


def test_a_line_changed_moved_or_taken_out_is_noticed(path: Path) -> None:
    first, second, third = path.read_bytes().splitlines(keepends=True)
    for damaged in (first + third, second + first + third, first + second.replace(b"60", b"06"),
                    first + b"\n" + second, b"{}\n" + second, first.replace(b"cam-a", b"cam-b"),
                    b"\xff\n", b"null\n", first + second + second):  # fmt: skip
        path.write_bytes(damaged)
        with pytest.raises(OrderError, match="damaged in line"):
            SpentList(path)
        assert path.read_bytes() == damaged


def test_every_byte_of_it_counts(path: Path) -> None:
    whole = path.read_bytes()
    for at in range(whole.rindex(b"\n", 0, -1)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(OrderError, match="damaged"):
            SpentList(path)


def test_two_tools_at_once_are_refused(path: Path) -> None:
    with SpentList(path), pytest.raises(Busy):
        SpentList(path)


def test_what_was_acknowledged_before_a_kill_is_spent(tmp_path: Path) -> None:
    path, told = tmp_path / "spent", tmp_path / "told"
    for _ in range(3):
        with told.open("ab") as out:
            process = subprocess.Popen(
                [sys.executable, "-c", WRITER, path], stdout=out,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
            )  # fmt: skip
        size = told.stat().st_size
        assert until(lambda size=size: told.stat().st_size > size + 20)
        process.send_signal(signal.SIGKILL)
        process.wait()
        numbers = [int(line) for line in told.read_text().splitlines(keepends=True) if "\n" in line]
        assert len(numbers) == len(set(numbers))
        with SpentList(path) as spent:
            assert all(spent.has(order().id, "cam-a", window(n).since) for n in numbers)


def test_on_a_full_disk_nothing_is_spent_and_nothing_is_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()
    write = os.pwrite
    with SpentList(path) as spent:

        def full(fd: int, data: bytes, at: int) -> int:
            if at > len(before):
                raise OSError(28, "No space left on device")
            return write(fd, data[:20], at)

        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(OutputFailed, match="No space left"):
            spent.add(leave(3), NOW)
        assert not spent.has(order().id, "cam-a", window(3).since)
        assert path.read_bytes() == before
        monkeypatch.undo()
        spent.add(leave(3), NOW)
    assert is_spent(path, 3)


def test_a_place_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputFailed, match="can't be written"):
        SpentList(tmp_path / "no" / "spent")
