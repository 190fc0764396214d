"""The mandate, as a public body votes it: frozen, closed, nothing ignored.

    body, controller, regime, basis, valid     who decides, under which law, until when
    documents                                  kind, date, signer, SHA-256: never prose
    places, roles                              where, and who may look
    measures                                   cameras x acts x purpose, with what each rests on

Absent is not wrong: a field that the law wants is optional here, so that a draft loads and the
rules can say what is missing and cite the text. What is unknown is an error (rule PR-01).
"""

# No `from __future__ import annotations`: pydantic would compile each of them again from its text.

import datetime as dt
import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictInt,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from contrejour.base.times import YEARS
from contrejour.law.mandate.periods import Period
from contrejour.law.mandate.vocabulary import (
    Access,
    Article,
    Basis,
    BodyKind,
    DocumentKind,
    PlaceKind,
    Purpose,
)

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
"""A short name, chosen by whoever writes the mandate."""
_BLANK = r"\p{C}\p{Z}\p{M}\u115f\u1160\u2800\u3164\uffa0"
NonEmptyText = Annotated[
    str, StringConstraints(min_length=1, strip_whitespace=True, pattern=f"[^{_BLANK}]")
]
"""Text with something in it that a reader sees."""
ActWord = Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[a-z_]+)*$")]
Department = Annotated[str, StringConstraints(pattern=r"^([0-9][0-9]|2[AB]|97[1-6])$")]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{2,64}$")]
WholeSha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Hours = Annotated[
    str,
    StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-4]):[0-5][0-9]$"),
]
Duration = Annotated[
    Period,
    BeforeValidator(Period.parse),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^P"}),
]
"""ISO 8601: P30D, P1M, PT0S."""


_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _year(value: object) -> int:
    """Of a day, or a moment, that is written out; 0 of anything else."""
    return int(value[:4]) if isinstance(value, str) and _DAY.match(value) else 0


def _written_day(value: object) -> object:
    """Refuse what pydantic would take for seconds since 1970."""
    year = value.year if isinstance(value, dt.date) else _year(value)
    if year in YEARS and (isinstance(value, dt.date) or _DAY.fullmatch(str(value))):
        return value
    raise PydanticCustomError("date_type", "not YYYY-MM-DD")


def _written_moment(value: object) -> object:
    if (value.year if isinstance(value, dt.datetime) else _year(value)) in YEARS:
        return value
    raise PydanticCustomError("datetime_type", "not YYYY-MM-DDTHH:MM:SS+HH:MM")


Day = Annotated[dt.date, BeforeValidator(_written_day)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written_moment)]


class StrictModel(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", coerce_numbers_to_str=True, populate_by_name=True,
        arbitrary_types_allowed=True, defer_build=True,
    )  # fmt: skip


class Body(StrictModel):
    name: NonEmptyText
    kind: BodyKind


class Deliberation(StrictModel):
    ref: NonEmptyText
    date: Day
    document: Name | None = None


class Controller(StrictModel):
    name: NonEmptyText
    contact: NonEmptyText | None = None
    dpo: NonEmptyText | None = None
    page: NonEmptyText | None = None
    """Address of the second layer of the notice, which the poster's QR code leads to."""


class Processor(StrictModel):
    name: NonEmptyText
    contract: Name | None = None


class Validity(StrictModel):
    since: Day = Field(alias="from")
    until: Day | None = None
    """The last day, included."""


class Opinion(StrEnum):
    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"


class Document(StrictModel):
    kind: DocumentKind
    sha256: Sha256
    date: Day
    expires: Day | None = None
    """The last day, included."""
    signed_by: NonEmptyText | None = None
    title: NonEmptyText | None = None
    file: NonEmptyText | None = None
    departments: tuple[Department, ...] = ()
    cameras: Annotated[int, Field(ge=1)] | None = None
    """How many cameras an authorisation covers."""
    keep: Duration | None = None
    """How long an authorisation lets images be kept."""
    dpo_opinion: Opinion | None = None
    residual_risk: Literal["low", "high"] | None = None


class Position(StrictModel):
    longitude: Annotated[float, Field(ge=-180, le=180)]
    latitude: Annotated[float, Field(ge=-90, le=90)]


class Place(StrictModel):
    what: PlaceKind
    access: Access
    departments: tuple[Department, ...] = ()
    title: NonEmptyText | None = None
    exposed: Name | None = None
    """Document: why the place is particularly exposed (CSI L251-2)."""
    masks: tuple[Name, ...] | None = None
    dwellings_masked: StrictBool | None = None
    audio: StrictBool = False
    position: Position | None = None
    changed: Day | None = None


