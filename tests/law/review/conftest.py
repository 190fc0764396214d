"""Documents are read in this process: those of these tests are ours, and no time goes into it."""

from __future__ import annotations

import sys

import pytest

from contrejour.law.review import texts


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["contrejour.law.review"], "passages", texts.passages)
