"""Every number that pictures are judged by says what it is and where it comes from."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import contrejour

ROOT = Path(contrejour.__file__).parents[2]
WINGS = Path(contrejour.__file__).parent
MODULES = [
    *sorted((WINGS / "vision").rglob("*.py")),
    *(WINGS / "live" / "watch" / f"{name}.py" for name in ("empty", "hiding", "load", "still")),
    WINGS / "recorded" / "empty_scene.py",
]
SOURCE = re.compile(
    r"(bench/results/[\w-]+\.md|docs/design/[\w-]+\.md|\b[Bb]y eye\b|\bby definition\b)"
)


def is_number(node: ast.expr | None) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float)
    if isinstance(node, ast.UnaryOp):
        return is_number(node.operand)
    if isinstance(node, ast.BinOp):
        return is_number(node.left) and is_number(node.right)
    return isinstance(node, ast.Tuple) and all(map(is_number, node.elts))


def numbers(path: Path) -> list[tuple[str, str]]:
    """The names of a module's public numbers, and the docstring that stands under each."""
    body = ast.parse(path.read_text()).body
    found = []
    for node, below in zip(body, [*body[1:], None], strict=True):
        if not isinstance(node, ast.Assign) or not is_number(node.value):
            continue
        name = ast.unparse(node.targets[0]).strip("()")
        under = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        if not name.startswith("_"):
            found.append((name, str(below.value.value) if under else ""))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_number_says_what_it_is_and_where_it_comes_from(path):
    """By a bench or design page with the date, or by eye, in its own docstring or the module's."""
    above = ast.get_docstring(ast.parse(path.read_text())) or ""
    line = above.partition("Thresholds:")[2]
    for name, told in numbers(path):
        assert told, f"{name} doesn't say what it is"
        source = told if SOURCE.search(told) else line
        assert SOURCE.search(source), f"{name} doesn't say where it comes from"
        for page in re.findall(r"(?:bench|docs)/[\w/-]+\.md", source):
            assert (ROOT / page).exists(), f"{name} comes from {page}, which isn't there"
    if line:
        assert re.search(r"\d{4}-\d\d-\d\d", line), "the thresholds have no date"


def test_there_are_numbers_to_ask_about():
    assert sum(len(numbers(path)) for path in MODULES) > 100
