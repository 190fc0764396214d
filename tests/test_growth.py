"""Four times as much is read in four times the time, whoever wrote it, in little memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys

import pytest
from fakes import growth
from fakes.runs import PATHS

MOST = 1536 << 20
"""Bytes of address space: numpy and its like take 600 MB of it."""
MOST_CPU_S = 120
"""Of the processor, for all shapes of a reader: ten times what the slowest takes."""


@pytest.mark.parametrize("name", sorted(growth.readers()))
def test_attack_29_what_a_stranger_wrote_is_read_in_time_that_grows_as_it_does(name: str) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
        resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_S, MOST_CPU_S))

    done = subprocess.run(
        [sys.executable, "-m", "fakes.growth", name], preexec_fn=limited, capture_output=True,
        text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
    )  # fmt: skip
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, f"{told[-1:]}: {done.stderr[-2000:]}"
    grown = [each for each in told if each[0] == "done" and growth.grew(*each[2:])]
    assert grown == []
    assert len(told) == 2 * len(growth.readers()[name].shapes)


def test_a_careless_reader_would_be_found() -> None:
    assert growth.grew(*growth.compared(careless, b"a" * 4_000, b"a" * 16_000))


def careless(data: bytes) -> None:
    for at in range(len(data)):
        sum(data[:at])
