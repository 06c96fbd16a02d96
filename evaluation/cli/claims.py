"""``evaluation claims``, and the lines about the prose that every render ends with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from evaluation.cli.output import language, say, word

if TYPE_CHECKING:
    from evaluation.presentation.claims.check import Claim, Prose

Workspace = Annotated[Path, typer.Option("--workspace", "-w", help="The workspace (default: where you stand).")]
Lang = Annotated[
    Literal["da", "en"] | None,
    typer.Option("--lang", help="Language of the documents (default: the plan's) and of messages."),
]


def claims(
    products: Annotated[list[str] | None, typer.Argument(help="Report projects (default: those of the plan).")] = None,
    workspace: Workspace = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    lang: Lang = None,
) -> None:
    """Claims of the prose and whether they hold today, numbers typed by hand, figures nobody refers to.

    Exit code 1 where a claim does not hold or cannot be read.
    """
    from evaluation.workflow.claims import as_json as plain
    from evaluation.workflow.claims import look

    lang_ = language(lang)
    found = look(workspace, products or (), lang)
    for line in [json.dumps(plain(found), ensure_ascii=False)] if as_json else listing(found, lang_):
        say(line)
    if any(prose.problems or prose.broken or prose.unknown or _missing(prose) for prose in found.values()):
        raise typer.Exit(1)


def summary(found: Mapping[str, Prose], lang: str) -> Iterator[str]:
    """``N claims hold, M no longer do`` for each product, and what else is worth a look."""
    for product, prose in found.items():
        broken = len(prose.broken)
        holds = _count("claims_holds", len(prose.claims) - broken, lang)
        yield word("claims_summary", lang, product=product, holds=holds, fails=_count("claims_fails", broken, lang))
        if prose.typed or prose.loose:
            numbers = _count("claims_numbers", len(prose.typed), lang)
            loose = _count("claims_loose", len(prose.loose), lang)
            yield word("claims_remarks", lang, product=product, numbers=numbers, loose=loose)


def listing(found: Mapping[str, Prose], lang: str) -> Iterator[str]:
    """Everything that was found, with where it stands."""
    yield from summary(found, lang)
    for prose in found.values():
        for claim in prose.claims:
            yield from _claim(claim, lang)
        for problem in prose.problems:
            yield from problem.render(lang).splitlines()
        for key in prose.unknown:
            yield word("claims_key", lang, place=key.place, key=key.key, near=key.near or "–")
        for one in prose.typed:
            yield word("claims_number", lang, place=one.place, text=one.text)
            yield from (word("claims_number_key", lang, key=key) for key in one.keys)
            if one.more:
                yield word("claims_number_more", lang, count=one.more)
        for loose in prose.loose:
            yield word(f"claims_{loose.kind}", lang, place=loose.place, ident=loose.name)


def _claim(claim: Claim, lang: str) -> Iterator[str]:
    state = word(f"claims_state_{claim.outcome.state}", lang)
    yield word("claims_line", lang, place=claim.place, state=state, text=claim.text)
    yield word("claims_detail", lang, condition=claim.condition)
    for key, value in claim.outcome.numbers:
        yield word("claims_now", lang, key=key, value=value)
    if claim.outcome.near:
        yield word("claims_near", lang, near=claim.outcome.near)


def _missing(prose: Prose) -> bool:
    return any(one.kind == "missing" for one in prose.loose)


def _count(name: str, count: int, lang: str) -> str:
    return word(f"{name}_one" if count == 1 else name, lang, count=count)
