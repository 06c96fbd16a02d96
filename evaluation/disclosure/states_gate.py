"""How many gave no answer, and why (*Ved ikke*, *Ikke relevant*): which groups hide it beside those that must.

Where a questionnaire offers one state only, how many have it is public: asked minus answered. Where it offers more, a
small group's states are answers of a few people. How many gave none at all stays public, so all a group needs is to
be one of several that hide theirs: together at least three thresholds of people, whose true numbers may be known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaluation.disclosure.complement import complement
from evaluation.disclosure.linked import Policy
from evaluation.disclosure.linked_tables import BESIDE, WHOLE, place
from evaluation.disclosure.rules import COARSE_BELOW, Bools, Floats

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
    over = {name for names in table["_above"].unique() for name in str(names).split(";") if name}
    # What units add up to is decided by the units: a type may be the difference of others all the same.
    part = (table["group"] != WHOLE).to_numpy() & ~table["group"].isin(over).to_numpy()
    classed = table.assign(_grouping=table["_grouping"] + "|" + table["_above"])
    hidden = small.copy()
    if part.any():
        hidden[part] |= complement(classed[part].reset_index(drop=True), hidden[part], people[part], _NUMBER, fewest)
    inside = part & (table["_above"] != "").to_numpy() & (people > 0)
    for rows in table.groupby(list(_NUMBER), sort=False).indices.values():
        names = _joined(table, hidden, secret, people, rows[inside[rows]], fewest)
        hidden[rows] |= table["group"].iloc[rows].isin(names).to_numpy()
    found = pd.Series(hidden, index=objects.index).reindex(index, fill_value=False)
    return np.asarray(found, dtype=bool)


def _joined(
    table: pd.DataFrame, hidden: Bools, secret: Bools, people: Floats, units: NDArray[np.intp], fewest: int
) -> frozenset[str]:
    """Groups above the units of one number that hide with them; hides further units in place.

    Units of one type and area are a class: what their hidden ones add up to can be known. A class where they are too
    few people joins others, until they are enough together; then all that is above any of them hides, so that nothing
    published holds some of them and not the others.
    """
    classes: dict[str, list[int]] = {}
    for unit, above in zip(units.tolist(), table["_above"].to_numpy()[units].tolist(), strict=True):
        classes.setdefault(above, []).append(unit)
    behind = {name: float(people[mine][hidden[mine]].sum()) for name, mine in classes.items()}
    joined = {name for name, mine in classes.items() if (secret[mine] & hidden[mine]).any() and behind[name] < fewest}
    if not joined:
        return frozenset()
    keys = table["key"].tolist()
    free = sorted(
        classes.keys() - joined,
        # what hides something already has least to lose
        key=lambda name: (behind[name] == 0, float(people[classes[name]].sum()), name),
    )
    while free and sum(behind[name] for name in joined) < fewest:
        name = free.pop(0)
        if behind[name] == 0:
            unit = min(classes[name], key=lambda one: (people[one], keys[one]))
            hidden[unit], behind[name] = True, float(people[unit])
        joined.add(name)
    return frozenset(above for name in joined for above in name.split(";"))
