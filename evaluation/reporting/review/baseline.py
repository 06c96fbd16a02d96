"""Today's report as the Word file would show it, every letter with what it is and where it was written.

Signs of Unicode's private area travel through the whole engine and back: one in the middle of a word of each line
says which line it is, pairs of them stand around numbers, claims, citations, references, tables and figures.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path

from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.crossref import language, number
from evaluation.reporting.embedded.docx import write_docx
from evaluation.reporting.embedded.engine import cite
from evaluation.reporting.embedded.read import read
from evaluation.reporting.embedded.source import CLOSE, OPEN, Expanded, expand
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.embedded.visible import only
from evaluation.reporting.project import SUPPORT_FOLDER, load_project
from evaluation.reporting.review.flow import EDGE, Flow, Paragraph, squeezed, view

#: Words for what stands in the way, each with its own opening sign; one sign ends all of them.
GUARDS = ("number", "claim", "citation", "reference", "table", "figure", "literature", "link", "code", "note")
_FIRST_GUARD, _END, _FIRST_LINE = 0xE100, chr(0xE1FF), 0x100000
_LINES = 0xFFFD
_OPENING = {chr(_FIRST_GUARD + place): name for place, name in enumerate(GUARDS)}
_SIGN = {name: sign for sign, name in _OPENING.items()}
_OURS = re.compile("[\ue100-\ue1ff\U00100000-\U0010fffd]")
_FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
# Tables that count columns: a sign more would move a column.
_RULED = re.compile(r"^\s*(?:\+[-=:+]+\+|-{2,}(?:\s+-{2,})+|-{6,})\s*$")
_RUN_TEXT = re.compile(r'(<w:(?:t|delText) [^>]*xml:space="preserve"[^>]*>)([^<]*)(?=<)')
_WORD = re.compile(r"[^\W\d_]{2,}")
# Where a sign inside a word would be more than a letter.
_MARKUP = re.compile(
    "|".join(
        (
            r"\{\{<.*?>\}\}", OPEN + r"\d+" + CLOSE, r"\{[^{}]*\}", r"\]\([^()]*\)", r"<[^<>]*>", r"`+[^`]*`+",
            r"\[\^[^\]]*\]:?", r"\$[^$]*\$", r"\[[^\]\[]*\]:.*", r"-?@[\w:.#$%&+?<>~/-]+", r"\\.", r"https?://\S+",
            r"\b(?:[ivxlcdmIVXLCDM]+|\w)[.)]", r"&\w+;",
        )
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Today:
    """One paragraph of today's report.

    Attributes
    ----------
    text : str
    kind : str
    guards : tuple of str
        Of each letter: a word of ``GUARDS``, or "" for prose.
    lines : tuple of int
        Lines of the whole text (from 0) that it was made from; empty where nothing of the source is in it.
    """

    text: str
    kind: str
    guards: tuple[str, ...]
    lines: tuple[int, ...]

    @property
    def key(self) -> str:
        """What it is compared by."""
        return squeezed(self.text)


@dataclass(slots=True)
class Baseline:
    """Today's paragraphs and the text they were made from."""

    paragraphs: list[Today]
    expanded: Expanded
    folder: Path
    document: str
    _raw: dict[str, str] = field(default_factory=dict)

    def generated(self, paragraph: Today) -> str:
        """Name of the generated piece that a paragraph comes from; "" for prose."""
        origins = [self.expanded.origins[line].file for line in paragraph.lines]
        return next((Path(name).stem for name in origins if name.startswith(SUPPORT_FOLDER + "/")), "")

    def near(self, place: int) -> int:
        """A line that the paragraph at ``place``, or the last one before it that has any, was made from; -1: none."""
        for number_ in range(min(place, len(self.paragraphs) - 1), -1, -1):
            own = self.paragraphs[number_]
            if own.lines and own.kind != "contents":
                return own.lines[0]
        return -1

    def place(self, line: int) -> tuple[str, int]:
        """File and line where a line of the whole text stands in prose: for a piece, its include."""
        for number_ in range(line, -1, -1):
            origin = self.expanded.origins[number_]
            if not origin.file.startswith(SUPPORT_FOLDER + "/"):
                return origin.file, origin.line
        return self.document, 1

    def raw(self, name: str) -> str:
        """A prose file, letter by letter (its line ends and byte-order mark too)."""
        if name not in self._raw:
            self._raw[name] = (self.folder / name).read_bytes().decode("utf-8")
        return self._raw[name]


