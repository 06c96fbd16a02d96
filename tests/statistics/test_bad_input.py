"""Bad input to every public function of ``statistics``: a reason or a clear error, never NaN or a warning.

Functions are found by introspection and called by the names of their parameters. A new
function is called as soon as its parameters are known (in :mod:`tests.statistics.situations` or
:data:`NUMBERS`); if they are not, the test fails until they are, or until the function is listed in :data:`INNER`
with the reason why it is not called by itself.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import itertools
import math
import pkgutil
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

import evaluation.statistics
from evaluation.statistics import reasons
from evaluation.statistics.change import cluster_change
from evaluation.statistics.ordinal import ordinal_counts
from tests.statistics.situations import SITUATIONS

Function = Callable[..., Any]

#: Not called by themselves: they take sums or fits that the functions on the list make, check and turn into reasons.
INNER: Mapping[str, str] = {
    "bootstrap.bootstrap_p": "takes Cells and draws of wild_bootstraps",
    "change.changes_of_cells": "takes Cells of cell_sums, as cluster_changes hands them over",
    "sandwich.cr2": "takes Cells; NaN where a wave is empty, which its callers turn into reasons",
    "sandwich.weighted_means": "takes Cells; NaN where a wave is empty, which its callers turn into reasons",
    "sandwich.cell_sums": "takes codes of as_codes and waves of as_waves, which refuse what is missing",
    "finite.finite_error": "takes answers that cluster_change and mean_level have checked",
    "reliability.feldt_interval": "takes the alpha that cronbach_alpha has found",
    "tests.t_quantile": "quantile of a distribution; interval and mdc check its df",
    "tests.t_tail": "tail of a distribution; p_value and tost check its df",
    "effects.small_sample_factor": "takes df above 1, which hedges_g sees to",
    "bootstrap.seed_of": "takes a key",
    "consistency.alpha_of": "takes the covariances that consistency has made",
    "consistency.omega_total": "takes the correlations that consistency has made",
    "consistency.covariance": "takes scores that consistency has checked",
    "did.group_of_cluster": "takes codes of as_codes",
    "did.may_be_called_effect": "takes numbers of clusters and a pre-trend that the event study has found",
    "exposure.dose_of_cluster": "takes codes of as_codes",
    "staggered.cohort_of_cluster": "takes codes of as_codes",
    "weights.trim_weights": "takes weights and a limit of its own; provisional",
    "sensitivity.bounds": "takes numbers that relative_magnitudes has checked",
    "sensitivity.relative_magnitudes": "takes coefficients of an event study",
}
#: Parameters that only another function of the package makes, out of input that it has checked.
MADE = ("cells", "design", "found", "side", "parts")
#: Modules with tests of their own for bad input, in which most functions work on what an entry point has checked.
OTHER_TESTS: Mapping[str, str] = {
    "contrasts": "matrices of did, event_study and staggered, whose entry points are called here",
    "design": "tests/statistics/test_design.py",
    "interrupted": "one number a period: tests/statistics/test_trends.py",
    "known_margins": "tests/statistics/test_weighting.py",
    "nonresponse": "tests/statistics/test_nonresponse.py",
    "one_factor": "covariances of consistency and invariance, which are called here",
    "robust": "a check of the sums against full matrices, never published",
    "second_did": "a second opinion of diff-diff, never published",
    "second_weights": "a second opinion of weightipy, never published; tests/statistics/test_weighting.py",
    # Written at the same time as this battery: whoever knows them replaces these lines by parameters in the pool.
    "comparisons": "takes grouped counts; provisional",
    "counted": "sums that comparisons makes of grouped counts",
    "counts": "takes slots and groupings of an analysis; provisional",
    "many": "arrays in which NaN is a number that is missing, as None is in tests; provisional",
    "resampling": "takes grouped counts; provisional",
}
#: NaN in these results is the answer that is not there.
MISSING_IS_NAN = ("scoring.scale_scores", "scoring.share_indicator")


def public() -> dict[str, Function]:
    """Every public function of the package by ``module.name``."""
    found = {}
    package = evaluation.statistics
    for entry in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = importlib.import_module(entry.name)
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == entry.name and not name.startswith("_"):
                found[f"{entry.name.removeprefix(package.__name__ + '.')}.{name}"] = function
    return found


FUNCTIONS = public()


def listed(name: str) -> bool:
    """Whether a function is not called by itself, for the reason that stands beside its name."""
    required, _ = wanted(FUNCTIONS[name])
    elsewhere = any(name.startswith(module + ".") for module in OTHER_TESTS)
    return name in INNER or elsewhere or bool(required & set(MADE))


#: Parameters that every value is tried of.
SWITCHES: Mapping[str, tuple[Any, ...]] = {
    "estimand": ("udvikling", "beskrivelse"),
    "independent": (False, True),
    "exact": (False, True),
    "correct": (False, True),
}
#: Single numbers, all combinations of which are tried.
NUMBERS: Mapping[str, tuple[Any, ...]] = {
    "estimate": (None, math.nan, math.inf, 0.0, 3.0),
    "se": (None, math.nan, math.inf, 0.0, -1.0, 1e-300, 2.0),
    "df": (None, math.nan, math.inf, 0.0, -1.0, 1e-3, 7.0),
    "change": (None, math.nan, math.inf, 0.0, -6.0),
    "p_adjusted": (None, math.nan, 0.0, 1.0),
    "eq_low": (None, math.nan, -2.0),
    "eq_high": (None, math.nan, 2.0),
    "delta": (math.nan, math.inf, -1.0, 0.0, 5.0),
    "alpha": (math.nan, 0.0, 0.05, 5.0),
    "higher_is": ("better", "neutral", "hoej"),
    "largest_share": (None, math.nan, 0.0, 0.5, 7.0),
    "p_value": (None, math.nan, 0.01),
    "p_bootstrap": (None, math.nan, 0.5),
    "p_values": ([], [None, math.nan], [0.01, None, 2.0], [-0.1], [0.2, math.inf]),
    "number": (None, math.nan, math.inf, 1.0),
}
#: Functions whose ``after`` holds answers, not waves.
TWO_SAMPLES = ("second_opinion.welch", "second_opinion.paired", "ranks.wilcoxon")


def wanted(function: Function) -> tuple[set[str], set[str]]:
    """Names of the parameters without and with a default."""
    parameters = inspect.signature(function).parameters.values()
    required = {p.name for p in parameters if p.default is inspect.Parameter.empty}
    return required, {p.name for p in parameters} - required


def unknown(name: str) -> set[str]:
    """Parameters that a function needs and the battery does not have."""
    extra = {"seeds", "counts", "id_before", "id_after", "before"}
    return wanted(FUNCTIONS[name])[0] - set(NUMBERS) - set(SITUATIONS["good"]) - extra


def pools(name: str, pool: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """One measure and several; two samples with their ids; everything made of the same rows."""
    if name in TWO_SAMPLES:
        late = np.asarray(pool["after"]) == 1
        ids = {"id_before": pool["person"][~late], "id_after": pool["person"][late][: (~late).sum()]}
        both = {"before": pool["y"][~late], "after": pool["y"][late]}
        # Half of the persons are the same in both waves, unless two rows share an id.
        ids["id_after"] = np.concatenate([ids["id_before"][::2], 1000 + np.arange(late.sum())])[: late.sum()]
        yield {**pool, **ids, **both}
        return
    counts = None
    if name == "ordinal.ordinal_effects":
        counts = ordinal_counts(pool["y"][:, None], pool["after"], pool["cluster"], pool["weights"])
    for y in (pool["y"], np.column_stack([pool["y"], pool["y"]])):
        yield {**pool, "y": y, "seeds": (1, 2), "counts": counts}


def calls(name: str, pool: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All sets of arguments a function is called with in one situation."""
    required, optional = wanted(FUNCTIONS[name])
    numbers = [n for n in (required | optional) if n in NUMBERS and n not in pool]
    switches = {n: SWITCHES[n] for n in optional if n in SWITCHES}
    if required <= set(NUMBERS):
        for chosen in itertools.product(*(NUMBERS[n] for n in numbers)):
            yield dict(zip(numbers, chosen, strict=True))
        return
    for made in pools(name, pool):
        given = {n: made[n] for n in required | optional if n in made and n != "unit"}
        if name == "ranks.mann_whitney":
            given.pop("person")  # its own test: nearly everything is refused with it
        for chosen in itertools.product(*switches.values()):
            yield given | dict(zip(switches, chosen, strict=True))


