"""A camera is sealed as it comes, and whatever is missing, nothing is clear and all is said."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import subprocess
from datetime import timedelta
from threading import Event

import pytest
from fakes.disks import failing
from fakes.parties import DAY, T0, parties
from fakes.programs import begun as program
from fakes.recorders import (
    MAGIC,
    SEGMENT,
    WINDOW,
    Bench,
    ByHand,
    chain,
    clear,
    keys,
    nothing_clear,
    opened,
    veil,
)
from fakes.runs import LIMIT_S, until

from contrejour.base.errors import SealError
from contrejour.custody.seal import prepared, store
from contrejour.custody.seal.gaps import Gap, Reason
from contrejour.custody.seal.manifest import Status
from contrejour.custody.seal.sealer_thread import MOST_BYTES, SealerThread

DAY_MS = 86_400_000


@pytest.fixture
def camera(tmp_path):
    return tmp_path / "sealed" / "cam-a"


@pytest.fixture
def bench(camera):
    return Bench(camera)


def stretches(camera):
    return [
        (each.t0 - T0, each.t1 - T0, each.status.value) for m in chain(camera) for each in m.segs
    ]


def test_each_window_is_sealed_signed_chained_and_opens_with_a_quorum(bench, camera):
    begun = bench.run(18)
    bench.recorder.close()
    assert [path.relative_to(camera).as_posix() for path in store.windows(camera)] == [
        "20270212/000000", "20270212/000100", "20270212/000200",
    ]  # fmt: skip
    assert stretches(camera) == [(t0 - T0, t0 - T0 + SEGMENT, "ok") for t0 in begun]
    assert opened(camera) == {t0: (clear(t0), False) for t0 in begun}
    assert nothing_clear(camera.parent)
    assert bench.recorder.sealed_ms == 18 * SEGMENT
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == []
    assert [each.name for each in camera.iterdir()] == ["20270212"]
    assert bench.said == []


def test_too_few_of_the_parties_open_nothing(bench, camera):
    bench.run(1)
    bench.recorder.close()
    for few in (("vault", "dpo", "operator"), ("prosecutor", "dpo", "operator"), ("vault",)):
        with pytest.raises(SealError, match="no key here opens it"):
            opened(camera, names=few)


@pytest.mark.parametrize("window_ms", [10_000, 300_000])
def test_a_window_is_as_long_as_the_plan_has_it(camera, window_ms):
    bench = Bench(camera, window_ms=window_ms)
    begun = bench.run(6)
    bench.recorder.close()
    windows = chain(camera)
    assert {each.window.t1 - each.window.t0 for each in windows} == {window_ms}
    assert len(windows) == max(1, 60_000 // window_ms)
    assert opened(camera).keys() == set(begun)


@pytest.mark.parametrize("window_ms", [0, 999, 7_000, -1000])
def test_a_window_that_does_not_fill_a_day_is_refused(camera, window_ms):
    with pytest.raises((SealError, ZeroDivisionError), match="fill a day"):
        Bench(camera, window_ms=window_ms, filled=False)


def test_each_window_is_sealed_for_the_parties_of_its_day(camera):
    bench = Bench(camera, ByHand(T0 + DAY_MS - 60_000))
    bench.run(12)
    bench.recorder.close()
    assert [each.window.epoch for each in chain(camera)] == ["2027-02-12", "2027-02-13"]
    assert [each.window.keyset for each in chain(camera)] == [
        parties(day=day).keys.id for day in ("2027-02-12", "2027-02-13")
    ]
    assert len(opened(camera)) == 12


def test_the_key_is_there_before_the_first_byte_and_no_process_is_waited_for(bench, monkeypatch):
    assert len(list((bench.camera / "ahead").iterdir())) == 5
    monkeypatch.setattr(subprocess, "Popen", None)
    for _ in range(5 * 6):
        bench.segment(clear(bench.clock.wall_ms))
    assert bench.recorder.sealed_ms == 5 * WINDOW
    assert bench.said == []


def test_windows_that_were_made_and_not_used_leave_nothing(bench, camera):
    bench.later(3 * WINDOW)
    bench.run(1)
    assert len(list((camera / "ahead").glob("*.onions"))) == 4  # and one in use
    bench.recorder.close()
    assert not (camera / "ahead").exists()
    [only] = store.windows(camera)
    assert only.name == "000300"
    Bench(camera, bench.clock)
    assert len(list((camera / "ahead").iterdir())) == 5


def test_what_a_killed_recorder_made_ahead_is_taken_away(bench, camera):
    bench.later(WINDOW)
    Bench(camera, ByHand(T0 + DAY_MS), filled=False)
    assert list((camera / "ahead").iterdir()) == []


def test_a_manifest_says_the_clock_that_was_read(bench, camera):
    bench.clock.boot_id, bench.clock.src = "another", "unset"
    bench.run(1)
    bench.later(WINDOW)
    bench.recorder.close()
    [told] = chain(camera)
    assert (told.clock.src, told.clock.boot_id, told.clock.unc_ms) == ("unset", "another", 20)
    assert told.clock.mono_ms == bench.clock.mono_ms


# What keys are missing


def test_where_no_key_can_be_made_nothing_is_written_and_the_gap_is_told(camera):
    def no_keys(day: str):
        raise SealError("vault published no key for that day")

    bench = Bench(camera, of=no_keys)
    bench.run(6)
    assert list(camera.parent.rglob("*.age")) == []
    assert bench.said == ["nothing is sealed: vault published no key for that day"]
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [Gap(T0, T0 + 6 * SEGMENT, Reason.KEYS)]


def test_a_key_maker_that_fails_is_tried_again_and_sealing_goes_on(camera, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr("contrejour.custody.seal.window.sys.executable", "/bin/false")
        bench = Bench(camera)
        bench.run(2)
    begun = bench.run(2)
    bench.recorder.close()
    assert opened(camera).keys() == set(begun)
    assert bench.said == [
        "nothing is sealed: no key could be made: JSONDecodeError",
        "sealing goes on",
    ]
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [Gap(T0, begun[0], Reason.KEYS)]
    assert nothing_clear(camera)


def test_the_keys_of_a_day_beyond_the_horizon_are_not_used(camera):
    clock = ByHand(T0 + DAY_MS - 5 * SEGMENT)
    bench = Bench(camera, clock, horizon=timedelta(0))
    bench.run(5)
    assert bench.said == []
    assert list((camera / "ahead").iterdir()) == []
    bench.run(2)
    bench.recorder.close()
    assert {each.window.epoch for each in chain(camera)} == {"2027-02-12", "2027-02-13"}


def test_a_clock_that_nobody_set_can_not_run_into_days_that_die_later(camera):
    """Its notes hold a month of keys; it leaps twenty days ahead, and then is mended."""
    bench = Bench(camera, ByHand(src="unset"))
    bench.run(2)
    bench.clock.wall_ms += 20 * DAY_MS
    bench.run(3)
    assert "beyond the horizon" in bench.said[0]
    bench.clock.wall_ms -= 20 * DAY_MS
    begun = bench.run(6)
    bench.recorder.close()
    assert {each.window.epoch for each in chain(camera)} == {"2027-02-12"}
    assert set(begun[-2:]) <= opened(camera).keys()


# Time


def test_time_never_runs_twice(bench, camera):
    first = bench.run(6)
    bench.clock.wall_ms -= 25_000
    second = bench.run(4)
    bench.recorder.close()
    assert set(opened(camera)) == {*first, second[3]}
    assert bench.said == [
        "nothing is sealed: the clock stands before what is sealed already", "sealing goes on",
    ]  # fmt: skip
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [
        Gap(second[0], second[3], Reason.CLOCK)
    ]


def test_a_clock_that_leaps_ahead_leaves_a_gap(bench, camera):
    first = bench.run(2)
    bench.clock.wall_ms += 600_000
    second = bench.run(2)
    bench.recorder.close()
    assert opened(camera).keys() == {*first, *second}
    assert (20_000, 620_000, "gap") in stretches(camera) or stretches(camera)[2:4] == [
        (20_000, 60_000, "gap"), (60_000, 620_000, "gap"),
    ]  # fmt: skip
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [
        Gap(T0 + 20_000, T0 + 620_000, Reason.CLOCK)
    ]


def test_a_camera_that_is_away_is_a_gap_and_a_short_pause_is_told_by_the_manifest_alone(
    bench, camera
):
    bench.run(1)
    bench.later(3_000)
    bench.run(1)
    bench.later(200_000)
    bench.run(1)
    bench.recorder.close()
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [
        Gap(T0 + 23_000, T0 + 223_000, Reason.CAMERA)
    ]
    assert (10_000, 13_000, "gap") in stretches(camera)


def test_a_segment_that_is_never_ended_ends_with_its_window(bench, camera):
    bench.recorder.begin(T0)
    bench.recorder.write(clear(T0), T0 + 4_000)
    bench.clock.wait(WINDOW)
    bench.recorder.write(clear(T0), T0 + WINDOW + 1)
    bench.recorder.close()
    assert stretches(camera)[0] == (0, WINDOW, "ok")
    assert opened(camera) == {T0: (clear(T0), False)}


# The plan


def test_it_is_sealed_only_while_the_plan_lets_it(camera):
    bench = Bench(camera, may=lambda t_ms: not T0 + 15_000 <= t_ms < T0 + 40_000)
    bench.run(6)
    bench.recorder.close()
    assert stretches(camera) == [
        (0, 10_000, "ok"), (10_000, 15_000, "ok"), (15_000, 40_000, "gap"),
        (40_000, 50_000, "ok"), (50_000, 60_000, "ok"),
    ]  # fmt: skip
    assert opened(camera)[T0 + 10_000] == (clear(T0 + 10_000)[: 6 * (40_000 // 10 + 1)], False)
    assert bench.said == []
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [
        Gap(T0 + 15_000, T0 + 40_000, Reason.PLAN)
    ]


# The disk


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "open"])
def test_a_full_disk_at_any_step_leaves_nothing_clear_and_is_told_once(tmp_path, monkeypatch, call):
    """Each call fails in turn, once; the next window is sealed again."""
    failed = 0
    for nth in range(1, 60):
        bench = Bench(tmp_path / f"{call}-{nth}")
        with monkeypatch.context() as patched:
            failing(patched, call, nth)
            bench.run(2)
        bench.run(10)
        bench.recorder.close()
        assert nothing_clear(bench.camera)
        found = opened(bench.camera)
        for t0, (data, _) in found.items():
            assert clear(t0).startswith(data)
        assert {T0 + 60_000 + n * SEGMENT for n in range(6)} <= found.keys()
        if not bench.said:
            break
        failed += 1
        assert len(bench.said) <= 2
        assert all("No space left" in each for each in bench.said[:1])
    assert failed > 1


def test_a_disk_that_is_full_is_cut_said_and_tried_again_with_the_next_window(bench, camera):
    first = bench.run(1)
    whole = [*camera.rglob("*.age")]
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def no_room(*args):
        raise full

    sealing = bench.recorder._sealing
    bench.recorder.begin(bench.clock.wall_ms)
    bench.recorder.write(clear(1, 200_000), bench.clock.wall_ms)
    sealing._open._sink.file.close()
    sealing._open._sink.file = type("Full", (), {"write": no_room, "closed": True})()
    bench.clock.wait(4_000)
    bench.recorder.write(clear(2, 200_000), bench.clock.wall_ms)
    bench.clock.wait(6_000)
    bench.run(4)
    later = bench.run(6)
    bench.recorder.close()
    assert bench.said == [f"nothing is sealed: {full}", "sealing goes on"]
    assert {*first, *later} <= opened(camera).keys()
    assert [each for each in whole if not each.exists()] == []
    assert [each.status for each in chain(camera)[0].segs] == [
        Status.OK, Status.TRUNCATED, Status.GAP,
    ]  # fmt: skip
    assert bench.recorder.gaps.take(bench.clock.wall_ms) == [
        Gap(T0 + 14_000, T0 + 60_000, Reason.DISK)
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="mounts: as root")
def test_on_a_disk_that_is_really_full_nothing_is_clear_and_what_was_sealed_opens(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (disk / "ballast").write_bytes(bytes(700_000))
        bench = Bench(disk / "cam-a")
        while not bench.said:
            bench.segment(clear(bench.clock.wall_ms, 100_000))
        assert "No space left" in bench.said[0]
        bench.run(9)
        assert nothing_clear(disk)
        (disk / "ballast").unlink()
        bench.run(7)
        later = bench.run(5)
        bench.recorder.close()
        found = opened(disk / "cam-a")
        assert set(later) <= found.keys()
        for t0, (data, _) in found.items():
            assert clear(t0, 100_000).startswith(data) or data == clear(t0)
        gaps = bench.recorder.gaps.take(bench.clock.wall_ms)
        assert {each.reason for each in gaps} == {Reason.DISK}
        assert bench.said.count("sealing goes on") == 1
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


# The veil


def test_a_sealed_segment_is_bound_to_the_veiled_ones_of_the_same_time(bench, camera, tmp_path):
    bench.run(7)
    bench.recorder.close()
    first = chain(camera)[0]
    folder = store.folder_of(camera, first.window.t0)
    for each in first.segs:
        file = folder / f"{each.seq:04}.veiled"
        assert each.deid_sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        sha256, name = veil(each.t1 - 1000)
        assert file.read_text() == f"{sha256}  {name}\n"
        (tmp_path / name).write_bytes(b"%d" % (each.t1 - 1000))
        checked = subprocess.run(["sha256sum", "-c", file], cwd=tmp_path, capture_output=True)
        assert checked.returncode == 0, checked


def test_a_manifest_waits_for_the_veil_and_not_for_ever(bench, camera):
    signed = camera / "20270212/000000/W.json"
    bench.run(6, veiled=False)
    bench.recorder.begin(T0 + WINDOW)
    bench.recorder.write(clear(1), T0 + WINDOW)
    bench.later(5_000)
    assert not signed.exists()
    bench.recorder.veiled(T0 + WINDOW, *veil(0))
    bench.recorder.tick()
    assert signed.exists()
    bench.later(5_000)
    bench.run(5, veiled=False)
    assert not (camera / "20270212/000100/W.json").exists()
    bench.run(1, veiled=False)
    assert (camera / "20270212/000100/W.json").exists()
    bench.recorder.close()
    deid = {each.t0 - T0: bool(each.deid_sha256) for m in chain(camera) for each in m.segs}
    assert deid == {t0: t0 == 60_000 for t0 in deid}


# Kills and restarts


def test_a_recorder_that_is_killed_keeps_what_was_whole_and_the_chain_goes_on(camera):
    """A real process, killed in the middle of a segment, three times."""
    begun, start = [], T0
    public = json.dumps({name: str(key) for name, key in keys(DAY).keys.items()})
    for run in range(3):
        process = program("-m", "fakes.recorders", str(camera), str(start), public)
        try:
            for _ in range(5 + 4 * run):
                begun.append(int(process.stdout.readline()))
            assert until(lambda: list(camera.rglob("*.part")))
        finally:
            process.kill()
            rest = process.communicate()[0]
        begun += map(int, rest.split())
        start = begun[-1] + 3 * SEGMENT
    bench = Bench(camera, ByHand(start))
    last = bench.run(2)
    bench.recorder.close()
    found = opened(camera)
    assert {*begun, *last} <= found.keys()
    for t0, (data, cut) in found.items():
        assert clear(t0).startswith(data)
        assert t0 not in begun or (data == clear(t0) and not cut)
    assert nothing_clear(camera)
    for told in chain(camera)[:-1]:
        assert sum(each.status is Status.TRUNCATED for each in told.segs) <= 1
    assert not [*camera.rglob("*.part"), *camera.rglob("W.open")]


def test_a_start_depends_on_no_empty_folder(camera, monkeypatch):
    """What a killed recorder's process still writes there is neither used nor in the way."""
    ahead = camera / "ahead"
    ahead.mkdir(parents=True)
    for t0 in (T0, T0 + WINDOW):
        (ahead / f"{t0}.onions").write_bytes(b"of a key that nobody holds")
    monkeypatch.setattr(prepared.shutil, "rmtree", lambda *_, **__: None)
    bench = Bench(camera)
    begun = bench.run(2)
    bench.recorder.close()
    assert opened(camera).keys() == {*begun}
    assert bench.said == []


