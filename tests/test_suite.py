"""What the tests promise of themselves: the same in each run, and each for itself."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import examples, preloads, speed
from hypothesis import given, settings
from hypothesis import strategies as st

CLOCKS = """
import os, subprocess, tempfile, threading, time
from datetime import datetime
from pathlib import Path
began = time.monotonic()
time.sleep(0.01), threading.Event().wait(0.01)
file = Path(tempfile.mkdtemp()) / "file"
file.touch()
print(datetime.now().date(), time.time() - file.stat().st_mtime)
os.utime(file, (5e9, 5e9))
print(file.stat().st_mtime, flush=True)
subprocess.run(["date", "+%F"], check=True, env={"PATH": os.environ["PATH"]})
print(time.monotonic() - began)
"""


def drawn() -> list[tuple[int, str]]:
    """The examples of one property, as the profile in use makes them."""
    seen = []

    @settings(max_examples=300)
    @given(st.integers(), st.text())
    def a_property(number: int, text: str) -> None:
        seen.append((number, text))

    a_property()
    return seen


def test_the_gate_draws_the_same_examples_whatever_was_imported_before(tmp_path: Path) -> None:
    before = drawn()
    path = tmp_path / "source.py"
    path.write_text("\n".join(f"_{n} = {7_000_003 * n}, 'word {n}'" for n in range(1, 500)))
    spec = importlib.util.spec_from_file_location("source_of_constants", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "source_of_constants", module)
        spec.loader.exec_module(module)
        assert drawn() == before


def test_no_profile_measures_time() -> None:
    for name in (examples.GATE, examples.SOAK):
        assert settings.get_profile(name).deadline is None


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("import json\n", ""),
        ("import subprocess\n", "subprocess"),
        ("def f():\n    from http.server import HTTPServer\n", "http.server"),
        ("from fakes import desks\n", "fakes.desks > "),
        ("from fakes.orders import order\n", ""),
    ],
)
def test_a_test_is_fast_unless_its_module_imports_what_starts_something(
    tmp_path: Path, text: str, by: str
) -> None:
    (tmp_path / "test_it.py").write_text(text)
    found = speed.starter(tmp_path / "test_it.py")
    assert found.startswith(by)
    assert bool(found) == bool(by)


@pytest.mark.slow
def test_a_fast_test_that_starts_a_process_all_the_same_fails(
    request: pytest.FixtureRequest,
) -> None:
    guard = speed.Guard()
    with guard.watch(request.node):
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}), 0)
    request.node.add_marker("fast")
    with pytest.raises(pytest.fail.Exception, match="mark it slow"), guard.watch(request.node):
        os.waitpid(os.posix_spawn(sys.executable, [sys.executable, "-c", ""], {}), 0)


def test_no_test_module_imports_another() -> None:
    """What several of them share is in `fakes`."""
    modules = {".".join(path.relative_to(speed.TESTS).with_suffix("").parts): path
               for path in speed.TESTS.rglob("test_*.py")}  # fmt: skip
    for path in modules.values():
        named = speed.imported(path)
        assert not named & set(modules), path
        assert not any("test_" in name.rpartition(".")[2] for name in named), path


@pytest.mark.skipif(not preloads.HERE, reason=preloads.NOT_HERE)
def test_a_program_at_another_date_has_it_for_its_files_and_children_too() -> None:
    at = Path(__file__).parents[1] / "scripts" / "at"
    done = subprocess.run(
        [at, "2028-02-28 23:59:59", sys.executable, "-c", CLOCKS], stdout=subprocess.PIPE,
        text=True, check=True,
    )  # fmt: skip
    now, written, stamped, child, slept_s = done.stdout.split()
    assert {now, child} <= {"2028-02-28", "2028-02-29"}
    assert abs(float(written)) < 60
    assert float(stamped) == 5e9
    assert float(slept_s) < 60  # what waits isn't sent back by years


def test_what_a_test_preloads_leaves_the_suite_s_clock_there() -> None:
    """But the clock itself, which adds to it: a test would run at the date of the machine."""
    named = {path.relative_to(speed.TESTS).as_posix() for path in speed.TESTS.rglob("*.py")
             if "preloads.library(" in path.read_text()}  # fmt: skip
    assert named == {"fakes/clocks.py", "test_suite.py"}
