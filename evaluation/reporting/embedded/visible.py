"""``.content-visible`` and ``.content-hidden``: what only some formats show."""

from __future__ import annotations

from typing import Any

from evaluation.common.errors import EvaluationError, Problem
from evaluation.reporting.embedded import tree
from evaluation.reporting.embedded.source import Expanded
from evaluation.reporting.embedded.tree import Node
from evaluation.reporting.project import QUARTO_NAMES


def only(document: dict[str, Any], output: str, expanded: Expanded) -> dict[str, Any]:
    """``document`` as the reader of ``output`` (``html``, ``pdf``, ``docx``) shall see it.

    It is ``document`` itself where nothing in it depends on the format.

    Raises
    ------
    EvaluationError
        ``reporting-feature-unsupported`` for a format we do not write (Quarto calls the PDF ``typst``).
    """
    name = QUARTO_NAMES[output]
    problems: list[Problem] = []

    def change(node: Node) -> list[Node] | None:
        if node["t"] not in ("Div", "Span"):
            return None
        ident, classes, pairs = tree.attr(node)
        if "content-visible" not in classes and "content-hidden" not in classes:
            return None
        when, unless = pairs.get("when-format"), pairs.get("unless-format")
        for value in (when, unless):
            if value is not None and value not in QUARTO_NAMES.values():
                where = expanded.find(value)
                problems.append(
                    Problem("reporting-feature-unsupported", where, value, {"feature": f'when-format="{value}"'})
                )
        applies = (when is None or when == name) and (unless is None or unless != name)
        if applies != ("content-visible" in classes):
            return []
        rest = [item for item in classes if not item.startswith("content-")]
        keep = [[key, value] for key, value in pairs.items() if key not in ("when-format", "unless-format")]
        return [{"t": node["t"], "c": [[ident, rest, keep], node["c"][1]]}]

    blocks = tree.walk(document["blocks"], change, "Div", "Span")
    if problems:
        raise EvaluationError(problems)
    return document if blocks is document["blocks"] else {**document, "blocks": blocks}
