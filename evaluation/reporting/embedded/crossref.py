"""Cross-references, floats, section numbers and callouts, as Quarto numbers and names them.

A float becomes ``Div(id, ["svaevefelt", "fig"|"tbl"], prefix=…, number=…)`` whose first child is
``Div(["billedtekst"])`` and whose second is ``Div(["indhold"])``; the writers make of it what their
format needs. A reference becomes a link of class ``quarto-xref``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem
from evaluation.reporting.embedded import tree
from evaluation.reporting.embedded.source import Expanded
from evaluation.reporting.embedded.tree import NBSP, Node
from evaluation.reporting.project import unique

_REFERENCE = re.compile(r"(?P<type>fig|tbl|sec)-", re.I)
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:|//", re.I)
#: Not the blank that keeps a number and its unit together.
_BLANKS = re.compile(r"[ \t\r\n]+")
_FLOAT = re.compile(r"(fig|tbl)-")
# Quarto's own Danish and English words; "language:" of the project overrides them.
LANGUAGE: Mapping[str, Mapping[str, str]] = {
    "da": {
        "crossref-fig-title": "Figur", "crossref-tbl-title": "Tabel", "crossref-sec-prefix": "Sektion",
        "callout-note-title": "Note", "callout-warning-title": "Advarsel", "callout-important-title": "Vigtigt",
        "callout-tip-title": "Tip", "callout-caution-title": "Forsigtig", "toc-title-document": "Indholdsfortegnelse",
    },
    "en": {
        "crossref-fig-title": "Figure", "crossref-tbl-title": "Table", "crossref-sec-prefix": "Section",
        "callout-note-title": "Note", "callout-warning-title": "Warning", "callout-important-title": "Important",
        "callout-tip-title": "Tip", "callout-caution-title": "Caution", "toc-title-document": "Table of contents",
    },
}  # fmt: skip
CALLOUTS = ("note", "warning", "important", "tip", "caution")


def language(lang: str, settings: Mapping[str, Any]) -> dict[str, str]:
    """Quarto's words in ``lang`` with the project's ``language:`` on top."""
    words = dict(LANGUAGE[lang])
    own = settings.get("language")
    if isinstance(own, Mapping):
        words.update({str(key): str(value) for key, value in own.items() if not isinstance(value, Mapping)})
    crossref = settings.get("crossref")
    if isinstance(crossref, Mapping):
        titles = {
            "fig-title": "crossref-fig-title",
            "tbl-title": "crossref-tbl-title",
            "sec-prefix": "crossref-sec-prefix",
        }
        words.update({full: str(crossref[short]) for short, full in titles.items() if short in crossref})
    return words


@dataclass(slots=True)
class Numbering:
    """State of one pass through one document."""

    folder: Path
    words: Mapping[str, str]
    number_sections: bool
    depth: int
    numbers: dict[str, tuple[str, str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"fig": 0, "tbl": 0})
    sections: list[int] = field(default_factory=lambda: [0] * 7)
    problems: list[Problem] = field(default_factory=list)

    def prefix(self, kind: str) -> str:
        """``Figur``, ``Tabel`` or ``Afsnit``."""
        return self.words["crossref-sec-prefix" if kind == "sec" else f"crossref-{kind}-title"]


def number(
    document: Mapping[str, Any],
    expanded: Expanded,
    folder: Path,
    words: Mapping[str, str],
    *,
    sections: bool,
    depth: int,
) -> dict[str, Any]:
    """``document`` with floats, callouts, section numbers and references resolved.

    Raises
    ------
    EvaluationError
        Unresolved references, ids used twice, floats without caption, alternative text or content, images
        that are no files below ``folder``.
    """
    state = Numbering(folder, words, sections, depth)
    blocks = _blocks(document["blocks"], state, expanded)
    changed = tree.walk({"meta": document["meta"], "blocks": blocks}, lambda node: _cite(node, state, expanded), "Cite")
    if state.problems:
        raise EvaluationError(unique(state.problems))
    return {**document, **changed}


def _blocks(blocks: list[Node], state: Numbering, expanded: Expanded) -> list[Node]:
    """Blocks in document order: the order in which Quarto numbers."""
    result: list[Node] = []
    for block in blocks:
        kind = block["t"]
        ident, classes, _ = tree.attr(block)
        if kind == "Header":
            result.append(_header(block, state, expanded))
        elif kind in ("Div", "Figure", "Table") and _FLOAT.match(ident):
            result.append(_float(block, ident, state, expanded))
        elif kind == "Figure":
            result.append(_unnumbered_figure(block, state, expanded))
        elif kind == "Div" and (callout := next((name for name in CALLOUTS if f"callout-{name}" in classes), "")):
            result.append(_callout(block, callout, state, expanded))
        elif kind == "Div":
            result.append({"t": "Div", "c": [block["c"][0], _blocks(block["c"][1], state, expanded)]})
        elif kind in ("BlockQuote",):
            result.append({"t": kind, "c": _blocks(block["c"], state, expanded)})
        else:
            result += _images([block], state, expanded)
    return result


def _register(ident: str, kind: str, value: str, state: Numbering, expanded: Expanded) -> None:
    if ident in state.numbers:
        state.problems.append(Problem("reporting-crossref-duplicate", expanded.find("#" + ident), ident))
    state.numbers[ident] = (kind, value)


def _header(block: Node, state: Numbering, expanded: Expanded) -> Node:
    level, (ident, classes, pairs), content = block["c"]
    if "unnumbered" in classes:
        return block
    state.sections[level - 1] += 1
    state.sections[level:] = [0] * (7 - level)
    label = ".".join(str(count) for count in state.sections[:level])
    if ident.startswith("sec-"):
        _register(ident, "sec", label, state, expanded)
    if not state.number_sections or level > state.depth:
        return {"t": "Header", "c": [level, [ident, [*classes, "unnumbered"], pairs], content]}
    return {"t": "Header", "c": [level, [ident, classes, [*pairs, ["number", label]]], content]}


def _float(block: Node, ident: str, state: Numbering, expanded: Expanded) -> Node:
    kind = ident[:3]
    state.counts[kind] += 1
    label = str(state.counts[kind])
    _register(ident, kind, label, state, expanded)
    caption, content = _caption_of(block)
    if not caption:
        state.problems.append(Problem("reporting-float-without-caption", expanded.find("#" + ident), ident))
    if not content or (kind == "tbl" and not tree.of_kind(content, "Table")):
        state.problems.append(Problem("reporting-float-empty", expanded.find("#" + ident), ident))
    own = tree.attr(block)[2].get("fig-alt", "")
    spare = tree.words(own) if own else caption if kind == "fig" else []
    content = _images(content, state, expanded, ident, spare)
    inner = [tree.div([tree.plain(caption)], ["billedtekst"]), tree.div(content, ["indhold"])]
    return tree.div(inner, ["svaevefelt", kind], ident, praefiks=state.prefix(kind), nummer=label)


def _caption_of(block: Node) -> tuple[list[Node], list[Node]]:
    if block["t"] == "Div":
        content = block["c"][1]
        if len(content) > 1 and content[-1]["t"] in ("Para", "Plain"):
            return content[-1]["c"], content[:-1]
        if len(content) == 1 and content[0]["t"] in ("Figure", "Table"):
            return _caption_of(content[0])
        return [], content
    caption = tree.inlines(block["c"][1][1])
    if block["t"] == "Figure":
        return caption, block["c"][2]
    table = {"t": "Table", "c": [["", *block["c"][0][1:]], [None, []], *block["c"][2:]]}
    return caption, [table]


def _unnumbered_figure(block: Node, state: Numbering, expanded: Expanded) -> Node:
    caption, content = _caption_of(block)
    content = _images(content, state, expanded, "", caption)
    inner = [tree.div([tree.plain(caption)], ["billedtekst"]), tree.div(content, ["indhold"])]
    return tree.div(inner, ["svaevefelt", "uden-nummer"], block["c"][0][0])


def _images(
    blocks: list[Node], state: Numbering, expanded: Expanded, ident: str = "", caption: Sequence[Node] = ()
) -> list[Node]:
    """``blocks`` with every image given its alternative text."""

    def change(node: Node) -> list[Node] | None:
        return [_image(node, state, expanded, ident, caption)] if node["t"] == "Image" else None

    return list(tree.walk(blocks, change, "Image"))


def _image(node: Node, state: Numbering, expanded: Expanded, ident: str, caption: Sequence[Node]) -> Node:
    """Give an image its alternative text: ``fig-alt``, else its own text, else (as in Quarto) the caption."""
    _, _, pairs = tree.attr(node)
    alternative = pairs.get("fig-alt") or pairs.get("alt") or tree.text(node["c"][1]) or tree.text(list(caption))
    source = node["c"][2][0]
    absent = _ADDRESS.match(source) or not (state.folder / source).is_file()
    if absent or not alternative:
        where = expanded.find(source) or expanded.find(source.removesuffix(".svg"))
        if not alternative:
            state.problems.append(Problem("reporting-alt-missing", where, ident or source))
        if absent:
            state.problems.append(Problem("reporting-image-missing", where, source))
    keep = [[key, value] for key, value in pairs.items() if key in ("width", "height")]
    return {"t": "Image", "c": [["", [], keep], tree.words(_BLANKS.sub(" ", alternative).strip(" ")), node["c"][2]]}


def _callout(block: Node, name: str, state: Numbering, expanded: Expanded) -> Node:
    (ident, _, pairs), content = block["c"]
    title = dict(pairs).get("title", "")
    heading = tree.words(title) if title else []
    if not heading and content and content[0]["t"] == "Header":
        heading, content = content[0]["c"][2], content[1:]
    if not heading:
        heading = tree.words(state.words[f"callout-{name}-title"])
    body = tree.div(_blocks(content, state, expanded), ["callout-body"])
    return tree.div([tree.div([tree.plain(heading)], ["callout-title"]), body], ["callout", f"callout-{name}"], ident)


def _cite(node: Node, state: Numbering, expanded: Expanded) -> list[Node] | None:
    if node["t"] != "Cite":
        return None
    citations = node["c"][0]
    marks = [citation["citationId"] for citation in citations if _REFERENCE.match(citation["citationId"])]
    if not marks:
        return None
    if len(marks) != len(citations):
        mixed = tree.text([node])
        state.problems.append(Problem("reporting-crossref-mixed", expanded.find("@" + marks[0]), mixed))
        return None
    result: list[Node] = []
    for citation in citations:
        if result:
            result += [tree.string(","), {"t": "Space"}]
        result += _reference(citation, state, expanded)
    return result


def _reference(citation: Mapping[str, Any], state: Numbering, expanded: Expanded) -> list[Node]:
    ident = citation["citationId"]
    known = state.numbers.get(ident[0].lower() + ident[1:])
    if known is None:
        state.problems.append(Problem("reporting-crossref-unresolved", expanded.find("@" + ident), "@" + ident))
        return []
    kind, value = known
    if citation["citationPrefix"]:
        label = [*citation["citationPrefix"], tree.string(NBSP + value)]
    elif citation["citationMode"]["t"] == "SuppressAuthor":
        label = [tree.string(value)]
    else:
        label = [tree.string(state.prefix(kind) + NBSP + value)]
    # A suffix ("@fig-x, p. 3") is text after the reference; Quarto drops it, we keep it.
    return [tree.link(label, "#" + ident[0].lower() + ident[1:], ["quarto-xref"]), *citation["citationSuffix"]]
