"""What the gate hides and what it costs: `python -m benchmarks.disclosure [workspace]`.

Hidden cells among those that the rules for one number would show, beside primary suppression alone and a greedy
complement (smallest first, one sum at a time, a distribution's sums alone); then the seconds of the demo's gate and of
300 units × 60 items. Without a workspace the demo is made and analysed first.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from evaluation.analysis.estimates import Estimates, conform
from evaluation.analysis.store import load_estimates
from evaluation.disclosure.gate import linked, publish
from evaluation.disclosure.linked import Policy
from evaluation.disclosure.linked_choice import greedy, sums
from evaluation.disclosure.linked_repair import primary
from evaluation.disclosure.linked_tables import read
from evaluation.disclosure.moves import BARE, HIDDEN, OPEN
from evaluation.plan.model import Disclosure

UNITS, ITEMS, CODES = 300, 60, 5


def kept(estimates: Estimates, policy: Policy) -> pd.DataFrame:
    """Hidden shares of cells (group × item × wave): mean and distribution, by way of choosing."""
    items = read(estimates.distributions, estimates.levels, policy)
    found, _ = linked(estimates, policy, ())
    plain, complement = found["first"].to_numpy(), found["state"].to_numpy()
    baseline = plain.copy()
    for item in items:
        if item.problem is None:
            continue
        problem, at = item.problem, found.index.get_indexer([item.names[i] for i in item.at])
        first = primary(
            problem.people,
            problem.counts,
            np.zeros(len(problem.people), dtype=bool),
            np.zeros(len(problem.people), dtype=bool),
            policy.threshold,
            3 * policy.threshold,
        )
        mine = np.r_[plain[at], first[len(at) :]]
        closed = greedy(sums(problem.structure), frozenset(np.flatnonzero(mine != OPEN).tolist()), problem.order)
        gone = greedy(sums(problem.structure), frozenset(np.flatnonzero(mine == HIDDEN).tolist()), problem.order)
        baseline[at] = np.where(
            gone[: len(at)], HIDDEN, np.where(closed[: len(at)] & (mine[: len(at)] == OPEN), BARE, mine[: len(at)])
        )
    rows = {}
    for name, state in (("primary", plain), ("greedy", baseline), ("gate", complement)):
        mean, dist = plain != HIDDEN, plain == OPEN
        rows[name] = {
            "means shown by their own rule": int(mean.sum()),
            "hidden": float((state[mean] == HIDDEN).mean()),
            "distributions shown by their own rule": int(dist.sum()),
            "hidden ": float((state[dist] != OPEN).mean()),
            "both": float(((state[mean] == HIDDEN).sum() + (state[dist] != OPEN).sum()) / (mean.sum() + dist.sum())),
        }
    return pd.DataFrame(rows).T


def large(units: int = UNITS, items: int = ITEMS, seed: int = 1) -> Estimates:
    """Counts of a municipality of many units in five types, straight into the private tables."""
    rng = np.random.default_rng(seed)
    size = rng.integers(2, 40, units)
    kinds = np.arange(units) % 5
    parts = []
    for item in range(items):
        counts = np.array([rng.multinomial(n, (0.04, 0.1, 0.2, 0.4, 0.26)) for n in size])
        groups = {"kommune": (counts.sum(axis=0), "kommune", "")}
        groups |= {f"type-{k}": (counts[kinds == k].sum(axis=0), "type", "") for k in range(5)}
        groups |= {f"enhed-{u}": (counts[u], "enhed", f"type-{kinds[u]}") for u in range(units)}
        for group, (count, kind, above) in groups.items():
            parts += [(f"i{item}", group, kind, above, str(c), int(count[c]), int(count.sum())) for c in range(CODES)]
    table = pd.DataFrame(parts, columns=["item", "group", "_grouping", "_above", "code", "count", "_persons"])
    table["_score"] = table["code"].astype(float) * 25
    table["_positive"] = (table["code"].astype(int) > 2).astype(float)
    table["key"] = "s." + table["item"] + "-" + table["code"] + ".antal." + table["group"] + ".2024"
    table = table.assign(survey="s", wave="2024", state="", base="besvaret", n_base=table["_persons"])
    distributions = conform("distributions", table)
    score = (table["_score"] * table["count"]).groupby([table["item"], table["group"]], sort=False).sum()
    heads = table.drop_duplicates(["item", "group"]).set_index(["item", "group"], drop=False)
    positive = (table["_positive"] * table["count"]).groupby([table["item"], table["group"]], sort=False).sum()
    n = heads["_persons"].to_numpy(dtype=float)
    made = []
    for stat, value in (("snit", score.to_numpy() / n), ("andel", positive.to_numpy() / n)):
        side = np.minimum(positive.to_numpy(), n - positive.to_numpy()) if stat == "andel" else np.nan
        made.append(
            pd.DataFrame(
                {
                    "key": ("s." + heads["item"] + "." + stat + "." + heads["group"] + ".2024").to_numpy(),
                    **{name: heads[name].to_numpy() for name in ("group", "_grouping", "_above", "_persons")},
                    "survey": "s",
                    "measure": heads["item"].to_numpy(),
                    "wave": "2024",
                    "stat": stat,
                    "value": value,
                    "n": n,
                    "_side": side,
                }
            )
        )
    levels = conform("levels", pd.concat(made, ignore_index=True))
    empty = {name: conform(name, pd.DataFrame()) for name in ("estimates", "response", "perceived", "scales")}
    return Estimates(levels=levels, distributions=distributions, **empty)


def demo(folder: Path) -> Path:
    """Make the demo's workspace, imported and analysed."""
    from evaluation.demo.make import make_demo
    from evaluation.workflow.run import run

    make_demo(folder)
    run(folder, ("import", "analyse"))
    return folder


def seconds(estimates: Estimates) -> tuple[float, float]:
    """Wall clock and processor time of the gate."""
    start, before = time.perf_counter(), time.process_time()
    publish(estimates, Disclosure())
    return time.perf_counter() - start, time.process_time() - before


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(sys.argv[1]) if len(sys.argv) > 1 else demo(Path(folder) / "demo")
        estimates = load_estimates(root / "data" / "processed")
    for rare in ("margin", "every"):
        print(f"\nrare = {rare}, threshold 5, protection 3")
        print(kept(estimates, Policy(5, 3, rare)).to_string(float_format=lambda x: f"{x:.3f}"))
    wall, processor = seconds(estimates)
    print(f"\nthe demo's gate: {wall:.1f} s wall, {processor:.1f} s processor")
    wall, processor = seconds(large())
    print(f"{UNITS} units × {ITEMS} items: {wall:.1f} s wall, {processor:.1f} s processor")


if __name__ == "__main__":
    main()
