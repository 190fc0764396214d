"""Durations and days, as they are said."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.words import day, period
from contrejour.papers.phrases import images_kept, moment


@pytest.mark.parametrize(
    ("text", "fr", "en"),
    [
        ("P30D", "30 jours", "30 days"),
        ("P1D", "1 jour", "1 day"),
        ("PT72H", "3 jours", "3 days"),
        ("P1M", "un mois de calendrier", "one calendar month"),
        ("P1Y", "1 an", "1 year"),
        ("P2M", "2 mois de calendrier", "2 calendar months"),
        ("PT1H30M", "1 heure et 30 minutes", "1 hour and 30 minutes"),
    ],
)
def test_a_duration_in_words(text, fr, en):
    said = period(Period.parse(text))
    assert (said.fr, said.en) == (fr, en)


@pytest.mark.parametrize(
    ("mandate", "authorised", "fr"),
    [
        ("P30D", None, "30 jours, ou un mois de calendrier s'il est plus court"),
        ("P28D", None, "28 jours"),
        ("P1M", None, "un mois de calendrier"),
        ("PT0S", None, "aucune image gardée"),
        ("P30D", "P15D", "15 jours"),
        ("P10D", "P15D", "10 jours"),
        ("P45D", None, "⟦45 jours : la loi n'admet qu'un mois⟧"),
        (None, None, "⟦à compléter : durée de conservation des images⟧"),
    ],
)
def test_how_long_images_are_kept_is_what_the_program_does(mandate, authorised, fr):
    said = images_kept(*(each and Period.parse(each) for each in (mandate, authorised)))
    assert said.fr == fr


def test_days_and_moments_are_those_of_paris():
    assert day(date(2027, 3, 1)).fr == "1er mars 2027"
    said = moment(datetime(2027, 2, 12, 23, 30, tzinfo=UTC))
    assert said.fr.replace("\u00a0", " ") == "13 février 2027 à 0 h 30"
    assert said.en == "13 February 2027, 00:30"
