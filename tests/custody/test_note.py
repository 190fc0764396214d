"""Notes as an enemy writes them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey, MLDSA44PublicKey
from fakes.ledgers import LOG, NOW_S, ORIGIN, WITNESSES, signer
from fakes.seals import mldsa_in_js
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import LedgerError
from contrejour.custody import note
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.checkpoint import parse as parse_checkpoint
from contrejour.custody.note import Key, Note, Signature, Signer, parse, read_key

TEXT = "what was seen\n\nand never who\n"
SIGNED = Note(TEXT, (LOG.sign(TEXT), *(each.sign(TEXT, NOW_S) for each in WITNESSES)))
KEYS = [LOG.key, *(each.key for each in WITNESSES)]
LINE = SIGNED.signatures[0].line


def test_a_note_is_read_as_it_was_written() -> None:
    assert parse(str(SIGNED).encode()) == SIGNED
    assert SIGNED.signed(KEYS) == [(KEYS[0], 0), *((key, NOW_S) for key in KEYS[1:])]


def test_the_note_that_go_gives_as_an_example_is_verified() -> None:
    """The package comment of golang.org/x/mod/sumdb/note."""
    key = read_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    signed = parse(
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdng"
        "otpRZb6KE6RyyBwJnAM=\n".encode()
    )
    assert signed.signed([key]) == [(key, 0)]


@given(st.data())
def test_a_flipped_bit_anywhere_is_refused_or_its_signature_is_gone(data: st.DataObject) -> None:
    whole = bytearray(str(SIGNED).encode())
    at, bit = data.draw(st.integers(0, len(whole) - 1)), data.draw(st.integers(0, 7))
    whole[at] ^= 1 << bit
    try:
        told = parse(bytes(whole))
        by = told.signed(KEYS)
    except LedgerError:
        return
    assert told.text == TEXT
    assert len(by) < len(KEYS)


@given(st.binary(max_size=200) | st.text().map(str.encode))
def test_whatever_comes_is_a_note_or_a_ledger_error(data: bytes) -> None:
    with suppress(LedgerError):
        assert str(parse(data)).encode() == data


@pytest.mark.parametrize(
    ("told", "why"),
    [
        (b"", "no text"),
        (b"text\n", "no text"),
        (f"text\n{LINE}".encode(), "no text"),
        (f"\n\n{LINE}".encode(), "no text"),
        (f"text\n\n{LINE[:-1]}".encode(), "no text"),
        (f"text\n\n{LINE}\n".encode(), "no text"),
        (f"text\n\n{LINE} {LINE}".encode(), "signature line"),
        (f"text\n\n{LINE}text\n".encode(), "signature line"),
        (f"text\n\n{LINE.replace('— ', '- ')}".encode(), "signature line"),
        (f"text\n\n— {ORIGIN} AAAA\n".encode(), "signature line"),
        (f"text\n\n— {ORIGIN} AAAAAAB=\n".encode(), "signature line"),
        ("text\n\n— a\u2003b AAAAAAA=\n".encode(), "signature line"),
        (f"te\rxt\n\n{LINE}".encode(), "control character"),
        (f"te\0xt\n\n{LINE}".encode(), "control character"),
        (b"te\xffxt\n\n" + LINE.encode(), "UTF-8"),
        (b"text\n\n" + LINE.encode() * 101, "1 to 100 lines"),
        (b"x" * (256 << 10) + b"\n\n" + LINE.encode(), "256 KiB"),
    ],
)
def test_what_is_no_note_is_refused(told: bytes, why: str) -> None:
    with pytest.raises(LedgerError, match=why):
        parse(told)


def test_a_hundred_signatures_of_strangers_change_nothing() -> None:
    others = [signer(f"s{number}").sign(TEXT) for number in range(99)]
    assert Note(TEXT, (*others, LOG.sign(TEXT))).signed(KEYS) == [(LOG.key, 0)]


def test_a_known_key_that_signed_wrongly_damns_the_whole_note() -> None:
    wrong = LOG.sign("another text\n")
    with pytest.raises(LedgerError, match=f"the signature of {ORIGIN} doesn't fit"):
        Note(TEXT, (*SIGNED.signatures, wrong)).signed(KEYS)


def test_the_name_and_the_id_both_have_to_fit() -> None:
    right = LOG.sign(TEXT)
    for name, id_ in (("log.example/other", right.id), (right.name, b"\0\0\0\0")):
        assert Note(TEXT, (Signature(name, id_, right.data),)).signed(KEYS) == []


def test_a_cosignature_is_no_signature_of_a_log_and_says_its_own_time() -> None:
    witness = WITNESSES[0]
    as_log = Key(witness.name, note.ED25519, witness.key.public)
    said = witness.sign(TEXT, NOW_S)
    assert Note(TEXT, (said,)).signed([as_log]) == []
    for data in (said.data[8:], (NOW_S + 1).to_bytes(8, "big") + said.data[8:], b"", said.data[:8]):
        with pytest.raises(LedgerError, match="doesn't fit"):
            note.check(TEXT, Signature(said.name, said.id, data), witness.key)
    with pytest.raises(LedgerError, match="doesn't fit"):
        note.check(TEXT, Signature(said.name, said.id, b"\xff" * 72), witness.key)


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_a_vkey_is_read_as_it_was_written(key: Key) -> None:
    assert read_key(str(key)) == key


@pytest.mark.parametrize(
    "vkey",
    [
        "", "log.example", f"{LOG.key}=", f" {LOG.key}", str(LOG.key)[:-2],
        str(LOG.key).replace("+", " ", 1), str(LOG.key).replace("log.", "lok."),
        f"a+00000000+{note.encode64(b'1' * 33)}", f"a+00000000+{note.encode64(bytes([1] * 32))}",
    ],
)  # fmt: skip
def test_a_damaged_vkey_is_refused(vkey: str) -> None:
    with pytest.raises(LedgerError, match=r"not the key of a signed note|another id"):
        read_key(vkey)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "\udcff", "x" * 256])
def test_a_name_that_a_line_can_t_carry_signs_nothing(name: str) -> None:
    with pytest.raises(LedgerError, match="can't be the name of a key"):
        signer(name) if name != "\udcff" else note.Signer(name, LOG.private)


PQ = Signer.of_witness("pq.example", MLDSA44PrivateKey.from_seed_bytes(bytes(32)))


def message(text: str, time_s: int) -> bytes:
    """What is signed, put together by hand (tlog-cosignature)."""
    told = parse_checkpoint(text)
    origin = bytes([len(told.origin)]) + told.origin.encode()
    numbers = bytes(8) + told.size.to_bytes(8, "big")
    head = b"subtree/v1\n\0" + b"\x0apq.example" + time_s.to_bytes(8, "big")
    return head + origin + numbers + told.root


def test_a_witness_with_a_post_quantum_key_counts_as_any_other() -> None:
    told = Checkpoint(ORIGIN, 7, b"r" * 32).text
    said = PQ.sign(told, NOW_S)
    assert read_key(str(PQ.key)) == PQ.key
    assert Note(told, (said,)).signed([PQ.key]) == [(PQ.key, NOW_S)]
    MLDSA44PublicKey.from_public_bytes(PQ.key.public).verify(said.data[8:], message(told, NOW_S))
    for text in (told.replace("7", "8"), told.replace(ORIGIN, "log.other"), "text\n", "a\nb\nc\n"):
        with pytest.raises(LedgerError, match="doesn't fit"):
            note.check(text, said, PQ.key)
    other = Key("pr.example", note.MLDSA, PQ.key.public)
    with pytest.raises(LedgerError, match="doesn't fit"):
        note.check(told, said, other)
    with pytest.raises(LedgerError, match="doesn't fit"):
        note.check(told, Signature(said.name, said.id, bytes(8) + said.data[8:]), PQ.key)


def test_other_people_s_code_believes_what_a_post_quantum_witness_signs_and_nothing_else() -> None:
    told = Checkpoint(ORIGIN, 7, b"r" * 32).text
    signed, meant = PQ.sign(told, NOW_S).data[8:], message(told, NOW_S)
    assert mldsa_in_js(PQ.key.public, meant, signed)
    assert not mldsa_in_js(PQ.key.public, message(told, NOW_S + 1), signed)
    assert not mldsa_in_js(PQ.key.public, meant, bytes([signed[0] ^ 1]) + signed[1:])
