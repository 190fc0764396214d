"""Digits are 0 to 9 wherever something is read: Python's own readers take those of every script."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.orders import order

import contrejour
from contrejour.base.digits import whole
from contrejour.base.errors import Malformed
from contrejour.base.times import of_utc
from contrejour.custody.cases import order as orders
from contrejour.custody.ledger import entry

SOURCE = Path(contrejour.__file__).parent
DIGITS = "0123456789"
ARABIC, WIDE = (
    str.maketrans(DIGITS, "".join(map(chr, range(at, at + 10)))) for at in (0x660, 0xFF10)
)


@pytest.mark.parametrize("script", [ARABIC, WIDE])
def test_attack_21_a_date_in_other_digits_is_no_date(script: dict[int, int]) -> None:
    """A case began with a date that the log then refused: nothing of it could ever be opened."""
    told = json.loads(order().bytes)
    told["at"] = told["at"].translate(script)
    data = json.dumps(
        told, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()  # fmt: skip
    with pytest.raises(Malformed):
        orders.read(data)
    assert not entry.TYPES["order.declare"]["expires"](told["at"])
    with pytest.raises(ValueError, match=told["at"]):
        of_utc(told["at"])


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", " 1", "1_0", "\u0661", "\uff11", "1.0", "9" * 19, "x"]
)
def test_a_whole_number_is_digits_and_nothing_else(text: str) -> None:
    assert whole(text) is None
    assert (whole("0"), whole("007"), whole("9" * 18)) == (0, 7, 10**18 - 1)


def test_attack_21_nothing_in_the_source_reads_digits_of_other_scripts() -> None:
    assert {f"{path}:{line}: {what}" for path, line, what in _readers()} == set()


def _readers() -> Iterator[tuple[str, int, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        name = str(path.relative_to(SOURCE))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                if "\\d" in node.value or "\\D" in node.value:
                    yield name, node.lineno, "\\d"
            elif isinstance(node, ast.Attribute):
                reads = {"isdigit", "isdecimal", "isnumeric"}
                if name != "base/times.py":
                    reads.add("strptime")
                if node.attr in reads:
                    yield name, node.lineno, node.attr
