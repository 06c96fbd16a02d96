"""A pandoc tree as one flow of letters, each with what Word recorded of it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from evaluation.reporting.embedded import tree
from evaluation.reporting.embedded.tree import Node

#: Stands for a blank at the edge of a run, which pandoc would move out of what was recorded.
EDGE = "\ue7f5"
KEPT, INSERTED, DELETED = "kept", "inserted", "deleted"
_STATES = {"insertion": INSERTED, "deletion": DELETED}
_ENDS = {"paragraph-insertion": INSERTED, "paragraph-deletion": DELETED}
_QUOTES = {"DoubleQuote": ("“", "”"), "SingleQuote": ("‘", "’")}
_SPACES = re.compile(r"\s+")
_CONTENTS = re.compile(r"(toc|contents|indholdsfortegnelse)\b", re.I)


@dataclass(frozen=True, slots=True)
class Made:
    """Who changed a letter, and when; ``state`` is kept, inserted or deleted."""

    state: str = KEPT
    author: str = ""
    date: str = ""


UNTOUCHED = Made()


@dataclass(slots=True)
class Comment:
    """A comment: its words, and the letters it is attached to."""

    ident: str
    author: str
    date: str
    text: str
    place: int
    attached: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Flow:
    """Letters of a document in order; a line feed ends each paragraph.

    Attributes
    ----------
    letters : list of str
    made : list of Made
        Of each letter.
    kinds : list of str
        Of each paragraph: ``para``, ``heading``, ``item``, ``cell``, ``note``, ``code``, ``quote``, ``contents``.
    comments : list of Comment
    """

    private: bool = False
    letters: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    _open: dict[str, Comment] = field(default_factory=dict)
    _end: Made = UNTOUCHED
    _notes: list[list[Node]] = field(default_factory=list)

    def blocks(self, blocks: list[Node], kind: str = "para") -> None:
        """Add blocks."""
        for block in blocks:
            self._block(block, kind)

    def _block(self, block: Node, kind: str) -> None:
        name: str = block["t"]
        content: Any = block.get("c")
        if name in ("Para", "Plain", "Header"):
            own = "heading" if name == "Header" else kind
            self._paragraph(content[2] if name == "Header" else content, own)
        elif name == "LineBlock":
            for line in content:
                self._paragraph(line, kind)
        elif name == "CodeBlock":
            self._paragraph(tree.words(content[1]), "code")
        elif name == "Div":
            style = tree.attr(block)[2].get("custom-style", "")
            self.blocks(content[1], "contents" if _CONTENTS.match(style) else kind)
        elif name == "BlockQuote":
            self.blocks(content, "quote")
        elif name in ("BulletList", "OrderedList"):
            for item in content if name == "BulletList" else content[1]:
                self.blocks(item, "item")
        elif name == "DefinitionList":
            for term, definitions in content:
                self._paragraph(term, "item")
                for definition in definitions:
                    self.blocks(definition, "item")
        elif name == "Figure":
            self.blocks(content[1][1], "cell")
            self.blocks(content[2], "cell")
        elif name == "Table":
            self._table(content)

    def _table(self, content: list[Any]) -> None:
        _, caption, _, head, bodies, foot = content
        self.blocks(caption[1], "cell")
        rows = [*head[1], *(row for body in bodies for row in (*body[2], *body[3])), *foot[1]]
        for row in rows:
            for cell in row[1]:
                self.blocks(cell[4], "cell")

    def _paragraph(self, content: list[Node], kind: str) -> None:
        self._end = UNTOUCHED
        self._inlines(content, UNTOUCHED)
        self.letters.append("\n")
        self.made.append(self._end)
        self.kinds.append(kind)
        notes, self._notes = self._notes, []
        for note in notes:
            self.blocks(note, "note")

    def _inlines(self, content: list[Node], made: Made) -> None:
        for node in content:
            self._inline(node, made)

    def _inline(self, node: Node, made: Made) -> None:
        name: str = node["t"]
        content: Any = node.get("c")
        if name == "Str":
            self._add(content, made)
        elif name in ("Space", "SoftBreak", "LineBreak"):
            self._add(" ", made)
        elif name in ("Code", "Math"):
            self._add(content[1], made)
        elif name == "Quoted":
            before, after = _QUOTES[content[0]["t"]]
            self._add(before, made)
            self._inlines(content[1], made)
            self._add(after, made)
        elif name == "Span":
            self._span(content, made)
        elif name in ("Link", "Cite"):
            self._inlines(content[1], made)
        elif name == "Note":
            self._notes.append(content)
        elif name not in ("Image", "RawInline"):
            self._inlines(content, made)

    def _span(self, content: list[Any], made: Made) -> None:
        (ident, classes, pairs), inside = content
        values = dict(pairs)
        name = classes[0] if classes else ""
        stamp = values.get("author", ""), _date(values.get("date", ""))
        if name in _STATES:
            # Deleted what somebody had inserted: it is gone either way, and was never in the report.
            inner = Made(_STATES[name], *stamp)
            self._inlines(inside, made if made.state == INSERTED and inner.state == INSERTED else inner)
        elif name in _ENDS:
            self._end = Made(_ENDS[name], *stamp)
        elif name == "comment-start":
            comment = Comment(values.get("id", ident), *stamp, tree.text(inside), len(self.letters))
            self._open[comment.ident] = comment
            self.comments.append(comment)
        elif name == "comment-end":
            self._open.pop(values.get("id", ident), None)
        else:
            self._inlines(inside, made)

    def _add(self, text: str, made: Made) -> None:
        for sign in text:
            kept = _letter(sign, self.private)
            if kept:
                self.letters.append(kept)
                self.made.append(made)
                if made.state != DELETED:
                    for comment in self._open.values():
                        comment.attached.append(kept)


def _letter(sign: str, private: bool) -> str:
    """``sign`` as it counts: any blank is a blank, what takes no room is nothing, no controls and no private signs."""
    if sign.isspace() or sign == EDGE:
        return " "
    category = unicodedata.category(sign)
    if category == "Co":
        return sign if private else ""
    return "" if category in ("Cc", "Cf", "Cs", "Cn") else sign


def _date(text: str) -> str:
    return text if re.match(r"(19|20)\d\d-", text) else ""


def squeezed(text: str) -> str:
    """``text`` without blanks at its ends and with single ones inside: how paragraphs are compared."""
    return _SPACES.sub(" ", text).strip()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a view: its text, and the place of each of its letters in the flow."""

    text: str
    places: tuple[int, ...]
    kind: str

    @property
    def key(self) -> str:
        """What it is compared by."""
        return squeezed(self.text)


def view(flow: Flow, without: str) -> list[Paragraph]:
    """Paragraphs as they are without the letters that are ``without`` (inserted: before; deleted: after)."""
    found: list[Paragraph] = []
    text: list[str] = []
    places: list[int] = []
    number = 0
    for place, (letter, made) in enumerate(zip(flow.letters, flow.made, strict=True)):
        if letter == "\n":
            number += 1
            if made.state == without:
                continue
            found.append(Paragraph("".join(text), tuple(places), flow.kinds[number - 1]))
            text, places = [], []
        elif made.state != without:
            text.append(letter)
            places.append(place)
    return found
