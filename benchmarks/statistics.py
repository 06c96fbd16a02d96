"""Statistics from counts against a loop over pingouin, R's survey package and one counting pass.

``python -m benchmarks.statistics [--quick]``: 200,000 made-up respondents × 60 items × 40 groups ×
2 waves, 2,400 comparisons. All get the same answers, already read and cleaned, as whole numbers in
memory. Slow jobs do a sample of the comparisons, and their seconds are scaled. Every job is a
process of its own; the numbers of the jobs are compared, and a difference above 1e-10 ends the run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

from benchmarks.table import Row, plain
from benchmarks.timing import fastest, in_turn, process

ROWS, ITEMS, GROUPS, UNITS, DRAWS = 200_000, 60, 40, 10, 999
#: Largest relative difference between our numbers and those of the others.
SAME = 1e-10
_ROUNDS_INSIDE = 15
_R = Path(__file__).with_name("statistics.R")

Values = dict[str, list[float]]


def make_answers(folder: Path) -> None:
    """Five-step answers with gaps, unit effects and a small change; unequal groups; weights."""
    rng = np.random.default_rng(20260401)
    group = rng.choice(GROUPS, ROWS, p=rng.dirichlet(np.full(GROUPS, 8.0)))
    wave = rng.integers(0, 2, ROWS)
    unit = group * UNITS + rng.integers(0, UNITS, ROWS)
    effect = rng.normal(0, 0.15, (GROUPS * UNITS, ITEMS))[unit] + np.outer(wave, rng.normal(0.03, 0.03, ITEMS))
    answer = np.clip(np.round(rng.normal(2.4, 1.1, (ROWS, ITEMS)) + effect), 0, 4).astype(np.int8)
    answer[rng.random((ROWS, ITEMS), dtype=np.float32) < 0.06] = -1
    weight = rng.uniform(0.4, 2.5, ROWS).round(3)
    for name, array in {"answer": answer, "group": group, "wave": wave, "unit": unit, "weight": weight}.items():
        np.save(folder / f"{name}.npy", array)


def _load(folder: Path) -> dict[str, Any]:
    return {name: np.load(folder / f"{name}.npy") for name in ("answer", "group", "wave", "unit", "weight")}


def sample(size: int) -> list[tuple[int, int]]:
    """The sampled comparisons as (item, group), the same in every job."""
    chosen = np.random.default_rng(1).permutation(ITEMS * GROUPS)[:size]
    return [(int(c) // GROUPS, int(c) % GROUPS) for c in chosen]


def _ours(table: Callable[[], Any]) -> tuple[float, Any]:
    """Median seconds of some rounds in this process, and the last result.

    The median, not the fastest: the others' seconds are sums over a sample, with all that disturbs it.
    """
    spent = []
    for _ in range(_ROUNDS_INSIDE):
        start = time.perf_counter()
        found = table()
        spent.append(time.perf_counter() - start)
    return float(np.median(spent)), found


def job_table(folder: Path, size: int) -> dict[str, Any]:
    """The full table without units and weights, and one counting pass alone."""
    from evaluation.statistics.comparisons import compare
    from evaluation.statistics.counts import count_answers

    d = _load(folder)
    points = np.tile([0.0, 25, 50, 75, 100], (ITEMS, 1))

    def count() -> Any:
        return count_answers(d["answer"], d["wave"], slots=5, groupings=[d["group"]])

    seconds, found = _ours(lambda: compare(count().of(), points, delta=5.0))
    once, _ = _ours(count)
    values: Values = {}
    for item, group in sample(size):
        at = (item, group)
        n, sd, mean = found.levels.n[at], found.levels.sd[at], found.levels.mean[at]
        pooled = np.sqrt(((n - 1) * sd**2).sum() / (n.sum() - 2))
        # pingouin's Hedges' g has the approximate correction; ours, exact, differs from it on purpose.
        g = (mean[1] - mean[0]) / pooled * (1 - 3 / (4 * n.sum() - 9))
        t = found.change.value[at] / found.change.se[at]
        ranks = found.ranks
        numbers = [t, found.change.df[at], found.p_value[at], g, ranks.u[at], ranks.u_p[at]]
        values[f"{item}.{group}"] = [float(x) for x in (*numbers, ranks.chi2[at], ranks.chi2_p[at])]
    verdicts = int((found.verdict != "").sum())
    return {"seconds": seconds, "once": once, "values": values, "verdicts": verdicts}


def job_pingouin(folder: Path, size: int) -> dict[str, Any]:
    """The same numbers by pingouin, one comparison at a time; answers are split by group beforehand."""
    import pandas as pd
    import pingouin

    warnings.simplefilter("ignore")
    d = _load(folder)
    names = [f"i{k}" for k in range(ITEMS)]
    frame = pd.DataFrame(np.where(d["answer"] < 0, np.nan, 25.0 * d["answer"]), columns=names)
    parts = {
        g: part.drop(columns="group") for g, part in frame.assign(group=d["group"], wave=d["wave"]).groupby("group")
    }

    def one(item: int, group: int) -> list[float]:
        part = parts[group][[names[item], "wave"]].dropna()
        x, y = (part.loc[part["wave"] == wave, names[item]] for wave in (1, 0))
        test = pingouin.ttest(x, y, correction=True).iloc[0]
        rank = pingouin.mwu(x, y).iloc[0]
        chi = pingouin.chi2_independence(part, names[item], "wave", correction=False)[2].iloc[0]
        g = pingouin.compute_effsize(x, y, eftype="hedges")
        return [
            float(v)
            for v in (test["T"], test["dof"], test["p_val"], g, rank["U_val"], rank["p_val"], chi["chi2"], chi["pval"])
        ]

    one(0, 0)  # imports and caches
    start = time.perf_counter()
    values = {f"{item}.{group}": one(item, group) for item, group in sample(size)}
    return {"seconds": (time.perf_counter() - start) * ITEMS * GROUPS / size, "values": values}


def job_weighted(folder: Path, size: int) -> dict[str, Any]:
    """Weighted levels with errors, and changes with tests, as R's survey package makes them."""
    from evaluation.statistics.comparisons import compare, level_errors
    from evaluation.statistics.counts import count_answers

    d = _load(folder)
    points = np.tile([0.0, 25, 50, 75, 100], (ITEMS, 1))

    def table() -> Any:
        grouped = count_answers(
            d["answer"], d["wave"], slots=5, groupings=[d["group"]], weights=d["weight"]
        ).of()  # fmt: skip
        return compare(grouped, points, delta=5.0, design=ROWS), level_errors(grouped, points, design=ROWS)

    seconds, (found, level) = _ours(table)
    values: Values = {}
    for item, group in sample(size):
        at = (item, group)
        change = [found.change.value[at], found.change.se[at], found.change.df[at], found.p_value[at]]
        values[f"test.{item}.{group}"] = [float(x) for x in change]
        for wave in range(2):
            values[f"mean.{item}.{group}.{wave}"] = [float(level.value[*at, wave]), float(level.se[*at, wave])]
    return {"seconds": seconds, "values": values}


