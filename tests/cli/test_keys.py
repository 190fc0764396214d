"""`contrejour keys new` and `keys password`, and who else reads a key: files, modes, passwords."""

from __future__ import annotations

import ast
import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from cryptography.hazmat.primitives import serialization
from fakes.desks import DAY, Desk, Room
from fakes.mandates import FULL
from fakes.runs import check, run

import contrejour
from contrejour.cli.keyfiles import LEAST_LETTERS
from contrejour.law.mandate.sign import new_key, public_pem, read_private

Done: TypeAlias = subprocess.CompletedProcess[str]
WORD = "several words of no one sentence"
HELD = (datetime.now(UTC) + timedelta(days=90)).isoformat(timespec="seconds")
FORM = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)


def word_file(path: Path, text: str = WORD) -> Path:
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


def key_of_before(path: Path, word: str = WORD) -> Path:
    """As `keys new` made it: PBKDF2, 2,048 rounds."""
    how = serialization.BestAvailableEncryption(word.encode())
    path.write_bytes(new_key().private_bytes(*FORM, how))
    path.chmod(0o600)
    return path


def init(folder: Path, key: Path, *more: object) -> Done:
    return run("ledger", "init", folder / "log", "--name", "log.example", "--key", key, *more)


# What others may read


def compiles(folder: Path, key: Path) -> Done:
    (folder / "m.yaml").write_text(json.dumps(FULL))
    return run("mandate", "compile", folder / "m.yaml", "--as-of", "2027-02-12", "-o",
               folder / "plan.json", "--key", key)  # fmt: skip


def witnesses(folder: Path, key: Path) -> Done:
    run("keys", "new", other := folder / "other.key")
    assert init(folder, other).returncode == 0
    return run("ledger", "witness", folder / "seen", "--name", "w.example", "--policy",
               folder / "log" / "policy.txt", "--key", key)  # fmt: skip


def appends(folder: Path, key: Path) -> Done:
    key.chmod(0o600)
    assert init(folder, key).returncode == 0
    key.chmod(0o640)
    (folder / "entries").write_text("")
    return run("ledger", "append", folder / "log", folder / "entries", "--key", key)


def publishes(folder: Path, key: Path) -> Done:
    assert run("keys", "make", folder / "days").returncode == 0
    return run("keys", "publish", folder / "days", "--party", "dpo.example", "--key", key, "-o",
               folder / "note")  # fmt: skip


def shreds(folder: Path, key: Path) -> Done:
    return run("shred", folder, "--as", "dpo", "--key", key, "-o", folder / "said")


@pytest.mark.parametrize("reads", [compiles, init, appends, witnesses, publishes, shreds])
def test_attack_14_a_key_that_others_may_read_signs_nothing(
    tmp_path: Path, reads: Callable[[Path, Path], Done]
) -> None:
    key = tmp_path / "own.key"
    run("keys", "new", key)
    key.chmod(0o640)
    done = reads(tmp_path, key)
    check(done, 16, f"contrejour: hint: chmod 600 {key}")


@pytest.mark.parametrize("act", ["approve", "refuse", "close", "hold-key"])
def test_attack_14_nor_does_a_partys(desk: Desk, act: str) -> None:
    how = ("--hold-until", HELD) if act == "hold-key" else ()
    assert desk.declare(*how).returncode == 0
    (desk.folder / "dpo.key").chmod(0o644)
    more = ("-o", "keys") if act == "hold-key" else ()
    planned = ("--plan", "plan.json", "--pub", "plan.pub") if act == "approve" else ()
    done = desk(act, desk.case, "--as", "dpo", "--key", "dpo.key", *planned, *more)
    check(done, 16, "chmod 600 dpo.key")


