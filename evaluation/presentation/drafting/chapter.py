"""One chapter from its skeleton: headings and includes stay, prose with claims is put where the results stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from evaluation.presentation.chapters import INCLUDE
from evaluation.presentation.context import Context, SurveyView
from evaluation.presentation.drafting import detail
from evaluation.presentation.drafting.development import development, typed_why
from evaluation.presentation.drafting.markup import Pen
from evaluation.presentation.piece import FOLDER, Piece

#: What a draft writes itself, in place of the generated text of that name.
TOPICS = ("deltagelse", "udvikling", "svar", "grupper", "oplevet")
_PIECE = re.compile(rf"{FOLDER}/(?P<name>(?P<kind>txt|fig|tbl)-(?P<rest>[^\s>\"]+))\.qmd\Z")
_HEADING = re.compile(r"(?P<level>#{1,6})[ \t]+(?P<title>.*?)(?P<mark>[ \t]*\{[^{}]*\})?[ \t]*\Z")


@dataclass(slots=True)
class Section:
    """A heading as it stands (empty before the first) and the lines below it that are not empty."""

    heading: str
    lines: list[str] = field(default_factory=list)

    @property
    def level(self) -> int:
        """1 for a chapter's own heading; 0 for what stands above the first."""
        match = _HEADING.match(self.heading)
        return len(match["level"]) if match else 0


@dataclass(frozen=True, slots=True)
class Left:
    """What a draft left out: the heading (empty: of the whole chapter) and why, in words for people."""

    heading: str
    reason: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """A drafted chapter."""

    text: str
    left: tuple[Left, ...]


def sections(text: str) -> list[Section]:
    """A skeleton cut at its headings."""
    found = [Section("")]
    for line in text.splitlines():
        if _HEADING.match(line):
            found.append(Section(line.strip()))
        elif line.strip():
            found[-1].lines.append(line.strip())
    return [one for one in found if one.heading or one.lines]


def piece_name(line: str) -> str:
    """Name of the piece that a line includes; empty where it includes none."""
    match = INCLUDE.fullmatch(line)
    found = _PIECE.fullmatch(match["path"].strip('"')) if match else None
    return found["name"] if found else ""


def topic_of(name: str, surveys: Sequence[str]) -> tuple[str, str]:
    """Survey and topic of a piece (``tbl-foraeldre-udvikling``); empty for pieces of no survey."""
    rest = name.partition("-")[2]
    for survey in sorted(surveys, key=len, reverse=True):
        if rest.startswith(f"{survey}-"):
            return survey, rest[len(survey) + 1 :]
    return "", ""


def surveys_of(text: str, surveys: Sequence[str]) -> list[str]:
    """Surveys whose results a skeleton shows, in order; tables of the appendix do not count."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        survey, topic = topic_of(piece_name(line), surveys)
        if survey and topic:
            found[survey] = None
    return list(found)


def skeleton(survey: SurveyView, ctx: Context) -> str:
    """Headings and includes of a chapter on a survey, where nothing says how they should be."""
    words, name = ctx.words("draft_headings"), survey.id
    lines = [f"# {survey.title} {{#sec-{name}}}", _include(f"txt-{name}-hovedpointer")]
    lines += [_include(f"txt-{name}-deltagelse")]
    if survey.main_or_items:
        lines += [f"## {words['udvikling' if survey.pair else 'niveau']}"]
        lines += [_include(f"{kind}-{name}-udvikling") for kind in ("txt", "fig", "tbl")]
        lines += [_include(f"{kind}-{name}-tendens") for kind in ("txt", "tbl")] if survey.pair else []
        lines += [f"## {words['svar']}", *(_include(f"{kind}-{name}-svar") for kind in ("txt", "fig"))]
    if survey.survey.groups and survey.main_or_items:
        lines += [f"## {words['grupper']}", *(_include(f"{kind}-{name}-grupper") for kind in ("txt", "tbl"))]
    if survey.perceived or not survey.main_or_items:
        lines += [f"## {words['oplevet']}", *(_include(f"{kind}-{name}-oplevet") for kind in ("txt", "fig"))]
    return "\n\n".join(lines) + "\n"


def translated(text: str, ctx: Context) -> str:
    """A skeleton with headings in the language of the draft: the survey's title, and what its sections are about."""
    views = {view.id: view for view in ctx.surveys}
    words, made = ctx.words("draft_headings"), []
    for section in sections(text):
        found = [topic_of(piece_name(line), list(views)) for line in section.lines]
        known = [(survey, topic) for survey, topic in found if survey]
        mark = (_HEADING.match(section.heading) or {"mark": ""})["mark"] or ""
        topics = [topic for _, topic in known if topic in words]
        if section.level == 1 and known:
            section.heading = f"# {views[known[0][0]].title}{mark}"
        elif section.level > 1 and topics:
            paired = views[known[0][0]].pair is not None
            name = "niveau" if topics[0] == "udvikling" and not paired else topics[0]
            section.heading = f"{'#' * section.level} {words[name]}{mark}"
        elif section.level > 1:
            # A heading whose meaning nobody knows has no words in another language: what stands below it moves up.
            section.heading = ""
        made += [section.heading, *section.lines]
    return "\n\n".join(line for line in made if line) + "\n"