def test_a_window_whose_time_it_still_is_goes_on_after_a_kill(bench, camera):
    first = bench.run(2)
    bench.recorder.begin(bench.clock.wall_ms)
    bench.recorder.write(clear(1, 200_000), bench.clock.wall_ms)
    bench.clock.wait(5_000)
    again = Bench(camera, bench.clock)
    second = again.run(2)
    again.recorder.close()
    [told] = chain(camera)
    assert [(each.t0 - T0, each.t1 - T0, each.status) for each in told.segs[:5]] == [
        (0, 10_000, Status.OK), (10_000, 20_000, Status.OK), (20_000, 25_000, Status.TRUNCATED),
        (25_000, 35_000, Status.OK), (35_000, 45_000, Status.OK),
    ]  # fmt: skip
    assert opened(camera).keys() >= {*first, *second}


def test_after_a_stop_sealing_goes_on_with_the_next_window(bench, camera):
    bench.run(2)
    bench.recorder.close()
    again = Bench(camera, bench.clock)
    begun = again.run(6)
    again.recorder.close()
    assert opened(camera).keys() == {T0, T0 + SEGMENT, *begun[4:]}
    assert again.said == []
    assert again.recorder.gaps.take(again.clock.wall_ms) == [
        Gap(T0 + 20_000, T0 + WINDOW, Reason.STOPPED)
    ]


