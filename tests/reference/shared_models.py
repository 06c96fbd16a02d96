"""Regressions, mixed models and a factor model: robust errors are ours, the rest second opinions in this test."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evaluation.statistics.change import cluster_change
from evaluation.statistics.robust import Robust, cluster_regression
from tests.reference.shared_data import Found, by, data


def _ones(*columns: object) -> np.ndarray:
    made = [np.asarray(column, dtype=float) for column in columns]
    return np.column_stack([np.ones(len(made[0])), *made])


def _se(found: Robust) -> np.ndarray:
    assert found.se is not None
    return found.se


def petersen() -> Found:
    d = data("PetersenCL")
    y, x, n = d["y"], _ones(d["x"]), len(d)
    firm, year, both = (cluster_regression(y, x, label, kind="CR1S") for label in (d["firm"], d["year"], None))
    assert firm.covariance is not None
    assert year.covariance is not None
    assert both.covariance is not None
    two_way = np.sqrt(np.diag(firm.covariance + year.covariance - both.covariance))
    rows = {kind: _se(cluster_regression(y, x, kind=kind)) for kind in ("CR0", "CR1S", "CR2", "CR3")}
    errors = {
        # sandwich multiplies by G/(G-1) whatever the type: its HC0 by firm is CR1, its HC1 is CR1S.
        "CL.firm.HC0": _se(cluster_regression(y, x, d["firm"], kind="CR1")),
        "CL.firm.HC1": _se(firm),
        "CL.firm+year.HC1": two_way,
        "HC0": rows["CR0"],
        "HC1": rows["CR1S"],
        "HC2": rows["CR2"],
        "HC3": rows["CR3"],
    }
    assert n == both.clusters  # every firm was met once a year: the intersection is the single row
    return by(
        "ours", **{f"{name}[{c}]": se[i] for name, se in errors.items() for i, c in enumerate(("(Intercept)", "x"))}
    )


def awards() -> Found:
    d = data("AchievementAwardsRCT")
    d = d[(d["year"].astype(str) == "2001") & (d["sex"] == "Girl")]
    names = ["treated", "lagscore", "siblings", "immigrant", "father_ed", "mother_ed"]
    d = d.dropna(subset=["Bagrut_status", *names, "school_id"])
    x = _ones(*(d[name] for name in names))
    found: dict[str, object] = {}
    for kind in ("CR0", "CR1", "CR1S", "CR2", "CR3"):
        fit = cluster_regression(d["Bagrut_status"], x, d["school_id"], kind=kind)
        assert fit.df is not None
        assert fit.coefficients is not None
        found |= {f"{kind}.se.treated": _se(fit)[1], f"{kind}.df.treated": fit.df[1], "b.treated": fit.coefficients[1]}
    return by("ours", **found)


def nsw() -> Found:
    d = data("nsw_dw")
    change = cluster_change(d["re78"], d["treat"].astype(int), np.arange(len(d)), independent=True)
    return by("ours", ate=change.change)


def _robust(y: pd.Series, x: np.ndarray, names: tuple[str, ...]) -> Found:
    fit = cluster_regression(y, x, kind="CR1S")
    assert fit.coefficients is not None
    found = {f"coef[{name}]": fit.coefficients[i] for i, name in enumerate(names)}
    return by("ours", **found, **{f"coef[{name}].se": _se(fit)[i] for i, name in enumerate(names)})


def star() -> Found:
    d = data("STAR")
    d["y"] = d["readk"] + d["mathk"]
    d = d.dropna(subset=["y", "stark"])
    names = ("(Intercept)", "starksmall", "starkregular+aide")
    x = _ones(d["stark"] == "small", d["stark"] == "regular+aide")
    fit = cluster_regression(d["y"], x, d["schoolidk"], kind="CR1S")
    # sandwich counts the levels of a factor, and AER's schoolidk has one that no pupil has: 80 instead of 79.
    levels = fit.clusters + 1
    clustered = _se(fit) * np.sqrt(levels / (levels - 1) * (fit.clusters - 1) / fit.clusters)
    by_school = {f"clusterschool.se[{name}]": clustered[i] for i, name in enumerate(names)}
    return _robust(d["y"], x, names) | by("ours", **by_school)


def ca_schools() -> Found:
    d = data("CASchools")
    x = _ones(d["students"] / d["teachers"], d["english"])
    return _robust((d["math"] + d["read"]) / 2, x, ("(Intercept)", "stratio", "english"))


def sleepstudy() -> Found:
    """REML in closed form: everybody was met on the same days, so each person's own line suffices."""
    d = data("sleepstudy")
    wide = d.pivot_table(index="Subject", columns="Days", values="Reaction").to_numpy()
    x = _ones(range(wide.shape[1]))
    inverse = np.linalg.inv(x.T @ x)
    lines = wide @ x @ inverse
    within = float(((wide - lines @ x.T) ** 2).sum() / (wide.shape[0] * (wide.shape[1] - 2)))
    spread = np.cov(lines.T)
    between, se = spread - within * inverse, np.sqrt(np.diag(spread) / len(lines))
    found: dict[str, object] = {}
    for i, name in enumerate(("(Intercept)", "Days")):
        found |= {f"fixef[{name}]": lines[:, i].mean(), f"fixef[{name}].se": se[i]}
        found[f"vcov Subject {name} NA"] = between[i, i]
    found |= {"vcov Subject (Intercept) Days": between[0, 1], "vcov Residual NA NA": within}
    return by("formula in this test", **found)


