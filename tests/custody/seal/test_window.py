"""The key of a window is made, written wrapped, and forgotten: in memory and on the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from fakes.memory import forms, memory
from fakes.parties import DAY, MINUTE, T0, parties, policy
from fakes.programs import begun
from fakes.runs import until
from fakes.tokens import KINDS, Soft

from contrejour.base.errors import SealError
from contrejour.custody.seal import window
from contrejour.custody.seal.onion import keyset, unpack
from contrejour.custody.seal.open import unwrap
from contrejour.custody.seal.recipient import SECRET, Identity, RecipientKind
from contrejour.custody.seal.window import WindowRequest, begin_making, make, request

HOLDER = "import sys; kept = sys.stdin.buffer.readline(); print(flush=True); sys.stdin.read()"

WRITER = """
import io, os, sys
from contrejour.custody.seal.age import Writer
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.wipe import random_secret, wipe
secret = random_secret(120)
writer = Writer(io.BytesIO(), [Identity.generate(RecipientKind.X25519).recipient()])
sys.stdin.readline()
writer.write(secret)
print(bytes(each ^ 90 for each in secret).hex(), flush=True)  # in no form that is looked for
wipe(secret)
print(flush=True)
sys.stdin.read()
"""


def wanted(folder, count=1):
    return [
        WindowRequest("car-1", T0 + n * MINUTE, T0 + (n + 1) * MINUTE, folder / f"{n}.onions")
        for n in range(count)
    ]


def told(process: subprocess.Popen[bytes], line: bytes) -> bytes:
    """Say a line, and hear one; the process is still there then."""
    process.stdin.write(line + b"\n")
    process.stdin.flush()
    return process.stdout.readline()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads memory: as root")
@pytest.mark.parametrize("token", [False, True])
@pytest.mark.parametrize(("kind", "token_kind"), list(zip(SECRET, KINDS, strict=True)))
def test_the_process_that_made_a_key_holds_no_trace_of_it_afterwards(
    tmp_path, kind, token_kind, token
):
    those = parties(kind=kind)
    dpo = Soft.new(token_kind).recipient if token else those.keys.keys["dpo"]
    keys = keyset(policy(), {**those.keys.keys, "dpo": dpo}, DAY)
    maker = begin_making()
    try:
        answer = json.loads(told(maker, request(wanted(tmp_path, 8), keys)))
        found = memory(maker.pid)
    finally:
        maker.communicate()
    assert len(answer["windows"]) == 8
    every = list(those.secrets.values())
    secrets = [
        unwrap(unpack((tmp_path / f"{n}.onions").read_bytes()).values(), every, None)[1]
        for n in range(8)
    ]
    assert sum(len(piece) for piece in found) > 1 << 20
    for secret in secrets:
        for at, form in enumerate(forms(secret)):
            assert not any(form in piece for piece in found), at
    for path in tmp_path.rglob("*"):
        data = path.read_bytes()
        assert not any(form in data for secret in secrets for form in forms(secret))


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads memory: as root")
def test_the_search_does_find_a_key_that_is_held():
    secret = Identity.generate(RecipientKind.X25519)
    holder = begun("-c", HOLDER)
    try:
        told(holder, bytes(secret.text()))
        assert any(bytes(secret.text()) in piece for piece in memory(holder.pid))
    finally:
        holder.communicate()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads memory: as root")
def test_what_is_to_be_sealed_is_in_the_writer_and_nowhere_else():
    """A copy of it used to be freed as it was, and the end of a key was found there at times."""
    holder = begun("-c", WRITER)
    try:
        masked = bytes.fromhex(told(holder, b"").decode())
        assert holder.stdout.readline() == b"\n"
        secret = bytes(each ^ 90 for each in masked)
        assert sum(piece.count(secret[-16:]) for piece in memory(holder.pid)) == 1
    finally:
        holder.communicate()


def test_the_process_can_not_be_dumped_and_goes_when_it_is_let(tmp_path):
    maker = begin_making()
    assert b"error" not in told(maker, b'{"epoch": "", "ways": [], "windows": []}')
    if sys.platform == "linux":
        with open(f"/proc/{maker.pid}/limits") as limits:
            core = next(line.split() for line in limits if line.startswith("Max core"))
        assert core[4:6] == ["0", "0"]
        if os.geteuid() != 0:
            with pytest.raises(PermissionError), open(f"/proc/{maker.pid}/mem", "rb"):
                pass
    maker.communicate()
    assert maker.returncode == 0


@pytest.mark.parametrize("kind", list(SECRET))
def test_the_onions_are_on_the_disk_when_the_recipient_is_known(tmp_path, kind):
    those = parties(kind=kind)
    made = make(wanted(tmp_path, 3), those.keys)
    assert len({each.recipient for each in made}) == 3
    for number, each in enumerate(made):
        wrapped = unpack((tmp_path / f"{number}.onions").read_bytes())
        assert wrapped.keys() == each.onions.keys()
        with unwrap(wrapped.values(), list(those.secrets.values()), each.window)[1] as secret:
            assert secret.recipient() == each.recipient


def test_where_no_key_can_be_made_there_is_an_error_and_nothing_to_seal_to(tmp_path, monkeypatch):
    keys = parties().keys
    with pytest.raises(SealError, match="no key could be made"):
        make(wanted(tmp_path / "no-such-folder"), keys)
    make(wanted(tmp_path), keys)
    before = (tmp_path / "0.onions").read_bytes()
    with pytest.raises(SealError, match="no key could be made"):
        make(wanted(tmp_path, 2), keys)
    assert (tmp_path / "0.onions").read_bytes() == before
    for broken in ("/bin/false", "/bin/true", "/no/such/python", "/bin/echo"):
        monkeypatch.setattr(window.sys, "executable", broken)
        with pytest.raises(SealError, match="no key could be made"):
            make(wanted(tmp_path), keys)


def test_no_module_comes_from_the_folder_that_it_is_started_in(tmp_path, monkeypatch):
    for name in ("json", "tarfile", "contrejour"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('hostile')")
    monkeypatch.chdir(tmp_path)
    assert make(wanted(tmp_path), parties().keys)


def test_a_maker_that_is_killed_leaves_no_key_and_no_process(tmp_path):
    """Killed over and over while it writes hundreds of windows."""
    those = parties()
    every = list(those.secrets.values())
    for run in range(5):
        folder = tmp_path / str(run)
        folder.mkdir()
        maker = begin_making()
        maker.stdin.write(request(wanted(folder, 500), those.keys) + b"\n")
        maker.stdin.flush()
        assert until((folder / f"{run * 3}.onions").exists)
        maker.kill()
        maker.communicate()
        for path in folder.iterdir():
            data = path.read_bytes()
            assert b"AGE-SECRET" not in data
            if path.suffix == ".onions":
                assert unwrap(unpack(data).values(), every, None)
