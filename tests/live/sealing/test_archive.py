"""The originals of live cameras: sealed as far as the plan goes, told to the log, destroyed."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
import signal
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import av
import pytest
from fakes import detectors, sites
from fakes.cameras import camera as cameras_of
from fakes.ledgers import brute_root, trust
from fakes.parties import T0, parties, policy
from fakes.plans import POLICIES, PRIVACY, plan_for
from fakes.recorders import EDGE, ByHand, chain, clear, veil
from fakes.runs import LIMIT_S, alive, clip, family, painted_clip, run, start, until
from fakes.seals import prefix
from fakes.sections import PARTIES, ceremony

from contrejour.base.canonical import canonical
from contrejour.base.errors import Busy, OutputFailed, Refused, SealError
from contrejour.cli.sealing import keeping
from contrejour.custody.ledger.entry import read as read_entry
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.ledger.tree import leaf_hash
from contrejour.custody.seal import keynotes, keys, store
from contrejour.custody.seal.manifest import Manifest, SealedSegment, Status
from contrejour.custody.seal.onion import unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.parties import Parties
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.law.mandate.sign import read_private
from contrejour.live.sealing import archive as sealed
from contrejour.live.sealing import log_entries
from contrejour.live.sealing.archive import begun
from contrejour.live.sealing.expiry import Expiry
from contrejour.live.sealing.log_entries import LogEntries
from contrejour.live.site import Seal, SiteCamera
from contrejour.live.watch import SealedArchive, SealingConfig, Watcher, privacy

DAY = date(2027, 2, 12)
MINUTE, TURN = 60_000, sealed.TURN_MS
HOME = {"logements": (((0.5, 0.0), (1.0, 0.0), (1.0, 0.5)),)}


class OfDay(Parties):
    """Parties with the keys of every day."""

    def keys(self, day: str, last: date):
        return parties(day=day).keys


@pytest.fixture
def clock():
    return ByHand()


@pytest.fixture
def told(tmp_path):
    """The entries that were written, file after file."""

    def found():
        files = sorted((tmp_path / "entries").glob("*.jsonl"))
        return [[json.loads(line) for line in each.read_text().splitlines()] for each in files]

    return found


@pytest.fixture
def started(tmp_path, clock, monkeypatch):
    """Begins to seal; what its thread does is done where the test says so."""
    monkeypatch.setattr(SealedArchive, "_run", lambda self: None)
    running = []

    def start():
        keeping = SealingConfig(tmp_path, EDGE, OfDay(policy(), (), trust()), POLICIES)
        running.append(
            SealedArchive(keeping, tell=lambda each: running_said.append(str(each)), read=clock)
        )
        running[-1].said = running_said
        return running[-1]

    running_said = []
    start.running = running
    yield start
    for each in running:
        each._alone.close()


def seal(
    of: SealedArchive,
    clock: ByHand,
    minutes: int,
    name: str = "cam-a",
    size: int = 3000,
    day: date = DAY,
) -> None:
    """Some minutes of a camera, from the beginning of one on."""
    original = of.camera(plan_for("view.live", "record", day=day, name=name), name, lambda _: None)
    for _ in range(minutes):
        t0 = clock.wall_ms
        wait(original.sealer)
        original.sealer._sealer._ahead.fill(t0)
        original.sealer.begin(t0)
        original.sealer.write(clear(t0, size), t0 + 5_000)
        original.sealer.end(t0 + MINUTE)
        original.veiled(datetime.fromtimestamp(t0 / 1000 + 30, UTC), *veil(t0))
        original.veiled(datetime.fromtimestamp(t0 / 1000 + 60, UTC), *veil(t0 + 1))
        wait(original.sealer)
        clock.wait(MINUTE)
    tick(of)


def tick(of: SealedArchive) -> None:
    """Each camera has looked at the clock, and signed what is over by it."""
    for each in of._running.values():
        each._put(each._sealer.tick)
        wait(each)


def wait(recording) -> None:
    """Until all that it was told is done."""
    done = Event()
    recording._put(done.set)
    assert done.wait(LIMIT_S)


def test_a_camera_s_folder_that_is_a_link_is_refused(tmp_path, started):
    """It would be passed over where windows are destroyed."""
    (tmp_path / "other-disk").mkdir()
    (tmp_path / "cam-a").symlink_to(tmp_path / "other-disk")
    with pytest.raises(OutputFailed, match="cam-a is a link"):
        started()


# What the log is told


def test_the_log_takes_what_is_told_as_it_is_and_finds_nothing_wrong(tmp_path, started, clock):
    today = datetime.now(UTC)
    clock.wall_ms = int(today.timestamp()) // 60 * 60_000 - 1_800_000  # a monitor minds the time
    of = started()
    for name in ("cam-a", "cam-b"):
        seal(of, clock, 3, name, day=today.date())
        of.turn()
        clock.wait(120_000)
        tick(of)
    of.turn()
    seal(of, clock, 2, "cam-c", day=today.date())
    of.close()
    files = sorted((tmp_path / "entries").glob("*.jsonl"))
    assert run("keys", "new", tmp_path / "log.key").returncode == 0
    log = tmp_path / "log"
    begun = run("ledger", "init", log, "--name", "log.example/rhone", "--key", tmp_path / "log.key")
    assert begun.returncode == 0
    for each in files:
        assert each.read_bytes() == b"".join(
            read_entry(line).bytes + b"\n" for line in each.read_bytes().splitlines()
        )
        done = run("ledger", "append", log, each, "--key", tmp_path / "log.key")
        assert done.returncode == 0, done.stderr
    state = tmp_path / "seen"
    monitor = ("ledger", "monitor", log, "--state", state, "--policy", log / "policy.txt")
    done = run(*monitor)
    assert done.returncode == 0, done.stderr
    batches = sum(each.read_text().count('"segment.batch"') for each in files)
    assert done.stdout.count('"segment.batch"') == batches
    assert batches == 4


def test_a_batch_is_a_tree_over_the_manifests_and_goes_on_without_a_hole(
    tmp_path, started, clock, told
):
    of = started()
    seal(of, clock, 3)
    of.leave("cam-a")
    of.turn()
    seal(of, clock, 1, "cam-b")
    of.close()
    assert of.said == []
    batches = [row for rows in told() for row in rows if row["type"] == "segment.batch"]
    assert [(each["from"], each["to"], each["n"]) for each in batches] == [(0, 3, 3), (3, 4, 1)]
    for each, index in zip(batches, sorted((tmp_path / "entries").glob("*.leaves")), strict=True):
        rows = [line.split("  ") for line in index.read_text().splitlines()]
        leaves = [leaf_hash((tmp_path / path).read_bytes()) for _, path in rows]
        assert [leaf for leaf, _ in rows] == [leaf.hex() for leaf in leaves]
        assert each["root"] == brute_root(leaves).hex()
    assert (
        Replay().see(json.dumps(batches[0], separators=(",", ":"), sort_keys=True).encode()) == []
    )


def test_what_the_log_is_told_does_not_depend_on_what_was_seen(tmp_path, clock, monkeypatch):
    """A still scene, and one where much moves: the same entries, but for hashes."""
    monkeypatch.setattr(SealedArchive, "_run", lambda self: None)
    texts = []
    for name, size in (("still", 1_000), ("busy", 200_000)):
        hand = ByHand()
        keeping = SealingConfig(tmp_path / name, EDGE, OfDay(policy(), (), trust()), POLICIES)
        of = SealedArchive(keeping, read=hand)
        for _ in range(3):
            seal(of, hand, 2, size=size)
            of.leave("cam-a")
            of.turn()
        of.close()
        files = sorted((tmp_path / name / "entries").glob("*.jsonl"))
        rows = [[json.loads(line) for line in each.read_text().splitlines()] for each in files]
        roots = [row.pop("root", "") for each in rows for row in each]
        texts.append(([each.name for each in files], rows))
        assert len(set(roots)) > 2
    assert texts[0] == texts[1]


def test_what_was_not_sealed_is_declared_once_and_again_while_it_lasts(started, clock, told):
    class Unpublished(OfDay):
        def keys(self, day: str, last: date):
            raise SealError("no note is there")

    of = started()
    of._keeping = SealingConfig(
        of._keeping.base, EDGE, Unpublished(policy(), (), trust()), POLICIES
    )
    original = of.camera(
        plan_for("view.live", "record", day=DAY), "cam-a", lambda each: of.said.append(str(each))
    )
    for _ in range(2):
        original.sealer.begin(clock.wall_ms)
        wait(original.sealer)
        clock.wait(TURN)
        of.turn()
    of.close()
    gaps = [row for rows in told() for row in rows if row["type"] != "config.change"]
    assert [(each["type"], each["from"], each["to"], each["reason"]) for each in gaps] == [
        ("gap.declare", "2027-02-12T00:00:00Z", "2027-02-12T00:10:00Z", "keys-missing"),
        ("gap.declare", "2027-02-12T00:10:00Z", "2027-02-12T00:20:00Z", "keys-missing"),
    ]
    assert of.said == ["nothing is sealed: no note is there"]
    assert list(of._keeping.base.rglob("*.age")) == []


@pytest.mark.parametrize("stopped", [True, False])
def test_the_time_between_two_runs_is_declared_with_the_next(started, clock, told, stopped):
    of = started()
    seal(of, clock, 2)
    of.turn()
    if stopped:
        of.close()
    else:  # as a kill leaves it
        of._alone.close()
    clock.wait(3_600_000)
    again = started()
    seal(again, clock, 1)
    again.close()
    [gap] = [row for rows in told() for row in rows if row["type"] == "gap.declare"]
    assert (gap["from"], gap["to"]) == ("2027-02-12T00:02:00Z", "2027-02-12T01:02:00Z")
    assert gap["reason"] == ("maintenance" if stopped else "unknown")
    batches = [row for rows in told() for row in rows if row["type"] == "segment.batch"]
    ends = [0, *(each["to"] for each in batches)]
    assert [each["from"] for each in batches] == ends[:-1]
    assert ends[-1] == 3
    assert len(chain(again._keeping.base / "cam-a")) == 3


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_each_entry_is_told_once_wherever_it_is_killed(tmp_path, started, clock, monkeypatch, call):
    """Each call to the system is the last in turn; then another run begins."""
    of = started()
    seal(of, clock, 3)
    of.leave("cam-a")
    of._alone.close()
    for nth in range(1, 20):
        base = tmp_path / f"{call}-{nth}"
        shutil.copytree(tmp_path / "cam-a", base / "cam-a")
        first = LogEntries(base, EDGE.name)
        killed = False
        with monkeypatch.context() as patched:
            dies(patched, call, nth)
            try:
                first.turn(datetime(2027, 2, 12, 1, tzinfo=UTC), {})
            except KeyboardInterrupt:
                killed = True
        second = LogEntries(base, EDGE.name)
        second.turn(datetime(2027, 2, 12, 2, tzinfo=UTC), {})
        lines = [line for each in (base / "entries").glob("*.jsonl") for line in each.open()]
        assert [json.loads(line)["to"] for line in lines] == [3]
        assert not list((base / "entries").glob("*.part"))
        if not killed:
            break
    assert nth > 2


def dies(patched: pytest.MonkeyPatch, call: str, nth: int) -> None:
    count, real = 0, getattr(os, call)

    def once(*args, **more):
        nonlocal count
        count += 1
        if count >= nth:
            raise KeyboardInterrupt
        return real(*args, **more)

    patched.setattr(os, call, once)


def test_a_state_that_is_damaged_stops_it_before_a_number_comes_twice(tmp_path):
    LogEntries(tmp_path, "bus")
    (tmp_path / "entries" / "state.json").write_text("{")
    with pytest.raises(SealError, match="is damaged"):
        LogEntries(tmp_path, "bus")


def test_a_camera_whose_chain_is_damaged_is_veiled_all_the_same_and_sealed_once_it_is_whole(
    tmp_path, started, clock
):
    of = started()
    seal(of, clock, 2)
    of.leave("cam-a")
    *_, last = sorted((tmp_path / "cam-a").glob("*/*/W.json"))
    whole = last.read_bytes()
    last.write_bytes(b"damaged")
    said = []
    plan = plan_for("view.live", "record", day=DAY)
    original = begun(lambda: of, plan, "cam-a", lambda each: said.append(str(each)))
    assert original.decoder_arguments == {}
    assert len(said) == 1
    assert said[0].startswith("nothing is sealed: ")
    last.write_bytes(whole)
    assert begun(lambda: of, plan, "cam-a", lambda each: said.append(str(each))).decoder_arguments
    assert len(said) == 1


def test_an_entry_that_can_not_be_written_is_told_later(started, clock, told, monkeypatch):
    of = started()
    seal(of, clock, 1)
    clock.wait(120_000)
    with monkeypatch.context() as patched:
        patched.setattr(log_entries.files, "replace", full)
        for _ in range(3):
            of.turn()
    assert told() == []
    assert of.said == [
        "the log is not told, or what is due is not destroyed: [Errno 28] No space left on device"
    ]
    of.close()
    [rows] = told()
    assert [each["type"] for each in rows] == ["config.change", "segment.batch", "gap.declare"]


def test_attack_04_what_is_sealed_by_is_in_the_log_and_each_change_of_it(started, clock, told):
    """Another plan or policy began to be sealed by, and the log had no word of it."""
    of = started()
    for more in ({}, {}, {"window": "PT10S"}):
        of.camera(plan_for("record", day=DAY, **more), "cam-a", lambda _: None)
        of.leave("cam-a")
        clock.wait(TURN)
        of.turn()
    of.close()
    changes = [row for rows in told() for row in rows if row["type"] == "config.change"]
    assert [each["edge"] for each in changes] == [EDGE.name] * 2, "whose change it is"
    first, second = changes
    assert (first["old"], first["new"]) == ("0" * 64, second["old"])
    envelope = plan_for("record", day=DAY).sha256
    by = {"edge": EDGE.name, "plan": envelope, **asdict(POLICIES)}
    assert first["new"] == hashlib.sha256(canonical(by)).hexdigest()


def test_attack_04_a_camera_whose_plan_names_other_policies_is_not_sealed(started, tmp_path):
    said = []
    for more in ({"open_policy": "c" * 64}, {"witness_policy": "c" * 64},
                 {"open_policy": None, "witness_policy": None}):  # fmt: skip
        other = plan_for("record", day=DAY, **more)
        original = begun(started, other, "cam-a", lambda each: said.append(str(each)))
        assert original.sealer is None
        started.running[-1]._alone.close()
    assert [each.count("voted") for each in said] == [1, 1, 1]
    assert not list(tmp_path.rglob("*.onions"))


def full(*args):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


# What is destroyed


def test_windows_are_destroyed_whole_when_they_are_due_whether_the_camera_runs_or_not(
    tmp_path, started, clock, told
):
    of = started()
    seal(of, clock, 3)
    of.leave("cam-a")
    of.turn()
    windows = store.windows(tmp_path / "cam-a")
    until = plan_for("record", day=DAY).destroy_by("cam-a", datetime(2027, 2, 12, tzinfo=UTC))
    clock.wait(int(until.timestamp() * 1000) - TURN - clock.wall_ms - 1)
    of.turn()
    assert store.windows(tmp_path / "cam-a") == windows
    clock.wait(MINUTE + 1)
    of.turn()
    assert store.windows(tmp_path / "cam-a") == windows[2:]
    clock.wait(MINUTE)
    of.turn()
    assert store.windows(tmp_path / "cam-a") == []
    assert list((tmp_path / "cam-a").iterdir()) == []
    deleted = [row for rows in told() for row in rows if row["type"] == "media.delete"]
    assert [(each["camera"], each["from"], each["to"], each["reason"]) for each in deleted] == [
        ("cam-a", "2027-02-12T00:00:00Z", "2027-02-12T00:02:00Z", "retention"),
        ("cam-a", "2027-02-12T00:02:00Z", "2027-02-12T00:03:00Z", "retention"),
    ]
    seal(of, clock, 1)
    of.close()
    [only] = chain(tmp_path / "cam-a")
    assert only.since == T0 + 3 * MINUTE
    assert len(only.prev) == 64


@pytest.mark.parametrize(
    ("day", "time", "manifest"),
    [
        ("20270212", "120000", b'{"segs":[{"t0":%s,"t1":1,"ct_len":1}]}' % (b"9" * 31)),
        ("20270212", "120000", b'{"window":{"t1":%s}}' % (b"9" * 31)),
        ("20270212", "120000", b"[" * 200_000),
        ("20270212", "120000", b'{"segs":[3],"window":[]}'),
        ("20270212", "120000", b" " * (9 << 20)),
        ("20279999", "120000", b"{}"), ("20270212", "996161", b"{}"),
    ],
)  # fmt: skip
def test_attack_69_a_window_that_somebody_planted_stops_no_other_camera(
    day, time, manifest, tmp_path, started, clock, told
):
    """Nothing that was due of any camera was destroyed, and the log was told nothing, for ever."""
    of = started()
    seal(of, clock, 3)
    of.leave("cam-a")
    planted = tmp_path / "cam-b" / day / time
    planted.mkdir(parents=True)
    (planted / "W.json").write_bytes(manifest)
    until = plan_for("record", day=DAY).destroy_by("cam-a", datetime(2027, 2, 12, tzinfo=UTC))
    clock.wait(int(until.timestamp() * 1000) + 10 * MINUTE - clock.wall_ms)
    of.turn()
    assert store.windows(tmp_path / "cam-a") == []
    gone = [row["camera"] for rows in told() for row in rows if row["type"] == "media.delete"]
    assert "cam-a" in gone
    of.close()
    assert "expiry" not in "".join(of.said)


def test_what_is_due_goes_from_a_full_disk_too_and_is_told_later(
    tmp_path, started, clock, told, monkeypatch
):
    of = started()
    seal(of, clock, 2)
    of.leave("cam-a")
    of.turn()
    clock.wait(31 * 86_400_000)
    with monkeypatch.context() as patched:
        patched.setattr(log_entries.files, "replace", full)
        of.turn()
    assert store.windows(tmp_path / "cam-a") == []
    assert "No space left" in of.said[0]
    of.close()
    [row] = [row for rows in told() for row in rows if row["type"] == "media.delete"]
    assert (row["from"], row["to"]) == ("2027-02-12T00:00:00Z", "2027-02-12T00:02:00Z")


def test_a_clock_that_leaps_ahead_destroys_nothing(tmp_path, started, clock):
    clock.src = "unset"
    of = started()
    seal(of, clock, 2)
    of.turn()
    clock.wall_ms += 40 * 86_400_000
    of.turn()
    assert len(store.windows(tmp_path / "cam-a")) == 2
    of.close()


def test_what_was_being_sealed_is_not_destroyed_and_what_nobody_signed_is(tmp_path, started, clock):
    of = started()
    original = of.camera(plan_for("view.live", "record", day=DAY), "cam-a", lambda _: None)
    original.sealer.begin(clock.wall_ms)
    wait(original.sealer)
    expiry = Expiry(tmp_path, lambda name, since, until: since)
    assert expiry.find(T0 + 60_000, T0 + 60_000) == []
    [[name, [folder]]] = expiry.find(T0 + 90_000_000, T0 + 90_000_000)
    assert (name, store.start_of(folder)) == ("cam-a", T0)
    of.close()


def test_a_window_is_due_by_when_it_was_sealed_and_not_by_when_it_began(tmp_path, started, clock):
    """The plan lets the camera record from the middle of a window on."""
    of = started()
    seal(of, clock, 1)
    of.close()
    opens = datetime(2027, 2, 12, tzinfo=UTC) + timedelta(milliseconds=1)
    [folder] = store.windows(tmp_path / "cam-a")
    (folder / "W.json").write_bytes(
        (folder / "W.json").read_bytes().replace(b'"t0":%d' % T0, b'"t0":%d' % (T0 + 9), 1)
    )

    def due(name: str, at: datetime, until: datetime) -> datetime:
        return at if at < opens else at + timedelta(days=30)

    expiry = Expiry(tmp_path, due)
    assert expiry.find(T0 + MINUTE, T0 + MINUTE) == []
    assert expiry.find(T0 + 31 * 86_400_000, T0 + 31 * 86_400_000) == [("cam-a", [folder])]


def test_attack_36_a_window_is_due_by_the_first_that_must_go_of_what_was_sealed_in_it(
    tmp_path, started, clock
):
    """One that began a second before the night was kept as long as the day."""
    of = started()
    seal(of, clock, 1)
    of.close()
    [folder] = store.windows(tmp_path / "cam-a")
    night = datetime(2027, 2, 12, tzinfo=UTC) + timedelta(seconds=1)

    def due(name: str, since: datetime, until: datetime) -> datetime:
        return night + timedelta(days=1) if until > night else since + timedelta(days=28)

    expiry, day = Expiry(tmp_path, due), 86_400_000
    assert expiry.find(T0 + day, T0 + day) == []
    assert expiry.find(T0 + day + 1001, T0 + day + 1001) == [("cam-a", [folder])]


# Who may be sealed


def test_a_camera_that_sees_homes_is_not_sealed_and_is_told_why(tmp_path):
    plan = plan_for("view.live", "record")
    out = []
    watcher = Watcher(
        plan, "cam-a", SiteCamera(address="rtsp://x", hide="people", privacy={**PRIVACY, **HOME}),
        "rtsp://127.0.0.1:9/x", tmp_path, sealed=lambda: out.append(1),
    )  # fmt: skip
    with pytest.raises(Refused, match=r"CSI L251-3: cam-a can't be sealed.*logements") as raised:
        watcher.run()
    assert "have the camera itself paint them" in raised.value.hint
    assert out == []
    privacy.untouched(plan, "cam-a", {**PRIVACY, "logements": ()})


def test_two_processes_never_seal_to_one_place(started):
    started()
    with pytest.raises(Busy):
        started()


# A live camera


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """A camera of some Mbit/s: what is not sealed yet, 64 KiB, is a moment of it."""
    path = tmp_path_factory.mktemp("clip") / "busy.mp4"
    how = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-qp", "12")
    with cameras_of(clip(path, frames=300, size="640x352", gop=25, codec=how)) as [found]:
        yield found


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    with cameras_of(painted_clip(tmp_path_factory.mktemp("clip") / "painted.mp4")) as [found]:
        yield found


def keys_of(folder: Path, day: str) -> list[Identity]:
    return [keys.read_identity(folder / name / f"{day}.key") for name in PARTIES[:3]]


def found(camera: Path, held: Path) -> list[tuple[Manifest, SealedSegment, bytes]]:
    """Each segment that a quorum opens, with its manifest."""
    clear_ = []
    for told in chain(camera, of=edge(held)):
        folder = store.folder_of(camera, told.window.t0)
        onions = unpack((folder / "W.onions").read_bytes()).values()
        _, key = unwrap(onions, keys_of(held, told.window.epoch), told.window)
        for each in told.segs:
            if store.was_sealed(each.status):
                data, _ = prefix((folder / each.name).read_bytes(), key)
                clear_.append((told, each, data))
    return clear_


def edge(held: Path) -> keynotes.Verifier:
    key = read_private((held / "edge.key").read_bytes(), None)
    return keynotes.Verifier.of("bus-041", key)


def pictures(movie: bytes) -> list[Any]:
    """What an original shows, as far as it goes."""
    shown: list[Any] = []
    with av.open(io.BytesIO(movie)) as played, suppress(av.error.InvalidDataError):
        for frame in played.decode(video=0):
            shown.append(frame.to_ndarray(format="yuv444p"))
    return shown


def shows_the_figure(movie: bytes) -> int:
    """In how many pictures the magenta figure shows, which nobody may see outside."""
    return sum(bool(((each[1] > 150) & (each[2] > 150)).any()) for each in pictures(movie))


def test_a_live_camera_is_sealed_beside_its_veil_and_bound_to_it(tmp_path, address):
    section = Seal(**ceremony(tmp_path, RecipientKind.HYBRID))
    of = SealedArchive(keeping(section))
    watching = Watcher(
        plan_for("view.live", "record", window="PT10S", **sites.voted(tmp_path)), "cam-a",
        SiteCamera(address=address, hide="people", privacy=PRIVACY), address, tmp_path / "out",
        make=detectors.painted, sealed=lambda: of,
    )  # fmt: skip
    watching.stopped = lambda: watching.counters.frames >= 300
    watching.run()
    of.close()
    camera = tmp_path / "sealed" / "cam-a"
    opened_ = found(camera, tmp_path)
    assert {told.window.t1 - told.window.t0 for told, _, _ in opened_} == {10_000}
    assert len({told.window for told, _, _ in opened_}) >= 2
    assert 10 < watching.counters.sealed_s < 16
    assert shows_the_figure(b"".join(data for _, _, data in opened_)) > 250
    bound = []
    for told, each, _ in opened_:
        file = store.veiled_of(store.folder_of(camera, told.window.t0), each.seq)
        if each.deid_sha256:
            assert hashlib.sha256(file.read_bytes()).hexdigest() == each.deid_sha256
            bound += file.read_text().splitlines()
    assert len(bound) >= 4
    assert len(set(bound)) == len(bound)
    for line in bound:
        digest, name = line.split("  ")
        [path] = (tmp_path / "out").rglob(name)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest
    files = [path.read_bytes() for path in (tmp_path / "sealed").rglob("*") if path.is_file()]
    for _, _, data in opened_:
        assert not any(data[at : at + 64] in each for each in files for at in (0, len(data) // 2))


def size(path: Path) -> int:
    """Bytes of a file; 0 where it has its name by now."""
    with suppress(OSError):
        return path.stat().st_size
    return 0


def test_a_command_that_is_killed_keeps_what_was_whole_and_a_stranger_opens_it(tmp_path, busy):
    section = ceremony(tmp_path)
    sites.write(tmp_path, {"cam-a": busy}, "view.live", "record")
    told = json.loads((tmp_path / "site.yml").read_text())
    (tmp_path / "site.yml").write_text(json.dumps({**told, "seal": section}))
    camera = tmp_path / "sealed" / "cam-a"
    command = (
        "watch", "--plan", tmp_path / "plan.json", "--site", tmp_path / "site.yml",
        "--pub", tmp_path / "key.pub", "-o", tmp_path / "out",
    )  # fmt: skip
    killed = start(*command, detector="painted")
    try:
        assert until(lambda: any(size(each) > 700_000 for each in camera.rglob("*.part")))
    finally:
        started = family(killed.pid)
        killed.kill()
        killed.communicate()
    assert until(lambda: not any(map(alive, started)))
    left = {*camera.rglob("*.part")}
    again = start(*command, detector="painted")
    try:
        assert until(lambda: any(size(each) > 70_000 for each in {*camera.rglob("*.part")} - left))
    finally:
        again.send_signal(signal.SIGTERM)
        _, err = again.communicate(timeout=LIMIT_S)
    assert again.returncode == 0, err
    assert "nothing is sealed" not in err
    opened_ = found(camera, tmp_path)
    last = opened_[-1]
    [first] = [each for each in opened_ if each[1].status is Status.TRUNCATED]
    assert last[1].status is Status.OK
    place = opened_.index(first) + 1  # one that begins with its window needs the one before it
    for run_ in (opened_[:place], opened_[place:]):
        assert pictures(b"".join(data for _, _, data in run_))
    assert not [*camera.rglob("*.part"), *camera.rglob("W.open"), *camera.rglob("ahead/*")]
    day, sealed_ = last[0].window.epoch, store.folder_of(camera, last[0].window.t0) / last[1].name
    given = [each for name in PARTIES[:3] for each in ("--key", tmp_path / name / f"{day}.key")]
    movie = tmp_path / "opened.mp4"
    done = run("open", sealed_, *given, "--edge", str(edge(tmp_path)), "-o", movie)
    assert done.returncode == 0, done.stderr
    assert movie.read_bytes() == last[2]
    lines = [line for each in (tmp_path / "sealed").glob("entries/*.jsonl") for line in each.open()]
    rows = [json.loads(line) for line in lines]
    assert sum(each["n"] for each in rows if each["type"] == "segment.batch") == len(
        store.windows(camera)
    )


def test_a_camera_that_no_segment_holds_is_watched_and_said_not_to_be_sealed(tmp_path, started):
    of = started()
    original = of.camera(
        plan_for("view.live", "record", day=DAY), "cam-a", lambda each: of.said.append(str(each))
    )
    for _ in range(3):
        original.unfit()
    wait(original.sealer)
    of.close()
    assert of.said == [
        "nothing is sealed: the camera codes its pictures in a way that no segment holds"
    ]