def exam() -> Found:
    """Maximum likelihood of a random intercept, profiled over the ratio of the two variances."""
    from scipy.optimize import brentq

    d = data("Exam")
    y, x = d["normexam"].to_numpy(), _ones(d["standLRT"])
    school = pd.factorize(d["school"])[0]
    size = np.bincount(school).astype(float)
    sums = np.stack([np.bincount(school, weights=column) for column in (*x.T, y)], axis=1)

    def fit(ratio: complex) -> tuple[complex, np.ndarray, np.ndarray, complex]:
        shrink = ratio / (1 + size * ratio)
        z = np.column_stack([x, y])
        crossed = z.T @ z - (sums * shrink[:, None]).T @ sums
        info = crossed[:2, :2]
        beta = np.linalg.solve(info, crossed[:2, 2])
        variance = (crossed[2, 2] - beta @ crossed[:2, 2]) / len(y)
        return len(y) * np.log(variance) + np.log1p(size * ratio).sum(), beta, np.linalg.inv(info), variance

    # The slope of the likelihood is 0, found by complex steps: the maximum itself is flat.
    ratio = float(brentq(lambda r: fit(r + 1e-30j)[0].imag, 0.05, 0.5, xtol=1e-15))
    _, beta, inverse, variance = fit(ratio)
    found: dict[str, object] = {"var.school": ratio * variance, "var.resid": variance}
    for i, name in enumerate(("(Intercept)", "standLRT")):
        found |= {f"fixef[{name}]": beta[i], f"fixef[{name}].se": np.sqrt(variance * inverse[i, i])}
    return by("formula in this test", **found)


