"""Whoever's system speaks French is spoken to in French, in every sentence."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.runs import run

import contrejour
from contrejour.base import errors
from contrejour.base.language import TWINS, french, is_french
from contrejour.base.messages import has_template

SOURCE = Path(contrejour.__file__).parent
KINDS = {name for name in vars(errors) if name[0].isupper()} | {
    "_wrong", "wrong", "_Strange", "ArgumentTypeError", "fine", "doubtful", "failing", "Alarm",
}  # fmt: skip
TWIN = json.loads(TWINS.read_text(encoding="utf-8"))
FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


def text_of(node: ast.expr) -> str:
    """A text in the source, {} for each value; nothing for what is no text."""
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "{}" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def sentences() -> Iterator[str]:
    """Every text with a word in it that is raised, or helps."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            told = node.args if name in KINDS else []
            told = [*told, *(key.value for key in node.keywords if key.arg == "help")]
            yield from (text for text in map(text_of, told) if re.search("[a-zA-Z]", text))
    yield from ("{}:{}: {}: {}", "did you mean {}?", "one of: {}")
    yield from (kind.usual for kind in vars(errors).values() if getattr(kind, "usual", ""))


def test_every_sentence_has_a_french_twin() -> None:
    assert sorted({text for text in sentences() if not has_template(text)} - set(TWIN)) == []


@pytest.mark.parametrize(("english", "twin"), TWIN.items())
def test_a_twin_says_every_value_once_and_is_not_the_english(english: str, twin: str) -> None:
    places = re.findall(r"\{(\d)\}", twin)
    assert sorted(places) == [str(at) for at in range(english.count("{}"))]
    said = french(english.replace("{}", "7"))
    assert said == re.sub(r"\{\d\}", "7", twin)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a b.mp4 does not exist", "a b.mp4 n'existe pas"),
        ("12 frames veiled whole: detector-failed",
         "12 images voilées entières : un détecteur a échoué"),
        ('m.json: frame 3: expected "boxes" as a list, found 7',
         'm.json: frame 3 : attendu "boxes" en liste, trouvé 7'),
        ("m.yaml:3: measures.0.cameras.count: expected a whole number, found 'x'",
         "m.yaml:3: measures.0.cameras.count : attendu un nombre entier, trouvé 'x'"),
        ("Cannot allocate memory", "Cannot allocate memory"),
    ],
)  # fmt: skip
def test_values_are_put_in_and_what_has_no_twin_stays(text: str, said: str) -> None:
    assert french(text) == said


@pytest.mark.parametrize(
    ("environment", "yes"),
    [
        ({}, False),
        ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "en_GB", "LC_MESSAGES": "fr_CA"}, True),
        ({"LANG": "fr", "LC_MESSAGES": ""}, True),
    ],
)
def test_the_first_variable_that_is_set_chooses(environment: dict[str, str], yes: bool) -> None:
    assert is_french(environment) is yes


def test_the_command_speaks_french(tmp_path: Path) -> None:
    done = run("veil", tmp_path / "no.mp4", env=FRENCH)
    assert done.returncode == 3
    assert f"contrejour: error: {tmp_path}/no.mp4 n'existe pas\n" in done.stderr
    helped = run("veil", "--help", env=FRENCH).stdout
    assert "reprendre une exécution interrompue" in helped
    assert "go on with" not in helped
    wrong = run("veil", "a.mp4", "-j", "0", env=FRENCH)
    assert wrong.returncode == 2
    assert "argument -j/--jobs : de 1 à 1024" in wrong.stderr
