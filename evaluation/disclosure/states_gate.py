"""How many gave no answer, and why (*Ved ikke*, *Ikke relevant*): which groups hide it beside those that must.

Where a questionnaire offers one state only, how many have it is public: asked minus answered. Where it offers more, a
small group's states are answers of a few people. How many gave none at all stays public, so all a group needs is to
be one of several that hide theirs: together at least three thresholds of people, whose true numbers may be known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.complement import complement
from evaluation.disclosure.linked import Policy
from evaluation.disclosure.linked_tables import BESIDE, WHOLE, place
from evaluation.disclosure.rules import COARSE_BELOW, Bools

_NUMBER = ("survey", "item", "wave")


def hidden_states(distributions: pd.DataFrame, policy: Policy, exempt: tuple[str, ...]) -> frozenset[str]:
    """Names of items and groups (:func:`place`) whose states are hidden, of items that offer several.

    Parameters
    ----------
    distributions : DataFrame
        Private table.
    exempt : tuple of str
        Groupings that take no part in sums.
    """
    rows = distributions[(distributions["state"] != "") & ~distributions["_grouping"].isin(BESIDE)]
    by_item = rows.groupby([*_NUMBER], sort=False)["state"]
    rows = rows[(by_item.transform("nunique") > 1).to_numpy()]
    if rows.empty:
        return frozenset()
    total = rows.groupby([*_NUMBER, "group"], sort=False)["count"].transform("sum").to_numpy(dtype=float)
    objects = rows.assign(_without=total).drop_duplicates([*_NUMBER, "group"]).reset_index(drop=True)
    spared = objects["_grouping"].isin(exempt).to_numpy()
    people = objects["_persons"].to_numpy(dtype=float)
    fewest = COARSE_BELOW * policy.threshold
    small = (people > 0) & (people < fewest)
    secret = small & ~spared & (objects["_without"] > 0).to_numpy()
    numbers = objects.groupby(list(_NUMBER), sort=False).ngroup().to_numpy()
    if policy.rare == "every":
        # any count of a whole may be small: only where none is told does each stay open
        hidden = small | pd.Series(secret).groupby(numbers).transform("any").to_numpy()
    else:
        hidden = small | _beside(objects[~spared], secret[~spared], small[~spared], fewest, objects.index)
    return frozenset(place(objects, "item")[hidden])


def _beside(objects: pd.DataFrame, secret: Bools, small: Bools, fewest: int, index: pd.Index[int]) -> Bools:
    """Partners of small groups: beside them, else above, so that ``fewest`` people stay together; by ``index``."""
    table = objects.reset_index(drop=True)
    people = table["_persons"].to_numpy(dtype=float)
    classed = table.assign(_grouping=table["_grouping"] + "|" + table["_above"])
    part = (table["group"] != WHOLE).to_numpy()
    hidden = small.copy()
    if part.any():
        inside = classed[part].reset_index(drop=True)
        hidden[part] |= complement(inside, hidden[part], people[part], _NUMBER, fewest)
    # Parts of a type that are too few people together hide the type with them.
    keys = [*_NUMBER, "_grouping"]
    together = classed.assign(_hidden=people * hidden).groupby(keys, sort=False)["_hidden"].transform("sum").to_numpy()
    thin = secret & (together < fewest)
    over = {
        (*row[:3], above)
        for row in table.loc[thin, [*_NUMBER, "_above"]].itertuples(index=False, name=None)
        for above in str(row[3]).split(";")
        if above
    }
    names = table[[*_NUMBER, "group"]].itertuples(index=False, name=None)
    hidden |= pd.Series([name in over for name in names], dtype=bool).to_numpy()
    hidden |= complement(table, hidden, people, _NUMBER, fewest)
    found = pd.Series(hidden, index=objects.index).reindex(index, fill_value=False)
    return np.asarray(found, dtype=bool)
