"""Classical tests and correlations: sleep, ToothGrowth, tables, shares, mtcars, p.adjust."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.statistics.effects import hedges_g
from evaluation.statistics.multiple import adjust
from evaluation.statistics.second_opinion import paired, welch
from tests.reference.shared_data import Found, by, data

P_VALUES = (0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216)


def adjusted(method: str) -> Found:
    return by("ours", **{str(i): p for i, p in enumerate(adjust(P_VALUES, method), start=1)})  # type: ignore[arg-type]


def sleep() -> Found:
    from scipy import stats

    d = data("sleep")
    one, two = d[d["group"] == 1], d[d["group"] == 2]
    x, y = one["extra"].to_numpy(), two["extra"].to_numpy()
    # R subtracts group 2 from group 1; ours is after minus before, so group 2 goes first.
    effect = hedges_g(d["extra"], d["group"] == 1, np.arange(len(d)), independent=True)
    ours, pairs = welch(y, x), paired(two["ID"], y, one["ID"], x)
    found = by("pingouin through ours", **{"t.welch": ours.t, "p.welch": ours.p_value, "df.welch": ours.df})
    found |= by("pingouin through ours", **{"t.paired": pairs.t, "p.paired": pairs.p_value, "df.paired": pairs.df})
    found |= by("ours", hedges_g=effect.value)
    student = stats.ttest_ind(x, y)
    found |= by("scipy", **{"t.student": student.statistic, "p.student": student.pvalue, "df.student": student.df})
    three = {"welch": stats.ttest_ind(x, y, equal_var=False), "paired": stats.ttest_rel(x, y), "student": student}
    for name, test in three.items():
        low, high = test.confidence_interval()
        found |= by("scipy", **{f"ci.lo.{name}": low, f"ci.hi.{name}": high})
    n = len(x)
    d_value = (x.mean() - y.mean()) / np.sqrt((x.var(ddof=1) + y.var(ddof=1)) / 2)
    found |= by("formula in this test", cohens_d=d_value)
    low, high = _noncentral(float(student.statistic), 2 * n - 2)
    scale = np.sqrt(2 / n)
    found |= by("scipy", **{"cohens_d.lo": low * scale, "cohens_d.hi": high * scale})
    w = stats.mannwhitneyu(x, y, method="asymptotic", use_continuity=True)
    found |= by("scipy", **{"wilcox.W": w.statistic, "wilcox.p": w.pvalue})
    v = stats.wilcoxon(x, y, zero_method="wilcox", correction=True, method="asymptotic")
    return found | by("scipy", **{"wilcox.paired.V": v.statistic, "wilcox.paired.p": v.pvalue})


def _noncentral(t: float, df: int) -> tuple[float, float]:
    """Noncentralities at which ``t`` is the 97.5 % and the 2.5 % quantile."""
    from scipy.optimize import brentq
    from scipy.stats import nct

    low, high = (brentq(lambda nc, p=p: nct.cdf(t, df, nc) - p, t - 8, t + 8, xtol=1e-14) for p in (0.975, 0.025))
    return float(low), float(high)


def tooth() -> Found:
    import pingouin
    from scipy import stats

    d = data("ToothGrowth")
    groups = [part.to_numpy() for _, part in d.groupby("dose")["len"]]
    unequal = pingouin.welch_anova(d, dv="len", between="dose").iloc[0]
    ranks = stats.kruskal(*groups)
    f = stats.f_oneway(*groups)
    between = sum(len(x) * (x.mean() - d["len"].mean()) ** 2 for x in groups)
    found = by("scipy", **{"anova.F": f.statistic, "kruskal.H": ranks.statistic, "kruskal.p": ranks.pvalue})
    p = next(unequal[name] for name in ("p_unc", "p-unc") if name in unequal)
    found |= by("pingouin", **{"welch.F": unequal["F"], "welch.p": p})
    return found | by("formula in this test", eta2=between / ((d["len"] - d["len"].mean()) ** 2).sum())


def _cramer(table: np.ndarray) -> float:
    from scipy.stats import chi2_contingency

    return float(np.sqrt(chi2_contingency(table, correction=False).statistic / table.sum() / (min(table.shape) - 1)))


def hair_eye() -> Found:
    from scipy.stats import chi2_contingency

    table = data("HairEye").pivot_table(index="Hair", columns="Eye", values="Freq", sort=False)
    counts = table.to_numpy(dtype=float)
    test = chi2_contingency(counts, correction=False)
    rows, columns = counts.sum(axis=1) / counts.sum(), counts.sum(axis=0) / counts.sum()
    residual = (counts - test.expected_freq) / np.sqrt(test.expected_freq * np.outer(1 - rows, 1 - columns))
    place = table.index.get_loc("Black"), table.columns.get_loc("Brown")
    found = by("scipy", X2=test.statistic, p=test.pvalue, cramersv=_cramer(counts))
    return found | by("formula in this test", **{"stdres.Black.Brown": residual[place]})


def efc() -> Found:
    from scipy.stats import chi2_contingency

    d = data("efc")
    table = pd.crosstab(d["e42dep"], d["c161sex"]).to_numpy(dtype=float)
    test = chi2_contingency(table, correction=False)
    return by("scipy", **{"chisq.e42dep.sex": test.statistic, "chisq.p": test.pvalue, "cramersv": _cramer(table)})


def mcnemar() -> Found:
    from statsmodels.stats.contingency_tables import mcnemar as test

    table = np.array([[794, 150], [86, 570]])
    plain, corrected = (test(table, exact=False, correction=corrected).statistic for corrected in (False, True))
    return by("statsmodels", **{"X2": plain, "X2.cc": corrected})


def fisher() -> Found:
    from scipy.stats import fisher_exact

    return by("scipy", **{"p.two": fisher_exact([[3, 1], [1, 3]]).pvalue})


def smokers() -> Found:
    from scipy.stats import chi2_contingency

    yes, n = np.array([83, 90, 129, 70]), np.array([86, 93, 136, 82])
    test = chi2_contingency(np.stack([yes, n - yes]), correction=False)
    return by("scipy", X2=test.statistic, p=test.pvalue)


def prop2() -> Found:
    from scipy.special import ndtri

    p, n = np.array([0.45, 0.30]), 100
    half = float(ndtri(0.975) * np.sqrt((p * (1 - p) / n).sum()))
    gap, correction = float(p[0] - p[1]), 0.5 * (1 / n + 1 / n)
    found = {"lo": gap - half, "hi": gap + half, "lo.cc": gap - half - correction, "hi.cc": gap + half + correction}
    return by("formula in this test", **found)


def one_share(method: str) -> Found:
    from scipy.stats import binomtest

    interval = binomtest(7, 20).proportion_ci(method=method)
    return by("scipy", lo=interval.low, hi=interval.high)


def correlations() -> Found:
    from scipy import stats

    d = data("mtcars")
    pearson = stats.pearsonr(d["mpg"], d["wt"])
    interval = pearson.confidence_interval()
    return by(
        "scipy",
        **{
            "pearson.mtcars": pearson.statistic,
            "spearman.mtcars": stats.spearmanr(d["mpg"], d["wt"]).statistic,
            "kendall.mtcars": stats.kendalltau(d["mpg"], d["wt"]).statistic,
            "ci.lo": interval.low,
            "ci.hi": interval.high,
        },
    )
