"""Where what reads strangers' files can't be shut in, that is said; `--require-sandbox` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from contrejour.base import sandbox
from contrejour.base.errors import Unsupported
from contrejour.cli import arguments
from contrejour.cli.main import main


def test_it_is_said_once_and_refused_where_one_is_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sandbox, "available", lambda: False)
    arguments.look_at_sandbox(required=False)
    assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(Unsupported):
        arguments.look_at_sandbox(required=True)
    monkeypatch.setattr(sandbox, "available", lambda: True)
    arguments.look_at_sandbox(required=True)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    "command",
    [
        ("veil", "a.mp4"),
        ("review", "a.docx"),
        ("eval", "--truth", "t.txt", "--before", "a.mp4", "--after", "b.mp4"),
        ("events", "calibrate", "a.mp4", "--lens-degrees", "60"),
    ],
    ids=lambda command: command[0],
)
def test_attack_28_no_command_reads_a_stranger_s_file_there_if_a_sandbox_is_required(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    for name in ("a.mp4", "a.docx", "b.mp4"):
        Path(name).write_bytes(b"\x00")
    monkeypatch.setattr(sandbox, "available", lambda: False)
    assert main([*command, "--require-sandbox"]) == Unsupported.exit_code
    assert "held by limits alone" in capsys.readouterr().err
