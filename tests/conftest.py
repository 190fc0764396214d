"""What tests of several packages share."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import examples, speed
from fakes.desks import Desk, Room

# A shell has its background jobs ignore Ctrl-C, and what they start inherits it: the tests, and the
# commands that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

examples.register()


def pytest_configure(config: pytest.Config) -> None:
    state = tempfile.TemporaryDirectory(prefix="state-")  # never the user's own
    os.environ["XDG_STATE_HOME"] = state.name
    config.add_cleanup(state.cleanup)
    config.pluginmanager.register(speed.Guard())
    if config.option.markexpr == "soak":
        examples.use(examples.SOAK)


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if speed.is_fast(item):
            item.add_marker("fast")
        if config.option.markexpr == "soak" and examples.is_property(item):
            item.add_marker("soak")  # each property once more, with new examples


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real clips named by CONTREJOUR_DATA; the test is skipped without one."""
    folder = os.environ.get("CONTREJOUR_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CONTREJOUR_DATA names no folder of clips")
    return Path(folder)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Files of a case, and the command run on them."""
    return Desk(tmp_path)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    """A desk with real keys, a sealed minute, a log and witnesses."""
    made = Room(tmp_path)
    yield made
    made.log.close()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache, and the only package index: a folder with nothing in it yet."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    wheels = tmp_path / "index"
    wheels.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    monkeypatch.setenv("CONTREJOUR_CACHE", str(tmp_path / "cache"))
    return wheels
