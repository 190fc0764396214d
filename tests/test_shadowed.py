"""The folder that somebody stands in is read from, at most: nothing in it is ever run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from fakes import sites
from fakes.cameras import camera
from fakes.runs import LIMIT_S, PATHS, clip, masks_for, until, walking

from contrejour.base import paths

THIRD = ("av", "contrejour", "cv2", "numpy", "openvino", "pydantic", "sitecustomize", "tqdm")
LEAVES = """
import os
with open(os.environ["RAN"], "a") as log:
    log.write(__name__ + "\\n")
raise SystemExit(99)
"""
SCRIPT = """
import sys
if sys.argv[1:2] and sys.argv[1].startswith("fakes."):
    from runpy import run_module
    run_module("fakes.veil_with", run_name="__main__")
else:
    from contrejour.__main__ import main
    sys.exit(main())
"""


@pytest.fixture(scope="module")
def shadowing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module of its own in place of every one that we import."""
    folder = tmp_path_factory.mktemp("evidence")
    for name in (*sys.stdlib_module_names, *THIRD):
        (folder / f"{name}.py").write_text(LEAVES)
    for name in ("multiprocessing", "importlib", "json", "xml"):
        (folder / f"{name}.py").unlink(missing_ok=True)
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(LEAVES)
    masks_for(clip(folder / "in.mp4", frames=48), folder / "masks.json", walking)
    return folder


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What an installed `contrejour` is; with a detector of the fakes where one is named."""
    path = tmp_path_factory.mktemp("bin") / "contrejour"
    path.write_text(SCRIPT)
    return [str(path)]


def started(
    folder: Path, how: list[str], *args: object, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """A command with that current folder."""
    known = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), "RAN": str(log(folder)),
             **(env or {})}  # fmt: skip
    log(folder).unlink(missing_ok=True)
    return subprocess.Popen(
        [sys.executable, *how, *map(str, args)], cwd=folder, env=known, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def log(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.ran"


def ran(folder: Path) -> list[str]:
    """The modules of the folder that were run."""
    return log(folder).read_text().split() if log(folder).exists() else []


def run_in(
    folder: Path, how: list[str], *args: object, env: Mapping[str, str] | None = None
) -> str:
    """What a command with that current folder says, to its end."""
    process = started(folder, how, *args, env=env)
    try:
        return "".join(process.communicate(timeout=LIMIT_S))
    finally:
        process.kill()


def veil(folder: Path) -> tuple[object, ...]:
    """Two workers, and no detector."""
    return ("veil", "in.mp4", "-o", "out.mp4", "--force", "--masks", "masks.json", "--jobs", 2)


def test_attack_03_veil_runs_no_module_of_the_folder_that_it_is_in(
    shadowing: Path, script: list[str]
) -> None:
    said = run_in(shadowing, script, *veil(shadowing))
    assert not ran(shadowing), said
    assert (shadowing / "out.mp4").exists(), said


def test_attack_03_watch_and_doctor_run_no_module_of_the_folder_that_they_are_in(
    shadowing: Path, script: list[str], tmp_path: Path
) -> None:
    with camera(shadowing / "in.mp4") as [address]:
        sites.write(tmp_path, {"cam-a": address}, "view.live")
        process = started(shadowing, [*script, "fakes.detectors:painted"], *sites.watch(tmp_path))
        try:
            assert until(lambda: bool(list(tmp_path.rglob("*.m4s")) or ran(shadowing)))
            assert not ran(shadowing)
        finally:
            process.terminate()
            said = "".join(process.communicate(timeout=LIMIT_S))
        assert not ran(shadowing), said
        said = run_in(shadowing, script, "doctor", "--site", tmp_path / "site.yml")
    assert not ran(shadowing), said
    assert "cam-a" in said


def test_attack_03_review_and_the_other_commands_run_none_either(
    shadowing: Path, script: list[str], tmp_path: Path
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("Arrêté. Une caméra dans le tramway, du 1er mars 2027 au 2 mars 2027.")
    for command in (("review", text), ("models", "list"), ("--version",)):
        said = run_in(shadowing, script, *command)
        assert not ran(shadowing), (command, said)


DECODER = """
import sys
from contrejour.base import paths
sys.path[:] = paths.trusted()
from contrejour.media import Decoder
decoder = Decoder(sys.argv[1])
print(next(decoder.frames()).width)
decoder.close()
"""


def test_attack_03_a_camera_s_decoder_runs_no_module_of_the_folder(
    shadowing: Path, tmp_path: Path
) -> None:
    (tmp_path / "decode").write_text(DECODER)
    with camera(shadowing / "in.mp4") as [address]:
        said = run_in(shadowing, [str(tmp_path / "decode")], address)
    assert not ran(shadowing), said
    assert said == "160\n"


@pytest.mark.parametrize("path", ["", ":"])
def test_attack_03_the_module_called_by_name_runs_none_either(shadowing: Path, path: str) -> None:
    """But for what Python itself reads there before it comes to us."""
    told = subprocess.run(
        [sys.executable, "-P", "-c", "import runpy, sys; print(*sys.modules)"],
        capture_output=True, text=True, timeout=LIMIT_S, check=True,
    )  # fmt: skip
    before_us = {name.partition(".")[0] for name in told.stdout.split()} | {"contrejour"}
    before_us |= {"sitecustomize", "usercustomize"} if path else set()
    hidden = [each.rename(f"{each}.no") for each in shadowing.iterdir() if each.stem in before_us]
    said = run_in(shadowing, ["-m", "contrejour"], *veil(shadowing),
                  env={"PYTHONPATH": os.pathsep.join(PATHS) + path})  # fmt: skip
    for each in hidden:
        each.rename(each.with_suffix(""))
    assert not ran(shadowing), said
    assert (shadowing / "out.mp4").exists(), said


def test_a_folder_that_the_package_came_from_stays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = Path(paths.__file__).parents[2]
    monkeypatch.setattr(sys, "path", ["", ".", str(tmp_path), str(ours), "/nowhere"])
    monkeypatch.chdir(tmp_path)
    assert paths.trusted() == [str(ours), "/nowhere"]
    monkeypatch.chdir(ours)
    assert paths.trusted() == [str(tmp_path), str(ours), "/nowhere"]
