"""Sealed files: ours and everybody else's tools agree; what is cut or changed is never believed."""

from __future__ import annotations

import io
import os
import tracemalloc

import pytest
from fakes.seals import age, age_in_js, flips, key_file, opened, prefix, sealed
from hypothesis import given
from hypothesis import strategies as st

from contrejour.base.errors import SealError
from contrejour.custody.seal import bech32
from contrejour.custody.seal.age import CHUNK_BYTES, Writer, decrypt
from contrejour.custody.seal.header import Stanza, base64, write
from contrejour.custody.seal.recipient import SECRET, Identity, Recipient, RecipientKind

SPEC = {
    # c2sp.org/age, each with the beginning of its recipient
    b"AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX":
        "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
    b"AGE-SECRET-KEY-PQ-1XX76JRALNLXDMEW0CRK45QMCCH4X06SE84UN3VPM33W6HWDX0H3SK3ZQFR":
        "age1pq1x34nzsvr0rxjsgdn8zgyhfe8j7ceq5r9rdelkjuh3y235jzxshfg87pzf5zrqtzdxz95",
}  # fmt: skip
SIZES = (0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 150_000)
CLEAR = os.urandom(3 * CHUNK_BYTES + 12_345)


@pytest.fixture(params=list(SECRET))
def identity(request):
    with Identity.generate(request.param) as made:
        yield made


@pytest.mark.parametrize(("secret", "public"), SPEC.items())
def test_the_keys_of_the_specification_are_read_and_written_as_it_has_them(secret, public):
    with Identity.parse(secret) as key:
        assert key.text() == secret
        assert str(key.recipient()).startswith(public)
        assert Recipient.parse(str(key.recipient())) == key.recipient()


@pytest.mark.parametrize("size", SIZES)
def test_what_is_sealed_opens_and_is_the_same(identity, size):
    clear = os.urandom(size)
    assert opened(sealed(clear, identity.recipient()), identity) == clear


@pytest.mark.parametrize("size", SIZES)
def test_debians_age_opens_our_files_and_we_open_its(tmp_path, size):
    clear = os.urandom(size)
    with (
        Identity.generate(RecipientKind.X25519) as ours,
        Identity.generate(RecipientKind.X25519) as other,
    ):
        key = key_file(tmp_path / "key", ours)
        done = age("-d", "-i", key, given=sealed(clear, other.recipient(), ours.recipient()))
        assert (done.returncode, done.stdout) == (0, clear)
        theirs = age("-r", other.recipient(), "-r", ours.recipient(), given=clear)
        assert opened(theirs.stdout, ours) == clear


@pytest.mark.parametrize("size", SIZES)
def test_pyrage_opens_our_files_and_we_open_its(size):
    pyrage = pytest.importorskip("pyrage", reason="a second reader, for tests alone")
    clear = os.urandom(size)
    with Identity.generate(RecipientKind.X25519) as ours:
        theirs = pyrage.x25519.Identity.from_str(ours.text().decode())
        assert pyrage.decrypt(sealed(clear, ours.recipient()), [theirs]) == clear
        assert opened(pyrage.encrypt(clear, [theirs.to_public()]), ours) == clear


@pytest.mark.parametrize("size", [0, 150_000])
def test_javascript_opens_our_post_quantum_files(tmp_path, size):
    clear = os.urandom(size)
    with Identity.generate(RecipientKind.HYBRID) as ours:
        data = sealed(clear, ours.recipient())
        done = age_in_js(key_file(tmp_path / "key", ours), data)
    assert (done.returncode, done.stdout) == (0, clear), done.stderr
    assert data.split(b"\n")[1].startswith(b"-> mlkem768x25519 ")


def test_a_file_cut_at_every_4_kb_gives_an_exact_prefix_and_then_fails(identity):
    data = sealed(CLEAR, identity.recipient())
    payload = len(data) - len(CLEAR) - 4 * 16
    for cut in [*range(0, len(data), 4096), len(data) - 1, payload, payload + CHUNK_BYTES + 16]:
        kept, failed = prefix(data[:cut], identity)
        whole = max(0, cut - payload) // (CHUNK_BYTES + 16) * CHUNK_BYTES
        assert failed
        assert kept == CLEAR[:whole]


