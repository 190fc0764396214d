"""What is served of a camera: its live picture, as far as the plan goes, and no other file."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.plans import plan_for
from fakes.streams import Stream

from contrejour.live.pages.answer import PageRequest, ranged
from contrejour.live.pages.live import Live

NOW = datetime.now(UTC)


@dataclass
class Watched:
    """As much of a Watcher as is served."""

    out: Path
    playlist: object
    plan: object = field(default_factory=lambda: plan_for("view.live", "record"))
    name: str = "cam-a"


@pytest.fixture
def stream(tmp_path):
    made = Stream(tmp_path)
    made.show(60)
    return made


def live(stream, wait_s: float = 0.05, **more) -> Live:
    return Live(Watched(stream.folder, stream.playlist, **more), lambda: NOW, wait_s)


def get(stream, file: str, query: str = "", byte_range: str = "", **more):
    pairs = dict(pair.split("=") for pair in query.split("&")) if query else {}
    headers = {"range": byte_range} if byte_range else {}
    return live(stream, **more).answer(file, PageRequest(f"/cam-a/{file}", pairs, headers))


def newest_of(stream) -> str:
    return max(name for name in stream.playlist.published.files if name.endswith(".m4s"))


def test_the_playlist_says_that_it_can_be_waited_for(stream):
    got = get(stream, "live.m3u8")
    assert (got.status, got.kind) == (200, "application/vnd.apple.mpegurl")
    assert b"#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=0.6" in got.body
    assert "CAN-BLOCK-RELOAD" not in stream.text  # a plain file server can't
    assert got.headers["Cache-Control"] == "no-store"


def test_every_file_that_the_playlist_names_is_had_and_no_byte_more(stream):
    for name, size in stream.playlist.published.files.items():
        got = get(stream, name)
        assert (got.status, got.kind) == (200, "video/mp4")
        assert len(got.body) == min(size, (stream.folder / name).stat().st_size)
    newest = newest_of(stream)
    whole = get(stream, newest).body
    with (stream.folder / newest).open("ab") as file:
        file.write(b"half a part")
    assert get(stream, newest).body == whole


@pytest.mark.parametrize(
    "file",
    ["scene.npz", "", ".", "..", "../cam-b/still.jpg", "live.m3u8.bak", "live.part", "site.yml",
     "s1-00000000.m4s\n", "%2e%2e", "s1-init.mp4/", "LIVE.M3U8", "s9-00000000.m4s"],
)  # fmt: skip
def test_nothing_else_of_the_folder_is_there(stream, file):
    for name in ("scene.npz", "site.yml", "live.m3u8.bak", "s9-00000000.m4s"):
        (stream.folder / name).write_bytes(b"not for you")
    assert get(stream, file).status == 404


def test_what_has_left_the_playlist_is_recorded_and_not_live(stream):
    first = stream.numbers()[0]
    stream.show(50 * 8)
    gone = f"s1-{first:08d}.m4s"
    assert list(stream.folder.rglob(gone))
    assert get(stream, gone).status == 404


@pytest.mark.parametrize("file", ["live.m3u8", "still.jpg", "s1-init.mp4"])
def test_a_camera_that_may_be_recorded_and_not_seen_is_not_shown(stream, file):
    (stream.folder / "still.jpg").write_bytes(b"a picture")
    assert get(stream, file).status == 200
    assert get(stream, file, plan=plan_for("record")).status == 403


def test_a_still_is_not_shown_once_the_camera_is_away_for_a_minute(stream):
    still = stream.folder / "still.jpg"
    still.write_bytes(b"a picture")
    os.utime(still, (NOW.timestamp() - 59, NOW.timestamp() - 59))
    assert get(stream, "still.jpg").body == b"a picture"
    os.utime(still, (NOW.timestamp() - 61, NOW.timestamp() - 61))
    assert get(stream, "still.jpg").status == 404


def test_a_link_that_the_playlist_does_not_name_is_not_followed(stream, tmp_path):
    (stream.folder / "s1-00000077.m4s").symlink_to("/etc/passwd")
    assert get(stream, "s1-00000077.m4s").status == 404


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("_HLS_msn=0", 200), ("_HLS_msn=1&_HLS_part=0", 200), ("_HLS_msn=0&_HLS_part=11", 200),
        ("_HLS_msn=1&_HLS_part=9", 503), ("_HLS_msn=1", 503), ("_HLS_msn=3", 503),
        ("_HLS_msn=4", 400), ("_HLS_msn=99999999999", 400), ("_HLS_msn=-1", 400),
        ("_HLS_msn=1&_HLS_part=400", 400), ("_HLS_msn=x", 400), ("_HLS_part=1", 400),
        ("_HLS_msn=", 400), ("_HLS_msn=٣", 400), ("_HLS_msn=1&_HLS_part=1.5", 400),
    ],
)  # fmt: skip
def test_a_part_is_waited_for_but_not_for_ever_and_not_any(stream, query, status):
    assert get(stream, "live.m3u8", query).status == status


def test_who_waits_is_woken_by_the_part(stream):
    number, parts = stream.playlist.published[:2]
    got = []
    query = f"_HLS_msn={number}&_HLS_part={parts}"
    asking = threading.Thread(target=lambda: got.append(get(stream, "live.m3u8", query, wait_s=60)))
    asking.start()
    while asking.is_alive():
        stream.show(1)
        asking.join(0.01)
    assert got[0].status == 200
    assert stream.playlist.published.has(number, parts)


def test_the_part_that_is_hinted_at_is_waited_for(stream):
    newest = newest_of(stream)
    size = stream.playlist.published.files[newest]
    assert get(stream, newest, byte_range=f"bytes={size}-").status == 416
    got = []
    asking = threading.Thread(
        target=lambda: got.append(get(stream, newest, byte_range=f"bytes={size}-", wait_s=60))
    )
    asking.start()
    while asking.is_alive():
        stream.show(1)
        asking.join(0.01)
    assert got[0].status == 206
    assert got[0].body[4:8] == b"moof"


def test_when_nothing_more_comes_nobody_waits(stream):
    stream.playlist.close()
    got = get(stream, "live.m3u8", "_HLS_msn=2", wait_s=60)
    assert (got.status, b"#EXT-X-ENDLIST" in got.body) == (200, True)


def test_before_the_first_picture_there_is_no_playlist(stream, tmp_path):
    stream.playlist = None
    assert get(stream, "live.m3u8").status == 404


@pytest.mark.parametrize(
    ("header", "span"),
    [
        ("bytes=0-3", (0, 4)), ("bytes=2-", (2, 10)), ("bytes=-3", (7, 10)),
        ("bytes=0-99", (0, 10)), ("bytes=-99", (0, 10)),
        ("", None), ("bytes=-", None), ("bytes=5-2", None), ("bytes=0-1,3-4", None),
        ("lines=1-2", None), ("bytes=a-b", None),
    ],
)  # fmt: skip
def test_a_range_is_one_range_of_bytes(header, span):
    assert ranged(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=99999999999-", "bytes=-0"])
def test_a_range_that_is_not_there_is_refused(header):
    with pytest.raises(IndexError):
        ranged(header, 10)