def test_attack_14_nor_opens_or_peels_anything(room: Room) -> None:
    day = room.folder / "keys-dpo" / f"{DAY}.key"
    day.chmod(0o640)
    opened = run("open", room.folder / "0000.mp4.age", "--key", day, "-o", room.folder / "clear")
    check(opened, 16, f"chmod 600 {day}")
    check(run("keys", "show", day.parent), 16, f"chmod 600 {day}")
    room.agreed()
    room.prove()
    check(room.peel_now("dpo", ["W.onions"]), 16, f"chmod 600 keys-dpo/{DAY}.key")
    day.chmod(0o600)
    (room.folder / "dpo.key").chmod(0o660)
    check(room.peel_now("dpo", ["W.onions"]), 16, "chmod 600 dpo.key")


def test_a_days_key_that_others_may_read_is_destroyed_all_the_same(tmp_path: Path) -> None:
    run("keys", "new", tmp_path / "own.key")
    made = run("keys", "make", tmp_path / "days", "--from", "2026-01-01")
    assert made.returncode == 0
    (tmp_path / "days" / "2026-01-01.key").chmod(0o644)
    done = run("keys", "destroy", tmp_path / "days", "--party", "dpo.example", "--key",
               tmp_path / "own.key", "-o", tmp_path / "said")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "days").glob("*.key"))


def test_attack_14_a_password_that_others_may_read_is_none(tmp_path: Path) -> None:
    word = word_file(tmp_path / "word")
    word.chmod(0o644)
    done = run("keys", "new", tmp_path / "own.key", "--password-file", word)
    check(done, 16, f"chmod 600 {word}")
    assert not (tmp_path / "own.key").exists()


READ = re.compile(r"read_private|read_any|load_pem_private_key|from_private_bytes|parse_secret")
HOLDS = {  # who makes a key of bytes, and where they come from
    "cli/keyfiles.py": "base/secret_file.py",
    "law/mandate/sign.py": "whoever called: cli/keyfiles.py",
    "custody/seal/recipient.py": "custody/seal/keys.py, a window's onion",
}


def test_every_other_command_reads_its_keys_by_the_same_reader() -> None:
    source = Path(contrejour.__file__).parent
    found = set()
    for path in source.rglob("*.py"):
        calls = (node.func for node in ast.walk(ast.parse(path.read_text()))
                 if isinstance(node, ast.Call))  # fmt: skip
        names = (getattr(each, "attr", getattr(each, "id", "")) for each in calls)
        if any(map(READ.fullmatch, names)):
            found.add(path.relative_to(source).as_posix())
    assert found == HOLDS.keys()


# Passwords


@pytest.mark.parametrize("text", ["a", "correct horse", "é" * (LEAST_LETTERS - 1)])
def test_attack_14_a_short_password_is_refused_before_there_is_a_key(
    tmp_path: Path, text: str
) -> None:
    new = ("keys", "new", tmp_path / "own.key", "--password-file",
           word_file(tmp_path / "word", text))  # fmt: skip
    done = run(*new)
    check(done, 2, f"{len(text)} characters of at least {LEAST_LETTERS}")
    assert "--make-password" in done.stderr
    assert "trop court" in run(*new, env={"LC_ALL": "fr_FR.UTF-8"}).stderr
    assert not (tmp_path / "own.key").exists()


@pytest.mark.parametrize("text", ["x" * LEAST_LETTERS, "é" * LEAST_LETTERS, WORD])
def test_length_is_all_that_is_asked(tmp_path: Path, text: str) -> None:
    word = word_file(tmp_path / "word", text)
    assert run("keys", "new", tmp_path / "own.key", "--password-file", word).returncode == 0
    assert read_private((tmp_path / "own.key").read_bytes(), text.encode())


def test_the_help_says_what_is_asked() -> None:
    for language, said in ("C.UTF-8", "15 characters or more"), ("fr_FR.UTF-8", "15 caractères"):
        told = run("keys", "new", "--help", env={"LC_ALL": language, "COLUMNS": "200"}).stdout
        assert said in told


