"""No text of a stranger gives orders to a terminal, or looks like a line of ours."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as some

from contrejour.base import shown
from contrejour.base.shown import in_one_line

ORDERS = {
    "a cleared screen": "a\x1b[2Jb", "a title": "\x1b]0;x\x07", "C1": "\x9b31m", "a bell": "\x07",
    "backspaces": "yes\b\b\bno", "a line begun again": "yes\rno", "DEL": "\x7f",
    "turned letters": "\u202etxt.exe", "an isolate": "\u2066a\u2069", "an Arabic mark": "\u061c",
    "a line of another name": "a\u2028b\u0085c", "nothing to be seen": "a\u200bb\ufeff",
}  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
def test_attack_23_an_order_to_the_terminal_is_written_out(order: str) -> None:
    told = shown.shown(ORDERS[order])
    assert told.isprintable()
    assert "\\u" in told


@given(some.text())
def test_attack_23_whatever_is_written_one_line_stays_one_line_of_letters(text: str) -> None:
    told = in_one_line(text)
    assert len(told.splitlines()) <= 1
    assert not set(told) & set(map(chr, (*range(32), *range(127, 160), *range(0x202A, 0x202F))))


@given(some.text(some.characters(exclude_characters="\n\t", exclude_categories=["Cs"])))
def test_json_says_the_same_when_it_is_shown(text: str) -> None:
    told = shown.shown(json.dumps(text, ensure_ascii=False))
    assert json.loads(told.encode("utf-16", "surrogatepass").decode("utf-16")) == text


def test_french_and_box_drawing_are_letters() -> None:
    said = "« Où ? » — œuvre, 12 €, ┃ █ é\u00a0!\n\tä"
    assert shown.shown(said) == said


def test_attack_23_whatever_a_command_prints_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdout", out)
    with shown.standard_streams():
        print("a\x1b[2J")
        sys.stdout.writelines(["\x9b", "\n"])
    assert out.getvalue() == "a\\u001b[2J\n\\u009b\n"


def test_attack_23_an_error_is_shown_too() -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "contrejour", "review", "a\x1b[2J.txt"], capture_output=True
    )
    assert b"\\u001b[2J" in done.stderr
    assert b"\x1b" not in done.stderr
