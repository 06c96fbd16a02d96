"""Slow proof by simulation: the intervals cover the truth, and the intended verdicts come about."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from evaluation.common.table import VERDICTS
from evaluation.demo.make import SEED
from evaluation.demo.population import population
from evaluation.demo.truth import SURVEYS, truth_of
from tests.calibration.simulate import FIRST, SEEDS, Tally, changes_of, simulate

pytestmark = pytest.mark.calibrate

Tallies = dict[tuple[str, str], Tally]


@pytest.fixture(scope="module")
def tallies() -> Tallies:
    return simulate(range(FIRST, FIRST + SEEDS))


@pytest.mark.parametrize("survey", SURVEYS)
def test_intervals_cover_the_truth_on_average(tallies: Tallies, survey: str) -> None:
    mean = np.mean([t.coverage for (s, _), t in tallies.items() if s == survey])
    assert 0.93 <= mean <= 0.98


def test_no_single_measure_is_covered_too_seldom(tallies: Tallies) -> None:
    assert {key: t.coverage for key, t in tallies.items() if t.coverage < 0.90} == {}


def test_intended_verdicts_come_about(tallies: Tallies) -> None:
    seldom = {}
    for key, tally in tallies.items():
        least = 0.5 if tally.intended.startswith("lille_") else 0.8
        if tally.intended and tally.hit < least:
            seldom[key] = (tally.intended, tally.hit)
    assert seldom == {}
    assert {t.intended for t in tallies.values()} - {""} == set(VERDICTS)


def test_estimates_centre_on_the_truth(tallies: Tallies) -> None:
    off = {key: float(np.mean(t.changes)) - t.truth for key, t in tallies.items()}
    assert {key: d for key, d in off.items() if abs(d) > 0.5} == {}


def test_the_table_of_the_documentation_is_this_run(tallies: Tallies) -> None:
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    written = {(row[0], row[1]): row for row in rows if len(row) == 9}
    for key, tally in tallies.items():
        _, _, truth, _, _, coverage, intended, probability, _ = written[key]
        assert float(truth) == pytest.approx(tally.truth, abs=0.06), key
        # One or two seeds may fall differently with another version of numpy.
        assert float(coverage) == pytest.approx(100 * tally.coverage, abs=1.0), key
        assert intended == (tally.intended or "none"), key
        if tally.intended:
            assert float(probability) == pytest.approx(100 * tally.hit, abs=2.0), key


def test_the_usual_seed_shows_every_intended_verdict() -> None:
    drawn = population()
    for survey in SURVEYS:
        for scale, _, _, _, word in changes_of(drawn, survey, SEED):
            intended = truth_of(survey, scale).intended
            assert intended in ("", word), (survey, scale)
