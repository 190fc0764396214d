"""All artefacts or none, and the same ones each time."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest
from fakes.looks import view
from fakes.mandates import FESTIVAL, FOLDER, mandate

from contrejour.base.errors import OutputExists, OutputFailed
from contrejour.law.mandate import read
from contrejour.papers import artefacts, folder, publish

TEXT = (FOLDER / "lawful.yaml").read_text()
PAGES = ("index", "information", "affiches", "transparence", "registre", "aipd", "prefet")


def test_the_lawful_example_publishes_everything(tmp_path):
    out = tmp_path / "new" / "public"
    paths = publish(read(TEXT, "lawful.yaml"), FESTIVAL, out, text=TEXT)
    expected = {f"{page}.{language}.html" for page in PAGES for language in ("fr", "en")}
    expected |= {"registre.jsonld", "cameras.geojson"}
    expected |= {
        f"affiche-{place}.{language}.{kind}"
        for place in ("quais", "car-t3")
        for language in ("fr", "en")
        for kind in ("pdf", "png")
    }
    assert {path.name for path in paths} == expected == {each.name for each in out.iterdir()}
    assert all(path.is_file() and path.stat().st_size for path in paths)
    assert stat.S_IMODE(out.stat().st_mode) == 0o755
    assert [each.name for each in out.parent.iterdir()] == ["public"]


def test_the_refused_project_can_be_published_as_a_draft(tmp_path):
    text = (FOLDER / "project.yaml").read_text()
    paths = publish(read(text, "project.yaml"), FESTIVAL, tmp_path / "out")
    for path in paths:
        if path.suffix == ".html":
            assert "NE PAS AFFICHER" in path.read_text() or "DO NOT POST" in path.read_text()


def test_the_same_mandate_and_day_give_the_same_bytes():
    assert dict(artefacts(view())) == dict(artefacts(view()))


def test_the_same_bytes_in_another_process_with_another_hash_seed(tmp_path):
    made = dict(artefacts(view()))
    script = (
        "import sys; from pathlib import Path; from datetime import date;"
        "from contrejour.law.mandate import read; from contrejour.papers import publish;"
        "text = Path(sys.argv[1]).read_text();"
        "publish(read(text, 'x'), date(2027, 2, 12), Path(sys.argv[2]))"
    )
    out = tmp_path / "out"
    subprocess.run(
        [sys.executable, "-c", script, FOLDER / "lawful.yaml", out],
        env={**os.environ, "PYTHONHASHSEED": "7"}, check=True,
    )  # fmt: skip
    assert {each.name: each.read_bytes() for each in out.iterdir()} == made


def test_a_folder_that_holds_something_is_not_touched(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine")
    with pytest.raises(OutputExists, match="already holds files") as told:
        publish(mandate(), FESTIVAL, tmp_path / "out")
    assert told.value.hint
    assert [each.name for each in (tmp_path / "out").iterdir()] == ["mine.txt"]
    publish(mandate(), FESTIVAL, tmp_path / "out", force=True)
    assert not (tmp_path / "out" / "mine.txt").exists()
    assert (tmp_path / "out" / "index.fr.html").exists()
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    publish(mandate(), FESTIVAL, tmp_path / "out")
    assert (tmp_path / "out" / "index.fr.html").exists()


def test_a_file_in_the_way_is_not_replaced(tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputExists, match="not a folder"):
        publish(mandate(), FESTIVAL, tmp_path / "out", force=True)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_place_that_can_not_be_written_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFailed, match="can't be written") as told:
        publish(mandate(), FESTIVAL, tmp_path / "file" / "out")
    assert told.value.hint


@pytest.mark.parametrize("force", [False, True])
def test_a_full_disk_leaves_nothing_half_done(tmp_path, monkeypatch, force):
    out = tmp_path / "out"
    if force:
        out.mkdir()
        (out / "old").write_text("old")

    def full(seen):
        yield "index.fr.html", b"x"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "artefacts", full)
    with pytest.raises(OutputFailed, match="No space left"):
        publish(mandate(), FESTIVAL, out, force=force)
    assert [each.name for each in tmp_path.iterdir()] == (["out"] if force else [])
    assert not force or (out / "old").read_text() == "old"
