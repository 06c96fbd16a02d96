"""Import against the bare readers, as ratios of one run: ``python -m benchmarks.importing [--quick]``.

Made files of 200,000 (``--quick``: 50,000) rows × 80 columns. Every figure is the fastest of
several rounds, each in a process of its own that has imported its libraries before the clock
starts; all jobs take their turn in each round. Memory is the highest above that start.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.table import Row, plain
from benchmarks.timing import Spent, in_turn, process

_ROWS, _QUICK, _WORKBOOK_SHARE = 200_000, 50_000, 10
_ITEMS, _UNITS = 74, 40
_LABELS = {1: "Helt uenig", 2: "Uenig", 3: "Hverken enig eller uenig", 4: "Enig", 5: "Helt enig", 99: "Ved ikke"}
_NAMES = ("export.sav", "export.csv", "export.xlsx")


def make(folder: Path, rows: int) -> None:
    """The three files: units, ids, dates, times, weights, an open answer and 74 items with "Ved ikke" as user-missing.

    The workbook has a tenth of the rows: openpyxl takes minutes for more.
    """
    import numpy as np
    import pandas as pd
    import pyreadstat

    rng = np.random.default_rng(20261122)
    texts = [f"Vi har fået mere tid til børnene, nr. {row}" if row % 10 == 0 else "" for row in range(rows)]
    days = np.datetime64("2024-09-01") + rng.integers(0, 60, rows)
    columns: dict[str, Any] = {
        "enhed": [f"G{90001 + unit}" for unit in rng.integers(0, _UNITS, rows)],
        "id": np.arange(1, rows + 1, dtype=float),
        "dato": pd.Series(days).dt.date,
        "svartid": np.round(rng.random(rows) * 1000, 2),
        "vaegt": rng.random(rows) + 0.5,
        "andet": texts,
    }
    items = [f"q{number}" for number in range(1, _ITEMS + 1)]
    for item in items:
        codes = rng.integers(1, 6, rows).astype(float)
        codes[rng.random(rows) < 0.03] = 99
        codes[rng.random(rows) < 0.05] = np.nan
        columns[item] = codes
    table = pd.DataFrame(columns)
    pyreadstat.write_sav(
        table,
        str(folder / _NAMES[0]),
        row_compress=True,
        variable_value_labels=dict.fromkeys(items, _LABELS),
        missing_ranges={item: [99] for item in items},
    )
    whole = table.astype(dict.fromkeys(items, "Int64") | {"id": "Int64"})
    whole.to_csv(folder / _NAMES[1], sep=";", decimal=",", index=False, encoding="utf-8")
    few = whole.head(rows // _WORKBOOK_SHARE).astype({"dato": str})
    few["enhed"] = "0" + few["enhed"].str[1:]
    few.to_excel(folder / _NAMES[2], index=False)


class _SameName:
    """A crosswalk in which every item has its own name in the file."""

    def column(self, item_or_role: str, wave: str) -> str:
        return item_or_role


def _instrument() -> Any:
    from evaluation.codebook.model import Instrument

    choices = [
        {"code": code, "label": {"da": label, "en": label}, "score": None if code == 99 else 25 * (code - 1)}
        | ({"state": "ved_ikke"} if code == 99 else {})
        for code, label in _LABELS.items()
    ]
    words = {"da": "tekst", "en": "text"}
    return Instrument.model_validate(
        {
            "id": "maalt",
            "title": words,
            "respondent": words,
            "theme": [{"id": "tema", "title": words}],
            "response": [{"id": "enig", "choice": choices}],
            "item": [
                {"id": f"q{number}", "text": words, "response": "enig", "theme": "tema"}
                for number in range(1, _ITEMS + 1)
            ],
        }
    )


def _report(export: Any) -> Any:
    from evaluation.plan.model import Survey
    from evaluation.plan.registers import Registers
    from evaluation.responses.build import build_responses

    survey = Survey.model_validate(
        {
            "id": "maalt",
            "instrument": "maalt",
            "design": "repeated-cross-section",
            "respondent": {"da": "alle", "en": "all"},
            "unit": "enhed",
            "id_column": "id",
            "wave": [{"wave": "2024", "file": "export.sav", "weight": "vaegt"}],
        }
    )
    return build_responses(export, _instrument(), survey, survey.waves[0], _SameName(), Registers((), (), ()))


def _job(name: str, folder: Path) -> Callable[[], Any]:
    """What is timed; what it needs is imported here, before the clock starts."""
    import pandas as pd
    import pyarrow.csv
    import pyarrow.parquet
    import pyreadstat

    from evaluation.importing.cache import read_cached, save_cached
    from evaluation.importing.read import read_export

    # What the import itself would load at its first use; the bare readers have been imported, too.
    for module in ("polars_readstat", "python_calamine", "evaluation.importing.fast_csv", "evaluation.importing.spss"):
        importlib.import_module(module)
    importlib.import_module("evaluation.responses.build")
    sav, text, book = (folder / part for part in _NAMES)
    if name == "sav bare":
        return partial(pyreadstat.read_sav, str(sav), user_missing=True)
    if name == "csv bare":
        options = pyarrow.csv.ParseOptions(delimiter=";")
        convert = pyarrow.csv.ConvertOptions(decimal_point=",")
        return lambda: pyarrow.csv.read_csv(text, parse_options=options, convert_options=convert).to_pandas()
    if name == "xlsx bare":
        return partial(pd.read_excel, book, engine="openpyxl")
    if name == "sav":
        return partial(read_export, sav)
    if name == "sav and report":
        return lambda: _report(read_export(sav))
    if name == "again":
        save_cached(read_export(sav), folder / "cache")
        return partial(read_cached, sav, folder / "cache")
    return partial(read_export, text if name == "csv" else book)


def _once(name: str, folder: Path) -> None:
    job = _job(name, folder)
    # Only the highest since here counts.
    Path("/proc/self/clear_refs").write_text("5")
    before = _highest()
    start = time.perf_counter()
    found = job()
    seconds = time.perf_counter() - start
    if found is None:
        raise SystemExit(f"{name}: nothing read")
    print(json.dumps({"seconds": seconds, "mib": _highest() - before}))


def _highest() -> float:
    """Highest resident memory since the mark was last cleared, in MiB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def rows(count: int = _ROWS, rounds: int = 3) -> list[Row]:
    """All ratios of the import."""
    jobs = ("sav bare", "sav", "sav and report", "again", "csv bare", "csv", "xlsx bare", "xlsx")
    with tempfile.TemporaryDirectory(prefix="evaluation-bench-") as name:
        folder = Path(name)
        make(folder, count)
        found = in_turn({job: partial(_measured, job, folder) for job in jobs}, rounds)
    told = {job: [json.loads(one.output) for one in spent] for job, spent in found.items()}
    seconds = {job: min(one["seconds"] for one in all_of) for job, all_of in told.items()}
    memory = {job: min(one["mib"] for one in all_of) for job, all_of in told.items()}
    bare = seconds["sav bare"]
    size = f"{count:,} × 80"
    return [
        Row(f".sav first read with import report : bare pyreadstat ({size})", seconds["sav and report"] / bare, 0.5),
        Row(".sav first read, no report : bare pyreadstat", seconds["sav"] / bare),
        Row(".sav unchanged, from the cache, hash checked : bare pyreadstat", seconds["again"] / bare, 0.15),
        Row(f"pandas with openpyxl : .xlsx ({count // _WORKBOOK_SHARE:,} rows)",
            seconds["xlsx bare"] / seconds["xlsx"], 8, "at least"),
        Row("csv : pyarrow", seconds["csv"] / seconds["csv bare"], 1.5),
        Row("memory, .sav read : bare pyreadstat", memory["sav"] / memory["sav bare"], 1.5),
        Row("memory, .sav with import report : bare pyreadstat", memory["sav and report"] / memory["sav bare"], 1.5),
        Row("memory, .sav from the cache : bare pyreadstat", memory["again"] / memory["sav bare"], 1.5),
        Row("memory, .xlsx : pandas with openpyxl", memory["xlsx"] / memory["xlsx bare"], 1.5),
        Row("memory, csv : pyarrow", memory["csv"] / memory["csv bare"], 1.5),
    ]  # fmt: skip


def _measured(job: str, folder: Path) -> Spent:
    return process(["-m", "benchmarks.importing", "--job", job, "--folder", str(folder)])


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help=f"{_QUICK:,} rows instead of {_ROWS:,}")
    asked.add_argument("--rounds", type=int, default=3)
    asked.add_argument("--job", help=argparse.SUPPRESS)
    asked.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.job:
        _once(given.job, given.folder)
        return
    print(plain(rows(_QUICK if given.quick else _ROWS, given.rounds)), file=sys.stdout)


if __name__ == "__main__":
    main()
