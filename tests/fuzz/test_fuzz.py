"""Readers of what strangers send, given anything: the kept inputs in the gate, and new ones.

`scripts/test -m fuzz` gives each reader new inputs for `SECONDS`, by Hypothesis. With coverage to
guide it, where atheris installs: see `with_atheris.py`. What is found is kept as a file under
found/TARGET, in the commit that mends it, and is replayed in the gate for ever.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from fakes.examples import at_most
from fuzz.targets import TARGETS
from hypothesis import given, settings
from hypothesis import strategies as st

SECONDS = 60
FOUND = {name: sorted((Path(__file__).parent / "found" / name).glob("*")) for name in TARGETS}


def changed(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """A seed with a few changes: bytes set, put in, taken out, or said twice."""
    pieces = st.binary(max_size=8) | st.sampled_from(
        [b"\0", b"\0\0\1", b"\n", b"\n\n", b"\xff" * 4, b"\0" * 8, b'"', b"[", b"{", b"1e999", b"-"]
    )
    change = st.tuples(st.integers(0, 1 << 16), st.integers(0, 3), st.integers(0, 64), pieces)

    def made(base: bytes, changes: list[tuple[int, int, int, bytes]]) -> bytes:
        for place, how, size, piece in changes:
            at = place % (len(base) + 1)
            if how == 0:
                base = base[:at] + piece + base[at + len(piece) :]
            elif how == 1:
                base = base[:at] + piece + base[at:]
            elif how == 2:
                base = base[:at] + base[at + size :]
            else:
                base = base[: at + size] + base[at:]
        return base

    return st.builds(made, st.sampled_from(seeds), st.lists(change, max_size=6))


def inputs(name: str) -> st.SearchStrategy[bytes]:
    seeds = [*TARGETS[name].seeds(), *(path.read_bytes() for path in FOUND[name])]
    return st.binary(max_size=2000) | changed(seeds)


@pytest.mark.parametrize("name", TARGETS)
def test_every_input_that_was_ever_kept_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    for data in [*target.seeds(), *(path.read_bytes() for path in FOUND[name])]:
        target.run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_is_read_or_refused(name: str) -> None:
    @at_most(200)
    @given(inputs(name))
    def anything(data: bytes) -> None:
        TARGETS[name].run(data)

    anything()


@pytest.mark.fuzz
@pytest.mark.parametrize("name", TARGETS)
def test_whatever_comes_for_a_minute_is_read_or_refused(name: str) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:

        @settings(max_examples=500, derandomize=False, database=None)
        @given(inputs(name))
        def anything(data: bytes) -> None:
            TARGETS[name].run(data)

        anything()
