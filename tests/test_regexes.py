"""No regular expression of ours takes long, whatever text a stranger wrote for it."""

from __future__ import annotations

import re

import pytest
from fakes import regexes

from contrejour.law.review import lines

PATTERNS = regexes.patterns()


def test_every_pattern_of_the_source_is_known() -> None:
    assert len(PATTERNS) > 300
    assert any(where.endswith("lexicon:TECHNOLOGIES[3]") for where in PATTERNS)
    assert lines.LONGEST == regexes.LONGEST


@pytest.mark.parametrize("wing", sorted({where.split(":")[0] for where in PATTERNS}))
def test_attack_17_no_text_makes_a_pattern_take_for_ever(wing: str) -> None:
    """An exponential one never ends; one of the third power takes minutes for 2,000 characters."""
    endless = []
    for pattern in {each for where, each in PATTERNS.items() if where.split(":")[0] == wing}:
        for text in regexes.attacks(pattern, regexes.LONGEST):
            try:
                regexes.searched(pattern, text)
            except regexes.Endless:
                endless.append((pattern.pattern[:80], text[:60]))
                break
    assert endless == []


@pytest.mark.parametrize(
    "careless", [r"(\w+,?)*;", r"(?:\S+[ -]){0,12}x", r"\s*(?:page\s*)?-?\s*\d"]
)
def test_a_careless_pattern_would_be_found(careless: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexes, "_CPU_S", 0.5)
    pattern = re.compile(careless)
    texts = list(regexes.attacks(pattern, regexes.LONGEST))
    with pytest.raises(regexes.Endless):
        regexes.searched_all(pattern, texts)