def test_what_was_not_sealed_meanwhile_is_found_on_the_disk(bench, camera):
    bench.run(6)
    bench.later(30_000)
    bench.run(1)
    bench.recorder.close()
    bench.clock.wait(500_000)
    again = Bench(camera, bench.clock)
    again.recorder.missed(T0 + 5_000, Reason.UNKNOWN)
    assert again.recorder.gaps.take(again.clock.wall_ms) == [
        Gap(T0 + 60_000, T0 + 90_000, Reason.UNKNOWN),
        Gap(T0 + 100_000, T0 + 600_000, Reason.UNKNOWN),
    ]


def test_the_chain_goes_on_where_the_disk_has_no_manifest_any_more(bench, camera):
    bench.run(6)
    bench.recorder.close()
    head = store.head(camera)
    for each in store.windows(camera):
        store.remove(each)
    again = Bench(camera, bench.clock, head=head)
    again.run(1)
    again.recorder.close()
    [told] = chain(camera)
    assert (told.prev, told.since) == (head.prev, head.since)
    assert store.head(camera).since == told.window.t1


def test_a_damaged_head_stops_the_recorder_before_it_begins(bench, camera):
    bench.run(1)
    bench.recorder.close()
    (camera / "20270212/000000/W.json").write_bytes(b"{}")
    with pytest.raises(SealError, match=r"W\.json is damaged: the chain can't go on"):
        Bench(camera, bench.clock)


