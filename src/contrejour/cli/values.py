"""What arguments take: what the help calls it, how its text is read, what a shell completes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from contrejour.base.digits import whole
from contrejour.base.language import said
from contrejour.base.times import YEARS, written_day


@dataclass(frozen=True, slots=True)
class ArgumentType:
    """`parse` makes the value of a text; it raises ArgumentTypeError or ValueError."""

    metavar: str
    parse: Callable[[str], Any] = str
    completes: Literal["file", "folder", ""] = ""


def text(metavar: str, completes: Literal["file", "folder", ""] = "") -> ArgumentType:
    """A text as it is given; what may be a path and something else is completed as a path."""
    return ArgumentType(metavar, str, completes)


def file(metavar: str) -> ArgumentType:
    """A path of a file, or of a folder where the command takes either."""
    return ArgumentType(metavar, Path, "file")


def day(text: str) -> date:
    """An argument that is a date, ISO 8601."""
    try:
        return written_day(text)
    except ValueError:
        raise argparse.ArgumentTypeError(said("argument-date")) from None


def moment(text: str) -> datetime:
    """An argument that is a moment, ISO 8601 with its offset."""
    try:
        at: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at.year not in YEARS:
        raise argparse.ArgumentTypeError(said("argument-moment"))
    return at


def seconds(text: str) -> float:
    """An argument that is a length of time."""
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found <= 86_400:  # nor is nan
        raise argparse.ArgumentTypeError(said("argument-seconds"))
    return found


def address(text: str) -> tuple[str, int]:
    """HOST:PORT, [::1]:PORT."""
    host, _, port = text.rpartition(":")
    number = whole(port)
    if not host or number is None or number > 65535:
        raise argparse.ArgumentTypeError(said("argument-address"))
    return host.strip("[]"), number


def web(text: str) -> str:
    """An argument that is an address of the web, for pages to link to; no / at its end."""
    try:
        host = urlsplit(text).hostname
    except ValueError:
        host = None
    if not host or not re.fullmatch(r"https?://[!-~]+", text):
        raise argparse.ArgumentTypeError(said("argument-web-address"))
    return text.rstrip("/")


NAME, ROLE = text("NAME"), text("ROLE")
FILE = file("FILE")
DIR = ArgumentType("DIR", Path, "folder")
COUNT = ArgumentType("N", int)
DAY = ArgumentType("DATE", day)
MOMENT = ArgumentType("TIME", moment)
SECONDS = ArgumentType("SECONDS", seconds)
ADDRESS = ArgumentType("HOST:PORT", address)
URL = ArgumentType("URL", web)