def job_survey(folder: Path, size: int) -> dict[str, Any]:
    """``svyby`` of some items and ``svyttest`` of some comparisons, in R."""
    d = _load(folder)
    tests = sample(size)
    items = sorted({item for item, _ in tests})
    scored = np.where(d["answer"] < 0, np.nan, 25.0 * d["answer"])[:, items]
    head = ["group", "wave", "weight", *(f"i{item}" for item in items)]
    columns = np.column_stack([d["group"], d["wave"], d["weight"], scored])
    np.savetxt(folder / "answers.csv", columns, fmt="%.10g", delimiter=",", header=",".join(head), comments="")
    (folder / "tests.csv").write_text("item,group\n" + "".join(f"i{i},{g}\n" for i, g in tests), encoding="utf-8")
    done = subprocess.run(["Rscript", str(_R), str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-1500:])
    values: Values = {}
    spent = {}
    for line in done.stdout.splitlines():
        name, *numbers = line.split(",")
        if name.startswith("seconds."):
            spent[name.removeprefix("seconds.")] = float(numbers[0])
        else:
            values[name] = [float(x) for x in numbers]
    shown = min(2, len(items))  # as many items as statistics.R gives to svyby
    seconds = spent["svyby"] * ITEMS / shown + spent["svyttest"] * ITEMS * GROUPS / size
    return {"seconds": seconds, "values": values}


def job_clusters(folder: Path, size: int) -> dict[str, Any]:
    """CR2 by unit, weights and the bootstrap, from one pass; and a pass without units and weights."""
    from evaluation.statistics.comparisons import compare
    from evaluation.statistics.counts import count_answers
    from evaluation.statistics.resampling import cluster_bootstrap

    d = _load(folder)
    points = np.tile([0.0, 25, 50, 75, 100], (ITEMS, 1))

    def table() -> Any:
        grouped = count_answers(
            d["answer"], d["wave"], slots=5, unit=d["unit"], groupings=[d["group"]], weights=d["weight"]
        ).of()  # fmt: skip
        return compare(grouped, points, delta=5.0), cluster_bootstrap(grouped, points, draws=DRAWS)

    seconds, (found, drawn) = _ours(table)
    once, _ = _ours(lambda: count_answers(d["answer"], d["wave"], slots=5, groupings=[d["group"]]))
    values = _by_rows(d, found, min(size, 6))
    drawn_se = float(np.nanmedian(drawn.se / found.change.se))
    return {"seconds": seconds, "once": once, "bootstrap_over_cr2": drawn_se, **values}