def draft(
    ctx: Context, text: str, pieces: Mapping[str, Piece], references: Mapping[str, str], *, turn: int = 0
) -> Drafted:
    """The chapter whose skeleton is ``text``.

    Parameters
    ----------
    pieces : mapping of str to Piece
        All pieces by name: what they show is referred to, what they cannot show is left out.
    references : mapping of str to str
        Headings of the document that may be referred to, by what they are about.
    turn : int
        Which variants of the sentences come first.
    """
    return _Chapter(ctx, text, pieces, references, turn).made()


class _Chapter:
    """A chapter while it is written."""

    def __init__(
        self, ctx: Context, text: str, pieces: Mapping[str, Piece], references: Mapping[str, str], turn: int
    ) -> None:
        self.ctx, self.pieces, self.references = ctx, pieces, references
        self.pen = Pen(ctx, turn)
        self.views = {view.id: view for view in ctx.surveys}
        self.sections = sections(text)
        self.shown = surveys_of(text, list(self.views))
        self.kept = {piece_name(line) for section in self.sections for line in section.lines}
        self.left: list[Left] = []
        self.told: set[tuple[str, str]] = set()

    def made(self) -> Drafted:
        view = self.views[self.shown[0]]
        if not view.has_data:
            return self._awaited(view)
        parts: list[str] = []
        for section in self.sections:
            parts += self._section(section)
        if ("deltagelse" not in {topic for _, topic in self.told}) and parts:
            parts[1:1] = detail.about(self.ctx, view, self.pen)
        closing = detail.limits(self.ctx, view, self.pen, self.references)
        parts += [f"## {self.ctx.words('draft_headings')['limits']}", closing]
        return Drafted("\n\n".join(part for part in parts if part) + "\n", tuple(self.left))

    def _awaited(self, view: SurveyView) -> Drafted:
        """A survey without answers: the heading, and one paragraph that says so."""
        reason = typed_why(self.ctx, view)
        heading = next((one.heading for one in self.sections if one.level == 1), f"# {view.title} {{#sec-{view.id}}}")
        return Drafted(f"{heading}\n\n{reason}\n", (Left("", reason),))

    def _section(self, section: Section) -> list[str]:
        names = [piece_name(line) for line in section.lines]
        empty = [self.pieces[name] for name in names if name in self.pieces and not self._shows(name)]
        if section.level > 1 and names and all(names) and len(empty) == len(names):
            reason = next((piece.reason for piece in empty if piece.reason), "")
            self.left.append(Left(_bare(section.heading), reason))
            return []
        parts = [section.heading]
        for line, name in zip(section.lines, names, strict=True):
            survey, topic = topic_of(name, list(self.views))
            if topic in TOPICS and (survey, topic) not in self.told:
                self.told.add((survey, topic))
                parts += self._prose(self.views[survey], topic, names)
            elif survey and not name.startswith("txt-") and name in self.pieces and self.pieces[name].reason:
                # A figure that is not there: the paragraph above has said why.
                self.left.append(Left(name, self.pieces[name].reason))
                continue
            if not (topic in TOPICS and name.startswith("txt-")):
                parts.append(line)
        return parts

    def _shows(self, name: str) -> bool:
        """Whether a piece shows anything. Text that only excuses the figures beside it does not."""
        piece = self.pieces[name]
        return bool(piece.targets) if not name.startswith("txt-") else bool(piece.text) and not piece.reason

    def _prose(self, view: SurveyView, topic: str, names: Sequence[str]) -> list[str]:
        if not view.has_data:
            return [typed_why(self.ctx, view)]
        if topic == "deltagelse":
            return detail.about(self.ctx, view, self.pen)
        beside = [self.pieces[name] for name in names if name in self.pieces and self._mine(name, view, topic)]
        write = {
            "udvikling": development,
            "svar": detail.items,
            "grupper": detail.groups,
            "oplevet": detail.perceived,
        }[topic]
        shown = [piece for piece in beside if piece.targets]
        return [text for text in write(self.ctx, view, self.pen, shown) if text]

    def _mine(self, name: str, view: SurveyView, topic: str) -> bool:
        """Whether the text on ``topic`` refers to a figure: its own, and those of the section that have no text."""
        if name.startswith("txt-"):
            return False
        survey, other = topic_of(name, list(self.views))
        return survey == view.id and (
            other == topic or (other not in TOPICS and f"txt-{survey}-{other}" not in self.kept)
        )


def _bare(heading: str) -> str:
    match = _HEADING.match(heading)
    return match["title"].strip() if match else heading


def _include(name: str) -> str:
    return "{{< include " + f"{FOLDER}/{name}.qmd" + " >}}"
