"""How a call in the source opens a file: to read, or to write."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import contrejour

SOURCE = Path(contrejour.__file__).parent
NO_FILES = {"archive", "Image", "tarfile"}
"""Members of an archive and pictures that are read; a tar that is made in memory."""
WRITES = set("wax+")
"""Letters of a mode that writes."""


def opened(node: ast.Call, owner: str) -> bool:
    """Whether `owner.open(…)`, of a path or of a module that opens paths, writes."""
    return writes(node, 1 if owner in ("av", "io") else 0)


def writes(node: ast.Call, place: int) -> bool:
    """Whether the mode of an `open` writes, or can't be read here."""
    given = [*node.args[place : place + 1], *(k.value for k in node.keywords if k.arg == "mode")]
    return any(
        not isinstance(mode, ast.Constant)
        or (isinstance(mode.value, str) and len(mode.value) < 5 and bool(WRITES & {*mode.value}))
        for mode in given
    )


def opens_to_write(node: ast.Call) -> bool:
    """Whether the flags of an `os.open` say more than reading."""
    flags = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    return bool(flags & {"O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_APPEND"})


def counted(
    calls: Callable[[ast.AST], Iterable[str]], owners: Collection[str]
) -> dict[str, Counter[str]]:
    """How often each module of the source does each of these, but for those that may."""
    told = {}
    for path in sorted(SOURCE.rglob("*.py")):
        name = path.relative_to(SOURCE).as_posix()
        if name not in owners and (seen := Counter(calls(ast.parse(path.read_text())))):
            told[name] = seen
    return told
