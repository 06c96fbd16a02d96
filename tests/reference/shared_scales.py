"""Scales and agreement: bfi, attitude, efc, sat.act, kappa, ICC, bh1996."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.statistics.consistency import consistency
from evaluation.statistics.reliability import cronbach_alpha
from evaluation.statistics.scoring import scale_scores
from tests.reference.shared_data import Found, by, data

KEYS = {
    "agree": "-A1 A2 A3 A4 A5",
    "conscientious": "C1 C2 C3 -C4 -C5",
    "extraversion": "-E1 -E2 E3 E4 E5",
    "neuroticism": "N1 N2 N3 N4 N5",
    "openness": "O1 -O2 O3 O4 -O5",
}


def bfi(scale: str) -> Found:
    names = KEYS[scale].split()
    items = [name.lstrip("-") for name in names]
    turned = np.array([name.startswith("-") for name in names])
    points = (data("bfi")[items].to_numpy(dtype=float) - 1) * 20
    matrix = np.where(turned, 100 - points, points)
    listwise, pairwise = cronbach_alpha(matrix), consistency(matrix, missing="pairwise")
    half, some = scale_scores(points, turned, 3), scale_scores(points, turned, 1)
    found = {
        "alpha.raw": pairwise.alpha,
        "alpha.std": pairwise.alpha_std,
        "G6": pairwise.g6,
        "avg_r": pairwise.average_r,
        "ase": pairwise.ase,
        "n.listwise": listwise.n,
        "omega.total.1factor.minres": consistency(matrix).omega,
        "score.mean.available": np.nanmean(some) / 20 + 1,
        "score.sd.available": np.nanstd(some, ddof=1) / 20,
        "score.mean.half_rule": np.nanmean(half) / 20 + 1,
        "score.n.half_rule": (~np.isnan(half)).sum(),
    }
    found |= {f"r.drop[{item}]": value for item, value in zip(items, pairwise.item_rest, strict=True)}
    found |= {f"alpha.drop[{item}]": value for item, value in zip(items, pairwise.alpha_dropped, strict=True)}
    return by("ours", **found) | by("pingouin through ours", **{"alpha.raw.listwise": listwise.value})


def attitude() -> Found:
    found = consistency(data("attitude").to_numpy(dtype=float))
    return by("ours", **{"alpha.raw": found.alpha, "alpha.std": found.alpha_std})


def efc_cop() -> Found:
    items = [f"c8{i}cop{i - 1}" for i in range(2, 10)]
    matrix = data("efc")[items].to_numpy(dtype=float)
    return by("ours", **{"alpha.raw": consistency(matrix, missing="pairwise").alpha})


def sat_act() -> Found:
    d = data("sat_act")[["SATV", "SATQ"]]
    return by("pandas", **{"r.SATV.SATQ": d["SATV"].corr(d["SATQ"])})


def kappa() -> Found:
    """Cohen's kappa, plain and with squared weights, of the two raters in the reference script."""
    one, two = np.arange(1, 10), np.array([1, 3, 1, 6, 1, 5, 5, 6, 7])
    table = np.zeros((9, 9))
    np.add.at(table, (one - 1, two - 1), 1 / len(one))
    chance = np.outer(table.sum(axis=1), table.sum(axis=0))
    squared = np.subtract.outer(np.arange(9), np.arange(9)) ** 2
    plain = (np.trace(table) - np.trace(chance)) / (1 - np.trace(chance))
    weighted = 1 - (squared * table).sum() / (squared * chance).sum()
    return by("formula in this test", unweighted=plain, weighted=weighted)


def icc() -> Found:
    """The six forms of Shrout and Fleiss (1979) from the mean squares of targets, raters and rest."""
    y = data("shrout_fleiss").to_numpy(dtype=float)
    n, k = y.shape
    targets = k * y.mean(axis=1).var(ddof=1)
    raters = n * y.mean(axis=0).var(ddof=1)
    total = ((y - y.mean()) ** 2).sum()
    rest = (total - (n - 1) * targets - (k - 1) * raters) / ((n - 1) * (k - 1))
    within = (total - (n - 1) * targets) / (n * (k - 1))
    found = {
        "ICC1": (targets - within) / (targets + (k - 1) * within),
        "ICC2": (targets - rest) / (targets + (k - 1) * rest + k * (raters - rest) / n),
        "ICC3": (targets - rest) / (targets + (k - 1) * rest),
        "ICC1k": (targets - within) / targets,
        "ICC2k": (targets - rest) / (targets + (raters - rest) / n),
        "ICC3k": (targets - rest) / targets,
    }
    return by("formula in this test", **found)


def bh1996() -> Found:
    d = data("bh1996")
    groups = [part.to_numpy() for _, part in d.groupby("GRP")["WBEING"]]
    n, g = len(d), len(groups)
    size = n / g  # the multilevel package takes the mean size
    between = sum(len(x) * (x.mean() - d["WBEING"].mean()) ** 2 for x in groups) / (g - 1)
    within = sum(((x - x.mean()) ** 2).sum() for x in groups) / (n - g)
    one = (between - within) / (between + (size - 1) * within)
    found = {"ICC1.WBEING": one, "ICC2.WBEING": (between - within) / between}
    return by("formula in this test", **found)


def polychoric() -> Found:
    """Correlations of the normal variables behind two answers, thresholds from the margins first (two-step)."""
    from scipy.optimize import minimize_scalar
    from scipy.stats import multivariate_normal, norm

    d = data("bfi")

    def one(a: str, b: str) -> float:
        table = pd.crosstab(d[a], d[b]).to_numpy(dtype=float)
        rows, columns = (norm.ppf(np.cumsum(table.sum(axis=k))[:-1] / table.sum()) for k in (1, 0))
        grid = np.array([[r, c] for r in [-8.0, *rows, 8.0] for c in [-8.0, *columns, 8.0]])

        def loss(rho: float) -> float:
            cdf = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(grid).reshape(len(rows) + 2, -1)
            cells = np.diff(np.diff(cdf, axis=0), axis=1)
            return -float((table * np.log(np.maximum(cells, 1e-12))).sum())

        return float(minimize_scalar(loss, bounds=(-0.99, 0.99), method="bounded", options={"xatol": 1e-9}).x)

    return by("scipy", N1N2=one("N1", "N2"), N1N3=one("N1", "N3"))
