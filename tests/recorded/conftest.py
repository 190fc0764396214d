"""What several tests of recordings begin with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def someone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who stands there for the first seconds."""
    script = tmp_path / "script.json"
    seen = [[40, 20, 20, 40, "person", 0.9]]
    script.write_text(json.dumps({str(n * 100_000_000): seen for n in range(30)}))
    monkeypatch.setenv("FAKE_SCRIPT", str(script))
