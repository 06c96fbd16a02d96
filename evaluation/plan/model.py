"""The evaluation plan as typed, frozen objects: what ``evaluation.toml`` may say.

Pydantic checks form; what needs two parts of the plan at once (a survey naming a wave
that is not there) is checked in ``plan.check``.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$")]
Lang = Literal["da", "en"]
Design = Literal["panel", "repeated-cross-section", "cohorts", "retrospective"]
Estimand = Literal["udvikling", "beskrivelse"]


class Model(BaseModel):
    """Frozen, and strict about keys nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Model):
    """A text in Danish and, where there is one, in English."""

    da: str
    en: str = ""


class Rule(Model):
    """One rule of a release: lifted (``ophaevet``) or kept (``fastholdt``), by law or municipal."""

    id: Id
    title: Text
    kind: Literal["lov", "kommunal"]
    status: Literal["ophaevet", "fastholdt"] = "ophaevet"
    source: str = Field("", description="Where the fact stands; printed under the table.")


class Scope(Model):
    """Whom a release covers. Nothing given: every unit of the municipality."""

    units: tuple[str, ...] = ()
    types: tuple[Id, ...] = ()
    areas: tuple[str, ...] = ()
    centres: tuple[str, ...] = ()


class Release(Model):
    """A period in which units are released (frisat) from rules."""

    id: Id
    title: Text
    start: date = Field(alias="from")
    end: date | None = Field(None, alias="to")
    scope: Scope = Scope()
    rules: tuple[Rule, ...] = Field((), alias="rule")


class Wave(Model):
    """A wave of fieldwork. Only dates: before or after follows per unit and release."""

    id: Id
    start: date = Field(alias="from")
    end: date = Field(alias="to")
    title: Text | None = None


class SurveyWave(Model):
    """One survey in one wave: where its export lies. No ``file``: awaited."""

    wave: Id
    file: str | None = Field(None, description="Path from the workspace; for SurveyXact csv the dataset file.")
    sheet: str | None = None
    invited: int | None = Field(None, ge=0, description="Number invited, where population.csv does not say.")
    weight: str | None = Field(None, description="Weight variable in the export.")
    where: dict[str, str | tuple[str, ...]] = Field(
        default_factory=dict, description="Keep only rows whose column has one of these values."
    )
    columns: dict[str, str] = Field(
        default_factory=dict, description="Item or role of the instrument = column name in this wave's file."
    )


class Survey(Model):
    """One survey: an instrument asked of somebody in one or more waves."""

    id: Id
    instrument: Id
    title: Text | None = None
    design: Design
    respondent: Text
    unit: str | None = Field(None, description="Column that names the unit; none: independent persons.")
    id_column: str | None = Field(None, description="Column that joins a panel, or marks a distinct person.")
    rater: str | None = Field(None, description="Column naming the teacher or household behind a row.")
    waves: tuple[SurveyWave, ...] = Field(alias="wave")
    crosswalk: str | None = Field(
        None, description="csv from the workspace: item, then one column a wave with the variable's name there."
    )
    groups: tuple[Id, ...] = Field(
        (), description="Group variables to break down by: 'type' or a group of the instrument."
    )
    estimand: Estimand | None = None
    compare: tuple[Id, Id] | None = Field(None, description="Waves to compare; default last before and last after.")


class Comparison(Model):
    """Units that were not released, shown beside those that were."""

    kommune: str
    title: Text
    note: Text | None = None


class Group(Model):
    """A subgroup that carries verdict words (one further family per survey)."""

    survey: Id
    group: str = Field(description="Group key such as 'type-dagpleje' or 'stilling-paedagog'.")


class Delta(Model):
    """The smallest change that matters, with the reason."""

    survey: Id
    points: float = Field(gt=0, description="On 0–100 for scores.")
    shares: float = Field(5.0, gt=0, description="In procentpoint.")
    reason: Text


class Decision(Model):
    """How a verdict is reached."""

    alpha: float = Field(0.05, gt=0, lt=0.5)
    deltas: tuple[Delta, ...] = Field((), alias="delta")
    verdict_groups: tuple[Group, ...] = Field((), alias="verdict_group")


class Disclosure(Model):
    """The gate's policy."""

    threshold: int = Field(5, ge=3)
    protection: int = Field(3, ge=1)
    publications: tuple[str, ...] = ()


class Header(Model):
    """Who is evaluated, by whom, for whom."""

    title: Text
    subtitle: Text | None = None
    kommune: str
    kommunekode: Annotated[str, StringConstraints(pattern=r"^\d{3}$")]
    language: Lang = "da"
    authors: tuple[str, ...] = ()
    publisher: str = ""
    project: str = ""
    financing: str = ""
    year: int
    estimand: Estimand = "udvikling"
    products: tuple[Id, ...] = Field(("midtvejsevaluering",), description="Report projects that `evaluation run` renders.")


class Plan(Model):
    """The whole of ``evaluation.toml``."""

    evaluation: Header
    releases: tuple[Release, ...] = Field((), alias="release")
    waves: tuple[Wave, ...] = Field((), alias="wave")
    surveys: tuple[Survey, ...] = Field((), alias="survey")
    comparison: Comparison | None = None
    disclosure: Disclosure = Disclosure()
    decision: Decision = Decision()
