"""Coverage and verdicts of the fictional municipality over many seeds.

``python tests/calibration/simulate.py [SEEDS] [FIRST]`` prints the table of ``docs/demo.md``.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.demo.make import answered
from evaluation.demo.municipality import HOME, successors
from evaluation.demo.population import Population, population
from evaluation.demo.truth import PAIR, SURVEYS, truth_of
from evaluation.statistics.change import cluster_changes
from evaluation.statistics.scoring import scale_scores
from evaluation.statistics.tests import holm, interval
from evaluation.statistics.verdict import verdict

SEEDS, FIRST = 400, 10_000
ALPHA = 0.05
DELTAS = {"medarbejdertrivsel": 5.0, "foraeldre": 2.5, "skoleovergang": 5.0}


@dataclass
class Tally:
    """What the seeds gave for one scale."""

    truth: float
    intended: str
    changes: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    covered: list[bool] = field(default_factory=list)
    verdicts: Counter[str] = field(default_factory=Counter)

    @property
    def coverage(self) -> float:
        """Share of the 95 % intervals that hold the truth."""
        return float(np.mean(self.covered))

    @property
    def hit(self) -> float:
        """Share of the seeds with the intended verdict."""
        return self.verdicts[self.intended] / len(self.covered)


def scores(instrument: Instrument, frame: pd.DataFrame) -> np.ndarray:
    """Scale scores 0–100 of every row, by the codebook."""
    columns = []
    for scale in instrument.scales:
        items = instrument.items_of(scale)
        points = []
        for item in items:
            known = {c.code: c.score for c in instrument.response_of(item).choices if c.score is not None}
            points.append(frame[item.id].map(known).to_numpy(dtype=float))
        reverse = [item.reversed for item in items]
        columns.append(scale_scores(np.column_stack(points), reverse, scale.min_answered))
    return np.column_stack(columns)


def changes_of(drawn: Population, survey: str, seed: int) -> list[tuple[str, float, float, float, str]]:
    """Scale, change, lower and upper limit (95 %), verdict: as the analysis computes them, from one seed."""
    instrument = drawn.sheets[survey].instrument
    frames = drawn.draw(seed, waves=PAIR, surveys=[survey])
    parts = [frames[survey, wave] for wave in PAIR]
    parts = [f[answered(f) & (f["kommune"] == HOME)] for f in parts]
    y = np.vstack([scores(instrument, f) for f in parts])
    after = np.repeat([0, 1], [len(f) for f in parts])
    units = pd.concat([f["unit"] for f in parts]).replace(successors()).to_numpy()
    changes = cluster_changes(y, after, units)
    families: dict[str, list[int]] = defaultdict(list)
    for k, scale in enumerate(instrument.scales):
        families[scale.theme].append(k)
    adjusted: dict[int, float | None] = {}
    for members in families.values():
        adjusted.update(zip(members, holm([changes[k].p_value for k in members]), strict=True))
    rows = []
    for k, scale in enumerate(instrument.scales):
        change = changes[k]
        low, high = interval(change.change, change.se, change.df, 1 - ALPHA)
        eq = interval(change.change, change.se, change.df, 1 - 2 * ALPHA)
        word = verdict(change.change, adjusted[k], *eq, DELTAS[survey], ALPHA, scale.higher_is)
        assert change.change is not None
        assert low is not None
        assert high is not None
        rows.append((scale.id, change.change, low, high, word))
    return rows


def simulate(seeds: Iterable[int]) -> dict[tuple[str, str], Tally]:
    """One tally a survey and scale over ``seeds``."""
    drawn = population()
    tallies = {
        (survey, scale): Tally(float(drawn.sheets[survey].truth_change[k]), truth_of(survey, scale).intended)
        for survey in SURVEYS
        for k, scale in enumerate(drawn.sheets[survey].scales)
    }
    for seed in seeds:
        for survey in SURVEYS:
            for scale, change, low, high, word in changes_of(drawn, survey, seed):
                tally = tallies[survey, scale]
                tally.changes.append(change)
                tally.covered.append(low <= tally.truth <= high)
                tally.errors.append((high - low) / 2)
                tally.verdicts[word] += 1
    return tallies


def table(tallies: dict[tuple[str, str], Tally]) -> str:
    """The tallies as a Markdown table."""
    lines = [
        "| survey | scale | true change | mean estimate | half width of 95 % interval | coverage, % | intended verdict"
        " | probability, % | others, % |",
        "|---|---|--:|--:|--:|--:|---|--:|---|",
    ]
    for (survey, scale), tally in tallies.items():
        n = len(tally.covered)
        others = ", ".join(
            f"{w} {c / n:.0%}".replace("%", "") for w, c in tally.verdicts.most_common() if w != tally.intended
        )
        lines.append(
            f"| {survey} | {scale} | {tally.truth:+.1f} | {np.mean(tally.changes):+.2f} | {np.mean(tally.errors):.1f} "
            f"| {100 * tally.coverage:.1f} | {tally.intended or 'none'} "
            f"| {f'{100 * tally.hit:.0f}' if tally.intended else ''} | {others} |"
        )
    for survey in SURVEYS:
        mean = np.mean([t.coverage for (s, _), t in tallies.items() if s == survey])
        lines.append(f"| {survey} | *mean of its scales* | | | | {100 * mean:.1f} | | | |")
    return "\n".join(lines)


if __name__ == "__main__":
    count, first = (*map(int, sys.argv[1:]), *(SEEDS, FIRST)[len(sys.argv) - 1 :])
    sys.stdout.write(table(simulate(range(first, first + count))) + "\n")
