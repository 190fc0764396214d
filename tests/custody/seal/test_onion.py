"""An onion opens exactly where the policy says, and only as what it is."""

from __future__ import annotations

import os
import tarfile
from dataclasses import replace

import pytest
from fakes.parties import DAY, MINUTE, POLICIES, T0, parties, policy, window
from fakes.seals import age, age_in_js, flips, key_file, sealed, subsets
from fakes.tokens import KINDS, Soft, install

from contrejour.base.errors import SealError
from contrejour.custody.quorum import parse
from contrejour.custody.seal.onion import Window, keyset, onions, pack, unpack, wrap
from contrejour.custody.seal.open import PeeledLayer, peel, rehold, rewrap, unwrap, window_key
from contrejour.custody.seal.plugin import Token
from contrejour.custody.seal.recipient import SECRET, Identity, Recipient, RecipientKind


@pytest.fixture(params=list(SECRET))
def kind(request):
    return request.param


def made(keys, **more):
    """The window, what is its key, and its onions."""
    secret = Identity.generate(keys.kind)
    found = window(keys, secret, **more)
    return found, secret.text(), onions(found, secret, keys)


@pytest.mark.parametrize("name", POLICIES)
def test_every_subset_of_the_parties_opens_exactly_where_the_policy_says(name, kind):
    those = parties(name, kind)
    found, text, wrapped = made(those.keys)
    for subset in subsets(list(those.secrets)):
        try:
            opened = unwrap(wrapped.values(), those.of(subset), found)
        except SealError:
            opened = None
        assert (opened is not None) == policy(name).met(subset), subset
        if opened:
            assert opened[1].text() == text


def test_the_party_named_first_is_innermost_and_the_last_named_peels_first():
    assert list(parties().keys.ways) == [
        ("vault", "prosecutor", "dpo"),
        ("vault", "prosecutor", "operator"),
    ]
    assert sorted(made(parties().keys)[2]) == [
        "dpo+prosecutor+vault.age",
        "operator+prosecutor+vault.age",
    ]


def test_a_hold_is_no_weaker_than_what_it_keeps():
    strong, weak = parties("alone", RecipientKind.HYBRID), parties("alone", RecipientKind.X25519)
    found, _, wrapped = made(strong.keys)
    last = peel(wrapped["vault.age"], strong.of({"vault"}), found)
    with pytest.raises(SealError, match="not post-quantum"):
        rehold(replace(last, inside=bytearray(last.inside)), weak.keys)
    held = unpack(rehold(last, strong.keys))
    assert unwrap(held.values(), strong.of({"vault"}), None)[0].recipient == found.recipient


def test_each_party_reads_what_it_peels_and_nobody_but_the_last_sees_a_key(kind):
    those = parties(kind=kind)
    found, text, wrapped = made(those.keys)
    layer = wrapped["dpo+prosecutor+vault.age"]
    for party in ("dpo", "prosecutor"):
        peeled = peel(layer, those.of({party}), found)
        assert (peeled.window, peeled.is_last) == (found, False)
        with pytest.raises(SealError, match="layers are left"):
            window_key(replace(peeled, inside=bytearray(peeled.inside)))
        layer = bytes(peeled.inside)
    last = peel(layer, those.of({"vault"}), found)
    assert last.is_last
    assert window_key(last).text() == text
    assert not any(last.inside)


