"""One wave of the school starters' survey as an Excel workbook, each wave untidy in its own way."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.demo.municipality import FIELDWORK

SHEET = "Besvarelser"
NOTES = (
    "Kilde: Fiktive data. Skoler, lærere og børn er opfundet.",
    "Note: Tom celle betyder, at udsagnet ikke er vurderet.",
)
_STAMP = datetime(2024, 12, 2, 12, 0, 0)


def export_pupils(frame: pd.DataFrame, instrument: Instrument, wave: str, seed: int) -> bytes:
    """Write the workbook of one wave: rated children only.

    2019 has a title and merged headings above the header, notes below and a hidden codebook sheet;
    2020 numbers shown with leading zeros and answers partly typed as text; 2022 a hidden row and
    column, an error cell, a formula without a value, dates as text and a second sheet with two
    tables; 2024 the date system of 1904.
    """
    from openpyxl import Workbook

    rng = np.random.default_rng([seed, 13, int(wave)])
    rows = frame[frame["answered"]]
    rows = rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)
    book = Workbook()
    book.properties.title = f"Fiktive data – overgang til skole {wave}"
    book.properties.description = "Fiktive data. Alt er opfundet."
    book.properties.creator = "Fiktive data"
    if wave == "2024":
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    sheet.title = SHEET
    _headings(sheet, instrument, wave)
    names = ["barn_id", "skole_nr", "laerer_id", "kommunekode", "vurderet", *(i.id for i in instrument.items)]
    names += {"2022": ["antal_besvaret", "norm", "intern_note"]}.get(wave, [])
    sheet.append(names)
    top = sheet.max_row
    for number, row in enumerate(rows.to_dict("records")):
        sheet.append(_cells(row, instrument, wave, rng, top + 1 + number))
    _finish(book, sheet, instrument, wave, top, len(rows))
    stream = io.BytesIO()
    book.save(stream)
    return _stamped(stream.getvalue())


def _headings(sheet: Any, instrument: Instrument, wave: str) -> None:
    if wave != "2019":
        return
    sheet.append([f"Fiktive data – Overgang til skole {wave}, Lindholt Kommune"])
    sheet.merge_cells("A1:H1")
    sheet.append([])
    row, column = 3, 6
    sheet.cell(row, 1, "Om barnet")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=5)
    for scale in instrument.scales:
        width = len(instrument.items_of(scale))
        sheet.cell(row, column, scale.title.da)
        sheet.merge_cells(start_row=row, end_row=row, start_column=column, end_column=column + width - 1)
        column += width


def _cells(row: dict[Any, Any], instrument: Instrument, wave: str, rng: np.random.Generator, at: int) -> list[Any]:
    day = date.fromisoformat(FIELDWORK[wave][0]) + timedelta(days=int(rng.integers(0, 34)))
    number = f"00{row['respondent']}"
    start: list[Any] = [number, str(row["unit"]), row["rater"], "0999", day]
    if wave == "2020":
        start[0], start[3] = int(number), 999
    if wave == "2022":
        start[4] = f"{day:%d-%m-%Y}"
    codes: list[Any] = [None if pd.isna(row[i.id]) else int(row[i.id]) for i in instrument.items]
    if wave == "2019":
        codes = ["" if code is None else code for code in codes]
    if wave == "2020":
        # Some answers were typed into cells formatted as text, and blanks were entered with the space bar.
        codes = [" " if code is None else str(code) if rng.random() < 0.05 else code for code in codes]
    if wave == "2022":
        letter = _letter(5 + len(codes))
        start_letter = _letter(6)
        return [*start, *codes, f"=COUNT({start_letter}{at}:{letter}{at})", "#N/A" if at % 97 == 0 else 1, "fiktiv"]
    return [*start, *codes]


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def _finish(book: Any, sheet: Any, instrument: Instrument, wave: str, top: int, rows: int) -> None:
    if wave == "2020":
        for line in range(top + 1, top + rows + 1):
            sheet.cell(line, 1).number_format = "000000000"
            sheet.cell(line, 4).number_format = "0000"
    if wave == "2022":
        sheet.row_dimensions[top + 3].hidden = True
        sheet.column_dimensions[_letter(len(instrument.items) + 8)].hidden = True
        _summary(book.create_sheet("Opgørelse"), rows)
    if wave != "2024":
        for line in range(4):
            sheet.cell(top + rows + 1 + line, 1, "" if wave == "2019" else None)
        for number, note in enumerate(NOTES):
            sheet.cell(top + rows + 5 + number, 1, note)
    key = book.create_sheet("Kodebog")
    key.append(["variabel", "tekst", "svar"])
    for item in instrument.items:
        choices = ", ".join(f"{c.code} = {c.label.da}" for c in instrument.response_of(item).choices)
        key.append([item.id, item.text.da, choices])
    key.append([NOTES[0]])
    key.sheet_state = "hidden"


def _summary(sheet: Any, rows: int) -> None:
    """Fill a second sheet with two tables beside each other."""
    sheet.append(["Fiktive data", None, None, "Status", "Antal"])
    sheet.append(["Vurderede børn", rows, None, "Færdig", rows])
    sheet.append(["Skoler", 8, None, "Mangler", 0])


def _stamped(data: bytes) -> bytes:
    """Return ``data`` with fixed dates in the archive and in the document's properties."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            content = old.read(entry.filename)
            if entry.filename == "docProps/core.xml":
                stamp = _STAMP.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, content)
            fixed = zipfile.ZipInfo(entry.filename, _STAMP.timetuple()[:6])
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o644 << 16
            new.writestr(fixed, content)
    return stream.getvalue()
