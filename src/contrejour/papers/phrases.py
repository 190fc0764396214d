"""Moments, windows and retention as people say them, in both languages."""

from __future__ import annotations

from datetime import datetime

from contrejour.law.mandate.periods import ONE_MONTH, PARIS, Period
from contrejour.law.mandate.words import Text, day, period
from contrejour.papers.document import gap

_LESS_THAN_ANY_MONTH_S = 28 * 86400
"""The shortest month of the calendar."""


def moment(when: datetime) -> Text:
    """A day and its time in Paris."""
    local = when.astimezone(PARIS)
    said = day(local.date())
    return Text(f"{said.fr} à {local.hour}\u00a0h\u00a0{local:%M}", f"{said.en}, {local:%H:%M}")


def between(since: datetime, until: datetime) -> Text:
    """A window, in the time of Paris."""
    start, end = moment(since), moment(until)
    return Text(
        f"seulement du {start.fr} au {end.fr} (heure de Paris)",
        f"only from {start.en} until {end.en} (Paris time)",
    )


def images_kept(mandate: Period | None, authorised: Period | None = None) -> Text:
    """How long images are kept, as the program keeps them: never beyond a month (CSI L252-5).

    `authorised`: what the prefect's authorisation allows, where it says so; the shorter counts.
    """
    if mandate is None:
        return gap("durée de conservation des images", "how long images are kept")
    kept = mandate
    if authorised is not None and authorised.at_most_s < mandate.at_most_s:
        kept = authorised
    if kept.at_most_s == 0:
        return Text("aucune image gardée", "no image kept")
    said = period(kept)
    if kept.at_most_s > ONE_MONTH.at_most_s:
        return Text(
            f"⟦{said.fr} : la loi n'admet qu'un mois⟧", f"⟦{said.en}: the law allows one month⟧"
        )
    if kept.months == 0 and kept.seconds > _LESS_THAN_ANY_MONTH_S:
        return Text(
            f"{said.fr}, ou un mois de calendrier s'il est plus court",
            f"{said.en}, or one calendar month where that is shorter",
        )
    return said
