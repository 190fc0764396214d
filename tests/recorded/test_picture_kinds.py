"""A picture of another kind under a known name is refused: its reader is never reached."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import EpsImagePlugin, Image

from contrejour.base.errors import NotMedia
from contrejour.recorded import picture_file

KINDS = {"EPS": "RGB", "GIF": "P", "BMP": "RGB", "PCX": "RGB", "PPM": "RGB", "ICO": "RGB"}


@pytest.mark.parametrize("kind", KINDS)
def test_attack_28_a_picture_of_another_kind_is_not_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new(KINDS[kind], (64, 64)).save(path, format=kind)
    with pytest.raises(NotMedia, match="is not a picture"):
        picture_file._opened(path, path.read_bytes())


def test_attack_28_no_other_program_is_run_to_show_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run: list[object] = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *said, **more: run.append(said))
    path = tmp_path / "a.png"
    Image.new("RGB", (64, 64)).save(path, format="EPS")
    with pytest.raises(NotMedia):
        picture_file._opened(path, path.read_bytes())
    assert run == []
