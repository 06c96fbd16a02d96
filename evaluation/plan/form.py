"""TOML files that people write, turned into models, with every mistake told in plain words and by line.

Used for ``evaluation.toml`` here and for instruments in ``codebook``. Pydantic finds what is
wrong with the form; its own messages never reach the user.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.ids import slug
from evaluation.plan.locate import Locator

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]

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
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}")
_SIGNS = {"greater_than": ">", "greater_than_equal": "≥", "less_than": "<", "less_than_equal": "≤"}


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
    _, _, place = message.rpartition(" (at ")
    digits = [int(word.strip(",)")) for word in place.split() if word.strip(",)").isdigit()]
    lines = text.splitlines()
    line = min(digits[0], len(lines)) if digits else len(lines)
    found = lines[line - 1].strip() if lines else ""
    if "Invalid date" in message or ("=" in found and _DATE.fullmatch(found.partition("=")[2].strip())):
        return fail("toml-not-date", where=f"{name}:{max(line, 1)}", found=found, key=found.partition("=")[0].strip())
    twice = any(word in message for word in ("overwrite", "twice", "immutable"))
    return fail(
        "toml-twice" if twice else "toml-syntax",
        where=f"{name}:{max(line, 1)}",
        found=found,
    )


def near(word: str, known: Sequence[str]) -> str:
    """The known word most like ``word``, or nothing; numbers are never mistaken for one another."""
    if word.isdigit():
        return ""
    found = get_close_matches(word.lower(), [k.lower() for k in known], n=1, cutoff=0.6)
    return next((k for k in known if found and k.lower() == found[0]), "")


def validate(
    model: type[M], file: TomlFile, raw: Mapping[str, Any] | None = None, *, inside: int = 0
) -> tuple[M | None, list[Problem]]:
    """Values of a TOML file as a model.

    Parameters
    ----------
    model : type
        The pydantic model.
    file : TomlFile
        Where the values stand.
    raw : mapping, optional
        The values; default: the whole file.
    inside : int
        How many leading keys of ``raw`` were put around what stands in the file.

    Returns
    -------
    tuple
        The model, or None, and everything that is wrong with the form: one problem a place.
    """
    values = file.raw if raw is None else raw
    try:
        return model.model_validate(values, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, list(_Form(model, file, values, inside).problems(error.errors(include_url=False)))


@dataclass(frozen=True, slots=True)
class _Form:
    """What is needed to tell an error of form: the model, the file and the values."""

    model: type[BaseModel]
    file: TomlFile
    values: Mapping[str, Any]
    inside: int

    def problems(self, errors: Sequence[ErrorDetails]) -> Iterator[Problem]:
        unknown = [tuple(e["loc"]) for e in errors if e["type"] == "extra_forbidden"]
        mistyped = {(*loc[:-1], near(str(loc[-1]), self.keys(loc[:-1]))) for loc in unknown}
        places = [tuple(e["loc"]) for e in errors]
        told = set()
        for error in errors:
            loc = self.real(error)
            # a misspelt key is told once, not also as the missing one; a choice of types (text or list) once
            if loc in told or (error["type"] == "missing" and loc in mistyped):
                continue
            # pydantic leaves values that are wrong out when it counts them
            if error["type"] == "too_short" and any(place[: len(loc)] == loc != place for place in places):
                continue
            told.add(loc)
            yield self.problem(error, loc)

    def real(self, error: ErrorDetails) -> Loc:
        """``loc`` without what pydantic adds to it for types to choose from."""
        value: Any = self.values
        loc = tuple(error["loc"])
        for depth, part in enumerate(loc):
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return loc if error["type"] == "missing" else loc[:depth]
        return loc

    def keys(self, loc: Loc) -> list[str]:
        """Keys that may stand in the table at ``loc``, as written in the file."""
        here: type[BaseModel] | None = self.model
        for part in loc:
            if isinstance(part, str) and here is not None:
                fields = here.model_fields.items()
                here = next((_first_model(f.annotation) for name, f in fields if part in (name, f.alias)), here)
        return [] if here is None else [field.alias or name for name, field in here.model_fields.items()]

    def problem(self, error: ErrorDetails, loc: Loc) -> Problem:
        kind, context, found = error["type"], error.get("ctx") or {}, _shown(error["input"])
        key = next((part for part in reversed(loc) if isinstance(part, str)), "")
        parent = self.file.name if len(loc) - self.inside <= 1 else _table_name(loc[self.inside : -1])
        params = {"key": key, "table": parent, "near": "", "known": "", "wanted": "", "limit": "", "choices": ""}
        code = _CODES.get(kind, "toml-wrong")
        if kind == "extra_forbidden":
            known = self.keys(loc[:-1])
            params |= {"near": near(key, known), "known": ", ".join(known)}
            code, found = "toml-unknown-key", key
        elif kind == "missing" and isinstance(loc[-1], int):
            # pydantic tells a pair of one as a missing second value
            params["wanted"] = str(loc[-1] + 1)
            code, found = "toml-wrong-length", ""
        elif kind == "missing":
            code, found = "toml-missing-key", ""
        elif kind == "literal_error":
            choices = re.findall(r"'([^']*)'", str(context.get("expected", "")))
            params |= {"near": near(str(error["input"]), choices), "choices": ", ".join(choices)}
            code = "toml-not-a-choice"
        elif kind == "string_pattern_mismatch":
            code = "toml-bad-kommunekode" if key == "kommunekode" else "toml-bad-id"
            params["near"] = slug(str(error["input"]))
            found = found if len(found) < 60 else found[:57] + "…"
        elif kind.startswith("date"):
            code = "toml-not-date"
        elif kind in _SIGNS:
            params["limit"] = f"{_SIGNS[kind]} {next(iter(context.values()))}"
            code = "toml-out-of-range"
        elif code == "toml-wrong-length":
            params["wanted"] = (
                f"≥ {context['min_length']}" if kind == "too_short" else str(context.get("max_length", ""))
            )
        if params["near"] and code in ("toml-unknown-key", "toml-not-a-choice"):
            code += "-near"
        return Problem(code, self.file.where(*loc[self.inside :]), found, params)


def _table_name(loc: Loc) -> str:
    """``survey 2, wave 1`` for the first wave of the second survey."""
    parts = [f" {part + 1}" if isinstance(part, int) else f", {part}" for part in loc]
    return "".join(parts).removeprefix(", ")


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = …" for key in value) + "}"
    text = str(value)
    return text if len(text) <= 80 else text[:77] + "…"


def _first_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _first_model(argument)
        if found is not None:
            return found
    return None
