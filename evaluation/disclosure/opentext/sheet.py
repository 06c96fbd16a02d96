"""The reviewer's workbook: one row a masked quote, a list of decisions, nothing that could become a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evaluation.common.language import catalogue
from evaluation.disclosure.opentext.model import SCREEN_VERSION
from evaluation.disclosure.opentext.select import Candidate, Offer

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: Columns of the sheet, in order; headings stand in the catalogue ``quotes``.
COLUMNS = (
    "id",
    "survey",
    "question",
    "role",
    "wave",
    "text",
    "masked",
    "flags",
    "decision",
    "edited",
    "initials",
    "reason",
)
#: Columns that the reviewer fills.
FILLED = ("decision", "edited", "initials", "reason")
DECISIONS = ("accept", "edit", "reject")
#: Rows above the first quote: a line about the sheet, an empty one, the headings.
HEAD = 3
SOURCE_CELL = "B2"
_WIDTHS = {"id": 13, "survey": 20, "question": 26, "role": 18, "wave": 9, "text": 70, "masked": 18, "flags": 22,
           "decision": 12, "edited": 60, "initials": 10, "reason": 30}  # fmt: skip
# Excel reads _x0041_ in a text as the letter A.
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True, slots=True)
class Told:
    """Words for ids: titles of surveys, questions, roles; all by id, questions and roles as ``survey.id``."""

    titles: Mapping[str, str] = field(default_factory=dict)

    def of(self, *ids: str) -> str:
        """The words for an id, or the id."""
        return self.titles.get(".".join(ids), ids[-1])


def words(lang: str) -> Mapping[str, Any]:
    """The catalogue of the workbook."""
    return catalogue("quotes", lang)


def workbook(offered: Offer, told: Told, *, source: str, fictional: bool, kommune: str, lang: str) -> bytes:
    """The workbook as bytes.

    Parameters
    ----------
    source : str
        Hash of answers, rules and policy; must be the same when the workbook is read back.
    """
    import openpyxl

    book = openpyxl.Workbook()
    mark = f"{words(lang)['fictional']} – " if fictional else ""
    book.properties.title = f"{mark}{words(lang)['title']} – {kommune}"
    book.properties.creator = "evaluation"
    about = book.active
    _about(about, offered, source=source, mark=mark, kommune=kommune, lang=lang)
    sheet = book.create_sheet(str(words(lang)["sheet_quotes"]))
    _quotes(sheet, offered, told, mark, lang)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _about(sheet: Worksheet, offered: Offer, *, source: str, mark: str, kommune: str, lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    text = words(lang)
    sheet.title = str(text["sheet_about"])
    _put(sheet, 1, 1, f"{mark}{text['title']} – {kommune}")
    sheet["A1"].font = Font(bold=True, size=14)
    _put(sheet, 2, 1, str(text["source"]))
    _put(sheet, 2, 2, source)
    _put(sheet, 3, 1, str(text["rules"]))
    _put(sheet, 3, 2, SCREEN_VERSION)
    row = 5
    for line in text["guide"]:
        _put(sheet, row, 1, str(line))
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[row].height = 15 * (1 + len(str(line)) // 95)
        row += 1
    row += 1
    counts = {str(text["offered"]): len(offered.candidates)}
    counts |= {str(text["left_out"][reason]): count for reason, count in offered.left_out.items()}
    for name, count in counts.items():
        _put(sheet, row, 1, name)
        sheet.cell(row, 2).value = count
        row += 1
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 58, 70
    _on_one_page(sheet)


def _quotes(sheet: Worksheet, offered: Offer, told: Told, mark: str, lang: str) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    text = words(lang)
    _put(sheet, 1, 1, f"{mark}{text['banner']}")
    sheet["A1"].font = Font(bold=True)
    for place, name in enumerate(COLUMNS, start=1):
        _put(sheet, HEAD, place, str(text["columns"][name]))
        cell = sheet.cell(HEAD, place)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="FFF2CC" if name in FILLED else "E7E6E6")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(place)].width = _WIDTHS[name]
    for row, candidate in enumerate(offered.candidates, start=HEAD + 1):
        for place, value in enumerate(_row(candidate, told, lang), start=1):
            _put(sheet, row, place, value)
            sheet.cell(row, place).alignment = Alignment(wrap_text=True, vertical="top")
    last = HEAD + max(1, len(offered.candidates))
    choices = ",".join(str(text["decisions"][name]) for name in DECISIONS)
    rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True, showErrorMessage=True)
    rule.error, rule.errorTitle = str(text["choose"]), str(text["columns"]["decision"])
    letter = get_column_letter(COLUMNS.index("decision") + 1)
    rule.add(f"{letter}{HEAD + 1}:{letter}{last}")
    sheet.add_data_validation(rule)
    sheet.freeze_panes = f"B{HEAD + 1}"
    sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(COLUMNS))}{last}"
    sheet.print_title_rows = f"{HEAD}:{HEAD}"
    _on_one_page(sheet)


def _on_one_page(sheet: Worksheet) -> None:
    """Print as wide as one page, as long as it takes."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _row(candidate: Candidate, told: Told, lang: str) -> tuple[str, ...]:
    text = words(lang)
    role = told.of(candidate.survey, candidate.role) if candidate.role else str(text["no_role"])
    flags = [str(text["flags"][flag]) + (f" {candidate.alike}" if flag == "dublet" else "") for flag in candidate.flags]
    masked = ", ".join(str(text["kinds"][kind]) for kind in candidate.screened.kinds)
    named = told.of(candidate.survey), told.of(candidate.survey, candidate.question)
    return (candidate.id, *named, role, candidate.wave, candidate.text, masked, "; ".join(flags), "", "", "", "")


def _put(sheet: Worksheet, row: int, column: int, value: str) -> None:
    """Write a text that no program takes for a formula, also after somebody edited the cell."""
    cell = sheet.cell(row, column)
    cell.number_format = "@"
    if not value:
        return
    cell.value = _ESCAPE.sub("_x005F_", value)
    # openpyxl takes "=…" for a formula
    cell.data_type = "s"
    if value[0] in "=+-@\t'":
        cell.quotePrefix = True
