"""All but the input is the attacker's: whatever stands at a path that a command touches, nothing
outside is changed, nothing is waited for, and a refusal is told.

Each command is run once as it should be, and so are found the paths that it reads and makes. Then
each of them is replaced by each thing that a stranger can put there. The suite runs some of these
runs, others each time the commands change; `-m soak` runs all.
"""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from fakes import hostile_stage as stage
from fakes.runs import LIMIT_S, run

from contrejour.base import errors

CODES = {0} | {
    kind.exit_code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.ContrejourError)
}
TOLD = re.compile(r"contrejour: (alarm|error|hint|note|warning): |  ")
EVERY = 40
"""One of so many runs is in the suite."""


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    return stage.built(tmp_path_factory.mktemp("stages"))


def done_in(folder: Path, doing: stage.Doing, home: Path) -> tuple[int, str, str]:
    """What a command says there; `home` is its user's."""
    env = {"LC_ALL": "C.UTF-8", "HOME": home, "XDG_STATE_HOME": home / "state",
           "XDG_CONFIG_HOME": home / "config"}  # fmt: skip
    done = run(*doing.args, cwd=folder, env=env)
    return done.returncode, done.stdout, done.stderr


def runs(name: str, stages: Mapping[str, Path], folder: Path) -> Iterator[tuple[str, str]]:
    """Each path that the command touches, with each thing that is put there."""
    doing = stage.COMMANDS[name]
    honest = folder / "honest"
    shutil.copytree(stages[doing.stage], honest, symlinks=True)
    code, out, err = done_in(honest, doing, folder / "home")
    assert (code, "Traceback" in err) == (0, False), (name, out, err)
    for path in stage.touched(stages[doing.stage], honest, doing.args):
        for plant in stage.PLANTS:
            yield path, plant


def hostile(name: str, path: str, plant: str, stages: Mapping[str, Path], folder: Path) -> str:
    """What is wrong after one run; empty: nothing."""
    doing = stage.COMMANDS[name]
    work, dear = folder / "work", stage.dear_tree(folder / "dear")
    shutil.copytree(stages[doing.stage], work, symlinks=True)
    place = work / path
    if plant != "parts":
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    stage.PLANTS[plant](place, dear)
    before = stage.manifest(dear)
    code, _, err = done_in(work, doing, folder / "home")
    wrong = []
    if stage.manifest(dear) != before:
        wrong.append("something outside was changed")
    if code not in CODES:
        wrong.append(f"exit code {code}")
    lines = err.splitlines()
    if code and not any(line.startswith("contrejour: error: ") for line in lines):
        wrong.append("no error")
    if strange := [line for line in lines if not TOLD.match(line)]:
        wrong.append(f"strange: {strange[:3]}")
    return "; ".join(wrong)


def chosen(name: str, path: str, plant: str) -> bool:
    """The same ones on any day: days and hashes in a name are another's tomorrow."""
    lasting = re.sub(r"[0-9a-f]{16,}|20[0-9]{2}-?[0-9]{2}-?[0-9]{2}|[0-9]{6}", "-", path)
    return zlib.crc32(f"{name} {lasting} {plant}".encode()) % EVERY == 0


def checked(name: str, stages: Mapping[str, Path], folder: Path, *, some: bool) -> int:
    """Run them; how many there were."""
    told = [each for each in runs(name, stages, folder) if not some or chosen(name, *each)]
    wrong = {}
    for number, (path, plant) in enumerate(told):
        place = folder / str(number)
        place.mkdir()
        if found := hostile(name, path, plant, stages, place):
            wrong[path, plant] = found
        shutil.rmtree(place)
    assert wrong == {}, name
    return len(told)


@pytest.mark.parametrize("name", stage.COMMANDS)
def test_attack_02_whatever_stands_at_a_path_nothing_outside_is_touched(
    name: str, stages: Mapping[str, Path], tmp_path: Path
) -> None:
    assert LIMIT_S  # `run` ends what waits longer, with an error
    checked(name, stages, tmp_path, some=True)


@pytest.mark.soak
@pytest.mark.parametrize("name", stage.COMMANDS)
def test_attack_02_and_so_it_is_with_every_path_and_all_that_can_stand_there(
    name: str, stages: Mapping[str, Path], tmp_path: Path
) -> None:
    print(f"{name}: {checked(name, stages, tmp_path, some=False)} runs")
