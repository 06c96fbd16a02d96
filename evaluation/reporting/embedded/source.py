"""Includes and shortcodes: from a top document and its chapters to one text with a source map.

Values of ``{{< var >}}`` are not pasted into the text: a marker of private-use characters
stands for them until pandoc has parsed both apart. A value is thereby parsed as Markdown of
its own, as Quarto does it, and can neither open a list nor close a table around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem
from evaluation.reporting.project import Project, front_matter_end, variable

OPEN, CLOSE = "\ue000", "\ue001"
MARKER = re.compile(f"{OPEN}(\\d+){CLOSE}")
_SHORTCODE = re.compile(r"\{\{\{<\s*(?P<literal>.*?)\s*>\}\}\}|\{\{<\s*(?P<code>.*?)\s*>\}\}")
_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(?P<path>\"[^\"]+\"|\S+)\s*>\}\}\s*$")
_FENCE = re.compile(r"^\s*(?P<fence>`{3,}|~{3,})(?P<info>.*)$")
_CELL = re.compile(r"^\s*\{\{?(?P<name>[A-Za-z][\w+-]*)[^}]*\}?\}\s*$")


@dataclass(frozen=True, slots=True)
class Inserted:
    """What one marker stands for: ``kind`` var, meta, literal or pagebreak."""

    kind: str
    value: str
    where: str
    raw: str


@dataclass(frozen=True, slots=True)
class Origin:
    """File (relative to the project) and line, counted from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(slots=True)
class Expanded:
    """One text made of all chapters.

    ``origins[i]`` is where line ``i`` (from 0) of ``text`` was written.
    """

    lines: list[str] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    inserted: list[Inserted] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole Markdown text."""
        return "\n".join(self.lines) + "\n"

    def find(self, needle: str) -> str:
        """Where ``needle`` first stands as a whole word, for a message; empty when it is not there."""
        pattern = re.compile(re.escape(needle) + r"(?![\w-])")
        for line, origin in zip(self.lines, self.origins, strict=True):
            if pattern.search(line):
                return str(origin)
        return ""

    def where(self, line: int) -> str:
        """Where line ``line`` (from 1) of the text was written."""
        return str(self.origins[min(max(line, 1), len(self.origins)) - 1])


def expand(project: Project) -> Expanded:
    """All chapters as one text, shortcodes as markers.

    Raises
    ------
    EvaluationError
        Everything wrong with includes, variables, shortcodes and code cells, together.
    """
    expanded = Expanded()
    _file(project, project.document, (), expanded)
    if expanded.problems:
        raise EvaluationError(expanded.problems)
    return expanded


def _file(project: Project, name: str, parents: tuple[str, ...], out: Expanded) -> None:
    text = (project.folder / name).read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    if parents and front_matter_end(lines):
        out.problems.append(Problem("reporting-include-front-matter", f"{name}:1", "---"))
        return
    fence = ""
    for number, line in enumerate(lines, start=1):
        origin = Origin(name, number)
        fence, inside = _fenced(line, fence, origin, out)
        included = None if inside else _INCLUDE.match(line)
        if included:
            _include(project, included["path"].strip('"'), (*parents, name), origin, out)
            continue
        _add(out, line if inside and "{{" not in line else _markers(project, line, inside, origin, out), origin)


def _include(project: Project, path: str, parents: tuple[str, ...], origin: Origin, out: Expanded) -> None:
    # Quarto reads includes relative to the top document, also from nested files.
    base = Path(project.document).parent
    name = (base / path).as_posix()
    if name in parents:
        out.problems.append(Problem("reporting-include-cycle", str(origin), " → ".join((*parents, name))))
    elif not (project.folder / name).is_file():
        out.problems.append(Problem("reporting-include-missing", str(origin), path, {"file": path}))
    else:
        _add(out, "", origin)
        _file(project, name, parents, out)
        _add(out, "", origin)


def _fenced(line: str, fence: str, origin: Origin, out: Expanded) -> tuple[str, bool]:
    """Return the open fence after this line, and whether the line itself belongs to code."""
    match = _FENCE.match(line)
    if fence:
        closes = match and match["fence"].startswith(fence) and not match["info"].strip()
        return ("" if closes else fence), True
    if not match or (match["fence"][0] == "`" and "`" in match["info"]):
        return "", False
    cell = _CELL.match(match["info"])
    if cell:
        params = {"feature": "{" + cell["name"] + "}"}
        out.problems.append(Problem("reporting-code-cell", str(origin), line.strip(), params))
    return match["fence"], True


def _markers(project: Project, line: str, inside: bool, origin: Origin, out: Expanded) -> str:
    def replace(match: re.Match[str]) -> str:
        if match["literal"] is not None:
            return _marker(out, Inserted("literal", "{{< " + match["literal"] + " >}}", str(origin), match[0]))
        words = match["code"].split()
        name, argument = (words[0] if words else ""), (words[1] if len(words) == 2 else "")
        if inside:
            out.problems.append(Problem("reporting-shortcode-in-code", str(origin), match[0]))
        elif name == "include":
            out.problems.append(Problem("reporting-include-inline", str(origin), line.strip()))
        elif name == "pagebreak" and line.strip() == match[0]:
            return _marker(out, Inserted("pagebreak", "", str(origin), match[0]))
        elif name == "meta" and argument:
            return _marker(out, Inserted("meta", argument, str(origin), match[0]))
        elif name == "var" and argument:
            value = variable(project, argument, str(origin))
            if isinstance(value, str):
                return _marker(out, Inserted("var", value, str(origin), match[0]))
            out.problems.append(value)
        else:
            out.problems.append(
                Problem("reporting-shortcode-unsupported", str(origin), match[0], {"feature": name or "{{< >}}"})
            )
        return match[0]

    return _SHORTCODE.sub(replace, line)


def _marker(out: Expanded, inserted: Inserted) -> str:
    out.inserted.append(inserted)
    return f"{OPEN}{len(out.inserted) - 1}{CLOSE}"


def _add(out: Expanded, line: str, origin: Origin) -> None:
    out.lines.append(line)
    out.origins.append(origin)
