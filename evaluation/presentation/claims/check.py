"""The prose of one report project held to today's published tables: :func:`check_prose`."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.presentation.chapters import unwritten
from evaluation.presentation.claims.expression import Value, parse
from evaluation.presentation.claims.prose import SHORTCODE, Document, Place, documents
from evaluation.presentation.claims.spans import CLAIM, CONDITION, Span, spans
from evaluation.presentation.claims.structure import structure
from evaluation.presentation.claims.typed import TypedNumber, typed_numbers, with_keys
from evaluation.presentation.claims.uses import Loose, included, loose, read_pieces
from evaluation.presentation.piece import FOLDER

if TYPE_CHECKING:
    from evaluation.presentation.claims.keys import Keys

_VARIABLE = re.compile(r'(?P<indent> *)"(?P<key>[^"\\]+)":(?: "(?P<value>(?:[^"\\]|\\.)*)")?')
#: States of a claim; all but ``holds`` mean that it cannot be printed as it stands.
STATES = ("holds", "fails", "hidden", "incomparable", "empty", "unknown")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What today's tables say of a condition.

    Attributes
    ----------
    state : str
        One of ``STATES``.
    numbers : tuple of (str, str)
        Each key of the condition with its value for people, ``..`` where there is none.
    key : str
        The key that stands in the way where the state is neither ``holds`` nor ``fails``.
    near : str
        The nearest existing key where that one is unknown.
    """

    state: str
    numbers: tuple[tuple[str, str], ...]
    key: str = ""
    near: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """A span of the prose with its condition, and whether it holds today."""

    place: Place
    text: str
    condition: str
    outcome: Outcome

    @property
    def holds(self) -> bool:
        """Whether it may be printed."""
        return self.outcome.state == "holds"

    @property
    def numbers(self) -> str:
        """Today's numbers: ``direction = 'ned', change = −2,1``; whole keys where one column is asked of two rows."""
        columns = [key.rpartition(".")[2] for key, _ in self.outcome.numbers]
        alone = len(set(columns)) == len(columns)
        told = zip(columns, self.outcome.numbers, strict=True)
        return ", ".join(f"{column if alone else key} = {value}" for column, (key, value) in told)

    def note(self, lang: str) -> str:
        """What a draft prints behind a claim that does not hold."""
        words = catalogue("words", lang)["claims"]
        text = str(words[f"draft_{self.outcome.state}"])
        return text.format(numbers=self.numbers, key=self.outcome.key, near=self.outcome.near)

    def problem(self) -> Problem:
        """What stops a final render."""
        known = "; ".join(f"{key} = {value}" for key, value in self.outcome.numbers)
        return Problem(
            f"claims-{'fails' if self.outcome.state == 'holds' else self.outcome.state}", str(self.place),
            f"[{self.text}] {CONDITION}=\"{self.condition}\"  ›  {known}",
            {"key": self.outcome.key, "near": self.outcome.near},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UnknownKey:
    """A ``{{< var >}}`` whose key does not exist (any more), and the nearest that does."""

    place: Place
    key: str
    near: str


@dataclass(frozen=True, slots=True)
class Prose:
    """What was found in the documents of one report project.

    Attributes
    ----------
    problems : tuple of Problem
        Conditions and spans that do not parse, broken tables and divs, pieces that do not exist.
    typed : tuple of TypedNumber
    loose : tuple of Loose
    unknown : tuple of UnknownKey
    """

    claims: tuple[Claim, ...] = ()
    problems: tuple[Problem, ...] = ()
    typed: tuple[TypedNumber, ...] = ()
    loose: tuple[Loose, ...] = ()
    unknown: tuple[UnknownKey, ...] = ()

    @property
    def broken(self) -> tuple[Claim, ...]:
        """Claims that do not hold."""
        return tuple(claim for claim in self.claims if not claim.holds)


def judge(condition: str, keys: Keys) -> Outcome:
    """What today's tables say of ``condition``.

    Raises
    ------
    EvaluationError
        ``claims-…`` where it does not parse or compares a number with a text.
    """
    parsed = parse(condition)
    found = {key: keys.find(key) for key in parsed.keys}
    numbers = tuple((key, one.shown) for key, one in found.items())
    # No short cut past a number that nobody may see: "or" would make the rest of the sentence look checked.
    for state in ("unknown", "hidden", "incomparable", "empty"):
        for key, one in found.items():
            if one.state == state:
                return Outcome(state, numbers, key, one.near)
    values: Mapping[str, Value] = {key: one.value for key, one in found.items() if one.value is not None}
    return Outcome("holds" if parsed.holds(values) else "fails", numbers)


def check_prose(
    project: Path,
    root: Path,
    keys: Callable[[], Keys],
    *,
    known: Mapping[str, Outcome] | None = None,
    elsewhere: Iterable[str] = (),
) -> Prose:
    """Hold the documents of ``project`` to the published tables; writes nothing.

    Parameters
    ----------
    root : Path
        The workspace, from which files are named.
    keys : callable
        Gives today's keys; called only where something needs them.
    known : mapping of str to Outcome, optional
        Outcomes of conditions that were judged by the same tables before.
    elsewhere : iterable of str
        Pieces that the other projects of the workspace include.
    """
    read = documents(project, root, unwritten(project))
    lazy, known = cache(keys), known or {}
    claims: list[Claim] = []
    problems: list[Problem] = []
    typed: list[TypedNumber] = []
    pieces = read_pieces(project)
    for document in read:
        marked, wrong = spans(document)
        problems += [*wrong, *structure(document), *_unknown_pieces(document, pieces)]
        for span in marked:
            if CLAIM in span.classes:
                made = _claim(document, span, lazy, known)
                claims += [made] if isinstance(made, Claim) else []
                problems += [made] if isinstance(made, Problem) else []
        typed += typed_numbers(document, marked)
    asked = [one for document in read for one in _asked(document)]
    variables = _variables(project) if typed or asked else {}
    named = [name for document in read for name in included(document.prose, pieces)]
    if typed and variables:
        by_file = {document.name: _surveys(document) for document in read}
        typed = [one for number in typed for one in with_keys([number], variables, by_file[number.place.file])]
    absent = [(key, place) for key, place in asked if _absent(key, variables, lazy)]
    unknown = [UnknownKey(place, key, _nearest(key, variables)) for key, place in absent]
    return Prose(
        tuple(claims), tuple(problems), tuple(typed), tuple(loose(read, pieces, [*elsewhere, *named])), tuple(unknown)
    )


def shown_pieces(project: Path, root: Path) -> set[str]:
    """Names of the pieces that the documents of a project include."""
    pieces = read_pieces(project)
    return {
        name for document in documents(project, root, unwritten(project)) for name in included(document.prose, pieces)
    }


def _claim(document: Document, span: Span, keys: Callable[[], Keys], known: Mapping[str, Outcome]) -> Claim | Problem:
    place, condition = document.place(span.start), span.attributes[CONDITION]
    try:
        outcome = known[condition] if condition in known else judge(condition, keys())
    except EvaluationError as error:
        return replace(error.problems[0], where=str(place))
    return Claim(place, span.text, condition, outcome)


def _asked(document: Document) -> Iterator[tuple[str, Place]]:
    """Keys that the prose prints, and where."""
    for match in SHORTCODE.finditer(document.prose):
        words = match[0].strip("{}<> ").split()
        if not match[0].startswith("{{{") and len(words) == 2 and words[0] == "var":
            yield words[1], document.place(match.start())


def _absent(key: str, variables: Mapping[str, str], keys: Callable[[], Keys]) -> bool:
    # Numbers of single units get into the file when the prose names them: the tables know them before.
    return bool(variables) and key not in variables and keys().find(key).state == "unknown"


def _nearest(key: str, variables: Mapping[str, str]) -> str:
    found = difflib.get_close_matches(key, variables, n=1, cutoff=0.0)
    return found[0] if found else ""


def _variables(project: Path) -> dict[str, str]:
    """``_variables.yml`` by dotted key; empty before the first render.

    The file is ours, one quoted key and value a line: read as that in a tenth of the time of a YAML parser.
    """
    path = project / "_variables.yml"
    if not path.is_file():
        return {}
    found: dict[str, str] = {}
    above: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        match = _VARIABLE.fullmatch(line)
        if match is None:
            continue
        above[len(match["indent"]) // 2 :] = [match["key"]]
        if match["value"] is not None:
            value = match["value"]
            found[".".join(above)] = str(json.loads(f'"{value}"')) if "\\" in value else value
    return found


def _surveys(document: Document) -> Sequence[str]:
    """Surveys whose numbers or pieces the document names."""
    found = [key.split(".")[1 if key.startswith("svar.") else 0] for key, _ in _asked(document)]
    for name, _ in document.includes():
        found += Path(name).stem.split("-", 1)[1:]
        found += [Path(name).stem.split("-", 1)[-1].rsplit("-", 1)[0]]
    return found


def _unknown_pieces(document: Document, pieces: Mapping[str, str]) -> Iterator[Problem]:
    """Includes of pieces that the pipeline does not make: a slip of the pen would print an empty excuse."""
    nothing = [str(catalogue("words", lang)["omitted"]["unknown_piece"]) for lang in LANGUAGES]
    absent = {name for name, text in pieces.items() if any(words in text for words in nothing)}
    for path, place in document.includes():
        name = Path(path).stem
        if Path(path).parts[:1] == (FOLDER,) and name in absent:
            near = _nearest(name, {other: "" for other in pieces if other not in absent})
            yield Problem("prose-piece-unknown", str(place), name, {"near": near or "–"})
