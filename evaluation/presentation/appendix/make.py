"""Both workbooks of a report: :func:`appendix` and :func:`figure_numbers`."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.presentation.appendix.front import cover, disclosure, figures_cover, notes, properties
from evaluation.presentation.appendix.model import Sheet
from evaluation.presentation.appendix.others import other_sheets
from evaluation.presentation.appendix.surveys import survey_sheets
from evaluation.presentation.appendix.write import workbook
from evaluation.presentation.brand import Brand
from evaluation.presentation.context import Context


def appendix_sheets(ctx: Context) -> list[Sheet]:
    """Every sheet of the appendix but the first: surveys as in the plan, what goes across them, notes."""
    sheets = [sheet for view in ctx.surveys for sheet in survey_sheets(ctx, view)]
    hidden = disclosure(ctx)
    return [*sheets, *other_sheets(ctx), *([hidden] if hidden is not None else []), notes(ctx)]


def appendix(ctx: Context, brand: Brand) -> bytes:
    """``tabelbilag.xlsx``: every published number of the whole municipality and its groups."""
    return workbook(cover(ctx), appendix_sheets(ctx), properties(ctx), brand)


def figure_numbers(ctx: Context, sheets: Sequence[Sheet], brand: Brand) -> bytes:
    """``figurdata.xlsx``: the numbers behind every figure of a report, a sheet a figure."""
    return workbook(figures_cover(ctx), sheets, properties(ctx), brand)
