"""The wheel alone, in an environment of its own, an empty folder and an empty HOME.

What it depends on comes from the environment of the tests, by a .pth file; the folder of the
project, which is there for the tests, is not on its path.
"""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest
from fakes.mandates import FOLDER
from fakes.runs import clip, masks_for, walking

ROOT = Path(__file__).parents[1]
TEXT = ROOT / "tests" / "law" / "review" / "texts" / "deliberation.txt"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the tree as it is."""
    pytest.importorskip("hatchling")
    out = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (made,) = out.glob("*.whl")
    return made


class Machine:
    """One on which nothing but the wheel was ever installed."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.home, self.place = folder / "home", folder / "place"
        self.home.mkdir()
        self.place.mkdir()
        self.bin = folder / "environment" / "bin"
        make = [sys.executable, "-m", "venv", "--without-pip", self.bin.parent]
        subprocess.run(make, check=True)
        self.python = self.bin / "python"
        install = [sys.executable, "-m", "pip", "--python", self.python, "install", "-q"]
        offline = ["--no-deps", "--no-index", "--disable-pip-version-check", wheel]
        subprocess.run([*install, *offline], check=True, env=self.variables)
        (packages,) = self.bin.parent.glob("lib/python*/site-packages")
        leaning = [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
        (packages / "leaning.pth").write_text("\n".join(dict.fromkeys(leaning)) + "\n")

    @property
    def variables(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.bin), os.environ["PATH"]])
        return {"HOME": str(self.home), "PATH": path, "LANG": "C.UTF-8"}

    def run(self, *command: object, code: int = 0) -> str:
        """What it prints, run in an empty folder."""
        done = subprocess.run(
            list(map(str, command)), cwd=self.place, env=self.variables,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        return done.stdout

    def contrejour(self, *arguments: object, code: int = 0) -> str:
        return self.run(self.bin / "contrejour", *arguments, code=code)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Machine:
    return Machine(tmp_path_factory.mktemp("machine"), wheel)


def test_it_is_the_wheel_that_runs(machine: Machine) -> None:
    told = machine.run(machine.python, "-c", "import contrejour; print(contrejour.__file__)")
    assert Path(told.strip()).is_relative_to(machine.bin.parent)


def test_veil_renders_what_a_masks_file_hides(machine: Machine, tmp_path: Path) -> None:
    source = clip(tmp_path / "street.mp4")
    masks = masks_for(source, tmp_path / "hidden.json", walking)
    machine.contrejour("veil", source, "--masks", masks, "-o", "out.mp4", "--report", "check.html")
    assert {path.name for path in machine.place.iterdir()} == {
        "out.mp4", "out.mp4.masks.json", "check.html",
    }  # fmt: skip


def test_mandate_check_judges_a_measure(machine: Machine) -> None:
    check = ("mandate", "check", FOLDER / "lawful.yaml", "--as-of", "2027-02-12", "--lang", "en")
    assert "ACCEPTED" in machine.contrejour(*check)


def test_review_reads_a_deliberation(machine: Machine) -> None:
    assert "CSI" in machine.contrejour("review", TEXT, "--lang", "fr")


def test_documents_and_schemas_are_found_by_importlib(machine: Machine) -> None:
    """Hints name these pages."""
    code = """
import json
from importlib.resources import files
docs = files("contrejour") / "docs"
for page in ("masks-file.md", "eval.md", "events.md"):
    assert (docs / "reference" / page).read_text("utf-8").startswith("# "), page
for schema in ("mandate", "site"):
    json.loads((docs / "reference" / f"{schema}.schema.json").read_text("utf-8"))
assert (docs / "guide" / "veil.fr.md").is_file()
assert (files("contrejour") / "py.typed").is_file()
"""
    machine.run(machine.python, "-c", code)


def test_no_link_of_a_document_leads_nowhere(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        pages = {name: packed.read(name).decode() for name in names if name.endswith(".md")}
    nowhere = [
        (name, link)
        for name, text in pages.items()
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", text)
        if posixpath.normpath(posixpath.join(posixpath.dirname(name), link)) not in names
    ]
    assert len(pages) > 40
    assert nowhere == []


def test_sentences_are_compiled_and_in_french(machine: Machine, wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        made = [name for name in archive.namelist() if name.endswith(".mo")]
    assert {name.split("/")[3] for name in made} == {"en", "fr"}
    code = """
from contrejour.base.messages import Message, rendered
print(rendered(Message("output-exists", out="a.mp4"), "fr"))
"""
    assert "a.mp4 existe" in machine.run(machine.python, "-c", code)


def test_licence_and_notice_are_in_it_and_no_test_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    ends = {name.rsplit("/", 1)[1] for name in names if ".dist-info/licenses/" in name}
    assert ends == {"LICENSE", "NOTICE"}
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"contrejour"}
    assert not [name for name in names if name.endswith(".py") and "/docs/" in name]


def test_two_builds_are_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, umask=0o077)
    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


@pytest.mark.parametrize("page", ["man1/contrejour.1", "fr/man1/contrejour.1"])
def test_the_manual_is_where_man_looks_beside_the_command(machine: Machine, page: str) -> None:
    assert (machine.bin.parent / "share" / "man" / page).read_text().count(".SS contrejour") > 50
