"""Every module that a page of docs/design, CONTRIBUTING or a package's docstring names is there.

Three spellings are looked up, wherever they stand in a page:

    recorded/run.py             a file: some file of the project ends so; in the docstring of a
                                package, a bare name is one of its own
    `media/out/`                a folder, in backticks
    contrejour.custody.seal     a module, or a name that a module holds
    recorded/run.py  veil_video, Job.of
                                at the beginning of an indented line: a file, two blanks or more,
                                and the functions and classes in it that the line is about

Lines of the last kind, one under another, follow something through the code. One that is indented
further is a step down: its file is imported by the one that it stands under (or run by it, as a
process of that name), and imports nothing of those above it: there is no way back up.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "contrejour"
FILE = re.compile(r"(?<![\w./])[\w/]+\.py\b")
FOLDER = re.compile(r"`((?:\w+/)+)`")
DOTTED = re.compile(r"\bcontrejour(?:\.[A-Za-z_]\w*)+(?!\w|:\w)")
FOLLOWED = re.compile(r"^( {4,})(\w+/[\w/]+\.py) {2,}([\w.]+(?:, [\w.]+)*)(?: {2,}|$)")
WRITTEN_AT_WORK = {"ahead/"}
"""Folders that the program makes, and that pages name."""


def problems() -> Iterator[str]:
    """Each name that leads nowhere, in a line."""
    pages = [*sorted(ROOT.glob("docs/design/**/*.md")), ROOT / "CONTRIBUTING.md"]
    for page in pages:
        for fault in _faults(page.read_text()):
            yield f"{page.relative_to(ROOT)}: {fault}"
    yield from _twice_in_the_glossary()
    for package in sorted(SOURCE.rglob("__init__.py")):
        told = ast.get_docstring(ast.parse(package.read_text())) or ""
        for fault in _faults(told, package.parent):
            yield f"{package.relative_to(ROOT)}: {fault}"


def _twice_in_the_glossary() -> Iterator[str]:
    """Words of English that it gives two meanings."""
    page = ROOT / "docs" / "design" / "glossary.md"
    rows = (line.split("|") for line in page.read_text().splitlines() if line.startswith("| "))
    words = [word for row in rows for word in row[1].strip().split(", ") if word != "English"]
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield f"docs/design/glossary.md: {word} has two meanings"


def _faults(text: str, folder: Path | None = None) -> Iterator[str]:
    for name in sorted(set(FILE.findall(text))):
        if not _files(name, folder):
            yield f"no file {name}"
    for name in sorted(set(FOLDER.findall(text)) - WRITTEN_AT_WORK):
        if not any(f"/{path.relative_to(ROOT)}".endswith(f"/{name[:-1]}") for path in _folders()):
            yield f"no folder {name}"
    for name in sorted(set(DOTTED.findall(text))):
        if not _is_module(name):
            yield f"no module or name {name}"
    if folder is not None:
        return
    above: list[tuple[int, Path]] = []
    for line in text.splitlines():
        found = FOLLOWED.match(line)
        path = SOURCE / found[2] if found else ROOT
        if not found or not path.is_file():
            above = []
            continue
        for name in found[3].split(", "):
            if name not in _names(path):
                yield f"{found[2]} has no {name}"
        above = [step for step in above if step[0] < len(found[1])]
        if above and not _leads_to(above[-1][1], path):
            yield f"{found[2]} is no step down from {_module(above[-1][1])}"
        for _, higher in above:
            if _module(higher) in _imported(path):
                yield f"{found[2]} climbs back up to {_module(higher)}"
        above.append((len(found[1]), path))


def _files(name: str, folder: Path | None) -> list[Path]:
    """The files that are meant: beside a docstring, else wherever a path of the project ends so."""
    if folder is not None and "/" not in name:
        return list(folder.rglob(name))
    return [path for path in _all() if f"/{path.relative_to(ROOT)}".endswith(f"/{name}")]


@cache
def _all() -> tuple[Path, ...]:
    tops = ("src", "tests", "docs", "bench", "scripts")
    return tuple(path for top in tops for path in (ROOT / top).rglob("*.py"))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)


def _leads_to(path: Path, below: Path) -> bool:
    """Whether a file imports another one, or a package that holds it, or starts it by its name."""
    module = _module(below)
    packages = {module.rsplit(".", count)[0] for count in range(module.count("."))}
    return bool((packages | {module}) & _imported(path)) or f'"{module}"' in path.read_text()


@cache
def _imported(path: Path) -> frozenset[str]:
    """What a file imports, wherever in it: modules, and the packages that names come from."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = {f"{node.module}.{each.name}" for each in node.names}
            modules = {name for name in inside if _is_file(name)}
            found |= modules or {node.module}
    return frozenset(found - {"contrejour"})


def _is_file(module: str) -> bool:
    path = SOURCE.parent.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


@cache
def _folders() -> frozenset[Path]:
    return frozenset(path.parent for path in _all())


def _is_module(name: str) -> bool:
    path = SOURCE
    parts = name.split(".")[1:]
    for place, part in enumerate(parts):
        if (path / part).is_dir():
            path /= part
            continue
        module = path / f"{part}.py"
        if module.is_file():
            rest = ".".join(parts[place + 1 :])
            return not rest or rest in _names(module)
        return ".".join(parts[place:]) in _names(path / "__init__.py")
    return True


@cache
def _names(path: Path) -> frozenset[str]:
    """What a file holds at its top, and the methods of its classes as `Class.method`."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {
                f"{node.name}.{each.name}"
                for each in node.body
                if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {each.id for each in targets if isinstance(each, ast.Name)}
        if isinstance(node, ast.ImportFrom):
            found |= {each.asname or each.name for each in node.names}
    return frozenset(found)
