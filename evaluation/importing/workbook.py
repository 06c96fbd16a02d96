"""Opening a workbook safely, and what its raw parts say that cell values do not."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from evaluation.common.errors import EvaluationError, fail
from evaluation.importing.grid import MAX_CELLS, Cell, Grid, RawSheet, Sheet, column_number
from evaluation.importing.xlsx import read_xlsx, styles_of
from evaluation.importing.xlsx_cells import DeclinedError

#: A workbook that unpacks to more than this is refused before it is unpacked.
MAX_UNPACKED = 2 * 1024**3
#: One part that swells more than this and is large is no table but an attack.
MAX_RATIO, RATIO_FROM = 250, 64 * 1024**2
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
# What zipfile raises for archives that are cut off, flipped or locked.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    struct.error,
)

_MERGED = re.compile(r"<(?:\w+:)?mergeCell\b[^>]*\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
_UNCALCULATED = re.compile(r"<c r=\"([A-Z]+\d+)\"[^>]*><f\b[^>]*(?:/>|>[^<]*</f>)(?:<v\s*/>|<v></v>)?</c>")
_FAR_COLUMN = re.compile(rb"\br=\"([A-Z]{3})\d{1,7}\"[^>]*(?<!/)>")
_FAR_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\br=\"(\d{6,7})\"")
_FILLED = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"[^>]*(?<!/)>")


def is_workbook(head: bytes) -> bool:
    """Whether the first bytes are of a zip or of an old Office container."""
    return head.startswith((_ZIP, _OLE))


def check_zip(path: Path) -> None:
    """Refuse a damaged archive, one that is no workbook and one that swells without measure.

    Raises
    ------
    EvaluationError
        ``import-damaged``, ``import-format-unknown`` or ``import-too-large``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if not any(name.startswith("xl/") or name == "content.xml" for name in names):
                raise fail("import-format-unknown", where=path, found=f"zip: {', '.join(names[:4])}")
            sizes = archive.infolist()
            total = sum(part.file_size for part in sizes)
            swollen = [
                part
                for part in sizes
                if part.file_size > RATIO_FROM and part.file_size > MAX_RATIO * max(part.compress_size, 1)
            ]
            if total > MAX_UNPACKED or swollen:
                raise fail("import-too-large", where=path, found=f"{total / 1024**2:.0f} MiB")
    except EvaluationError:
        raise
    except _BROKEN as error:
        raise fail("import-damaged", where=path, found=error) from error


def _check_parts(path: Path) -> None:
    """Read every part against its checksum, which finds truncation and lies about sizes."""
    try:
        with zipfile.ZipFile(path) as archive:
            broken = archive.testzip()
    except _BROKEN as error:
        raise fail("import-damaged", where=path, found=error) from error
    if broken is not None:
        raise fail("import-damaged", where=path, found=broken)


def open_sheets(path: Path) -> list[Sheet]:
    """All sheets with their values.

    Raises
    ------
    EvaluationError
        When the file is damaged, locked with a password, or no workbook.
    """
    with path.open("rb") as stream:
        head = stream.read(8)
    if head.startswith(_ZIP):
        check_zip(path)
        try:
            with zipfile.ZipFile(path) as archive:
                return read_xlsx(path, archive)
        except EvaluationError:
            raise
        except DeclinedError:
            pass
        except _BROKEN as error:
            raise fail("import-damaged", where=path, found=error) from error
        _check_parts(path)
        check_extent(path)
    elif "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise fail("import-password", where=path)
    return _open_slowly(path)


def _open_slowly(path: Path) -> list[Sheet]:
    """What is no plain xlsx: .xls, .xlsb, .ods, and xlsx written in an unusual way."""
    import python_calamine as calamine

    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        sheets = []
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            rows = book.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
            sheets.append(Sheet(meta.name, meta.visible == calamine.SheetVisibleEnum.Visible, Grid.of(rows)))
    except calamine.PasswordError as error:
        raise fail("import-password", where=path) from error
    except (calamine.CalamineError, calamine.ZipError, calamine.XmlError, OSError) as error:
        raise fail("import-damaged", where=path, found=error) from error
    return sheets