@pytest.mark.parametrize("tokens", [{"vault"}, {"prosecutor"}, {"dpo"}, {"vault", "dpo"}])
@pytest.mark.parametrize(("file", "kind"), list(zip(SECRET, KINDS, strict=True)))
def test_a_party_s_key_may_be_in_a_token_wherever_it_stands(
    tokens, file, kind, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")
    soft = {party: Soft.new(kind) for party in tokens}
    files = {party: Identity.generate(file) for party in policy().members}
    public = {party: key.recipient() for party, key in files.items()}
    public |= {party: key.recipient for party, key in soft.items()}
    keys = keyset(policy(), public, DAY)
    assert keys.kind is file
    found, text, wrapped = made(keys)
    held = files | {party: Token(key.identity.encode(), key.recipient, None)
                    for party, key in soft.items()}  # fmt: skip
    way = ["vault", "prosecutor", "dpo"]
    assert unwrap(wrapped.values(), [held[party] for party in way], found)[1].text() == text
    for absent in way:
        some = [held[party] for party in way if party != absent]
        with pytest.raises(SealError, match="no key here"):
            unwrap(wrapped.values(), some, found)


def test_debians_age_peels_an_onion_with_nobodys_code_but_its_own(tmp_path):
    those = parties()
    found, text, wrapped = made(those.keys)
    layer = wrapped["operator+prosecutor+vault.age"]
    for party in ("operator", "prosecutor", "vault"):
        key = key_file(tmp_path / party, those.secrets[party])
        header, _, layer = age("-d", "-i", key, given=layer).stdout.partition(b"\n")
        assert header == found.text()
    (tmp_path / "window").write_bytes(layer)
    clear = sealed(b"the original", Identity.parse(text).recipient())
    assert age("-d", "-i", tmp_path / "window", given=clear).stdout == b"the original"


def test_javascript_peels_a_post_quantum_onion_and_opens_what_it_was_for(tmp_path):
    those = parties(kind=RecipientKind.HYBRID)
    found, text, wrapped = made(those.keys)
    layer = wrapped["dpo+prosecutor+vault.age"]
    for party in ("dpo", "prosecutor", "vault"):
        done = age_in_js(key_file(tmp_path / party, those.secrets[party]), layer)
        header, _, layer = done.stdout.partition(b"\n")
        assert header == found.text()
    (tmp_path / "window").write_bytes(layer)
    clear = sealed(b"the original", Identity.parse(text).recipient())
    assert age_in_js(tmp_path / "window", clear).stdout == b"the original"


def test_onions_that_changed_places_between_cameras_times_and_days_are_refused(kind):
    today, tomorrow = parties(kind=kind), parties(kind=kind, day="2027-02-13")
    windows = [
        made(today.keys),
        made(today.keys, cam="car-2"),
        made(today.keys, late=MINUTE),
        made(tomorrow.keys, late=86_400_000),
    ]
    every = [*today.secrets.values(), *tomorrow.secrets.values()]
    for at, (asked, _, _) in enumerate(windows):
        for other, (_, text, wrapped) in enumerate(windows):
            if at == other:
                assert unwrap(wrapped.values(), every, asked)[1].text() == text
                continue
            with pytest.raises(SealError, match="not of the window"):
                unwrap(wrapped.values(), every, asked)


def test_an_inner_layer_of_another_window_is_refused_even_where_nothing_was_known():
    those = parties()
    vault, dpo = those.secrets["vault"], those.secrets["dpo"]
    (one, _, _), (other, _, inner) = made(those.keys), made(those.keys, cam="car-2")
    twice = peel(
        peel(inner["dpo+prosecutor+vault.age"], [dpo], None).inside,
        those.of({"prosecutor"}), other,
    ).inside  # fmt: skip
    forged = sealed(one.text() + b"\n" + bytes(twice), dpo.recipient())
    with pytest.raises(SealError, match="not of the window"):
        unwrap([forged], [vault, dpo], None)


def test_a_forged_onion_around_another_key_is_refused():
    """Anybody can seal for a party: only the recipient in the signed manifest says whose key."""
    those = parties()
    found, _, _ = made(those.keys)
    other = Identity.generate(RecipientKind.X25519)
    forged = onions(found, other, those.keys)
    with pytest.raises(SealError, match="forged"):
        unwrap(forged.values(), list(those.secrets.values()), found)


def test_a_bit_flipped_anywhere_in_an_onion_is_refused():
    those = parties("alone")
    found, _, wrapped = made(those.keys)
    for damaged in flips(wrapped["vault.age"], 1):
        with pytest.raises(SealError):
            unwrap([damaged], list(those.secrets.values()), found)


@pytest.mark.parametrize(
    "inside",
    [
        b"", b"\n", b"{}\n", b"[]\n", b"AGE-SECRET-KEY-1\n", b"\xff\n", b"[" * 60_000 + b"\n",
        b"{header} \nAGE-SECRET-KEY-1\n", b"{header}", b"{header}\n", b"{header}\nAGE-SECRET-KEY-1",
        b"{header}\nage-encryption.org/v1\n", bytes(1 << 21),
    ],
)  # fmt: skip
def test_what_is_in_a_layer_and_is_no_layer_is_refused(inside):
    those = parties("alone")
    found, _, _ = made(those.keys)
    data = sealed(inside.replace(b"{header}", found.text()), those.keys.keys["vault"])
    with pytest.raises(SealError):
        unwrap([data], list(those.secrets.values()), None)


@pytest.mark.parametrize(
    "change",
    [
        {"cam": ""}, {"cam": "a\nb"}, {"cam": 7}, {"t0": T0 + 2 * MINUTE}, {"t0": -1}, {"t1": 1.5},
        {"t0": True}, {"epoch": "2027-02-13"}, {"t1": T0 + 86_400_001}, {"recipient": "age1"},
        {"keyset": None}, {"t1": 1 << 60}, {"t0": 1 << 52, "t1": 1 << 52},
    ],
)  # fmt: skip
def test_a_window_that_can_not_be_is_refused(change):
    those = parties("alone")
    with pytest.raises(SealError):
        replace(made(those.keys)[0], **change).check()


def test_a_header_in_any_other_bytes_is_refused():
    found = made(parties("alone").keys)[0]
    assert Window.parse(found.text()) == found
    for text in (
        found.text() + b" ",
        found.text().replace(b'"v":1', b'"v":2'),
        found.text().replace(b'"v":1', b'"v":1,"w":1'),
        found.text().replace(b'"v":1', b'"v":true'),
    ):
        with pytest.raises(SealError):
            Window.parse(text)


def test_the_tar_of_onions_is_exact_or_refused():
    wrapped = made(parties("alone").keys)[2]
    data = pack(wrapped)
    assert unpack(data) == wrapped
    for other in (b"", data[:-512], data + bytes(512), data.replace(b"vault.age", b"../lt.age"),
                  bytes(10_240), b"x" * 10_240):  # fmt: skip
        with pytest.raises(SealError, match="tar"):
            unpack(other)


def entry_of(kind: bytes) -> bytes:
    entry = tarfile.TarInfo("dpo+vault.age")
    entry.type, entry.linkname = kind, "etc/passwd"
    return entry.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"5", b"6", b"7", b"K", b"S", b"g", b"x"])
