"""``evaluation review``: the list of what colleagues said and changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evaluation.cli.output import language, progress, say, tell, word
from evaluation.common.errors import fail

if TYPE_CHECKING:
    from evaluation.reporting.review.model import Entry, Review

_LONGEST = 160


def review(
    file: Annotated[Path, typer.Argument(metavar="FILE.docx", help="The report as it came back from review.")],
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="The workspace (default: where you stand).")
    ] = Path(),
    product: Annotated[str, typer.Option("--product", help="Which report it is (default: the file says it).")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    put_in: Annotated[bool, typer.Option("--apply", help="Put the changes that can be into the chapters.")] = False,
    only: Annotated[
        str, typer.Option("--only", metavar="N,N", help="With --apply: only the changes of these numbers.")
    ] = "",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE.csv", help="Write the list as csv.")] = None,
    lang: Annotated[Literal["da", "en"] | None, typer.Option("--lang", help="Language of messages.")] = None,
) -> None:
    """Colleagues' comments and changes in a Word file, each at its source line; prose is put in on request."""
    from evaluation.workflow.review import as_json as plain
    from evaluation.workflow.review import review as look

    lang_ = language(lang)
    numbers = _numbers(only, put_in)
    with progress(lang_) as report:
        found = look(
            workspace, file, product=product, put_in=put_in, only=numbers, out=out, lang=lang_, progress=report
        )
    for line in [json.dumps(plain(found, lang_), ensure_ascii=False)] if as_json else lines(found, file, lang_):
        say(line)
    if out is not None:
        tell(word("review_written", lang_, file=out))


def _numbers(only: str, put_in: bool) -> set[int]:
    parts = [part.strip() for part in only.split(",") if part.strip()]
    if parts and not (put_in and all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts)):
        raise fail("review-only", found=only)
    return {int(part) for part in parts}


def lines(found: Review, file: Path, lang: str) -> Iterator[str]:
    """The review as lines for a terminal."""
    kinds = Counter(entry.kind for entry in found.entries)
    comments, changes = kinds["comment"], len(found.entries) - kinds["comment"]
    values = {"file": file.name, "product": found.product, "comments": comments, "changes": changes}
    yield word("review_head" if found.entries else "review_none", lang, **values)
    remarks = {
        "unstamped": not found.stamped,
        "prose_changed": found.prose_changed,
        "results_changed": found.results_changed,
        "other_engine": found.stamped and not found.same_engine,
    }
    yield from (word(f"review_{name}", lang) for name, holds in remarks.items() if holds)
    for name, count in (("formatting", found.formatting), ("margins", found.margins)):
        if count:
            yield word(f"review_{name}", lang, count=count)
    last = None
    for entry in found.entries:
        if entry.file != last:
            last = entry.file
            yield ""
            yield entry.file or word("review_nowhere", lang)
        yield from _entry(entry, lang)
    if changes:
        yield from _end(found, file, lang)


def _entry(entry: Entry, lang: str) -> Iterator[str]:
    from evaluation.common.language import catalogue
    from evaluation.workflow.review import reason

    words = catalogue("review", lang)
    where = word("review_line", lang, line=entry.line) if entry.line else ""
    facts = [where, words["kinds"][entry.kind], _clean(entry.author), entry.date[:10]]
    facts += [word("review_reply", lang, number=entry.reply_to)] if entry.reply_to else []
    facts += [word("review_resolved", lang)] if entry.resolved else []
    facts += [] if entry.tracked else [word("review_untracked", lang)]
    yield f"{entry.number:>4}  " + " · ".join(fact for fact in facts if fact)
    if entry.kind == "comment":
        if entry.old:
            yield "      " + word("review_on", lang, text=_clean(entry.old))
        yield "      " + _clean(entry.new)
        return
    yield "      " + " → ".join(f"»{_clean(text)}«" for text in (entry.old, entry.new) if text.strip())
    why = reason(entry, lang)
    yield "      " + words["states"][entry.state] + (f": {_clean(why, len(why))}" if why else "")


def _clean(text: str, longest: int = _LONGEST) -> str:
    """A reviewer's words on one line, without signs that would steer the terminal."""
    from evaluation.presentation.escape import plain

    short = plain(text)
    return short if len(short) <= longest else short[: longest - 1] + "…"


def _end(found: Review, file: Path, lang: str) -> Iterator[str]:
    states = Counter(entry.state for entry in found.entries)
    yield ""
    if states["applied"]:
        yield word("review_applied", lang, count=states["applied"], files=", ".join(sorted(found.texts)))
    yield word("review_summary", lang, ready=states["ready"], done=states["done"], refused=states["refused"])
    if states["ready"] and not states["applied"]:
        yield word("review_hint", lang, file=file)
