"""The report is one page that needs nothing else, and shows the output's pictures."""

from __future__ import annotations

from pathlib import Path

from fakes.runs import clip, masks_for, walking
from fakes.veiled import veil_it

import contrejour


def test_a_report_holds_its_pictures_and_asks_for_nothing_else(tmp_path: Path) -> None:
    source, report = clip(tmp_path / "in.mp4", frames=48), tmp_path / "report.html"
    masks = masks_for(source, tmp_path / "m.json", walking)
    veil_it(source, tmp_path / "out.mp4", masks=masks, report=report)
    page = report.read_text()
    assert page.count('<img src="data:image/jpeg;base64,') >= 12
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert "in.mp4" in page


def test_attack_29_the_report_and_the_page_that_verifies_load_and_send_nothing() -> None:
    """Whatever text gets into them: no script of a stranger, no address that is asked."""
    source = Path(contrejour.__file__).parent
    report = (source / "recorded" / "report.html").read_text()
    page = (source / "custody" / "ledger" / "verify.html").read_text()
    for each in (report, page):
        assert each.index("Content-Security-Policy") < each.index("<style")
        assert "default-src 'none'" in each