def test_attack_20_an_entry_that_is_no_plain_file_is_refused_unread(kind, monkeypatch):
    """A sparse file says that it holds gigabytes: no reader that believes it is asked."""
    data = entry_of(kind)
    monkeypatch.setattr(tarfile, "open", lambda *_, **__: pytest.fail("tarfile reads it"))
    with pytest.raises(SealError, match="tar"):
        unpack(data)


def test_attack_20_an_entry_longer_than_the_file_or_negative_is_refused():
    data = bytearray(pack(made(parties("alone").keys)[2]))
    for size in (b"77777777777", b"-0000000001", b"\x80\0\0\0\0\0\0\0\0\0\xff", b"           "):
        data[124:135] = size
        with pytest.raises(SealError, match="tar"):
            unpack(bytes(data))


def test_names_longer_than_a_block_has_room_for_are_read_again():
    onions = {"+".join(f"party-{n:030}" for n in range(5)) + ".age": b"onion", "a.age": bytes(600)}
    assert unpack(pack(onions)) == onions


def test_a_case_gets_the_key_for_itself_alone():
    those = parties("alone")
    found, text, wrapped = made(those.keys)
    opener = Identity.generate(RecipientKind.X25519)
    peeled = peel(wrapped["vault.age"], list(those.secrets.values()), found)
    again = rewrap(peeled, opener.recipient())
    assert not any(peeled.inside)
    assert unwrap([again], [opener], found)[1].text() == text
    with pytest.raises(SealError):
        unwrap([again], list(those.secrets.values()), found)


def test_keys_that_make_no_seal_are_refused():
    who = policy()
    keys = {party: Identity.generate(RecipientKind.X25519).recipient() for party in who.members}
    for wrong, why in [
        ({**keys, "dpo": Identity.generate(RecipientKind.HYBRID).recipient()}, "two kinds"),
        ({**keys, "dpo": Soft.new(RecipientKind.HYBRID_TAG).recipient}, "two kinds"),
        ({**keys, "dpo": keys["vault"]}, "same key"),
        ({party: key for party, key in keys.items() if party != "dpo"}, "no key of dpo"),
    ]:
        with pytest.raises(SealError, match=why):
            keyset(who, wrong, DAY)
    with pytest.raises(SealError, match="nobody"):
        keyset(parse("party vault -\nquorum none\n", "party"), keys)
    judge = "party vault -\nparty ../judge - judicial\ngroup open all vault ../judge\nquorum open\n"
    with pytest.raises(SealError, match="name"):
        keyset(parse(judge, "party"), keys)


def left(error: BaseException) -> list[bytes]:
    """What the functions that an error came through still hold of a secret key."""
    found, trace = [], error.__traceback__ and error.__traceback__.tb_next
    while trace:
        held = [each for each in trace.tb_frame.f_locals.values() if isinstance(each, bytearray)]
        found += [bytes(each) for each in held if b"AGE-SECRET-KEY-" in each]
        trace = trace.tb_next
    return found


def test_a_key_under_a_header_that_is_none_is_wiped_like_any_other():
    """`peel` wiped what was under a header of another window, and not under one that is none."""
    of, secret = Identity.generate(RecipientKind.X25519), Identity.generate(RecipientKind.X25519)
    for head in (b"{}", window(parties("alone").keys, secret).text()[:-1]):
        onion = sealed(head + b"\n" + bytes(secret.text()) + b"\n", of.recipient())
        with pytest.raises(SealError, match="without the header") as told:
            peel(onion, [of], None)
        assert not left(told.value)


def test_a_key_that_can_not_be_read_is_wiped_like_any_other():
    secret = Identity.generate(RecipientKind.X25519)
    text = secret.text()
    text[-1] ^= 2
    with pytest.raises(SealError) as told:
        window_key(PeeledLayer(window(parties("alone").keys, secret), text + b"\n"))
    assert not left(told.value)


def test_a_key_that_could_not_be_wrapped_is_wiped_like_any_other():
    """A recipient that is no key comes out only when it is sealed for."""
    nobody = Recipient(RecipientKind.X25519, bytes(32))
    secret = Identity.generate(RecipientKind.X25519)
    with pytest.raises(SealError) as told:
        wrap(window(parties("alone").keys, secret), secret, [nobody])
    assert not left(told.value)