def test_a_password_is_made_and_written_where_nobody_else_reads(tmp_path: Path) -> None:
    key, word = tmp_path / "own.key", tmp_path / "word"
    made = ("keys", "new", key, "--password-file", word, "--make-password")
    done = run(*made)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(word.stat().st_mode) == 0o600
    text = word.read_text().removesuffix("\n")
    assert re.fullmatch("[a-z0-9]{4}(-[a-z0-9]{4}){4}", text)
    assert text not in done.stdout + done.stderr
    assert init(tmp_path, key, "--password-file", word).returncode == 0
    check(run(*made), 8, "own.key exists")
    key.unlink()
    check(run(*made), 8, "word exists")
    assert word.read_text() == f"{text}\n"
    check(run("keys", "new", key, "--make-password"), 2, "--password-file FILE")


@pytest.mark.parametrize("old", [None, WORD])
def test_a_key_gets_another_password(tmp_path: Path, old: str | None) -> None:
    key, new = tmp_path / "own.key", word_file(tmp_path / "new", "another sentence than before")
    opens = ("--password-file", word_file(tmp_path / "old", old)) if old else ()
    run("keys", "new", key, *opens)
    public = key.with_name("own.key.pub").read_bytes()
    done = run("keys", "password", key, *opens, "--new-password-file", new)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{key}\n", "")
    assert public_pem(read_private(key.read_bytes(), new.read_bytes()[:-1])) == public
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_attack_14_a_key_of_before_is_read_with_a_line_that_mends_it(tmp_path: Path) -> None:
    key, word = key_of_before(tmp_path / "own.key"), word_file(tmp_path / "the word")
    done = init(tmp_path, key, "--password-file", word)
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    told = re.search(r"`(contrejour keys password .*)`", line)
    assert told
    mended = run(*shlex.split(told[1])[1:])
    assert (mended.returncode, mended.stderr) == (0, "")
    (tmp_path / "log").rename(tmp_path / "log.before")
    assert init(tmp_path, key, "--password-file", word).stderr == ""


def test_a_key_of_before_with_a_short_password_is_read_and_mended_with_a_longer_one(
    tmp_path: Path,
) -> None:
    key, word = key_of_before(tmp_path / "own.key", "a"), word_file(tmp_path / "word", "a")
    assert init(tmp_path, key, "--password-file", word).returncode == 0
    again = ("keys", "password", key, "--password-file", word)
    check(run(*again), 2, "1 characters of at least")
    check(run(*again, "--make-password"), 2, "--new-password-file FILE")
    done = run(*again, "--new-password-file", tmp_path / "new", "--make-password")
    assert done.returncode == 0, done.stderr
    assert b"ENCRYPTED" in key.read_bytes()


def test_nothing_is_rewritten_that_can_not_be_read(tmp_path: Path) -> None:
    key = key_of_before(tmp_path / "own.key")
    before, new = key.read_bytes(), word_file(tmp_path / "new")
    wrong = word_file(tmp_path / "wrong", "not the password of it")
    for given in (), ("--password-file", wrong):
        done = run("keys", "password", key, *given, "--new-password-file", new)
        assert done.returncode == 16
    check(run("keys", "password", key), 2, "--new-password-file FILE")
    assert key.read_bytes() == before


# Names


@pytest.mark.parametrize("letters", range(249, 257))
def test_attack_14_no_key_is_left_without_its_public_half(tmp_path: Path, letters: int) -> None:
    done = run("keys", "new", tmp_path / ("k" * letters))
    fits = letters + len(".pub") <= os.pathconf(tmp_path, "PC_NAME_MAX")
    assert done.returncode == (0 if fits else 9), done.stderr
    assert len([*tmp_path.iterdir()]) == (2 if fits else 0)


def test_a_key_that_is_there_stays_and_so_does_its_public_half(tmp_path: Path) -> None:
    key, public = tmp_path / "own.key", tmp_path / "own.key.pub"
    run("keys", "new", key)
    before = key.read_bytes(), public.read_bytes()
    check(run("keys", "new", key), 8, "own.key exists")
    assert (key.read_bytes(), public.read_bytes()) == before
