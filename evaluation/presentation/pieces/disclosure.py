"""What was hidden and why: the table of the appendix *Diskretionering*, counted from the gate's record."""

from __future__ import annotations

import pandas as pd

from evaluation.presentation.context import Context
from evaluation.presentation.escape import markdown
from evaluation.presentation.piece import Piece, omitted, table
from evaluation.presentation.pieces.common import anm, fictional
from evaluation.presentation.tables import Column, Table, number_column

#: Tables in the order a reader meets them; others follow by name.
_ORDER = ("levels", "estimates", "distributions", "perceived", "scales", "comparisons", "nonresponse", "indicators")
#: Columns that name one object: mean, share and distribution of a group are hidden together and counted once.
_OBJECT = {
    "levels": ("survey", "measure", "group", "wave"),
    "estimates": ("survey", "measure", "group", "waves"),
    "nonresponse": ("survey", "measure", "group", "waves"),
    "comparisons": ("survey", "measure", "group", "waves"),
    "distributions": ("survey", "item", "group", "wave"),
    "perceived": ("survey", "item", "group", "wave"),
    "scales": ("survey", "scale", "wave"),
    "indicators": ("indicator", "group", "period"),
}
_UNIT = "enhed-"


def hidden_table(ctx: Context) -> Piece:
    """``tbl-diskretionering``: how many numbers were hidden or made coarser, by table and rule, and why."""
    name = "tbl-diskretionering"
    record = ctx.published.record
    if record.empty:
        return omitted(name, ctx.say("omitted", "nothing_hidden"))
    heads = ctx.words("record_heads")
    columns = (
        Column(str(heads["effect"]), 17),
        Column(str(heads["why"]), 85),
        number_column(str(heads["groups"]), 25),
        number_column(str(heads["units"]), 25),
    )
    counted = hidden_counts(record)
    found = {str(kind) for kind in counted["table"]}
    rows: list[tuple[str, ...]] = []
    told: set[str] = set()
    for kind in [*(one for one in _ORDER if one in found), *sorted(found - set(_ORDER))]:
        part = counted[counted["table"] == kind]
        rows.append((_heading(ctx, kind, part),))
        rows += [_row(ctx, entry, told) for entry in part.to_dict("records")]
    below = anm(ctx, [ctx.say("record_text", "note")], fictional(ctx, ctx.say("note", "source_record")))
    content = Table(columns, tuple(rows))
    return Piece(name, table(name, content, ctx.say("caption", "record"), below), (), frozenset({name}))


def hidden_counts(record: pd.DataFrame) -> pd.DataFrame:
    """One row a table, effect and rule: objects of groups and of single units; hidden before coarser, many first."""
    # the key without its third part, the stat: mean and share of a group are one object
    parts = (key.split(".") for key in record["key"])
    names = [".".join((*part[:2], *part[3:])) for part in parts]
    rows = record.assign(object=names, unit=record["group"].str.startswith(_UNIT))
    rows = rows.drop_duplicates(["table", "rule", "hidden", "object"])
    by = ["table", "hidden", "rule"]
    made = rows.groupby(by)["unit"].agg(units="sum", all="size").reset_index()
    made["groups"] = made["all"] - made["units"]
    return made.sort_values(["table", "hidden", "groups", "units", "rule"], ascending=[True, False, False, False, True])


def _heading(ctx: Context, kind: str, part: pd.DataFrame) -> str:
    """Name of the table and how many numbers it has in all, so that the counts below can be weighed."""
    title = markdown(str(ctx.words("record_kinds").get(kind, ctx.words("record_tables").get(kind, kind))))
    frame = getattr(ctx.published, kind, None)
    if frame is None or kind not in _OBJECT:
        return title
    objects = frame[list(_OBJECT[kind])].drop_duplicates()
    units = objects["group"].str.startswith(_UNIT) if "group" in objects else pd.Series(False, index=objects.index)
    groups, single = int((~units).sum()), int(units.sum())
    if kind == "distributions":
        # hidden distributions of single units have no row in the table: they are only in the record
        shown = frame.loc[frame["group"].str.startswith(_UNIT) & frame["suppressed"], list(_OBJECT[kind])]
        single += int(part.loc[part["hidden"], "units"].sum()) - len(shown.drop_duplicates())
    say = "totals" if single else "total"
    return ctx.say(
        "record_text", say, title=title, groups=ctx.numbers.integer(groups), units=ctx.numbers.integer(single)
    )


def _row(ctx: Context, entry: dict[str, object], told: set[str]) -> tuple[str, ...]:
    """One rule; its sentence stands the first time, and only its name from then on."""
    heads, why, reasons = ctx.words("record_heads"), ctx.words("record_why"), ctx.words("record_reasons")
    rule = str(entry["rule"])
    threshold = int(ctx.published.meta.get("threshold", ctx.workspace.plan.disclosure.threshold))
    places = {"threshold": ctx.numbers.count(threshold), "triple": ctx.numbers.integer(3 * threshold)}
    version = "hidden" if entry["hidden"] else "coarse"
    key = f"{rule}_shown" if version == "coarse" and f"{rule}_shown" in why else rule
    text = ctx.say("record_why", key, **places) if key in why else markdown(str(reasons.get(rule, rule)))
    if text in told:
        text = text.partition(".**")[0].removeprefix("**")
    told.add(text)
    return (
        markdown(str(heads[version])),
        text,
        ctx.numbers.integer(int(str(entry["groups"]))),
        ctx.numbers.integer(int(str(entry["units"]))),
    )
