"""Packets of UDP come in order, or not at all; what was received is reported."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from contrejour.media.camera.relay.order import MOST, WAIT_NS, PacketOrder
from contrejour.media.camera.relay.reports import Reports
from contrejour.media.testcamera.rtp import Sender

STEP_NS = 5_000_000


def packet(number: int) -> bytes:
    return struct.pack(">BBHII", 0x80, 96, number & 0xFFFF, number * 3600 & 0xFFFFFFFF, 7)


@given(st.integers(0, 0xFFFF), st.lists(st.integers(0, 6), max_size=200))
def test_packets_that_overtook_each_other_are_in_order_again(first: int, delays: list[int]) -> None:
    sent = [packet(first + at) for at in range(len(delays) + 1)]
    late = [0, *delays]  # the first one says where it begins
    arrived = sorted(range(len(sent)), key=lambda at: at + late[at])
    order = PacketOrder()
    found: list[bytes] = []
    for place, at in enumerate(arrived):
        found += order.came(sent[at], place * STEP_NS)
    assert found == sent


def test_one_that_never_comes_is_waited_for_so_long_and_no_longer() -> None:
    order = PacketOrder()
    assert list(order.came(packet(0), 0)) == [packet(0)]
    assert list(order.came(packet(2), 1)) == []
    assert list(order.waited(WAIT_NS)) == []
    assert list(order.waited(WAIT_NS + 1)) == [packet(2)]
    assert list(order.came(packet(1), WAIT_NS + 2)) == []
    assert list(order.came(packet(3), WAIT_NS + 3)) == [packet(3)]


def test_so_many_wait_and_no_more() -> None:
    order = PacketOrder()
    list(order.came(packet(0), 0))
    found = [each for at in range(2, MOST + 3) for each in order.came(packet(at), 1)]
    assert found == [packet(at) for at in range(2, MOST + 3)]


def test_a_camera_that_begins_anew_is_followed() -> None:
    order = PacketOrder()
    list(order.came(packet(40_000), 0))
    assert list(order.came(packet(20_000), 1)) == [packet(20_000)]


@given(st.lists(st.binary(max_size=20), max_size=100))
def test_whatever_comes_is_handed_on_once_at_most(packets: list[bytes]) -> None:
    order = PacketOrder()
    found = [each for at, one in enumerate(packets) for each in order.came(one, at * STEP_NS)]
    assert len(found) <= len(packets)


def test_a_report_says_what_was_lost_and_when_the_camera_last_spoke() -> None:
    reports, sender = Reports(99), Sender(7, 65_530)
    sent = [sender.packet(b"x", at * 3600, marker=True) for at in range(20)]
    for at, one in enumerate(sent):
        if at not in (4, 5):
            reports.packet(one, at * 40_000_000)
    reports.control(sender.report(1_800_000_000 * 10**9, 20 * 3600), 800_000_000)
    told = reports.report(1_300_000_000)
    _, kind, length, ssrc, source, lost, last, jitter, said, ago = struct.unpack_from(
        ">BBHIIIIIII", told
    )
    assert (kind, length, ssrc, source) == (201, 7, 99, 7)
    assert (lost >> 24, lost & 0xFFFFFF) == (2 * 256 // 20, 2)
    assert (last, jitter) == (65_530 + 19, 0)
    assert said == (1_800_000_000 + 2_208_988_800 & 0xFFFF) << 16
    assert ago == 65_536 // 2
    assert struct.unpack_from(">BBH", told, 32) == (0x81, 202, 5)
    assert len(told) == 32 + 24


@given(st.lists(st.binary(max_size=40), max_size=50))
def test_whatever_a_camera_sends_a_report_can_be_made_of_it(packets: list[bytes]) -> None:
    reports = Reports(1)
    for at, one in enumerate(packets):
        reports.packet(one, at * STEP_NS)
        reports.control(one, at * STEP_NS)
        told = reports.report(at * STEP_NS)
        assert len(told) % 4 == 0
