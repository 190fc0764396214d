"""Nobody is told that footage is being looked at."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ONLOOKER = """
import sys
seen = []
def onlooker(event, _):
    if event.startswith(("socket.", "os.fork", "os.posix_spawn", "subprocess.")):
        seen.append(event)
        raise RuntimeError(event)  # nor shall it be told if this test fails
sys.addaudithook(onlooker)
from contrejour.vision.detect.runtime import openvino
openvino().Core()
print(*seen, *(name for name in sys.modules if name.startswith("openvino_telemetry.")))
"""


def test_loading_the_runtime_sends_nothing_and_writes_nothing_at_home(tmp_path: Path) -> None:
    # Without these, OpenVINO would think itself in a CI job, and be silent for that reason.
    kept = {name: value for name, value in os.environ.items() if "CI" not in name}
    environment = kept | {"HOME": str(tmp_path)}
    told = subprocess.run(
        [sys.executable, "-c", ONLOOKER],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == []
    assert list(tmp_path.iterdir()) == []
