"""The prose of the report projects held to today's published tables, at each render and by ``evaluation claims``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaluation.common.errors import EvaluationError, fail
from evaluation.common.files import hash_bytes, hash_file, write_atomic
from evaluation.common.resources import language_of
from evaluation.plan.load import Workspace
from evaluation.presentation.claims.check import STATES, Outcome, Prose, check_prose, shown_pieces
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.state import code_hash

if TYPE_CHECKING:
    from evaluation.presentation.claims.keys import Keys

#: What the published tables said of each condition, so that a changed sentence does not read them again.
_KNOWN = Path("data/processed/.render/claims.json")


def hold(workspace: Workspace, products: Sequence[str], every: Sequence[str]) -> dict[str, Prose]:
    """What was found in the documents of each of ``products``.

    Parameters
    ----------
    every : sequence of str
        All report projects: a figure that another one shows is used.
    """
    # All are documents of one language: `chosen` has seen to that.
    lang = next((language_of(name) for name in products), "da")
    reports, basis = workspace.root / "reports", _basis(workspace, lang)
    shown = {name: shown_pieces(reports / name, workspace.root) for name in every}
    known = _read(workspace.root, basis)

    def keys() -> Keys:
        from evaluation.disclosure.published import load
        from evaluation.presentation.claims.keys import Keys

        return Keys(load(published_folder(workspace.root)), workspace, lang)

    found = {}
    for name in products:
        elsewhere = [piece for other in every if other != name for piece in shown[other]]
        found[name] = check_prose(reports / name, workspace.root, keys, known=known, elsewhere=elsewhere)
    judged = {claim.condition: claim.outcome for prose in found.values() for claim in prose.claims}
    if judged and any(condition not in known for condition in judged):
        _write(workspace.root, basis, {**known, **judged})
    return found


def stop(found: Mapping[str, Prose], *, draft: bool) -> None:
    """Fail with everything that must not be printed: in a draft only what cannot be read.

    Raises
    ------
    EvaluationError
        ``claims-…`` and ``prose-…``, each with file and line.
    """
    problems = [problem for prose in found.values() for problem in prose.problems]
    if not draft:
        problems += [claim.problem() for prose in found.values() for claim in prose.broken]
    if problems:
        raise EvaluationError(problems)


def look(root: Path, names: Sequence[str], lang: str | None = None) -> dict[str, Prose]:
    """What ``evaluation claims`` lists; writes nothing but what it remembers.

    Raises
    ------
    EvaluationError
        Problems of the plan; ``published-missing`` before the first analysis.
    """
    from evaluation.workflow.opening import open_workspace
    from evaluation.workflow.rendering import chosen, products, ready

    workspace, _ = open_workspace(root, [])
    if not (published_folder(root) / "meta.json").is_file():
        raise fail("published-missing", where=published_folder(root))
    ready(workspace, names, lang)
    return hold(workspace, chosen(workspace, names, lang), products(root))


def as_json(found: Mapping[str, Prose]) -> dict[str, Any]:
    """What was found as plain values."""
    return {name: _plain(prose) for name, prose in found.items()}


def _plain(prose: Prose) -> dict[str, Any]:
    claims = [
        {
            **_where(claim.place), "text": claim.text, "condition": claim.condition, "holds": claim.holds,
            "state": claim.outcome.state, "numbers": dict(claim.outcome.numbers), "near": claim.outcome.near,
        }
        for claim in prose.claims
    ]  # fmt: skip
    problems = [{"code": one.code, "where": one.where, "found": one.found, **one.params} for one in prose.problems]
    typed = [{**_where(one.place), "text": one.text, "keys": list(one.keys), "more": one.more} for one in prose.typed]
    loose = [{**_where(one.place), "name": one.name, "kind": one.kind} for one in prose.loose]
    unknown = [{**_where(one.place), "key": one.key, "near": one.near} for one in prose.unknown]
    return {"claims": claims, "problems": problems, "numbers": typed, "figures": loose, "keys": unknown}


def _where(place: Any) -> dict[str, Any]:
    if place is None:
        return {"file": None, "line": None, "column": None}
    return {"file": place.file, "line": place.line, "column": place.column}


def _basis(workspace: Workspace, lang: str) -> str:
    """Hash of all that an outcome depends on besides the condition."""
    folder = published_folder(workspace.root)
    files = [*sorted(folder.glob("*.parquet")), folder / "meta.json"]
    parts = [hash_file(path) for path in files if path.is_file()]
    return hash_bytes("\n".join([lang, workspace.plan_sha256, code_hash("presentation", "common"), *parts]).encode())


def _read(root: Path, basis: str) -> dict[str, Outcome]:
    try:
        kept = json.loads((root / _KNOWN).read_text(encoding="utf-8"))
        if kept["basis"] != basis:
            return {}
        return {str(condition): _outcome(entry) for condition, entry in kept["outcomes"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        # a missing or damaged memory only means that the tables are read again
        return {}


def _outcome(entry: Mapping[str, Any]) -> Outcome:
    if entry["state"] not in STATES:
        raise ValueError(entry["state"])
    numbers = tuple((str(key), str(value)) for key, value in entry["numbers"])
    return Outcome(str(entry["state"]), numbers, str(entry["key"]), str(entry["near"]))


def _write(root: Path, basis: str, outcomes: Mapping[str, Outcome]) -> None:
    plain = {
        condition: {
            "state": one.state,
            "numbers": [list(pair) for pair in one.numbers],
            "key": one.key,
            "near": one.near,
        }
        for condition, one in sorted(outcomes.items())
    }
    write_atomic(root / _KNOWN, json.dumps({"basis": basis, "outcomes": plain}, ensure_ascii=False, indent=1) + "\n")
