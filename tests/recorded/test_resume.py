"""A run that is stopped, in any way and at any moment, shows nothing and can be gone on with."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.runs import LIMIT_S, alive, clip, family, masks_for, run, start, until, walking

KILLS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]


@dataclass(frozen=True)
class Case:
    """A run, and what it gives when it is left alone."""

    folder: Path
    args: tuple[object, ...]
    detector: str
    video: bytes
    masks: bytes
    seconds: float

    def out(self, name: str) -> Path:
        """The output of one disturbed run, in a folder of its own."""
        place = self.folder / name
        place.mkdir()
        return place / "out.mp4"

    def command(self, out: Path, *more: object) -> tuple[object, ...]:
        return ("veil", *self.args, "-o", out, "-j", 2, *more)


def a_case(folder: Path, args: tuple[object, ...], detector: str) -> Case:
    out = folder / "out.mp4"
    began = time.monotonic()
    done = run("veil", *args, "-o", out, "-j", 2, detector=detector)
    assert done.returncode == 0, done.stderr
    seconds = time.monotonic() - began
    masks = folder / "out.mp4.masks.json"
    return Case(folder, args, detector, out.read_bytes(), masks.read_bytes(), seconds)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A run with a masks file."""
    folder = tmp_path_factory.mktemp("given")
    source = clip(folder / "in.mp4", frames=480)
    return a_case(folder, (source, "--masks", masks_for(source, folder / "m.json", walking)), "")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """A run with a detector, which sees one person that does not move."""
    folder = tmp_path_factory.mktemp("looked")
    source = clip(folder / "in.mp4", frames=480, rate=8)
    script = folder / "script.json"
    script.write_text('{"*": [[40, 20, 20, 40, "person", 0.9]]}')
    os.environ["FAKE_SCRIPT"] = str(script)
    yield a_case(folder, (source,), "scripted")
    del os.environ["FAKE_SCRIPT"]


def stop(process: subprocess.Popen[str], how: signal.Signals, group: bool) -> None:
    with suppress(ProcessLookupError):
        if group:
            os.killpg(process.pid, how)
        else:
            process.send_signal(how)


def disturb(case: Case, name: str, dice: random.Random) -> bool:
    """Stop one run at a random moment and go on with it; True when it was stopped midway."""
    out = case.out(name)
    how, group = dice.choice(KILLS), dice.random() < 0.3
    process = start(*case.command(out), detector=case.detector)
    with suppress(subprocess.TimeoutExpired):
        process.wait(dice.uniform(0.05, 1.1) * case.seconds)
    workers = family(process.pid)
    stop(process, how, group)
    _, said = process.communicate(timeout=LIMIT_S)
    told = f"{name} {how.name} group={group}: exit {process.returncode}: {said}"
    assert until(lambda: not any(map(alive, workers))), f"orphans after {told}"
    # SIGKILL can strike before a new worker was told what it is for, and Python then says so.
    assert how is signal.SIGKILL or "Traceback" not in said, told
    masks = out.with_name("out.mp4.masks.json")
    # Stopped between the two renames, or after: each file is whole or it is not there.
    assert not out.exists() or (out.read_bytes(), masks.read_bytes()) == (case.video, case.masks)
    assert not masks.exists() or masks.read_bytes() == case.masks, told
    assert process.returncode != 0 or out.exists(), told
    again = run(*case.command(out, "--resume"), detector=case.detector)
    assert again.returncode == 0, f"{told}; then {again.stderr}"
    assert out.read_bytes() == case.video, told
    assert masks.read_bytes() == case.masks, told
    left = sorted(path.name for path in out.parent.iterdir() if path.name[0] != ".")
    assert left == ["out.mp4", "out.mp4.masks.json"]
    shutil.rmtree(out.parent)
    return process.returncode != 0


def test_a_run_killed_at_random_moments_shows_nothing_and_resumes_to_the_same_bytes(
    given: Case,
) -> None:
    dice = random.Random(7)
    assert sum(disturb(given, f"kill-{n}", dice) for n in range(8))


def test_a_run_with_a_detector_killed_at_random_moments_resumes_to_the_same_bytes(
    looked: Case,
) -> None:
    dice = random.Random(11)
    assert sum(disturb(looked, f"kill-{n}", dice) for n in range(4))


