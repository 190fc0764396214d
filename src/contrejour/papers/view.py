"""What every artefact asks of a mandate: the same facts for the poster, the record and the map.

Nothing here is invented. What the mandate leaves out comes back as a gap (`document.gap`); what it
says, in the words of its closed lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from contrejour.law.mandate import Mandate, Measure, Report, Text, Verdict, names
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.schema import Document, Place
from contrejour.law.mandate.vocabulary import FILM, POSSIBLE, Basis, PlaceKind
from contrejour.law.mandate.words import day, period
from contrejour.papers.document import both, gap, joined, sentence
from contrejour.papers.phrases import between, images_kept

BASES = {
    Basis.CONSENT: Text("consentement (RGPD, art. 6, § 1, a)", "consent (GDPR, art. 6(1)(a))"),
    Basis.LEGAL_DUTY: Text(
        "obligation légale (RGPD, art. 6, § 1, c)", "legal duty (GDPR, art. 6(1)(c))"
    ),
    Basis.PUBLIC_TASK: Text(
        "mission d'intérêt public (RGPD, art. 6, § 1, e)",
        "task in the public interest (GDPR, art. 6(1)(e))",
    ),
    Basis.INTERESTS: Text(
        "intérêts légitimes (RGPD, art. 6, § 1, f)", "legitimate interests (GDPR, art. 6(1)(f))"
    ),
    Basis.LED: Text(
        "mission fixée par la loi (dir. 2016/680, art. 8 ; LIL, art. 87)",
        "task set by law (dir. 2016/680, art. 8; LIL, art. 87)",
    ),
}
VEHICLES = frozenset(
    {
        PlaceKind.TRAIN_INTERIOR, PlaceKind.BUS_INTERIOR, PlaceKind.SCHOOL_BUS,
        PlaceKind.TRAM_INTERIOR,
    }
)  # fmt: skip
SHA256_DIGITS = 64
NOTICE_RULE = "FR-10"
NO = Text("non", "no")
YES = Text("oui", "yes")


@dataclass(frozen=True, slots=True)
class View:
    """One mandate, on one day, as the law judged it.

    sha256: of its text, where it was given. log: where the public log is served, no / at its end.
    """

    mandate: Mandate
    as_of: date
    report: Report
    sha256: str | None = None
    log: str | None = None

    @property
    def draft(self) -> bool:
        """Not to be posted: refused, or lacking a document, on this day.

        Lacking nothing but the proof that the notices hang (rule FR-10) makes no draft: that proof
        is a photograph of these very posters.
        """
        held = {
            each.rule
            for each in self.report.findings
            if each.verdict in (Verdict.CONDITION, Verdict.REFUSE)
        }
        return not held <= {NOTICE_RULE}

    @property
    def places(self) -> tuple[str, ...]:
        """Places where a measure is, in the mandate's order."""
        used = {measure.cameras.place for measure in self.mandate.measures}
        return tuple(name for name in self.mandate.places if name in used)

    def measures_at(self, place: str) -> tuple[Measure, ...]:
        return tuple(each for each in self.mandate.measures if each.cameras.place == place)

    def runs_algorithms(self, place: str) -> bool:
        """Whether any measure there does more than show, keep or hand over images."""
        return any(algorithmic(measure) for measure in self.measures_at(place))

    def document(self, name: str | None) -> Document | None:
        return self.mandate.documents.get(name) if name is not None else None

    def place(self, name: str) -> Place:
        return self.mandate.places[name]


def algorithmic(measure: Measure) -> bool:
    """Software looks at the images. An act that the vocabulary lacks counts as such."""
    return not FILM.issuperset(measure.do)


def forbidden(measure: Measure) -> bool:
    """It asks for an act that no text allows: its page can't promise that nobody is identified."""
    return not POSSIBLE.issuperset(measure.do)


def place_title(view: View, name: str) -> Text:
    """The title the mandate gives, else the plain name of the kind with its short name."""
    place = view.place(name)
    if place.title is not None:
        return both(place.title)
    kind = sentence(names(place.what))
    short = both(name)
    return Text(f"{kind.fr} ({short.fr})", f"{kind.en} ({short.en})")


def departments(place: Place) -> Text:
    if not place.departments:
        return gap("départements", "departments")
    return both(", ".join(place.departments))


def acts(measure: Measure) -> Text:
    return sentence(joined(names(act) for act in measure.do))


