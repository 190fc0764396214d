"""Killed at whatever it does on a disk, a command leaves nothing clear, no secret open to others
and no core file, and the next run does it.

The suite kills at some steps, other ones whenever a command does more; `-m soak` at all of them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes import hostile_stage as stage
from fakes import kills, preloads
from fakes.desks import CLEAR, PERSONAL
from fakes.runs import PATHS, masks_for, run
from fakes.sealing import clear

from contrejour import media
from contrejour.custody.seal.recipient import Identity, RecipientKind
from contrejour.custody.seal.segment import recover

SOME = 4
"""Kills of each command in the suite."""
SECRET = (b"PRIVATE KEY-----", b"AGE-SECRET-KEY-", CLEAR[1000:1064],
          *(each.encode() for each in PERSONAL.values()))  # fmt: skip
"""What new files may hold that their user alone may read."""

pytestmark = pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)


@dataclass(frozen=True)
class Killed:
    """What the next run may say beside that it is done, since the killed one had done it; what it
    is given more; and what is there in the end."""

    again: frozenset[int] = frozenset()
    more: tuple[str, ...] = ()
    made: str = ""


EXISTS, CASE_SAYS = frozenset((8,)), frozenset((12, 21))
KILLED: Mapping[str, Killed] = {
    "veil": Killed(more=("--resume",), made="out.mp4"),
    "keys new": Killed(EXISTS, made="fresh.key"),
    "seal": Killed(EXISTS, made="sealed/text.txt.age"),
    "shred": Killed(made="shredded"),
    "ledger append": Killed(made="log3/checkpoint"),
    "case declare": Killed(EXISTS, made="case2/order.json"),
    "case approve": Killed(CASE_SAYS, made="case/steps/0005.json"),
    # the list of what is spent is durable before a layer comes off: what is lost then is lost
    "case peel": Killed(CASE_SAYS, made="dpo.spent"),
    "case open": Killed(frozenset((19,)), made="clear/0000.mp4"),
}


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    made = stage.built(tmp_path_factory.mktemp("stages"))
    masks_for(made["new"] / "in.mp4", made["new"] / "m.json", lambda _: "all is hidden")
    return made


def clear_packets(source: Path) -> list[bytes]:
    """Some bytes of each coded picture."""
    fmt = media.probe(source)
    packets = media.repack(source, media.target(fmt), fmt.time_base)
    return [bytes(packet.data)[20:52] for packet in packets if len(packet.data) > 60]


def killed(
    name: str, nth: int, stages: Mapping[str, Path], folder: Path
) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """One run that is killed there, and what is wrong afterwards."""
    doing, how = stage.COMMANDS[name], KILLED[name]
    before, work, home = stages[doing.stage], folder / "work", folder / "home"
    shutil.copytree(before, work, symlinks=True)
    known = {"LC_ALL": "C.UTF-8", "HOME": home, "XDG_STATE_HOME": home / "state"}
    done = run(*doing.args, cwd=work, env={**known, **kills.at(nth)})
    wrong = [f"core: {path}" for path in folder.rglob("core*")]
    old = {path.relative_to(before).as_posix() for path in before.rglob("*")}
    never = [b"du 1er mars 2027."] if name == "seal" else []
    never += clear_packets(before / "in.mp4") if name == "veil" else []
    for root in (work, home):
        found = kills.holding(root, never).keys() - old
        wrong += [f"clear: {each}" for each in found]
        modes = kills.holding(root, SECRET)
        wrong += [f"open: {each}" for each in modes.keys() - old if modes[each] & 0o077]
    state = home / "state" / "contrejour"
    kept = [state, *state.iterdir()] if state.exists() else []
    wrong += [f"open: {path}" for path in kept if path.stat().st_mode & 0o077]
    again = run(*doing.args, *how.more, cwd=work, env=known)
    if again.returncode not in {0} | how.again or not (work / how.made).exists():
        wrong.append(f"again: {again.returncode} {again.stderr}")
    return done, wrong


def steps_of(name: str, stages: Mapping[str, Path], folder: Path) -> int:
    """What it does on a disk when nobody kills it."""
    shutil.copytree(stages[stage.COMMANDS[name].stage], folder, symlinks=True)
    env = {"HOME": folder / "home", "XDG_STATE_HOME": folder / "home" / "state", **kills.at(0)}
    done = run(*stage.COMMANDS[name].args, cwd=folder, env=env)
    assert done.returncode == 0, done.stderr
    return kills.steps()


def searched(name: str, stages: Mapping[str, Path], folder: Path, places: Sequence[float]) -> int:
    """Kill at these shares of all steps, none for each; how often that ended it."""
    count = steps_of(name, stages, folder / "counted")
    chosen = [1 + int(share * count) for share in places] or range(1, count + 1)
    told: dict[int, list[str]] = {}
    ended = 0
    for nth in chosen:
        place = folder / str(nth)
        place.mkdir()
        done, wrong = killed(name, nth, stages, place)
        ended += done.returncode != 0
        told |= {nth: wrong} if wrong else {}
        shutil.rmtree(place)
    assert told == {}, name
    return ended


@pytest.mark.parametrize("name", KILLED)
def test_attack_13_what_a_kill_leaves_is_nobody_s_and_the_next_run_goes_on(
    name: str, stages: Mapping[str, Path], tmp_path: Path
) -> None:
    places = [(at + 0.5) / SOME for at in range(SOME)]
    assert searched(name, stages, tmp_path, places) > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", KILLED)
def test_attack_13_and_so_it_is_after_a_kill_at_each_step(
    name: str, stages: Mapping[str, Path], tmp_path: Path
) -> None:
    print(f"{name}: {searched(name, stages, tmp_path, ())} kills")


@pytest.mark.parametrize("nth", [1, 2, 3, 5, 8, 13, 21, 34, 55])
def test_attack_13_a_recorder_that_is_killed_leaves_nothing_clear(tmp_path: Path, nth: int) -> None:
    (tmp_path / "W.onions").touch()
    known = {name: str(value) for name, value in kills.at(nth).items()}
    with Identity.generate(RecipientKind.X25519) as key:
        done = subprocess.run(
            [sys.executable, "-m", "fakes.sealing", tmp_path, str(key.recipient())],
            capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS), **known},
        )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    pieces = [clear(seq)[at : at + 64] for seq in range(20) for at in range(0, 150_000, 10_000)]
    assert kills.holding(tmp_path, pieces) == {}
    if (tmp_path / "W.open").exists():
        recover(tmp_path)
    else:
        assert not [*tmp_path.glob("*.age*")]
