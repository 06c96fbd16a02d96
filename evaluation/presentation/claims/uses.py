"""Figures and tables of the pipeline: which documents show them, and who refers to them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.presentation.claims.prose import Document, Place
from evaluation.presentation.piece import FOLDER

_TARGET = re.compile(r"\{[^{}\n]*?#((?:fig|tbl)-[\w-]+)")
_REFERENCE = re.compile(r"(?<![\w\\])@([Ff]ig-[\w-]*\w|[Tt]bl-[\w-]*\w)")
_RANGE = re.compile(r"@((?:fig|tbl)-[\w-]*\w)[ \u00a0](?:til|to|–)[ \u00a0]@((?:fig|tbl)-[\w-]*\w)", re.I)
_INCLUDE = re.compile(r"\{\{<\s*include\s+\"?_resultater/([^\s>\"]+)\.qmd\"?\s*>\}\}")
#: Tables that fill a bilag of their own are found by its heading.
_NO_REFERENCE_NEEDED = re.compile(r"tbl-(?:bilag-|diskretionering\Z|datagrundlag\Z)")
#: "Reglen er den samme:" and then the table is as good as its number.
_INTRODUCED = re.compile(r":\s*\Z")


@dataclass(frozen=True, slots=True)
class Loose:
    """A figure or table that hangs loose.

    Attributes
    ----------
    name : str
        Its id.
    kind : str
        ``unused``: made and included nowhere; ``unreferred``: shown and never referred to; ``missing``: referred
        to and not shown.
    place : Place or None
        Where it is included or referred to; None for what is included nowhere.
    """

    name: str
    kind: str
    place: Place | None


def read_pieces(project: Path) -> dict[str, str]:
    """Text of every piece of the project by name."""
    folder = project / FOLDER
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.qmd"))}


def included(text: str, pieces: Mapping[str, str]) -> Iterable[str]:
    """Pieces that ``text`` includes, and those that they include themselves, in order."""
    for name in _INCLUDE.findall(text):
        yield name
        if name in pieces:
            yield from included(pieces[name], {key: value for key, value in pieces.items() if key != name})


def loose(documents: Sequence[Document], pieces: Mapping[str, str], elsewhere: Iterable[str] = ()) -> list[Loose]:
    """Figures and tables that are shown nowhere, or shown and not referred to, or referred to and not shown.

    Parameters
    ----------
    elsewhere : iterable of str
        Pieces that other report projects of the workspace include.
    """
    if not pieces:
        return []
    places: dict[str, Place] = {}
    texts: list[str] = []
    introduced: set[str] = set()
    for document in documents:
        texts.append(document.prose)
        for target in _TARGET.finditer(document.prose):
            places.setdefault(target[1], document.place(target.start(1)))
        for match in _INCLUDE.finditer(document.prose):
            for name in dict.fromkeys([match[1], *included(pieces.get(match[1], ""), pieces)]):
                texts.append(pieces.get(name, ""))
                for ident in _TARGET.findall(pieces.get(name, "")):
                    places.setdefault(ident, document.place(match.start()))
                    if _INTRODUCED.search(document.prose[: match.start()]):
                        introduced.add(ident)
    shown, referred = list(places), _referred(texts, list(places)) | introduced
    found = [
        Loose(ident, "unreferred", places[ident])
        for ident in shown
        if ident not in referred and not _NO_REFERENCE_NEEDED.match(ident)
    ]
    taken = {*elsewhere, *(name for document in documents for name in included(document.prose, pieces))}
    for name, text in pieces.items():
        if name not in taken:
            found += [Loose(ident, "unused", None) for ident in _TARGET.findall(text) if ident not in places]
    for document in documents:
        for match in _REFERENCE.finditer(document.prose):
            if _lower(match[1]) not in places:
                found.append(Loose(_lower(match[1]), "missing", document.place(match.start())))
    return found


def _referred(texts: Sequence[str], order: Sequence[str]) -> set[str]:
    referred: set[str] = set()
    for text in texts:
        referred.update(_lower(name) for name in _REFERENCE.findall(text))
        for first, last in _RANGE.findall(text):
            if _lower(first) in order and _lower(last) in order:
                referred.update(order[order.index(_lower(first)) : order.index(_lower(last)) + 1])
    return referred


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
