"""Libraries of ours that a command is started with (LD_PRELOAD), built from C by the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = shutil.which("gcc") is not None
NOT_HERE = "no gcc (apt-get install gcc libc6-dev)"


@cache
def _folder() -> TemporaryDirectory[str]:
    """It holds the libraries, and is removed when the tests end."""
    return TemporaryDirectory(prefix="preloads-")


def folder() -> Path:
    """Where they lie, with what they leave."""
    return Path(_folder().name)


@cache
def library(source: Path) -> Path:
    """The library that this is the source of."""
    built = folder() / f"{source.stem}.so"
    subprocess.run(
        ["gcc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", built, source, "-ldl"],
        check=True,
    )
    return built


def before_others(source: Path) -> str:
    """LD_PRELOAD that loads this one before those that we were started with: a suite's clock."""
    return ":".join(filter(None, (str(library(source)), os.environ.get("LD_PRELOAD"))))
