"""Where a machine can't shut in what decodes a camera, `watch` says so once, or refuses."""

from __future__ import annotations

import pytest

from contrejour import media
from contrejour.base.errors import Unsupported
from contrejour.base.stderr import MessageLog
from contrejour.cli.watch import _look_at_sandbox


@pytest.mark.parametrize("held", [media.Sandbox.SECCOMP, media.Sandbox.LIMITS])
def test_a_weak_sandbox_is_said_once_and_refused_where_one_is_required(
    held: media.Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(media, "sandbox_here", lambda: held)
    log = MessageLog("text")
    _look_at_sandbox(False, log)
    assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(Unsupported):
        _look_at_sandbox(True, log)


def test_where_it_holds_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(media, "sandbox_here", lambda: media.Sandbox.LANDLOCK)
    _look_at_sandbox(True, MessageLog("text"))
    assert capsys.readouterr().err == ""
