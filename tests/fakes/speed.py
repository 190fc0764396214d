"""Which tests are fast, by rule: those whose module imports nothing that starts anything.

`scripts/test -m fast` runs them alone, and `scripts/test` runs them first. A test is fast unless
its module, or one of ours that it imports, imports what starts a process, opens a connection or
codes a film (`STARTS`), or it takes a fixture that does, or it is marked `slow`. So a new test is
sorted by what it imports. What the rule can't see, a command that starts a process far down, the
guard does: a fast test that starts one, or listens, fails.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
STARTS = {"asyncio", "av", "http", "multiprocessing", "openvino", "socket", "socketserver"}
STARTS |= {"subprocess"}
FIXTURES = {"desk", "room"}
"""Those of conftest.py that run commands."""
EVENTS = {"os.fork", "os.forkpty", "os.posix_spawn", "os.system", "socket.bind", "socket.connect"}
EVENTS |= {"subprocess.Popen"}
"""Of Python's audit events (PEP 578), those that a fast test causes none of."""


def is_fast(item: pytest.Item) -> bool:
    """Whether nothing says that it isn't."""
    if any(item.get_closest_marker(name) for name in ("slow", "soak", "fuzz")):
        return False
    if FIXTURES.intersection(getattr(item, "fixturenames", ())):
        return False
    return not starter(item.path)


def imported(path: Path) -> set[str]:
    """The names of the modules that a file imports, and of what it takes from them."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return found


@cache
def starter(path: Path) -> str:
    """By which import a module of the tests may start something; empty if by none."""
    for name in sorted(imported(path)):
        if name.split(".")[0] in STARTS:
            return name
        ours = TESTS / (name.replace(".", "/") + ".py")
        if ours.is_file() and ours != path and (far := starter(ours)):
            return f"{name} > {far}"
    return ""


class Guard:
    """A plugin: a fast test that starts a process, listens or connects fails by it."""

    def __init__(self) -> None:
        self._seen: list[str] = []
        self._watches = False
        sys.addaudithook(self._hear)  # for good: Python has no way to take one away

    def _hear(self, event: str, args: tuple[object, ...]) -> None:
        if self._watches and event in EVENTS:
            self._seen.append(f"{event} {args!r:.200}")

    @contextmanager
    def watch(self, item: pytest.Item) -> Iterator[None]:
        self._seen.clear()
        self._watches = item.get_closest_marker("fast") is not None
        try:
            yield
        finally:
            self._watches = False
        if self._seen:
            pytest.fail(f"not a fast test; mark it slow: {'; '.join(self._seen)}", pytrace=False)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, None, None]:
        with self.watch(item):
            yield

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        with self.watch(item):
            yield
