"""Small products written by hand: a page, a document, a workbook."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.disclosure.attack.real import Real

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def product(path: Path, made: Real, kind: str) -> Path:
    """A page with the scores of one grouping, as the gate let them out."""
    groups = [g for g in dict.fromkeys(made.published.levels["group"]) if g.startswith((f"{kind}-", "enhed-"))]
    rows = "".join(f"<tr><td>{group}</td><td>{made.value(group, 'skala')}</td></tr>" for group in groups)
    path.write_text(f"<table><tr><th>Gruppe</th><th>En skala</th></tr>{rows}</table>", encoding="utf-8")
    return path


def docx(path: Path, words: Mapping[str, str], table: Sequence[Sequence[str]] = ()) -> None:
    """A document with a table, and words in parts of it (properties, comments, headers)."""

    def paragraph(text: str) -> str:
        # Word cuts a line into runs wherever somebody edited it
        half = len(text) // 2
        return f"<w:p><w:r><w:t>{text[:half]}</w:t></w:r><w:r><w:t>{text[half:]}</w:t></w:r></w:p>"

    rows = "".join(f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in table)
    parts = {"word/document.xml": f'<w:document xmlns:w="{_W}"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>'}
    for name, text in words.items():
        if name.startswith("docProps/"):
            parts[name] = f'<p:properties xmlns:p="urn:p"><p:keywords>{text}</p:keywords></p:properties>'
        elif text:
            parts[name] = f'<w:comments xmlns:w="{_W}">{paragraph(text)}</w:comments>'
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def xlsx(
    path: Path,
    rows: Sequence[Sequence[object]],
    *,
    hidden: Sequence[Sequence[object]] = (),
    comment: str = "",
    name: str = "",
    keywords: str = "",
) -> None:
    """A workbook with a sheet that no program shows, a comment, a defined name, and keywords."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.workbook.defined_name import DefinedName

    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    behind = book.create_sheet("bag")
    behind.sheet_state = "veryHidden"
    for row in hidden:
        behind.append(list(row))
    if comment:
        book.active["A1"].comment = Comment(comment, "nogen")
    if name:
        book.defined_names["gemt"] = DefinedName("gemt", attr_text=f'"{name}"')
    book.properties.keywords = keywords
    book.save(path)
