"""``_variables.yml``: every published number, formatted, nested by the parts of its key.

Quarto reads the dots of ``{{< var a.b.c >}}`` as levels and parses values as Markdown: so
every key and every value is a quoted string, formatted for the language and escaped. A part
of digits only would be a place in a list to Quarto, which then finds nothing: it is written
with the letter m before it (``m2024``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from evaluation.common.ids import slug
from evaluation.presentation.context import COMPARISON, DIFFERENCE, KOMMUNE, Context, Row, records, said
from evaluation.presentation.escape import markdown, yaml_value
from evaluation.presentation.numbers import HIDDEN, Numbers, is_missing
from evaluation.presentation.sentences import Sentences

Tree = dict[str, Any]

_COUNTS = ("n_before", "n_after", "n_paired", "clusters")
#: The letter that we put before a part of digits only.
_OURS = re.compile(r"(?<![^.])m(?=\d+(?![^.]))")
_POINTS = ("before", "after", "change", "ci_low", "ci_high", "delta")


def variables(ctx: Context, named: Collection[str] = ()) -> str:
    """The whole file.

    Parameters
    ----------
    named : collection of str
        Dotted keys that the prose uses. Numbers of single units, and of single questions in
        groups, are many (a YAML file of megabytes, read again at every render): they are written
        where the prose names them.
    """
    tree: Tree = {}
    _header(ctx, tree)
    _answers(ctx, tree)
    voice = Sentences(ctx.lang)
    for view in ctx.surveys:
        for row in _worth(view.estimates, view.main_stat):
            _put(tree, str(row["key"]).split("."), _change(ctx, voice, row))
        for row in _worth(view.levels, view.main_stat):
            _put(tree, str(row["key"]).split("."), _level(ctx, row))
        for row in view.perceived:
            _put(tree, str(row["key"]).split("."), _perceived(ctx, row))
    # A prose key may have got its m from us or own it: look for both.
    short = {".".join(key.split(".")[:5]) for key in named}
    wanted = short | {_OURS.sub("", key) for key in short}
    for table, leaves in (
        (ctx.published.estimates, partial(_change, ctx, voice)),
        (ctx.published.levels, partial(_level, ctx)),
        (ctx.published.perceived, partial(_perceived, ctx)),
    ):
        for row in records(table[table["key"].isin(wanted)]) if wanted else ():
            _put(tree, str(row["key"]).split("."), leaves(row))
    return "".join(_lines(tree, 0))


def _worth(rows: Iterable[Row], main_stat: str) -> Iterable[Row]:
    """Rows that anybody may want: all of the municipalities, the main measures of the groups."""
    return (row for row in rows if row["group"] in (KOMMUNE, COMPARISON, DIFFERENCE) or row["stat"] == main_stat)


def _put(tree: Tree, parts: Iterable[str], leaves: Mapping[str, str]) -> None:
    node = tree
    for part in parts:
        node = node.setdefault(f"m{part}" if part.isdigit() else part, {})
    node.update(leaves)


def _lines(tree: Tree, depth: int) -> Iterable[str]:
    for key in tree:
        value, indent = tree[key], "  " * depth
        if isinstance(value, dict):
            yield f"{indent}{json.dumps(key, ensure_ascii=False)}:\n"
            yield from _lines(value, depth + 1)
        else:
            yield f"{indent}{json.dumps(key, ensure_ascii=False)}: {yaml_value(value)}\n"


def _header(ctx: Context, tree: Tree) -> None:
    header = ctx.workspace.plan.evaluation
    plan = ctx.workspace.plan
    words = ctx.words("yes_no")
    tree["plan"] = {
        "titel": markdown(said(header.title, ctx.lang)),
        "undertitel": markdown(said(header.subtitle, ctx.lang)) if header.subtitle else "",
        "kommune": ctx.kommune,
        "aar": str(header.year),
        "udgiver": markdown(header.publisher or header.kommune),
        "forfattere": ctx.numbers.listing([markdown(author) for author in header.authors]),
        "fiktiv": str(words["yes" if ctx.published.fictional else "no"]),
    }
    threshold = int(ctx.published.meta.get("threshold", plan.disclosure.threshold))
    tree["regel"] = {
        "alpha": ctx.numbers.number(plan.decision.alpha, 2),
        "taerskel": ctx.numbers.integer(threshold),
    }
    for delta in plan.decision.deltas:
        whole = delta.points == int(delta.points)
        _put(tree, ["regel", delta.survey], {"graense": ctx.numbers.number(delta.points, 0 if whole else 1)})
    for release in plan.releases:
        leaves = {
            "titel": markdown(said(release.title, ctx.lang)),
            "fra": markdown(ctx.numbers.day(release.start)),
            "til": markdown(ctx.numbers.day(release.end)) if release.end else "",
        }
        _put(tree, ["frisaettelse", release.id], leaves)


def _answers(ctx: Context, tree: Tree) -> None:
    tree.setdefault("svar", {})
    for view in ctx.surveys:
        for wave in view.answered:
            row = view.answers_in(wave.id)
            if row is not None:
                leaves = {
                    "inviteret": ctx.numbers.integer(row["invited"]),
                    "besvaret": ctx.numbers.integer(row["answered"]),
                    "procent": ctx.numbers.share(row["rate"]),
                }
                _put(tree, ["svar", view.id, slug(wave.id)], leaves)


def _amount(numbers: Numbers, row: Row, column: str, *, size: bool = False) -> str:
    """A number of a row without its unit: points with one decimal, shares as whole per cent."""
    if is_missing(row[column]):
        return HIDDEN
    share = row["stat"] == "andel"
    value = float(row[column]) * (100 if share else 1)
    return numbers.number(abs(value) if size else value, 0 if share else 1)


def _change(ctx: Context, voice: Sentences, row: Row) -> dict[str, str]:
    numbers = ctx.numbers
    leaves = {column: numbers.integer(row[column]) for column in _COUNTS}
    leaves |= {column: _amount(numbers, row, column) for column in _POINTS}
    # Prose says "er steget med": the size without its sign.
    leaves["change_size"] = _amount(numbers, row, "change", size=True)
    leaves["direction"] = (
        HIDDEN
        if voice.kind_of(row) in ("hidden", "incomparable")
        else str(ctx.words("directions").get(str(row["direction"]), HIDDEN))
    )
    kind = voice.kind_of(row)
    words = {"untested": "small", "neutral": "none"}
    leaves["verdict"] = str(ctx.words("verdicts")[words.get(kind, kind)])
    leaves["p_adjusted"] = markdown(numbers.p_value(row["p_adjusted"]))
    leaves["effect_size"] = numbers.number(row["effect_size"], 2)
    return leaves


def _level(ctx: Context, row: Row) -> dict[str, str]:
    leaves = {column: _amount(ctx.numbers, row, column) for column in ("value", "ci_low", "ci_high")}
    return {**leaves, "n": ctx.numbers.integer(row["n"])}


def _perceived(ctx: Context, row: Row) -> dict[str, str]:
    shares = [name for name in row if str(name).startswith("share_")]
    leaves = {str(name): ctx.numbers.share(row[name]) for name in shares}
    leaves["net"] = ctx.numbers.number(row["net"], 0)
    return {**leaves, "n": ctx.numbers.integer(row["n"])}
