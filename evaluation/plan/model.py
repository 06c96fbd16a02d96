"""The evaluation plan as typed, frozen objects: what ``evaluation.toml`` may say.

Pydantic checks form; what needs two parts of the plan at once (a survey naming a wave
that is not there) is checked in ``plan.check``. The descriptions here become the JSON
schema that editors show (``docs/evaluation.schema.json``).
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]+$")]
Lang = Literal["da", "en"]
Design = Literal["panel", "repeated-cross-section", "cohorts", "retrospective"]
Estimand = Literal["udvikling", "beskrivelse"]

_Part = TypeVar("_Part", "Release", "Wave", "Survey")
_ID = "Short name: lower-case letters a-z, digits, hyphen and underscore. Becomes part of every number's key."
_WORDS = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Model(BaseModel):
    """Frozen, and strict about keys nobody knows."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Text(Model):
    """A text in Danish and, where there is one, in English."""

    da: _WORDS = Field(description="Danish.")
    en: str = Field("", description="English; Danish is used where it is empty.")


class Rule(Model):
    """One rule of a release: lifted (``ophaevet``) or kept (``fastholdt``), by law or municipal."""

    id: Id = Field(description=_ID)
    title: Text = Field(description="The rule in a few words.")
    kind: Literal["lov", "kommunal"] = Field(description="Who made the rule: the law or the municipality itself.")
    status: Literal["ophaevet", "fastholdt"] = Field("ophaevet", description="Lifted by the release, or kept.")
    source: str = Field("", description="Where the fact stands; printed under the table.")


class Scope(Model):
    """Whom a release covers. Nothing given: every unit of the municipality. Several lists: units in all of them."""

    units: tuple[str, ...] = Field((), description="Ids of units.csv.")
    types: tuple[Id, ...] = Field((), description="Types of units.csv, such as 'dagpleje'.")
    areas: tuple[str, ...] = Field((), description="Areas (område) of units.csv.")
    centres: tuple[str, ...] = Field((), description="Centres of units.csv.")


class Release(Model):
    """A period in which units are released (frisat) from rules."""

    id: Id = Field(description=_ID)
    title: Text = Field(description="What the release is called.")
    start: date = Field(alias="from", description="First day in force, such as 2021-06-01.")
    end: date | None = Field(None, alias="to", description="Last day in force; leave out while it has no end.")
    scope: Scope = Field(Scope(), description="Whom the release covers; leave out for the whole municipality.")
    rules: tuple[Rule, ...] = Field((), alias="rule", description="Rules lifted and rules kept.")


class Wave(Model):
    """A wave of fieldwork. Only dates: before or after follows per unit and release."""

    id: Id = Field(description=_ID)
    start: date = Field(alias="from", description="First day of fieldwork.")
    end: date = Field(alias="to", description="Last day of fieldwork.")
    title: Text | None = Field(None, description="What reports call the wave; default: its id.")


class SurveyWave(Model):
    """One survey in one wave: where its export lies. No ``file``: awaited."""

    wave: Id = Field(description="Id of a [[wave]].")
    file: _WORDS | None = Field(
        None,
        description="Path from the workspace, with / between folders; for SurveyXact csv the dataset file. "
        "Leave out while the export is awaited.",
    )
    sheet: str | None = Field(None, description="Sheet of an Excel file; default: found by content.")
    invited: int | None = Field(None, ge=0, description="Number invited, where population.csv does not say.")
    weight: str | None = Field(None, description="Weight variable in the export.")
    where: dict[str, str | tuple[str, ...]] = Field(
        default_factory=dict, description="Keep only rows whose column has one of these values."
    )
    population: _WORDS | None = Field(
        None,
        description="Whom this wave was about, where that changed between waves: 'alle børn', 'børn med behov'. Waves "
        "with different texts are never compared; say it for every wave of the survey or for none.",
    )
    columns: dict[str, str] = Field(
        default_factory=dict,
        description="Item or role of the instrument = column name in this wave's file; goes before the crosswalk. "
        "An empty name: not asked in this wave.",
    )


