"""Attacks that need no solver: what a published row gives away by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from evaluation.disclosure.attack.cells import whole
from evaluation.disclosure.attack.facts import Facts
from evaluation.disclosure.attack.files import Publication, Record, number
from evaluation.disclosure.attack.programme import Leak

#: Fewest answers for anything that tells how they vary (``docs/disclosure.md``).
FULL = 30
_SPREAD = ("sd", "se", "ci_low", "ci_high", "eq_low", "eq_high", "p_value", "p_adjusted", "effect_size", "mdc80")
NUMBERS = {
    "levels": ("value",),
    "estimates": ("before", "after", "change"),
    "perceived": ("net", "share_worse"),
    "comparisons": ("value_group", "value_against", "difference"),
    "trends": ("before", "after", "estimate"),
}
_SIZES = ("n", "n_before", "n_after", "n_group", "n_against")
_PEOPLE = ("people", "persons", "raters")
_TEXTS = ("reason", "note", "caution", "comment", "explanation")
_WORD = re.compile(r"[a-zæøå]+(?:_[a-zæøå0-9]+)+")


def direct(publications: Sequence[Publication], facts: Facts) -> Iterator[Leak]:
    """Everything the rows of csv tables give away by themselves."""
    for publication in publications:
        for table, columns in NUMBERS.items():
            for row in publication.rows(table):
                # register indicators count months and units, not people
                if table != "trends" or row["survey"] in facts.surveys:
                    yield from _row(publication, table, row, columns, facts)
        for row in publication.rows("distributions"):
            people = _people(row) or whole(row.get("n_base"))
            if number(row.get("count")) is not None and people and people < facts.rule.threshold:
                yield _leak(publication, row, row["item"], row["wave"], "below_threshold", people)
        for table, rows in publication.tables.items():
            columns = tuple(name for name in _TEXTS if rows and name in rows[0])
            for row in rows if columns else ():
                yield from _words(publication, table, row, columns)
        yield from _indicators(publication, facts)


def _people(row: Record) -> int | None:
    """People behind a row, where that is published beside the answers."""
    return next((n for n in (whole(row.get(name)) for name in _PEOPLE) if n is not None), None)


def _row(publication: Publication, table: str, row: Record, columns: Sequence[str], facts: Facts) -> Iterator[Leak]:
    threshold = facts.rule.threshold
    sizes = [whole(row.get(name)) for name in _SIZES]
    known = [n for n in sizes if n is not None]
    if not known or (table == "estimates" and row["group"].startswith("forskel-")):
        return
    n, measure, wave = min(known), row.get("measure") or row.get("item", ""), row.get("wave") or row.get("waves", "")
    people = _people(row)
    fewest = n if people is None else min(n, people)
    seen = any(number(row.get(column)) is not None for column in columns)
    if seen and 0 < fewest < threshold:
        yield _leak(publication, row, measure, wave, "below_threshold", fewest)
    spread = [name for name in _SPREAD if number(row.get(name)) is not None]
    if spread and n < FULL:
        yield _leak(publication, row, measure, wave, "spread", n, ", ".join(spread))
    paired = whole(row.get("n_paired"))
    if paired is not None:
        alone = [size - paired for size in sizes[1:3] if size is not None]
        few = [a for a in [*alone, paired] if 0 < a < threshold]
        if few:
            yield _leak(publication, row, measure, wave, "paired", few[0])


def _words(publication: Publication, table: str, row: Record, columns: Sequence[str]) -> Iterator[Leak]:
    """A number in the explanation of a hidden number."""
    if row.get("suppressed") != "true" and row.get("hidden") != "true":
        return
    for column in columns:
        if table == "indicators" and column == "note":
            continue
        if _told(row.get(column) or ""):
            wave = row.get("wave") or row.get("waves", "")
            measure = row.get("measure") or row.get("item") or ""
            yield _leak(publication, row, measure, wave, "explanation", 0, row[column])


@lru_cache(maxsize=4096)
def _told(text: str) -> bool:
    """Whether a number stands in it that is no part of a code such as ``under_30``."""
    return any(c.isdigit() for c in _WORD.sub("", text.lower()))


def _leak(publication: Publication, row: Record, measure: str, wave: str, kind: str, n: float, what: str = "") -> Leak:
    source = f"{publication.name}: {row.get('key', '')}"
    return Leak(row.get("survey", ""), measure, row.get("group", ""), wave, kind, what, n, n, n, (source,))


def _indicators(publication: Publication, facts: Facts) -> Iterator[Leak]:
    """One hidden unit beside the kommune's count, or hidden units that nothing or everything is left for."""
    places: dict[tuple[str, str, str], list[Record]] = {}
    for row in publication.rows("indicators"):
        places.setdefault((row["indicator"], row["stat"], row["period"]), []).append(row)
    for (name, stat, period), rows in places.items():
        total = next((row for row in rows if row["group"] == "kommune"), None)
        hidden = [row for row in rows if row["group"] != "kommune" and row.get("suppressed") == "true"]
        shown = [row for row in rows if row["group"] != "kommune" and number(row.get("value")) is not None]
        if total is None or not hidden or number(total.get("value")) is None:
            continue
        if whole(total.get("units")) != len(hidden) + len(shown):
            continue
        left = _left(total, shown, stat)
        if left is None:
            continue
        count, base, slack = left
        found = Leak(
            "indikatorer",
            name,
            hidden[0]["group"],
            period,
            "indicator",
            stat,
            count - slack,
            count + slack,
            base,
            (f"{publication.name}: {total['key']}",),
        )
        narrow = 2 * slack < facts.rule.protection
        if narrow and (len(hidden) == 1 or (stat != "tal" and count + slack < 0.5 <= base)):
            yield found


def _left(total: Record, shown: Sequence[Record], stat: str) -> tuple[float, float, float] | None:
    """What the shown units leave of the kommune: count, denominator, and how far rounding may be off."""
    value, base = number(total.get("value")), number(total.get("denominator"))
    if value is None:
        return None
    values = [number(row.get("value")) or 0.0 for row in shown]
    if stat == "antal":
        return value - sum(values), value, 0.0
    units = whole(total.get("units"))
    if stat == "tal":
        if total.get("method") != "enhedsgennemsnit" or not units:
            return None
        half = sum(0.5 for row in shown if row.get("reason") == "hele_point")
        return value * units - sum(values), value * units, half
    bases = [number(row.get("denominator")) for row in shown]
    if base is None or any(b is None for b in bases):
        return None
    per = 100.0 if stat == "procent" else 1.0
    counts = sum(v / per * (b or 0.0) for v, b in zip(values, bases, strict=True))
    half = sum(0.005 * (b or 0.0) for row, b in zip(shown, bases, strict=True) if row.get("reason") == "hele_point")
    return value / per * base - counts, base - sum(b or 0.0 for b in bases), half
