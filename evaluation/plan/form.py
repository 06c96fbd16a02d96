"""TOML files that people write, turned into models, with every mistake told in plain words and by line.

Used for ``evaluation.toml`` here and for instruments in ``codebook``. Pydantic finds what is
wrong with the form; its own messages never reach the user.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.plan.locate import Locator

M = TypeVar("M", bound=BaseModel)

# What pydantic calls an error, and what we call it.
_CODES = {
    "string_type": "toml-not-text",
    "int_type": "toml-not-whole-number",
    "int_parsing": "toml-not-whole-number",
    "int_from_float": "toml-not-whole-number",
    "float_type": "toml-not-number",
    "float_parsing": "toml-not-number",
    "bool_type": "toml-not-true-false",
    "bool_parsing": "toml-not-true-false",
    "tuple_type": "toml-not-list",
    "list_type": "toml-not-list",
    "model_type": "toml-not-table",
    "model_attributes_type": "toml-not-table",
    "dict_type": "toml-not-table",
    "too_short": "toml-wrong-length",
    "too_long": "toml-wrong-length",
    "string_too_short": "toml-empty",
}


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A TOML file as read: its values and where each of them stands."""

    name: str
    raw: Mapping[str, Any]
    locator: Locator
    data: bytes

    def where(self, *path: str | int) -> str:
        """``evaluation.toml, line 12`` for the value at ``path``."""
        return f"{self.name}:{self.locator.line(path)}"


def read_toml(path: Path, name: str) -> TomlFile:
    """Read a TOML file that a user wrote.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        How messages call it (relative to the workspace).

    Raises
    ------
    EvaluationError
        ``toml-missing``, ``toml-not-utf8`` or ``toml-syntax`` (with line and column).
    """
    try:
        data = path.read_bytes()
    except OSError:
        raise fail("toml-missing", where=path, file=name) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise fail("toml-not-utf8", where=f"{name}:{line}", file=name) from None
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(name, text, str(error)) from None
    return TomlFile(name, raw, Locator(text), data)


def _syntax(name: str, text: str, message: str) -> EvaluationError:
    # tomllib before 3.14 tells the place only inside its message: "... (at line 3, column 8)"
    reason, _, place = message.rpartition(" (at ")
    digits = [int(word.strip(",)")) for word in place.split() if word.strip(",)").isdigit()]
    lines = text.splitlines()
    line = digits[0] if digits else max(len(lines), 1)
    found = lines[line - 1].strip() if line <= len(lines) else ""
    return fail("toml-syntax", where=f"{name}:{line}", found=found, reason=reason or message)


def near(word: str, known: Sequence[str]) -> str:
    """The known word most like ``word``, or nothing."""
    found = get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.6)
    return next((k for k in known if found and k.lower() == found[0]), "")


def validate(model: type[M], file: TomlFile, raw: Mapping[str, Any] | None = None) -> tuple[M | None, list[Problem]]:
    """``raw`` (default: the whole file) as ``model``, or nothing, and everything that is wrong with its form."""
    values = file.raw if raw is None else raw
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        return None, list(_problems(model, file, error.errors(include_url=False)))


def _problems(model: type[BaseModel], file: TomlFile, errors: Sequence[ErrorDetails]) -> Iterator[Problem]:
    unknown = {tuple(e["loc"]) for e in errors if e["type"] == "extra_forbidden"}
    mistyped = set()
    for loc in unknown:
        guess = near(str(loc[-1]), _keys(model, loc[:-1]))
        if guess:
            mistyped.add((*loc[:-1], guess))
    for error in errors:
        loc = tuple(error["loc"])
        if error["type"] == "missing" and loc in mistyped:
            continue  # told once, as the misspelt key
        yield _problem(model, file, error, loc)


def _problem(model: type[BaseModel], file: TomlFile, error: ErrorDetails, loc: tuple[str | int, ...]) -> Problem:
    kind, context = error["type"], error.get("ctx") or {}
    where = file.where(*loc)
    key = next((part for part in reversed(loc) if isinstance(part, str)), "")
    params = {"key": key, "table": _table_name(loc[:-1])}
    found = _shown(error["input"])
    if kind == "extra_forbidden":
        known = _keys(model, loc[:-1])
        guess = near(key, known)
        params |= {"near": guess, "known": ", ".join(known)}
        return Problem("toml-unknown-key-near" if guess else "toml-unknown-key", where, f"{key} = {found}", params)
    if kind == "missing":
        return Problem("toml-missing-key", where, "", params)
    if kind == "literal_error":
        return Problem("toml-not-a-choice", where, found, params | {"choices": str(context.get("expected", ""))})
    if kind == "string_pattern_mismatch":
        code = "toml-bad-kommunekode" if key == "kommunekode" else "toml-bad-id"
        return Problem(code, where, found, params)
    if kind.startswith("date"):
        return Problem("toml-not-date", where, found, params)
    if kind in ("greater_than", "greater_than_equal", "less_than", "less_than_equal"):
        name, limit = next(iter(context.items()))
        signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤"}
        return Problem("toml-out-of-range", where, found, params | {"limit": f"{signs[name]} {limit}"})
    if kind in ("too_short", "too_long"):
        wanted = context.get("min_length", context.get("max_length", ""))
        return Problem(_CODES[kind], where, found, params | {"wanted": str(wanted)})
    if kind == "missing_argument" or kind not in _CODES:
        own = {name: str(value) for name, value in context.items()}
        # our own validators raise PydanticCustomError with one of our codes
        return Problem(kind if kind.startswith(("plan-", "codebook-")) else "toml-wrong", where, found, params | own)
    return Problem(_CODES[kind], where, found, params)


def _table_name(loc: Sequence[str | int]) -> str:
    parts = [str(part) if isinstance(part, str) else f"({part + 1})" for part in loc]
    return ".".join(parts).replace(".(", " (") or "–"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(str(key) for key in value) + "}"
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _keys(model: type[BaseModel], loc: Sequence[str | int]) -> list[str]:
    """Keys that may stand in the table at ``loc``, as written in the file."""
    here: type[BaseModel] | None = model
    for part in loc:
        if isinstance(part, int) or here is None:
            continue
        here = _model_of(here, part)
    if here is None:
        return []
    return [field.alias or name for name, field in here.model_fields.items()]


def _model_of(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    for name, field in model.model_fields.items():
        if key in (name, field.alias):
            return _first_model(field.annotation)
    return None


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _first_model(argument)
        if found is not None:
            return found
    return None
