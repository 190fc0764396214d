"""A key that lives in a token: the token's own program unwraps, by c2sp.org/age-plugin.

    AGE-PLUGIN-NAME-1…  --age-plugin-NAME --age-plugin=identity-v1-->  the file key

    -> add-identity AGE-PLUGIN-NAME-1…      we send all we have, then `done`
    -> recipient-stanza 0 p256tag …
    -> msg | confirm | request-public | request-secret | file-key 0 | error | done
                                            it asks, we answer each: `ok`, `fail` or `unsupported`

The program isn't trusted: it gets no terminal, has TIMEOUT_S for each message, may send
MOST_MESSAGES, each of 64 KiB, and what it wants a person to read is stripped of what moves a
cursor. It is killed when this process ends.
"""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Protocol

from contrejour.base import children
from contrejour.base.errors import SealError
from contrejour.custody.seal import bech32, tag
from contrejour.custody.seal.header import Lines, Stanza, unbase64
from contrejour.custody.seal.recipient import FILE_KEY_BYTES, SECRET, Recipient
from contrejour.custody.seal.wipe import wipe

PREFIX = b"AGE-PLUGIN-"
TIMEOUT_S, LEAVE_S, MOST_MESSAGES = 120.0, 5.0, 64
_HRP = re.compile(r"age-plugin-([a-z0-9][a-z0-9+._-]*)-")
_NOT_ITS = {*SECRET, "scrypt"}
_OK, _FAIL = Stanza(("ok",), b""), Stanza(("fail",), b"")


class TokenUser(Protocol):
    """Whoever uses the token, asked in the name of a program. None: nobody, or no answer."""

    def tell(self, who: str, text: str) -> bool: ...
    def choose(self, who: str, text: str, yes: str, no: str) -> bool | None: ...
    def answer(self, who: str, text: str, *, hidden: bool) -> str | None: ...


class Token:
    """A recipient.OpeningKey. `public`: its recipient, where known: then the plugin is sent only
    stanzas for it, and nobody touches a token in vain."""

    def __init__(self, text: bytes, public: Recipient | None, person: TokenUser | None) -> None:
        """Raises SealError unless `text` is the identity of a plugin."""
        hrp, data = bech32.decode(text)
        wipe(data)
        if not (found := _HRP.fullmatch(hrp)) or not text.isupper():
            raise SealError("not-a-plugin-key")
        self.program = f"age-plugin-{found[1]}"
        self._text, self._public, self._person = text.decode(), public, person

    def __enter__(self) -> Token:
        return self

    def __exit__(self, *_: object) -> None:
        self.wipe()

    def wipe(self) -> None:
        """Does nothing: the secret is in the token."""

    def recipient(self) -> Recipient:
        """Raises SealError where the file doesn't say it."""
        if self._public is None:
            raise SealError("token-key-without-public")
        return self._public

    def unwrap(self, stanzas: Sequence[Stanza]) -> bytearray | None:
        """The file key; None where the token has none of these. Raises SealError."""
        own = [each for each in stanzas if self._may_be_for(each)]
        if not own:
            return None
        with _PluginProcess(self.program) as talk:
            talk.send(Stanza(("add-identity", self._text), b""))
            for each in own:
                talk.send(Stanza(("recipient-stanza", "0", *each.words), each.body))
            talk.send(Stanza(("done",), b""))
            return _Answers(self.program, self._person).of(talk)

    def _may_be_for(self, stanza: Stanza) -> bool:
        kind, *words = stanza.words
        if self._public is None or kind != self._public.kind or len(words) != 2:
            return self._public is None and kind not in _NOT_ITS
        whose, share = (unbase64(word) for word in words)
        return tag.tag(kind, self._public.raw, share) == whose


