"""Complementary suppression grouping by grouping: no hidden group may be what is left of its parent.

For every grouping (units, types, values of a group variable) whose groups partition the
kommune: where too few people hide behind the groups that show nothing, the smallest
group that still shows something is hidden as well. Spread, states, perceived change and
indicators come here; counts and means over linked groupings are decided in ``linked_choice``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.disclosure.rules import Bools, Floats

#: Groups that are nobody's part: the parent itself and what is shown beside it.
_WHOLE = ("kommune", "sammenligning", "forskel-sammenligning")


def complement(table: pd.DataFrame, hidden: Bools, people: Floats, by: tuple[str, ...], fewest: int) -> Bools:
    """Rows to hide beside ``hidden``.

    Parameters
    ----------
    table : DataFrame
        Holds ``_grouping`` and the columns of ``by``.
    hidden : bool array, shape (rows,)
        Rows already hidden.
    people : float array, shape (rows,)
        Distinct people behind each row; rows with nobody take no part.
    by : tuple of str
        Columns that name one number of all groups (survey, measure, stat, wave).
    fewest : int
        Fewest people that must stay together behind hidden numbers.

    Returns
    -------
    bool array, shape (rows,)
        Only rows that were not hidden before. At least two groups and ``fewest`` people
        are then hidden together, or every group of the grouping is.
    """
    added = np.zeros(len(table), dtype=bool)
    part = ~table["_grouping"].isin(_WHOLE).to_numpy() & (people > 0)
    if not (part & hidden).any():
        return added
    number = table.groupby([*by, "_grouping"], sort=False).ngroup().to_numpy()
    size = int(number.max()) + 1
    groups = np.bincount(number[part & hidden], minlength=size)
    behind = np.bincount(number[part & hidden], weights=people[part & hidden], minlength=size)
    open_rows = np.flatnonzero(part & ~hidden & np.isin(number, np.flatnonzero(groups)))
    # Smallest first; ties by key, so that the choice is the same on every run.
    keys = table["key"].to_numpy()[open_rows].astype(str)
    for row in open_rows[np.lexsort((keys, people[open_rows]))]:
        at = number[row]
        if groups[at] < 2 or behind[at] < fewest:
            added[row] = True
            groups[at] += 1
            behind[at] += people[row]
    return added
