"""Exports to damage, of every family that the registry reads: made here, and real ones where they are present."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tests.fuzz import tools
from tests.importing.files import HEADER, ROWS, write_workbook

SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "exports"
_LIME = "limesurvey_722821/survey_722821_R_"
_EUROBAROMETER = "eurobarometer_3waves/ZA5913.sav"
_REAL: dict[str, tuple[tuple[str, ...], ...]] = {
    "spss": (
        *((f"odd/{name}",) for name in ("pspp_weighted_mrset_utf8.sav", "pspp_weighted_mrset_utf8.zsav")),
        *((name,) for name in ("odd/pspp_portable.por", "haven_tests/spss/labelled-str.sav", _EUROBAROMETER)),
    ),
    "stata": (("haven_tests/stata/types.dta",), ("haven_tests/stata/tagged-na-int.dta",)),
    "sas": (
        ("pyreadstat_tests/basic/sample.sas7bdat",),
        ("pyreadstat_tests/basic/sample.xpt",),
        ("haven_tests/sas/hadley.sas7bdat", "haven_tests/sas/formats.sas7bcat"),
    ),
    "surveyxact": (
        ("sx_laravel/dataset.csv", "sx_laravel/structure_en.csv", "sx_laravel/labels_en.csv"),
        ("sx_readsx_utf16/dataset.csv", "sx_readsx_utf16/structure.csv", "sx_readsx_utf16/labels.csv"),
    ),
    "qualtrics": (("qualtrics_sample_3hdr_de.csv",), ("qualtrics_legacy_2hdr_bom.csv",)),
    "limesurvey": ((_LIME + "data_file.csv", _LIME + "syntax_file.R"),),
    "redcap": tuple(
        (f"redcap/{name}/data.csv", f"redcap/{name}/{dictionary}.csv")
        for name, dictionary in (
            ("checkboxes-1", "dictionary"),
            ("decimal-comma", "dictionay"),
            ("repeating-instruments-sparse", "dictionary"),
            ("survey", "dictionary"),
        )
    ),
    "surveymonkey": (("surveymonkey_flying_etiquette.csv",),),
}
# Real files of text are cut to their first lines: thousands of damages of a large one try nothing more.
_LINES = 25
_TEXT = (".csv", ".tsv", ".txt", ".dat")


@dataclass(frozen=True, slots=True)
class Source:
    """One export: the file that is read, and those beside it that are read with it."""

    name: str
    path: Path
    beside: tuple[Path, ...] = ()


def families() -> tuple[str, ...]:
    """Names of the registry, text by tool: a new one without a source fails a test."""
    from evaluation.importing.read import READERS, TEXT_READERS

    return (*file_families(), *(reader.name for reader in TEXT_READERS), *("csv" for r in READERS if r.name == "text"))


def file_families() -> tuple[str, ...]:
    """The families that are no delimited text."""
    from evaluation.importing.read import READERS

    return tuple(reader.name for reader in READERS if reader.name != "text")


def _frame() -> pd.DataFrame:
    return pd.DataFrame({"id": ["a", "b", "c"], "s_1": [1.0, 4.0, 99.0], "s_2": [2.0, None, 3.0]})


def _spss(folder: Path) -> list[Path]:
    import pyreadstat

    made = []
    labels = {"s_1": {1: "Helt uenig", 4: "Helt enig", 99: "Ved ikke"}}
    # the last is large enough for the second library
    large = pd.concat([_frame()] * 400, ignore_index=True).join(
        pd.DataFrame({f"v_{n}": [1.5] * 1200 for n in range(30)})
    )
    for name, frame, more in (
        ("made.sav", _frame(), {}),
        ("made.zsav", _frame(), {"compress": True}),
        ("large.sav", large, {}),
    ):
        pyreadstat.write_sav(
            frame, str(folder / name), variable_value_labels=labels, missing_ranges={"s_1": [99]}, **more
        )
        made.append(folder / name)
    return made


def _stata(folder: Path) -> list[Path]:
    import pyreadstat

    labels = {"s_1": {1: "Uenig", 4: "Enig"}}
    for version in (15, 12, 8):
        pyreadstat.write_dta(_frame(), str(folder / f"v{version}.dta"), variable_value_labels=labels, version=version)
    return [folder / f"v{version}.dta" for version in (15, 12, 8)]


def _sas(folder: Path) -> list[Path]:
    import pyreadstat

    for version in (5, 8):
        pyreadstat.write_xport(_frame(), str(folder / f"v{version}.xpt"), file_format_version=version)
    return [folder / "v5.xpt", folder / "v8.xpt"]


def _excel(folder: Path) -> list[Path]:
    plain = [
        ["id", "s_1", "dato", "note"],
        ["0101", 4, "01-03-2024", "fint"],
        ["0102", 2.5, None, "NA"],
        ["0103", 1, "", ""],
    ]
    return [
        write_workbook(folder / "made.xlsx", {"Data": [list(HEADER), *[list(row) for row in ROWS]]}),
        write_workbook(folder / "plain.xlsx", {"Svar": [["Undersøgelse 2024"], [], *plain, [], ["Kilde: opdigtet"]]}),
    ]


def _spreadsheetml(folder: Path) -> list[Path]:
    rows = "".join(
        "<Row>" + "".join(f'<Cell><Data ss:Type="String">{c.replace("&", "")}</Data></Cell>' for c in row) + "</Row>"
        for row in (HEADER, *ROWS)
    )
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    text = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="Data"><Table>{rows}'
    (folder / "made.xml").write_text(text + "</Table></Worksheet></Workbook>", encoding="utf-8")
    return [folder / "made.xml"]


_MADE: dict[str, Callable[[Path], list[Path]]] = {
    "spss": _spss,
    "stata": _stata,
    "sas": _sas,
    "excel": _excel,
    "spreadsheetml": _spreadsheetml,
    "surveyxact": tools.surveyxact,
    "sosci": tools.sosci,
    "redcap": tools.redcap,
    "limesurvey": tools.limesurvey,
    "qualtrics": tools.qualtrics,
    "surveymonkey": tools.surveymonkey,
    "google-forms": tools.google_forms,
    "microsoft-forms": tools.microsoft_forms,
    "enalyzer": tools.enalyzer,
    "spss-syntax": tools.spss_syntax,
    "csv": tools.plain_csv,
}


def sources(family: str, folder: Path) -> list[Source]:
    """The exports of one family, copied or made into ``folder``.

    Raises
    ------
    KeyError
        When nobody has made one for that family yet.
    """
    made = folder / "made"
    made.mkdir(parents=True, exist_ok=True)
    paths = _MADE[family](made)
    found = []
    for path in paths:
        # in the made folders what lies beside an export belongs to it
        beside = [] if path.parent == made else [p for p in sorted(path.parent.iterdir()) if p != path]
        found.append(Source(f"{family}/{path.relative_to(made)}", path, tuple(beside)))
    for number, names in enumerate(_REAL.get(family, ())):
        if all((SHARED / name).is_file() for name in names):
            place = folder / f"real{number}"
            place.mkdir()
            first, *rest = (_copied(SHARED / name, place) for name in names)
            found.append(Source(f"{family}/{names[0]}", first, tuple(rest)))
    return found


def _copied(real: Path, folder: Path) -> Path:
    target = folder / real.name
    shutil.copyfile(real, target)
    data = real.read_bytes()
    if real.suffix not in _TEXT or "structure" in real.name or "label" in real.name or "diction" in real.name:
        return target
    wide = data[:2] == b"\xff\xfe"
    text = data.decode("utf-16" if wide else "latin-1")
    # no quoted field runs over a line where these files are cut; a test reads them whole
    text = "".join(text.splitlines(keepends=True)[:_LINES]) if wide else "\n".join(text.split("\n")[:_LINES]) + "\n"
    target.write_bytes(b"\xff\xfe" + text.encode("utf-16-le") if wide else text.encode("latin-1"))
    return target
