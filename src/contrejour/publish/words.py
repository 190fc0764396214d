"""Days, moments and durations as people say them, in both languages."""

from __future__ import annotations

from datetime import date, datetime

from contrejour.mandate.law import Said
from contrejour.mandate.periods import ONE_MONTH, PARIS, Period
from contrejour.publish.document import gap, joined

_FR = (
    "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
    "octobre", "novembre", "décembre",
)  # fmt: skip
_EN = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_UNITS = (
    (86400, Said("jour", "day")),
    (3600, Said("heure", "hour")),
    (60, Said("minute", "minute")),
    (1, Said("seconde", "second")),
)
_LESS_THAN_ANY_MONTH_S = 28 * 86400


def day(when: date) -> Said:
    """1er mars 2027, 1 March 2027."""
    first = "1er" if when.day == 1 else str(when.day)
    return Said(
        f"{first} {_FR[when.month - 1]} {when.year}",
        f"{when.day} {_EN[when.month - 1]} {when.year}",
    )


def moment(when: datetime) -> Said:
    """A day and its time in Paris."""
    local = when.astimezone(PARIS)
    said = day(local.date())
    return Said(f"{said.fr} à {local.hour}\u00a0h\u00a0{local:%M}", f"{said.en}, {local:%H:%M}")


def between(since: datetime, until: datetime) -> Said:
    """A window, in the time of Paris."""
    start, end = moment(since), moment(until)
    return Said(
        f"seulement du {start.fr} au {end.fr} (heure de Paris)",
        f"only from {start.en} until {end.en} (Paris time)",
    )


def period(length: Period) -> Said:
    """A duration: un mois, 30 jours, 1 heure et 30 minutes."""
    parts = []
    years, months = divmod(length.months, 12)
    if years:
        parts.append(_counted(years, Said("an", "year")))
    if months == 1:
        parts.append(Said("un mois de calendrier", "one calendar month"))
    elif months:
        parts.append(Said(f"{months} mois de calendrier", f"{months} calendar months"))
    rest = length.seconds
    for size, unit in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(_counted(count, unit))
    if not parts:
        return Said("aucune durée", "no time at all")
    last = parts.pop()
    first = joined(parts)
    return Said(f"{first.fr} et {last.fr}", f"{first.en} and {last.en}") if parts else last


def images_kept(mandate: Period | None, authorised: Period | None = None) -> Said:
    """How long images are kept, as the program keeps them: never beyond a month (CSI L252-5).

    `authorised`: what the prefect's authorisation allows, where it says so; the shorter counts.
    """
    if mandate is None:
        return gap("durée de conservation des images", "how long images are kept")
    kept = mandate
    if authorised is not None and authorised.at_most_s < mandate.at_most_s:
        kept = authorised
    if kept.at_most_s == 0:
        return Said("aucune image gardée", "no image kept")
    said = period(kept)
    if kept.at_most_s > ONE_MONTH.at_most_s:
        return Said(
            f"⟦{said.fr} : la loi n'admet qu'un mois⟧", f"⟦{said.en}: the law allows one month⟧"
        )
    if kept.months == 0 and kept.seconds > _LESS_THAN_ANY_MONTH_S:
        return Said(
            f"{said.fr}, ou un mois de calendrier s'il est plus court",
            f"{said.en}, or one calendar month where that is shorter",
        )
    return said


def _counted(count: int, unit: Said) -> Said:
    many = "s" if count > 1 else ""
    return Said(f"{count} {unit.fr}{many}", f"{count} {unit.en}{many}")
