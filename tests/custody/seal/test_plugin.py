"""A token's plugin is somebody else's program: it may fail in any way, and then nothing opens."""

from __future__ import annotations

import os
import subprocess

import psutil
import pytest
from fakes.runs import alive, until
from fakes.seals import opened, sealed
from fakes.tokens import PIN, Soft, install

from contrejour.base.errors import SealError
from contrejour.custody.seal import bech32, plugin
from contrejour.custody.seal.header import Stanza
from contrejour.custody.seal.plugin import Token


class Someone:
    """A person who answers, and keeps what was said."""

    def __init__(self, answer: str | None = None, agrees: bool | None = True) -> None:
        self.said: list[str] = []
        self._answer, self._agrees = answer, agrees

    def tell(self, who: str, text: str) -> bool:
        self.said.append(f"{who}: {text}")
        return True

    def choose(self, who: str, text: str, yes: str, no: str) -> bool | None:
        self.said.append(f"{who}: {text} {yes}/{no}")
        return self._agrees

    def answer(self, who: str, text: str, *, hidden: bool) -> str | None:
        self.said.append(f"{who}: {text} {'hidden' if hidden else 'shown'}")
        return self._answer


SOFT = Soft.new()
FILE = sealed(b"clear", SOFT.recipient)


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")


def open_by(trick: str, monkeypatch, person=None) -> bytes:
    monkeypatch.setenv("FAKE_TOKEN", trick)
    return opened(FILE, Token(SOFT.identity.encode(), SOFT.recipient, person))


@pytest.mark.parametrize(
    ("trick", "said"),
    [
        ("die", "stopped, or doesn't speak"),
        ("babble", "stopped, or doesn't speak"),
        ("line", "stopped, or doesn't speak"),
        ("flood", "goes on without an end"),
        ("hang", "said nothing for"),
        ("short", "nobody asked for"),
        ("twice", "nobody asked for"),
        ("other", "nobody asked for"),
        ("wrong", "the header was changed"),
    ],
)
def test_a_plugin_that_fails_or_lies_opens_nothing(trick, said, monkeypatch):
    if said.startswith("said nothing"):
        monkeypatch.setattr(plugin, "TIMEOUT_S", 0.5)
    with pytest.raises(SealError, match=said):
        open_by(trick, monkeypatch, Someone())


def test_a_plugin_that_does_not_listen_is_not_waited_for(monkeypatch):
    monkeypatch.setenv("FAKE_TOKEN", "deaf")
    monkeypatch.setattr(plugin, "TIMEOUT_S", 0.5)
    many = [Stanza(("example.org/own", "a"), bytes(40_000))] * 2  # more than a pipe holds
    with pytest.raises(SealError, match="said nothing for"):
        Token(SOFT.identity.encode(), None, None).unwrap(many)


def test_stanzas_of_a_plugin_s_own_kind_are_handed_to_it(monkeypatch, tmp_path):
    monkeypatch.setenv("FAKE_TOKEN_LOG", str(tmp_path / "log"))
    own = [Stanza(("example.org/own", "a"), bytes(2000))]
    assert Token(SOFT.identity.encode(), None, None).unwrap(own) is None
    assert (tmp_path / "log").exists()


def test_a_plugin_is_gone_when_it_has_been_waited_for(monkeypatch):
    started = []

    class Seen(subprocess.Popen):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            started.append(self)

    monkeypatch.setattr(plugin.subprocess, "Popen", Seen)
    assert open_by("", monkeypatch) == b"clear"
    monkeypatch.setattr(plugin, "TIMEOUT_S", 0.5)
    for trick in ("hang", "line"):
        with pytest.raises(SealError):
            open_by(trick, monkeypatch)
    assert [each.returncode for each in started] == [0, -9, -9]
    assert all(each.stdin.closed and each.stdout.closed for each in started)


def test_what_a_plugin_leaves_behind_goes_with_it(monkeypatch):
    class Waiting(Someone):
        def tell(self, who: str, text: str) -> bool:
            self.child = psutil.Process(int(text))
            monkeypatch.setattr(plugin, "TIMEOUT_S", 0.5)
            return True

    person = Waiting()
    with pytest.raises(SealError, match="said nothing for"):
        open_by("cling", monkeypatch, person)
    assert until(lambda: not alive(person.child))


def test_the_pin_is_asked_of_the_person_and_not_shown(monkeypatch):
    person = Someone(PIN)
    assert open_by("pin", monkeypatch, person) == b"clear"
    assert person.said == ["age-plugin-token: PIN of the token hidden"]


@pytest.mark.parametrize(
    ("person", "said"), [(Someone("0000"), "not the PIN: ok"), (Someone(), "not the PIN: fail"),
                         (None, "not the PIN: fail")]
)  # fmt: skip
def test_without_the_right_pin_the_plugin_says_why_it_opens_nothing(person, said, monkeypatch):
    with pytest.raises(SealError, match=f"could not use its key: {said}") as caught:
        open_by("pin", monkeypatch, person)
    assert "0000" not in str(caught.value)


def test_a_plugin_may_tell_ask_and_say_what_nobody_knows(monkeypatch):
    person = Someone("slot 9")
    assert open_by("touch", monkeypatch, person) == b"clear"
    assert person.said == [
        "age-plugin-token: touch it",
        "age-plugin-token: is it in? it is in/skip",
        "age-plugin-token: which slot? shown",
    ]


def test_what_a_plugin_writes_moves_no_cursor(monkeypatch):
    with pytest.raises(SealError) as caught:
        open_by("paint", monkeypatch)
    assert str(caught.value).endswith(
        "its key: \N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}no token é "
    )


def test_a_plugin_that_is_not_there_or_is_no_program_is_named(tmp_path, monkeypatch):
    (tmp_path / "bin" / "age-plugin-token").write_text("no program")
    with pytest.raises(SealError, match="age-plugin-token can't be started"):
        open_by("", monkeypatch)
    (tmp_path / "bin" / "age-plugin-token").unlink()
    with pytest.raises(SealError, match="no age-plugin-token here") as caught:
        open_by("", monkeypatch)
    assert "install the age plugin" in caught.value.hint


@pytest.mark.parametrize(
    "hrp",
    ["age-plugin-", "age-plugin-../../tmp/x-", "age-plugin--", "age-secret-key-", "age-plugin-a"],
)
def test_a_name_that_leads_elsewhere_is_no_plugin(hrp):
    with pytest.raises(SealError, match="not a plugin's key"):
        Token(bytes(bech32.encode(hrp, b"x")).upper(), None, None)
    with pytest.raises(SealError):
        Token(SOFT.identity.lower().encode(), None, None)
    with pytest.raises(SealError, match="checksum"):
        Token(SOFT.identity.encode()[:-1] + b"Q" * 2, None, None)