def baseline(folder: Path) -> Baseline:
    """Today's report of the project in ``folder``, a private copy with its support files.

    Raises
    ------
    EvaluationError
        Whatever is wrong with the project.
    """
    project = load_project(folder)
    expanded = expand(project)
    marked = _marked(expanded)
    document = cite(_guarded(read(project, marked)), project, marked)
    document = {**document, "blocks": tree.walk(document["blocks"], _cited)}
    document = only(document, "docx", marked)
    words = language(project.lang, project.settings)
    options = project.options("docx")
    sections, depth = bool(options.get("number-sections")), int(options.get("number-depth", 6))
    document = number(document, marked, folder, words, sections=sections, depth=depth)
    document = {**document, "blocks": tree.walk(document["blocks"], _bare)}
    flow = read_word(write_docx(document, project, folder, words), folder, private=True)
    paragraphs = list(_today(view(flow, "inserted")))
    return Baseline(paragraphs, expanded, folder, project.document)


def read_word(data: bytes, folder: Path, *, private: bool = False) -> Flow:
    """The flow of a Word file, with everything that was recorded in it."""
    arguments = ["-f", "docx+styles", "-t", "json", "--track-changes=all", "--sandbox"]
    output, _ = pandoc.run(arguments, data if private else _edges(data), folder)
    flow = Flow(private)
    flow.blocks(json.loads(output)["blocks"])
    return flow


def _edges(data: bytes) -> bytes:
    """Return a Word file whose blanks at the edges of runs are letters to pandoc."""

    def letters(match: re.Match[str]) -> str:
        text = match[2]
        left, right = len(text) - len(text.lstrip(" ")), len(text) - len(text.rstrip(" "))
        inside = text.strip(" ")
        return match[1] + (EDGE * left + inside + EDGE * right if inside else EDGE * left)

    target = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name in ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml"):
                content = _RUN_TEXT.sub(letters, content.decode("utf-8", "surrogateescape")).encode(
                    "utf-8", "surrogateescape"
                )
            new.writestr(name, content)
    return target.getvalue()


def _marked(expanded: Expanded) -> Expanded:
    """``expanded`` with the signs in it."""
    values = [
        replace(item, value=_SIGN["number"] + _OURS.sub("", item.value) + _END) if item.kind == "var" else item
        for item in expanded.inserted
    ]
    lines = [_OURS.sub("", line) for line in expanded.lines]
    skipped = _not_text(lines)
    marked = [
        line if place in skipped or place >= _LINES else _with_mark(line, chr(_FIRST_LINE + place))
        for place, line in enumerate(lines)
    ]
    return Expanded(marked, list(expanded.origins), values, [])


def _not_text(lines: list[str]) -> set[int]:
    """Lines of front matter, code and ruled tables."""
    found: set[int] = set()
    fence, front = "", bool(lines) and lines[0].rstrip() == "---"
    for place, line in enumerate(lines):
        match = _FENCE.match(line)
        inside = bool(fence) or match is not None or front
        if front and place and line.rstrip() in ("---", "..."):
            front = False
        elif fence:
            fence = "" if match and match[1].startswith(fence) else fence
        elif match:
            fence = match[1]
        if inside:
            found.add(place)
        elif _RULED.match(line) and line.rstrip() != "---":
            found.update(_block(lines, place))
    return found


