"""Instruments from TOML files, checked as a whole: every mistake at once, each with its line.

An instrument is one file ``data/codebooks/<id>.toml``. Codebooks that come with the
package are known in every workspace; a file of the same name in the workspace wins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from evaluation.codebook.check import instrument_problems
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.resources import resource_folder
from evaluation.plan.form import read_toml, validate
from evaluation.plan.model import Id, Model, Text

FOLDER = "data/codebooks"
MECHANISMS = "mechanisms.toml"


class _Mechanism(Model):
    kind: Literal["mekanisme", "potentiale"]
    title: Text
    description: Text


class _Mechanisms(Model):
    entries: dict[Id, _Mechanism]


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism (what may bring a change about) or a potential (what may come of it)."""

    id: str
    kind: Literal["mekanisme", "potentiale"]
    title: Text
    description: Text


def load_instrument(path: Path) -> Instrument:
    """The instrument in a TOML file.

    Raises
    ------
    EvaluationError
        With every problem in the file.
    """
    instrument, problems = read_instrument(path, path.name)
    if problems or instrument is None:
        raise EvaluationError(problems)
    return instrument


def load_instruments(root: Path) -> dict[str, Instrument]:
    """All instruments a workspace knows, by id: those of ``data/codebooks`` and those that come with the package.

    Raises
    ------
    EvaluationError
        With every problem of every file.
    """
    found: dict[str, Instrument] = {}
    problems: list[Problem] = []
    for path in codebook_files(root).values():
        instrument, wrong = read_instrument(path, _name(path, root))
        problems += wrong
        if instrument is None:
            continue
        if instrument.id != path.stem:
            where = f"{_name(path, root)}:1"
            problems.append(Problem("codebook-id-not-file-name", where, instrument.id, {"stem": path.stem}))
        found[instrument.id] = instrument
    if problems:
        raise EvaluationError(problems)
    return found


def codebook_files(root: Path) -> dict[str, Path]:
    """Codebook files by name without ending; the workspace's own before those of the package."""
    folders = (resource_folder("codebooks"), root / FOLDER)
    files = [path for folder in folders for path in sorted(folder.glob("*.toml")) if path.name != MECHANISMS]
    return dict(sorted({path.stem: path for path in files}.items()))


def load_mechanisms(root: Path) -> dict[str, Mechanism]:
    """Mechanisms and potentials by id, from the workspace's ``mechanisms.toml`` or the one of the package.

    Raises
    ------
    EvaluationError
        With every problem of the file.
    """
    return _read_mechanisms(_mechanisms_file(root / FOLDER), root)


def read_instrument(path: Path, name: str) -> tuple[Instrument | None, list[Problem]]:
    """The instrument, where the file could be read as one, and everything wrong with it."""
    try:
        file = read_toml(path, name)
        mechanisms = list(_read_mechanisms(_mechanisms_file(path.parent), path.parent))
    except EvaluationError as error:
        return None, list(error.problems)
    raw = inherit(file.raw)
    instrument, problems = validate(Instrument, file, raw)
    problems += instrument_problems(replace(file, raw=raw), mechanisms)
    return instrument, sorted(problems, key=lambda problem: int(problem.where.rpartition(":")[2]))


def _mechanisms_file(folder: Path) -> Path:
    return folder / MECHANISMS if (folder / MECHANISMS).is_file() else resource_folder("codebooks") / MECHANISMS


def _read_mechanisms(path: Path, root: Path) -> dict[str, Mechanism]:
    file = read_toml(path, _name(path, root))
    model, problems = validate(_Mechanisms, file, {"entries": file.raw}, inside=1)
    if problems or model is None:
        raise EvaluationError(problems)
    return {key: Mechanism(key, m.kind, m.title, m.description) for key, m in model.entries.items()}


def inherit(raw: Mapping[str, Any]) -> dict[str, Any]:
    """``raw`` with every item's missing ``theme`` and ``response`` taken from its scale."""
    scales = {s.get("id"): s for s in _tables(raw, "scale") if isinstance(s.get("id"), str)}
    items: Any = raw.get("item")
    if isinstance(items, list):
        items = [_filled(item, scales.get(item.get("scale"))) if isinstance(item, dict) else item for item in items]
    return {**raw, **({"item": items} if items is not None else {})}


def _filled(item: Mapping[str, Any], scale: Mapping[str, Any] | None) -> dict[str, Any]:
    from_scale = {key: scale[key] for key in ("theme", "response") if scale and key in scale}
    return {**from_scale, **item}


def _tables(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = raw.get(key)
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
