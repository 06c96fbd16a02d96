"""What ids are called in a workbook: plain words, where the pieces have safe Markdown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from evaluation.common.ids import slug
from evaluation.presentation.appendix.model import NONE, Cell, number, words
from evaluation.presentation.context import COMPARISON, KOMMUNE, Context, Row, SurveyView, said
from evaluation.presentation.numbers import HIDDEN


@dataclass(frozen=True, eq=False)
class Labels:
    """Words for ids in the language of the report."""

    ctx: Context
    _known: dict[tuple[str, ...], str] = field(default_factory=dict)

    def _once(self, key: tuple[str, ...], make: Callable[[], str]) -> str:
        """A label is asked for a thousand times, once a row."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def word(self, section: str, key: str) -> str:
        """A word of the catalogue; the id itself where the catalogue has none, the dash for nothing."""
        return str(self.ctx.words(section).get(key, key)) or NONE

    def say(self, key: str, **places: object) -> str:
        """A sentence of this part."""
        return words(self.ctx.say("appendix", key, **places))

    def head(self, key: str, **places: object) -> str:
        """The head of a column."""
        return str(self.ctx.words("appendix_heads")[key]).format(**places)

    @cached_property
    def _views(self) -> Mapping[str, SurveyView]:
        return {view.id: view for view in self.ctx.surveys}

    def survey(self, survey: str) -> str:
        """Title of a survey."""
        view = self._views.get(survey)
        if view is None:
            return self.word("appendix_words", survey)
        return self._once(("survey", survey), lambda: words(view.title))

    def wave(self, survey: str, wave: str) -> str:
        """What a wave is called."""
        view = self._views.get(survey)
        return words(view.wave_label(wave)) if view is not None else wave

    def waves(self, survey: str, part: str) -> str:
        """``2020–2024`` for the pair of a key; the id as it stands where it names no two waves."""
        view = self._views.get(survey)
        known = {slug(wave.id): wave.id for wave in view.waves} if view is not None else {}
        if part in known:
            return self.wave(survey, known[part])
        for at, sign in enumerate(part):
            # Ids may hold the sign that joins them.
            if sign == "_" and {part[:at], part[at + 1 :]} <= set(known):
                return "–".join(self.wave(survey, known[end]) for end in (part[:at], part[at + 1 :]))
        return part.replace("_", "–")

    def measure(self, survey: str, measure: str) -> str:
        """Title of a scale or wording of an item."""
        view = self._views.get(survey)
        if view is None:
            return self._indicators.get(measure, measure)
        return self._once(("measure", survey, measure), lambda: view.raw_label(measure))

    @cached_property
    def _indicators(self) -> Mapping[str, str]:
        frame = self.ctx.published.indicators
        return dict(zip(frame["indicator"].astype(str), frame["title"].astype(str), strict=True))

    def theme(self, survey: str, theme: str) -> str:
        """Title of a theme."""
        return self._once(("theme", survey, theme), lambda: self._theme(survey, theme))

    def _theme(self, survey: str, theme: str) -> str:
        view = self._views.get(survey)
        for entry in view.instrument.themes if view is not None and view.instrument else ():
            if entry.id == theme:
                return said(entry.title, self.ctx.lang)
        return theme or NONE

    @cached_property
    def _areas(self) -> Mapping[str, str]:
        return {f"omraade-{slug(unit.area)}": unit.area for unit in self.ctx.workspace.registers.units if unit.area}

    def group(self, survey: str, group: str) -> tuple[str, str]:
        """By what the answers are divided, and the group."""
        view = self._views.get(survey)
        names = {**self._areas, **(view.group_labels if view is not None else {})}
        own = self.ctx.words("appendix_groups")
        name = str(own.get(group, names.get(group, group)))
        if group in (KOMMUNE, COMPARISON) or group in own or group.startswith("forskel-"):
            split = "kommune" if group == KOMMUNE else "sammenligning" if group == COMPARISON else "forskel"
            return str(self.ctx.words("appendix_splits")[split]), name
        for variable in view.instrument.groups if view is not None and view.instrument else ():
            if group.startswith(f"{variable.id}-"):
                return said(variable.title, self.ctx.lang), name
        for kind in ("type", "omraade"):
            if group.startswith(f"{kind}-"):
                return str(self.ctx.words("appendix_splits")[kind]), name
        return NONE, name

    def remark(self, row: Row) -> str:
        """Why a number is hidden, coarser or untested, and what calls for caution; a dash where nothing is."""
        told = []
        reason, short = str(row.get("reason", "")), self.ctx.words("record_reasons")
        if reason in short:
            told.append(str(short[reason]))
        elif row.get("suppressed"):
            told.append(str(short["diskretion"]))
        elif reason:
            clause = self.ctx.words("reasons").get(reason, self.ctx.words("reasons")["other"])
            told.append(self.say("untested", reason=clause))
        cautions = self.ctx.words("appendix_cautions")
        told += [str(cautions[code]) for code in str(row.get("caution", "")).split() if code in cautions]
        return " ".join(text if text.endswith(".") else f"{text}." for text in told) or NONE

    def number(
        self, row: Row, name: str, decimals: int = 0, *, factor: float = 1.0, sign: bool = False, shown: bool = True
    ) -> Cell:
        """A number that the gate may have hidden: ``..`` then, a dash where there never was one (``shown`` False)."""
        found = number(row, name, decimals, factor=factor, sign=sign, gone=bool(row.get("suppressed")))
        hidden = str(row.get("reason", "")) in self.ctx.words("record_reasons")
        return HIDDEN if found == NONE and hidden and shown else found

    def base(self, base: str) -> str:
        """Of whom a share or mean is."""
        return self.word("appendix_bases", base)
