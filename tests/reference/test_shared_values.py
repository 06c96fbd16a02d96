"""Every number of ../shared/data/reference that is not about a survey design, on its public data sets.

Source of ``shared_values.csv``: ``reference_values.csv`` there, computed by the ``reference.R`` beside it with
psych, sandwich, clubSandwich, effectsize, lme4, lavaan, MASS and stats (12 significant digits); sections
api.*, nhanes and scd are those of ``test_shared_design.py``. The data sets are not ours to copy, so
these tests run where the folder is present. Who computes a number stands beside it in ``shared_scales.py``,
``shared_classic.py`` and ``shared_models.py``: ours where the toolkit publishes such a number, else a second opinion.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest

from evaluation.statistics.levels import mean_level
from evaluation.statistics.multiple import ADJUSTMENTS
from evaluation.statistics.sandwich import as_codes, cell_sums
from tests.reference import shared_classic as classic
from tests.reference import shared_models as models
from tests.reference import shared_scales as scales
from tests.reference.shared_data import HERE, SHARED, Found, data, numbers

RELATIVE, ABSOLUTE = 1e-8, 1e-12
VALUES = numbers(HERE / "shared_values.csv")
CONVERGED = numbers(HERE / "converged_values.csv")

SECTIONS: dict[str, Callable[[], Found]] = {
    **{f"bfi.{scale}": (lambda scale=scale: scales.bfi(scale)) for scale in scales.KEYS},  # type: ignore[misc]
    **{f"p.adjust.{m}": (lambda m=m: classic.adjusted(m)) for m in ADJUSTMENTS},  # type: ignore[misc]
    "attitude": scales.attitude,
    "efc.cop": scales.efc_cop,
    "sat.act": scales.sat_act,
    "kappa": scales.kappa,
    "ICC.shroutfleiss": scales.icc,
    "bh1996": scales.bh1996,
    "bfi.polychoric": scales.polychoric,
    "sleep": classic.sleep,
    "ToothGrowth": classic.tooth,
    "HairEye": classic.hair_eye,
    "efc": classic.efc,
    "mcnemar": classic.mcnemar,
    "fisher.tea": classic.fisher,
    "smokers.prop": classic.smokers,
    "prop2": classic.prop2,
    "wilson": lambda: classic.one_share("wilson"),
    "exact": lambda: classic.one_share("exact"),
    "cor": classic.correlations,
    "Petersen": models.petersen,
    "AchievementAwards": models.awards,
    "nsw_dw": models.nsw,
    "STAR.k": models.star,
    "CASchools": models.ca_schools,
    "sleepstudy": models.sleepstudy,
    "Exam": models.exam,
    "WVS.polr": models.wvs,
    "HS1939": models.factors,
}

#: Values that are not matched to 1e-8, by section or by number: the reason, and how near they are all the same.
_FA = "psych::fa stops its optimiser at about 1e-7 in the loadings; ours is the minimum (converged_values.csv)"
_LME = (
    "lme4 stops its optimiser at about 1e-5 in the variances; ours is the maximum (closed form, converged_values.csv)"
)
_COHEN = "effectsize finds the noncentrality with optim(), to about 1e-7; ours solves for it (converged_values.csv)"
NOT_MATCHED: dict[tuple[str, str] | str, tuple[str, float]] = {
    **{
        (f"bfi.{scale}", "omega.total.1factor.minres"): (_FA, 2e-7)
        for scale in ("conscientious", "extraversion", "neuroticism")
    },
    "bfi.polychoric": (
        "psych adds 0.5 to empty cells and stops optimize() at about 1e-4; not published by the toolkit",
        1e-3,
    ),
    "ICC.shroutfleiss": ("psych::ICC fits lmer (about 1e-6); the mean squares are exact (converged_values.csv)", 5e-6),
    **{
        ("sleepstudy", what): (_LME, 2e-5)
        for what in (
            "fixef[(Intercept)].se",
            "fixef[Days].se",
            "vcov Subject (Intercept) NA",
            "vcov Subject Days NA",
            "vcov Subject (Intercept) Days",
            "vcov Residual NA NA",
        )
    },
    ("Exam", "fixef[(Intercept)]"): (_LME, 2e-8),
    "WVS.polr": ("MASS::polr stops BFGS at 1e-8 in the deviance; ours is the maximum (converged_values.csv)", 3e-4),
    ("sleep", "cohens_d.lo"): (_COHEN, 1e-6),
    ("sleep", "cohens_d.hi"): (_COHEN, 1e-6),
    ("HS1939", "fit[srmr]"): (
        "lavaan stops its optimiser at about 1e-8 in the parameters; ours has a gradient of 0",
        1e-7,
    ),
    "cbpp": ("a logistic mixed model by Laplace's approximation: the toolkit has none, nor has statsmodels", math.nan),
}

needs_shared = pytest.mark.skipif(
    not (SHARED / "data").is_dir(), reason="shared/data/reference (public data sets with R's numbers) is absent"
)


@cache
def computed(section: str) -> Found:
    return SECTIONS[section]()


def not_matched(key: tuple[str, str]) -> tuple[str, float] | None:
    return NOT_MATCHED.get(key) or NOT_MATCHED.get(key[0])


@needs_shared
@pytest.mark.parametrize("key", [k for k in VALUES if not not_matched(k)], ids="|".join)
def test_value(key: tuple[str, str]) -> None:
    assert computed(key[0])[key[1]][1] == pytest.approx(VALUES[key], rel=RELATIVE, abs=ABSOLUTE)


@needs_shared
@pytest.mark.parametrize("key", [k for k in VALUES if not_matched(k) and k[0] in SECTIONS], ids="|".join)
def test_value_that_r_gives_less_exactly(key: tuple[str, str]) -> None:
    """Near, and no nearer: a number that is matched after all leaves the list."""
    reason, near = not_matched(key) or ("", 0.0)
    found = computed(key[0])[key[1]][1]
    assert found == pytest.approx(VALUES[key], rel=near), reason
    assert found != pytest.approx(VALUES[key], rel=RELATIVE, abs=ABSOLUTE), f"{key} is matched: {reason}"


@needs_shared
@pytest.mark.parametrize("key", list(CONVERGED), ids="|".join)
def test_value_where_r_is_taken_to_its_optimum(key: tuple[str, str]) -> None:
    """converged.R: the same model by an R package, or an option, that goes on to the end."""
    assert computed(key[0])[key[1]][1] == pytest.approx(CONVERGED[key], rel=RELATIVE, abs=ABSOLUTE)


@needs_shared
def test_numbers_stored_are_those_of_the_source_and_with_the_survey_designs_all_of_them() -> None:
    source = numbers(SHARED / "reference_values.csv")
    together = VALUES | numbers(HERE / "shared_design_values.csv")
    assert together == source
    assert len(source) == 926


def test_at_least_so_many_are_matched() -> None:
    matched = [key for key in VALUES if not not_matched(key)]
    designs = numbers(HERE / "shared_design_values.csv")
    assert len(matched) >= 281
    assert len(matched) + len(designs) >= 800
    assert {key[0] for key in VALUES} - set(SECTIONS) == {"cbpp"}


@needs_shared
def test_most_are_computed_by_the_toolkit() -> None:
    who = [computed(section)[what][0] for section, what in VALUES if section in SECTIONS]
    assert sum("ours" in name for name in who) >= 220


@needs_shared
def test_stratified_and_random_samples_by_the_estimator_of_levels() -> None:
    """The estimator that is published, beside the design module that test_shared_design.py asks."""
    designs = numbers(HERE / "shared_design_values.csv")
    d = data("apisrs")
    level = mean_level(d["api00"], d["cds"], estimand="beskrivelse", population=d["fpc"], independent=True)
    assert level.sd is not None
    found = {"svymean[api00]": level.value, "svymean[api00].se": level.se, "svyvar.api00": level.sd**2}
    assert found == pytest.approx({name: designs["api.srs", name] for name in found}, rel=RELATIVE)
    d = data("apistrat")
    for kind in "EHM":
        part = d[d["stype"] == kind]
        inside = mean_level(
            part["api00"], part["cds"], part["pw"], estimand="beskrivelse", population=part["fpc"], independent=True
        )
        found = {f"by.stype[{kind}].mean": inside.value, f"by.stype[{kind}].se": inside.se}
        assert found == pytest.approx({name: designs["api.strat", name] for name in found}, rel=RELATIVE)
    everybody = np.full(len(d), 1e15)
    level = mean_level(d["api00"], d["cds"], d["pw"], estimand="beskrivelse", population=everybody, independent=True)
    found = {"svymean[api00]": level.value, "svymean[api00].se": level.se}
    assert found == pytest.approx({name: designs["api.weightsonly", name] for name in found}, rel=RELATIVE)


@needs_shared
def test_cluster_sums_give_the_linearised_error_and_cr2_is_another() -> None:
    designs, d = numbers(HERE / "shared_design_values.csv"), data("apiclus1")
    level = mean_level(d["api00"], d["dnum"], d["pw"])
    codes, groups = as_codes(d["dnum"])
    y, weights = d[["api00"]].to_numpy(dtype=float), d["pw"].to_numpy(dtype=float)
    cells = cell_sums(y, np.zeros(len(d), dtype=np.int64), codes, groups, weights, 1)
    w, wy = cells.w[0, :, 0], cells.wy[0, :, 0]
    score = (wy - wy.sum() / w.sum() * w) / w.sum()
    linearised = np.sqrt(groups / (groups - 1) * (score**2).sum())
    expected = [designs["api.clus1_nofpc", name] for name in ("svymean[api00]", "svymean[api00].se")]
    assert [level.value, linearised] == pytest.approx(expected, rel=RELATIVE)
    # With one district of 37 schools in 183 CR2 is not the same number.
    assert level.se != pytest.approx(linearised, rel=0.01)
