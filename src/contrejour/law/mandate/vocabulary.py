"""The closed lists of a mandate: what may be asked, of whom, where, and what for.

A word that is not in a list is an error, with one exception: an unknown *act* loads, so that it is
refused with a citation (rule FR-12) rather than as a slip of the pen.
"""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    """What a measure does with cameras. Those after `fire` are named only to be refused well."""

    VIEW = "view.live"
    RECORD = "record"
    TRANSMIT = "transmit.police"
    EXPORT = "export.requisition"
    COUNT = "statistics.count"

    ABANDONED_OBJECT = "detect.abandoned_object"
    WEAPON = "detect.weapon"
    WRONG_WAY = "detect.wrong_way"
    ZONE = "detect.zone"
    FALLEN_PERSON = "detect.fallen_person"
    CROWD_MOVEMENT = "detect.crowd_movement"
    DENSITY = "detect.density"
    FIRE = "detect.fire"

    FACE_LIVE = "identify.face.live"
    FACE_AFTER = "identify.face.after"
    BIOMETRIC_OTHER = "identify.biometric.other"
    CATEGORISE_SENSITIVE = "categorise.biometric.sensitive"
    CATEGORISE_OTHER = "categorise.biometric.other"
    EMOTION = "infer.emotion"
    PREDICT = "predict.offence"
    BEHAVIOUR = "analyse.behaviour"
    CROSS_CAMERA = "track.person.cross_camera"
    SEARCH_PERSON = "search.person.after"
    SCRAPE_FACES = "scrape.faces"
    SOUND = "record.audio"
    PLATE = "read.plate"
    UNSPECIFIED = "detect.unspecified"


FILM = frozenset({Act.VIEW, Act.RECORD, Act.TRANSMIT, Act.EXPORT})
"""People see images of people."""
EVENTS = frozenset(
    {
        Act.ABANDONED_OBJECT, Act.WEAPON, Act.WRONG_WAY, Act.ZONE,
        Act.FALLEN_PERSON, Act.CROWD_MOVEMENT, Act.DENSITY, Act.FIRE,
    }
)  # fmt: skip
"""The eight events of decree 2023-828, article 3."""
POSSIBLE = FILM | EVENTS | {Act.COUNT}
"""What a mandate can obtain, somewhere, one day."""
FORBIDDEN = frozenset(Act) - POSSIBLE
"""Named only to be refused: no code exists for any of them."""
IDENTIFY = frozenset({Act.FACE_LIVE, Act.FACE_AFTER, Act.BIOMETRIC_OTHER})
CATEGORISE = frozenset({Act.CATEGORISE_SENSITIVE, Act.CATEGORISE_OTHER})


class BodyKind(StrEnum):
    """Who decides."""

    REGION = "region"
    DEPARTMENT = "department"
    MUNICIPALITY = "municipality"
    TRANSPORT_AUTHORITY = "transport-authority"
    TRANSPORT_OPERATOR = "transport-operator"
    SNCF_RATP_SECURITY = "sncf-ratp-security"
    MUNICIPAL_POLICE = "municipal-police"
    NATIONAL_POLICE = "national-police"
    GENDARMERIE = "gendarmerie"
    FIRE_RESCUE = "fire-rescue"


POLICE = frozenset({BodyKind.MUNICIPAL_POLICE, BodyKind.NATIONAL_POLICE, BodyKind.GENDARMERIE})
"""Competent authorities in the sense of directive 2016/680, article 3(7)."""
MAY_DETECT = POLICE | {BodyKind.SNCF_RATP_SECURITY, BodyKind.FIRE_RESCUE}
"""The services of decree 2023-828, article 13."""
MAY_FILM_ROADS = POLICE | {BodyKind.MUNICIPALITY}


