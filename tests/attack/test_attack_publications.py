"""Gate and attacker meet over several publications: who holds them all knows no more than the policy allows."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings

from tests.attack import harness
from tests.attack.cases import Case, Seeded, Step, as_text, draw
from tests.attack.drawn import SETTINGS, cases
from tests.attack.harness import attacked, check, make


def _safe(case: Case) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outcome = check(case, Path(folder), mutations=False)
    assert outcome.safe, f"{outcome.leaks} {outcome.unproven} {as_text(case)}"


@settings(SETTINGS, max_examples=70)
@given(case=cases(published=True, scales=False, small=True))
def test_nothing_can_be_worked_out_from_several_publications(case: Case) -> None:
    _safe(case)


@settings(SETTINGS, max_examples=40)
@given(case=cases(published=True, scales=True, small=True))
def test_nothing_can_be_worked_out_from_several_publications_of_a_scale(case: Case) -> None:
    _safe(case)


def test_publications_that_forget_each_other_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "settle", lambda new, *rest: new)
    found = []
    for seed in range(12):
        case = draw(Seeded(seed), published=False, behind="person", scales=False, small=True)
        # two answers more than last time: fewer than any threshold
        again = replace(case, earlier=(Step("fewer", 2, 0),))
        found.append(not attacked(make(again, tmp_path / f"{seed}")).safe)
    assert sum(found) >= 3
