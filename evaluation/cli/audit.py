"""The report of an attack as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from evaluation.cli.output import word

if TYPE_CHECKING:
    from evaluation.disclosure.attack.programme import Leak
    from evaluation.disclosure.attack.run import Report

#: Leaks told one by one; ``--json`` has all of them.
_TOLD = 40


def lines(report: Report, lang: str) -> Iterator[str]:
    """What was attacked, what leaks and from where, what could not be proven."""
    told = {name: getattr(report, name) for name in ("cells", "programmes", "solves")}
    yield word("audit_done", lang, seconds=number(report.seconds, lang), **told)
    if report.exempt:
        yield word("audit_exempt", lang, groupings=", ".join(report.exempt))
    if report.safe:
        yield word("audit_safe", lang)
    if report.leaks:
        yield word("audit_leaks", lang, count=len(report.leaks))
    for leak in report.leaks[:_TOLD]:
        yield "  " + _leak(leak, lang)
        yield "    " + word("audit_from", lang, sources="; ".join(leak.sources))
    if len(report.leaks) > _TOLD:
        yield "  " + word("audit_more", lang, count=len(report.leaks) - _TOLD)
    if report.unproven:
        yield word("audit_unproven", lang, count=len(report.unproven))
    for one in report.unproven[:_TOLD]:
        where = {name: getattr(one, name) for name in ("survey", "measure", "wave", "kind")}
        yield "  " + word(f"audit_why_{one.reason}", lang, **where)
    if len(report.unproven) > _TOLD:
        yield "  " + word("audit_more", lang, count=len(report.unproven) - _TOLD)


def _leak(leak: Leak, lang: str) -> str:
    values = {name: getattr(leak, name) for name in ("survey", "measure", "wave", "group", "what")}
    numbers = {name: number(getattr(leak, name), lang) for name in ("low", "high", "n")}
    return word(f"audit_leak_{leak.kind}", lang, **values, **numbers)


def number(value: float, lang: str) -> str:
    """A number with at most one decimal, as the language writes it."""
    text = f"{value:.1f}".removesuffix(".0")
    return text.replace(".", ",") if lang == "da" else text