def wvs() -> Found:
    """Proportional odds by Newton's method to the end, derivatives of the gradient by complex steps."""
    d = data("WVS")
    answer = d["poverty"].map({"Too Little": 0, "About Right": 1, "Too Much": 2}).to_numpy()
    names = ("religionyes", "degreeyes", "countryNorway", "countrySweden", "countryUSA", "age", "gendermale")
    country = [(d["country"] == name) for name in ("Norway", "Sweden", "USA")]
    x = _ones(d["religion"] == "yes", d["degree"] == "yes", *country, d["age"], d["gender"] == "male")[:, 1:]
    k = x.shape[1]

    def gradient(theta: np.ndarray) -> np.ndarray:
        line = x @ theta[:k]
        below = [1 / (1 + np.exp(line - cut)) for cut in theta[k:]]
        slope = [f * (1 - f) for f in below]
        share = np.choose(answer, [below[0], below[1] - below[0], 1 - below[1]])
        by_line = np.choose(answer, [-slope[0], slope[0] - slope[1], slope[1]]) / share
        first = np.choose(answer, [slope[0], -slope[0], 0 * slope[0]]) / share
        second = np.choose(answer, [0 * slope[1], slope[1], -slope[1]]) / share
        return np.concatenate([x.T @ by_line, [first.sum(), second.sum()]])

    theta = np.concatenate([np.zeros(k), [0.0, 2.0]])
    for _ in range(30):
        steps = np.eye(k + 2) * 1e-30j
        hessian = np.stack([gradient(theta + step).imag / 1e-30 for step in steps], axis=1)
        theta = theta - np.linalg.solve(hessian, gradient(theta))
    se = np.sqrt(np.diag(np.linalg.inv(-hessian)))
    found = {f"coef[{name}]": theta[i] for i, name in enumerate(names)}
    found |= {f"coef[{name}].se": se[i] for i, name in enumerate(names)}
    found |= {"zeta[Too Little|About Right]": theta[k], "zeta[About Right|Too Much]": theta[k + 1]}
    return by("formula in this test", **found)


def factors() -> Found:
    """Three correlated factors of three tests by maximum likelihood; lavaan divides by n."""
    from scipy.optimize import minimize, root
    from scipy.special import gammaincc

    d = data("HolzingerSwineford1939")[[f"x{i}" for i in range(1, 10)]].to_numpy()
    n, k = d.shape
    s = np.cov(d.T, bias=True)
    pattern = np.kron(np.eye(3), np.ones((3, 1)))

    def implied(theta: np.ndarray) -> np.ndarray:
        loading = pattern.copy()
        loading[pattern > 0] = theta[:9]
        phi = np.eye(3)
        phi[np.triu_indices(3, 1)] = phi.T[np.triu_indices(3, 1)] = theta[9:12]
        return np.asarray(loading @ phi @ loading.T + np.diag(np.exp(theta[12:])))

    def loss(theta: np.ndarray) -> float:
        sign, determinant = np.linalg.slogdet(implied(theta))
        if sign <= 0:
            return 1e10
        return float(determinant + np.trace(np.linalg.solve(implied(theta), s)) - np.linalg.slogdet(s)[1] - k)

    theta = np.concatenate([np.full(9, 0.7), np.full(3, 0.3), np.log(np.diag(s) / 2)])
    theta = minimize(loss, theta, method="BFGS", options={"maxiter": 2000}).x

    def slope(theta: np.ndarray) -> np.ndarray:
        inverse = np.linalg.inv(implied(theta))
        outer = inverse @ (implied(theta) - s) @ inverse
        steps = np.eye(len(theta)) * 1e-5
        # The implied covariances are products of at most three parameters: a central step is exact but for 1e-10.
        return np.array([(outer * (implied(theta + e) - implied(theta - e))).sum() / 2e-5 for e in steps])

    theta = root(slope, theta, tol=1e-14).x
    sigma = implied(theta)
    chisq, df = n * loss(theta), k * (k + 1) // 2 - len(theta)
    alone = n * float(np.log(np.diag(s)).sum() - np.linalg.slogdet(s)[1])
    free = k * (k - 1) / 2
    scale = np.sqrt(np.diag(s))
    lower = np.tril_indices(k)
    found = {
        "chisq": chisq,
        "df": df,
        "pvalue": gammaincc(df / 2, chisq / 2),
        "cfi": 1 - (chisq - df) / (alone - free),
        "tli": (alone / free - chisq / df) / (alone / free - 1),
        "rmsea": np.sqrt((chisq - df) / (df * n)),
        "srmr": np.sqrt((((s - sigma) / np.outer(scale, scale))[lower] ** 2).mean()),
    }
    return by("scipy", **{f"fit[{name}]": value for name, value in found.items()})
