"""``evaluation draft``: what was drafted, what was left alone, what was left out and why."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evaluation.cli.output import language, say, word

if TYPE_CHECKING:
    from evaluation.workflow.draft import Chapter, Made


def draft(
    product: Annotated[
        str | None, typer.Option("--product", help="One report project (default: those of the plan).")
    ] = None,
    chapter: Annotated[
        str | None, typer.Option("--chapter", metavar="FILE", help="One chapter (default: all without prose).")
    ] = None,
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="The workspace (default: where you stand).")
    ] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    lang: Annotated[
        Literal["da", "en"] | None,
        typer.Option("--lang", help="Language of the chapters (default: the plan's) and of messages."),
    ] = None,
) -> None:
    """A first draft, with claims in place, of every chapter that nobody has written; never touches prose."""
    from evaluation.workflow.draft import as_json as plain
    from evaluation.workflow.draft import draft_chapters

    lang_ = language(lang)
    made = draft_chapters(workspace, product, chapter, lang)
    for line in [json.dumps(plain(made, lang_), ensure_ascii=False)] if as_json else lines(made, lang_):
        say(line)


def lines(made: Mapping[str, Made], lang: str) -> Iterator[str]:
    """What happened, as lines for a terminal."""
    for product, found in made.items():
        yield from (word("draft_added", lang, file=file) for file in found.added)
        for chapter in found.chapters:
            yield from _chapter(chapter, lang)
        if found.absent:
            yield word("draft_absent", lang, product=product, names=", ".join(found.absent))
        written = [one for one in found.chapters if one.state in ("drafted", "standard")]
        yield word("draft_done" if written else "draft_nothing", lang, product=product, count=len(written))


def _chapter(chapter: Chapter, lang: str) -> Iterator[str]:
    from evaluation.workflow.draft import reason

    yield word(f"draft_{chapter.state}", lang, file=chapter.file, reason=reason(chapter, lang))
    for heading, why in chapter.left:
        yield word("draft_left" if heading else "draft_short", lang, heading=heading, reason=why)
