"""The bill of materials says what the lock says: each package that is installed, and no other."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("sbom", ROOT / "scripts" / "sbom.py")
assert SPEC is not None
assert SPEC.loader is not None
sbom = sys.modules["sbom"] = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(sbom)
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)", re.MULTILINE)


def test_every_package_of_the_lock_is_in_it_but_those_that_build() -> None:
    _, packages = sbom.locked(LOCK, "contrejour")
    pinned = set(PIN.findall((ROOT / "requirements.lock").read_text()))
    built = {
        "editables",
        "hatchling",
        "packaging",
        "pathspec",
        "pluggy",
        "tomlkit",
        "trove-classifiers",
    }
    assert {(each.name, each.version) for each in packages} == {
        pin for pin in pinned if pin[0] not in built
    }


def test_every_file_has_its_hash_and_every_need_is_there() -> None:
    project, packages = sbom.locked(LOCK, "contrejour")
    known = {(each.name, each.version) for each in packages}
    for each in packages:
        assert each.files
        assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for _, digest in each.files)
    assert {need for each in [project, *packages] for need in each.needs} == known


@pytest.mark.slow
def test_it_is_valid_names_no_index_and_is_the_same_twice(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx")
    wheel = tmp_path / "contrejour-9.8.7-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    at = datetime(2027, 2, 12, tzinfo=UTC)
    first, second = (sbom.bill(*sbom.locked(LOCK, "contrejour"), [wheel], at) for _ in range(2))
    assert first == second
    sbom.demand_valid(first)
    told = json.loads(first)
    assert told["metadata"]["component"]["version"] == "9.8.7"
    assert not re.search(r"/simple/|/packages/|index\.", first)
