"""The manual page is one that man can show, in English and in French."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "man"
PAGES = sorted(FOLDER.glob("*.1"))


def rendered(page: Path) -> tuple[str, str]:
    """What is shown, and what is found wrong."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-K", "utf8", "-T", "utf8", "-P", "-cbou", page],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_nothing_is_wrong_with_it_and_what_is_typed_can_be_copied(page: Path) -> None:
    text, wrong = rendered(page)
    assert wrong == ""
    assert "contrejour watch --plan PLAN --site FILE --output DIR [options]" in text
    assert "-j, --jobs N" in text


@pytest.mark.skipif(not shutil.which("groff"), reason="groff is not installed")
def test_each_is_in_its_language() -> None:
    english, french = (rendered(page)[0] for page in PAGES)
    assert "EXIT STATUS" in english
    assert "CODES DE SORTIE" in french
    assert "reprendre une exécution interrompue" in " ".join(french.split())


@pytest.mark.skipif(not shutil.which("mandoc"), reason="mandoc is not installed")
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_mandoc_reads_it_too(page: Path) -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True
    )
    found = done.stdout.splitlines()
    assert [line for line in found if "missing date" not in line] == []  # of which release?
