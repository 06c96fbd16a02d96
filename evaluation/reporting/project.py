"""A Quarto project as both engines see it: its settings, its top document, its variables."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.reporting.plain_yaml import read_plain

FORMATS = ("html", "pdf", "docx")
QUARTO_NAMES = {"html": "html", "pdf": "typst", "docx": "docx"}
SUPPORT_FOLDER = "_resultater"
_NOT_METADATA = ("project", "format", "filters", "execute", "metadata-files", "language", "crossref", "engine")


@dataclass(frozen=True, slots=True)
class Project:
    """Settings of one report project.

    Parameters
    ----------
    folder : Path
        Folder of ``_quarto.yml``.
    document : str
        Top document, relative to ``folder``.
    settings : mapping
        ``_quarto.yml``, its metadata files and the document's front matter, the later winning.
    variables : mapping
        ``_variables.yml``, nested; empty when there is none.
    """

    folder: Path
    document: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)

    def options(self, output: str) -> dict[str, Any]:
        """Return settings of one output (``html``, ``pdf`` or ``docx``): the format's own over the general ones."""
        merged = {key: value for key, value in self.settings.items() if key != "format"}
        formats = self.settings.get("format")
        own = formats.get(QUARTO_NAMES[output]) if isinstance(formats, Mapping) else None
        if isinstance(own, Mapping):
            merged = merge(merged, own)
        return merged

    def metadata(self) -> dict[str, Any]:
        """Return what pandoc gets as document metadata: everything that is not a setting of the engine."""
        return {key: value for key, value in self.settings.items() if key not in _NOT_METADATA}

    @property
    def lang(self) -> str:
        """Language of the document; Danish unless it says otherwise."""
        return "en" if str(self.settings.get("lang", "da")).startswith("en") else "da"

    @property
    def fictional(self) -> bool:
        """Whether the numbers of this project are invented (``plan.fiktiv`` of ``_variables.yml``)."""
        plan = self.variables.get("plan")
        return isinstance(plan, Mapping) and str(plan.get("fiktiv", "")).lower() in ("ja", "yes", "true")


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``base`` with ``over`` on top; nested mappings are merged, everything else replaced."""
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        merged[key] = merge(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def load_project(folder: Path) -> Project:
    """Read the project in ``folder``.

    Raises
    ------
    EvaluationError
        ``reporting-no-project``, ``reporting-no-document``, ``reporting-yaml-broken``,
        ``reporting-feature-unsupported`` (a book or a website), ``reporting-metadata-file-missing``.
    """
    config = folder / "_quarto.yml"
    if not config.is_file():
        raise fail("reporting-no-project", where=folder)
    settings = read_yaml(config)
    _refuse_project_type(config, settings)
    for name in _names(settings.get("metadata-files")):
        extra = folder / name
        if not extra.is_file():
            raise fail("reporting-metadata-file-missing", where=config, found=name)
        settings = merge(settings, read_yaml(extra))
    document = _top_document(folder, settings)
    settings = merge(settings, front_matter(folder / document))
    variables_file = folder / "_variables.yml"
    variables = read_yaml(variables_file) if variables_file.is_file() else {}
    return Project(folder, document, settings, variables)


def read_yaml(path: Path) -> dict[str, Any]:
    """Return a YAML file that holds a mapping.

    Raises
    ------
    EvaluationError
        ``reporting-yaml-broken`` with file and line.
    """
    return _parse_yaml(path.read_text(encoding="utf-8-sig"), path, 0)


def front_matter(path: Path) -> dict[str, Any]:
    """Front matter of a qmd file; empty when it has none."""
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    end = front_matter_end(lines)
    return _parse_yaml("\n".join(lines[1 : end - 1]), path, 1) if end else {}


def front_matter_end(lines: list[str]) -> int:
    """Return number of lines that the front matter takes, fences included; 0 when there is none."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], start=2):
        if line.rstrip() in ("---", "..."):
            return number
    return 0


def variable(project: Project, key: str, where: str) -> str | Problem:
    """Value of ``{{< var key >}}``, or the problem with it (never a guess)."""
    node: Any = project.variables
    for part in key.split("."):
        node = node.get(part) if isinstance(node, Mapping) else None
        if node is None:
            near = difflib.get_close_matches(key, leaf_keys(project.variables), n=1, cutoff=0.0)
            return Problem("reporting-var-missing", where, key, {"key": key, "near": near[0] if near else "–"})
    if any(part.isdigit() for part in key.split(".")[1:]):
        return Problem("reporting-var-digits", where, key, {"key": key})
    if not isinstance(node, str):
        return Problem("reporting-var-type", where, f"{key}: {type(node).__name__}", {"key": key})
    return node


def unique(problems: list[Problem]) -> list[Problem]:
    """Return the problems in order, each only once (their parameters cannot be hashed)."""
    kept: list[Problem] = []
    for problem in problems:
        if problem not in kept:
            kept.append(problem)
    return kept


def leaf_keys(tree: Mapping[str, Any], prefix: str = "") -> list[str]:
    """All dotted keys of a nested mapping that hold a value."""
    keys: list[str] = []
    for name, value in tree.items():
        dotted = f"{prefix}{name}"
        keys += leaf_keys(value, dotted + ".") if isinstance(value, Mapping) else [dotted]
    return keys


@lru_cache(maxsize=8)
def _safe_load(text: str) -> Any:
    """Return the content of a YAML text; kept, because a render reads the same large file of variables twice."""
    plain = read_plain(text)
    if plain is not None:
        return plain
    import yaml

    # libyaml is ten times faster on tens of thousands of values, and part of the wheels.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)


def _parse_yaml(text: str, path: Path, offset: int) -> dict[str, Any]:
    import yaml

    try:
        data = _safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f":{mark.line + 1 + offset}"
        raise fail("reporting-yaml-broken", where=f"{path}{line}", found=getattr(error, "problem", "")) from error
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise fail("reporting-yaml-broken", where=path, found=type(data).__name__)
    return {str(key): value for key, value in data.items()}


def _refuse_project_type(config: Path, settings: Mapping[str, Any]) -> None:
    project = settings.get("project")
    kind = project.get("type", "default") if isinstance(project, Mapping) else "default"
    if kind != "default":
        raise fail(
            "reporting-feature-unsupported", where=config, found=f"project: type: {kind}", feature=f"type: {kind}"
        )


def _top_document(folder: Path, settings: Mapping[str, Any]) -> str:
    project = settings.get("project")
    listed = _names(project.get("render")) if isinstance(project, Mapping) else []
    name = listed[0] if listed else "index.qmd"
    if not (folder / name).is_file():
        raise EvaluationError(Problem("reporting-no-document", str(folder), name))
    return name


def _names(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
