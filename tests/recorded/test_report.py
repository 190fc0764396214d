"""The report is one page that needs nothing else, and shows the output's pictures."""

from __future__ import annotations

from pathlib import Path

from fakes.runs import clip, masks_for, walking
from fakes.veiled import veil_it


def test_a_report_holds_its_pictures_and_asks_for_nothing_else(tmp_path: Path) -> None:
    source, report = clip(tmp_path / "in.mp4", frames=48), tmp_path / "report.html"
    masks = masks_for(source, tmp_path / "m.json", walking)
    veil_it(source, tmp_path / "out.mp4", masks=masks, report=report)
    page = report.read_text()
    assert page.count('<img src="data:image/jpeg;base64,') >= 12
    assert "<script" not in page
    assert "http" not in page
    assert "in.mp4" in page
