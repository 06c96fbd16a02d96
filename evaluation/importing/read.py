"""One door for every export: the format is told by content, never by the name alone.

A new format is one module and one line in :data:`READERS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaluation.common.errors import fail
from evaluation.importing.export import SurveyExport
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


def _spss(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing.spss import read_spss

    return read_spss(path)


def _excel(path: Path, sheet: str | None) -> SurveyExport:
    from evaluation.importing.excel import read_excel

    return read_excel(path, sheet)


def _is_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return b"\x00" not in head and sum(byte < 9 or 13 < byte < 32 for byte in head) == 0


def _text(path: Path, _sheet: str | None) -> SurveyExport:
    from evaluation.importing import surveyxact
    from evaluation.importing.csvfile import read_csv
    from evaluation.importing.surveyxact_parts import is_structure_header
    from evaluation.importing.text import read_table

    table = read_table(path)
    if not table.rows:
        raise fail("import-no-rows", where=path, found=0)
    if is_structure_header(table.rows[0]):
        raise fail("import-structure-given", where=path)
    if surveyxact.recognises(path, table.rows[0]):
        return surveyxact.read_csv_triple(path, table)
    return read_csv(path, table)


READERS: tuple[Reader, ...] = (
    Reader("spss", _is_spss, _spss),
    Reader("excel", is_workbook, _excel),
    Reader("text", _is_text, _text),
)

# Known by their first bytes, not read: the message can say what the file is.
_OTHERS: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("Stata (.dta)", lambda head: head.startswith(b"<stata_dta>") or head[:1] in (b"\x71", b"\x72", b"\x73")),
    ("SAS (.sas7bdat)", lambda head: head[12:16] == b"\xc2\xea\x81\x60"),
    ("SAS transport (.xpt)", lambda head: head.startswith(b"HEADER RECORD*******")),
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
        ``import-xml-2003``, ``import-format-unknown``, ``import-no-rows`` or what the
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
        # One first byte alone is weak: what else reads as text stays text.
        if is_it(head) and not (len(head) > 1 and _is_text(head) and name.startswith("Stata") and head[:1] != b"<"):
            raise fail("import-format-unknown", where=path, found=name)
    for reader in READERS:
        if reader.recognises(head):
            export = reader.read(path, sheet)
            if not export.rows:
                raise fail("import-no-rows", where=path, found=len(export.variables))
            return export
    raise fail("import-format-unknown", where=path, found=repr(head[:16]))


def _refuse_markup(path: Path, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")):
        raise fail("import-html", where=path, found=path.suffix)
    if start.startswith(b"<?xml") or start.startswith(b"<workbook"):
        code = "import-xml-2003" if b"urn:schemas-microsoft-com:office:spreadsheet" in head else "import-format-unknown"
        raise fail(code, where=path, found="XML")
