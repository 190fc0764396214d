"""The real bash, zsh and fish, in which somebody types a line and asks to complete it."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

PATIENCE_S = 120
SHOW = {  # what makes Ctrl-X p print the line that stands there
    "bash": r"""bind -x '"\C-xp": printf "<%s>" "$READLINE_LINE"'""",
    "zsh": "autoload -Uz compinit; compinit -u -D; show() { print -rn -- \"<$BUFFER>\" };"
    " zle -N show; bindkey '^Xp' show; zstyle ':completion:*' menu no",
}  # fmt: skip
START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}


def completed(shell: str, script: Path, line: str, folder: Path) -> str:
    """The line after the tabulator key: longer where there is one way to go on, else as it was."""
    if shell == "fish":
        return _with_only(line, candidates(script, line, folder))
    return _typed(shell, script, line, folder)[1]


def candidates(script: Path, line: str, folder: Path) -> list[str]:
    """What fish would show for a line: words, with what each is for."""
    told = subprocess.run(
        ["fish", "--no-config", "-c", f"source {script}; complete -C $argv[1]", line],
        cwd=folder, capture_output=True, text=True, check=True, timeout=PATIENCE_S,
    )  # fmt: skip
    return told.stdout.splitlines()


def shown(shell: str, script: Path, line: str, folder: Path) -> str:
    """What bash or zsh shows below a line when the key is struck twice."""
    return _typed(shell, script, line, folder, keys=b"\t\t")[0]


def _with_only(line: str, found: list[str]) -> str:
    words = [each.split("\t")[0] for each in found]
    if len(words) != 1:
        return line
    return line[: len(line) - len(re.split(r"\s", line)[-1])] + words[0]


def _typed(
    shell: str, script: Path, line: str, folder: Path, keys: bytes = b"\t"
) -> tuple[str, str]:
    """All that was seen since the line was typed, and the line as it stands then."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "vt100", "PS1": "", "COLUMNS": "200", "LINES": "60"}
    process = subprocess.Popen(
        START[shell], cwd=folder, env=env, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    try:
        os.write(ours, f"{SHOW[shell]}; source {script}; echo re''ady\n".encode())
        _until(ours, "ready")
        os.write(ours, line.encode() + keys + b"\x18p")
        seen = _until(ours, r"<(contrejour[^>]*)>")
        return seen, re.findall(r"<(contrejour[^>]*)>", seen)[-1]
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _until(terminal: int, pattern: str) -> str:
    """What is written there until the pattern is in it."""
    seen, end = "", time.monotonic() + PATIENCE_S
    while not re.search(pattern, seen):
        assert time.monotonic() < end, f"{pattern!r} didn't come: {seen!r}"
        if select.select([terminal], [], [], 1)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
    return seen
