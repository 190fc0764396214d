"""Whom a message is told to: in French where their system speaks French."""

from __future__ import annotations

import os
from collections.abc import Mapping

from contrejour.base.messages import Message, Value, rendered


def is_french(environment: Mapping[str, str]) -> bool:
    """Whether the reader's language is French, as POSIX has it (XBD 8.2): the first one set."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next((environment[name] for name in names if environment.get(name)), "").startswith("fr")


def readers_language() -> str:
    """`fr` or `en`."""
    return "fr" if is_french(os.environ) else "en"


def said(message: Message | str, /, **values: Value) -> str:
    """A message, or the one of an id and values, in the reader's language."""
    told = message if isinstance(message, Message) else Message(message, **values)
    return rendered(told, readers_language())
