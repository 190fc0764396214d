"""A link that leads back to itself is told in a line, wherever a command is given one."""

from __future__ import annotations

from pathlib import Path

import pytest

from contrejour.cli.main import main


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        "keys new loop", "keys new loop --force", "keys make loop",
        "mandate check loop", "mandate publish file -o loop", "mandate verify file --pub loop",
        "mandate compile file -o plan --key loop", "mandate compile file -o loop --key key",
        "seal file --to loop -o sealed", "seal loop --to file -o sealed",
        "veil loop -o out.mp4", "veil file -o loop/out.mp4", "veil file --masks loop -o out.mp4",
        "eval loop --truth file", "eval file --truth loop", "review loop",
        "ledger verify loop --policy file", "ledger verify file --policy loop",
        "ledger serve loop --key loop", "ledger serve file --key loop",
        "watch --site loop --plan file -o out", "watch --site file --plan loop -o out",
        "case show loop --plan file --pub file", "case peel loop --case loop --key loop -o out",
        "doctor --site loop", "events list loop",
    ],
)  # fmt: skip
def test_a_loop_of_links_is_told(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("back")
    Path("back").symlink_to("loop")
    Path("file").write_text("no: more\n")
    try:
        code = main(command.split())
    except SystemExit as ended:
        code = int(str(ended.code))
    told = capsys.readouterr()
    assert code != 0
    assert "contrejour: error: " in told.err or command.startswith("doctor")
    assert "Errno" not in told.err
