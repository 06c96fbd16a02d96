"""The gate: estimates in, published objects out."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import Estimates
from evaluation.disclosure.changes_gate import gate_estimates
from evaluation.disclosure.comparisons_gate import gate_comparisons
from evaluation.disclosure.complement import complement
from evaluation.disclosure.indicators_gate import gate_indicators
from evaluation.disclosure.linked import Policy
from evaluation.disclosure.linked_scales import read_scales, with_area_scores, with_scores
from evaluation.disclosure.linked_scores import hidden_scores
from evaluation.disclosure.linked_tables import frame, place, protected, read, with_areas
from evaluation.disclosure.moves import BARE, COARSE, EXACT, HIDDEN, OPEN
from evaluation.disclosure.nonresponse_gate import gate_nonresponse, gate_weighting
from evaluation.disclosure.published import TABLES, Published, conform
from evaluation.disclosure.record import Record, open_meta
from evaluation.disclosure.rules import (
    BELOW,
    COARSE_BELOW,
    DISCRETION,
    FULL,
    MERGED_ONLY,
    RULE_VERSION,
    UNDER_30,
    WHOLE_POINTS,
    Bools,
    Floats,
    Marks,
    blank,
    coarse_value,
    few,
    is_share,
    mark,
    set_reason,
)
from evaluation.disclosure.small import POINTS
from evaluation.disclosure.states_gate import hidden_states
from evaluation.disclosure.trends_gate import gate_trends
from evaluation.plan.model import Disclosure

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

_LEVEL_SPREAD = ("sd", "se", "df", "ci_low", "ci_high", "n_eff", "floor_share", "ceiling_share")
_PERCEIVED_SPREAD = ("se", "df", "ci_low", "ci_high")
_PERCEIVED_SHARES = ("share_worse", "share_same", "share_better")
_TOGETHER = ("alpha_std", "omega", "g6", "average_r", "ase")
_ITEMS = ("item_rest_min", "item_rest_item", "alpha_dropped_max", "alpha_dropped_item")
_RELIABILITY = ("alpha", "alpha_low", "alpha_high", *_TOGETHER, *_ITEMS)
_SAME = ("same", "same_reason", "congruence", "congruence_p", "drift", "drift_item", "drift_size", "drift_p")
_ALIKE = ("icc_unit", "icc_rater")
_APART = ("share_dont_know", "share_not_here")


def publish(estimates: Estimates, policy: Disclosure, *, pool: ProcessPoolExecutor | None = None) -> Published:
    """Everything of ``estimates`` that may be shown.

    Parameters
    ----------
    estimates : Estimates
        Private tables with the distinct people behind every number.
    policy : Disclosure
        The plan's ``[disclosure]``.
    pool : ProcessPoolExecutor, optional
        Processes that are there anyway: items are decided by themselves, and some of them there.

    Returns
    -------
    Published
        The same rows: hidden numbers are NaN with ``suppressed`` and a ``reason``; ``record``
        lists everything hidden or coarsened, with the rule.
    """
    record = Record()
    threshold = policy.threshold
    rules = Policy(threshold, policy.protection, policy.rare)
    found, scores = linked(estimates, rules, policy.exempt, pool)
    allowed = found["state"]
    levels = _levels(estimates.levels, allowed, scores, rules, record)
    apart = hidden_states(estimates.distributions, rules, policy.exempt)
    distributions = _distributions(estimates.distributions, levels, allowed, apart, threshold, record)
    changes = gate_estimates(estimates.estimates, levels, threshold, record)
    registers = gate_indicators(estimates.indicators, threshold, record)
    tables = {
        "estimates": changes,
        "levels": levels,
        "distributions": distributions,
        "response": estimates.response.copy(),
        "attrition": estimates.attrition.copy(),
        "comparisons": gate_comparisons(
            estimates.comparisons, levels, estimates.levels["value"], rules, policy.exempt, record
        ),
        "perceived": _perceived(estimates.perceived, allowed, apart, threshold, record),
        "scales": _scales(estimates.scales, threshold, record),
        "indicators": registers,
        "trends": gate_trends(estimates.trends, levels, registers, threshold, record),
        "weighting": gate_weighting(estimates.weighting, threshold, record),
        "nonresponse": gate_nonresponse(estimates.nonresponse, changes, record),
    }
    tables["record"] = record.table()
    for name, table in tables.items():
        if "rule_version" in TABLES[name]:
            table["rule_version"] = RULE_VERSION
    meta = {**open_meta(estimates.meta), "threshold": threshold, "rule_version": RULE_VERSION}
    plain = json.loads(json.dumps(meta, ensure_ascii=False, allow_nan=False))
    return Published(**{name: conform(name, table) for name, table in tables.items()}, meta=plain)


def linked(
    estimates: Estimates, rules: Policy, exempt: tuple[str, ...], pool: ProcessPoolExecutor | None = None
) -> tuple[pd.DataFrame, Bools]:
    """What groups that add up, and scales with their items, leave to be published.

    Returns
    -------
    DataFrame
        States of items as :func:`.linked_tables.states` has them.
    bool array, shape (rows of levels,)
        Scale scores that are hidden.
    """
    levels = estimates.levels
    items = read(estimates.distributions, levels, rules, exempt)
    scales = read_scales(items, levels, rules)

    n = levels["n"].fillna(0).to_numpy(dtype=float)

    def beside(gone: Bools, spans: Floats | None = None) -> Bools:
        # A score is known without being shown only where the items that are shown tell it.
        known = scales.known if spans is None else scales.known & (spans[:, 1] - spans[:, 0] < POINTS * n)
        return hidden_scores(levels, gone, rules, exempt, known, spans)

    scores = beside(_marks(levels, rules.threshold).hidden)
    found, scores = with_scores(items, protected(items, rules, pool), scales, scores, rules, beside)
    found = [with_areas(one, state, rules) for one, state in zip(items, found, strict=True)]
    found, scores = with_area_scores(items, found, scales, levels, scores)
    return frame(items, found), scores


def _marks(table: pd.DataFrame, threshold: int) -> Marks:
    """Return the rules for one number, over the levels."""
    value, n, people, side = (table[name].to_numpy() for name in ("value", "n", "_persons", "_side"))
    return mark(value, is_share(table), n, people, side, threshold)


def _levels(source: pd.DataFrame, allowed: pd.Series, scores: Bools, rules: Policy, record: Record) -> pd.DataFrame:
    """Gate means, scores and shares of single waves; ``allowed`` and ``scores`` are what linked groups leave."""
    threshold = rules.threshold
    table = source.copy()
    value, people = table["value"].to_numpy(), table["_persons"].to_numpy()
    share = is_share(table)
    marks = _marks(table, threshold)
    state = np.where(table["stat"] == "score", OPEN, place(table).map(allowed).fillna(OPEN)).astype(int)
    linked = (state == HIDDEN) | (share & (state == BARE)) | scores
    marks = replace(
        marks,
        discreet=(marks.discreet | linked) & ~marks.below,
        coarse=marks.coarse | (state == COARSE) | (state == BARE),
        stripped=marks.stripped | (state > EXACT),
    )
    # Partners are the linked groups' matter: whatever else was hidden here would be hidden without having been audited.
    discreet = _one_object(table, marks.discreet) & ~marks.below
    hidden = marks.below | discreet
    coarse = marks.coarse & ~hidden
    stripped = marks.stripped & ~hidden
    table["value"] = np.where(coarse, coarse_value(value, share), value)
    blank(table, marks.stripped | hidden, _LEVEL_SPREAD)
    # Spread adds up over groups: where one group's is hidden, a second one's has to be.
    lone = complement(table, marks.stripped | hidden, people, ("survey", "measure", "stat", "wave"), FULL)
    lone |= (state == EXACT) & ~hidden
    blank(table, lone, ("sd", "floor_share", "ceiling_share"))
    # Of independent persons the standard error is the standard deviation over the root of n.
    alone = lone & ~share & ((table["method"] == "cr2_person") | (table["clusters"] == table["n"])).to_numpy()
    blank(table, alone, _LEVEL_SPREAD)
    blank(table, hidden, ("value",))
    table["suppressed"] = hidden
    set_reason(table, stripped, UNDER_30)
    set_reason(table, coarse, WHOLE_POINTS)
    set_reason(table, marks.below, BELOW)
    set_reason(table, discreet, DISCRETION)
    record.add("levels", table, marks.below, BELOW, hidden=True)
    record.add("levels", table, discreet, DISCRETION, hidden=True)
    record.add("levels", table, coarse, WHOLE_POINTS, hidden=False)
    record.add("levels", table, stripped & ~coarse, UNDER_30, hidden=False)
    record.add("levels", table, lone, DISCRETION, hidden=False)
    return table


def _one_object(table: pd.DataFrame, chosen: Bools) -> Bools:
    """Extend a choice for an item's mean or share to both: of one group they are one object.

    Only where the mean was chosen: a share that is hidden for its thin side leaves the mean as it is.
    """
    means = chosen & (table["stat"] == "snit").to_numpy()
    if not means.any():
        return chosen
    place = table["survey"] + "." + table["measure"] + "." + table["group"] + "." + table["wave"]
    names = set(place[means])
    return np.asarray(chosen | place.isin(names) & (table["stat"] == "andel").to_numpy())


def _distributions(
    source: pd.DataFrame,
    levels: pd.DataFrame,
    allowed: pd.Series,
    apart: frozenset[str],
    threshold: int,
    record: Record,
) -> pd.DataFrame:
    """Gate answer distributions: one object an item × group × wave, codes and states apart.

    A number of people that answered at all is public (``n_base``); how many chose what is shown
    only from three thresholds up, small categories included.
    """
    table = source.copy()
    people = table["_persons"].to_numpy()
    state = (table["state"] != "").to_numpy()
    below = (people > 0) & (people < threshold)
    small = (people > 0) & (people < COARSE_BELOW * threshold)
    names = place(table, "item")
    linked = np.where(state, names.isin(apart), names.map(allowed).fillna(OPEN) != OPEN)
    discreet = (_hidden_item(table, levels) | linked) & ~small
    first = ~table.duplicated(["survey", "item", "group", "wave", "base"]).to_numpy()
    objects = table[first].reset_index(drop=True)
    # Answers and states (don't know) of which there are several are looked at over all sums; one state by grouping.
    extra = complement(
        objects,
        (small | discreet)[first],
        np.where(state[first], people[first], 0.0),
        ("survey", "item", "wave", "base"),
        COARSE_BELOW * threshold,
    )
    if extra.any():
        part = ["survey", "item", "group", "wave", "base"]
        chosen = set(objects.loc[extra, part].itertuples(index=False, name=None))
        discreet |= np.array([row in chosen for row in table[part].itertuples(index=False, name=None)])
    hidden = small | discreet
    blank(table, hidden, ("count", "share"))
    table["suppressed"] = hidden
    set_reason(table, small & ~below, MERGED_ONLY)
    set_reason(table, below, BELOW)
    set_reason(table, discreet, DISCRETION)
    listed = first & ~state
    for rows, rule in ((below, BELOW), (small & ~below, MERGED_ONLY), (discreet, DISCRETION)):
        record.add("distributions", table, rows & listed, rule, hidden=True)
    # Most units are too small for distributions: a hidden one is in the record, not a dozen empty rows.
    return table[~(hidden & (table["_grouping"] == "enhed").to_numpy())].reset_index(drop=True)


def _hidden_item(table: pd.DataFrame, levels: pd.DataFrame) -> Bools:
    """Rows of items whose mean or share is hidden in that group and wave: the distribution would tell it."""
    gone = levels[levels["suppressed"] & (levels["stat"] != "score")]
    names = set(gone["survey"] + "." + gone["measure"] + "." + gone["group"] + "." + gone["wave"])
    place = table["survey"] + "." + table["item"] + "." + table["group"] + "." + table["wave"]
    return np.asarray(place.isin(names) & (table["state"] == ""))


def _perceived(
    source: pd.DataFrame, allowed: pd.Series, states: frozenset[str], threshold: int, record: Record
) -> pd.DataFrame:
    """Gate perceived change: ``net`` and its three shares as one distribution.

    A net of three steps from a handful of people all but names the counts (n = 5 and net 60
    leave two possibilities), so it is shown from three thresholds up only, never in whole points.
    """
    table = source.copy()
    people = table["_persons"].to_numpy()
    asked = table["_persons_asked"].to_numpy()
    present = people > 0
    below = present & (people < threshold)
    small = present & (people < COARSE_BELOW * threshold)
    by = ("survey", "item", "wave")
    linked = (place(table, "item").map(allowed).fillna(OPEN) != OPEN).to_numpy() & present & ~small
    discreet = linked | complement(table, small | linked, people, by, COARSE_BELOW * threshold)
    hidden = small | discreet
    stripped = few(table["n"].to_numpy(), people, threshold) & ~hidden
    apart = (asked < COARSE_BELOW * threshold) | hidden | place(table, "item").isin(states).to_numpy()
    apart |= complement(table, apart, asked, by, COARSE_BELOW * threshold)
    blank(table, hidden, ("net", *_PERCEIVED_SHARES))
    blank(table, stripped | hidden, _PERCEIVED_SPREAD)
    blank(table, apart, _APART)
    table["suppressed"] = hidden
    set_reason(table, stripped, UNDER_30)
    set_reason(table, small, MERGED_ONLY)
    set_reason(table, below, BELOW)
    set_reason(table, discreet, DISCRETION)
    record.add("perceived", table, below, BELOW, hidden=True)
    record.add("perceived", table, small & ~below, MERGED_ONLY, hidden=True)
    record.add("perceived", table, discreet, DISCRETION, hidden=True)
    record.add("perceived", table, stripped, UNDER_30, hidden=False)
    return table


def _scales(source: pd.DataFrame, threshold: int, record: Record) -> pd.DataFrame:
    """Gate reliability: nothing below 30 complete answers, of both waves where a number rests on both."""
    table = source.copy()
    small = few(table["n"].to_numpy(), table["_persons"].to_numpy(), threshold) | (table["_persons"] == 0).to_numpy()
    blank(table, small, (*_RELIABILITY, *_ALIKE))
    pair = few(table["_n_pair"].to_numpy(), table["_persons_pair"].to_numpy(), threshold)
    pair |= small | ~(table["_persons_pair"] > 0).to_numpy()
    blank(table, pair, _SAME)
    table["suppressed"] = small
    set_reason(table, small, UNDER_30)
    record.add("scales", table, small, UNDER_30, hidden=True)
    return table
