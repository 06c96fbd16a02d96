"""What a person should know about how a file was read or cleaned, told in Danish or English."""

from __future__ import annotations

from dataclasses import dataclass

from evaluation.common.language import catalogue


def notice_text(code: str, variable: str, detail: str, rows: int, lang: str) -> str:
    """The sentence for ``code`` in ``lang`` with its places filled; ``one`` instead of ``text`` for a single row.

    Raises
    ------
    KeyError
        When the catalogue ``import`` has no such code.
    """
    entry = catalogue("import", lang)[code]
    template = str(entry["one"] if rows == 1 and "one" in entry else entry["text"])
    for name, value in (("variable", variable), ("detail", detail), ("rows", str(rows))):
        template = template.replace("{" + name + "}", value)
    return template


@dataclass(frozen=True, slots=True)
class Notice:
    """One remark about a file; ``code`` names a text of the catalogue ``import``."""

    code: str
    variable: str = ""
    detail: str = ""
    rows: int = 0

    def text(self, lang: str = "da") -> str:
        """The remark in ``lang``."""
        return notice_text(self.code, self.variable, self.detail, self.rows, lang)

    def __str__(self) -> str:
        return self.text("da")
