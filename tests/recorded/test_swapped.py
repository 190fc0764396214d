"""Whoever can write to the input changes it while it is read, and hides that they did."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes.runs import clip, ffmpeg, masks_for, painted_clip
from fakes.veiled import quiet, veil_it
from fakes.videos import InlinePool
from PIL import Image

from contrejour.base.errors import InputMissing
from contrejour.base.fixed import FixedFile, fixed
from contrejour.base.pictures import Box
from contrejour.cli import veil
from contrejour.cli.main import main
from contrejour.recorded import masksfile, pictures
from contrejour.recorded.folder import WorkFolder
from contrejour.recorded.job import Job
from contrejour.recorded.pool import Task
from contrejour.recorded.request import Options, Step, masks_name
from contrejour.recorded.run import veil_video

PAINTED = "fakes.detectors:painted"
SIZE_BYTES = 400_000


def padded(path: Path) -> bytes:
    """A file of one size for all: what an MP4 has at its end that says that it is free."""
    data = path.read_bytes()
    left = SIZE_BYTES - len(data)
    return data + left.to_bytes(4) + b"free" + bytes(left - 8)


def overwrite(path: Path, data: bytes) -> None:
    """In place, and as if nobody had been there: same size, same time."""
    before = path.stat()
    with path.open("r+b") as file:
        file.write(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Nobody for twelve seconds; and somebody who walks there."""
    folder = tmp_path_factory.mktemp("clips")
    ffmpeg("-f", "lavfi", "-i", "color=gray:size=320x192:rate=25", "-t", 12, "-c:v", "libx264",
           "-preset", "ultrafast", "-bf", 0, "-g", 25, "-pix_fmt", "yuv420p",
           folder / "nobody.mp4")  # fmt: skip
    return padded(folder / "nobody.mp4"), padded(painted_clip(folder / "somebody.mp4"))


def pool_that(change: Callable[[Task | None, bool], None]) -> Any:
    """A pool that has `change` called before it opens the input, and before and after each task."""

    class Changing(InlinePool):
        def __init__(self, job: Job, step: Step) -> None:
            change(None, False)
            super().__init__(job, step)

        def do(
            self, task: Task, units: Sequence[object], given: object = None
        ) -> Iterator[tuple[int, bytes]]:
            change(task, False)
            yield from super().do(task, units, given)
            change(task, True)

    return Changing


def test_attack_33_who_comes_after_the_look_is_not_shown(
    clips: tuple[bytes, bytes], tmp_path: Path
) -> None:
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    source.write_bytes(clips[0])

    def change(task: Task | None, done: bool) -> None:
        if (task, done) == ("render", False):
            overwrite(source, clips[1])

    with pytest.raises(InputMissing, match="changed while it was read") as told:
        veil_video(source, out, Options(detector=PAINTED), quiet, pool_that(change))
    assert "nobody else can write" in told.value.hint
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4"]


def test_attack_33_who_is_away_for_the_look_is_not_shown(
    clips: tuple[bytes, bytes], tmp_path: Path
) -> None:
    source, out = tmp_path / "in.mp4", tmp_path / "out.mp4"
    source.write_bytes(clips[1])

    def change(task: Task | None, done: bool) -> None:
        overwrite(source, clips[1] if task == "render" else clips[0])

    with pytest.raises(InputMissing, match="changed while it was read"):
        veil_video(source, out, Options(detector=PAINTED), quiet, pool_that(change))
    assert not out.exists()


def test_attack_33_the_sound_is_that_of_the_recording_that_was_looked_at(tmp_path: Path) -> None:
    source, out = tmp_path / "in.mkv", tmp_path / "out.mkv"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=size=160x96:rate=25", "-f", "lavfi", "-i", "sine=440",
           "-t", 2, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac", source)  # fmt: skip
    data = bytearray(source.read_bytes())

    def change(task: Task | None, done: bool) -> None:
        if (task, done) == ("render", True):
            data[len(data) // 2] ^= 1
            overwrite(source, bytes(data))

    options = Options(detector="fakes.detectors:nothing", keep_audio=True)
    with pytest.raises(InputMissing, match="changed while it was read"):
        veil_video(source, out, options, quiet, pool_that(change))
    assert not out.exists()


def test_attack_33_the_masks_that_are_applied_are_those_that_are_vouched_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = clip(tmp_path / "in.mp4", frames=24), tmp_path / "out.mp4"
    masks = masks_for(source, tmp_path / "masks.json", lambda _: (Box(0, 0, 99, 80),))
    other = masks_for(source, tmp_path / "other.json", lambda _: (Box(9, 9, 10, 10),)).read_bytes()
    begin = WorkFolder.begin

    def late(folder: WorkFolder, identity: Any) -> bool:
        overwrite(masks, other.ljust(masks.stat().st_size))
        return begin(folder, identity)

    monkeypatch.setattr(WorkFolder, "begin", late)
    with pytest.raises(InputMissing, match="changed while it was read"):
        veil_it(source, out, masks=masks)
    assert not out.exists()


def test_attack_33_a_picture_is_named_by_the_hash_of_what_was_shown(tmp_path: Path) -> None:
    source, out = tmp_path / "in.png", tmp_path / "out.png"
    Image.new("RGB", (64, 64), "gray").save(source)
    shown = source.read_bytes()

    class Detectors(pictures.Detectors):
        def of(self, width: int, height: int) -> Any:
            source.write_bytes(b"another")
            return super().of(width, height)

    options = Options(detector="fakes.detectors:nothing")
    pictures.veil_picture(source, out, options, Detectors(options))
    header, _ = masksfile.read(masks_name(out))
    assert header.input_sha256 == hashlib.sha256(shown).hexdigest()


def test_attack_33_what_is_veiled_is_what_was_sealed(
    clips: tuple[bytes, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out, sealed = tmp_path / "in.mp4", tmp_path / "out.mp4", []
    source.write_bytes(clips[0])

    class Sealer:
        def __init__(self, *_: object) -> None:
            """Whoever it is for."""

        def keep(self, taken: FixedFile, _folder: Path, *, resume: bool) -> None:
            assert not resume
            sealed.append(taken.open().read())
            overwrite(source, clips[1])

    monkeypatch.setattr(veil, "Sealer", Sealer)
    masks = masks_for(source, tmp_path / "masks.json", lambda _: ())
    command = ["veil", str(source), "-o", str(out), "--masks", str(masks), "-j", "1"]
    assert main([*command, "--seal-to", "whoever"]) == 3
    assert sealed == [clips[0]]
    assert not out.exists()


def test_attack_33_of_a_file_that_changed_no_byte_is_given_out(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(1_000_000))
    once = fixed(path)
    assert (once.sha256, once.size) == (hashlib.sha256(bytes(1_000_000)).hexdigest(), 1_000_000)
    with once.open() as file:
        assert file.read() == bytes(1_000_000)
        file.seek(-10, os.SEEK_END)
        assert (file.tell(), file.read(99)) == (999_990, bytes(10))
        assert file.read() == b""
    overwrite(path, bytes(999_999) + b"x")
    with once.open() as file:
        assert file.read(500_000) == bytes(500_000)
        file.seek(900_000)
        with pytest.raises(InputMissing, match="changed while it was read"):
            file.read(1)
    path.write_bytes(bytes(10))
    with once.open() as file, pytest.raises(InputMissing, match="changed while it was read"):
        file.read(1)
