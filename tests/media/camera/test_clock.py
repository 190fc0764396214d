"""Three clocks side by side: what the camera's does is told, and moves nothing."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contrejour.media.camera.clock import DRIFT_PPM, JUMP_NS, CameraClock
from contrejour.media.camera.steady import Steady

HOUR_NS = 3_600_000_000_000
BEGAN_NS = 1_800_000_000_000_000_000
FRAME_NS = 40_000_000


def told(clock, camera_ns, monotonic_ns, **more):
    wall_ns = BEGAN_NS + monotonic_ns
    return clock.at(camera_ns, monotonic_ns, wall_ns, spread_ns=1000, **more)


def test_without_a_word_of_the_camera_the_arrival_is_what_is_known():
    instant = told(CameraClock(), None, 7)
    assert (instant.monotonic_ns, instant.wall_ns) == (7, BEGAN_NS + 7)
    assert (instant.camera_ns, instant.uncertainty_ns) == (None, 1000)


def test_what_was_said_long_ago_is_less_certain():
    clock = CameraClock()
    assert told(clock, BEGAN_NS, 0, reported=True).uncertainty_ns == 1000
    later = told(clock, BEGAN_NS + 10**9, 10**9)
    assert later.uncertainty_ns == 1000 + DRIFT_PPM * 1000
    assert told(clock, BEGAN_NS + 2 * 10**9, 2 * 10**9, reported=True).uncertainty_ns == 1000


JITTER = st.lists(st.integers(0, JUMP_NS // 2), min_size=2, max_size=60)


@given(JITTER, st.integers(-(10**18), 10**18))
def test_a_late_picture_is_no_clock_that_was_set(delays, ahead_ns):
    clock, arrived_ns = CameraClock(), 0
    for at, delay in enumerate(delays):
        arrived_ns = max(arrived_ns, at * FRAME_NS + delay)
        told(clock, BEGAN_NS + ahead_ns + at * FRAME_NS, arrived_ns)
    assert clock.jumps == 0


@given(st.lists(st.sampled_from([0, 0, 0, HOUR_NS, -HOUR_NS, 4 * JUMP_NS]), max_size=60), JITTER)
def test_every_time_a_clock_is_set_is_counted_and_the_time_line_never_moves(steps, jitter):
    """As long as the network delays by less than what a jump is."""
    clock, line, ahead_ns, before = CameraClock(), Steady(), 0, 0
    told(clock, BEGAN_NS, 0)
    line.at(BEGAN_NS, 0)
    arrived_ns = 0
    for at, step in enumerate(steps, 1):
        ahead_ns += step
        arrived_ns = max(arrived_ns + 1, at * FRAME_NS + jitter[at % len(jitter)])
        camera_ns = BEGAN_NS + at * FRAME_NS + ahead_ns
        assert told(clock, camera_ns, arrived_ns).camera_ns == camera_ns
        now = line.at(camera_ns, arrived_ns)
        assert 0 < now - before <= JUMP_NS + FRAME_NS
        before = now
    assert clock.jumps == sum(step != 0 for step in steps)


@given(st.integers(-DRIFT_PPM, DRIFT_PPM), st.lists(st.integers(0, 50_000_000), min_size=7))
@example(387, [0, 0, 32840, 419839, 0, 0, 0, 0, 0, 0, 0])
def test_drift_is_found_within_what_the_network_varies(ppm, delays):
    """A picture a second for five minutes; one in ten at least is not delayed.

    The least delayed of a window may be late by what the clock drifted in it: over nine seconds of
    the 270 at least that lie between two windows.
    """
    clock = CameraClock()
    for at in range(300):
        real_ns = at * 10**9
        late_ns = 0 if at % 10 == 0 else delays[at % len(delays)]
        told(clock, BEGAN_NS + real_ns + real_ns * ppm // 10**6, real_ns + late_ns)
    assert clock.drift_ppm == pytest.approx(ppm, abs=abs(ppm) * 9 / 270 + 0.1)
    assert clock.jumps == 0


def test_nobody_knows_the_drift_of_a_clock_that_was_just_set():
    clock = CameraClock()
    for at in range(30):
        told(clock, BEGAN_NS + at * 10**9, at * 10**9)
    assert clock.drift_ppm == 0
    told(clock, BEGAN_NS + HOUR_NS, 30 * 10**9)
    assert clock.drift_ppm is None
    assert clock.ahead_ns == HOUR_NS - 30 * 10**9
