"""Files that commands read and write, with the project's own errors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from contrejour.base import sandbox
from contrejour.base.errors import InputMissing, Malformed, OutputExists, Unsupported
from contrejour.base.files import create, creating, replace, sha256, unwritable
from contrejour.base.foreign import read_named
from contrejour.base.language import is_french
from contrejour.base.messages import Message
from contrejour.base.stderr import warn
from contrejour.cli.command import Argument, Option, Switch
from contrejour.cli.values import DIR, URL

read_bytes = read_named


def read_text(path: Path) -> str:
    """UTF-8. Raises InputMissing, Malformed."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise Malformed("not-utf-8", path=path) from error


def write_new(path: Path, data: bytes, *, force: bool = False, mode: int = 0o666) -> None:
    """Write a file whole or not at all. Raises OutputExists, OutputFailed."""
    with _said(path):
        (replace if force else create)(path, data, mode)


@contextmanager
def writing_new(path: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new file, which gets its name at the end of the block, or not at all where that fails.

    Raises OutputExists, OutputFailed.
    """
    with _said(path), creating(path, mode) as file:
        yield file


@contextmanager
def _said(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise OutputExists("file-exists", path=path) from None
    except OSError as error:
        raise unwritable(path, error, hint=None) from error


def digests(folder: Path, documents: Mapping[str, str | None]) -> dict[str, str | None]:
    """SHA-256 of the file given for each document: the one it names, or NAME.*; None: not found.

    `documents`: for each document, the file that the mandate names. Raises InputMissing.
    """
    if not folder.is_dir():
        raise InputMissing("documents-not-a-folder", folder=folder)
    found: dict[str, str | None] = {}
    for name, file in documents.items():
        path = folder / Path(file).name if file else None
        if path is None:
            path = next(iter(sorted(folder.glob(f"{name}.*"))), None)
        found[name] = sha256(path) if path and path.is_file() else None
    return found


def speak(language: str | None) -> str:
    """The language asked for, or the system's; errors follow it. `fr` or `en`."""
    if language:
        os.environ["LC_ALL"] = {"fr": "fr_FR.UTF-8", "en": "C.UTF-8"}[language]
    return "fr" if is_french(os.environ) else "en"


def look_at_sandbox(*, required: bool) -> None:
    """Say, once a command, where what reads strangers' files isn't shut in.

    Raises Unsupported where it has to be.
    """
    if sandbox.available():
        return
    if required:
        raise Unsupported("sandbox-weak")
    warn(Message("sandbox-weak"))


def page_width() -> int:
    """Columns to wrap at; 0 where nobody looks."""
    if not sys.stdout.isatty():
        return 0
    return min(os.get_terminal_size(sys.stdout.fileno()).columns, 100)


def has_colour() -> bool:
    """On a terminal, unless NO_COLOR is set (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def ask(prompt: str) -> str:
    """One line from whoever is at the terminal; the question goes to standard error."""
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


CASE_FOLDER = Argument("folder", DIR, help="the folder of the case")
FORCE = Switch("--force", help="replace an existing output")
LANGUAGE = Option("--lang", choices=("fr", "en"), help="language (default: the system's)")
REQUIRE_SANDBOX = Switch(
    "--require-sandbox", help="refuse where this machine can't shut in what reads strangers' files"
)
OFFLINE = Switch("--offline", help="never fetch a model")
PUBLIC_LOG = Option(
    "--public-log",
    URL,
    help="where the public log is served: pages link to it, and to what checks it",
)
