"""What is never built: forbidden acts have names so that they are refused, and no more."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path

import pytest

import contrejour
from contrejour.base.pictures import Detection, HiddenBox, Kind, Look, Mask
from contrejour.law.mandate.rules import RULES
from contrejour.law.mandate.vocabulary import FORBIDDEN, Act

SOURCE = Path(contrejour.__file__).parent
SPEAK_OF_THEM = {"law", "papers"}
"""Wings that judge, read or print a mandate; none of them touches a picture of a camera."""
NO_NOUN = re.compile(
    r"_*(\w*(?<!Fe)(?<!Se)ed|Came|Doing|Found|Heard|Held|Here|Keeping|Kept|Known|Made|Near|Read|"
    r"Said|Seen|Sent|Shown|Spent|Such|That|There|These|They|This|Told|What|Where|Which|Who|Whom)"
)
"""Participles, and the pronouns and adverbs that a class was named by."""
OF_A_PERSON = re.compile(
    r"embed|faceprint|re_?id(entif|_|$)|biometr|gait|emotion|plate_(text|number)"
)


def modules(*without: str) -> list[Path]:
    return [
        path for path in SOURCE.rglob("*.py")
        if path.relative_to(SOURCE).parts[0] not in without
    ]  # fmt: skip


def test_no_rule_permits_a_forbidden_act():
    assert FORBIDDEN.isdisjoint(act for rule in RULES.values() for act in rule.permits)


@pytest.mark.parametrize("path", modules(*SPEAK_OF_THEM), ids=lambda path: path.stem)
def test_nothing_that_sees_a_picture_names_a_forbidden_act(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant):
            assert node.value not in FORBIDDEN
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Act":
            assert node.attr not in {act.name for act in FORBIDDEN}
        name = getattr(node, "id", getattr(node, "attr", getattr(node, "name", None)))
        if isinstance(name, str):
            assert not OF_A_PERSON.search(name.lower()), name


@pytest.mark.parametrize("path", modules(), ids=lambda path: path.stem)
def test_what_speaks_of_forbidden_acts_sees_no_picture(path):
    if path.relative_to(SOURCE).parts[0] in SPEAK_OF_THEM:
        imported = {
            name
            for node in ast.walk(ast.parse(path.read_text()))
            for name in (
                [alias.name for alias in node.names] if isinstance(node, ast.Import)
                else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            )
        }  # fmt: skip
        seen = ("contrejour.media", "contrejour.vision", "av", "cv2", "numpy")
        assert not [name for name in imported if name.startswith(seen)]


def test_a_detection_is_a_box_a_kind_and_a_score_and_nothing_to_recognise_by():
    assert [field.name for field in fields(Detection)] == ["box", "kind", "score"]
    assert {kind.value for kind in Kind} == {"person", "face", "vehicle", "object"}
    assert [field.name for field in fields(HiddenBox)] == ["box", "source", "track", "score"]
    assert [field.name for field in fields(Mask)] == ["index", "boxes", "whole"]
    assert [field.name for field in fields(Look)] == [
        "index", "time_ns", "sight", "detections", "cut",
    ]  # fmt: skip


def test_importing_all_of_it_loads_no_library_that_identifies():
    for module in pkgutil.walk_packages([str(SOURCE)], "contrejour."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    project = tomllib.loads((SOURCE.parents[1] / "pyproject.toml").read_text())
    banned = next(
        contract["forbidden_modules"]
        for contract in project["tool"]["importlinter"]["contracts"]
        if contract["name"].startswith("nothing identifies")
    )
    assert banned
    assert not [name for name in banned if name in sys.modules]


def test_every_forbidden_act_is_one_of_the_named_and_not_one_of_the_possible():
    assert len(FORBIDDEN) == 14
    assert len(Act) == 27


def classes() -> list[tuple[str, Path]]:
    """Every class of the tree but exceptions, whose names say what went wrong."""
    return [
        (node.name, path)
        for path in modules()
        if path != SOURCE / "base" / "errors.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
        and not any(getattr(base, "id", "") == "Exception" for base in node.bases)
    ]


def test_a_class_name_stands_for_one_thing_in_the_whole_tree():
    counted = Counter(name for name, _ in classes())
    assert {name for name, times in counted.items() if times > 1} == set()


def test_a_class_is_named_by_a_noun():
    assert {name for name, _ in classes() if NO_NOUN.fullmatch(name)} == set()
