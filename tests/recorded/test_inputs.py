"""Each input has its own output, and no input is ever replaced."""

from pathlib import Path

import pytest

from contrejour.base.errors import InputEmpty, InputMissing, UsageError
from contrejour.recorded.inputs import targets

JPEG = b"\xff\xd8\xff\xe0 and so on"


def touch(path: Path, data: bytes = b"video") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_one_file_gets_a_veiled_neighbour(tmp_path: Path) -> None:
    (target,) = targets([touch(tmp_path / "a.MP4")], None)
    assert target.out == tmp_path / "a.veiled.MP4"


def test_an_avi_becomes_an_mp4(tmp_path: Path) -> None:
    (target,) = targets([touch(tmp_path / "a.avi")], None)
    assert target.out == tmp_path / "a.veiled.mp4"


def test_content_decides_what_is_a_picture_not_the_name(tmp_path: Path) -> None:
    (target,) = targets([touch(tmp_path / "a.avi", JPEG)], None)
    assert target.picture
    assert target.out == tmp_path / "a.veiled.jpg"


def test_a_folder_is_mirrored(tmp_path: Path) -> None:
    root = tmp_path / "in"
    for name in ("a.mp4", "b/c.avi", "b/d.jpg", "b/notes.txt", ".hidden/e.mp4"):
        touch(root / name, JPEG if name.endswith("jpg") else b"video")
    outs = {t.out.relative_to(tmp_path) for t in targets([root], tmp_path / "out")}
    assert outs == {Path("out/a.mp4"), Path("out/b/c.avi.mp4"), Path("out/b/d.jpg")}


def test_an_output_folder_inside_the_input_is_not_read(tmp_path: Path) -> None:
    touch(tmp_path / "in" / "a.mp4")
    touch(tmp_path / "in" / "out" / "a.mp4")
    (target,) = targets([tmp_path / "in"], tmp_path / "in" / "out")
    assert target.source == tmp_path / "in" / "a.mp4"


def test_two_folders_under_one_output_stay_apart(tmp_path: Path) -> None:
    one, two = touch(tmp_path / "x" / "a.mp4").parent, touch(tmp_path / "y" / "a.mp4").parent
    outs = [t.out.relative_to(tmp_path) for t in targets([one, two], tmp_path / "out")]
    assert outs == [Path("out/x/a.mp4"), Path("out/y/a.mp4")]


def test_two_inputs_never_write_one_output(tmp_path: Path) -> None:
    one, two = touch(tmp_path / "x" / "a.mp4"), touch(tmp_path / "y" / "a.mp4")
    with pytest.raises(UsageError, match="both write"):
        targets([one, two], tmp_path / "out")


def test_an_input_is_never_replaced(tmp_path: Path) -> None:
    source = touch(tmp_path / "a.mp4")
    with pytest.raises(UsageError, match="replace an input"):
        targets([source], source)


def test_nor_through_a_link_to_its_folder(tmp_path: Path) -> None:
    source = touch(tmp_path / "clips" / "a.mp4")
    (tmp_path / "link").symlink_to(tmp_path / "clips")
    with pytest.raises(UsageError, match="replace an input"):
        targets([source], tmp_path / "link" / "a.mp4")
    with pytest.raises(UsageError, match="replace an input"):
        targets([tmp_path / "clips"], tmp_path / "link")


def test_a_missing_input_and_an_empty_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputMissing):
        targets([tmp_path / "none.mp4"], None)
    with pytest.raises(InputEmpty):
        targets([tmp_path], None)
