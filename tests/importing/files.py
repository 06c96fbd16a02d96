"""Small exports with the traps of the real ones, written here byte by byte."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

# Option 3 of the multiple-choice question has code 9: the suffix is the ordinal, not the code.
STRUCTURE = (
    ("questionName", "variableName", "questionType", "subType", "questionText", "choiceValue", "choiceText"),
    ("respondentid", "responde", "Open", "Double", "Respondent", "", ""),
    ("enhed", "enhed", "Open", "String", "Enhed", "", ""),
    ("s_1", "s_1", "Closed", "Single", "Alt i alt", "", ""),
    ("s_2", "s_2", "Closed", "Single", "Min dag", "", ""),
    ("v_1", "v_1_1", "Closed", "Multiple", "Hvad brugte du?", "1", "Skoven "),
    ("v_1", "v_1_2", "Closed", "Multiple", "Hvad brugte du?", "2", "Salen"),
    ("v_1", "v_1_3", "Closed", "Multiple", "Hvad brugte du?", "9", "Andet"),
    ("tid", "tid", "Open", "Double", "Timer", "", ""),
    ("diffTime", "difftime", "Open", "Double", "Sekunder", "", ""),
    ("bemaerk", "bemaerk", "Open", "String", "Bemærkninger", "", ""),
    ("statoverall", "stato_1", "Closed", "Multiple", "Samlet status", "1", "Ny"),
    ("statoverall", "stato_2", "Closed", "Multiple", "Samlet status", "2", "Distribueret"),
    ("statoverall", "stato_3", "Closed", "Multiple", "Samlet status", "3", "Nogen svar"),
    ("statoverall", "stato_4", "Closed", "Multiple", "Samlet status", "4", "Gennemført"),
    ("statoverall", "stato_5", "Closed", "Multiple", "Samlet status", "5", "Frafaldet"),
)
SCALE = {"1": "Helt uenig", "2": "Uenig", "3": "Enig", "4": "Helt enig", "5": "Ved ikke"}
LABELS = tuple(
    (name, code, label)
    for name, labels in (
        ("s_1", SCALE),
        ("s_2", SCALE),
        *((f"v_1_{n}", {"0": "Ikke valgt", "1": "Valgt"}) for n in (1, 2, 3)),
        *((f"stato_{n}", {"0": "Ikke valgt", "1": "Valgt"}) for n in range(1, 6)),
    )
    for code, label in labels.items()
)
HEADER = tuple(row[1] for row in STRUCTURE[1:])
# Completed, partial (second question never reached), sent, rejected. Decimal commas; text with delimiter and newline.
ROWS = (
    ("100000001", "0101", "4", "5", "1", "0", "1", "37,5", "135,407", "Godt; og\nmere", "0", "0", "0", "1", "0"),
    ("100000002", "0101", "3", "", "0", "1", "0", "1.012,5", "60,5", "", "0", "0", "1", "0", "0"),
    ("100000003", "0102", "", "", "0", "0", "0", "", "", "", "0", "1", "0", "0", "0"),
    ("100000004", "0102", "2", "2", "1", "0", "0", "20", "30,25", "NA", "0", "0", "0", "0", "1"),
)
VARIANTS = ("eu", "intl", "comma")
_FORM = {"eu": (";", "cp1252", "\n"), "intl": ("\t", "utf-16", "\r\n"), "comma": (",", "cp1252", "\n")}


def write_surveyxact(
    folder: Path,
    variant: str = "eu",
    *,
    rows: Sequence[Sequence[str]] = ROWS,
    header: Sequence[str] = HEADER,
    structure: Sequence[Sequence[str]] | None = STRUCTURE,
    labels: Sequence[Sequence[str]] | None = LABELS,
) -> Path:
    """A triple in one of SurveyXact's variants; the structure's rows end in a phantom delimiter."""
    delimiter, encoding, newline = _FORM[variant]
    folder.mkdir(parents=True, exist_ok=True)

    def line(cells: Sequence[str], last: str = "") -> str:
        if variant == "intl":
            return delimiter.join(cell.replace("\n", " ") for cell in cells) + last
        if variant == "comma":
            quoted = [cell if cell.isdigit() else '"' + cell.replace('"', '""') + '"' for cell in cells]
        else:
            quoted = [f'"{cell}"' if delimiter in cell or "\n" in cell else cell for cell in cells]
        return delimiter.join(quoted) + last

    def write(name: str, lines: Sequence[str]) -> None:
        text = newline.join([*lines, ""])
        data = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16" else text.encode(encoding)
        (folder / name).write_bytes(data)

    write("dataset.csv", [line(header), *(line(row) for row in rows)])
    if structure is not None:
        write("structure.csv", [line(structure[0]), *(line(row, delimiter) for row in structure[1:])])
    if labels is not None:
        write("labels.csv", [line(row) for row in labels])
    return folder / "dataset.csv"


def write_workbook(path: Path, sheets: dict[str, Sequence[Sequence[object]]], *, hidden: Sequence[str] = ()) -> Path:
    """A workbook; every cell as given."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def write_bomb(path: Path, mebibytes: int = 300) -> Path:
    """A zip that calls itself a workbook and swells a thousandfold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(mebibytes):
                part.write(b" " * 1024 * 1024)
    return path