class Role(StrictModel):
    designated: Literal["individually", "by-service"]
    list: NonEmptyText | None = None
    training: NonEmptyText | None = None


class Camera(StrictModel):
    """One camera, for the plan and the public map."""

    place: Name
    position: Position | None = None
    direction: Annotated[int, Field(ge=0, le=359)] | None = None
    """Degrees clockwise from north."""
    type: Literal["fixed", "dome", "panning"] = "fixed"
    mount: Literal["pole", "wall", "ceiling", "vehicle"] | None = None


class Cameras(StrictModel):
    place: Name
    count: Annotated[int, Field(ge=1)] | None = None
    ids: Annotated[tuple[Name, ...], Field(min_length=1)] | None = None


class Keep(StrictModel):
    images: Duration | None = None
    figures: Duration | None = None
    signals: Duration | None = None
    journal: Duration | None = None
    hold: Literal["by-document", "everything"] = "by-document"


class Output(StrictModel):
    """What a count gives: figures over at least `window`, none below `floor`."""

    window: Duration
    floor: Annotated[int, Field(ge=0)]
    alerts: StrictBool


class PublicEvent(StrictModel):
    name: NonEmptyText
    exposed_because: Name | None = None


class TimeSpan(StrictModel):
    since: Moment = Field(alias="from")
    until: Moment
    """The first moment that is outside."""


class Human(StrictModel):
    confirms: StrictBool
    stop: Literal["always", "office-hours", "never"]
    automatic_action: Literal["none"]


class Transmit(StrictModel):
    """Images to the police (C. transports L1634-2)."""

    opens: Literal["incident", "automatically", "permanent"]
    closes: Literal["intervention", "never"]
    convention: Name | None = None


class Measure(StrictModel):
    id: Name
    title: NonEmptyText | None = None
    quote: NonEmptyText | None = None
    cameras: Cameras
    do: Annotated[tuple[ActWord, ...], Field(min_length=1)]
    purpose: Purpose | None = None
    hours: Annotated[tuple[Hours, ...], Field(min_length=1)] | None = None
    """Absent is day and night; empty would say neither."""
    device: Literal["fixed", "body", "tram-front", "driver-audio-alert"] = "fixed"
    room: Literal["own", "state-control-room"] = "own"
    changed: Day | None = None
    scores_people: StrictBool = False
    link_other_files: StrictBool = False

    necessity: Name | None = None
    dpia: Name | None = None
    qualification: Name | None = None
    classification: Name | None = None
    authorisation: Name | None = None
    vsa_order: Name | None = None
    attestation: Name | None = None
    designation: Name | None = None
    error_rates: Name | None = None
    notice: Name | None = None

    keep: Keep = Keep()
    output: Output | None = None
    event: PublicEvent | None = None
    window: TimeSpan | None = None
    human: Human | None = None
    transmit: Transmit | None = None
    articles: tuple[Article, ...] = ()
    access: tuple[Name, ...] = ()


DOCUMENTS_OF_A_MEASURE = (
    "necessity", "dpia", "qualification", "classification", "authorisation", "vsa_order",
    "attestation", "designation", "error_rates", "notice",
)  # fmt: skip


class Security(StrictModel):
    encrypted_at_rest: StrictBool = True
    encrypted_in_transit: StrictBool = True


class Rights(StrictModel):
    """Requests of the people filmed: how long an answer may take."""

    answer: Duration = Period(months=1)
    """EU-17 in rules.yaml; a test compares them."""


class SealingTerms(StrictModel):
    """How originals are sealed and opened (mandate/originals.py, with the limits)."""

    window: Duration = Period(seconds=60)
    horizon: Duration = Period(seconds=86_400)
    cooling_off: Duration = Period(seconds=86_400)
    order_lasts: Duration = Period(seconds=7 * 86_400)
    cosignature_age: Duration = Period(seconds=3600)
    hold_lasts: Duration = Period(seconds=365 * 86_400)
    camera_minutes: StrictInt = 240
    open_policy: WholeSha256 | None = None
    """Of the file that says who opens; without it nothing is sealed."""
    witness_policy: WholeSha256 | None = None


class Mandate(StrictModel):
    mandate: Literal[1]
    id: Name
    body: Body
    deliberation: Deliberation
    controller: Controller
    regime: Literal["gdpr", "led"]
    basis: Basis | None = None
    valid: Validity
    competence: Name | None = None
    changed: Day | None = None
    prior_consultation: Name | None = None
    documents: dict[Name, Document]
    places: dict[Name, Place]
    cameras: dict[Name, Camera] = {}
    roles: dict[Name, Role] = {}
    processors: tuple[Processor, ...] = ()
    security: Security = Security()
    rights: Rights = Rights()
    originals: SealingTerms = SealingTerms()
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
