"""Chapters of a report project: which a person has written, and which are missing in the English document.

The English document of a product is a project of its own, ``reports/PRODUCT/en``. A chapter that is not written
there is left out of it with everything it would include: there is nothing to fall back on in another language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evaluation.common.resources import is_english
from evaluation.presentation.claims.prose import blank, document, top_document
from evaluation.presentation.piece import FOLDER

INCLUDE = re.compile(r"^[ \t]*\{\{<\s*include\s+(?P<path>\"[^\"\n]+\"|\S+)\s*>\}\}[ \t]*$", re.M)
_HEADING = re.compile(r"^#{1,6}[ \t].*$", re.M)
_FENCE = re.compile(r"^[ \t]*:::.*$", re.M)


def own_prose(text: str) -> bool:
    """Whether a person wrote anything here but headings, includes and empty blocks."""
    # Code and comments may be somebody's notes: they count as written, or a draft would take their place.
    if re.search(r"<!--|```|~~~", text):
        return True
    rest = document("", text).prose
    for pattern in (INCLUDE, _HEADING, _FENCE):
        rest = blank(pattern, rest)
    return bool(rest.strip())


def included_files(text: str) -> list[str]:
    """Files of the project that a document includes, in order; pieces of ``_resultater`` are none."""
    found = [match["path"].strip('"') for match in INCLUDE.finditer(document("", text).prose)]
    return [name for name in found if FOLDER not in Path(name).parts]


def chapters(project: Path) -> list[str]:
    """Chapters that the top document of ``project`` includes, in order, whether they are there or not."""
    top = project / top_document(project)
    return included_files(top.read_text(encoding="utf-8-sig", errors="replace")) if top.is_file() else []


def unwritten(project: Path) -> tuple[str, ...]:
    """Chapters of an English document that are missing or show results without a word about them."""
    return tuple(_unwritten(project)) if is_english(project) else ()


def _unwritten(project: Path) -> Iterator[str]:
    for name in chapters(project):
        path = project / name
        text = path.read_text(encoding="utf-8-sig", errors="replace") if path.is_file() else ""
        if not path.is_file() or (INCLUDE.search(text) and not own_prose(text)):
            yield name


def without(text: str, names: tuple[str, ...]) -> str:
    """``text`` without the includes of ``names``; lines stay where they are."""

    def gone(match: re.Match[str]) -> str:
        return "" if match["path"].strip('"') in names else match[0]

    return INCLUDE.sub(gone, text) if names else text
