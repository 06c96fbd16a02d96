"""What is drawn is what was meant: the truth in closed form, the panel, the missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from evaluation.demo.latent import Mixture, expected_score, item_offsets, latent_mean, steps_of
from evaluation.demo.make import answered
from evaluation.demo.municipality import HOME
from evaluation.demo.population import draw, population
from evaluation.demo.truth import SURVEYS, WAVES, truth_of

SCORES = np.array([0.0, 25.0, 50.0, 75.0, 100.0])
ONE = Mixture(np.zeros(1), np.ones(1))


@pytest.mark.parametrize("mu", [-1.0, 0.0, 0.6, 1.4])
def test_expected_score_is_what_a_large_draw_gives(mu: float) -> None:
    rng = np.random.default_rng(5)
    values = mu + item_offsets(4) + rng.standard_normal((400_000, 4))
    drawn = SCORES[steps_of(values, 5)].mean()
    assert expected_score(mu, SCORES, 4, ONE) == pytest.approx(drawn, abs=0.1)


@pytest.mark.parametrize("score", [20.0, 50.0, 66.0, 88.0])
def test_latent_mean_undoes_expected_score(score: float) -> None:
    mixture = Mixture(np.array([-0.2, 0.3]), np.array([0.7, 0.3]))
    assert expected_score(latent_mean(score, SCORES, 3, mixture), SCORES, 3, mixture) == pytest.approx(score, abs=1e-9)


def test_true_changes_are_those_of_the_table() -> None:
    drawn = population()
    for survey in SURVEYS:
        sheet = drawn.sheets[survey]
        for k, scale in enumerate(sheet.scales):
            truth = truth_of(survey, scale)
            assert sheet.truth_before[k] == pytest.approx(truth.level, abs=1e-6)
            assert sheet.truth_change[k] == pytest.approx(truth.change, abs=1e-6)


def test_a_wave_does_not_depend_on_what_else_is_drawn() -> None:
    drawn = population()
    full, part = drawn.draw(3), drawn.draw(3, waves=("2024",), surveys=("foraeldre",))
    assert set(part) == {("foraeldre", "2024")}
    pd.testing.assert_frame_equal(full["foraeldre", "2024"], part["foraeldre", "2024"])


def test_employees_are_a_panel_with_turnover_and_the_others_are_not() -> None:
    frames = draw(4)
    ids = {key: set(frame["respondent"][answered(frame)]) for key, frame in frames.items()}
    both = ids["medarbejdertrivsel", "2020"] & ids["medarbejdertrivsel", "2024"]
    assert 0.4 < len(both) / len(ids["medarbejdertrivsel", "2020"]) < 0.75
    for survey in ("foraeldre", "skoleovergang"):
        assert not ids[survey, "2020"] & ids[survey, "2024"]
    pupils = frames["skoleovergang", "2020"], frames["skoleovergang", "2024"]
    raters = [set(f["rater"]) for f in pupils]
    assert 5 < len(raters[0] & raters[1]) < 16


def test_same_person_answers_alike_over_the_waves() -> None:
    frames = draw(4)
    a, b = (frames["medarbejdertrivsel", w].set_index("respondent")[["ag_1", "ag_2", "ag_4"]] for w in ("2019", "2020"))
    a, b = (f.where(f <= 5).mean(axis=1).dropna() for f in (a, b))
    common = a.index.intersection(b.index)
    assert np.corrcoef(a[common], b[common])[0, 1] > 0.45


def test_reversed_items_run_against_their_scale() -> None:
    frame = draw(4)["medarbejdertrivsel", "2024"]
    kept = frame[["mo_1", "mo_4"]].where(frame[["mo_1", "mo_4"]] <= 5).dropna()
    assert np.corrcoef(kept["mo_1"], kept["mo_4"])[0, 1] < -0.3


def test_nonresponse_depends_on_the_kind_of_unit_alike_in_every_wave() -> None:
    rates = []
    for seed in range(20, 26):
        for (survey, wave), frame in draw(seed).items():
            if survey == "foraeldre":
                home = frame[frame["kommune"] == HOME]
                by = home.groupby("type")["answered"].mean()
                rates.append((wave, by["dagpleje"] - by["integreret"]))
    gaps = pd.DataFrame(rates, columns=["wave", "gap"]).groupby("wave")["gap"].mean()
    assert (gaps > 0.08).all()
    assert gaps.max() - gaps.min() < 0.06


def test_missing_answers_are_of_every_kind() -> None:
    frames = draw(4)
    staff = frames["medarbejdertrivsel", "2024"]
    assert set(staff["status"]) == {1, 2, 3, 4, 5}
    done = staff[staff["status"] == 4]
    assert 0.005 < done["ag_1"].isna().mean() < 0.05
    assert (done.filter(regex="^[a-z]{2}_") == 8).to_numpy().any()
    assert (done.filter(regex="^[a-z]{2}_") == 9).to_numpy().any()
    partial = staff[staff["status"] == 3]
    assert partial["ag_1"].notna().mean() > 0.8
    assert partial["fa_3"].notna().sum() == 0
    silent = staff[staff["status"].isin([1, 2, 5])]
    assert silent.filter(regex="^[a-z]{2}_").isna().to_numpy().all()


def test_parents_of_the_smallest_are_at_the_ceiling() -> None:
    frame = draw(4)["foraeldre", "2024"]
    small = frame.loc[frame["type"] == "dagpleje", "sa_1"].dropna()
    assert (small == 5).mean() > 0.5


def test_seniority_and_turnover_fit_each_other() -> None:
    frames = draw(4)
    last = frames["medarbejdertrivsel", "2024"]
    first = set(frames["medarbejdertrivsel", "2019"]["respondent"])
    veterans = last[last["respondent"].isin(first)]
    assert (veterans["anciennitet"] != "1").all()
    new = last[~last["respondent"].isin(set(frames["medarbejdertrivsel", "2022"]["respondent"]))]
    assert (new["anciennitet"] == "1").all()
    answers = last["oa_1"][last["respondent"].isin(new["respondent"])].dropna()
    assert (answers == 7).mean() > 0.9


@pytest.mark.parametrize("survey", SURVEYS)
def test_no_wave_stands_out_before_the_release(survey: str) -> None:
    sheet = population().sheets[survey]
    assert (sheet.mu[WAVES.index("2019")] == sheet.mu[WAVES.index("2020")]).all()
