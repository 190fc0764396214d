"""One key is one party: no second spelling of a key, and no key that is everybody's."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fakes.parties import policy

from contrejour.base.errors import LedgerError, SealError, SignatureError
from contrejour.custody.cases.signed import demand_signed
from contrejour.custody.note import COSIGNATURE, ED25519, Key, read_key
from contrejour.custody.quorum import parse
from contrejour.custody.seal import keynotes, keys
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.recipient import Identity, Recipient, RecipientKind
from contrejour.law.mandate.sign import read_public

PRIME = 2**255 - 19
_EIGHTH = 39382357235489614581723060781553021112529911719440698176882885853963445705823
_OTHER_EIGHTH = 325606250916557431795983626356110631294008115727848805560023387167927233504
SMALL_X25519 = [0, 1, PRIME - 1, _EIGHTH, _OTHER_EIGHTH]
"""Of small order, https://cr.yp.to/ecdh.html#validate; times eight, each is nothing."""
_Y_OF_ORDER_8 = [
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
]
SMALL_ED25519 = [
    *(int(y).to_bytes(32, "little") for y in (0, 1, PRIME - 1)), *_Y_OF_ORDER_8,
    *(y[:-1] + bytes([y[-1] | 0x80]) for y in (bytes(32), *_Y_OF_ORDER_8)),
]  # fmt: skip
"""All eight: a signature under such a key can be made by anybody."""


def spelled(number: int, top: int = 0) -> bytes:
    return (number | top << 255).to_bytes(32, "little")


def text(raw: bytes, kind: RecipientKind = RecipientKind.X25519) -> str:
    return str(Recipient(kind, raw))


def other_spelling(public: bytes) -> bytes:
    """The same key to whoever seals for it: X25519 ignores the highest bit (RFC 7748, 5)."""
    return public[:-1] + bytes([public[-1] ^ 0x80])


@pytest.mark.parametrize("kind", [RecipientKind.X25519, RecipientKind.HYBRID])
def test_attack_22_one_key_in_two_spellings_is_not_two_parties(kind: RecipientKind) -> None:
    mine = Identity.generate(kind).recipient()
    again = other_spelling(mine.raw)
    text = f"party vault {Identity.generate(kind).recipient()}\n"
    text += f"party prosecutor {mine}\nparty dpo {Recipient(kind, again)}\n"
    who = parse(text + "group open all vault prosecutor dpo\nquorum open\n", "party")
    with pytest.raises(SealError, match="not written as its one number"):
        keys.keys_of(who, [], "2027-02-12")


@pytest.mark.parametrize("number", range(19))
def test_attack_22_a_number_beyond_the_field_is_no_recipient(number: int) -> None:
    for raw in (spelled(PRIME + number), spelled(PRIME + number, 1)):
        with pytest.raises(SealError):
            Recipient.parse(text(raw))


@pytest.mark.parametrize("number", SMALL_X25519)
def test_attack_22_a_key_that_is_everybody_s_is_no_recipient(number: int) -> None:
    """Whatever is sealed for it, anybody opens: the secret that both share is zero."""
    hybrid = Identity.generate(RecipientKind.HYBRID).recipient().raw[:-32]
    for kind, raw in (
        (RecipientKind.X25519, spelled(number)), (RecipientKind.HYBRID, hybrid + spelled(number))
    ):  # fmt: skip
        with pytest.raises(SealError, match="small order"):
            Recipient.parse(text(raw, kind))


def test_attack_22_a_published_key_in_another_spelling_is_refused_as_well() -> None:
    signer, mine = Ed25519PrivateKey.generate(), Identity.generate(RecipientKind.X25519)
    told = {"2027-02-12": text(other_spelling(mine.recipient().raw))}
    what = {"type": "keyset.publish", "party": "dpo.example", "keys": told}
    note = keynotes.sign_told(what, "dpo.example", signer)
    with pytest.raises(SealError, match="one number"):
        keys.published(note, Verifier.of("dpo.example", signer))


@pytest.mark.parametrize("raw", SMALL_ED25519)
@pytest.mark.parametrize("kind", [ED25519, COSIGNATURE])
def test_attack_22_a_signing_key_that_anybody_signs_with_is_none(raw: bytes, kind: int) -> None:
    with pytest.raises(LedgerError, match="small order"):
        read_key(str(Key("dpo.example", kind, raw)))


def test_attack_22_a_signing_key_in_another_spelling_is_none() -> None:
    """No honest key begins beyond the field; of these, OpenSSL takes some."""
    for number in range(19):
        for top in (0, 1):
            with pytest.raises(LedgerError):
                read_key(str(Key("dpo.example", ED25519, spelled(PRIME + number, top))))


@pytest.mark.parametrize("raw", SMALL_ED25519)
def test_attack_22_a_word_under_a_key_that_anybody_signs_with_is_nobody_s(raw: bytes) -> None:
    """Every message fits the signature (the key itself, 0) under a key of order one."""
    known = {"dpo": hashlib.sha256(raw).hexdigest()}
    for number in range(16):
        message = number.to_bytes(32, "big")
        for first in SMALL_ED25519:
            with pytest.raises(SignatureError):
                demand_signed("dpo", raw.hex(), (first + bytes(32)).hex(), message, known)


def test_attack_22_a_plan_s_public_key_that_anybody_signs_with_is_refused() -> None:
    for raw in SMALL_ED25519:
        key = Ed25519PublicKey.from_public_bytes(raw)
        pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        with pytest.raises(SignatureError, match="small order"):
            read_public(pem)


def test_attack_22_one_signing_key_under_two_names_is_not_two_parties() -> None:
    """Whoever holds it would publish the day's keys of both."""
    signer, days = Ed25519PrivateKey.generate(), "2027-02-12"
    notes, lines = [], []
    for name in ("vault", "prosecutor", "dpo", "operator"):
        own = Ed25519PrivateKey.generate() if name != "dpo" else signer
        by = signer if name == "operator" else own
        told = {days: str(Identity.generate(RecipientKind.X25519).recipient())}
        what = {"type": "keyset.publish", "party": f"{name}.example", "keys": told}
        notes.append(keynotes.sign_told(what, f"{name}.example", by))
        lines.append(f"party {name} {Verifier.of(f'{name}.example', by)}\n")
    rest = "group one any dpo operator\ngroup open all vault prosecutor one\nquorum open\n"
    with pytest.raises(SealError, match="same key"):
        keys.keys_of(parse("".join(lines) + rest, "party"), notes, days)


def test_keys_that_honest_programs_make_are_read() -> None:
    for kind in (RecipientKind.X25519, RecipientKind.HYBRID):
        for _ in range(50):
            made = Identity.generate(kind).recipient()
            assert Recipient.parse(str(made)) == made
    for _ in range(50):
        signer = Verifier.of("a.example", Ed25519PrivateKey.generate())
        assert Verifier.parse(str(signer)) == signer
    assert policy().ways()
