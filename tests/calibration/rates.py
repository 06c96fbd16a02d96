"""Error rates of the published test, interval and verdict when truth is known.

``python -m tests.calibration.rates`` simulates every setting (about a quarter of an hour on two cores) and writes
``docs/calibration.csv``, ``docs/calibration.svg`` and the table of ``docs/methods.md``; ``--quick`` prints a tenth.

A theme of four scales of four five-step items with a ceiling (mean score about 80), answered by new people in
each wave: what a unit has for good, what it has in one wave, a person, and noise in every item, all normal on the
latent scale. Scales are independent of each other: with correlated ones Holm only becomes more careful.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import itertools
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from pathlib import Path

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from evaluation.statistics.bootstrap import bootstrap_p
from evaluation.statistics.sandwich import Cells, cr2
from evaluation.statistics.tests import holm
from evaluation.statistics.verdict import verdict

ROOT = Path(__file__).parents[2]
METHODS, CSV, PLOT = (ROOT / "docs" / name for name in ("methods.md", "calibration.csv", "calibration.svg"))
BEGIN, END = "<!-- calibration: python -m tests.calibration.rates -->", "<!-- end of calibration -->"

#: Units, and people a unit and wave on average.
UNITS = {6: 20, 8: 20, 12: 15, 24: 12, 33: 12, 100: 8}
PERSISTENT, BY_WAVE = (0.0, 0.05, 0.15), (0.0, 0.025, 0.075)
REPLICATIONS, BOOTSTRAPPED, DRAWS = 10_000, 4_000, 399
BOOTSTRAP_UNITS = (6, 8, 12)
SCALES, ITEMS, BATCH = 4, 4, 250
ALPHA, DELTA = 0.05, 5.0
#: Variance of the noise in an item beside that of a person (1): alpha about 0.8.
NOISE = 1.0
_SHARES = (0.02, 0.06, 0.14, 0.36, 0.42)


@dataclass(frozen=True, slots=True)
class Setting:
    """One municipality to simulate."""

    units: int
    dominating: bool
    persistent: float
    by_wave: float

    def sizes(self) -> np.ndarray:
        """People a unit and wave."""
        each = UNITS[self.units]
        if not self.dominating:
            return np.full(self.units, each)
        rest = round(each * self.units * 2 / 3 / (self.units - 1))
        return np.array([rest * (self.units - 1) // 2, *[rest] * (self.units - 1)])


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in one setting, 0–1; the bootstrap's is NaN where it was not drawn."""

    units: int
    dominating: bool
    persistent: float
    by_wave: float
    replications: int
    rejected: float
    covered: float
    naive_rejected: float
    bootstrap_rejected: float
    wrong_change: float
    wrong_unchanged: float


def settings() -> tuple[Setting, ...]:
    """Every setting, small municipalities first."""
    return tuple(Setting(*each) for each in itertools.product(UNITS, (False, True), PERSISTENT, BY_WAVE))


@lru_cache(maxsize=1)
def _thresholds() -> np.ndarray:
    """Cuts of an item's latent value (variance 1 + NOISE) into five steps."""
    return ndtri(np.cumsum(_SHARES)[:-1]) * np.sqrt(1 + NOISE)


def _mean_score(shift: float) -> float:
    """Expected score 0–100 where the latent mean is ``shift``."""
    below = ndtr((_thresholds() - shift) / np.sqrt(1 + NOISE))
    return float(25 * (1 - below).sum())


@lru_cache(maxsize=1)
def shift_of_delta() -> float:
    """Latent shift that lowers the expected score by δ (upwards the ceiling would come in between)."""
    return float(brentq(lambda x: _mean_score(x) - _mean_score(0) + DELTA, -2, 0))


