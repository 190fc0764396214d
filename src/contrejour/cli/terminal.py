"""Whoever sits at the terminal, asked in the name of a token's program (seal.plugin.TokenUser)."""

from __future__ import annotations

import getpass
import sys
import warnings

from contrejour.base.shown import shown
from contrejour.base.stderr import write_line
from contrejour.cli.arguments import ask


class Terminal:
    """Asks on the terminal and nowhere else; where there is none, there is no answer."""

    def tell(self, who: str, text: str) -> bool:
        write_line(f"{who}: {text}")
        return True

    def choose(self, who: str, text: str, yes: str, no: str) -> bool | None:
        """1 is yes, 2 is no; None for anything else, and without a terminal."""
        if not sys.stdin.isatty():
            return None
        said = ask(shown(f"{who}: {text} [1: {yes}{no and f', 2: {no}'}] ")).strip()
        return {"1": True, "2": False}.get(said)

    def answer(self, who: str, text: str, *, hidden: bool) -> str | None:
        """One line; what is `hidden` isn't shown as it is typed. None without a terminal."""
        prompt = shown(f"{who}: {text} ")
        if not hidden:
            return ask(prompt).rstrip("\n") if sys.stdin.isatty() else None
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)  # it would be shown
            try:
                return getpass.getpass(prompt)
            except (getpass.GetPassWarning, EOFError):
                return None
