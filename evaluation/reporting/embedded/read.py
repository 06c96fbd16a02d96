"""From the expanded text to a checked tree: markers resolved, everything unsupported refused by name."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem
from evaluation.reporting.embedded import pandoc, tree
from evaluation.reporting.embedded.source import MARKER, Expanded
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.project import Project, unique

_VALUES = "reporting-values"
_CLASSES = re.compile(r"(panel-|column-|aside$|margin-|grid$|g-col|layout-|cell$|cell-|quarto-|incremental|r-stack)")
_IDS = re.compile(r"(eq|lst|thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg|nte|tip|wrn|imp|cau|vid|dia|apx)-")
_ATTRIBUTES = re.compile(r"(layout|when-meta|unless-meta|when-profile|unless-profile|tbl-colwidths|shortcode)")
_RAW_HTML = re.compile(r"\s*(<!--.*?-->\s*)*(</?(br|wbr)\s*/?>)?\s*", re.S | re.I)
_UNCLOSED = re.compile(r"(Div|Fenced div|Span).*?line (\d+)", re.S | re.I)


def read(project: Project, expanded: Expanded) -> dict[str, Any]:
    """Return the document as pandoc's tree, format-independent.

    Raises
    ------
    EvaluationError
        Every unsupported feature, with file and line.
    """
    values = [item.value if item.kind == "var" else "" for item in expanded.inserted]
    metadata = {**project.metadata(), _VALUES: values}
    with tempfile.TemporaryDirectory() as folder:
        # JSON is YAML; strings are parsed as Markdown, each on its own.
        path = Path(folder) / "metadata.json"
        path.write_text(json.dumps(metadata, ensure_ascii=False, default=str), encoding="utf-8")
        document, warnings = pandoc.read_markdown(expanded.text, project.folder, path, "svg")
    problems = [_warning(text, expanded) for text in warnings if _UNCLOSED.search(text)]
    parsed = [_value(node) for node in document["meta"].pop(_VALUES, {"c": []})["c"]]
    document = _resolve(document, expanded, parsed, problems)
    tree.visit(document["blocks"], lambda node: _check(node, expanded, problems))
    if problems:
        raise EvaluationError(unique(problems))
    return document


def _warning(text: str, expanded: Expanded) -> Problem:
    match = _UNCLOSED.search(text)
    line = int(match[2]) if match else 1
    return Problem("reporting-div-unclosed", expanded.where(line), " ".join(text.split()))


def _value(node: Node) -> list[Node]:
    if node["t"] == "MetaInlines":
        return list(node["c"])
    if node["t"] == "MetaBlocks":
        return tree.inlines(node["c"])
    return tree.words(str(node.get("c", "")))


def _resolve(
    document: dict[str, Any], expanded: Expanded, parsed: list[list[Node]], problems: list[Problem]
) -> dict[str, Any]:
    meta = document["meta"]

    def insert(number: int) -> list[Node]:
        item = expanded.inserted[number]
        if item.kind == "var":
            return parsed[number]
        if item.kind == "meta":
            found = meta.get(item.value)
            if found is None or found["t"] not in ("MetaInlines", "MetaString"):
                problems.append(
                    Problem("reporting-var-missing", item.where, item.value, {"key": item.value, "near": "–"})
                )
                return []
            return _value(found)
        return tree.words(item.value)

    def plain(value: str) -> str:
        return MARKER.sub(lambda match: tree.text(insert(int(match[1]))), value)

    def change(node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind in ("Para", "Plain") and _pagebreak(node, expanded):
            return [tree.div([], ["sideskift"])]
        if kind == "Str" and MARKER.search(node["c"]) and not _pagebreak({"c": [node]}, expanded):
            return _split(node["c"], insert)
        if kind in ("Code", "CodeBlock") and MARKER.search(node["c"][1]):
            _code(node, expanded, problems)
        if kind in ("RawBlock", "RawInline"):
            comment = node["c"][0] == "html" and node["c"][1].lstrip().startswith("<!--")
            return [] if comment else [{"t": kind, "c": [node["c"][0], plain(node["c"][1])]}]
        if kind in ("Image", "Link", "Span", "Div", "Header", "Figure", "Table"):
            _attributes(node, plain)
        return None

    return dict(tree.walk(document, change))


def _pagebreak(node: Node, expanded: Expanded) -> bool:
    content = node["c"]
    match = MARKER.fullmatch(content[0]["c"]) if len(content) == 1 and content[0]["t"] == "Str" else None
    return bool(match) and expanded.inserted[int(match[1])].kind == "pagebreak" if match else False


def _split(word: str, insert: Any) -> list[Node]:
    nodes: list[Node] = []
    for number, part in enumerate(MARKER.split(word)):
        if number % 2:
            nodes += insert(int(part))
        elif part:
            nodes.append(tree.string(part))
    return nodes


def _code(node: Node, expanded: Expanded, problems: list[Problem]) -> None:
    def literal(match: re.Match[str]) -> str:
        item = expanded.inserted[int(match[1])]
        if item.kind != "literal":
            problems.append(Problem("reporting-shortcode-in-code", item.where, item.raw))
        return item.value

    node["c"][1] = MARKER.sub(literal, node["c"][1])


def _attributes(node: Node, plain: Any) -> None:
    index = 1 if node["t"] == "Header" else 0
    ident, classes, pairs = node["c"][index]
    # The number of a marker must not become part of an anchor.
    clean = re.sub(r"-+", "-", MARKER.sub("", ident)).strip("-") if MARKER.search(ident) else ident
    node["c"][index] = [clean, classes, [[key, plain(value)] for key, value in pairs]]
    if node["t"] in ("Image", "Link"):
        target = node["c"][2]
        node["c"][2] = [plain(_unquote(target[0])), target[1]]


def _unquote(target: str) -> str:
    return target.replace("%EE%80%80", "\ue000").replace("%EE%80%81", "\ue001")


def _check(node: Node, expanded: Expanded, problems: list[Problem]) -> None:
    ident, classes, pairs = tree.attr(node)
    kind = node["t"]
    for name in classes:
        if _CLASSES.match(name):
            problems.append(_unsupported(expanded, f".{name}", name))
    if ident and _IDS.match(ident):
        problems.append(_unsupported(expanded, f"#{ident}", f"#{ident}"))
    for name in pairs:
        if _ATTRIBUTES.match(name):
            problems.append(_unsupported(expanded, name, name))
    if kind == "Cite":
        for citation in node["c"][0]:
            if _IDS.match(citation["citationId"]):
                problems.append(_unsupported(expanded, "@" + citation["citationId"], "@" + citation["citationId"]))
    if kind in ("RawBlock", "RawInline") and node["c"][0] == "html" and not _RAW_HTML.fullmatch(node["c"][1]):
        tag = re.match(r"\s*(</?[\w-]*)", node["c"][1])
        problems.append(_unsupported(expanded, "html", tag[1] if tag else node["c"][1][:40]))
    if kind in ("RawBlock", "RawInline") and node["c"][0] in ("tex", "latex"):
        problems.append(_unsupported(expanded, "LaTeX: " + node["c"][1][:40], node["c"][1][:40]))


def _unsupported(expanded: Expanded, feature: str, needle: str) -> Problem:
    where = expanded.find(needle) or next(
        (str(origin) for line, origin in zip(expanded.lines, expanded.origins, strict=True) if needle in line), ""
    )
    return Problem(
        "reporting-feature-unsupported", where, needle, {"feature": feature if feature != "html" else needle}
    )
