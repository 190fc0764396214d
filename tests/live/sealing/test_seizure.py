"""A recorder that is taken away while it runs: what its memory and its disk hold is searched.

The real command, a real camera, post-quantum keys of parties that are elsewhere.
"""

from __future__ import annotations

import os
import sys
from itertools import islice
from pathlib import Path

import pytest
from fakes.cameras import camera
from fakes.memory import forms, memory
from fakes.onsite import Recorder
from fakes.runs import family, ffmpeg, until

from contrejour.custody.seal.age import decrypt
from contrejour.custody.seal.recipient import Identity

MOST = 4
"""Windows whose keys are searched for: it takes its time."""
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="reads the memory of a process: as root"
)


@pytest.fixture(scope="module")
def clear(tmp_path_factory) -> Path:
    """What the camera sends; no part of it is like another."""
    path = tmp_path_factory.mktemp("clip") / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=320x192:rate=12,noise=alls=30:allf=t",
           "-t", 40, "-c:v", "libx264", "-preset", "veryfast", "-g", 12, "-bf", 0,
           "-pix_fmt", "yuv420p", path)  # fmt: skip
    return path


def search(pieces: list[bytes], wanted: list[bytes]) -> list[bytes]:
    return [each for each in wanted if any(each in piece for piece in pieces)]


def test_no_window_s_key_and_no_clear_byte_is_found_in_a_recorder_that_is_taken_away(
    clear, tmp_path
):
    with camera(clear) as (address,):
        recorder = Recorder(tmp_path, {"cam-a": address})
        recorder.begin()
        try:
            assert until(lambda: len(recorder.windows(name="W.json")) > 1), recorder.end()
            held = [memory(recorder.process.pid)]
            held += [memory(each.pid) for each in family(recorder.process.pid)]
            during = recorder.files()
            secrets = dict(islice(recorder.keys(), MOST))
        finally:
            said = recorder.end()
    disk = [during, recorder.files()]
    assert len(recorder.windows(name="W.json")) > 1, said
    assert any(path.parent.name == "ahead" for path in secrets), "those that are to come, too"
    wanted = [form for secret in secrets.values() for form in forms(secret)]
    assert sum(map(len, held[0])) > 1 << 20
    assert search([piece for process in held for piece in process], wanted) == []
    assert [path for each in disk for path, data in each.items() if search([data], wanted)] == []
    data = clear.read_bytes()
    pictures = [data[at : at + 24] for at in range(4096, len(data) - 4096, 15_013)]
    assert [path for each in disk for path, data in each.items() if search([data], pictures)] == []
    opens(recorder, secrets, data)


def opens(recorder: Recorder, secrets: dict[Path, Identity], clear: bytes) -> None:
    """And yet it is all there, for those who may have it: chained, signed, the camera's own."""
    whole = b""
    for folder, told in recorder.chain():
        secret = secrets.get(folder / "W.onions")
        for each in told.segs:
            if secret and each.ct_len:
                with (folder / each.name).open("rb") as file:
                    whole += b"".join(bytes(chunk) for chunk in decrypt(file, [secret]))
    assert len(whole) > 100_000
    samples = [whole[at : at + 24] for at in range(20_000, len(whole) - 20_000, 4_001)]
    assert sum(each in clear for each in samples) > 0.9 * len(samples)
