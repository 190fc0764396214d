"""A Python program of the tests, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from fakes.runs import PATHS


def begun(*args: str) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    return subprocess.Popen(
        [sys.executable, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env
    )