class PlaceKind(StrEnum):
    """What is filmed. The last two are what vague projects say: no plan comes of them."""

    STATION_HALL = "station-hall"
    STATION_PLATFORM = "station-platform"
    STATION_SURROUNDINGS = "station-surroundings"
    TRAIN_INTERIOR = "train-interior"
    BUS_INTERIOR = "bus-interior"
    SCHOOL_BUS = "school-bus"
    TRAM_INTERIOR = "tram-interior"
    LIFT = "lift"
    UNDERPASS = "underpass"
    FOOTBRIDGE = "footbridge"
    BIKE_PARK = "bike-park"
    CAR_PARK = "car-park"
    PUBLIC_ROAD = "public-road"
    STATION_AND_TRAIN = "station-and-train"
    UNSPECIFIED = "unspecified"


STAFFED = frozenset(
    {
        PlaceKind.STATION_HALL, PlaceKind.STATION_PLATFORM, PlaceKind.TRAIN_INTERIOR,
        PlaceKind.BUS_INTERIOR, PlaceKind.SCHOOL_BUS, PlaceKind.TRAM_INTERIOR,
        PlaceKind.STATION_AND_TRAIN,
    }
)  # fmt: skip
"""Where drivers and agents are at work, in view of the cameras."""


class Access(StrEnum):
    """Who may enter."""

    OPEN = "open"
    SCHOOL_ONLY = "school-only"
    STAFF_ONLY = "staff-only"
    UNSPECIFIED = "unspecified"


class Purpose(StrEnum):
    """What for. The `road.` ones are CSI L251-2, 1° to 11°, in their order."""

    SAFETY = "safety.open-place"
    TERRORISM = "terrorism.open-place"
    STATISTICS = "statistics.transport"
    REQUISITION = "justice.requisition"
    ROAD_BUILDINGS = "road.public-buildings"
    ROAD_DEFENCE = "road.defence"
    ROAD_TRAFFIC = "road.traffic-flow"
    ROAD_OFFENCES = "road.traffic-offences"
    ROAD_SAFETY = "road.safety"
    ROAD_TERRORISM = "road.terrorism"
    ROAD_RISKS = "road.natural-risks"
    ROAD_RESCUE = "road.rescue-fire"
    ROAD_PARKS = "road.amusement-parks"
    ROAD_INSURANCE = "road.insurance"
    ROAD_DUMPING = "road.dumping"


class DocumentKind(StrEnum):
    """What a document is; the program never reads its prose."""

    DELIBERATION = "deliberation"
    PREFECT_AUTHORISATION = "prefect-authorisation"
    PREFECT_VSA_ORDER = "prefect-vsa-order"
    PREFECT_DESIGNATION = "prefect-designation"
    MINISTER_ATTESTATION = "minister-attestation"
    DPIA = "dpia"
    PRIOR_CONSULTATION = "prior-consultation"
    NECESSITY = "necessity"
    EXPOSURE = "exposure"
    QUALIFICATION = "qualification"
    COMPETENCE = "competence"
    AI_ACT_CLASSIFICATION = "ai-act-classification"
    ERROR_RATES = "error-rates"
    NOTICE_PROOF = "notice-proof"
    CONVENTION = "convention"
    CONTRACT = "contract"


class Basis(StrEnum):
    """The legal basis: an article of the GDPR, or directive 2016/680 (LED)."""

    CONSENT = "gdpr.6.1.a"
    LEGAL_DUTY = "gdpr.6.1.c"
    PUBLIC_TASK = "gdpr.6.1.e"
    INTERESTS = "gdpr.6.1.f"
    LED = "led.8"


class Article(StrEnum):
    """Articles of the Code de procédure pénale that a requisition may rest on; the last may not."""

    FLAGRANTE = "60-1"
    FLAGRANTE_COMPUTERISED = "60-2"
    PRELIMINARY = "77-1-1"
    PRELIMINARY_COMPUTERISED = "77-1-2"
    INQUIRY = "99-3"
    GEOLOCATION = "230-32"