def cell_text(cell: Cell) -> str:
    """A cell as text: whole numbers without decimals, dates as ISO, blanks at the ends cut."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float | int):
        return str(int(cell)) if float(cell).is_integer() else repr(float(cell))
    if isinstance(cell, datetime):
        return (
            cell.isoformat(sep=" ") if (cell.hour, cell.minute, cell.second) != (0, 0, 0) else cell.date().isoformat()
        )
    return cell.isoformat() if isinstance(cell, date) else str(cell).strip()


def is_number(cell: Cell) -> bool:
    """Whether the cell holds a number (true and false are none)."""
    return isinstance(cell, float | int) and not isinstance(cell, bool)


def facts(path: Path, sheet: Sheet) -> RawSheet:
    """Hidden rows and columns, error cells, formulas never calculated, and columns shown with leading zeros."""
    return sheet.raw if sheet.raw is not None else raw_counts(path, sheet.name)


def raw_counts(path: Path, sheet: str) -> RawSheet:
    """The same from the whole XML of one sheet, where the values were read by calamine."""
    if not zipfile.is_zipfile(path):
        return RawSheet()
    with zipfile.ZipFile(path) as archive:
        part = _sheet_part(archive, sheet)
        if part is None:
            return RawSheet()
        xml = archive.read(part).decode("utf-8", "replace")
        names = archive.namelist()
        styles = archive.read("xl/styles.xml").decode("utf-8", "replace") if "xl/styles.xml" in names else ""
        padded = {str(n): style.zeros for n, style in enumerate(styles_of(styles)) if style.zeros}
    # Looking for the word first is many times quicker than the pattern.
    hidden = re.findall(r"<(row|col)\b[^>]*\bhidden=\"(?:1|true)\"", xml) if " hidden=" in xml else []
    columns: dict[int, int] = {}
    if padded:
        for place, style in re.findall(r"<c r=\"([A-Z]+)\d+\"[^>]*\bs=\"(\d+)\"", xml):
            if style in padded:
                columns.setdefault(column_number(place), padded[style])
    uncalculated = tuple(_UNCALCULATED.findall(xml)) if "<f" in xml else ()
    return RawSheet(
        hidden_rows=hidden.count("row"),
        hidden_columns=hidden.count("col"),
        errors=len(re.findall(r"<c\b[^>]*\bt=\"e\"", xml)) if 't="e"' in xml else 0,
        formulas_without_value=len(uncalculated),
        uncalculated=uncalculated,
        zero_padded=columns,
        merged=tuple(
            (int(row) - 1, column_number(column), int(last_row) - 1, column_number(last_column))
            for column, row, last_column, last_row in _MERGED.findall(xml)
        ),
    )


def check_extent(path: Path) -> None:
    """Refuse a sheet that stops half-way, or whose filled cells span a rectangle too large to hold.

    Raises
    ------
    EvaluationError
        ``import-damaged`` or ``import-too-large``.
    """
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            if not (part.startswith("xl/worksheets/") and part.endswith(".xml")):
                continue
            xml = archive.read(part)
            # The reader takes a sheet that stops half-way for a short one.
            if not xml.rstrip()[-40:].endswith(b"worksheet>"):
                raise fail("import-damaged", where=path, found=part)
            # Cells without a value end in "/>": Excel writes them for colour alone.
            far = set(_FAR_COLUMN.findall(xml))
            width = max((column_number(place.decode()) + 1 for place in far), default=702)
            height = max((int(row) for row in _FAR_ROW.findall(xml)), default=99_999)
            if (far or height > 99_999) and width * height > MAX_CELLS and _spans(xml):
                raise fail("import-too-large", where=path, found=f"{part}: {height} × {width}")


def _spans(xml: bytes) -> bool:
    """The filled cells themselves, counted one by one: only where a sheet looks far too large."""
    rows, columns = 0, 0
    for column, row in _FILLED.findall(xml):
        rows, columns = max(rows, int(row)), max(columns, column_number(column.decode()) + 1)
    return rows * columns > MAX_CELLS


def _sheet_part(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Path of a sheet's XML inside the archive, followed through the relations."""
    from html import unescape

    try:
        book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return None
    for tag in re.findall(r"<(?:\w+:)?sheet\b[^>]*>", book):
        named = dict(re.findall(r"([\w:]+)=\"([^\"]*)\"", tag))
        if unescape(named.get("name", "")) != sheet:
            continue
        wanted = next((value for key, value in named.items() if key.endswith(":id")), "")
        for relation in re.findall(r"<(?:\w+:)?Relationship\b[^>]*>", relations):
            parts = dict(re.findall(r"(\w+)=\"([^\"]*)\"", relation))
            if parts.get("Id") == wanted:
                target = parts.get("Target", "")
                part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
                return part if part in archive.namelist() else None
    return None


def document_texts(path: Path) -> Sequence[str]:
    """Title, subject, keywords and comments of the document's properties, as raw text."""
    if not zipfile.is_zipfile(path):
        return ()
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.startswith("docProps/") or name == "meta.xml"]
        return [archive.read(name).decode("utf-8", "replace") for name in names]
