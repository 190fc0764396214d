"""Durable files: two writers, a kill at each step, a full disk at each step, a folder that is."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.disks import full_at, made

import contrejour
from contrejour.base import files, foreign
from contrejour.base.errors import Busy, OutputFailed
from contrejour.base.files import Batch
from contrejour.base.growing import GrowingFile
from contrejour.base.messages import Message

OLD, NEW = b"old" * 5000, b"new" * 5000
STEPS = ("open", "link", "replace", "unlink", "fsync", "mkdir")
"""The calls to the system by which a file comes to its name."""


def replace(path: Path) -> None:
    files.replace(path, NEW)


def create(path: Path) -> None:
    files.create(path, NEW)


def batch(path: Path) -> None:
    written = Batch(path.parent)
    written.put(path, NEW)
    written.publish()


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.name.endswith(".part")]


# who writes at once


def overtaken(path: Path) -> None:
    """A writer that began earlier than another, and is done later."""
    with files.creating(path) as slow:
        slow.write(OLD)
        files.create(path, NEW)


def test_of_two_that_write_one_new_file_the_first_wins_and_the_other_is_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "W.json"
    with pytest.raises(FileExistsError, match=r"W\.json"):
        overtaken(path)
    assert path.read_bytes() == NEW
    assert not parts(tmp_path)


def test_of_many_that_write_one_new_file_at_once_one_wins(tmp_path: Path) -> None:
    path, ready = tmp_path / "0002.json", threading.Barrier(8)
    told: list[str] = []

    def write(number: int) -> None:
        with files.creating(path) as file:
            file.write(bytes([number]) * 5000)
            ready.wait()

    def run(number: int) -> None:
        try:
            write(number)
            told.append("wrote")
        except FileExistsError:
            told.append("was told")

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["was told"] * 7 + ["wrote"]
    assert len({*path.read_bytes()}) == 1
    assert path.stat().st_size == 5000
    assert not parts(tmp_path)


@pytest.mark.parametrize("error", [errno.EPERM, errno.EOPNOTSUPP])
def test_where_a_disk_has_no_links_still_one_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def link(*_: object, **__: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "link", link)
    path = tmp_path / "a"
    with pytest.raises(FileExistsError):
        overtaken(path)
    assert path.read_bytes() == NEW
    assert not parts(tmp_path)


def test_what_is_there_is_not_created_again_not_even_a_dangling_link(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        files.create(path, NEW)
    assert path.is_symlink()


def test_two_that_replace_one_file_at_once_leave_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with files.replacing(path) as slow:
        slow.write(OLD)
        files.replace(path, NEW)
        assert path.read_bytes() == NEW
    assert path.read_bytes() == OLD
    assert not parts(tmp_path)


# the order of things


@pytest.mark.parametrize("write", [replace, create, batch])
def test_a_file_is_synced_before_it_has_its_name_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    """`write_atomic` promised it, and a power cut could still take the name back."""
    path, seen = tmp_path / "a", list[str]()

    def noted(name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: object, **more: object) -> None:
            real(*args, **more)
            where = "folder" if name == "fsync" and is_folder(args[0]) else ""
            seen.append(where or name)

        return call

    def is_folder(fd: object) -> bool:
        assert isinstance(fd, int)
        return stat.S_ISDIR(os.fstat(fd).st_mode)

    for name in ("fsync", "link", "replace"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    write(path)
    assert seen[0] == "fsync"
    assert seen[1] in ("link", "replace")
    assert seen[2:] == ["folder"]


def test_what_is_not_durable_is_still_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_: int) -> None:
        raise AssertionError("a playlist five times a second waits for no disk")

    monkeypatch.setattr(os, "fsync", fsync)
    path = tmp_path / "live.m3u8"
    for data in (OLD, NEW):
        files.replace(path, data, durable=False)
        assert path.read_bytes() == data


def test_a_new_folder_is_synced_with_all_that_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, real = set[int](), os.fsync

    def fsync(fd: int) -> None:
        synced.add(os.fstat(fd).st_ino)
        real(fd)

    monkeypatch.setattr(os, "fsync", fsync)
    bag = tmp_path / "above" / "bag"
    with files.new_folder(bag) as part:
        (part / "data").mkdir()
        (part / "data" / "a").write_bytes(NEW)
        assert not bag.exists()
    below = [bag, *bag.rglob("*"), bag.parent, tmp_path]
    assert {each.stat().st_ino for each in below} <= synced


# kills and full disks


def killed_at(step: int, act: Callable[[], object], *, after: bool) -> bool:
    """Do it in a process that is killed at its n-th call; whether it lived to the end."""
    pid = os.fork()
    if pid == 0:
        left = iter(range(step))

        def last(real: Callable[..., object]) -> Callable[..., object]:
            def call(*args: object, **more: object) -> object:
                is_last = next(left, None) is None
                if is_last and not after:
                    os.kill(os.getpid(), signal.SIGKILL)
                found = real(*args, **more)
                if is_last:
                    os.kill(os.getpid(), signal.SIGKILL)
                return found

            return call

        for name in STEPS:
            setattr(os, name, last(getattr(os, name)))
        try:
            act()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("write", [replace, batch])
def test_a_kill_at_any_step_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, write: Callable[[Path], None], after: bool
) -> None:
    path, step, lived = tmp_path / "a", 0, False
    while not lived:
        path.write_bytes(OLD)
        lived = killed_at(step, lambda: write(path), after=after)
        assert path.read_bytes() in ((NEW,) if lived else (OLD, NEW))
        write(path)
        assert path.read_bytes() == NEW
        assert not parts(tmp_path), "what the kill left is swept by the next"
        step += 1
    assert step > 4


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_step_leaves_all_of_a_new_file_or_none(tmp_path: Path, after: bool) -> None:
    step, lived = 0, False
    while not lived:
        path = tmp_path / str(step) / "a"
        path.parent.mkdir()
        lived = killed_at(step, lambda path=path: create(path), after=after)  # type: ignore[misc]
        assert not path.exists() or path.read_bytes() == NEW
        assert path.exists() or not lived
        if not path.exists():
            create(path)
        files.replace(path, OLD)
        assert not parts(tmp_path)
        step += 1
    assert step > 4


@pytest.mark.slow
def test_a_kill_at_any_step_leaves_all_of_a_new_folder_or_none(tmp_path: Path) -> None:
    def make(path: Path) -> None:
        with files.new_folder(path) as part:
            (part / "a").write_bytes(NEW)
            (part / "b").write_bytes(NEW)

    step, lived = 0, False
    while not lived:
        path = tmp_path / str(step) / "case"
        lived = killed_at(step, lambda path=path: make(path), after=False)  # type: ignore[misc]
        if path.exists():
            assert {each.read_bytes() for each in path.iterdir()} == {NEW}
        else:
            assert not lived
            make(path)
            assert not parts(tmp_path)
        step += 1
    assert step > 4


@pytest.mark.parametrize("write", [replace, create, batch])
@pytest.mark.parametrize("call", ["open", "fsync", "write"])
def test_a_disk_that_is_full_at_any_step_leaves_what_was_there_and_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None], call: str
) -> None:
    path, failed = tmp_path / "a", 0
    for nth in range(1, 10):
        if write is not create:
            path.write_bytes(OLD)
        with monkeypatch.context() as patched:
            fails(patched, call, nth)
            try:
                write(path)
            except OSError as error:
                failed += error.errno == errno.ENOSPC
        assert not parts(tmp_path)
        assert not path.exists() or path.read_bytes() in (OLD, NEW)
        path.unlink(missing_ok=True)
    assert failed


def fails(patched: pytest.MonkeyPatch, call: str, nth: int) -> None:
    """The nth call of a kind says that the disk is full; `write`: from there on, of a file."""
    once = full_at(nth)
    if call == "write":

        def opened(place: int, mode: str, **more: object) -> object:
            return _Full(open(place, mode, **more), once)  # type: ignore[call-overload]

        patched.setattr(files, "open", opened, raising=False)
    elif call == "open":
        patched.setattr(os, call, made(once(os.open)))
    else:
        patched.setattr(os, call, once(getattr(os, call)))


class _Full:
    """A file whose disk is full."""

    def __init__(self, file: object, once: Callable[..., Callable[..., object]]) -> None:
        self._file = file
        self.write = once(file.write)  # type: ignore[attr-defined]

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def __enter__(self) -> _Full:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", [files.writing, files.filling])
@pytest.mark.parametrize("number", sorted(files.FULL))
def test_a_full_disk_says_so(tmp_path: Path, way: Callable[..., object], number: int) -> None:
    def write() -> None:
        with way(tmp_path, Message("free-space-kept")):  # type: ignore[attr-defined]
            raise OSError(number, os.strerror(number))

    with pytest.raises(OutputFailed, match=os.strerror(number)) as told:
        write()
    assert str(tmp_path) in str(told.value)
    assert told.value.hint == "free some space: what was kept before is whole"


def test_what_may_be_the_fault_of_an_input_is_not_told_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), files.filling(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")
    with pytest.raises(OutputFailed), files.writing(tmp_path):
        raise PermissionError(errno.EACCES, "Permission denied")


def test_room_is_taken_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    with files.creating(path, room=1 << 20) as file:
        [part] = parts(tmp_path)
        assert part.stat().st_size == 1 << 20
        file.write(NEW)
    assert path.read_bytes() == NEW

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), files.creating(tmp_path / "b", room=9):
        raise AssertionError("the block begins without room")


# parts


def test_a_part_that_somebody_writes_is_not_swept_and_one_of_another_name_neither(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a"
    others = [tmp_path / name for name in ("a.part", "a.1-00000000.part.txt", "b.1-00000000.part")]
    for each in others:
        each.touch()
    left = tmp_path / "a.1-0123abcd.part"
    left.touch()
    with files.replacing(path) as slow:
        slow.write(OLD)
        [mine] = {*parts(tmp_path)} - {*others}
        files.replace(path, NEW)
        assert mine.exists()
    assert not left.exists()
    assert all(each.exists() for each in others)


def test_a_pipe_that_is_called_like_a_part_holds_nobody_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.1-0123abcd.part")
    replace(tmp_path / "a")
    assert (tmp_path / "a").read_bytes() == NEW


def test_a_name_as_long_as_names_can_be_is_written_as_well(tmp_path: Path) -> None:
    for name in ("n" * 255, "é" * 127, "\udcff" * 255):
        path = tmp_path / name
        files.create(path, OLD)
        files.replace(path, NEW)
        assert path.read_bytes() == NEW
    assert len([*tmp_path.iterdir()]) == 3


def test_an_error_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    for way in (files.creating, files.replacing, files.aside, files.new_folder):
        with pytest.raises(KeyboardInterrupt), way(tmp_path / "a"):  # type: ignore[operator]
            raise KeyboardInterrupt
        assert list(tmp_path.iterdir()) == []


def test_a_secret_is_never_readable_by_others_not_even_as_a_part(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with files.creating(tmp_path / "day.key", 0o600):
            [part] = parts(tmp_path)
            assert part.stat().st_mode & 0o777 == 0o600
    finally:
        os.umask(before)


# folders


def test_a_folder_that_holds_something_is_replaced_by_force_alone(tmp_path: Path) -> None:
    path = tmp_path / "pages"
    for force, data in ((False, OLD), (True, NEW)):
        with files.new_folder(path, force=force) as part:
            (part / "a").write_bytes(data)
    assert (path / "a").read_bytes() == NEW
    with pytest.raises(OSError, match="not empty"), files.new_folder(path) as part:
        (part / "b").touch()
    assert [each.name for each in path.iterdir()] == ["a"]
    assert not parts(tmp_path)


def test_what_was_in_a_folder_comes_back_where_the_new_one_can_not_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "pages", os.replace
    path.mkdir()
    (path / "a").write_bytes(OLD)
    calls = 0

    def once(*args: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(*args)

    monkeypatch.setattr(os, "replace", once)
    with pytest.raises(OSError, match="Input/output"), files.new_folder(path, force=True):
        pass
    assert (path / "a").read_bytes() == OLD


# files that grow


def test_an_entry_that_failed_is_not_there_and_the_next_stands_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = tmp_path / "spent", os.pwrite
    file = GrowingFile(os.open(path, os.O_RDWR | os.O_CREAT))
    file.append(b"one\n")

    def half(fd: int, data: bytes, at: int) -> int:
        real(fd, data[:2], at)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "pwrite", half)
        with pytest.raises(OSError, match="No space"):
            file.append(b"lost\n")
        assert path.read_bytes() == b"one\n"
        patched.setattr(os, "ftruncate", full)
        with pytest.raises(OSError, match="No space"):
            file.append(b"lost\n")
    assert file.rest() == b"lo"
    file.append(b"2\n")
    assert path.read_bytes() == b"one\n2\n"
    file.close()
    assert not file.is_open


def test_who_comes_second_is_told_that_it_is_busy(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as first, (tmp_path / "lock").open("w") as second:
        files.lock(first.fileno(), tmp_path)
        with pytest.raises(Busy, match=re.escape(str(tmp_path))):
            files.lock(second.fileno(), tmp_path)


# one discipline

OWN = {
    "base/files.py": "this one",
    "base/foreign.py": "cut from it: syncs a folder that it made below one that it holds",
    "base/growing.py": "cut from it: syncs what it appends",
    "custody/seal/segment.py": "a segment is read from the disk after a kill, so its part stays",
    "custody/seal/shred.py": "overwrites in place",
    "live/sealing/log_entries.py": "its lines get their name after the state that counts them",
    "live/signals/journal.py": "an empty segment is renamed to the hour that it is for",
}


def test_files_come_to_their_names_in_one_place() -> None:
    """Nine ways there were, of which three could lose what they promised."""
    source = Path(contrejour.__file__).parent
    by_hand = re.compile(r"os\.(replace|rename|link|fsync)\(|mkstemp|mkdtemp")
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if by_hand.search(path.read_text("utf-8"))
    }
    assert found <= OWN.keys(), "contrejour.base.files has create, replace, aside, new_folder"


def test_attack_02_a_lock_that_is_a_link_is_refused_and_one_that_is_there_loses_nothing(
    tmp_path: Path,
) -> None:
    (tmp_path / "letter").write_text("kept")
    (tmp_path / "lock").symlink_to(tmp_path / "letter")
    with pytest.raises(OSError, match="symbolic links"):
        files.lock_file(tmp_path / "lock", tmp_path)
    with files.lock_file(tmp_path / "letter", tmp_path), pytest.raises(Busy):
        files.lock_file(tmp_path / "letter", tmp_path)
    assert (tmp_path / "letter").read_text() == "kept"


def test_attack_07_a_folder_below_stays_the_one_that_was_opened(tmp_path: Path) -> None:
    root, own = tmp_path / "root", tmp_path / "own"
    (root / "steps").mkdir(parents=True)
    own.mkdir()
    with foreign.folder_below(root, "steps") as steps:
        (root / "steps").rename(root / "moved")
        (root / "steps").symlink_to(own)
        files.create(steps / "0001.json", b"{}")
    assert [*own.iterdir()] == []
    assert (root / "moved" / "0001.json").read_bytes() == b"{}"
