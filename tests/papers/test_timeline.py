"""The page of a time line: everything said in both languages, escaped, without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from fakes.browser import chromium
from fakes.looks import HOSTILE
from fakes.orders import HOUR, NOW, order

from contrejour.custody.cases.timeline import CLIP, Piece, instant, timeline
from contrejour.papers.page import render
from contrejour.papers.timeline import page

START = NOW - 22 * HOUR
SINCE, UNTIL = (instant(at, 0).wall_ns for at in (START, START + timedelta(minutes=10)))


def piece(since: int, until: int, camera: str = "car-t3-1", **more: object) -> Piece:
    off_ns = int(more.pop("clock_ms", 40)) * 10**6
    begin, end = (instant(START + timedelta(seconds=at), off_ns) for at in (since, until))
    told = {"shows": CLIP, "file": "", "place": "car-t3", **more}
    return Piece(camera=camera, since=begin, until=end, **told)


def drawn(*pieces: Piece, language: str = "fr") -> str:
    rows = timeline(pieces, SINCE, UNTIL)
    return render(page(rows, SINCE, UNTIL, order().id), language).decode()


def test_it_says_times_clocks_and_what_is_not_known() -> None:
    pieces = (piece(20, 95, file="a.mp4"), piece(130, 130, "quai-1", shows="fallen_person"),
              piece(131, 200, "quai-2", clock_ms=2500))  # fmt: skip
    french, english = drawn(*pieces), drawn(*pieces, language="en")
    for told in ("15:00:20", "15:01:35", "quai-2", 'href="./a.mp4"'):
        assert told in french
        assert told in english
    assert "± 2,5" in french
    assert "± 2.5" in english
    assert french.count(">?<") == 1
    assert "personne tombée" in french
    assert french.count("<title>") == 4  # each bar's, and the page's


def test_a_name_is_no_markup_and_a_file_no_address() -> None:
    told = drawn(piece(1, 2, HOSTILE, place=HOSTILE, file="javascript:alert(1)"),
                 piece(3, 4, file="//evil.example/x"), piece(5, 6, file='"><script>'))  # fmt: skip
    assert "<script" not in told
    assert "\u202e" not in told
    links = re.findall(r'<li><a href="([^"]*)"', told)
    assert links == ["./javascript%3Aalert%281%29", "./evil.example/x", "./%22%3E%3Cscript%3E"]


def test_a_piece_that_reaches_past_the_interval_stays_in_the_drawing() -> None:
    told = drawn(piece(-500, 5000))
    rects = re.findall(r'<rect x="([\d.]+)" y="\d+" width="([\d.]+)"', told)
    assert len(rects) == 2
    assert all(float(x) >= 0 and float(x) + float(wide) <= 1000 for x, wide in rects)


def test_an_interval_that_nobody_filmed_says_so() -> None:
    assert "No camera has anything" in drawn(language="en")


def test_a_browser_draws_it_and_complains_of_nothing(tmp_path: Path) -> None:
    file = tmp_path / "chronologie.en.html"
    file.write_text(drawn(piece(20, 95), piece(130, 131, "quai-1"), language="en"))
    with chromium(tmp_path / "profile") as tab:
        tab.open(file.as_uri())
        assert tab.run("document.querySelectorAll('svg rect').length") == 4
        wide = "document.querySelector('svg').getBoundingClientRect().width"
        assert tab.run(wide) > 600
        assert tab.run("document.documentElement.scrollWidth <= window.innerWidth")
        assert tab.complaints() == []
