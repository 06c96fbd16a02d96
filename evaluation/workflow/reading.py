"""Reads each export once; keeps the answers of unchanged files, so that a changed codebook finds them at once.

What is kept lies in ``data/processed/.cache`` and must never hold more than the store itself may: only
columns that plan and codebook name, only of a file whose import succeeded as a whole (every column was then
searched for CPR numbers), never where the plan makes pseudonyms or names ids of people, and no text
that is not a code of the file, an answer of the codebook or a unit of the register.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.files import hash_file
from evaluation.plan.load import Workspace
from evaluation.plan.model import Survey, SurveyWave

if TYPE_CHECKING:
    from evaluation.codebook.crosswalk import Crosswalk
    from evaluation.codebook.model import Instrument
    from evaluation.importing.export import SurveyExport, Variable


class Reader:
    """Reads each file once, also when two surveys stand in it."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, str | None], SurveyExport] = {}
        self._kept: dict[tuple[str, str], SurveyExport] = {}

    def read(self, survey: Survey, wave: SurveyWave, path: Path) -> SurveyExport:
        """The export of one survey and wave: as it was kept where :meth:`kept` found it, else the file."""
        from evaluation.importing.read import read_export

        if (survey.id, wave.wave) in self._kept:
            return self._kept[survey.id, wave.wave]
        key = (path, wave.sheet)
        if key not in self._read:
            self._read[key] = read_export(path, sheet=wave.sheet)
        return self._read[key]

    def kept(self, workspace: Workspace, named: Named, path: Path) -> SurveyExport | None:
        """What was kept of an unchanged file; None where it must be read."""
        from evaluation.importing.cache import FOLDER, read_cached

        wave = named.wave
        folder = workspace.root / FOLDER
        if (path, wave.sheet) in self._read or not folder.is_dir() or _about_people(workspace, named.survey):
            return None
        found = read_cached(path, folder, sheet=wave.sheet, columns=named.columns())
        if found is not None:
            self._kept[named.survey.id, wave.wave] = found
        return found

    def give_up(self, survey: Survey, wave: SurveyWave) -> None:
        """What was kept does not fit: the file itself is read, and says why."""
        self._kept.pop((survey.id, wave.wave), None)

    def keep(self, workspace: Workspace, named: Named, path: Path) -> bool:
        """Keep what may be kept of a file whose import succeeded; returns whether it was."""
        from evaluation.importing.cache import FOLDER, save_cached

        export = self._read.get((path, named.wave.sheet))
        if export is None or _about_people(workspace, named.survey) or not _harmless(workspace, named, export):
            return False
        return save_cached(export, workspace.root / FOLDER, sheet=named.wave.sheet, columns=named.columns())


class Named:
    """What plan, codebook and crosswalk name in the file of one survey and wave."""

    def __init__(self, survey: Survey, wave: SurveyWave, instrument: Instrument, crosswalk: Crosswalk) -> None:
        self.survey, self.wave, self.instrument = survey, wave, instrument
        self.crosswalk = crosswalk

    def columns(self) -> list[str]:
        """Names of columns as plan and crosswalk write them."""
        asked = [item.id for item in self.instrument.items] + [group.id for group in self.instrument.groups]
        roles = [role for role in (self.survey.unit, self.wave.weight) if role]
        names = [self.crosswalk.column(one, self.wave.wave) for one in (*asked, *roles)]
        return sorted({name for name in (*names, *self.wave.where) if name})

    def words(self, export: SurveyExport) -> dict[str, set[str]]:
        """By variable of the file the texts that the codebook knows there."""
        found: dict[str, set[str]] = {}
        for item in self.instrument.items:
            labels = [choice.label for choice in self.instrument.response_of(item).choices]
            codes = [str(choice.code) for choice in self.instrument.response_of(item).choices]
            self._add(found, export, item.id, labels, codes)
        for group in self.instrument.groups:
            self._add(found, export, group.id, [v.label for v in group.values], [v.code for v in group.values])
        return found

    def unit(self, export: SurveyExport) -> Variable | None:
        """The variable of units."""
        return self._variable(export, self.survey.unit) if self.survey.unit else None

    def _variable(self, export: SurveyExport, name: str) -> Variable | None:
        column = self.crosswalk.column(name, self.wave.wave)
        return export.find(column) if column else None

    def _add(
        self,
        found: dict[str, set[str]],
        export: SurveyExport,
        name: str,
        labels: Iterable[object],
        codes: Iterable[str],
    ) -> None:
        from evaluation.responses.words import wordings

        variable = self._variable(export, name)
        if variable is not None:
            known = found.setdefault(variable.name, set())
            known.update(codes)
            for label in labels:
                known.update(wordings(label))  # type: ignore[arg-type]


def _about_people(workspace: Workspace, survey: Survey) -> bool:
    """Whether ids of people are read: such a file is always read itself."""
    return workspace.plan.panel is not None or bool(survey.id_column or survey.rater)


def _harmless(workspace: Workspace, named: Named, export: SurveyExport) -> bool:
    """Whether what would be kept holds nothing but numbers, known words and units."""
    from evaluation.importing.cache import kept_variables
    from evaluation.responses.durations import tells_times
    from evaluation.responses.identifiers import tells_of_people

    if any(v.long_name.casefold() == "respondentid" for v in export.variables):
        return False
    # The checks of times need columns that are not kept.
    if tells_times(export):
        return False
    if any(tells_of_people(notice.detail) for notice in export.warnings):
        return False
    words, unit = named.words(export), named.unit(export)
    units = {text for one in workspace.registers.units for text in (one.id, one.name)}
    for variable in kept_variables(export, named.columns()):
        known = {*variable.value_labels, *words.get(variable.name, ())}
        known |= units if unit is not None and variable.name == unit.name else set()
        if not _only(export, variable, known):
            return False
    return True


def _only(export: SurveyExport, variable: Variable, known: set[str]) -> bool:
    """Whether a column holds numbers, or no other texts than those known."""
    from evaluation.responses.words import plain

    values = export.data[variable.name]
    if values.dtype.kind == "f":
        return True
    forms = {plain(text) for text in known}
    return all(plain(str(text)) in forms for text in values.dropna().unique())


def forget_others(workspace: Workspace, paths: Iterable[Path]) -> None:
    """Remove what was kept of files that no survey of the plan reads any more."""
    from evaluation.importing.cache import FOLDER, forget

    folder = workspace.root / FOLDER
    if folder.is_dir():
        forget(folder, [hash_file(path) for path in paths])
