"""Somebody looks: a real browser plays a real camera, and sees nobody."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import sites
from fakes.browser import Page, chromium
from fakes.cameras import camera
from fakes.runs import LIMIT_S, painted_clip, start, until
from fakes.streams import fmt_of

from contrejour.live.pages import Server, SitePages
from contrejour.live.watch import RunningCameras
from contrejour.media.out.fmp4 import init_segment

PIXELS = """(() => {
  const video = document.querySelector("video"), canvas = document.createElement("canvas");
  if (!video?.videoWidth) return null;
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0);
  const seen = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let magenta = 0, grey = 0;
  for (let at = 0; at < seen.length; at += 4) {
    const [red, green, blue] = seen.slice(at, at + 3);
    magenta += red > 160 && blue > 160 && green < 100;
    grey += Math.abs(red - 128) < 12 && Math.abs(green - 128) < 12 && Math.abs(blue - 128) < 12;
  }
  return { magenta, grey, all: seen.length / 4, at: video.currentTime };
})()"""
STATE = "document.querySelector('.state').textContent"
WATCHED_S = 6.0


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as found:
        yield found


@pytest.mark.parametrize("fault", ["", "?drop=3"])
def test_a_browser_plays_the_live_picture_and_nobody_is_in_it(page, tmp_path, fault):
    """Also over breaks: three seconds of pictures, half a second without, and so on."""
    with camera(painted_clip(tmp_path / "person.mp4")) as [address]:
        sites.write(tmp_path, {"quai-1": address + fault}, "view.live")
        process = start(*sites.watch(tmp_path, "--listen", "127.0.0.1:0"), detector="painted")
        try:
            base = process.stderr.readline().split()[-1]
            page.open(f"{base}quai-1/", "fr-FR,fr;q=0.9")
            seen = []

            def played() -> bool:
                if now := page.run(PIXELS):
                    seen.append(now)
                return bool(seen) and seen[-1]["at"] - seen[0]["at"] > WATCHED_S

            assert until(played), (seen[-3:], page.run(STATE), page.events[-9:])
            assert [each for each in seen if each["magenta"]] == []
            assert max(each["grey"] / each["all"] for each in seen) > 0.5
            assert until(lambda: page.run(STATE) == "en direct")
            _show(page, "player")
            page.open(base, "en")
            stills = "[...document.images].map((each) => each.naturalWidth)"
            assert until(lambda: page.run(stills) == [320])
            assert until(lambda: page.run(STATE) == "live")
            _show(page, "overview")
            assert page.complaints() == []
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(LIMIT_S) == 0


@pytest.mark.parametrize(
    ("pix_fmt", "codec"),
    [("yuv420p", r'video/mp4; codecs="avc1\.42C00A"'),
     ("yuv420p10le", r'video/mp4; codecs="h[ev][vc]1\.2\.4\.[LH]30(\.[0-9A-F]{2})*"')],
)  # fmt: skip
def test_the_player_knows_the_codec_from_the_init_segment(page, pix_fmt, codec):
    server = Server("127.0.0.1", 0, SitePages(RunningCameras()))
    server.start()
    try:
        page.open(f"http://127.0.0.1:{server.port}/")
        assert until(lambda: page.run("!!document.querySelector('main')"))
        data = list(init_segment(fmt_of(pix_fmt=pix_fmt)))
        found = page.run(f"import('/-/parse.js').then((it) => it.typeOf(new Uint8Array({data})))")
        assert re.fullmatch(codec, found)
    finally:
        server.stop()


def _show(page: Page, name: str) -> None:
    """A screenshot, for whoever wants to look: SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.picture(Path(folder) / f"{name}.png")