def not_numbers(value: Any, where: str = "") -> Iterator[str]:
    """Places of NaN in a result of any kind."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from not_numbers(getattr(value, field.name), f"{where}.{field.name}")
    elif isinstance(value, np.ndarray):
        if value.dtype.kind == "f" and np.isnan(value).any():
            yield where
    elif isinstance(value, Mapping):
        for key, entry in value.items():
            yield from not_numbers(entry, f"{where}[{key!r}]")
    elif isinstance(value, (list, tuple)):
        for place, entry in enumerate(value):
            yield from not_numbers(entry, f"{where}[{place}]")
    elif isinstance(value, (float, np.floating)) and math.isnan(value):
        yield where


CALLED = sorted(name for name in FUNCTIONS if not listed(name) and not unknown(name))
#: Functions of single numbers are tried once, not in every situation.
CASES = [
    (name, situation)
    for name in CALLED
    for situation in (["good"] if wanted(FUNCTIONS[name])[0] <= set(NUMBERS) else SITUATIONS)
]


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_is_called_or_listed_with_a_reason(name: str) -> None:
    if not listed(name):
        missing = unknown(name)
        assert not missing, f"{name} takes {sorted(missing)}: add them to the battery, or list it in INNER"


def test_lists_hold_nothing_that_is_gone() -> None:
    assert set(INNER) <= set(FUNCTIONS)
    assert all(any(name.startswith(module + ".") for name in FUNCTIONS) for module in OTHER_TESTS)


@pytest.mark.parametrize(("name", "situation"), CASES)
def test_result_with_a_reason_or_a_clear_error(name: str, situation: str) -> None:
    made, errors = 0, list[str]()
    if name == "ordinal.ordinal_effects":
        pool = SITUATIONS[situation]
        try:
            ordinal_counts(pool["y"][:, None], pool["after"], pool["cluster"], pool["weights"])
        except ValueError:
            return
    for arguments in calls(name, SITUATIONS[situation]):
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            try:
                result = FUNCTIONS[name](**arguments)
            except ValueError as error:
                errors.append(str(error))
                continue
        made += 1
        if name not in MISSING_IS_NAN:
            assert not list(not_numbers(result)), arguments
    assert all(len(text) > 10 for text in errors), "an error without words"
    if situation == "good":
        assert made, "not even good input is taken: the battery calls it wrongly"


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        ("empty", reasons.NO_ANSWERS),
        ("nobody answered", reasons.NO_ANSWERS),
        ("one wave", reasons.NO_ANSWERS),
        ("one answer a wave", reasons.FEW_ANSWERS),
        ("one unit", reasons.FEW_CLUSTERS),
        ("one unit in a wave", reasons.ONE_CLUSTER),
        ("no variance", reasons.NO_VARIANCE),
        ("waves apart", reasons.NO_VARIANCE),
        ("all weights zero", reasons.NO_ANSWERS),
        ("all weights missing", reasons.NO_ANSWERS),
    ],
)
@pytest.mark.parametrize("name", ["change.cluster_change", "ordinal.ordinal_effect", "bootstrap.wild_bootstrap"])
def test_the_reason_says_what_is_wrong(name: str, situation: str, reason: str) -> None:
    pool = SITUATIONS[situation]
    found = FUNCTIONS[name](pool["y"], pool["after"], pool["cluster"], pool["weights"])
    assert found.reason == reason


@pytest.mark.parametrize(
    ("situation", "words"),
    [
        ("a negative weight", "not negative"),
        ("an infinite weight", "finite"),
        ("an infinite answer", "infinite"),
        ("a unit missing", "missing labels"),
        ("a third wave", "after must hold"),
        ("weights too few", "weights have shape"),
    ],
)
@pytest.mark.parametrize("name", ["change.cluster_change", "ordinal.ordinal_effect", "bootstrap.wild_bootstrap"])
def test_the_error_says_what_is_wrong(name: str, situation: str, words: str) -> None:
    pool = SITUATIONS[situation]
    with pytest.raises(ValueError, match=words):
        FUNCTIONS[name](pool["y"], pool["after"], pool["cluster"], pool["weights"])


def test_answers_outside_the_scale_and_duplicate_ids_are_refused() -> None:
    for situation in ("an answer above the scale", "an answer below the scale"):
        with pytest.raises(ValueError, match="between 0 and 100"):
            FUNCTIONS["scoring.scale_scores"](SITUATIONS[situation]["item_scores"], [False] * 3, 2)
    for name in ("ranks.wilcoxon", "second_opinion.paired"):
        with pytest.raises(ValueError, match="unique"):
            FUNCTIONS[name]([1, 1, 2], [25.0, 50, 75], [1, 2, 3], [25.0, 50, 75])
        with pytest.raises(ValueError, match=r"unique|present"):
            FUNCTIONS[name]([1, None, 2], [25.0, 50, 75], [1, 2, 3], [25.0, 50, 75])
    y = np.array([25.0, 50, 75, 50])
    assert FUNCTIONS["ranks.mann_whitney"](y, [0, 0, 1, 1], person=[1, 2, 2, 3]).reason == reasons.SAME_PERSONS
    assert FUNCTIONS["ranks.mann_whitney"](y, [0, 0, 1, 1], unit=[1, 2, 2, 3]).reason == reasons.UNITS_NAMED
    assert FUNCTIONS["ranks.wilcoxon"]([1, 2], y[:2], [1, 2], y[2:], unit=[1, 1]).reason == reasons.UNITS_NAMED


def test_the_battery_finds_what_it_looks_for() -> None:
    assert list(not_numbers({"a": [1.0, (math.nan,)]})) == ["['a'][1][0]"]
    good = SITUATIONS["good"]
    change = cluster_change(good["y"], good["after"], good["cluster"])
    assert not list(not_numbers(change))
    assert list(not_numbers(dataclasses.replace(change, se=math.nan))) == [".se"]
    assert list(not_numbers(pd.Series([1.0, math.nan]).to_numpy())) == [""]