class _Answers:
    """The replies to what a plugin asks, and the file key that it gives."""

    def __init__(self, program: str, person: TokenUser | None) -> None:
        self._program, self._person = program, person
        self._key: bytearray | None = None
        self._error = ""

    def of(self, talk: _PluginProcess) -> bytearray | None:
        try:
            for _ in range(MOST_MESSAGES):
                said = talk.receive()
                if said.words == ("done",):
                    if self._key is None and self._error:
                        raise SealError("plugin-failed", plugin=self._program, error=self._error)
                    return self._key
                talk.send(self._reply(said))
            raise SealError("plugin-without-end", plugin=self._program)
        except BaseException:
            wipe(self._key)
            raise

    def _reply(self, said: Stanza) -> Stanza:
        if said.words[0] == "file-key":
            if said.words != ("file-key", "0") or self._key or len(said.body) != FILE_KEY_BYTES:
                raise SealError("plugin-gave-unasked-key", plugin=self._program)
            self._key = bytearray(said.body)
            wipe(said.body)
            return _OK
        text, person = _readable(said.body), self._person
        match said.words:
            case ("error", *_):
                self._error = text or "no reason"
                return _OK
            case ("msg",):
                return _OK if person and person.tell(self._program, text) else _FAIL
            case ("confirm", yes, *no) if len(no) <= 1:
                accept, refuse = (_readable(unbase64(word)) for word in (yes, *(no or ("",))))
                agreed = person.choose(self._program, text, accept, refuse) if person else None
                return _FAIL if agreed is None else Stanza(("ok", "yes" if agreed else "no"), b"")
            case ("request-public" | "request-secret" as what,):
                hidden = what == "request-secret"
                answer = person.answer(self._program, text, hidden=hidden) if person else None
                return _FAIL if answer is None else Stanza(("ok",), os.fsencode(answer))
            case _:
                return Stanza(("unsupported",), b"")


def _readable(text: bytes) -> str:
    """At most 400 letters on one line, none of which moves a cursor."""
    letters = text.decode("utf-8", "replace").replace("\n", " ")[:400]
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in letters)


class _PluginProcess:
    """A plugin's process, and stanzas to and from it. Leaving the context ends it, or kills it."""

    def __init__(self, program: str) -> None:
        """Raises SealError."""
        path = shutil.which(program)
        if path is None:
            raise SealError("plugin-missing", plugin=program)
        self._program, self._kept, self._until = program, bytearray(), 0.0
        try:
            self._process = children.start(
                [path, "--age-plugin=identity-v1"], start_new_session=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        except OSError as error:
            raise SealError("plugin-cannot-start", plugin=program, reason=error.strerror) from error
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._stdin, self._out = self._process.stdin, self._process.stdout.fileno()
        self._in = self._stdin.fileno()
        os.set_blocking(self._in, False)

    def __enter__(self) -> _PluginProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        with self._process:  # closes both pipes, and reaps
            if kind is None:
                self._stdin.close()
                with suppress(subprocess.TimeoutExpired):
                    self._process.wait(LEAVE_S)
            if kind is not None or self._process.poll() is None:
                with suppress(ProcessLookupError, PermissionError):  # it has ended already
                    os.killpg(self._process.pid, signal.SIGKILL)

    def send(self, stanza: Stanza) -> None:
        """Raises SealError."""
        text = memoryview(stanza.text())
        with self._in_time():
            while text:
                self._wait(self._in, select.POLLOUT)
                text = text[os.write(self._in, text) :]

    def receive(self) -> Stanza:
        """The next one. Raises SealError."""
        lines = Lines(self._readline)
        with self._in_time():
            return Stanza.read(lines.next(), lines)

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        self._until = time.monotonic() + TIMEOUT_S
        try:
            yield
        except TimeoutError as error:
            raise SealError("plugin-silent", plugin=self._program, seconds=TIMEOUT_S) from error
        except (OSError, SealError) as error:
            raise SealError("plugin-stopped", plugin=self._program) from error

    def _readline(self, most: int) -> bytes:
        while not (end := self._kept.find(b"\n") + 1) and len(self._kept) < most:
            self._wait(self._out, select.POLLIN)
            if not (part := os.read(self._out, 1 << 12)):
                break
            self._kept += part
        size = min(end or len(self._kept), most)
        line = bytes(memoryview(self._kept)[:size])
        del self._kept[:size]
        return line

    def _wait(self, file: int, event: int) -> None:
        poll = select.poll()
        poll.register(file, event)
        if not poll.poll(max(0.0, self._until - time.monotonic()) * 1000):
            raise TimeoutError
