"""What each wing says of itself is so: what it may import, and which names it offers."""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from pathlib import Path

import pytest

import contrejour

SOURCE = Path(contrejour.__file__).parent
CONTRACTS = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text())["tool"][
    "importlinter"
]["contracts"]
PACKAGES = sorted(path.parent for path in SOURCE.glob("*/**/__init__.py"))
WINGS = [path for path in PACKAGES if path.parent == SOURCE]


def of(path: Path) -> str:
    return ".".join(("contrejour", *path.relative_to(SOURCE).parts))


def docstring(package: Path) -> str:
    return ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""


def may_import(wing: str) -> set[str]:
    """The wings that no contract of pyproject.toml forbids it."""
    (layers,) = (each["layers"] for each in CONTRACTS if each["type"] == "layers")
    floors = [re.split(r" \| ", floor) for floor in layers]
    (own,) = (number for number, floor in enumerate(floors) if wing in floor)
    below = {name for floor in floors[own + 1 :] for name in floor}
    forbidden = {
        name.removeprefix("contrejour.")
        for each in CONTRACTS
        if each["type"] == "forbidden" and f"contrejour.{wing}" in each["source_modules"]
        for name in each["forbidden_modules"]
    }
    return below - forbidden


@pytest.mark.parametrize("wing", WINGS, ids=of)
def test_a_wing_says_what_the_contracts_let_it_import(wing):
    told = re.search(r"^May import: (.+)\.$", docstring(wing), re.MULTILINE)
    assert told, f"{of(wing)} says `May import: …` nowhere"
    names = set() if told[1] == "nothing of ours" else set(told[1].split(", "))
    assert names == may_import(wing.name)


@pytest.mark.parametrize("package", PACKAGES, ids=of)
def test_a_package_says_in_prose_what_lives_there(package):
    assert len(docstring(package).split()) >= 20


@pytest.mark.parametrize("package", [each for each in PACKAGES if each.name != "cli"], ids=of)
def test_a_package_names_every_module_that_it_holds(package):
    """But for cli, where a module is a command."""
    modules = {path.stem for path in package.glob("[!_]*.py")}
    modules |= {path.parent.name for path in package.glob("*/__init__.py")}
    said = docstring(package)
    assert [name for name in sorted(modules) if not re.search(rf"\b{name}\b", said)] == []


@pytest.mark.parametrize("package", PACKAGES, ids=of)
def test_every_name_that_a_package_offers_is_there(package):
    module = importlib.import_module(of(package))
    for name in getattr(module, "__all__", ()):
        inside = (package / f"{name}.py").exists() or (package / name / "__init__.py").exists()
        assert inside or hasattr(module, name), f"{of(package)} has no {name}"


@pytest.mark.parametrize("wing", WINGS, ids=of)
def test_a_wing_offers_public_names(wing):
    names = importlib.import_module(of(wing)).__all__
    assert names
    assert not any(name.startswith("_") for name in names)


def test_whoever_imports_the_package_gets_its_types():
    assert (SOURCE / "py.typed").exists()
