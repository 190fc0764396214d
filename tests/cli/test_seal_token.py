"""A party whose keys are in a token, as it types: publish, open with a PIN, say what is gone."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from fakes.clocks import today
from fakes.runs import PATHS, check, run
from fakes.tokens import PIN, Soft, install

from contrejour.cli.main import main
from contrejour.custody.seal.keynotes import Verifier
from contrejour.custody.seal.keys import published, write_identity
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.shred import destroyed


@pytest.fixture
def clip(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(100_000))
    return path


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A token, and its plugin on the PATH."""
    monkeypatch.setenv("PATH", f"{install(tmp_path / 'bin')}:{os.environ['PATH']}")
    return Soft.new()


def test_a_token_s_key_of_a_day_is_published_sealed_to_opened_and_its_end_is_said(
    tmp_path, clip, capsys, token
):
    """The token's own tool made the key, and wrote the file that leads to it."""
    root, days = tmp_path / "root", tmp_path / "days"
    days.mkdir()
    key = token.file(days / f"{today()}.key")
    assert main(["keys", "new", str(root)]) == 0
    by = ["--party", "dpo.example", "--key", str(root)]
    assert main(["keys", "publish", str(days), *by, "-o", str(tmp_path / "note")]) == 0
    verifier = capsys.readouterr().out.splitlines()[-1]
    assert published((tmp_path / "note").read_bytes(), Verifier.parse(verifier)) == {
        str(today()): token.recipient
    }
    vault = with_vault(tmp_path, verifier)
    folder = tmp_path / "sealed"
    assert main(["seal", str(clip), "--to", str(tmp_path / "open.txt"),
                 "--keyset", str(tmp_path / "note"), "-o", str(folder)]) == 0  # fmt: skip
    keys = ["--key", str(key), "--key", str(vault)]
    assert main(["open", str(folder), *keys, "-o", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out").read_bytes() == clip.read_bytes()

    destroy = ["keys", "destroy", str(days), "--day", str(today()), *by]
    destroy += ["-o", str(tmp_path / "said")]
    assert main(destroy) == 19
    assert "overwriting its file destroys nothing there" in capsys.readouterr().err
    assert key.exists()
    assert main([*destroy, "--token", "hsm"]) == 0
    statement = (tmp_path / "said" / f"{today()}.shred").read_bytes()
    assert destroyed(statement, Verifier.parse(verifier))[:2] == (today(), str(token.recipient))
    assert b'"method":"hsm"' in statement
    assert not key.exists()


def test_a_key_in_a_file_that_goes_with_a_token_s_is_said_to_be_overwritten(tmp_path, capsys):
    root, days = tmp_path / "root", tmp_path / "days"
    main(["keys", "new", str(root)])
    main(["keys", "make", str(days), "--x25519"])
    assert main(["keys", "destroy", str(days), "--day", str(today()), "--token", "hsm", "--party",
                 "a", "--key", str(root), "-o", str(tmp_path / "said")]) == 0  # fmt: skip
    statement = (tmp_path / "said" / f"{today()}.shred").read_bytes()
    assert b'"method":"overwrite+unlink"' in statement


@pytest.fixture
def sealed(tmp_path, clip, token):
    """What is typed to open a file that is sealed for the token and a vault, but for where to."""
    vault = with_vault(tmp_path, token.recipient)
    folder, key = tmp_path / "sealed", token.file(tmp_path / "dpo.key")
    assert main(["seal", str(clip), "--to", str(tmp_path / "open.txt"), "-o", str(folder)]) == 0
    return ["open", str(folder), "--key", str(key), "--key", str(vault), "-o"]


def with_vault(folder: Path, judge: object) -> Path:
    """A policy by which a judge with this key opens with the vault, whose key is in a file."""
    with Identity.generate(RecipientKind.X25519) as secret:
        write_identity(folder / "vault.key", secret, "vault")
        (folder / "open.txt").write_text(
            f"party vault {secret.recipient()}\nparty judge {judge} judicial\n"
            "group open all vault judge\nquorum open\n"
        )
    return folder / "vault.key"


def test_a_pin_is_typed_at_the_terminal_unseen_and_nowhere_else(
    tmp_path, clip, sealed, monkeypatch
):
    monkeypatch.setenv("FAKE_TOKEN", "pin")
    with subprocess.Popen(["echo", PIN], stdout=subprocess.PIPE) as piped:
        done = run(*sealed, tmp_path / "no", stdin=piped.stdout)
    check(done, 19, "could not use its key: not the PIN: fail")
    code, shown = typed([*sealed, str(tmp_path / "out")], {"PIN of the token": PIN})
    assert code == 0, shown
    assert (tmp_path / "out").read_bytes() == clip.read_bytes()
    assert "age-plugin-token: PIN of the token" in shown
    assert PIN not in shown


@pytest.mark.parametrize(("answer", "code"), [("1", 0), ("2", 19), ("yes", 19)])
def test_what_a_token_asks_for_is_asked_at_the_terminal(
    tmp_path, sealed, monkeypatch, answer, code
):
    monkeypatch.setenv("FAKE_TOKEN", "touch")
    answers = {"[1: it is in, 2: skip]": answer, "which slot?": "slot 9"}
    done, shown = typed([*sealed, str(tmp_path / "out")], answers)
    assert done == code, shown
    assert "age-plugin-token: touch it" in shown
    assert run(*sealed, tmp_path / "no").returncode == 19  # nobody is there to say yes


def typed(command: list[str], answers: dict[str, str]) -> tuple[int, str]:
    """Run it at a terminal of its own, and type each answer once its prompt is there."""
    pid, terminal = pty.fork()
    if not pid:
        os.environ["PYTHONPATH"] = os.pathsep.join(PATHS)
        os.execv(sys.executable, [sys.executable, "-m", "contrejour", *command])
    shown, left = "", dict(answers)
    with suppress(OSError):  # its other end is closed
        while part := os.read(terminal, 4096):
            shown += part.decode()
            for prompt in [each for each in left if each in shown]:
                os.write(terminal, left.pop(prompt).encode() + b"\n")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown
