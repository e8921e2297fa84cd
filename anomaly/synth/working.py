"""The numbers of `parameters.toml` that say how people work: what they ask, how often, and what they type."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from anomaly.synth.actions import KINDS

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Shape = Annotated[float, Field(ge=0.05, le=1e6)]  # of a gamma law: below it almost every draw is zero
Shares = tuple[Share, Share, Share]


def _known(kinds: dict[str, float]) -> dict[str, float]:
    for kind in kinds:
        if kind not in KINDS:
            raise ValueError(f"`{kind}` is no kind of action; they are {', '.join(KINDS)}")
    return kinds


def _whole(kinds: dict[str, float]) -> dict[str, float]:
    if abs(sum(kinds.values()) - 1) > 1e-6:
        raise ValueError(f"the shares add up to {sum(kinds.values()):g}, not to 1")
    return kinds


Kinds = Annotated[dict[str, Share], AfterValidator(_known), AfterValidator(_whole)]


class Table(BaseModel):
    """A table of the file: nothing in it is unknown, nothing is infinite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Habits(Table):
    """What users type, and how regular their days are."""

    vague_a: Positive
    vague_b: Positive
    blank: Share
    capitals: Share
    pace_shape: Shape
    busy_shape: Shape
    stays_late: Share
    overtime: Share
    court: Share
    leave_every: Annotated[float, Field(ge=20)]
    separated_a_year: Share
    hired_a_year: Share


class Street(Table):
    """Stops, calls and plates run on the beat: shares of patrol work."""

    patrol: Shares
    traffic: Shares
    second_look: Share
    report: Share
    follow_up: Share
    number_shown: Share
    through_dispatch: Share
    regulars: Share
    bulletin: Share
    days_per_bulletin: Positive
    bulletin_days: Positive
    familiar_plate: Share
    elsewhere: Share
    follow_up_days: Annotated[int, Field(ge=2, le=365)]
    beat_vehicles: Annotated[int, Field(ge=1, le=1000)]
    alpr: Share
    networks_median: Positive
    networks_sigma: Positive
    networks_most: Positive

    @field_validator("patrol", "traffic")
    @classmethod
    def _whole(cls, shares: Shares) -> Shares:
        if abs(sum(shares) - 1) > 1e-6:
            raise ValueError(f"the shares add up to {sum(shares):g}, not to 1")
        return shares


class Cases(Table):
    """Cases that live for weeks."""

    days_per_case: Annotated[float, Field(ge=0.5)]
    life_shape: Shape
    life_days: Annotated[float, Field(gt=0, le=3650)]
    shared: Share
    from_case: Share
    first_person: Share
    people: Annotated[int, Field(ge=1, le=50)]
    number_shown: Share
    alpr: Share


class Desks(Table):
    """Office work: what clerks, the jail and the nightly batch are asked for."""

    warrants: Share
    one_applicant_in: Annotated[float, Field(ge=2)]
    names_a_report: Share
    foreign: Share
    batch_seconds: Annotated[int, Field(ge=1, le=3600)]

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        if self.warrants + 1 / self.one_applicant_in > 1:
            raise ValueError("warrants and applicants are more than all queries of a clerk")
        return self


class Manners(Table):
    """What users do in passing, whatever their work."""

    agencies_that_sign: Share
    signed: Share
    at_anothers_terminal: Share
    records_for_others: Share
    for_others: Share


class Asked(Table):
    """Shares of the kinds of action (`actions.KINDS`) in each kind of work.

    `now_and_then`: of all queries, whatever the work; the others are of what it leaves.
    """

    now_and_then: Annotated[dict[str, Share], AfterValidator(_known)]
    stop: Kinds
    call: Kinds
    beat: Kinds
    second_look: Kinds
    cases: Kinds
    warrants: Kinds
    records: Kinds
    dispatch: Kinds
    permits: Kinds
    jail: Kinds
    custody: Kinds

    @field_validator("now_and_then")
    @classmethod
    def _leaves_room(cls, kinds: dict[str, float]) -> dict[str, float]:
        if sum(kinds.values()) > 0.5:
            raise ValueError("what is asked now and then is more than half of all queries")
        return kinds
