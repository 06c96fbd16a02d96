"""The numbers behind a figure: a sheet of a workbook, and a small table that the html folds away below the figure."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd

from evaluation.presentation.appendix.labels import Labels
from evaluation.presentation.appendix.model import NONE, Cell, Field, Num, Sheet, number_field, text_field, words
from evaluation.presentation.appendix.text import clean
from evaluation.presentation.context import Context
from evaluation.presentation.numbers import HIDDEN, Numbers, is_missing
from evaluation.presentation.piece import Piece, caption_of

#: Columns of figures that count something, and those that are dates; other numbers have one decimal.
_COUNTS = frozenset({"n", "invited", "answered", "n_before", "n_after", "clusters", "count", "units"})
_DATES = frozenset({"date", "start", "end"})
_SIGNED = frozenset({"change", "estimate", "difference", "net"})
#: Names of single units, which no report shows one by one.
UNIT_LABEL = "unit_label"
#: An interval is that of the change where a figure shows one.
_ENDS = frozenset({"ci_low", "ci_high"})
#: Columns that have ids and not words in their cells, and the section of the catalogue with the words.
_IDS = {"kind": "appendix_words", "period": "periods", "verdict": "verdicts"}


def figure_sheets(ctx: Context, pieces: Iterable[Piece]) -> list[Sheet]:
    """A sheet a figure, in the order of ``pieces``."""
    return [
        figure_sheet(ctx, name, figure, caption_of(piece.text, name))
        for piece in pieces
        for name, figure in piece.figures
    ]


def figure_sheet(ctx: Context, name: str, figure: Any, caption: str) -> Sheet:
    """The numbers of one figure under the heads and in the units that readers know from it."""
    labels = Labels(ctx)
    table = _nameless(figure.data_table())
    shares = figure.shares()
    signed = _SIGNED | (_ENDS if _SIGNED & set(table.columns) else frozenset())
    makers = [_maker(ctx, str(column), shares, signed) for column in table.columns]
    fields = tuple(_field(labels, str(column), table[column], shares) for column in table.columns)
    rows = tuple(
        tuple(make(value) for make, value in zip(makers, row, strict=True))
        for row in table.itertuples(index=False, name=None)
    )
    title = words(caption) or name
    # A caption begins with what the figure is about.
    return Sheet(title.partition(": ")[0], title, labels.say("figure_of", name=name), _unlike(fields), rows, fixed=1)


def _nameless(table: pd.DataFrame) -> pd.DataFrame:
    """The numbers of single units without their names, and in an order that does not tell them either.

    A figure of units draws dots without names; its numbers must not say more than it does.
    """
    if UNIT_LABEL not in table.columns:
        return table
    kept = table.drop(columns=UNIT_LABEL)
    words_of = [column for column in kept.columns if not pd.api.types.is_numeric_dtype(kept[column])]
    place = {
        column: kept[column].map({value: at for at, value in enumerate(kept[column].unique())}) for column in words_of
    }
    order = kept.assign(**place).sort_values(list(kept.columns), kind="stable").index
    return kept.loc[order].reset_index(drop=True)


def _maker(ctx: Context, column: str, shares: frozenset[str], signed: frozenset[str]) -> Callable[[Any], Cell]:
    """How the values of a column become cells."""
    known: Mapping[str, Any] = ctx.words(_IDS[column]) if column in _IDS else {}

    def make(value: Any) -> Cell:
        if is_missing(value):
            return NONE if column in _DATES else HIDDEN
        if isinstance(value, date):
            return value.date() if isinstance(value, datetime) else value
        if isinstance(value, str):
            return str(known.get(value, value)) or NONE
        if column in shares:
            return Num(round(float(value) * 100, 10))
        whole = column in _COUNTS
        return Num(round(float(value), 10), 0 if whole else 1, column in signed)

    return make


def _field(labels: Labels, column: str, values: pd.Series, shares: frozenset[str]) -> Field:
    heads = labels.ctx.words("figure_heads")
    head = str(heads.get(column, column))
    if column in shares and column != "rate":
        head = labels.say("share_head", head=head)
    if column in _DATES:
        return Field(head, number=True, width=20)
    numbers = column in shares or pd.api.types.is_numeric_dtype(values)
    return number_field(head, 11) if numbers else text_field(head, 52)


def _unlike(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Heads that are all different: a table of a workbook takes no two alike."""
    seen: dict[str, int] = {}
    made = []
    for field in fields:
        head = clean(field.head) or NONE
        seen[head.lower()] = seen.get(head.lower(), 0) + 1
        again = seen[head.lower()]
        made.append(Field(f"{head} ({again})" if again > 1 else head, field.number, field.width))
    return tuple(made)


def details(ctx: Context, sheet: Sheet) -> str:
    """The numbers as html that is closed until somebody asks: a table with caption and headed rows."""
    labels, numbers = Labels(ctx), ctx.numbers
    summary = labels.say("summary")
    heads = "".join(f'<th scope="col"{_side(field)}>{html.escape(field.head)}</th>' for field in sheet.fields)
    body = "\n".join(_row(numbers, sheet, row) for row in sheet.rows)
    title = html.escape(sheet.title)
    return (
        f'<details class="figurtal">\n<summary aria-label="{html.escape(summary)}: {title}">'
        f"{html.escape(summary)}</summary>\n"
        f'<div class="tabel-rulle" tabindex="0" role="group" aria-label="{title}">\n'
        f"<table>\n<caption>{title}</caption>\n"
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n</div>\n</details>\n"
    )


def _side(field: Field) -> str:
    return ' style="text-align: right;"' if field.number else ""


def _row(numbers: Numbers, sheet: Sheet, row: tuple[Cell, ...]) -> str:
    cells = []
    for place, (field, value) in enumerate(zip(sheet.fields, row, strict=True)):
        tag, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
        cells.append(f"<{tag}{scope}{_side(field)}>{html.escape(shown(numbers, value))}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def shown(numbers: Numbers, value: Cell) -> str:
    """A cell as a reader sees it."""
    if isinstance(value, Num):
        return numbers.number(value.value, value.decimals, sign=value.sign)
    return numbers.day(value) if isinstance(value, date) else clean(value)
