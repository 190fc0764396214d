"""Whoever's system speaks French is spoken to in French."""

from __future__ import annotations

from pathlib import Path

import pytest
from fakes.runs import run

from contrejour.base.language import is_french

FRENCH = {"LC_ALL": "fr_FR.UTF-8"}


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


def test_what_argparse_says_is_said_in_french(tmp_path: Path) -> None:
    for given, told in (
        ((), "ces arguments manquent : INPUT"),
        (("a", "--fill", "x"), "argument --fill : choix invalide : 'x'"),
        (("a", "--masks"), "argument --masks : une valeur est attendue"),
        (("a", "--nonsense"), "arguments inconnus : --nonsense"),
    ):
        assert told in run("veil", *given, env=FRENCH).stderr
