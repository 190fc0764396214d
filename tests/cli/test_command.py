"""The table of commands is whole: a parser, pages and completion can be made of it."""

from __future__ import annotations

from collections import Counter

import pytest

from contrejour.cli.command import Argument, Command, Option, walk
from contrejour.cli.commands import COMMANDS
from contrejour.cli.parser import ABBREVIATING, new_parser

ALL = dict(walk(COMMANDS))
EACH = pytest.mark.parametrize(("name", "command"), ALL.items(), ids=list(ALL))


@EACH
def test_a_command_either_runs_or_has_commands_below_it(name: str, command: Command) -> None:
    assert (command.run is None) == bool(command.commands)
    assert not (command.commands and command.arguments)


@EACH
def test_nothing_has_a_name_twice(name: str, command: Command) -> None:
    names = Counter(
        name
        for each in command.arguments
        for name in ([each.name] if isinstance(each, Argument) else each.names)
    )
    names.update(each.name for each in command.commands)
    names.update(("-h", "--help"))
    assert [name for name, count in names.items() if count > 1] == []


@EACH
def test_only_the_last_argument_takes_any_number(name: str, command: Command) -> None:
    placed = [each for each in command.arguments if isinstance(each, Argument)]
    assert not any(each.count for each in placed[:-1])


@EACH
def test_a_value_is_a_choice_or_has_a_word_for_it(name: str, command: Command) -> None:
    for each in command.arguments:
        if isinstance(each, Argument):
            assert bool(each.choices) != bool(each.value.metavar)
        elif isinstance(each, Option) and each.name != "--port":
            assert bool(each.choices) != all(value.metavar for value in each.values)


@EACH
def test_its_help_tells_of_all_that_it_takes(
    name: str, command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        new_parser().parse_args([*name.split()[1:], "--help"])
    told = "".join(capsys.readouterr().out.split())  # it is broken at blanks and hyphens
    for each in (*command.arguments, *command.commands):
        assert "".join(each.help.split()) in told


def test_options_are_taken_in_full() -> None:
    with pytest.raises(SystemExit, match="2"):
        new_parser().parse_args(["veil", "a.mp4", "--resum"])
    assert new_parser().parse_args(["mandate", "check", "m.yaml", "--js"]).json  # as ever


def test_those_that_take_beginnings_are_there() -> None:
    assert set(ABBREVIATING) <= set(ALL)