class Weighting(Model):
    """Weights that give the answers of every wave the known make-up of those who were asked."""

    method: Literal["efterstratificering", "rimvaegtning"] = Field(
        description="efterstratificering: every combination of the margins gets its known share. rimvaegtning: every "
        "margin by itself, one after the other until all hold."
    )
    margins: tuple[Id, ...] = Field(
        ("type",),
        min_length=1,
        description="'type', 'omraade' or 'enhed', known from population.csv; or a group of the instrument, known "
        "from margins.csv. efterstratificering: one from margins.csv, or any from population.csv.",
    )
    fewest: int = Field(
        10, ge=3, description="Fewest answers in a category; smaller ones are merged, and the report says which."
    )
    trim: float | None = Field(None, gt=1, description="Largest weight, in multiples of the mean; default: no limit.")


class Survey(Model):
    """One survey: an instrument asked of somebody in one or more waves."""

    id: Id = Field(description=_ID)
    instrument: Id = Field(description="Name of a file in data/codebooks, without '.toml'.")
    title: Text | None = Field(None, description="What reports call the survey; default: the instrument's title.")
    design: Design = Field(
        description="panel: the same persons, joined on id_column. repeated-cross-section: new people each time. "
        "cohorts: a new year group each time. retrospective: asked once how things have changed."
    )
    respondent: Text = Field(description="Who answers, in the plural: 'forældre til børn i dagtilbud'.")
    unit: str | None = Field(None, description="Column that names the unit; none: independent persons.")
    id_column: str | None = Field(None, description="Column that joins a panel, or marks a distinct person.")
    rater: str | None = Field(None, description="Column naming the teacher or household behind a row.")
    release: Id | None = Field(
        None,
        description="Release that the waves lie before or after, where the units asked are not the units released "
        "(schools about children from dagtilbud); default: the first release that covers each unit.",
    )
    waves: tuple[SurveyWave, ...] = Field(alias="wave", min_length=1, description="Waves in which the survey is asked.")
    crosswalk: _WORDS | None = Field(
        None, description="csv from the workspace: item, then one column a wave with the variable's name there."
    )
    groups: tuple[Id, ...] = Field(
        (),
        description="Group variables to break down by: type and omraade of units.csv, or a group of the instrument.",
    )
    weighting: Weighting | None = Field(
        None, description="Weights to the known make-up of those who were asked; none: answers count as they are."
    )
    estimand: Estimand | None = Field(None, description="Overrides the estimand of [evaluation] for this survey.")
    compare: tuple[Id, Id] | None = Field(None, description="Waves to compare; default last before and last after.")
    complete_from: float | None = Field(
        None,
        gt=0,
        le=1,
        description="Share of the items asked that makes an answer completed, else it is partial; default: the "
        "file's own status, and 0.5 where it has none.",
    )


class Panel(Model):
    """Ids of people become keyed pseudonyms before anything is stored. The key lies outside the workspace."""

    fingerprint: _WORDS = Field(
        description="Fingerprint of the key, as `evaluation panel-key` shows it; another key stops the import."
    )
    cpr: tuple[str, ...] = Field(
        (),
        description="Columns whose CPR numbers become pseudonyms too; in any other column but the ids they stop "
        "the import.",
    )


class Comparison(Model):
    """Units that were not released, shown beside those that were."""

    kommune: str = Field(description="Kommune of the units as written in units.csv.")
    title: Text = Field(description="What reports call the comparison.")
    note: Text | None = Field(None, description="What limits the comparison; printed with it.")


class Group(Model):
    """A subgroup that carries verdict words (one further family per survey)."""

    survey: Id = Field(description="Id of a [[survey]].")
    group: Id = Field(description="Group key such as 'type-dagpleje', 'omraade-nord' or 'stilling-paedagog'.")


class Delta(Model):
    """The smallest change that matters, with the reason."""

    survey: Id = Field(description="Id of a [[survey]].")
    points: float = Field(gt=0, le=100, description="On 0–100 for scores.")
    shares: float = Field(5.0, gt=0, le=100, description="In procentpoint.")
    reason: Text = Field(description="Why a smaller change would not matter; printed in the report.")


class Decision(Model):
    """How a verdict is reached."""

    alpha: float = Field(0.05, gt=0, lt=0.5, description="Level of significance after Holm's correction.")
    deltas: tuple[Delta, ...] = Field((), alias="delta", description="One for every survey that is compared.")
    verdict_groups: tuple[Group, ...] = Field((), alias="verdict_group", description="Subgroups with a verdict.")


