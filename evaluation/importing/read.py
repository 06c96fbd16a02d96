"""One door for every export: the format is told by content, never by the name alone.

A new format is one module and one line in :data:`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import fail
from evaluation.importing import (
    enalyzer,
    google_forms,
    limesurvey,
    microsoft_forms,
    qualtrics,
    redcap,
    sosci,
    spss_syntax,
    surveymonkey,
    surveyxact,
)
from evaluation.importing.export import SurveyExport
from evaluation.importing.guard import guarded, started
from evaluation.importing.spreadsheetml import is_spreadsheetml
from evaluation.importing.text import TextTable
from evaluation.importing.workbook import is_workbook

_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Reader:
    """How one family of files is recognised from its first bytes, and read."""

    name: str
    recognises: Callable[[bytes], bool]
    read: Callable[[Path, str | None], SurveyExport]


def _is_spss(head: bytes) -> bool:
    return head.startswith((b"$FL2", b"$FL3")) or b"ASCII SPSS PORT FILE" in head[:200]


def _is_stata(head: bytes) -> bool:
    if head.startswith(b"<stata_dta>"):
        return True
    # Releases 104 to 115: one byte alone is weak, so byte order and file type must fit as well.
    return len(head) > 60 and 104 <= head[0] <= 115 and head[1] in (1, 2) and head[2] == 1 and head[3] == 0


def _is_sas(head: bytes) -> bool:
    return head[12:15] == b"\xc2\xea\x81" or head.startswith(b"HEADER RECORD*******")


def _spss(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing.spss import read_spss

    return read_spss(path)


def _excel(path: Path, sheet: str | None) -> SurveyExport:
    from evaluation.importing.excel import read_excel

    return read_excel(path, sheet)


def _spreadsheetml(path: Path, sheet: str | None) -> SurveyExport:
    from evaluation.importing.excel import read_excel_2003

    return read_excel_2003(path, sheet)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0


def _of_a_tool(path: Path, sample: TextTable) -> bool:
    """Whether a tool's reader may know the file; the whole of it then decides."""
    from evaluation.importing.surveyxact_parts import is_structure_header

    # REDCap's marks are looked for in all rows.
    marked = any(name.strip().endswith("_complete") for name in sample.rows[0])
    return (
        marked or is_structure_header(sample.rows[0]) or any(reader.recognises(path, sample) for reader in TEXT_READERS)
    )


def _text(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing import fast_csv
    from evaluation.importing.csvfile import read_csv
    from evaluation.importing.limesurvey_syntax import is_syntax
    from evaluation.importing.surveyxact_parts import is_structure_header
    from evaluation.importing.text import read_table

    with path.open("rb") as stream:
        if is_syntax(stream.read(_HEAD)):
            if spss_syntax.holds_data(path):
                return spss_syntax.read_inline(path)
            raise fail("import-syntax-given", where=path)
    start = fast_csv.begin(path)
    if start is not None and not _of_a_tool(path, start.table):
        export = fast_csv.read_fast(path, start)
        if export is not None:
            return export
    del start
    table = read_table(path)
    if not table.rows:
        raise fail("import-no-rows", where=path, found=0)
    if is_structure_header(table.rows[0]):
        raise fail("import-structure-given", where=path)
    for reader in TEXT_READERS:
        if reader.recognises(path, table):
            return reader.read(path, table)
    return read_csv(path, table)


def _stata(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing.stata import read_stata

    return read_stata(path)


def _sas(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing.sas import read_sas

    return read_sas(path)


@dataclass(frozen=True, slots=True)
class TextReader:
    """How one survey tool's delimited text is recognised from its name and rows, and read."""

    name: str
    recognises: Callable[[Path, TextTable], bool]
    read: Callable[[Path, TextTable], SurveyExport]


# The first that recognises a file reads it; what none of them knows is a plain csv.
TEXT_READERS: tuple[TextReader, ...] = (
    TextReader(
        "surveyxact", lambda path, table: surveyxact.recognises(path, table.rows[0]), surveyxact.read_csv_triple
    ),
    TextReader("sosci", sosci.recognises, sosci.read_sosci),
    TextReader("redcap", redcap.recognises, redcap.read_redcap),
    TextReader("spss-syntax", spss_syntax.recognises, spss_syntax.read_with_syntax),
    TextReader("limesurvey", limesurvey.recognises, limesurvey.read_limesurvey),
    TextReader("qualtrics", qualtrics.recognises, qualtrics.read_qualtrics),
    TextReader("surveymonkey", surveymonkey.recognises, surveymonkey.read_surveymonkey),
    TextReader("google-forms", google_forms.recognises, google_forms.read_google_forms),
    TextReader("microsoft-forms", microsoft_forms.recognises, microsoft_forms.read_microsoft_forms),
    TextReader("enalyzer", enalyzer.recognises, enalyzer.read_enalyzer),
)

READERS: tuple[Reader, ...] = (
    Reader("spss", _is_spss, _spss),
    Reader("stata", _is_stata, _stata),
    Reader("sas", _is_sas, _sas),
    Reader("excel", is_workbook, _excel),
    Reader("spreadsheetml", is_spreadsheetml, _spreadsheetml),
    Reader("text", _is_text, _text),
)

# Read by ReadStat, which a damaged file can crash: in a process of its own.
_GUARDED = ("spss", "stata", "sas")

# Known by their first bytes, not read: the message can say what the file is.
_OTHERS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("PDF", lambda head: head.startswith(b"%PDF")),
    ("parquet", lambda head: head.startswith(b"PAR1")),
)


def read_export(path: Path, *, sheet: str | None = None) -> SurveyExport:
    """Read an export file of any known format.

    Parameters
    ----------
    path : Path
        The file; for a SurveyXact csv export the dataset file, whose structure and
        labels are found beside it.
    sheet : str, optional
        Sheet of a workbook; needed where several hold a table.

    Raises
    ------
    EvaluationError
        ``file-not-found``, ``import-folder``, ``import-file-empty``, ``import-html``,
        ``import-format-unknown``, ``import-no-rows`` or what the
        reader of the format finds wrong.
    """
    path = Path(path)
    if path.is_dir():
        raise fail("import-folder", where=path)
    if not path.is_file():
        raise fail("file-not-found", where=path)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip():
        raise fail("import-file-empty", where=path, found=f"{path.stat().st_size} byte")
    _refuse_markup(path, head)
    for name, is_it in _OTHERS:
        if is_it(head):
            raise fail("import-format-unknown", where=path, found=name)
    for reader in READERS:
        if reader.recognises(head):
            export = _guarded(path, sheet, reader) if reader.name in _GUARDED else reader.read(path, sheet)
            if not export.rows:
                raise fail("import-no-rows", where=path, found=len(export.variables))
            return export
    raise fail("import-format-unknown", where=path, found=repr(head[:16]))


def _guarded(path: Path, sheet: str | None, reader: Reader) -> SurveyExport:
    looked = started(path, reader.name) if reader.name == "spss" else None
    if looked is None:
        return guarded(path, reader.name) or reader.read(path, sheet)
    from evaluation.importing.spss import read_spss

    return read_spss(path, looked)


def _refuse_markup(path: Path, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        raise fail("import-html", where=path, found=path.suffix)
    if start.startswith((b"<?xml", b"<workbook")) and not is_spreadsheetml(head):
        raise fail("import-format-unknown", where=path, found="XML")