# The thread


def test_whoever_has_the_packets_never_waits_and_is_never_told_of_a_fault(camera, monkeypatch):
    bench = Bench(camera, ByHand())
    recording = SealerThread(bench.recorder, lambda each: bench.said.append(str(each)))
    for n in range(3):
        t0 = T0 + n * SEGMENT
        recording.begin(t0)
        recording.write(clear(t0), t0 + 5_000)
        recording.end(t0 + SEGMENT)
        recording.veiled(t0 + 5_000, *veil(n))
    recording.close()
    assert opened(camera) == {T0 + n * SEGMENT: (clear(T0 + n * SEGMENT), False) for n in range(3)}
    assert recording.report.sealed_s == 30
    monkeypatch.setattr(bench.recorder, "begin", None)
    broken = SealerThread(bench.recorder, lambda each: bench.said.append(str(each)))
    broken.begin(T0)
    broken.close()
    assert "nothing is sealed: TypeError" in str(bench.said[0])


def test_a_disk_that_hangs_costs_bounded_memory_and_a_gap(camera):
    bench = Bench(camera)
    entered, go_on = Event(), Event()
    begin = bench.recorder.begin

    def hangs(t_ms: int) -> None:
        entered.set()
        go_on.wait(LIMIT_S)
        begin(t_ms)

    bench.recorder.begin = hangs
    recording = SealerThread(bench.recorder, lambda each: bench.said.append(str(each)))
    recording.begin(T0)
    assert entered.wait(LIMIT_S)
    data = bytes(1 << 20)
    for n in range(2 * MOST_BYTES // len(data)):
        recording.write(data, T0 + n)
    assert recording._waiting <= MOST_BYTES + len(data)
    go_on.set()
    recording.close()
    [said] = map(str, bench.said)
    assert said == "the disk is too slow for what is to be sealed: a segment is cut"
    [(kept, cut)] = opened(camera).values()
    assert not cut
    assert 0 < len(kept) <= MOST_BYTES + len(data)


def test_the_magic_is_in_what_the_camera_sends():
    assert MAGIC in clear(T0)
