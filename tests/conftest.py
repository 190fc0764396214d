"""What tests of several packages share."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import media
import pytest

from contrejour import pipeline

# A shell has its background jobs ignore Ctrl-C, and what they start inherits it: the tests, and the
# commands that they interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real clips named by CONTREJOUR_DATA; the test is skipped without one."""
    folder = os.environ.get("CONTREJOUR_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("CONTREJOUR_DATA names no folder of clips")
    return Path(folder)


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `veil_video` work in this process: for tests of many small clips."""
    monkeypatch.setattr(pipeline, "Pool", media.Inline)
