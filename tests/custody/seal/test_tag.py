"""Keys in tokens: what is sealed for them is what everybody else's tools seal and open."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest
from fakes.seals import age, age_in_js, opened, sealed
from fakes.tokens import KINDS, Soft, install

from contrejour.base.errors import SealError
from contrejour.custody.seal import tag
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.header import Stanza, write
from contrejour.custody.seal.keys import read_identity
from contrejour.custody.seal.plugin import Token
from contrejour.custody.seal.recipient import Identity, Recipient, RecipientKind

CLEAR = os.urandom(70_000)
SPEC = "age1tag1qt8lw0ual6avlwmwatk888yqnmdamm7xfd0wak53ut6elz5c4swx2yqdj4e"


@pytest.fixture(params=KINDS)
def soft(request, tmp_path, monkeypatch):
    """A token, and its plugin on the PATH."""
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")
    return Soft.new(request.param)


def token(soft: Soft) -> Token:
    return Token(soft.identity.encode(), soft.recipient, None)


def test_recipients_are_read_and_written_as_the_specification_has_them(soft):
    assert str(Recipient.parse(SPEC)) == SPEC
    assert Recipient.parse(SPEC).kind is RecipientKind.TAG
    text = str(soft.recipient)
    assert text.startswith("age1tagpq1" if soft.kind is RecipientKind.HYBRID_TAG else "age1tag1")
    assert Recipient.parse(text) == soft.recipient
    with pytest.raises(SealError):
        Recipient.parse(text.upper())


def test_the_key_schedule_is_that_of_the_published_vector():
    """MLKEM768-P256 (0x0050), HKDF-SHA256, ChaCha20-Poly1305, of draft-ietf-hpke-pq."""
    shared = "61765d0dc46c62192c9800d74ab8ec77c633810720055663fbe6a0d57bded97c"
    info = "34663634363532303666366532303631323034373732363536333639363136653230353537323665"
    key, nonce = tag.schedule(bytes.fromhex(shared), bytes.fromhex(info))
    assert key.hex() == "9b8e5d4f868de455a2f29cd8dc127513be97ec9e0f616e45b7ece8d8e55ac17d"
    assert nonce.hex() == "599544220e8706a477505030"


@pytest.mark.parametrize("size", [0, 70_000])
def test_what_is_sealed_for_a_token_opens_by_its_plugin_and_is_the_same(soft, size):
    assert opened(sealed(CLEAR[:size], soft.recipient), token(soft)) == CLEAR[:size]


def test_debians_age_opens_our_file_by_the_same_plugin(soft, tmp_path):
    done = age("-d", "-i", soft.file(tmp_path / "key"), given=sealed(CLEAR, soft.recipient))
    assert (done.returncode, done.stdout) == (0, CLEAR), done.stderr


def test_pyrage_opens_our_file_by_the_same_plugin_and_the_plugin_opens_its(soft):
    pyrage = pytest.importorskip("pyrage", reason="a second reader, for tests alone")

    class Nobody:
        def display_message(self, message: str) -> None:
            raise AssertionError(message)

    theirs = pyrage.plugin.Identity.from_str(soft.identity)
    by_plugin = pyrage.plugin.IdentityPluginV1("token", [theirs], Nobody())
    assert pyrage.decrypt(sealed(CLEAR, soft.recipient), [by_plugin]) == CLEAR
    of_kind = pyrage.tag if soft.kind is RecipientKind.TAG else pyrage.tagpq
    data = pyrage.encrypt(CLEAR, [of_kind.Recipient.from_str(str(soft.recipient))])
    assert opened(data, token(soft)) == CLEAR


def test_the_plugin_opens_what_javascript_sealed_for_the_token(soft):
    done = age_in_js(soft.recipient, CLEAR, "seal.mjs")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split(b"\n")[1].startswith(b"-> " + soft.kind.encode())
    assert opened(done.stdout, token(soft)) == CLEAR


def test_a_file_mixes_tokens_with_keys_of_the_same_strength_and_with_no_others(soft):
    with (
        Identity.generate(RecipientKind.X25519) as classical,
        Identity.generate(RecipientKind.HYBRID) as hybrid,
    ):
        same, other = (hybrid, classical) if soft.kind.is_post_quantum else (classical, hybrid)
        data = sealed(CLEAR, same.recipient(), soft.recipient)
        assert opened(data, same) == opened(data, token(soft)) == CLEAR
        with pytest.raises(SealError, match="one kind"):
            Writer(io.BytesIO(), [other.recipient(), soft.recipient])
        key = bytearray(16)
        both = [each.wrap(key) for each in (other.recipient(), soft.recipient)]
        for own in (other, token(soft)):
            with pytest.raises(SealError, match="mixed"):
                opened(write(both, key) + bytes(48), own)


def test_a_key_that_is_no_point_of_the_curve_is_refused(soft):
    bad = Recipient(soft.kind, bytes(len(soft.recipient.raw)))
    with pytest.raises(SealError, match="no key"):
        sealed(CLEAR, bad)


def test_another_token_is_not_even_asked(soft, monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_TOKEN_LOG", str(tmp_path / "log"))
    data = sealed(CLEAR, soft.recipient)
    with pytest.raises(SealError, match="no key here"):
        opened(data, token(Soft.new(soft.kind)))
    assert not (tmp_path / "log").exists()
    unknown = Token(Soft.new(soft.kind).identity.encode(), None, None)
    with pytest.raises(SealError, match="no key here"):
        opened(data, unknown)
    with (
        Identity.generate(RecipientKind.X25519) as other,
        pytest.raises(SealError, match="no key here"),
    ):
        opened(sealed(CLEAR, other.recipient()), unknown)
    assert (tmp_path / "log").read_text() == "asked\n"


def test_a_stanza_that_was_changed_opens_nothing(soft):
    key = bytearray(16)
    stanza = soft.recipient.wrap(key)
    kind, whose, share = stanza.words
    for bad in (
        replace(stanza, words=(kind, whose)),
        replace(stanza, words=(kind, "AAAAAA", share)),
        replace(stanza, words=(kind, share, share)),
        replace(stanza, words=(kind, "=", share)),
        replace(stanza, body=bytes(32)),
        Stanza(("p256tagged", whose, share), stanza.body),
    ):
        with pytest.raises(SealError):
            opened(write([bad], key) + bytes(48), token(soft))


def test_an_identity_file_says_which_key_it_leads_to(soft, tmp_path):
    with read_identity(soft.file(tmp_path / "key")) as found:
        assert found.recipient() == soft.recipient
        assert opened(sealed(CLEAR, soft.recipient), found) == CLEAR
    with read_identity(soft.file(tmp_path / "key", told=False)) as found:
        assert opened(sealed(CLEAR, soft.recipient), found) == CLEAR
        with pytest.raises(SealError, match="doesn't say the public half"):
            found.recipient()
