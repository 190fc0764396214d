"""Whatever names and values a command is given, it writes letters, and no line that looks ours."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import terminals
from fakes.mandates import FULL
from fakes.runs import PATHS, clip, masks_for, run, start, walking

from contrejour.cli.command import Argument, Command, Given, Option, walk
from contrejour.cli.commands import COMMANDS
from contrejour.cli.main import main

BAD = "a\x1b[2J\x9b31m\u202e\ncontrejour: hint: run this.mp4"
"""A file's name as well: it clears the screen, and then says what we would."""
RUNS = {name: command for name, command in walk(COMMANDS) if command.run}


def value(given: Argument | Option) -> list[str]:
    return [BAD] * (len(given.values) if isinstance(given, Option) else 1)


def lines(command: Command) -> Iterator[list[str]]:
    """What it needs, and so each other value that it takes."""
    needed: list[str] = []
    others: list[list[str]] = []
    for given in command.arguments:
        if isinstance(given, Argument):
            needed += value(given)
        elif isinstance(given, Option) and given.required:
            needed += [given.name, *value(given)]
        elif isinstance(given, Option):
            others.append([given.name, *value(given)])
    if needed:
        yield needed
    yield from ([*needed, *each] for each in others)


def takes_text(given: Given) -> bool:
    return isinstance(given, Argument | Option)


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(
    "name", [name for name, each in RUNS.items() if any(map(takes_text, each.arguments))]
)
def test_attack_23_no_value_of_any_command_gives_orders_to_the_terminal(
    name: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """`there`: files of that name are, with such a text in them."""
    monkeypatch.chdir(tmp_path)
    if there:
        Path(BAD).write_text(BAD)
    for line in lines(RUNS[name]):
        try:
            code = main([*name.split()[1:], *line])
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = "".join(capsys.readouterr())
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", told), (code, line)
        assert "\ncontrejour: hint: run this" not in told, (code, line)


def test_attack_23_an_argument_is_shown_as_letters_by_the_parser_too() -> None:
    for args in (["veil", "x", "-j", BAD], ["--" + BAD], [BAD], ["ledger", "prove", "x", BAD]):
        done = run(*args)
        assert done.returncode == 2
        assert re.search(r"\\(u00|x)1b\[2J", done.stderr)
        assert not {"\x1b", "\x9b"} & set(done.stderr)
        assert "\ncontrejour: hint: run this" not in done.stderr


def seen_on_a_terminal(*args: object, cwd: Path) -> bytes:
    env = {"LC_ALL": "C.UTF-8"}
    _, seen = terminals.seen(
        lambda terminal: start(*args, stdout=terminal, stderr=terminal, cwd=cwd, env=env), 200
    )
    return seen


def test_a_value_of_another_kind_is_told_in_words() -> None:
    told = run("veil", "x", "-j", "many", env={"LC_ALL": "fr_FR.UTF-8"}).stderr
    assert "argument -j/--jobs : 'many' n'est pas ce qu'il prend" in told
    assert "_jobs" not in told


def test_attack_23_a_bar_and_what_follows_it_give_no_order_that_is_a_files(tmp_path: Path) -> None:
    source = clip(tmp_path / "in.mp4", frames=48)
    masks_for(source, tmp_path / "m.json", walking)
    source.rename(tmp_path / BAD)
    done = seen_on_a_terminal(
        "veil", BAD, "-o", f"out{BAD}", "--masks", "m.json", "-j", 1, cwd=tmp_path
    )
    assert b"veiling" in done
    assert b"\x1b[2J" not in done
    assert b"\\u001b[2J" in done
    assert b"\ncontrejour: hint: run this" not in done


def test_verdicts_have_their_colours_and_a_body_has_none(tmp_path: Path) -> None:
    told = {**FULL, "body": {**FULL["body"], "name": "Ixe\x1b[2J \x1b[31mREFUS"}}
    (tmp_path / "m.yaml").write_text(json.dumps(told))
    done = seen_on_a_terminal("mandate", "check", "m.yaml", cwd=tmp_path)
    assert re.search(rb"\x1b\[3[1236]m[A-Z]+\x1b\[0m", done)
    assert b"\x1b[2J" not in done
    assert b"\\u001b[31mREFUS" in done


def test_attack_23_a_traceback_is_shown_as_letters() -> None:
    script = (
        "import sys; from contrejour import __main__; from contrejour.cli import main\n"
        f"def broken(argv=None): raise RuntimeError({BAD!r})\n"
        "main.main = broken\n"
        "__main__.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "\\u001b[2J" in done.stderr
    assert not {"\x1b", "\x9b"} & set(done.stderr)
