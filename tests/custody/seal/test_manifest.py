"""What was sealed is said, signed and chained: nothing is left out or believed unsigned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fakes.parties import MINUTE, T0, parties, window
from fakes.seals import flips

from contrejour.base.errors import SealError
from contrejour.custody.note import COSIGNATURE, Signer
from contrejour.custody.seal import keynotes
from contrejour.custody.seal.manifest import (
    ClockQuality,
    Manifest,
    SealedSegment,
    Status,
    digest,
    follow,
    sign,
    verify,
)
from contrejour.custody.seal.recipient import Identity, RecipientKind

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
EDGE = keynotes.Verifier.of("edge.example/bus-7", KEY)
SHA = "ab" * 32
CLOCK = ClockQuality("ntp", 20, "boot-1", 5000)


def segment(seq: int, t0: int, t1: int, status: Status = Status.OK) -> SealedSegment:
    return SealedSegment(seq, T0 + t0, T0 + t1, status, SHA, 1000, SHA)


def told(**more) -> Manifest:
    keys = parties().keys
    found = window(keys, Identity.generate(RecipientKind.X25519), late=more.pop("late", 0))
    segs = (
        segment(0, 0, 10_000),
        SealedSegment(1, T0 + 10_000, T0 + 12_000),
        segment(2, 12_000, MINUTE, Status.TRUNCATED),
    )
    return replace(
        Manifest(EDGE.name, found, found.t0, {"vault.age": SHA}, segs, CLOCK, ""), **more
    )


def test_what_is_signed_comes_back_the_same():
    manifest = told()
    assert verify(sign(manifest, KEY), EDGE) == manifest


def test_a_bit_flipped_anywhere_in_a_manifest_is_refused():
    for damaged in flips(sign(told(), KEY), 1):
        with pytest.raises(SealError):
            verify(damaged, EDGE)


def test_a_manifest_by_another_key_or_for_another_edge_is_refused():
    with pytest.raises(SealError, match="not signed"):
        verify(sign(told(), OTHER), EDGE)
    stranger = replace(told(), edge="edge.example/bus-8")
    signed = keynotes.sign(stranger.text(), EDGE.name, KEY)
    with pytest.raises(SealError, match="is of"):
        verify(signed, EDGE)


@pytest.mark.parametrize(
    "segs",
    [
        (),
        (segment(0, 0, 59_999),),
        (segment(0, 1, MINUTE),),
        (segment(0, 0, 10_000), segment(1, 10_001, MINUTE)),
        (segment(0, 0, 10_000), segment(1, 9_999, MINUTE)),
        (segment(0, 0, 30_000), segment(2, 30_000, MINUTE)),
        (segment(0, 30_000, MINUTE), segment(1, 0, 30_000)),
        (segment(0, 0, MINUTE, Status.GAP),),
        (replace(segment(0, 0, MINUTE), ct_sha256=""),),
        (replace(segment(0, 0, MINUTE), ct_sha256=SHA.upper()),),
        (replace(segment(0, 0, MINUTE), ct_len=0),),
        (replace(segment(0, 0, MINUTE), deid_sha256="x"),),
        (segment(0, 0, 0), segment(1, 0, MINUTE)),
    ],
)
def test_a_moment_left_out_or_said_twice_is_refused(segs):
    with pytest.raises(SealError, match=r"can't be|leaves out"):
        sign(told(segs=segs), KEY)


@pytest.mark.parametrize(
    "change",
    [
        {"onions": {}}, {"onions": {"vault.age": "x"}}, {"prev": "x"}, {"edge": ""},
        {"edge": "a b"}, {"since": T0 + 1}, {"since": -1}, {"clock": replace(CLOCK, src="")},
        {"clock": replace(CLOCK, unc_ms=-1)},
    ],
)  # fmt: skip
def test_a_manifest_that_can_not_be_is_not_signed(change):
    with pytest.raises(SealError):
        sign(told(**change), KEY)


def places(told: object) -> Iterator[tuple[dict | list, object]]:
    """Every place of a JSON value: where it is, and its key or number."""
    inside = told.items() if isinstance(told, dict) else enumerate(told)
    for key, value in inside:
        yield told, key
        if isinstance(value, dict | list):
            yield from places(value)


@pytest.mark.parametrize("odd", [None, -1, 1.5, True, "x", [], {}, 1 << 52, "2027-02-12"])
def test_any_value_of_another_kind_in_a_signed_manifest_is_refused_in_words(odd):
    text = told().text()
    for number in range(len([*places(json.loads(text))])):
        changed = json.loads(text)
        inside, key = [*places(changed)][number]
        if inside[key] == odd or (key in ("mono_ms", "unc_ms", "ct_len", "cam", "src", "boot_id")):
            continue
        inside[key] = odd
        signed = keynotes.sign(rfc8785.dumps(changed).decode() + "\n", EDGE.name, KEY)
        with pytest.raises(SealError):
            verify(signed, EDGE)


def chain() -> list[bytes]:
    """Three windows in a row; between the second and the third nothing ran for a minute."""
    first = sign(told(), KEY)
    later = (segment(0, MINUTE, 2 * MINUTE),)
    second = sign(told(late=MINUTE, segs=later, prev=digest(first)), KEY)
    gap = SealedSegment(0, T0 + 2 * MINUTE, T0 + 3 * MINUTE)
    rest = (gap, segment(1, 3 * MINUTE, 4 * MINUTE))
    last = told(late=3 * MINUTE, segs=rest, since=T0 + 2 * MINUTE, prev=digest(second))
    return [first, second, sign(last, KEY)]


def test_a_chain_holds_and_breaks_where_one_is_missing_replaced_or_out_of_turn():
    first, second, third = chain()
    assert [each.since for each in follow([first, second, third], EDGE)] == [
        T0, T0 + MINUTE, T0 + 2 * MINUTE,
    ]  # fmt: skip
    other = sign(told(), KEY)
    for broken in ([first, third], [second, first], [first, first], [other, second, third]):
        with pytest.raises(SealError, match="the chain breaks"):
            follow(broken, EDGE)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\n\n", b"text\n", b"text\n\n", "text\n\n— a b\n".encode(), b"\xff\n\n",
        b"text\n\n- edge.example/bus-7 aaaa\n", b"a" * 300_000,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(data):
    with pytest.raises(SealError):
        keynotes.verify(data, EDGE)


def test_a_key_of_the_specification_s_form_is_read_back_and_a_wrong_id_is_not():
    assert keynotes.Verifier.parse(str(EDGE)) == EDGE
    with pytest.raises(SealError, match="another id"):
        keynotes.Verifier.parse(str(EDGE).replace("edge", "fdge"))
    with pytest.raises(SealError, match="can't be the name of a key"):
        keynotes.Verifier.of("two words", KEY)
    with pytest.raises(SealError, match="the key of a witness, which seals nothing"):
        keynotes.Verifier.parse(str(Signer(EDGE.name, KEY, COSIGNATURE).key))


def test_lines_of_others_count_for_nothing_and_one_wrong_by_a_known_key_for_all():
    signed = keynotes.sign("text\n", EDGE.name, KEY)
    other = keynotes.sign("text\n", "other", OTHER).split(b"\n\n")[1]
    assert keynotes.verify(signed + other, EDGE) == "text\n"
    wrong = keynotes.sign("texts\n", EDGE.name, KEY).split(b"\n\n")[1]
    with pytest.raises(SealError, match="doesn't fit"):
        keynotes.verify(b"text\n\n" + wrong, EDGE)
