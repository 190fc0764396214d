"""What the tests promise of themselves: the same in each run, and each for itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from fakes import examples
from hypothesis import given, settings
from hypothesis import strategies as st


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
        patch.setitem(__import__("sys").modules, "source_of_constants", module)
        spec.loader.exec_module(module)
        assert drawn() == before


def test_no_profile_measures_time() -> None:
    for name in (examples.GATE, examples.SOAK):
        assert settings.get_profile(name).deadline is None
