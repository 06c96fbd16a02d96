"""What every piece needs at hand: published tables by survey, labels in one language, words, numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from evaluation.codebook.model import Instrument, Item
from evaluation.common.ids import slug, waves_part
from evaluation.common.language import catalogue
from evaluation.disclosure.published import Published
from evaluation.disclosure.published_quotes import PublishedQuote
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey, Text, Wave
from evaluation.plan.timing import pairing
from evaluation.presentation.escape import markdown, plain
from evaluation.presentation.numbers import Numbers, is_missing
from evaluation.presentation.piece import Piece

Row = Mapping[str, Any]
KOMMUNE = "kommune"
UNIT = "enhed-"
COMPARISON = "sammenligning"
DIFFERENCE = "forskel-sammenligning"


def said(text: Text | str, lang: str) -> str:
    """A ``{da, en}`` text in ``lang`` as plain text; Danish where it is missing."""
    if isinstance(text, str):
        return plain(text)
    return plain((text.en if lang == "en" else "") or text.da)


def inside(text: str) -> str:
    """``text`` as it stands inside a sentence: first letter small unless the word is an abbreviation."""
    return text[:1].lower() + text[1:] if len(text) > 1 and text[1:2].islower() else text


def tidy(text: str) -> str:
    """A generated paragraph: one blank between words, one full stop after an abbreviation."""
    while "  " in text:
        text = text.replace("  ", " ")
    for twice in ("pct..", "Anm..", "f.eks.."):
        text = text.replace(twice, twice[:-1])
    return text.strip()


def records(frame: pd.DataFrame) -> tuple[Row, ...]:
    """Rows of a table as mappings."""
    columns = list(frame.columns)
    # As to_dict("records"), which looks at every single value to do the same.
    values = zip(*(frame[column].tolist() for column in columns), strict=True)
    return tuple(dict(zip(columns, row, strict=True)) for row in values)


@dataclass(frozen=True, eq=False)
class SurveyView:
    """One survey of the plan with its instrument, its published rows and its waves.

    Attributes
    ----------
    pair : tuple of two wave ids, or None
        The waves compared, before and after.
    estimates, levels, response, perceived : tuple of mapping
        Published rows but those of single units.
    distributions : tuple of mapping
        Answers of the whole municipality only.
    reason : str
        Why there is no pair: ``awaited`` (no data at all), ``no-estimate``, or a reason of ``plan.timing``.
    """

    survey: Survey
    instrument: Instrument | None
    lang: str
    waves: tuple[Wave, ...]
    pair: tuple[str, str] | None
    reason: str
    estimates: tuple[Row, ...]
    levels: tuple[Row, ...]
    distributions: tuple[Row, ...]
    response: tuple[Row, ...]
    perceived: tuple[Row, ...]
    scales: tuple[Row, ...]
    group_labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Id of the survey."""
        return self.survey.id

    @cached_property
    def title(self) -> str:
        """Title as safe Markdown."""
        text = self.survey.title or (self.instrument.title if self.instrument else self.survey.id)
        return markdown(said(text, self.lang))

    @cached_property
    def respondents(self) -> str:
        """Whom the survey asked, as it stands inside a sentence (safe Markdown)."""
        return markdown(inside(said(self.survey.respondent, self.lang)))

    @property
    def answered(self) -> tuple[Wave, ...]:
        """Waves with published answers, in order of time."""
        known = {row["wave"] for row in self.response} | {row["wave"] for row in self.levels}
        known |= {row["wave"] for row in self.perceived}
        return tuple(wave for wave in self.waves if slug(wave.id) in known or wave.id in known)

    @property
    def has_data(self) -> bool:
        """Whether anything of this survey was published."""
        return bool(self.answered)

    def wave(self, wave_id: str) -> Wave:
        """The wave of that id."""
        return next(wave for wave in self.waves if wave.id == wave_id)

    def wave_label(self, wave_id: str) -> str:
        """What a wave is called: its title, or the year of its fieldwork."""
        wave = next((w for w in self.waves if wave_id in (w.id, slug(w.id))), None)
        if wave is None:
            return markdown(wave_id)
        if wave.title is not None:
            return markdown(said(wave.title, self.lang))
        # Two waves in one year are told apart by their ids.
        alone = sum(1 for other in self.waves if other.start.year == wave.start.year) == 1
        return str(wave.start.year) if alone else markdown(wave.id)

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """Items by id."""
        return {item.id: item for item in self.instrument.items} if self.instrument else {}

    def raw_label(self, measure: str) -> str:
        """Title of a scale or wording of an item, plain text."""
        if self.instrument is not None:
            for scale in self.instrument.scales:
                if scale.id == measure:
                    return said(scale.title, self.lang)
            if measure in self.items:
                return said(self.items[measure].text, self.lang)
        return measure

    def label(self, measure: str) -> str:
        """Title of a scale or wording of an item, safe Markdown."""
        return markdown(self.raw_label(measure))

    def quoted(self, measure: str) -> str:
        """Title between guillemets, without its own full stop: safe in any sentence, whatever its gender."""
        text = self.raw_label(measure).rstrip(".")
        return f"»{markdown(text)}«" if self.lang == "da" else f"“{markdown(text)}”"

    def group_label(self, group: str) -> str:
        """What a group is called, safe Markdown."""
        return markdown(self.group_labels.get(group, group))

    @cached_property
    def waves_key(self) -> str:
        """``2020_2024`` of the compared pair; empty without one."""
        return waves_part(*self.pair) if self.pair else ""

    @cached_property
    def _changes(self) -> Mapping[tuple[str, str], list[Row]]:
        order = {name: place for place, name in enumerate(self.measure_order)}
        found: dict[tuple[str, str], list[Row]] = {}
        for row in sorted(self.estimates, key=lambda row: order.get(str(row["measure"]), len(order))):
            if row["waves"] == self.waves_key:
                found.setdefault((str(row["stat"]), str(row["group"])), []).append(row)
        return found

    def changes(self, stat: str, group: str = KOMMUNE) -> tuple[Row, ...]:
        """Rows of change of the compared pair, in the instrument's order."""
        return tuple(self._changes.get((stat, group), ()))

    @cached_property
    def measure_order(self) -> tuple[str, ...]:
        """Scales by theme as the instrument lists them, then items."""
        if self.instrument is None:
            return ()
        themes = [theme.id for theme in self.instrument.themes]
        scales = sorted(self.instrument.scales, key=lambda s: themes.index(s.theme) if s.theme in themes else 99)
        return (*(scale.id for scale in scales), *self.items)

    @property
    def main_or_items(self) -> bool:
        """Whether the instrument asks anything but perceived change."""
        return any(item.kind == "item" for item in self.items.values())

    @cached_property
    def main_stat(self) -> str:
        """``score`` where the instrument has scales, else ``andel``."""
        return "score" if self.instrument is not None and self.instrument.scales else "andel"

    @cached_property
    def main(self) -> tuple[Row, ...]:
        """The measures that the survey is about: scale scores, or items' shares where there are no scales."""
        return self.changes(self.main_stat)

    @cached_property
    def _levels(self) -> Mapping[tuple[str, str, str, str], Row]:
        return {
            (str(row["measure"]), str(row["stat"]), slug(str(row["wave"])), str(row["group"])): row
            for row in self.levels
        }

    def level(self, measure: str, stat: str, wave: str, group: str = KOMMUNE) -> Row | None:
        """One single-wave number."""
        return self._levels.get((measure, stat, slug(wave), group))

    @cached_property
    def _answers(self) -> Mapping[tuple[str, str], list[Row]]:
        found: dict[tuple[str, str], list[Row]] = {}
        for row in self.distributions:
            found.setdefault((str(row["item"]), slug(str(row["wave"]))), []).append(row)
        return found

    def answers_to(self, item: str, wave: str) -> tuple[Row, ...]:
        """Distribution of an item in a wave, for the whole municipality."""
        return tuple(self._answers.get((item, slug(wave)), ()))

    def answers_in(self, wave: str, group: str = KOMMUNE) -> Row | None:
        """Invited and answered in a wave."""
        for row in self.response:
            if row["group"] == group and row["wave"] in (wave, slug(wave)):
                return row
        return None

    @property
    def delta(self) -> float | None:
        """The smallest change that matters for the main measures, in points or procentpoint."""
        for row in self.main:
            if not is_missing(row["delta"]):
                return float(row["delta"]) * (100 if self.main_stat == "andel" else 1)
        return None


