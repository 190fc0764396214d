"""A key under a password costs its guesser what it should, and OpenSSL reads it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from contrejour.base.errors import SignatureError
from contrejour.law.mandate import protected
from contrejour.law.mandate.sign import (
    AnyKey,
    new_key,
    new_witness_key,
    private_pem,
    public_pem,
    read_any,
    read_private,
)

WORD = b"correct horse battery"
FORM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)


@pytest.mark.parametrize("new", [new_key, new_witness_key])
def test_its_password_opens_it_and_no_other(new: Callable[[], AnyKey]) -> None:
    key = new()
    pem = private_pem(key, WORD)
    assert public_pem(read_any(pem, WORD)) == public_pem(key)
    with pytest.raises(SignatureError):
        read_any(pem, WORD[:-1])
    with pytest.raises(SignatureError):
        read_any(pem, None)


def test_attack_14_a_guess_costs_what_the_work_factor_says(tmp_path: Path) -> None:
    """As OpenSSL reads it: scrypt, and the numbers."""
    (tmp_path / "key").write_bytes(private_pem(new_key(), WORD))
    told = subprocess.run(
        ["openssl", "asn1parse", "-in", tmp_path / "key"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "PBKDF2" not in told
    assert ":1.3.6.1.4.1.11591.4.11" in told or ":scrypt" in told
    numbers = [line.rsplit(":", 1)[1] for line in told.splitlines() if " INTEGER " in line]
    assert [int(each, 16) for each in numbers] == [protected.N, protected.R, protected.P, 32]
    assert protected.N * protected.R * protected.P >= 1 << 22
    assert 128 * protected.N * protected.R >= 16 << 20  # bytes


@pytest.mark.parametrize("word", [WORD, "mot de passe très long".encode(), b"\xff" * 20])
def test_openssl_opens_it(tmp_path: Path, word: bytes) -> None:
    key = new_key()
    (tmp_path / "key").write_bytes(private_pem(key, word))
    (tmp_path / "word").write_bytes(word + b"\n")
    opened = subprocess.run(
        ["openssl", "pkey", "-in", tmp_path / "key", "-passin", f"file:{tmp_path / 'word'}",
         "-pubout"], capture_output=True, check=True,
    )  # fmt: skip
    assert opened.stdout == public_pem(key)


def test_no_two_files_of_one_key_and_password_are_alike() -> None:
    key = new_key()
    assert private_pem(key, WORD) != private_pem(key, WORD)


def test_what_was_usual_before_is_cheap_and_read() -> None:
    key = new_key()
    before = key.private_bytes(*FORM, serialization.BestAvailableEncryption(WORD))
    assert protected.is_cheap(before)
    assert public_pem(read_private(before, WORD)) == public_pem(key)
    assert not protected.is_cheap(private_pem(key, WORD))
    assert not protected.is_cheap(private_pem(key, None))


@pytest.mark.parametrize(("cost", "cheap"), [("1", True), ("40", False)])
def test_what_openssl_writes_is_judged_by_its_numbers(
    tmp_path: Path, cost: str, cheap: bool
) -> None:
    (tmp_path / "key").write_bytes(private_pem(new_key(), None))
    made = subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-in", tmp_path / "key", "-scrypt", "-scrypt_p", cost,
         "-passout", "pass:correct horse battery"], capture_output=True, check=True,
    )  # fmt: skip
    assert protected.is_cheap(made.stdout) is cheap


@pytest.mark.parametrize(
    "body", [b"", b"MA==", b"MIIBAA==", b"MIH/", b"////", b"!", b"MAAwAA==", b"a"]
)
def test_what_can_not_be_judged_is_cheap(body: bytes) -> None:
    label = b"ENCRYPTED PRIVATE KEY-----"
    assert protected.is_cheap(b"-----BEGIN %b\n%b\n-----END %b\n" % (label, body, label)) is (
        body != b"!"
    )
