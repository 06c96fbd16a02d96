"""Development by group: one table a group variable, words only where the plan names the group."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.plan.registers import REGISTER_GROUPS
from evaluation.presentation.context import DIFFERENCE, KOMMUNE, Context, Row, SurveyView, inside, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.caution import cautions_of_groups
from evaluation.presentation.pieces.common import (
    COARSE,
    anm,
    hidden_remark,
    missing,
    noun_of,
    pair_labels,
    quote,
    sentences,
    source,
    why_not,
)
from evaluation.presentation.pieces.group_figures import forest_text, group_forest, verdict_figure
from evaluation.presentation.sentences import ORDER
from evaluation.presentation.tables import TEXT_WIDTH, Column, Table, number_column, text_width

#: Groups side by side at most; a variable with more is cut into several tables.
_MOST = 6


def groups(ctx: Context, view: SurveyView) -> list[Piece]:
    """``tbl-S-grupper``, ``fig-S-grupper``, ``fig-S-vurderinger`` and ``txt-S-grupper``."""
    tables = groups_table(ctx, view)
    chart = group_forest(ctx, view, group_variables(ctx, view) if view.pair is not None else ())
    verdicts = verdict_figure(ctx, view)
    return [tables, chart, verdicts, groups_text(ctx, view, tables, chart, verdicts)]


def group_variables(ctx: Context, view: SurveyView) -> list[tuple[str, str, list[str]]]:
    """Group variables that were published: id, title, groups in order."""
    found = []
    known = list(dict.fromkeys(row["group"] for row in view.estimates if row["waves"] == view.waves_key))
    for name in view.survey.groups:
        variable = next((v for v in (view.instrument.groups if view.instrument else ()) if v.id == name), None)
        if name in REGISTER_GROUPS:
            title = str(ctx.words("labels")[name])
            mine = [group for group in known if group.startswith(f"{name}-")]
        elif variable is not None:
            title = markdown(said(variable.title, ctx.lang))
            mine = [f"{name}-{value.id}" for value in variable.values if f"{name}-{value.id}" in known]
        else:
            continue
        if mine:
            found.append((name, title, mine))
    return found


def groups_table(ctx: Context, view: SurveyView) -> Piece:
    """One table a group variable: change of every main measure in every group."""
    name = f"tbl-{view.id}-grupper"
    if view.pair is None:
        return missing(ctx, view, name, "no_pair")
    texts, targets = [], []
    for variable, title, mine in group_variables(ctx, view):
        for number, part in enumerate(_parts(ctx, view, mine), start=1):
            ref = f"{name}-{variable}" + (f"-{number}" if number > 1 else "")
            texts.append(_one(ctx, view, ref, title, part))
            targets.append(ref)
    if not texts:
        return missing(ctx, view, name, "no_groups")
    return Piece(name, paragraphs(*texts), (), frozenset(targets))


def _parts(ctx: Context, view: SurveyView, mine: Sequence[str]) -> list[Sequence[str]]:
    """Cut the groups into as few tables as hold them, evenly; a table whose heads have no room is cut further."""
    for count in range(-(-len(mine) // _MOST), len(mine) + 1):
        size = -(-len(mine) // count)
        parts = [mine[start : start + size] for start in range(0, len(mine), size)]
        if all(sum(_content(ctx, view, part).least_widths()) <= TEXT_WIDTH for part in parts):
            return parts
    return [[group] for group in mine]


def _by_group(view: SurveyView, mine: Sequence[str]) -> dict[str, dict[str, Row]]:
    groups = (KOMMUNE, *mine)
    return {g: {str(row["measure"]): row for row in view.changes(view.main_stat, g)} for g in groups}


def _content(ctx: Context, view: SurveyView, mine: Sequence[str]) -> Table:
    """Changes of every measure in the municipality and the groups, at the bottom the answers of both waves."""
    heads = ctx.words("heads")
    columns = [Column(str(heads["scale" if view.main_stat == "score" else "question"]), 46)]
    columns.append(number_column(str(heads["all"]), 13))
    # A head of two or three words stands on one line where there is room.
    heads_of = [view.group_label(group) for group in mine]
    columns += [number_column(head, round(min(max(text_width(head) + 4, 17), 34))) for head in heads_of]
    by_group = _by_group(view, mine)
    rows = [
        (view.label(str(row["measure"])), *(_change(ctx, by_group[g].get(str(row["measure"]))) for g in by_group))
        for row in view.main
    ]
    for side, label in zip(("n_before", "n_after"), pair_labels(view), strict=True):
        counts = (_count(ctx, list(found.values()), side) for found in by_group.values())
        rows.append((f"*{ctx.say('heads', 'n_wave', wave=label)}*", *counts))
    return Table(tuple(columns), tuple(rows))


def _one(ctx: Context, view: SurveyView, ref: str, title: str, mine: Sequence[str]) -> str:
    before, after = pair_labels(view)
    caption = ctx.say(
        "caption", f"groups_{view.main_stat}", title=view.title, variable=inside(title), before=before, after=after
    )
    by_group = _by_group(view, mine)
    used = [row for found in by_group.values() for row in found.values()]
    labels = {group: quote(ctx, view.group_label(group)) for group in mine}
    remarks = [
        ctx.say("note", f"groups_{view.main_stat}"),
        ctx.say("note", "groups_untested"),
        cautions_of_groups(ctx, labels, {group: by_group[group].values() for group in mine}),
        hidden_remark(ctx, used),
    ]
    below = anm(ctx, remarks, source(ctx, [view], view.pair))
    return table(ref, _content(ctx, view, mine), caption, below)


def _change(ctx: Context, row: Row | None) -> str:
    """Signed change: one decimal, whole numbers where the gate left only whole points."""
    if row is None or is_missing(row["change"]):
        return HIDDEN
    factor = 100.0 if row["stat"] == "andel" else 1.0
    decimals = 0 if str(row["reason"]) in COARSE else 1
    return ctx.numbers.number(float(row["change"]) * factor, decimals, sign=True)


def _count(ctx: Context, rows: Sequence[Row], side: str) -> str:
    """Most answers to any measure in one of the waves."""
    values = [int(row[side]) for row in rows if not is_missing(row[side])]
    return ctx.numbers.integer(max(values)) if values else HIDDEN


def groups_text(ctx: Context, view: SurveyView, tables: Piece, chart: Piece, verdicts: Piece) -> Piece:
    """``txt-S-grupper``: where to look, what may be concluded, and the groups the plan gives words to."""
    name = f"txt-{view.id}-grupper"
    if view.pair is None:
        return omitted(name, why_not(ctx, view))
    if not tables.targets:
        return missing(ctx, view, name, "no_groups")
    titles = [title for _, title, _ in group_variables(ctx, view)]
    refs, variables = ctx.refs(tables), ctx.numbers.listing([inside(title) for title in titles])
    lead = ctx.say("text", "groups_lead", refs=refs, variables=variables) if refs else ""
    named = any(group.survey == view.id for group in ctx.workspace.plan.decision.verdict_groups)
    caution = ctx.say("text", "groups_caution_named" if named else "groups_caution")
    told = forest_text(ctx, view, chart, group_variables(ctx, view))
    refs = ctx.refs(verdicts)
    gathered = ctx.say("verdict_figure", "lead", ref=refs) if refs else ""
    return Piece(
        name, paragraphs(f"{lead} {caution}".strip(), told, *_named(ctx, view), gathered, _differences(ctx, view))
    )


def _named(ctx: Context, view: SurveyView) -> list[str]:
    """A paragraph for every group that the plan gives verdict words."""
    wanted = [g.group for g in ctx.workspace.plan.decision.verdict_groups if g.survey == view.id]
    texts = []
    for group in wanted:
        voice = sentences(ctx)
        rows = [row for row in view.changes(view.main_stat, group) if row["verdict"]]
        if rows:
            told = " ".join(
                voice.in_group(verdict, mine, len(rows), noun_of(view))
                for verdict in ORDER
                if (mine := [(row, view.quoted(str(row["measure"]))) for row in rows if row["verdict"] == verdict])
            )
            texts.append(ctx.say("text", "groups_named", group=view.group_label(group), told=told))
        else:
            texts.append(ctx.say("text", "groups_small", group=view.group_label(group)))
    return texts


def _differences(ctx: Context, view: SurveyView) -> str:
    """Differences in development to the comparison municipality, where analysis made them."""
    rows = [row for row in view.changes(view.main_stat, DIFFERENCE) if not is_missing(row["change"])]
    if not rows or ctx.workspace.plan.comparison is None:
        return ""
    rows = sorted(rows, key=lambda row: -abs(float(row["change"])))[:3]
    told = sentences(ctx).changes_of([(row, view.quoted(str(row["measure"]))) for row in rows])
    return ctx.say("text", "differences", name=markdown(ctx.workspace.plan.comparison.kommune), list=told)
