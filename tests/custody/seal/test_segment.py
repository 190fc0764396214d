"""A window is sealed as it arrives: cut, killed or out of room, nothing is clear, all is said."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.disks import failing
from fakes.parties import MINUTE, T0, parties
from fakes.programs import begun
from fakes.sealing import clear
from fakes.seals import prefix

from contrejour.base.errors import SealError
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.manifest import ClockQuality, Status, verify
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.segment import WindowWriter, recover
from contrejour.custody.seal.window import WindowRequest, make

KEY = Ed25519PrivateKey.generate()
EDGE = keynotes.Verifier.of("edge.example/bus-7", KEY)
CLOCK = ClockQuality("ntp", 20, "boot-1", 5000)
DATA = os.urandom(300_000)


@pytest.fixture
def made(tmp_path):
    [found] = make([WindowRequest("car-1", T0, T0 + MINUTE, tmp_path / "W.onions")], parties().keys)
    return found


@pytest.fixture
def key(tmp_path, made):
    onions = unpack((tmp_path / "W.onions").read_bytes()).values()
    return unwrap(onions, list(parties().secrets.values()), made.window)[1]


def sealed(sealing: WindowWriter, t0: int, t1: int, data: bytes = DATA) -> None:
    sealing.begin(T0 + t0)
    for at in range(0, len(data), 7_000):
        sealing.write(data[at : at + 7_000])
    sealing.end(T0 + t1, "cd" * 32)


def closed(sealing: WindowWriter):
    return verify(sealing.close(EDGE.name, CLOCK, "", KEY), EDGE)


def nothing_clear(folder: Path, data: bytes = DATA) -> bool:
    """No 16 bytes of what was sealed are in any file."""
    kept = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return not any(data[at : at + 16] in kept for at in range(0, len(data) - 16, 997))


def test_a_window_is_sealed_signed_and_opens(tmp_path, made, key):
    sealing = WindowWriter(made, tmp_path)
    sealed(sealing, 0, 10_000)
    sealed(sealing, 12_000, 20_000, DATA[:7])
    manifest = closed(sealing)
    assert [(each.t0 - T0, each.t1 - T0, each.status) for each in manifest.segs] == [
        (0, 10_000, Status.OK),
        (10_000, 12_000, Status.GAP),
        (12_000, 20_000, Status.OK),
        (20_000, MINUTE, Status.GAP),
    ]
    assert (manifest.window, dict(manifest.onions)) == (made.window, made.onions)
    for each, data in ((manifest.segs[0], DATA), (manifest.segs[2], DATA[:7])):
        file = (tmp_path / each.name).read_bytes()
        assert (each.ct_len, each.ct_sha256) == (len(file), hashlib.sha256(file).hexdigest())
        assert prefix(file, key) == (data, False)
    assert nothing_clear(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0000.mp4.age", "0002.mp4.age", "W.json", "W.onions",
    ]  # fmt: skip


def test_nothing_can_be_sealed_before_the_onions_are_there(tmp_path, made):
    (tmp_path / "W.onions").unlink()
    with pytest.raises(SealError, match="never be opened"):
        WindowWriter(made, tmp_path)


def test_segments_out_of_turn_are_refused(tmp_path, made):
    sealing = WindowWriter(made, tmp_path)
    with pytest.raises(SealError, match="no segment has begun"):
        sealing.write(b"clear")
    for wrong in (-1, MINUTE):
        with pytest.raises(SealError, match="can start"):
            sealing.begin(T0 + wrong)
    sealing.begin(T0)
    with pytest.raises(SealError, match="can start"):
        sealing.begin(T0 + 10)
    with pytest.raises(SealError, match="still being written"):
        closed(sealing)
    sealing.end(T0 + 20)
    with pytest.raises(SealError, match="can start"):
        sealing.begin(T0 + 19)


def test_a_segment_that_could_not_be_written_never_passes_for_a_whole_one(
    tmp_path, made, key, monkeypatch
):
    sealing = WindowWriter(made, tmp_path)
    sealing.begin(T0)
    with monkeypatch.context() as patched:
        failing(patched, "write", 2)
        with pytest.raises(OSError, match="No space"):
            sealing.write(DATA)
    for going_on in (lambda: sealing.write(DATA), lambda: sealing.end(T0 + 10_000)):
        with pytest.raises(SealError, match="stays cut"):
            going_on()
    sealing.cut(T0 + 10_000)
    [segment_, _] = closed(sealing).segs
    assert segment_.status is Status.TRUNCATED
    clear_, cut = prefix((tmp_path / segment_.name).read_bytes(), key)
    assert cut
    assert DATA.startswith(clear_)


def test_a_window_that_is_sealed_is_never_replaced(tmp_path, made):
    sealing = WindowWriter(made, tmp_path)
    sealed(sealing, 0, 10)
    closed(sealing)
    with pytest.raises(SealError, match="sealed already"):
        WindowWriter(made, tmp_path)
    (tmp_path / "W.json").unlink()
    with pytest.raises(SealError, match="there already"):
        WindowWriter(made, tmp_path).begin(T0)


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
def test_a_full_disk_at_any_step_leaves_nothing_clear_and_the_rest_is_said(
    tmp_path, made, key, monkeypatch, call
):
    """Each call to the system fails in turn, once; the window goes on after it."""
    failed = True
    for nth in range(1, 200):
        if not failed:
            break
        failed = False
        folder = tmp_path / str(nth)
        folder.mkdir()
        (folder / "W.onions").write_bytes((tmp_path / "W.onions").read_bytes())
        sealing = WindowWriter(made, folder)
        with monkeypatch.context() as patched:
            failing(patched, call, nth)
            try:
                sealed(sealing, 0, 10_000)
            except OSError:
                failed = True
        if failed and sealing._open:
            sealing.cut(T0 + 10_000)
        start = max(sealing.end_ms - T0, 10_000)
        if not (folder / f"{len(sealing.segments):04}.mp4.age").exists():
            sealed(sealing, start, start + 10_000, DATA[:100_000])
        manifest = closed(sealing)
        assert nothing_clear(folder)
        for each in manifest.segs:
            if each.status is not Status.GAP:
                file = (folder / each.name).read_bytes()
                assert each.ct_sha256 == hashlib.sha256(file).hexdigest()
                clear_, cut = prefix(file, key)
                assert DATA.startswith(clear_)
                assert cut <= (each.status is Status.TRUNCATED)
    assert nth > 2


def test_a_sealing_that_is_killed_at_any_time_leaves_an_exact_prefix_and_says_so(tmp_path):
    """Killed six times, somewhere else each time."""
    key = Identity.generate(RecipientKind.X25519)
    for run in range(6):
        folder = tmp_path / str(run)
        folder.mkdir()
        (folder / "W.onions").touch()
        process = begun("-m", "fakes.sealing", str(folder), str(key.recipient()))
        try:
            for _ in range(run + 1):
                assert process.stdout.readline()
        finally:
            process.kill()
            process.communicate()
        sealing = recover(folder)
        manifest = closed(sealing)
        for each in manifest.segs:
            if each.status is Status.GAP:
                continue
            data, cut = prefix((folder / each.name).read_bytes(), key)
            assert clear(each.seq).startswith(data)
            assert each.status is Status.TRUNCATED or (data == clear(each.seq) and not cut)
            assert nothing_clear(folder, clear(each.seq))
        assert sum(each.status is Status.OK for each in manifest.segs) > run
        assert sum(each.status is Status.TRUNCATED for each in manifest.segs) <= 1


def test_a_window_that_was_killed_is_recovered_and_never_begun_again(tmp_path, made):
    WindowWriter(made, tmp_path)
    with pytest.raises(SealError, match="was being sealed"):
        WindowWriter(made, tmp_path)
    assert [each.status for each in closed(recover(tmp_path)).segs] == [Status.GAP]


def test_a_folder_where_nothing_was_being_sealed_is_not_recovered(tmp_path):
    for content in (None, b"", b"{}", b"[]", b'{"segs": [{}]}'):
        if content is not None:
            (tmp_path / "W.open").write_bytes(content)
        with pytest.raises(SealError):
            recover(tmp_path)
