"""Exports to damage, of every family that the registry reads: made here, and real ones where they are present."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.importing.files import HEADER, ROWS, write_surveyxact, write_workbook

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "exports"
_REAL = {
    "spss": ("odd/pspp_weighted_mrset_utf8.sav", "odd/pspp_weighted_mrset_utf8.zsav", "odd/pspp_portable.por"),
    "stata": ("haven_tests/stata/types.dta", "haven_tests/stata/tagged-na-int.dta"),
    "sas": ("pyreadstat_tests/basic/sample.sas7bdat", "pyreadstat_tests/basic/sample.xpt"),
    "text": ("qualtrics_sample_3hdr_de.csv", "qualtrics_legacy_2hdr_bom.csv"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One export: the file that is damaged, and the folder of those beside it."""

    name: str
    path: Path


def families() -> tuple[str, ...]:
    """Names of the registry: a new one without a source fails a test."""
    from evaluation.importing.read import READERS

    return tuple(reader.name for reader in READERS)


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"id": ["a", "b", "c"], "s_1": [1.0, 4.0, 99.0], "s_2": [2.0, None, 3.0]})


def _spss(folder: Path) -> list[Path]:
    import pyreadstat

    made = []
    labels = {"s_1": {1: "Helt uenig", 4: "Helt enig", 99: "Ved ikke"}}
    for name, more in (("made.sav", {}), ("made.zsav", {"compress": True})):
        pyreadstat.write_sav(
            _frame(), str(folder / name), variable_value_labels=labels, missing_ranges={"s_1": [99]}, **more
        )
        made.append(folder / name)
    return made


def _stata(folder: Path) -> list[Path]:
    import pyreadstat

    pyreadstat.write_dta(_frame(), str(folder / "made.dta"), variable_value_labels={"s_1": {1: "Uenig", 4: "Enig"}})
    return [folder / "made.dta"]


def _sas(folder: Path) -> list[Path]:
    import pyreadstat

    pyreadstat.write_xport(_frame(), str(folder / "made.xpt"))
    return [folder / "made.xpt"]


def _excel(folder: Path) -> list[Path]:
    return [write_workbook(folder / "made.xlsx", {"Data": [list(HEADER), *[list(row) for row in ROWS]]})]


def _spreadsheetml(folder: Path) -> list[Path]:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{c.replace("&", "")}</Data></Cell>' for c in row) + "</Row>"
        for row in (HEADER, *ROWS)
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    text = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Data"><Table>{rows}'
    (folder / "made.xml").write_text(text + "</Table></Worksheet></Workbook>", encoding="utf-8")
    return [folder / "made.xml"]


def _text(folder: Path) -> list[Path]:
    (folder / "plain.csv").write_text("id;s_1;s_2;tid\na;1;2;1,5\nb;4;;2\nc;3;3;\n", encoding="utf-8")
    return [folder / "plain.csv", *(write_surveyxact(folder / v, v) for v in ("eu", "intl", "comma"))]


_MADE: dict[str, Callable[[Path], list[Path]]] = {
    "spss": _spss,
    "stata": _stata,
    "sas": _sas,
    "excel": _excel,
    "spreadsheetml": _spreadsheetml,
    "text": _text,
}


def sources(family: str, folder: Path) -> list[Source]:
    """The exports of one family, copied or made into ``folder``.

    Raises
    ------
    KeyError
        When nobody has made one for that family yet.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = [Source(f"{family}/{path.relative_to(folder)}", path) for path in _MADE[family](folder)]
    for name in _REAL.get(family, ()):
        real = SHARED / name
        if real.is_file():
            (folder / "real").mkdir(exist_ok=True)
            copied = Path(shutil.copy(real, folder / "real" / real.name))
            found.append(Source(f"{family}/{real.name}", copied))
    return found
