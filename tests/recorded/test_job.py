"""What was hashed yesterday is hashed today: an output made before can be reused and resumed.

The constants were printed by commit bddd437, in which the detectors lived in `contrejour.detect`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from contrejour.media import Gop
from contrejour.recorded.job import chunk_salt, given_masks, identity
from contrejour.recorded.request import Options
from contrejour.recorded.units import plan

INPUT = "67905ad3cc2dd52b1f5f6a6d2814de0396618b29b4238b9af5207aeb69936e6d"


def test_the_detector_is_hashed_under_the_name_it_first_had() -> None:
    assert identity(Options(), INPUT, ".mkv") == {
        "audio": False, "contrejour": "0.1.0", "copying": 3, "detector": "contrejour.detect:build",
        "fill": "solid", "hide": "people", "input": INPUT, "looking": 3, "masks": None,
        "output": ".mkv",
    }  # fmt: skip


def test_another_detector_is_hashed_under_its_own_name() -> None:
    other = Options(detector="fakes.detectors:nothing")
    assert identity(other, INPUT, ".mkv")["detector"] == "fakes.detectors:nothing"


def test_the_salt_of_chunks_is_the_identity_without_the_masks_file(tmp_path: Path) -> None:
    masks = tmp_path / "m.json"
    masks.write_bytes(b"masks")
    options = Options(hide="unknown", fill="background", keep_audio=True, masks=masks)
    given = given_masks(options)
    what = identity(options, INPUT, ".mkv", given.sha256 if given else None)
    assert what["masks"] == "07368dcb59c33d889e61393ebc16fa174951aa424bf07c4f64dbb974e417726a"
    text = (
        "[('audio', True), ('contrejour', '0.1.0'), ('copying', 3), "
        "('detector', 'contrejour.detect:build'), "
        f"('fill', 'background'), ('hide', 'unknown'), ('input', '{INPUT}'), "
        "('looking', 3), ('output', '.mkv')]"
    )
    assert chunk_salt(what, 17, "veryfast") == repr((text, 17, "veryfast"))


def test_chunks_of_known_frames_have_the_names_they_always_had() -> None:
    counts = [10, 250, 30, 30, 30, 5]
    starts = np.cumsum([0, *counts[:-1]]).tolist()
    gops = [Gop(start, count, start, True) for start, count in zip(starts, counts, strict=True)]
    hidden = np.zeros((355, 2, 3), bool)
    hidden[12:200, 1, 2] = True
    hidden[290, 0, 0] = True
    chunks = plan(gops, list(enumerate(hidden)), copying=True, salt="salt")
    assert [(chunk.name, len(chunk.pts), chunk.copy) for chunk in chunks] == [
        ("9200c4ce9c9c124ca7f9efcf4be25939", 10, True),
        ("141455470855c040a4c6241ea41adf28", 63, False),
        ("184ee14c1401a5d52fbaafae12e79f14", 63, False),
        ("ee48fb30e5dc1ab3cbc2b70f1a3d3f51", 63, False),
        ("ff50fc0b11294ef1bcd8777e562aee6b", 61, False),
        ("39d2e1c8b0f6ab0ef0cf019b23d9495a", 30, True),
        ("8ba76f68722dbf01e7069c21760160d8", 30, False),
        ("8925de3e36cca2271d5385d5864f32d9", 35, True),
    ]
