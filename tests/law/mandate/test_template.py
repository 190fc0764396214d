"""The template that `contrejour mandate new` writes, filled in as its comments say, is accepted."""

from __future__ import annotations

import re
from datetime import date

import pytest

from contrejour.law.mandate import Verdict, check, read
from contrejour.law.mandate.draft import template

DAY = date(2027, 1, 20)


def filled(text: str) -> str:
    """Every commented key put in, as a person with an editor would."""
    text = re.sub(r"^(documents|roles): \{\}$", r"\1:", text, flags=re.M)
    text = re.sub(r"^#  (\w+:)", r"  \1", text, flags=re.M)
    text = re.sub(r"^( *)# (\w+: .*)$", r"\1\2", text, flags=re.M)
    return text.replace("…", "0123456789abcdef" * 4)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_template_filled_in_is_accepted(language):
    answers = {"department": "38", "date": "2027-01-15"}
    text = template(answers, language, DAY)
    assert check(read(text, "m"), DAY).verdict is Verdict.CONDITION
    mandate = read(filled(text), "m")
    report = check(mandate, DAY)
    assert report.verdict is Verdict.ACCEPT, [each for each in report.findings if each.cure.en]
    assert len(mandate.documents) == 5
    assert mandate.measures[0].hours == ("05:00-24:00",)


@pytest.mark.parametrize("name", ['a "quoted": name # {x}', "L'été\\n", "{id}", "- a", "%s"])
def test_whatever_a_body_is_called_the_template_loads(name):
    assert read(template({"name": name}, "fr", DAY), "m").body.name == name
