"""Words are completed as somebody types them, in the real bash, zsh and fish."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from fakes.runs import run
from fakes.shells import candidates, completed, shown

SHELLS = [
    pytest.param(
        each, marks=pytest.mark.skipif(not shutil.which(each), reason=f"{each} is not installed")
    )
    for each in ("bash", "zsh", "fish")
]
NO_PLACES = "fish is told what a command takes, not in which place"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts, and in `here` some files and folders to name."""
    scripts = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        done = run("completion", shell)
        assert (done.returncode, done.stderr) == (0, "")
        (scripts / shell).write_text(done.stdout)
    here = scripts / "here"
    here.mkdir()
    for name in ("street.mp4", "outlook.txt", "127.0.0.1"):
        (here / name).touch()
    (here / "outside").mkdir()
    return scripts


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "whole"),
    [
        ("contrejour ve", "contrejour veil"),
        ("contrejour case appr", "contrejour case approve"),
        ("contrejour models fe", "contrejour models fetch"),
        ("contrejour veil --hi", "contrejour veil --hide"),
        ("contrejour --vers", "contrejour --version"),
        ("contrejour veil --hide fa", "contrejour veil --hide faces"),
        ("contrejour veil --hide=fa", "contrejour veil --hide=faces"),
        ("contrejour veil a.mp4 --audio ke", "contrejour veil a.mp4 --audio keep"),
        ("contrejour completion fi", "contrejour completion fish"),
        ("contrejour veil str", "contrejour veil street.mp4"),
        ("contrejour veil a.mp4 str", "contrejour veil a.mp4 street.mp4"),
        ("contrejour watch --site str", "contrejour watch --site street.mp4"),
        ("contrejour watch -o out", "contrejour watch -o outside/"),
        ("contrejour ledger serve out", "contrejour ledger serve outside/"),
        ("contrejour ledger append out", "contrejour ledger append outside/"),
        ("contrejour ledger append x str", "contrejour ledger append x street.mp4"),
        ("contrejour case export x str", "contrejour case export x street.mp4"),
        ("contrejour case export x y str", "contrejour case export x y street.mp4"),
        ("contrejour testing camera --tls a str", "contrejour testing camera --tls a street.mp4"),
    ],
)
def test_a_word_with_one_end_is_completed(shell: str, line: str, whole: str, folder: Path) -> None:
    if shell == "fish" and "append out" in line:
        pytest.skip(NO_PLACES)
    found = completed(shell, folder / shell, line, folder / "here")
    assert found.rstrip(" =") == whole  # zsh writes the = that a value may follow


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "line",
    [
        "contrejour watch --listen 127",  # an address, not the file
        "contrejour veil --jobs 127",
        "contrejour keys name x 127",
        "contrejour doct --si",  # no command
        "contrejour eval --hid",  # another's option
    ],
)
def test_what_is_no_path_is_not_completed_as_one(shell: str, line: str, folder: Path) -> None:
    if shell == "fish" and "keys name" in line:
        pytest.skip(NO_PLACES)
    assert completed(shell, folder / shell, line, folder / "here") == line


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("contrejour ledger ", {"init", "append", "serve", "witness", "prove", "verify"}),
        ("contrejour veil --a", {"--audio", "--allow-truncated"}),
        ("contrejour veil --fill ", {"solid", "background", "blur", "mosaic"}),
    ],
)
def test_where_there_are_several_all_are_shown(
    shell: str, line: str, among: set[str], folder: Path
) -> None:
    if shell == "fish":
        text = "\n".join(candidates(folder / shell, line, folder / "here"))
    else:
        text = shown(shell, folder / shell, line, folder / "here")
    assert {word for word in among if word not in text} == set()


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_what_each_is_for_is_told_in_the_readers_language(shell: str) -> None:
    french = run("completion", shell, env={"LC_ALL": "fr_FR.UTF-8"}).stdout
    assert "reprendre une exécution interrompue" in french
    assert "go on with a run that was stopped" in run("completion", shell).stdout