@pytest.mark.soak
@pytest.mark.parametrize("kind", ["given", "looked"])
def test_200_random_kills_show_nothing_and_resume_to_the_same_bytes(
    kind: str, request: pytest.FixtureRequest
) -> None:
    case, dice = request.getfixturevalue(kind), random.Random(13)
    wanted, midway, runs = (130 if kind == "given" else 80), 0, 0
    while midway < wanted:  # a run that ended before the signal came is checked, but not counted
        midway += disturb(case, f"soak-{runs}", dice)
        runs += 1
        assert runs < 10 * wanted, f"only {midway} of {runs} runs were stopped midway"
    print(f"{kind}: {midway} of {runs} runs were stopped midway")


def stuck(tmp_path: Path, *more: object) -> tuple[subprocess.Popen[str], Path]:
    """A run that is looking at its first frame, and will be for ever."""
    reached = tmp_path / "reached"
    source = clip(tmp_path / "in.mp4", frames=24)
    out = tmp_path / "out.mp4"
    process = start(
        "veil", source, "-o", out, *more, detector="stuck", env={"FAKE_REACHED": reached}
    )
    assert until(lambda: reached.exists() and reached.read_bytes() == b"1")
    return process, out


@pytest.mark.parametrize(
    ("how", "code", "said"),
    [
        (signal.SIGKILL, -9, ""),
        (signal.SIGTERM, 143, "contrejour: error: terminated"),
        (signal.SIGINT, 130, "contrejour: error: interrupted"),
    ],
)
def test_workers_die_with_a_stopped_run(
    tmp_path: Path, how: signal.Signals, code: int, said: str
) -> None:
    process, out = stuck(tmp_path, "-j", 2)
    workers = family(process.pid)
    assert len(workers) >= 2
    process.send_signal(how)
    _, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == code
    assert err.startswith(said)
    assert "Traceback" not in err
    assert until(lambda: not any(map(alive, workers)))
    assert not out.exists()
    assert not out.with_name("out.mp4.masks.json").exists()


def test_two_runs_never_write_one_output(tmp_path: Path) -> None:
    process, out = stuck(tmp_path)
    second = run("veil", tmp_path / "in.mp4", "-o", out, detector="nothing")
    assert second.returncode == 12
    assert "another run is writing" in second.stderr
    assert "hint:" in second.stderr
    process.kill()
    process.communicate()


def test_an_input_that_changed_is_begun_anew(tmp_path: Path) -> None:
    process, out = stuck(tmp_path)
    process.kill()
    process.communicate()
    source = clip(tmp_path / "in.mp4", frames=48)
    assert run("veil", source, "-o", out, "--resume", detector="nothing").returncode == 0
    fresh = tmp_path / "fresh.mp4"
    assert run("veil", source, "-o", fresh, detector="nothing").returncode == 0
    assert out.read_bytes() == fresh.read_bytes()


def test_an_input_that_changes_during_the_run_is_not_published(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", frames=48)
    out = tmp_path / "out.mp4"
    done = run("veil", source, "-o", out, detector="touching", env={"FAKE_TOUCH": source})
    assert done.returncode == 3
    assert "changed while it was read" in done.stderr
    assert not out.exists()
    assert not out.with_name("out.mp4.masks.json").exists()


def test_an_input_that_is_gone_cannot_be_gone_on_with(tmp_path: Path) -> None:
    process, out = stuck(tmp_path)
    process.kill()
    process.communicate()
    (tmp_path / "in.mp4").unlink()
    again = run("veil", tmp_path / "in.mp4", "-o", out, "--resume", detector="nothing")
    assert again.returncode == 3
    assert not out.exists()


def test_an_old_output_is_not_taken_for_that_of_a_stopped_run(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", frames=24)
    out = tmp_path / "out.mp4"
    assert run("veil", source, "-o", out, detector="nothing").returncode == 0
    old = out.read_bytes()
    process, out = stuck(tmp_path, "--force")
    process.kill()
    process.communicate()
    assert run("veil", source, "-o", out, "--resume", detector="failing").returncode == 8
    assert out.read_bytes() == old
    more = ("--resume", "--force")
    assert run("veil", source, "-o", out, *more, detector="failing").returncode == 0
    assert out.read_bytes() != old


def test_resuming_a_finished_output_does_nothing(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", frames=24)
    out = tmp_path / "out.mp4"
    assert run("veil", source, "-o", out, detector="nothing").returncode == 0
    before = (out.stat().st_ino, out.stat().st_mtime_ns)
    assert run("veil", source, "-o", out, "--resume", detector="nothing").returncode == 0
    assert (out.stat().st_ino, out.stat().st_mtime_ns) == before
    assert run("veil", source, "-o", out, "--resume", detector="crashing").returncode == 8
    assert (out.stat().st_ino, out.stat().st_mtime_ns) == before
