"""New results beside everything published before: what may change, and what stays as it was.

Whoever holds two publications of the same wave can subtract one from the other, and what is
left is about the people whose answers changed between them. So a number that was published
before changes only where at least as many people changed as a group must have to be shown
like that, in every group, in what is left of every grouping, and against every publication
that has it. Everything else stays as it was published (see ``docs/disclosure.md``,
"Publications").

How many people changed is not published. What is known is that it is at least the difference
of the two numbers of answers, and that is all this module counts on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import pandas as pd

from evaluation.disclosure.published import Published
from evaluation.disclosure.rules import COARSE_BELOW, FULL, Bools
from evaluation.plan.model import Disclosure

#: A number of one wave: survey, measure (item or scale), wave.
Number = tuple[str, str, str]
#: What names one row of a single-wave table.
ROW: Final = ("survey", "measure", "wave", "group", "sub", "cell")
_LINE: Final = ("survey", "measure", "wave", "group", "sub")
_WHOLES: Final = ("kommune", "sammenligning")
_DIFFERENCE: Final = "forskel-sammenligning"
_SPREAD: Final = ("sd", "se", "ci_low", "ci_high")
#: Numbers closer than this are the same number.
_SAME: Final = 1e-7

#: Why a number is kept as it was published, or hidden (column ``reason`` of :class:`Conflicts`).
TOO_FEW: Final = "for_faa_aendret"
PATTERN: Final = "andet_moenster"


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published under one name, as it lies in ``reports/_published/NAME``.

    Attributes
    ----------
    name : str
        ``2025``, or ``2025-r1`` for a first correction.
    published : Published
    threshold, protection : int
        The policy it was made under.
    """

    name: str
    published: Published
    threshold: int
    protection: int


@dataclass(frozen=True, slots=True)
class Conflicts:
    """What the new results may not change.

    Attributes
    ----------
    kept : DataFrame
        One row a number of one wave that stays as published: ``survey, measure, wave``,
        ``publication`` (the newest that has it) and ``reason``: ``for_faa_aendret`` (too few people
        changed) or ``andet_moenster`` (other groups would be hidden than then).
    closed : DataFrame
        Groups of numbers published before that were not part of it and stay hidden beside it:
        ``survey, measure, wave, group``.
    """

    kept: pd.DataFrame
    closed: pd.DataFrame

    def __bool__(self) -> bool:
        """Whether there is anything to keep or hide."""
        return bool(len(self.kept) or len(self.closed))


@dataclass(slots=True)
class _Decisions:
    kept: dict[Number, tuple[str, str]] = field(default_factory=dict)
    closed: set[tuple[str, str, str, str]] = field(default_factory=set)

    def result(self) -> Conflicts:
        kept = [(*number, *why) for number, why in sorted(self.kept.items())]
        return Conflicts(
            pd.DataFrame(kept, columns=["survey", "measure", "wave", "publication", "reason"]),
            pd.DataFrame(sorted(self.closed), columns=["survey", "measure", "wave", "group"]),
        )


def conflicts(
    new: Published, earlier: Sequence[Publication], policy: Disclosure, shared: Collection[str] = ()
) -> Conflicts:
    """Numbers of ``new`` that an outsider could subtract from those published before.

    Parameters
    ----------
    new : Published
        What has passed the rest of the gate.
    earlier : sequence of Publication
        Everything in ``reports/_published``, oldest first.
    policy : Disclosure
        The plan's policy. The rest of the gate asks at least 3 thresholds for distributions and
        unrounded means and 30 answers for spread; so do differences.
    shared : collection of str
        Surveys where one person can stand behind several answers (raters, households): how many
        people changed is then unknown, and what was published stays.

    Returns
    -------
    Conflicts
        Empty where nothing was published before or nothing differs.
    """
    decided = _Decisions()
    mine = lines(new)
    # Newest first, so that a number that stays is kept as it was published last.
    for publication in reversed(earlier):
        theirs = lines(publication.published)
        both = _paired(mine, theirs)
        if both.empty:
            continue
        threshold = max(policy.threshold, publication.threshold)
        for number, reason in _refused(both, threshold, frozenset(shared)):
            decided.kept.setdefault(number, (publication.name, reason))
        decided.closed |= _new_groups(mine, theirs, both, set(decided.kept))
    return decided.result()