@pytest.mark.parametrize("more", [b"x", bytes(16), bytes(CHUNK_BYTES + 16)])
@pytest.mark.parametrize("size", [100, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES])
def test_what_is_appended_to_a_file_is_told_and_takes_no_whole_chunk_of_it(identity, size, more):
    clear = os.urandom(size)
    kept, failed = prefix(sealed(clear, identity.recipient()) + more, identity)
    assert failed
    assert kept == clear[: size // CHUNK_BYTES * CHUNK_BYTES]


def test_a_bit_flipped_anywhere_is_refused(identity):
    data = sealed(CLEAR, identity.recipient())
    header = data.index(b"--- ") + 48
    for near in flips(data[: header + 16], 1):
        assert prefix(near + data[header + 16 :], identity) == (b"", True)
    for far in flips(data, 4093):
        kept, failed = prefix(far, identity)
        assert failed
        assert CLEAR.startswith(kept)
        assert len(kept) < len(CLEAR)


def test_chunks_that_change_places_or_files_are_refused(identity):
    data, other = (sealed(CLEAR, identity.recipient()) for _ in range(2))
    size = CHUNK_BYTES + 16
    start = len(data) - len(CLEAR) - 4 * 16
    first, second = data[start : start + size], data[start + size : start + 2 * size]
    swapped = data[:start] + second + first + data[start + 2 * size :]
    assert prefix(swapped, identity) == (b"", True)
    doubled = data[: start + size] + first + data[start + size :]
    assert prefix(doubled, identity) == (CLEAR[:CHUNK_BYTES], True)
    foreign = data[:start] + other[start:]
    assert prefix(foreign, identity) == (b"", True)
    longer = data + b"\0"
    assert prefix(longer, identity)[1]


def test_another_key_opens_nothing_and_a_wiped_one_neither(identity):
    data = sealed(b"clear", identity.recipient())
    for kind in SECRET:
        with Identity.generate(kind) as other, pytest.raises(SealError, match="no key here"):
            opened(data, other)
    identity.wipe()
    with pytest.raises(SealError):
        opened(data, identity)


def test_recipients_of_two_kinds_are_never_in_one_file():
    both = [Identity.generate(kind) for kind in SECRET]
    with pytest.raises(SealError, match="one kind"):
        Writer(io.BytesIO(), [each.recipient() for each in both])
    key = bytearray(16)
    mixed = write([each.recipient().wrap(key) for each in both], key) + bytes(48)
    for each in both:
        with pytest.raises(SealError, match="mixed"):
            opened(mixed, each)


def test_nobody_is_no_recipient():
    with pytest.raises(SealError, match="one kind"):
        Writer(io.BytesIO(), [])


def _remade(data: bytes, *changes: tuple[bytes, bytes]) -> bytes:
    for old, new in changes:
        assert data.count(old) >= 1
        data = data.replace(old, new, 1)
    return data


HOSTILE = {
    "another version": lambda data: _remade(data, (b"org/v1", b"org/v2")),
    "armor": lambda data: b"-----BEGIN AGE ENCRYPTED FILE-----\n" + data,
    "carriage returns": lambda data: data.replace(b"\n", b"\r\n", 3),
    "no stanza": lambda data: data[:22] + data[data.index(b"---") :],
    "two spaces": lambda data: _remade(data, (b"-> X25519 ", b"-> X25519  ")),
    "a space at the end": lambda data: _remade(data, (b"\n--- ", b" \n--- ")),
    "a third word": lambda data: _remade(data, (b"-> X25519 ", b"-> X25519 a ")),
    "a tab": lambda data: _remade(data, (b"-> X25519 ", b"-> X25519\t")),
    "padding": lambda data: _remade(data, (b"\n--- ", b"=\n--- ")),
    "an empty line": lambda data: _remade(data, (b"\n--- ", b"\n\n--- ")),
    "no mac": lambda data: data[: data.index(b"---")],
    "a mac of 42": lambda data: data[: data.index(b"--- ") + 46] + b"\n",
    "an endless header": lambda data: data[:22] + b"-> " + b"a" * 70_000,
    "a thousand stanzas": lambda data: data[:22] + b"-> a\n\n" * 1000 + data[22:],
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_header_that_is_not_exactly_one_is_refused(what):
    with Identity.generate(RecipientKind.X25519) as key:
        data = sealed(b"clear", key.recipient())
        assert HOSTILE[what](data) != data
        with pytest.raises(SealError):
            opened(HOSTILE[what](data), key)


@pytest.mark.parametrize("body", [0, 16, 31, 33, 48])
def test_a_wrapped_key_of_another_length_is_refused_before_it_is_tried(identity, body):
    """It would let one file open to several keys (a partitioning oracle)."""
    key = bytearray(16)
    stanza = identity.recipient().wrap(key)
    with pytest.raises(SealError, match="shape"):
        opened(write([Stanza(stanza.words, bytes(body))], key) + bytes(48), identity)


def test_a_share_of_low_order_is_refused():
    with Identity.generate(RecipientKind.X25519) as key:
        data = write([Stanza(("X25519", base64(bytes(32))), bytes(32))], bytearray(16)) + bytes(48)
        with pytest.raises(SealError, match="no key"):
            opened(data, key)
    with pytest.raises(SealError, match="no key"):
        sealed(b"clear", Recipient(RecipientKind.X25519, bytes(32)))


def test_stanzas_that_nobody_here_knows_are_passed_over():
    with Identity.generate(RecipientKind.X25519) as key:
        file_key = bytearray(16)
        grease = Stanza(("Z-grease", "a"), bytes(48))
        header = write([grease, key.recipient().wrap(file_key)], file_key)
        with pytest.raises(SealError, match="cut short"):  # the header is believed
            opened(header + bytes(15), key)


def test_an_empty_last_chunk_after_another_is_refused(identity):
    class Hasty(Writer):
        def write(self, data):
            super().write(data)
            self._seal(last=False)

    out = io.BytesIO()
    hasty = Hasty(out, [identity.recipient()])
    hasty.write(bytes(CHUNK_BYTES))
    hasty.close()
    assert prefix(out.getvalue(), identity) == (bytes(CHUNK_BYTES), True)


def test_a_large_file_takes_little_memory(identity):
    class Nowhere:
        def write(self, data):
            return len(data)

    part = bytes(1 << 20)
    tracemalloc.start()
    writer = Writer(Nowhere(), [identity.recipient()])
    for _ in range(64):
        writer.write(part)
    writer.close()
    most = tracemalloc.get_traced_memory()[1]
    data = sealed(bytes(16 << 20), identity.recipient())
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    assert sum(len(chunk) for chunk in decrypt(io.BytesIO(data), [identity])) == 16 << 20
    assert max(most, tracemalloc.get_traced_memory()[1] - before) < 1 << 20
    tracemalloc.stop()


@given(st.binary(max_size=80), st.sampled_from(["age", "age1pq", "x"]))
def test_bech32_gives_back_what_it_was_given_and_sees_any_change_of_one_letter(data, hrp):
    text = bech32.encode(hrp, data)
    assert bech32.decode(text) == (hrp, data)
    assert bech32.decode(text.upper()) == (hrp, data)
    for at in range(len(text)):
        changed = bytearray(text)
        changed[at] = ord("q") if text[at] != ord("q") else ord("p")
        with pytest.raises(SealError):
            bech32.decode(changed)


@pytest.mark.parametrize(
    "text", ["", "age1", "age", "1qqqqqqqq", "age1ZVKYG2lq", "é1qqqqqqqq", "age1" + "q" * 5000]
)
def test_what_is_no_key_is_refused(text):
    with pytest.raises(SealError):
        Recipient.parse(text)
    with pytest.raises(SealError):
        Identity.parse(text.encode())
