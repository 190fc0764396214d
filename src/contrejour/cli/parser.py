"""The table of commands as an argparse parser, in the reader's language as far as argparse lets."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import NoReturn

from contrejour import __version__
from contrejour.base.language import said
from contrejour.base.messages import Message, verbatim
from contrejour.base.stderr import write_line
from contrejour.cli.command import WORDS, Argument, Command, Given, Switch, explained
from contrejour.cli.commands import COMMANDS

ABBREVIATING = (
    "contrejour cameras", "contrejour case reveal", "contrejour case show", "contrejour doctor",
    "contrejour events", "contrejour keys", "contrejour ledger", "contrejour mandate",
    "contrejour models fetch", "contrejour models list", "contrejour models verify",
    "contrejour open", "contrejour review", "contrejour seal", "contrejour testing",
    "contrejour watch",
)  # fmt: skip
"""Commands that take the beginning of an option for it, and have since they exist: scripts may
lean on it. No other does: what one beginning means changes when an option is added."""


def new_parser() -> argparse.ArgumentParser:
    """What reads the command line: `parse_args` gives a namespace whose `run` is the command's."""
    parser: argparse.ArgumentParser = _Parser(
        prog="contrejour", description=said("see-what-happens"), allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"contrejour {__version__}")
    _add_commands(parser, COMMANDS, "COMMAND", "contrejour")
    return parser


def _add_commands(
    parser: argparse.ArgumentParser, commands: Sequence[Command], metavar: str, above: str
) -> None:
    below = parser.add_subparsers(required=True, metavar=metavar)
    for command in commands:
        name = f"{above} {command.name}"
        abbreviates = f"{name} ".startswith(tuple(f"{each} " for each in ABBREVIATING))
        made = below.add_parser(
            command.name, help=explained(above, command), allow_abbrev=abbreviates
        )
        for given in command.arguments:
            _add(made, given, explained(name, given))
        if command.commands:
            _add_commands(made, command.commands, command.metavar, name)
        else:
            made.set_defaults(run=command.run)


def _add(parser: argparse.ArgumentParser, given: Given, told: str) -> None:
    if isinstance(given, Switch):
        parser.add_argument(*given.names, action="store_true", help=told)
    elif isinstance(given, Argument):
        value = given.value
        parser.add_argument(
            given.name, metavar=value.metavar or None, help=told, type=value.parse,
            choices=given.choices or None, nargs=given.count, default=given.default,
        )  # fmt: skip
    else:
        values = given.values
        metavars = tuple(each.metavar for each in values)
        default = given.default_factory() if given.default_factory else given.default
        parser.add_argument(
            *given.names, metavar=metavars if len(values) > 1 else metavars[0] or None,
            help=told, type=values[0].parse, nargs=len(values) if len(values) > 1 else None,
            dest=given.dest or None, choices=given.choices or None, required=given.required,
            action="append" if given.repeated else "store",
            default=[] if given.repeated else default,
        )  # fmt: skip


SENTENCES = (
    ("argument-not-a-choice",
     r"argument (?P<name>.*?): invalid choice: (?P<found>.*) \(choose from (?P<known>.*)\)"),
    ("argument-expects-one", r"argument (?P<name>.*?): expected one argument"),
    ("argument-value-wrong",
     r"argument (?P<name>.*?): invalid \S+ value: (?P<found>.*)"),
    ("argument-wrong", r"argument (?P<name>.*?): (?P<fault>.*)"),
    ("arguments-required", r"the following arguments are required: (?P<names>.*)"),
    ("arguments-unrecognized", r"unrecognized arguments: (?P<words>.*)"),
)  # fmt: skip
"""What argparse says of arguments: it has no ids, only these sentences."""


def _of_argparse(text: str) -> Message:
    for key, pattern in SENTENCES:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            return Message(key, **found.groupdict())
    return verbatim(text)


class _Parser(argparse.ArgumentParser):
    """argparse in the reader's language, as far as it lets."""

    def format_help(self) -> str:
        for group in self._action_groups:
            group.title = _word(group.title)
        for action in self._actions:
            action.help = _word(action.help)
        return super().format_help()

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        write_line(f"contrejour: error: {said(_of_argparse(message))}")
        self.exit(2)


def _word(text: str | None) -> str | None:
    return said(WORDS[text]) if text in WORDS else text