def lines(published: Published) -> pd.DataFrame:
    """Every number of one wave in one frame: :data:`ROW`, ``n``, ``shown``, ``spread`` and ``v0`` to ``v4``.

    ``sub`` tells numbers of one measure and group apart (mean, share, distribution by base),
    ``cell`` the rows of a distribution.

    A unit's standard error rests on the spread of all waves together, not on its own answers: it
    is no difference of the unit's, and ``as_published`` looks after it.
    """
    units = published.levels["group"].str.startswith("enhed-")
    levels = published.levels.assign(se=published.levels["se"].mask(units))
    units = published.perceived["group"].str.startswith("enhed-")
    answers, felt = published.distributions, published.perceived.assign(se=published.perceived["se"].mask(units))
    kind, cell = "fordeling-" + answers["base"], answers["code"] + answers["state"]
    parts = [
        _part(levels, "measure", levels["stat"], None, "n", ("value", "sd", "se", "floor_share", "ceiling_share")),
        _part(answers, "item", kind, cell, "n_base", ("count",)),
        _part(felt, "item", "oplevet", None, "n", ("share_worse", "share_same", "share_better", "se")),
        _part(felt, "item", "oplevet-spurgt", None, "asked", ("share_dont_know", "share_not_here")),
    ]
    whole = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    # A group of which not even the number of answers was told was no part of it.
    told = whole["shown"] | whole["n"].notna()
    return whole[told & (whole["group"] != _DIFFERENCE)].reset_index(drop=True)


def _part(
    table: pd.DataFrame,
    measure: str,
    sub: pd.Series | str,
    cell: pd.Series | None,
    n: str,
    values: tuple[str, ...],
) -> pd.DataFrame:
    made = pd.DataFrame({name: table[name].astype(str) for name in ("survey", "wave", "group")})
    made["measure"], made["sub"] = table[measure].astype(str), sub
    made["cell"] = "" if cell is None else cell
    made["n"] = table[n].to_numpy(dtype=float)
    numbers = table[list(values)].to_numpy(dtype=float)
    made["shown"] = ~np.isnan(numbers).all(axis=1) & ~table["suppressed"].to_numpy(dtype=bool)
    spread = [name for name in _SPREAD if name in values]
    made["spread"] = ~np.isnan(table[spread].to_numpy(dtype=float)).all(axis=1) if spread else False
    for place in range(5):
        made[f"v{place}"] = numbers[:, place] if place < len(values) else np.nan
    return made


def _paired(mine: pd.DataFrame, theirs: pd.DataFrame) -> pd.DataFrame:
    """Rows of the numbers that both have, side by side, one row a line (mean, share, distribution of a group)."""
    names = ["survey", "measure", "wave"]
    common = mine[names].drop_duplicates().merge(theirs[names].drop_duplicates(), on=names)
    if common.empty:
        return pd.DataFrame()
    rows = mine.merge(common, on=names).merge(
        theirs.merge(common, on=names), on=list(ROW), how="outer", suffixes=("_new", "_old"), indicator="where"
    )
    for column in ("shown_new", "shown_old", "spread_new", "spread_old"):
        rows[column] = rows[column].eq(True)
    rows["differs"] = _differs(rows)
    # How far the sums may move without anybody having changed: whole points and rounded shares.
    rows["sum"] = rows["n_new"] * rows["v0_new"] - rows["n_old"] * rows["v0_old"]
    return rows.groupby(list(_LINE), sort=False, as_index=False).agg(
        n_new=("n_new", "max"),
        n_old=("n_old", "max"),
        shown_new=("shown_new", "any"),
        shown_old=("shown_old", "any"),
        spread_new=("spread_new", "any"),
        spread_old=("spread_old", "any"),
        differs=("differs", "any"),
        sum=("sum", "first"),
    )


def _differs(rows: pd.DataFrame) -> Bools:
    """Rows shown both times with another number."""
    found = np.zeros(len(rows), dtype=bool)
    for place in range(5):
        one, other = rows[f"v{place}_new"].to_numpy(dtype=float), rows[f"v{place}_old"].to_numpy(dtype=float)
        gone = np.isnan(one) != np.isnan(other)
        # one of them hidden is no other number; that groups are hidden otherwise is looked at apart
        found |= ~gone & ~np.isnan(one) & (np.abs(one - other) > _SAME * np.maximum(1.0, np.abs(other)))
    return np.asarray(found & rows["shown_new"] & rows["shown_old"], dtype=bool)


