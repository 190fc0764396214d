"""Each input has its own output, and no input is ever replaced."""

from pathlib import Path

import pytest
from fakes.runs import clip, masks_for, run
from fakes.veiled import quiet, veil_it
from fakes.videos import pool_of

from contrejour.base.errors import InputEmpty, InputMissing, UsageError
from contrejour.recorded.inputs import targets
from contrejour.recorded.request import Options, masks_name
from contrejour.recorded.run import veil_video

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


@pytest.mark.parametrize("link", ["none", "symbolic", "hard", "folder"])
@pytest.mark.parametrize("option", ["output", "masks beside", "report on input", "report on masks"])
def test_attack_71_no_output_replaces_an_input_by_whatever_name(
    tmp_path: Path, option: str, link: str
) -> None:
    """Files are compared, not paths; and --force is no word for it."""
    (tmp_path / "in").mkdir()
    source = clip(tmp_path / "in" / "a.mp4.masks.json", frames=2, more=("-f", "mp4"))
    given = masks_for(source, tmp_path / "in" / "given.json", lambda _: ())
    dear = given if option == "report on masks" else source
    name = dear
    if link == "folder":
        (tmp_path / "there").symlink_to(tmp_path / "in")
        name = tmp_path / "there" / dear.name
    elif link != "none":
        name = tmp_path / "a.mp4.masks.json"
        name.symlink_to(dear) if link == "symbolic" else name.hardlink_to(dear)
    out, report = tmp_path / "out.mp4", None
    if option == "output":
        out = name
    elif option == "masks beside":
        out = name.with_name("a.mp4")
    else:
        report = name
    before = dear.read_bytes()
    options = Options(masks=given, report=report, force=True)
    with pytest.raises(UsageError, match="replace an input"):
        veil_video(source, out, options, quiet, pool_of(0))
    assert name.read_bytes() == dear.read_bytes() == before


def test_attack_71_masks_are_replaced_by_those_of_their_output_only_with_force(
    tmp_path: Path,
) -> None:
    source, out = clip(tmp_path / "in.mp4", frames=2), tmp_path / "out.mp4"
    given = masks_for(source, masks_name(out), lambda _: ())
    with pytest.raises(UsageError, match="replace an input"):
        veil_video(source, out, Options(masks=given), quiet, pool_of(0))
    veil_it(source, out, masks=given, force=True)
    assert out.exists()


@pytest.mark.parametrize("name", ["out.mp4", "out.mp4.masks.json"])
def test_attack_71_a_report_takes_no_name_of_another_output(tmp_path: Path, name: str) -> None:
    source = clip(tmp_path / "in.mp4", frames=2)
    options = Options(report=tmp_path / name, force=True)
    with pytest.raises(UsageError, match="both write"):
        veil_video(source, tmp_path / "out.mp4", options, quiet, pool_of(0))


def test_attack_71_the_command_refuses_before_the_first_of_many_is_veiled(
    tmp_path: Path,
) -> None:
    """The masks of one output are the name of another input."""
    one, two = touch(tmp_path / "a.mp4"), touch(tmp_path / "out" / "a.mp4.masks.json")
    done = run("veil", one, two, "-o", tmp_path / "out", "--force")
    assert done.returncode == 2
    assert two.read_bytes() == b"video"
    assert not (tmp_path / "out" / "a.mp4").exists()
