"""The documents that people wrote, as text in which positions are kept and what is no prose is blanked out.

Only what the top document includes is read, in the order of reading; pieces of ``_resultater`` are ours.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from evaluation.presentation.piece import FOLDER

_INCLUDE = re.compile(r"^[ \t]*\{\{<\s*include\s+(?P<path>\"[^\"\n]+\"|\S+)\s*>\}\}[ \t]*$", re.M)
_RENDER = re.compile(r"^\s+render:\s*\n\s+-\s*[\"']?(?P<name>[^\"'\n]+?)[\"']?\s*$", re.M)
_FENCE = re.compile(r"^[ \t]*(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_FRONT = re.compile(r"\A---[ \t]*\n.*?^(?:---|\.\.\.)[ \t]*$", re.M | re.S)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CODE = re.compile(r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n[ \t]*\n).)+?(?<!`)(?P=ticks)(?!`)(?:\{[^}\n]*\})?", re.S)
SHORTCODE = re.compile(r"\{\{\{?<.*?>\}?\}\}")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """File relative to the workspace, line and column, both from 1."""

    file: str
    line: int
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, eq=False)
class Document:
    r"""One document.

    Attributes
    ----------
    name : str
        As told to people: the path from the workspace.
    text : str
        As written, line ends as ``\n``.
    prose : str
        As long as ``text``; code, comments and front matter are blanks.
    """

    name: str
    text: str
    prose: str = field(repr=False)

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place(self, offset: int) -> Place:
        """Line and column of a position in the text."""
        line = bisect.bisect_right(self._starts, offset)
        return Place(self.name, line, offset - self._starts[line - 1] + 1)

    def includes(self) -> Iterator[tuple[str, Place]]:
        """What the document includes, and where."""
        for match in _INCLUDE.finditer(self.prose):
            yield match["path"].strip('"'), self.place(match.start("path"))


def document(name: str, text: str) -> Document:
    """``text`` with its prose told apart."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    prose = _fenced(blank(_FRONT, text))
    return Document(name, text, blank(_COMMENT, blank(_CODE, prose)))


def blank(pattern: re.Pattern[str], text: str, keep: Callable[[re.Match[str]], bool] | None = None) -> str:
    """``text`` with what matches made blank, letter for letter; lines stay lines."""

    def replace(match: re.Match[str]) -> str:
        return match[0] if keep is not None and keep(match) else blanks(match[0])

    return pattern.sub(replace, text)


def blanks(text: str) -> str:
    """As many blanks as ``text`` has signs, with its line ends."""
    return re.sub(r"[^\n]", " ", text)


def _fenced(text: str) -> str:
    """Without the lines of code blocks."""
    lines, open_fence = [], ""
    for line in text.split("\n"):
        match = _FENCE.match(line)
        if open_fence:
            closes = match and match["fence"].startswith(open_fence) and not match["info"].strip()
            open_fence = "" if closes else open_fence
            lines.append(" " * len(line))
        elif match and not (match["fence"][0] == "`" and "`" in match["info"]):
            open_fence = match["fence"]
            lines.append(" " * len(line))
        else:
            lines.append(line)
    return "\n".join(lines)


def top_document(project: Path) -> str:
    """Name of the document that ``_quarto.yml`` renders first."""
    config = project / "_quarto.yml"
    match = _RENDER.search(config.read_text(encoding="utf-8-sig")) if config.is_file() else None
    return match["name"].strip() if match else "index.qmd"


def documents(project: Path, root: Path, silent: Collection[str] = ()) -> tuple[Document, ...]:
    """Documents of a project as they are included, the top one first; files that are missing are left out.

    Parameters
    ----------
    root : Path
        The workspace, from which names are told.
    silent : collection of str
        Chapters that the document leaves out.
    """
    top = top_document(project)
    found: dict[str, Document] = {}

    def read(name: str) -> None:
        path = project / name
        if name in found or not path.is_file():
            return
        told = path.relative_to(root).as_posix() if path.is_relative_to(root) else name
        found[name] = made = document(told, path.read_text(encoding="utf-8-sig", errors="replace"))
        for included, _ in made.includes():
            # As in Quarto: from the top document, also in nested files.
            inside = (Path(top).parent / included).as_posix()
            if FOLDER not in Path(inside).parts and inside not in silent:
                read(inside)

    read(top)
    return tuple(found.values())
