"""The sample built into a project, and every piece of the contract by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from evaluation.common.resources import resource_folder
from evaluation.presentation.build import BuildReport, build_results
from tests.support.published import sample_published as published
from tests.support.sample import AWAITED, PARENTS, PERCEIVED, SCHOOL, STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace

GLOBAL = [
    "txt-fiktive",
    "txt-hovedresultater",
    "tbl-resultatoversigt",
    "fig-tidslinje",
    "tbl-regler",
    "tbl-frisatte",
    "txt-frisaettelse",
    "tbl-undersoegelser",
    "fig-svarprocent",
    "txt-svar",
    "txt-metode",
    "tbl-beslutningsregel",
    "tbl-skalaer",
    "txt-skalaer",
    "tbl-forsoeg",
    "txt-forsoeg",
    "txt-forsoeg-hovedpointer",
    "txt-mekanismer-hovedpointer",
    "txt-temaer",
    "tbl-kontrolsummer",
    "txt-genkoersel",
    "tbl-mekanismer",
    "txt-mekanismer",
    "txt-konklusion",
    "txt-begraensninger",
    "tbl-begraensninger",
    "txt-diskretionering",
    "tbl-diskretionering",
    "tbl-datagrundlag",
    "txt-dokumentation",
    "alle-undersoegelser",
    "txt-kolofon",
]
EACH = [
    "txt-{}-hovedpointer",
    "txt-{}-deltagelse",
    "fig-{}-udvikling",
    "tbl-{}-udvikling",
    "txt-{}-udvikling",
    "fig-{}-svar",
    "txt-{}-svar",
    "fig-{}-oplevet",
    "txt-{}-oplevet",
    "tbl-{}-grupper",
    "txt-{}-grupper",
    "tbl-bilag-{}",
]
SURVEYS = (STAFF, PARENTS, SCHOOL, PERCEIVED, AWAITED)
PROSE = "\n\n".join(
    "{{< include _resultater/" + name + ".qmd >}}"
    for name in [*GLOBAL, *(kind.format(survey) for survey in SURVEYS for kind in EACH)]
)


class Built:
    """A project and what was built into it."""

    def __init__(self, project: Path, report: BuildReport) -> None:
        self.project, self.report = project, report
        self.folder = project / "_resultater"
        self.texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("*.qmd"))}

    @property
    def prose(self) -> str:
        return "\n".join(text for name, text in self.texts.items() if name != "alle-undersoegelser")


def build(
    root: Path, *, prose: str = PROSE, lang: str = "da", before: bool = True, data: Any = None, draw: bool = False
) -> Built:
    project = root / "reports" / "produkt"
    project.mkdir(parents=True, exist_ok=True)
    shutil.copy(resource_folder("reports") / "midtvejsevaluering" / "_brand.yml", project)
    (project / "index.qmd").write_text(prose, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        if not draw:
            patch.setattr("evaluation.presentation.build._figures", lambda *_: ([], []))
        report = build_results(
            data or published(before=before), workspace(root, before=before), instruments(), project=project, lang=lang
        )
    return Built(project, report)
