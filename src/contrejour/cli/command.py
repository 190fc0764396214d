"""Commands as data: what each is called, takes and runs. Help, pages, completion come from it.

    contrejour COMMAND [COMMAND] [arguments]

A `Command` either runs or has commands below it. Its texts are English, in `help`; whatever
shows them takes `explained`. `commands.py` has the table, `parser.py` makes a parser of it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Literal, TypeAlias

from contrejour.base.language import readers_language, said
from contrejour.base.messages import Message, rendered
from contrejour.cli.values import ArgumentType

CHOICE = ArgumentType("")
"""One of the choices, which the help shows in the place of a word."""


@dataclass(frozen=True, slots=True)
class Argument:
    """A value that is given by its place on the line, without a name.

    `count`: "?" may be left out, "+" is one or more, "*" any number; else it is one.
    """

    name: str
    value: ArgumentType = CHOICE
    _: KW_ONLY
    help: str
    choices: Sequence[str] = ()
    count: Literal["?", "+", "*"] | None = None
    default: object = None


@dataclass(frozen=True, slots=True)
class Option:
    """A value that is given by name: `--name VALUE`. What it isn't given is `default`.

    Of several values, as many are given. `repeated`: it may be given again, and what it is given is
    a list. `default_factory` makes the default anew for each run (today).
    """

    name: str
    value: ArgumentType | tuple[ArgumentType, ...] = CHOICE
    _: KW_ONLY
    help: str
    short: str = ""
    dest: str = ""
    choices: Sequence[str] = ()
    required: bool = False
    repeated: bool = False
    default: object = None
    default_factory: Callable[[], object] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """As it may be written, the short one first."""
        return (self.short, self.name) if self.short else (self.name,)

    @property
    def values(self) -> tuple[ArgumentType, ...]:
        """What stands after the name."""
        return self.value if isinstance(self.value, tuple) else (self.value,)


@dataclass(frozen=True, slots=True)
class Switch:
    """A name alone: False, or True where it is given."""

    name: str
    _: KW_ONLY
    help: str
    short: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """As it may be written, the short one first."""
        return (self.short, self.name) if self.short else (self.name,)


Given: TypeAlias = Argument | Option | Switch


@dataclass(frozen=True, slots=True)
class Command:
    """One command. `run` returns the exit code, and raises a ContrejourError.

    `metavar`: what the help calls the commands below it.
    """

    name: str
    _: KW_ONLY
    help: str
    arguments: tuple[Given, ...] = ()
    run: Callable[[argparse.Namespace], int] | None = None
    commands: tuple[Command, ...] = ()
    metavar: str = "COMMAND"


WORDS = {
    "options": "argparse-options",
    "positional arguments": "argparse-positional",
    "show this help message and exit": "argparse-help",
    "show program's version number and exit": "argparse-version",
}
"""What argparse itself puts into a help page."""


def explained(above: str, each: Command | Given) -> str:
    """What a command or an argument is for, in the reader's language.

    The table has the English; catalogues of other languages have it under the whole name, such as
    `help ledger init --key`. `above`: the command above, with or without `contrejour`.
    """
    language = readers_language()
    if each.help in WORDS:
        return said(WORDS[each.help])
    if language == "en":
        return each.help
    path = [word for word in above.split() if word != "contrejour"]
    return rendered(Message(" ".join(["help", *path, each.name])), language)


def walk(commands: Sequence[Command], above: str = "contrejour") -> Iterator[tuple[str, Command]]:
    """Each command under its whole name, `contrejour ledger init`; whoever is above comes first."""
    for command in commands:
        name = f"{above} {command.name}"
        yield name, command
        yield from walk(command.commands, name)
