"""Docs are tested: every command, option, rule, exit code is there, and what pages name exists.

python docs/check.py           say what is wrong
python docs/check.py --write   write anew the pages that are made of the program, then say it
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import commands
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
    told = [page for page in sorted(REFERENCE.glob("*.md")) if not page.match("commands.*.md")]
    text = "\n".join(page.read_text() for page in told)
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
    for page, written in _made().items():
        if not page.exists() or page.read_text() != written:
            made = "python docs/check.py --write"
            yield f"{page.relative_to(ROOT)}: not what the program says: run `{made}`"
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                yield f"{page.relative_to(ROOT)}: nothing at {target}"
    yield from paths.problems()


def _made() -> dict[Path, str]:
    """The pages that are made of the program, and what they have to say."""
    return {
        page: written
        for maker in (commands, mandate_file, rules, site_file)
        for page, written in maker.pages().items()
    }


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        for page, written in _made().items():
            page.write_text(written)
    found = list(problems())
    print("\n".join(found), file=sys.stderr)
    sys.exit(bool(found))
