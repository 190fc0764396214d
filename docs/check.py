"""Docs are tested: every command, option, rule, exit code is there, and what pages name exists."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import mandate_file
import paths
import rules
import site_file

from contrejour.base import errors
from contrejour.cli.command import Argument, walk
from contrejour.cli.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"


def problems() -> Iterator[str]:
    """Each thing that the docs leave out or get wrong, in a line."""
    text = "\n".join(page.read_text() for page in sorted(REFERENCE.glob("*.md")))
    for name, command in walk(COMMANDS):
        if name not in text:
            yield f"docs/reference: no word of `{name}`"
        for given in command.arguments:
            for option in () if isinstance(given, Argument) else given.names:
                if option not in text:
                    yield f"docs/reference: no word of `{name} {option}`"
    codes = (REFERENCE / "exit-codes.md").read_text()
    for kind in vars(errors).values():
        if not isinstance(kind, type) or not issubclass(kind, errors.ContrejourError):
            continue
        if not re.search(rf"\b{kind.exit_code}\b", codes):
            yield f"docs/reference/exit-codes.md: no word of {kind.exit_code} ({kind.__name__})"
    for maker in (rules, mandate_file, site_file):
        for page, written in maker.pages().items():
            if not page.exists() or page.read_text() != written:
                made = f"python docs/{maker.__name__}.py"
                yield f"{page.relative_to(ROOT)}: not what the program says: run `{made}`"
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: nothing at {target}"
    yield from paths.problems()


if __name__ == "__main__":
    found = list(problems())
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
