"""What the public reads of a log that is watched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contrejour.base.messages import Message
from contrejour.cli.monitor_page import page
from contrejour.custody.ledger.alarms import Alarm
from contrejour.custody.ledger.checkpoint import Checkpoint
from contrejour.custody.ledger.verify import TrustedCheckpoint

AT = datetime(2027, 2, 12, 9, 30, tzinfo=UTC)
SEEN = TrustedCheckpoint(Checkpoint("log.example/<b>", 7, b"r" * 32), {"w1": 1, "w<2": 2})
SILENT = Alarm(Message("monitor-silent", edge="bus-041", since="2027-02-12T09:00:00Z"), "silent")
HOSTILE = Alarm(
    Message(
        "monitor-entry", number=3,
        fault=Message("entry-of-order-over", type="<script>alert(1)</script>"),
    ),
    "entry",
)  # fmt: skip


@pytest.mark.parametrize(
    ("language", "fine", "silent", "wrong"),
    [("en", "Nothing to report.", "bus-041 has been silent since", "Alarms"),
     ("fr", "Rien à signaler.", "bus-041 se tait depuis", "Alarmes")],
)  # fmt: skip
def test_a_page_says_that_all_is_well_or_what_is_not(
    language: str, fine: str, silent: str, wrong: str
) -> None:
    well, ill = (page(language, AT, 30, SEEN, told).decode() for told in ([], [SILENT]))
    assert fine in well
    assert wrong not in well
    assert fine not in ill
    assert wrong in ill
    assert f"<li>{silent}" in ill
    for each in (well, ill):
        assert "2027-02-12 09:30:00 UTC" in each, "who reads it can tell when nobody watches"
        assert " 120 second" in each
        assert 'content="30"' in each


def test_a_log_that_was_never_believed_is_not_well() -> None:
    told = page(
        "en",
        AT,
        30,
        None,
        [Alarm(Message("tile-cannot-be-read", path="checkpoint", folder="log"), "log")],
    ).decode()
    assert "could never be read" in told
    assert "Nothing to report" not in told + page("en", AT, 30, None, []).decode()


def test_what_a_log_says_stays_text_and_nothing_comes_from_elsewhere() -> None:
    told = page("en", AT, 30, SEEN, [HOSTILE]).decode()
    assert "<script" not in told
    assert "<b>" not in told
    assert "log.example/&lt;b&gt;" in told
    assert "w&lt;2" in told
    assert "default-src 'none'" in told
    assert "http://" not in told
    assert "https://" not in told
