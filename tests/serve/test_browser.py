"""Somebody looks: a real browser plays a real camera, and sees nobody."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import sites
from fakes.browser import Page, chromium
from fakes.cameras import camera
from fakes.runs import painted_clip, start, until

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
WATCHED_S = 6.0


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    with chromium(tmp_path / "profile") as found:
        yield found


def test_a_browser_plays_the_live_picture_and_nobody_is_in_it(page, tmp_path):
    with camera(painted_clip(tmp_path / "person.mp4")) as [address]:
        sites.write(tmp_path, {"quai-1": address}, "view.live")
        process = start(*sites.watch(tmp_path, "--listen", "127.0.0.1:0"), detector="painted")
        try:
            base = process.stderr.readline().split()[-1]
            page.open(f"{base}quai-1/", "fr-FR,fr;q=0.9")
            seen = []

            def played() -> bool:
                if now := page.run(PIXELS):
                    seen.append(now)
                return bool(seen) and seen[-1]["at"] - seen[0]["at"] > WATCHED_S

            assert until(played, 60), seen[-3:]
            assert [each for each in seen if each["magenta"]] == []
            assert max(each["grey"] / each["all"] for each in seen) > 0.5
            assert page.run("document.querySelector('.state').textContent") == "en direct"
            _show(page, "player")
            page.open(base, "en")
            stills = "[...document.images].map((each) => each.naturalWidth)"
            assert until(lambda: page.run(stills) == [320], 20)
            assert page.run("document.querySelector('.state').textContent") == "live"
            _show(page, "overview")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0


def _show(page: Page, name: str) -> None:
    """A screenshot, for whoever wants to look: SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.picture(Path(folder) / f"{name}.png")
