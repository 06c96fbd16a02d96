"""Development by group: one table a group variable, words only where the plan names the group."""

from __future__ import annotations

from collections.abc import Sequence

from evaluation.presentation.context import COMPARISON, DIFFERENCE, KOMMUNE, Context, Row, SurveyView, inside, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN, is_missing
from evaluation.presentation.piece import Piece, omitted, paragraphs, table
from evaluation.presentation.pieces.change import gathered
from evaluation.presentation.pieces.common import (
    COARSE,
    anm,
    hidden_remark,
    missing,
    pair_labels,
    sentences,
    source,
    why_not,
)
from evaluation.presentation.sentences import CHANGED
from evaluation.presentation.tables import Column, Table, number_column

#: Groups side by side at most; a variable with more is cut into several tables.
_MOST = 6


def groups(ctx: Context, view: SurveyView) -> list[Piece]:
    """``tbl-S-grupper`` and ``txt-S-grupper``."""
    tables = groups_table(ctx, view)
    return [tables, groups_text(ctx, view, tables)]


def _variables(ctx: Context, view: SurveyView) -> list[tuple[str, str, list[str]]]:
    """Group variables that were published: id, title, groups in order."""
    found = []
    known = list(dict.fromkeys(row["group"] for row in view.estimates if row["waves"] == view.waves_key))
    for name in view.survey.groups:
        variable = next((v for v in (view.instrument.groups if view.instrument else ()) if v.id == name), None)
        if name == "type":
            title = str(ctx.words("labels")["type"])
            mine = [group for group in known if group.startswith("type-")]
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
    for variable, title, mine in _variables(ctx, view):
        parts = [mine[start : start + _MOST] for start in range(0, len(mine), _MOST)]
        for number, part in enumerate(parts, start=1):
            ref = f"{name}-{variable}" + (f"-{number}" if number > 1 else "")
            texts.append(_one(ctx, view, ref, title, part))
            targets.append(ref)
    if not texts:
        return missing(ctx, view, name, "no_groups")
    return Piece(name, paragraphs(*texts), (), frozenset(targets))


def _one(ctx: Context, view: SurveyView, ref: str, title: str, mine: Sequence[str]) -> str:
    heads = ctx.words("heads")
    columns = [Column(str(heads["scale" if view.main_stat == "score" else "question"]), 30)]
    columns.append(number_column(str(heads["all"]), 11))
    columns += [number_column(view.group_label(group), 13) for group in mine]
    by_group = {
        group: {row["measure"]: row for row in view.changes(view.main_stat, group)} for group in (KOMMUNE, *mine)
    }
    rows = [
        (view.label(str(row["measure"])), *(_change(ctx, by_group[g].get(row["measure"])) for g in by_group))
        for row in view.main
    ]
    rows.append((f"*{heads['n']}*", *(_counts(ctx, list(found.values())) for found in by_group.values())))
    before, after = pair_labels(view)
    caption = ctx.say(
        "caption", f"groups_{view.main_stat}", title=view.title, variable=inside(title), before=before, after=after
    )
    used = [row for found in by_group.values() for row in found.values()]
    remarks = [
        ctx.say("note", f"groups_{view.main_stat}"),
        ctx.say("note", "groups_untested"),
        hidden_remark(ctx, used),
    ]
    below = anm(ctx, remarks, source(ctx, [view], view.pair))
    return table(ref, Table(tuple(columns), tuple(rows)), caption, below)


def _change(ctx: Context, row: Row | None) -> str:
    """Signed change: one decimal, whole numbers where the gate left only whole points."""
    if row is None or is_missing(row["change"]):
        return HIDDEN
    factor = 100.0 if row["stat"] == "andel" else 1.0
    decimals = 0 if str(row["reason"]) in COARSE else 1
    return ctx.numbers.number(float(row["change"]) * factor, decimals, sign=True)


def _counts(ctx: Context, rows: Sequence[Row]) -> str:
    """Most answers to any measure before and after."""
    sides = []
    for side in ("n_before", "n_after"):
        values = [int(row[side]) for row in rows if not is_missing(row[side])]
        sides.append(ctx.numbers.integer(max(values)) if values else HIDDEN)
    return " / ".join(sides)


def groups_text(ctx: Context, view: SurveyView, tables: Piece) -> Piece:
    """``txt-S-grupper``: where to look, what may be concluded, and the groups the plan gives words to."""
    name = f"txt-{view.id}-grupper"
    if view.pair is None:
        return omitted(name, why_not(ctx, view))
    if not tables.targets:
        return missing(ctx, view, name, "no_groups")
    titles = [title for _, title, _ in _variables(ctx, view)]
    refs, variables = ctx.refs(tables), ctx.numbers.listing([inside(title) for title in titles])
    lead = ctx.say("text", "groups_lead", refs=refs, variables=variables) if refs else ""
    named = any(group.survey == view.id for group in ctx.workspace.plan.decision.verdict_groups)
    caution = ctx.say("text", "groups_caution_named" if named else "groups_caution")
    return Piece(name, paragraphs(f"{lead} {caution}".strip(), *_named(ctx, view), _differences(ctx, view)))


def _named(ctx: Context, view: SurveyView) -> list[str]:
    """A paragraph for every group that the plan gives verdict words."""
    wanted = [g.group for g in ctx.workspace.plan.decision.verdict_groups if g.survey == view.id]
    texts = []
    for group in wanted:
        voice = sentences(ctx)
        rows = [row for row in view.changes(view.main_stat, group) if row["verdict"]]
        if rows:
            changed = [row for row in rows if row["verdict"] in CHANGED]
            parts = [voice.statement(row, view.quoted(str(row["measure"]))) for row in changed]
            parts += [gathered(ctx, view, voice, rows, verdict) for verdict in ("uaendret", "uafklaret")]
            told = " ".join(part for part in parts if part)
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
    factor = 100.0 if view.main_stat == "andel" else 1.0
    told = [
        f"{view.quoted(str(row['measure']))} ({ctx.numbers.number(float(row['change']) * factor, 1, sign=True)})"
        for row in rows
    ]
    return ctx.say("text", "differences", name=view.group_label(COMPARISON), list=ctx.numbers.listing(told))