def _refused(both: pd.DataFrame, threshold: int, shared: frozenset[str]) -> Iterator[tuple[Number, str]]:
    """Numbers that stay as published, with the reason: all groups of a number stay or none.

    One object in all its groups: where one group stayed and another changed, the rest of the
    whole would be a mixture that neither publication had.
    """
    names = ["survey", "measure", "wave"]
    in_both = (both["n_new"].notna() & both["n_old"].notna()).to_numpy()
    moved = np.where(in_both, (both["n_new"] - both["n_old"]).to_numpy(), 0.0)
    wide = both["spread_new"] | both["spread_old"]
    needed = np.where(wide, max(FULL, COARSE_BELOW * threshold), COARSE_BELOW * threshold)
    enough = (np.abs(moved) >= needed) & ~both["survey"].isin(shared).to_numpy()
    touched = (both["differs"] | (moved != 0)).to_numpy()
    # A group hidden then and shown now (or the reverse) tells of its neighbours, unless enough people changed.
    # Hidden distributions of units have no row at all, so a row that only one has is looked at too, where both
    # know the group and the kind of number.
    known = _in_both(both, [*names, "group"]) & _in_both(both, [*names, "sub"])
    other = (both["shown_new"] != both["shown_old"]) | (both["spread_new"] != both["spread_old"])
    state = both.assign(moved=moved, needed=needed, touched=touched)
    state["thin"], state["pattern"] = touched & ~enough, known & other.to_numpy() & ~enough
    looked = state.groupby(names, sort=False)[["touched", "pattern"]].transform("any").any(axis=1)
    for number, rows in state[looked].groupby(names, sort=True):
        if rows["thin"].any() or (rows["touched"].any() and not _rest_is_safe(rows)):
            yield _name(number), TOO_FEW
        elif rows["pattern"].any():
            yield _name(number), PATTERN


def _in_both(both: pd.DataFrame, names: list[str]) -> Bools:
    """Rows whose ``names`` occur in the new results and in the earlier ones, in whatever line."""
    sides = both.assign(new=both["n_new"].notna(), old=both["n_old"].notna()).groupby(names, sort=False)
    return np.asarray(sides["new"].transform("any") & sides["old"].transform("any"), dtype=bool)


def _name(number: Any) -> Number:
    return str(number[0]), str(number[1]), str(number[2])


def _grouping(group: str) -> str:
    return group.split("-", 1)[0]


def _rest_is_safe(rows: pd.DataFrame) -> bool:
    """Whether what is left of the whole, after the groups of each grouping, changed by nobody or by enough."""
    whole = rows[rows["group"] == "kommune"].set_index("sub")
    parts = rows[~rows["group"].isin(_WHOLES)]
    for (_, sub), groups in parts.groupby([parts["group"].map(_grouping), "sub"], sort=False):
        if sub not in whole.index:
            continue
        top = whole.loc[sub]
        left = float(top["moved"]) - float(groups["moved"].sum())
        if left and abs(left) < top["needed"]:
            return False
        if left:
            continue
        # nobody more or fewer: then the sums must agree too, as far as whole points let anybody see
        slack = 0.5 * float(groups["n_new"].sum() + groups["n_old"].sum()) if (~groups["spread_new"]).any() else 1e-3
        gap = float(top["sum"]) - float(groups["sum"].sum())
        if str(sub) in ("score", "snit") and groups["sum"].notna().all() and abs(gap) > slack:
            return False
    return True


def _new_groups(
    mine: pd.DataFrame, theirs: pd.DataFrame, both: pd.DataFrame, kept: set[Number]
) -> set[tuple[str, str, str, str]]:
    """Groups of a number published before that were no part of it.

    They would be subtracted from what was: closed where they belong to a grouping that was there,
    where the number stays as published, or where a group that was there is no longer known.
    """
    names = ["survey", "measure", "wave"]
    old = theirs[[*names, "group"]].drop_duplicates()
    new = mine[[*names, "group"]].drop_duplicates().merge(both[names].drop_duplicates(), on=names)
    met = new.merge(old, on=[*names, "group"], how="outer", indicator="where")
    added = met[met["where"] == "left_only"]
    if added.empty:
        return set()
    gone = set(met.loc[met["where"] == "right_only", names].itertuples(index=False, name=None))
    groupings = set(old.assign(group=old["group"].map(_grouping)).itertuples(index=False, name=None))
    hidden_then = set(theirs.loc[~theirs["shown"], names].itertuples(index=False, name=None))
    closed = set()
    for row in added[[*names, "group"]].itertuples(index=False, name=None):
        number, group = _name(row[:3]), str(row[3])
        same_grouping = (*number, _grouping(group)) in groupings and number in hidden_then
        if number in kept or same_grouping or (number in gone and number in hidden_then):
            closed.add((*number, group))
    return closed