def _by_rows(d: dict[str, Any], found: Any, size: int) -> dict[str, Values]:
    """Some comparisons from counts and from rows."""
    from evaluation.statistics.change import cluster_change

    counted: Values = {}
    rows: Values = {}
    for item, group in sample(size):
        here = (d["group"] == group) & (d["answer"][:, item] >= 0)
        one = cluster_change(25.0 * d["answer"][here, item], d["wave"][here], d["unit"][here], d["weight"][here])
        rows[f"{item}.{group}"] = [one.change or 0.0, one.se or 0.0, one.df or 0.0, one.p_value or 0.0]
        at = (item, group)
        numbers = (found.change.value[at], found.change.se[at], found.change.df[at], found.p_value[at])
        counted[f"{item}.{group}"] = [float(x) for x in numbers]
    return {"values": counted, "rows": rows}


def largest_difference(ours: Values, others: Values) -> float:
    """Largest relative difference over all numbers of ``others``.

    Raises
    ------
    RuntimeError
        When it is above :data:`SAME`, or nothing was compared.
    """
    worst = max(
        (
            abs(a - b) / max(abs(b), 1e-300)
            for name, row in others.items()
            for a, b in zip(ours[name], row, strict=True)
        ),
        default=np.inf,
    )
    if not worst <= SAME:
        raise RuntimeError(f"numbers differ by {worst:.1e} of their size")
    return worst


def rows(rounds: int = 3, *, quick: bool = False) -> list[Row]:
    """The three ratios."""
    size, tests = (12, 4) if quick else (60, 12)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_answers(folder)
        sizes = {"table": size, "pingouin": size, "clusters": size, "weighted": tests, "survey": tests}
        if not _has_survey():
            del sizes["survey"]
        jobs = {
            job: (lambda job=job: process(["-m", "benchmarks.statistics", "--job", job, name, str(sizes[job])]))
            for job in sizes
        }
        spent = in_turn(jobs, rounds)
    found = {job: [json.loads(one.output) for one in done] for job, done in spent.items()}
    return _rows(found, size, tests)


def _rows(found: dict[str, list[dict[str, Any]]], size: int, tests: int) -> list[Row]:
    def least(job: str, what: str = "seconds") -> float:
        return fastest([one[what] for one in found[job]])

    def worst(ours: str, others: str) -> float:
        return largest_difference(found[ours][0]["values"], found[others][0]["values"])

    comparisons = ITEMS * GROUPS
    note = f"{size} of {comparisons} comparisons timed and scaled; {least('table'):.3f} s against"
    made = [
        Row(
            "pingouin loop : full table from counts", least("pingouin") / least("table"), 2000, "at least",
            f"{note} {least('pingouin'):.0f} s; largest difference {worst('table', 'pingouin'):.0e}",
        )
    ]  # fmt: skip
    name = "R survey : weighted levels and tests from counts"
    if "survey" in found:
        ratio = least("survey") / least("weighted")
        note = f"2 items and {tests} tests timed and scaled; {least('weighted'):.3f} s against {least('survey'):.0f} s"
        difference = worst("weighted", "survey")
        made.append(Row(name, ratio, 200, "at least", f"{note}; largest difference {difference:.0e}"))
    else:
        made.append(Row(name, None, 200, "at least", "R with the package survey is not installed"))
    one = found["clusters"][0]
    difference = largest_difference(one["values"], one["rows"])
    note = f"{least('clusters'):.2f} s and {least('clusters', 'once'):.3f} s; largest difference {difference:.0e}"
    ratio = least("clusters") / least("clusters", "once")
    return [*made, Row(f"units, weights, {DRAWS} draws : one counting pass", ratio, 20, "at most", note)]


def _has_survey() -> bool:
    if not which("Rscript"):
        return False
    asked = ["Rscript", "-e", "quit(status = as.integer(!requireNamespace('survey', quietly = TRUE)))"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def main() -> None:
    """Measure and print, or do one job and print it as JSON."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="one round, fewer comparisons timed")
    asked.add_argument("--rounds", type=int, default=3, help="how often everything is measured (usual: 3)")
    asked.add_argument("--job", nargs=3, metavar=("NAME", "FOLDER", "SIZE"), help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.job:
        job = {
            "table": job_table, "pingouin": job_pingouin, "weighted": job_weighted, "survey": job_survey,
            "clusters": job_clusters,
        }[given.job[0]]  # fmt: skip
        sys.stdout.write(json.dumps(job(Path(given.job[1]), int(given.job[2]))))
        return
    print(plain(rows(1 if given.quick else given.rounds, quick=given.quick)))


if __name__ == "__main__":
    main()