def _scores(latent: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Scale scores (people, measures) of items = latent + noise, cut into five steps."""
    total = np.zeros(latent.shape, dtype=np.float32)
    for item in noise:
        value = latent + item
        for cut in _thresholds():
            total += value > cut
    return total * np.float32(25 / ITEMS)


def _draw(setting: Setting, rng: np.random.Generator, measures: int) -> tuple[list[np.ndarray], np.ndarray, np.ndarray]:
    """Scores of both waves without a change, the second wave's with a change of δ, and the first row of each unit."""
    sizes = setting.sizes()
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    # Shares of the variance of a score, in which the noise of the items is averaged.
    whole = 1 + NOISE / ITEMS
    lasting, passing = setting.persistent * whole, setting.by_wave * whole
    own = np.sqrt(1 - lasting - passing)
    unit = rng.standard_normal((setting.units, measures)) * np.sqrt(lasting)
    waves = []
    for wave in range(2):
        here = unit + rng.standard_normal((setting.units, measures)) * np.sqrt(passing)
        person = rng.standard_normal((int(sizes.sum()), measures), dtype=np.float32) * np.float32(own)
        latent = person + np.repeat(here, sizes, axis=0).astype(np.float32)
        noise = rng.standard_normal((ITEMS, *latent.shape), dtype=np.float32) * np.float32(np.sqrt(NOISE))
        waves.append(_scores(latent, noise))
        if wave == 1:
            moved = _scores(latent + np.float32(shift_of_delta()), noise)
    return waves, moved, starts


def cells_of(before: np.ndarray, after: np.ndarray, starts: np.ndarray) -> Cells:
    """Sums per measure, unit and wave of scores (people, measures) sorted by unit."""
    count = len(before)
    origin = (before.sum(axis=0, dtype=float) + after.sum(axis=0, dtype=float)) / (2 * count)
    parts = [wave - origin for wave in (before, after)]
    y = np.stack([np.add.reduceat(part, starts, axis=0).T for part in parts], axis=2)
    yy = np.stack([np.add.reduceat(part**2, starts, axis=0).T for part in parts], axis=2)
    sizes = np.diff([*starts, count]).astype(float)
    n = np.broadcast_to(sizes[None, :, None], y.shape).copy()
    spread = np.maximum(*(np.abs(part).max(axis=0) for part in parts))
    return Cells(n=n, w=n, w2=n, y=y, wy=y, wyy=yy, origin=origin, spread=spread)


def _naive(cells: Cells) -> np.ndarray:
    """p of Welch's test, which takes people as independent of their unit."""
    n = cells.n.sum(axis=1)
    mean = cells.y.sum(axis=1) / n
    squared = (cells.wyy.sum(axis=1) / n - mean**2) / (n - 1)
    t = (mean[:, 1] - mean[:, 0]) / np.sqrt(squared.sum(axis=1))
    df = squared.sum(axis=1) ** 2 / (squared**2 / (n - 1)).sum(axis=1)
    return 2 * stdtr(df, -np.abs(t))


def _words(cells: Cells) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Verdict of every measure, its p and whether the 95 % interval holds the estimate ± what is asked later."""
    fit = cr2(cells, (-1.0, 1.0))
    p = 2 * stdtr(fit.df, -np.abs(fit.estimate / fit.se))
    half = stdtrit(fit.df, 1 - ALPHA) * fit.se
    adjusted = [q for theme in p.reshape(-1, SCALES).tolist() for q in holm(theme)]
    words = [
        verdict(change, q, change - wide, change + wide, DELTA, ALPHA, "better")
        for change, q, wide in zip(fit.estimate.tolist(), adjusted, half.tolist(), strict=True)
    ]
    return words, p, np.abs(fit.estimate) <= stdtrit(fit.df, 1 - ALPHA / 2) * fit.se


def simulate(setting: Setting, replications: int = REPLICATIONS, bootstrapped: int = BOOTSTRAPPED) -> Rates:
    """Rates of one setting; the same numbers at every call."""
    rng = np.random.default_rng([20261122, setting.units, setting.dominating, *_milli(setting)])
    counts = dict.fromkeys(("rejected", "covered", "naive", "wrong_change", "wrong_unchanged"), 0)
    bootstrap: list[float] = []
    done = 0
    while done < replications:
        batch = min(BATCH, replications - done)
        waves, moved, starts = _draw(setting, rng, batch * SCALES)
        cells = cells_of(waves[0], waves[1], starts)
        words, p, covered = _words(cells)
        counts["rejected"] += int((p < ALPHA).sum())
        counts["covered"] += int(covered.sum())
        counts["naive"] += int((_naive(cells) < ALPHA).sum())
        themes = np.array([word.endswith(("fremgang", "tilbagegang")) for word in words]).reshape(-1, SCALES)
        counts["wrong_change"] += int(themes.any(axis=1).sum())
        counts["wrong_unchanged"] += _words(cells_of(waves[0], moved, starts))[0].count("uaendret")
        if setting.units in BOOTSTRAP_UNITS:
            bootstrap += _bootstrap(cells, rng, min(batch, bootstrapped - len(bootstrap)))
        done += batch
    scales = replications * SCALES
    return Rates(
        **{field.name: getattr(setting, field.name) for field in fields(Setting)},
        replications=replications,
        rejected=counts["rejected"] / scales,
        covered=counts["covered"] / scales,
        naive_rejected=counts["naive"] / scales,
        bootstrap_rejected=float(np.mean(np.array(bootstrap) < ALPHA)) if bootstrap else float("nan"),
        wrong_change=counts["wrong_change"] / replications,
        wrong_unchanged=counts["wrong_unchanged"] / scales,
    )


def _milli(setting: Setting) -> tuple[int, int]:
    return round(1000 * setting.persistent), round(1000 * setting.by_wave)


def _bootstrap(cells: Cells, rng: np.random.Generator, count: int) -> list[float]:
    """p of the wild bootstrap for the first ``count`` measures, one a theme."""
    points = np.sqrt([1.5, 1.0, 0.5])
    webb = np.concatenate([-points, points]) if cells.n.shape[1] < 12 else np.array([-1.0, 1.0])
    present = np.ones(cells.n.shape[1], dtype=bool)
    draws = rng.choice(webb, size=(max(count, 0), DRAWS, cells.n.shape[1]))
    return [bootstrap_p(cells, present, draws[m], m * SCALES) for m in range(max(count, 0))]


def code_hash() -> str:
    """Hash of the parsed code, without docstrings, of what this module imports from ``statistics``, and of itself."""
    wanted, seen = [Path(__file__)], set()
    found = hashlib.sha256()
    while wanted:
        path = wanted.pop(0)
        if path in seen:
            continue
        seen.add(path)
        tree = ast.parse(path.read_text(encoding="utf-8"))
        wanted += _imported(tree)
        found.update(f"{path.name}\n{ast.dump(_without_docstrings(tree))}".encode())
    return found.hexdigest()[:16]


def _imported(tree: ast.Module) -> list[Path]:
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    ours = sorted(name for name in names if name.startswith("evaluation.statistics."))
    return [ROOT / (name.replace(".", "/") + ".py") for name in ours]


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return tree


def read() -> tuple[Rates, ...]:
    """The committed rates."""
    kinds = {field.name: field.type for field in fields(Rates)}
    with CSV.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Rates(**{name: _typed(kinds[name], text) for name, text in row.items()}) for row in csv.DictReader(stream)
        )


def _typed(kind: object, text: str) -> object:
    if kind == "bool":
        return text == "True"
    return int(text) if kind == "int" else float(text or "nan")


def _worst(rates: Sequence[Rates]) -> Iterator[tuple[int, bool, float, list[Rates]]]:
    for units, dominating, by_wave in itertools.product(UNITS, (False, True), BY_WAVE):
        yield (
            units,
            dominating,
            by_wave,
            [r for r in rates if (r.units, r.dominating, r.by_wave) == (units, dominating, by_wave)],
        )


def table(rates: Sequence[Rates]) -> str:
    """Worst of the persistent ICCs, in percent, as a Markdown table."""
    lines = [
        "| units | one unit with a third | ICC unit × wave | rejected, CR2 | covered, 95 % | rejected, Welch"
        " | rejected, bootstrap | wrong change, a theme | wrong *uændret* at δ | |",
        "|--:|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    for units, dominating, by_wave, group in _worst(rates):
        bootstrap = max(r.bootstrap_rejected for r in group)
        careful = "forsigtig" if min(r.rejected for r in group) < 0.035 else ""
        numbers = [
            max(r.rejected for r in group), min(r.covered for r in group), max(r.naive_rejected for r in group),
            bootstrap, max(r.wrong_change for r in group), max(r.wrong_unchanged for r in group),
        ]  # fmt: skip
        shown = " | ".join("–" if np.isnan(number) else f"{100 * number:.1f}" for number in numbers)
        lines.append(f"| {units} | {'yes' if dominating else 'no'} | {by_wave:g} | {shown} | {careful} |")
    return "\n".join(lines)


def plot(rates: Sequence[Rates]) -> None:
    """Rejection of a true null by number of units, CR2 beside Welch."""
    import pandas as pd
    import plotnine as p9

    rows = [
        {
            "units": str(units), "by_wave": f"{by_wave:g}", "test": name, "share": 100 * value,
            "sizes": "one unit with a third" if dominating else "balanced",
        }
        for units, dominating, by_wave, group in _worst(rates)
        for name, value in (
            ("CR2 by unit", max(r.rejected for r in group)),
            ("Welch, units ignored", max(r.naive_rejected for r in group)),
        )
    ]  # fmt: skip
    frame = pd.DataFrame(rows)
    frame["units"] = pd.Categorical(frame["units"], [str(units) for units in UNITS])
    figure = (
        p9.ggplot(frame, p9.aes("units", "share", colour="by_wave", shape="test", group="by_wave + test"))
        + p9.geom_hline(yintercept=5, linetype="dotted")
        + p9.geom_line()
        + p9.geom_point(size=2.5)
        + p9.facet_wrap("sizes")
        + p9.scale_colour_manual(["#0B4F5C", "#D98324", "#7A3E9D"])
        + p9.labs(x="Units", y="Rejections of a true null, %", colour="ICC unit × wave", shape="Test")
        + p9.theme_minimal()
        + p9.theme(figure_size=(9, 4))
    )
    figure.save(PLOT, verbose=False)


def write(rates: Sequence[Rates]) -> None:
    """Put rates, picture and table where the documentation has them."""
    with CSV.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in fields(Rates)], lineterminator="\n")
        writer.writeheader()
        for rate in rates:
            row = {k: v if isinstance(v, bool | int) else f"{v:.5g}" for k, v in asdict(rate).items()}
            writer.writerow(row)
    plot(rates)
    before, _, rest = METHODS.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    METHODS.write_text(f"{before}{BEGIN}\nCode {code_hash()}.\n\n{table(rates)}\n{END}{after}", encoding="utf-8")


def main() -> None:
    """Simulate everything and write it down."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--quick", action="store_true", help="a tenth of the replications, printed only")
    quick = asked.parse_args().quick
    factor = 10 if quick else 1
    rates: list[Rates] = []
    chosen = settings()
    with ProcessPoolExecutor() as pool:
        waiting = [pool.submit(simulate, s, REPLICATIONS // factor, BOOTSTRAPPED // factor) for s in chosen]
        for place, one in enumerate(waiting):
            rates.append(one.result())
            sys.stderr.write(f"\r{place + 1}/{len(chosen)} settings")
    sys.stderr.write("\n")
    if quick:
        sys.stdout.write(table(rates) + "\n")
        return
    write(rates)


if __name__ == "__main__":
    main()