@dataclass(frozen=True, eq=False)
class Context:
    """Everything a piece is made from.

    Attributes
    ----------
    mechanisms : mapping
        Mechanisms and potentials by id.
    included : frozenset of str, or None
        Pieces that the documents of the project include; None: all. References go to these only.
    quotes : tuple of PublishedQuote
        Accepted quotes; ``quotes_stale`` where they no longer fit the answers and must not be shown.
    """

    published: Published
    workspace: Workspace
    instruments: Mapping[str, Instrument]
    lang: str
    mechanisms: Mapping[str, Any] = field(default_factory=dict)
    included: frozenset[str] | None = None
    quotes: tuple[PublishedQuote, ...] = ()
    quotes_stale: bool = False

    @cached_property
    def numbers(self) -> Numbers:
        """Formatting in the language of the report."""
        return Numbers(self.lang)

    def words(self, section: str) -> Mapping[str, Any]:
        """A section of the catalogue."""
        found: Mapping[str, Any] = catalogue("words", self.lang)[section]
        return found

    def say(self, section: str, key: str, **params: object) -> str:
        """A text of the catalogue with its places filled, tidied."""
        return tidy(str(self.words(section)[key]).format(**params))

    def say_in_turn(self, section: str, key: str, turn: int, /, **params: object) -> str:
        """As :meth:`say`, for a text of several variants: the one whose turn it is."""
        variants = self.words(section)[key]
        return tidy(str(variants[turn % len(variants)]).format(**params))

    def refs(self, *pieces: Piece) -> str:
        """References to what the pieces show (``@fig-a og @tbl-b``); empty where the document has none of them.

        Three or more of one piece stand right after each other in the document: ``@fig-a til @fig-g``.
        """
        found = []
        for piece in pieces:
            if self.shows(piece.name):
                mine = [f"@{target}" for target in sorted(piece.targets, key=piece.text.index)]
                found += [f"{mine[0]} {self.numbers.words['to']} {mine[-1]}"] if len(mine) > 2 else mine
        return self.numbers.listing(found)

    def shows(self, name: str) -> bool:
        """Whether the documents of the project include the piece of that name."""
        return self.included is None or name in self.included

    @property
    def level(self) -> str:
        """Confidence level of the intervals in per cent: ``95``."""
        return self.numbers.number(100 * (1 - self.workspace.plan.decision.alpha), 0)

    @cached_property
    def kommune(self) -> str:
        """The municipality, safe Markdown."""
        return markdown(self.workspace.plan.evaluation.kommune)

    @cached_property
    def surveys(self) -> tuple[SurveyView, ...]:
        """A view of every survey of the plan, in its order."""
        return tuple(self._view(survey) for survey in self.workspace.plan.surveys)

    def _view(self, survey: Survey) -> SurveyView:
        instrument = self.instruments.get(survey.instrument)
        named = {entry.wave for entry in survey.waves}
        waves = sorted((w for w in self.workspace.plan.waves if w.id in named), key=lambda w: w.start)
        tables = {}
        for name in ("estimates", "levels", "distributions", "response", "perceived", "scales"):
            frame = getattr(self.published, name)
            kept = frame[frame["survey"] == survey.id]
            if name == "distributions":
                kept = kept[kept["group"] == KOMMUNE]
            elif "group" in kept:
                # Rows of single units are nine in ten, and no piece shows them.
                kept = kept[~kept["group"].astype(str).str.startswith(UNIT)]
            tables[name] = records(kept)
        pair, reason = self._pair(survey, tables)
        return SurveyView(
            survey, instrument, self.lang, tuple(waves), pair, reason, **tables,
            group_labels=self._group_labels(instrument),
        )  # fmt: skip

    def _pair(self, survey: Survey, tables: Mapping[str, tuple[Row, ...]]) -> tuple[tuple[str, str] | None, str]:
        """The compared pair as it was published; where there is none, the reason in one word."""
        if not (tables["levels"] or tables["response"] or tables["perceived"]):
            return None, "awaited"
        found = pairing(self.workspace, survey)
        if found.reason:
            return None, found.reason
        if waves_part(found.before, found.after) not in {row["waves"] for row in tables["estimates"]}:
            return None, "no-estimate"
        return (found.before, found.after), ""

    def _group_labels(self, instrument: Instrument | None) -> dict[str, str]:
        plan, registers = self.workspace.plan, self.workspace.registers
        labels = {KOMMUNE: plan.evaluation.kommune, DIFFERENCE: str(self.words("labels")["difference"])}
        if plan.comparison is not None:
            labels[COMPARISON] = said(plan.comparison.title, self.lang)
        kinds = self.words("unit_types")
        for unit in registers.units:
            labels[f"enhed-{slug(unit.id)}"] = unit.name
            labels[f"type-{slug(unit.type)}"] = str(kinds.get(slug(unit.type), unit.type))
            labels[f"omraade-{slug(unit.area)}"] = unit.area
        for variable in instrument.groups if instrument else ():
            for value in variable.values:
                labels[f"{variable.id}-{value.id}"] = said(value.label, self.lang)
        return labels
