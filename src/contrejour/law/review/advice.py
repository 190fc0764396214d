"""What could be voted instead: our suggestion, act by act. The verdict stays the rulebook's."""

from __future__ import annotations

from collections.abc import Iterator

from contrejour.law.mandate import Text
from contrejour.law.mandate.vocabulary import EVENTS, Act, PlaceKind
from contrejour.law.review.found import Mention

NOTHING = Text("rien : aucun texte ne le permet à un transporteur ou à une collectivité",
               "nothing: no text lets a transport body or a local authority do it")  # fmt: skip
REQUISITION = Text("répondre aux réquisitions (export.requisition) : c'est l'enquêteur qui cherche",
                   "answer requisitions (export.requisition): the investigator does the "
                   "search")  # fmt: skip
ONE_EVENT = Text(
    "un des huit événements, pour une manifestation exposée, par le service de sûreté de la SNCF "
    "ou de la RATP, sur arrêté du préfet",
    "one of the eight events, for an exposed gathering, by the security service of SNCF or RATP, "
    "under the prefect's order",
)
PLACE_BY_PLACE = Text("lieu par lieu : pour chacun, son exposition, sa nécessité, ses caméras",
                      "place by place: for each, its exposure, its necessity, its "
                      "cameras")  # fmt: skip
COACHES = Text("un mandat ligne par ligne, où des agressions sont établies",
               "a mandate line by line, where assaults are recorded")  # fmt: skip
SCHOOL = Text("un enregistrement déclenché par un incident, sur les lignes où des agressions sont "
              "établies",
              "recording set off by an incident, on lines with recorded assaults")  # fmt: skip
POLICE = Text("une transmission ouverte par un incident, le temps de l'intervention, sous "
              "convention",
              "a feed opened by an incident, for the time of the intervention, under a "
              "convention")  # fmt: skip
COUNTING = Text("compter sans image : billets, cellules infrarouges, capteurs thermiques",
                "count without pictures: tickets, infrared cells, thermal sensors")  # fmt: skip
_OF_ACTS: dict[str, Text] = {
    Act.SEARCH_PERSON: REQUISITION, Act.CROSS_CAMERA: REQUISITION, Act.FACE_AFTER: NOTHING,
    Act.UNSPECIFIED: ONE_EVENT, Act.COUNT: COUNTING, Act.TRANSMIT: POLICE, Act.FACE_LIVE: NOTHING,
    Act.BIOMETRIC_OTHER: NOTHING, Act.BEHAVIOUR: NOTHING, Act.EMOTION: NOTHING,
    Act.PREDICT: NOTHING, Act.CATEGORISE_SENSITIVE: NOTHING, Act.CATEGORISE_OTHER: NOTHING,
    Act.SCRAPE_FACES: NOTHING, Act.SOUND: NOTHING, Act.PLATE: NOTHING,
}  # fmt: skip


def instead(found: Mention) -> tuple[Text, ...]:
    """Suggestions for one measure, in the order of its acts; none where there is no better."""
    return tuple(dict.fromkeys(_suggested(found)))


def _suggested(found: Mention) -> Iterator[Text]:
    for act in found.acts:
        if act in _OF_ACTS:
            yield _OF_ACTS[act]
        elif act in EVENTS:
            yield ONE_EVENT
        elif act not in {*Act}:
            yield NOTHING
    if Act.RECORD in found.acts or Act.VIEW in found.acts:
        if found.where.kind is PlaceKind.UNSPECIFIED:
            yield PLACE_BY_PLACE
        elif found.where.kind is PlaceKind.SCHOOL_BUS:
            yield SCHOOL
        elif found.where.kind is PlaceKind.BUS_INTERIOR:
            yield COACHES
        elif Act.VIEW in found.acts:
            yield POLICE