def measure_title(measure: Measure) -> Text:
    """Its title, else what it does."""
    return both(measure.title) if measure.title is not None else acts(measure)


def purpose(measure: Measure) -> Text:
    return names(measure.purpose) if measure.purpose else gap("finalité", "purpose")


def cameras(measure: Measure) -> Text:
    """How many, or which."""
    if measure.cameras.ids is not None:
        return both(", ".join(measure.cameras.ids))
    if measure.cameras.count is None:
        return gap("nombre de caméras", "how many cameras")
    count = measure.cameras.count
    many = "s" if count > 1 else ""
    return Text(f"{count} caméra{many}", f"{count} camera{many}")


def images(view: View, measure: Measure) -> Text:
    """How long images are kept, after the authorisation too."""
    document = view.document(measure.authorisation)
    return images_kept(measure.keep.images, document.keep if document else None)


def kept(view: View, measure: Measure) -> tuple[tuple[Text, Text], ...]:
    """(what, how long) of everything the measure keeps, images first."""
    rest: tuple[tuple[Text, Period | None], ...] = (
        (Text("chiffres", "figures"), measure.keep.figures),
        (Text("signaux", "signals"), measure.keep.signals),
        (Text("journal des accès", "access log"), measure.keep.journal),
    )
    stated = tuple((what, period(length)) for what, length in rest if length is not None)
    return ((Text("images", "images"), images(view, measure)), *stated)


def kept_said(view: View, measure: Measure) -> Text:
    told = kept(view, measure)
    return Text(
        " ; ".join(f"{what.fr} : {length.fr}" for what, length in told),
        "; ".join(f"{what.en}: {length.en}" for what, length in told),
    )


def when(measure: Measure) -> Text:
    """The window of an event, the hours of a day, else all the time."""
    said = []
    if measure.window is not None:
        said.append(between(measure.window.since, measure.window.until))
    if measure.event is not None:
        said.append(both(measure.event.name))
    if measure.hours is not None:
        hours = both(", ".join(measure.hours))
        said.append(Text(f"chaque jour, {hours.fr}", f"each day, {hours.en}"))
    return joined(said, " · ") if said else Text("en permanence", "all the time")


def basis(view: View) -> Text:
    found = view.mandate.basis
    return BASES[found] if found is not None else gap("base légale", "legal basis")


def controller(view: View) -> Text:
    return both(view.mandate.controller.name)


def contact(view: View) -> Text:
    found = view.mandate.controller.contact
    return both(found) if found else gap("adresse du responsable", "the controller's address")


def dpo(view: View) -> Text:
    found = view.mandate.controller.dpo
    return (
        both(found)
        if found
        else gap(
            "contact du délégué à la protection des données",
            "contact of the data protection officer",
        )
    )


def page_address(view: View) -> str | None:
    """The second layer's address, where it is one that a phone can open."""
    page = view.mandate.controller.page
    web = page is not None and page.startswith(("https://", "http://"))
    return page if web and not any(each.isspace() for each in str(page)) else None


def valid(view: View) -> Text:
    since = day(view.mandate.valid.since)
    if view.mandate.valid.until is None:
        end = gap("date de fin", "end date")
        return Text(f"du {since.fr} au {end.fr}", f"from {since.en} to {end.en}")
    until = day(view.mandate.valid.until)
    return Text(
        f"du {since.fr} au {until.fr} inclus", f"from {since.en} until the end of {until.en}"
    )


def source(view: View) -> tuple[Text, ...]:
    """What a page was generated from; on every one of them."""
    when_judged = day(view.as_of)
    lines = [
        Text(
            f"Tiré du mandat {view.mandate.id}, tel que la loi le juge au {when_judged.fr}.",
            f"From the mandate {view.mandate.id}, as the law judges it on {when_judged.en}.",
        )
    ]
    if view.sha256 is not None:
        lines.append(
            Text(
                f"SHA-256 du texte du mandat : {view.sha256}",
                f"SHA-256 of the mandate's text: {view.sha256}",
            )
        )
    lines.append(
        Text(
            "L'affiche et le programme sont deux vues d'un même objet : s'ils se contredisent, "
            "c'est que l'un des deux n'a pas été tiré du mandat.",
            "The poster and the program are two views of one object: if they disagree, "
            "one of them was not generated from the mandate.",
        )
    )
    return tuple(lines)