class Quotes(Model):
    """How open answers are quoted. Never by unit; by role only where enough people have it."""

    wave: bool = Field(
        False, description="Tell the wave of a quote too, where at least ten people of its role commented in each wave."
    )
    fewest_words: int = Field(4, ge=1, description="Shorter answers are not offered for quoting; masks do not count.")
    most_share: float = Field(0.1, gt=0, le=1, description="Largest share of a question's quotes from one person.")


class Disclosure(Model):
    """The gate's policy."""

    threshold: int = Field(5, ge=3, description="Fewest distinct people behind a number; never below 3.")
    protection: int = Field(3, ge=1, description="Width to which a hidden count must stay uncertain.")
    rare: Literal["margin", "every"] = Field(
        "margin",
        description="Answers that hardly anybody gave. margin: the true numbers of three thresholds of people are "
        "known, and a hidden count stays as uncertain as they leave it. every: each hidden count keeps the full "
        "protection, which hides most distributions with a rare answer.",
    )
    exempt: tuple[Id, ...] = Field(
        (),
        description="Groupings that take no part in the sums: only the rules for one number hold for them. For "
        "groupings of things that are no secret.",
    )
    publications: tuple[str, ...] = Field(
        (),
        description="Publications that must be there: names of folders in reports/_published, such as '2025' or "
        "'2025-r1' for its first correction. New numbers never give anything away together with any that is there.",
    )
    quotes: Quotes = Field(Quotes(), description="How open answers are quoted.")


class Header(Model):
    """Who is evaluated, by whom, for whom."""

    title: Text = Field(description="Title of the report.")
    subtitle: Text | None = Field(None, description="Subtitle of the report.")
    kommune: _WORDS = Field(description="Name of the municipality: 'Rebild Kommune'.")
    kommunekode: Annotated[str, StringConstraints(pattern=r"^\d{3}$")] = Field(
        description='Three digits in quotes: "840".'
    )
    language: Lang = Field("da", description="Language of the reports.")
    authors: tuple[str, ...] = Field((), description="Names on the title page.")
    publisher: str = Field("", description="Who publishes the report.")
    project: str = Field("", description="Project number for the colophon.")
    financing: str = Field("", description="Who pays, for the colophon.")
    isbn: str = Field("", description="Electronic ISBN, for the colophon.")
    photo: str = Field("", description="Who made a photograph on the front page, for the colophon.")
    address: str = Field("", description="Where the publisher can be found, for the colophon.")
    year: int = Field(ge=1990, le=2100, description="Year of the report.")
    estimand: Estimand = Field(
        "udvikling",
        description="udvikling: units seen as drawn from a population. beskrivelse: just these units and people.",
    )
    products: tuple[Id, ...] = Field(
        ("midtvejsevaluering",), description="Report projects (folders under reports/) that `evaluation run` renders."
    )


class Plan(Model):
    """The whole of ``evaluation.toml``."""

    evaluation: Header = Field(description="Who is evaluated, by whom, for whom.")
    releases: tuple[Release, ...] = Field((), alias="release", description="Releases, in any order.")
    waves: tuple[Wave, ...] = Field((), alias="wave", description="Waves of fieldwork.")
    surveys: tuple[Survey, ...] = Field((), alias="survey", description="Surveys.")
    panel: Panel | None = Field(None, description="Keyed pseudonyms instead of ids.")
    comparison: Comparison | None = Field(None, description="A municipality to show beside this one.")
    disclosure: Disclosure = Field(Disclosure(), description="The gate's policy.")
    decision: Decision = Field(Decision(), description="How a verdict is reached.")

    def survey(self, survey_id: str) -> Survey:
        """The survey of that id (KeyError when there is none)."""
        return _named(self.surveys, survey_id)

    def wave(self, wave_id: str) -> Wave:
        """The wave of that id (KeyError when there is none)."""
        return _named(self.waves, wave_id)

    def release(self, release_id: str) -> Release:
        """The release of that id (KeyError when there is none)."""
        return _named(self.releases, release_id)

    def delta(self, survey_id: str) -> Delta | None:
        """The smallest change that matters in a survey, or None."""
        return next((d for d in self.decision.deltas if d.survey == survey_id), None)

    def estimand(self, survey_id: str) -> Estimand:
        """The survey's own estimand, else the plan's."""
        return self.survey(survey_id).estimand or self.evaluation.estimand


def _named(parts: tuple[_Part, ...], wanted: str) -> _Part:
    for part in parts:
        if part.id == wanted:
            return part
    raise KeyError(wanted)
