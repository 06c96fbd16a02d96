"""Excel 2003 XML written here, as SurveyXact and Excel write it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\n'
)


def cell(value: object) -> str:
    """One cell; a text that begins with "<Cell" stands as it is."""
    if isinstance(value, str) and value.startswith("<Cell"):
        return value
    if value is None:
        return "<Cell/>"
    kind = "Number" if isinstance(value, int | float) else "String"
    return f'<Cell><Data ss:Type="{kind}">{escape(str(value))}</Data></Cell>'


def write_xml2003(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[object]]],
    *,
    encoding: str = "utf-8",
    hidden: Sequence[str] = (),
    head: str = HEAD,
) -> Path:
    """A workbook in Excel 2003 XML."""
    parts = [head]
    for name, rows in sheets.items():
        parts.append(f"<Worksheet ss:Name={quoteattr(name)}><Table>\n")
        parts += ["<Row>" + "".join(map(cell, row)) + "</Row>\n" for row in rows]
        parts.append("</Table>")
        if name in hidden:
            parts.append(
                '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
                "<Visible>SheetHidden</Visible></WorksheetOptions>"
            )
        parts.append("</Worksheet>\n")
    path.write_bytes("".join([*parts, "</Workbook>"]).encode(encoding))
    return path