def _block(lines: list[str], place: int) -> range:
    start = end = place
    while start > 0 and lines[start - 1].strip():
        start -= 1
    while end + 1 < len(lines) and lines[end + 1].strip():
        end += 1
    return range(start, end + 1)


def _with_mark(line: str, sign: str) -> str:
    if line.lstrip().startswith(":::"):
        return line
    taken = [(match.start(), match.end()) for match in _MARKUP.finditer(line)]
    for match in _WORD.finditer(line):
        start, end = match.span()
        if all(end <= low or start >= high for low, high in taken):
            return line[: start + 1] + sign + line[start + 1 :]
    return line


def _guarded(document: dict[str, object]) -> dict[str, object]:
    """Signs around what is not prose: claims, links, code, tables, figures, the list of references."""

    def change(node: Node) -> list[Node] | None:
        kind = node["t"]
        ident, classes, _ = tree.attr(node)
        if kind == "Span" and "tjek" in classes:
            return [{"t": "Span", "c": [node["c"][0], _around("claim", node["c"][1])]}]
        if kind == "Link":
            return [{"t": "Link", "c": [node["c"][0], _around("link", node["c"][1]), node["c"][2]]}]
        if kind in ("Code", "Math"):
            return _around("code", [node])
        if kind == "Cite":
            return None
        if kind in ("Table", "Figure") or (kind == "Div" and re.match(r"(fig|tbl)-", ident)):
            name = "table" if kind == "Table" or ident.startswith("tbl-") else "figure"
            return [tree.walk([node], lambda inner: _whole(inner, name))[0]]
        return None

    return {**document, "blocks": tree.walk(document["blocks"], change)}


def _whole(node: Node, name: str) -> list[Node] | None:
    if node["t"] in ("Para", "Plain") and any(item["t"] != "Image" for item in node["c"]):
        return [{"t": node["t"], "c": _around(name, node["c"])}]
    return None


def _around(name: str, content: list[Node]) -> list[Node]:
    return [tree.string(_SIGN[name]), *content, tree.string(_END)]


def _cited(node: Node) -> list[Node] | None:
    """Citations that citeproc has set, and the list of references; references to figures are still citations."""
    _, classes, _ = tree.attr(node)
    if node["t"] == "Div" and "csl-entry" in classes:
        return [tree.walk([node], lambda inner: _whole(inner, "literature"))[0]]
    if node["t"] == "Cite":
        own = any(re.match(r"(fig|tbl|sec)-", item["citationId"], re.I) for item in node["c"][0])
        return _around("reference" if own else "citation", [node])
    return None


def _bare(node: Node) -> list[Node] | None:
    """No pictures, which only take time, and no sign of ours in addresses."""
    if node["t"] == "Image":
        return []
    if node["t"] == "Link":
        attributes, content, (target, title) = node["c"]
        return [{"t": "Link", "c": [attributes, content, [_OURS.sub("", target), _OURS.sub("", title)]]}]
    return None


def _today(paragraphs: list[Paragraph]) -> Iterator[Today]:
    """Paragraphs without the signs, and what the signs said."""
    for paragraph in paragraphs:
        text, guards, lines, inside = [], [], [], []
        for letter in paragraph.text:
            code = ord(letter)
            if letter in _OPENING:
                inside.append(_OPENING[letter])
            elif letter == _END:
                del inside[-1:]
            elif code >= _FIRST_LINE:
                lines.append(code - _FIRST_LINE)
            elif not 0xE000 <= code <= 0xF8FF:
                text.append(letter)
                guards.append(inside[0] if inside else "")
        own = "".join(text)
        numbered = re.match(r"\d+(\.\d+)*\s", own) if paragraph.kind == "heading" else None
        if numbered:
            guards[: numbered.end()] = ["section"] * numbered.end()
        yield Today(own, paragraph.kind, tuple(guards), tuple(dict.fromkeys(lines)))
