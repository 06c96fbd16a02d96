"""A piece: one included ``.qmd`` file, and how figures, tables and boxes are written in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evaluation.presentation.escape import attribute
from evaluation.presentation.tables import Table

FOLDER = "_resultater"


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of ``_resultater``.

    Attributes
    ----------
    name : str
        File name without ``.qmd``.
    text : str
        Quarto Markdown.
    figures : tuple of (str, object)
        Name without extension and figure object, saved beside the piece.
    targets : frozenset of str
        Ids that other pieces may refer to (``fig-…``, ``tbl-…``); empty where nothing is shown.
    """

    name: str
    text: str
    figures: tuple[tuple[str, Any], ...] = ()
    targets: frozenset[str] = field(default_factory=frozenset)

    @property
    def reason(self) -> str:
        """Why there is nothing to show, where the piece says only that; else empty."""
        head, tail = "::: {.udeladt}\n", "\n:::"
        return self.text.removeprefix(head).removesuffix(tail) if self.text.startswith(head) else ""

    @property
    def content(self) -> str:
        """The file: blank lines around, so that an include never runs into its neighbours."""
        return "\n" + self.text.strip("\n") + "\n"


def paragraphs(*parts: str) -> str:
    """Paragraphs with blank lines between; empty ones left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def bullets(lines: Sequence[str]) -> str:
    """A tight list; empty lines left out."""
    return "\n".join(f"- {line}" for line in lines if line)


def div(kind: str, text: str) -> str:
    """A fenced div of one class."""
    return f"::: {{.{kind}}}\n{text}\n:::"


def omitted(name: str, text: str) -> Piece:
    """A piece that says in one short paragraph why there is nothing to show."""
    return Piece(name, div("udeladt", text))


def note(words: dict[str, str], remark: str, source: str) -> str:
    """*Anm.* then *Kilde*, small, below a figure or table."""
    parts = [f"*{words['note']}* {remark}"] if remark else []
    parts += [f"*{words['source']}* {source}"] if source else []
    return div("anm", "\n\n".join(parts)) if parts else ""


def figure(ref: str, alt: str, caption: str, below: str) -> str:
    """A figure with caption and note, and the place of its numbers; ``ref`` is also the file's name.

    The empty div names the figure whose numbers (``_resultater/REF.htm``) the html folds away there;
    ``rapport.lua`` puts them in and leaves the place out of everything else.
    """
    image = f"![]({FOLDER}/{ref}){{fig-alt={attribute(alt)}}}"
    place = f'::: {{.figurtal figur="{ref}"}}\n:::'
    return paragraphs(f"::: {{#{ref}}}\n{image}\n\n{caption}\n\n:::", below, place)


def caption_of(text: str, ref: str) -> str:
    """The caption that :func:`figure` put under ``ref`` in ``text``; empty where there is none."""
    head = f"::: {{#{ref}}}\n![]("
    _, found, rest = text.partition(head)
    return rest.partition("\n\n")[2].partition("\n\n")[0] if found else ""


def table(ref: str, content: Table, caption: str, below: str) -> str:
    """A table with caption and note."""
    return paragraphs(f"::: {{#{ref}}}\n\n{content.render()}\n\n{caption}\n\n:::", below)
