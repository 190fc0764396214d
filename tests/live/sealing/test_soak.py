"""Cameras that go wrong, a recorder that is killed over and over: the seal holds. Minutes.

SOAK_MINUTES=12 scripts/test -m soak tests/live/sealing/test_soak.py
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import time

import pytest
from fakes.cameras import camera
from fakes.onsite import Recorder
from fakes.runs import ffmpeg

from contrejour.base.errors import SealError
from contrejour.custody.ledger.replay import Replay
from contrejour.custody.seal.age import decrypt
from contrejour.custody.seal.manifest import Status

MINUTES = float(os.environ.get("SOAK_MINUTES", "12"))
FAULTS = {"cam-a": "?drop=17", "cam-b": "?loss=0.02", "cam-c": "?jump=9", "cam-d": ""}
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def clear(tmp_path_factory):
    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x192:rate=12,noise=alls=30:allf=t",
           "-t", 60, "-c:v", "libx264", "-preset", "veryfast", "-g", 24, "-bf", 2,
           "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def test_whatever_happens_each_chain_is_whole_each_segment_opens_and_nothing_is_clear(
    clear, tmp_path, capsys
):
    chance, kills = random.Random(5), 0
    with camera(clear) as (address,):
        recorder = Recorder(tmp_path, {name: address + fault for name, fault in FAULTS.items()})
        begun = time.monotonic()
        recorder.begin()
        while time.monotonic() - begun < 60 * MINUTES:
            time.sleep(chance.uniform(15, 70))  # the soak itself, not a proof
            assert recorder.process.poll() is None, recorder.process.communicate()[1]
            os.killpg(recorder.process.pid, signal.SIGKILL)
            recorder.process.communicate()
            kills += 1
            recorder.begin()
        time.sleep(25)
        recorder.end()
        lasted_s = time.monotonic() - begun
    told = {name: figures(recorder, name) for name in FAULTS}
    data = clear.read_bytes()
    pictures = [data[at : at + 24] for at in range(4096, len(data) - 4096, 250_007)]
    for path, kept in recorder.files().items():
        assert not any(each in kept for each in pictures), path
    replay = Replay()
    entries = sorted((recorder.disk / "sealed" / "entries").glob("*.jsonl"))
    found = [each for path in entries for line in path.read_bytes().splitlines()
             for each in replay.see(line)]  # fmt: skip
    assert found == []
    with capsys.disabled():
        print(f"\n{lasted_s:.0f} s, {kills} kills, {len(entries)} files of entries")
        print(json.dumps(told, indent=1))


def figures(recorder: Recorder, name: str) -> dict[str, float]:
    """Of one camera: all of it opened, and what there was."""
    secrets = {path.parent: secret for path, secret in recorder.keys(name)}
    seen = dict.fromkeys([*(each.value for each in Status), "windows", "sealed_s", "bound"], 0.0)
    for folder, told in recorder.chain(name):
        seen["windows"] += 1
        for each in told.segs:
            seen[each.status.value] += 1
            if each.status is Status.GAP:
                continue
            data = (folder / each.name).read_bytes()
            assert (hashlib.sha256(data).hexdigest(), len(data)) == (each.ct_sha256, each.ct_len)
            seen["sealed_s"] += (each.t1 - each.t0) / 1000
            seen["bound"] += bool(each.deid_sha256)
            try:
                with (folder / each.name).open("rb") as file:
                    for _ in decrypt(file, [secrets[folder]]):
                        pass
                assert each.status is Status.OK
            except SealError:
                assert each.status is Status.TRUNCATED
    assert seen["sealed_s"] > 0
    return seen
