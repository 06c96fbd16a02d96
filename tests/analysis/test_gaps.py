"""Where units, waves, answers or a codebook are missing: a reason, a note or an error in their place."""

from __future__ import annotations

import numpy as np
import pytest

from evaluation.analysis.estimates import COLUMNS
from evaluation.analysis.run import analyse
from evaluation.common.errors import EvaluationError
from evaluation.plan.registers import Population
from evaluation.responses.model import Responses
from tests.analysis.runs import SIZES, row, run
from tests.support import small


def test_few_units_are_described_with_a_reason() -> None:
    sizes = {f"U{i}": 20 for i in range(5)}
    found = run(small.two_waves(sizes), registered=small.units(5))
    one = row(found.estimates, "s.alfa.score.kommune.2020_2024")
    assert one["reason"] == "few_clusters"
    assert np.isnan(one["p_value"])
    assert np.isnan(one["se"])
    assert not np.isnan(one["change"])
    assert one["verdict"] == ""
    assert any(n["code"] == "no-test" and n["reason"] == "few_clusters" for n in found.meta["notes"])


def test_no_before_wave_gives_levels_and_a_note() -> None:
    found = run({("s", "2024"): small.responses("2024", SIZES)}, made=small.plan(waves=("2024",)))
    assert found.estimates.empty
    assert len(found.levels) > 0
    assert {"code": "no-change", "survey": "s", "reason": "no-before-wave", "waves": 1} in found.meta["notes"]


def test_a_wave_that_was_not_imported_is_noted() -> None:
    found = run({("s", "2020"): small.responses("2020", SIZES)})
    assert found.estimates.empty
    assert {"code": "wave-awaited", "survey": "s", "wave": "2024"} in found.meta["notes"]


def test_nothing_imported_at_all() -> None:
    found = run({})
    for name in COLUMNS:
        assert getattr(found, name).empty
    assert {"code": "survey-without-answers", "survey": "s"} in found.meta["notes"]


def test_a_unit_with_one_wave_says_so(both: dict[tuple[str, str], Responses]) -> None:
    late = small.responses("2024", {**SIZES, "U8": 20})
    found = run({("s", "2020"): both["s", "2020"], ("s", "2024"): late}, registered=small.units(9))
    one = row(found.estimates, "s.alfa.score.enhed-u8.2020_2024")
    assert one["reason"] == "one_wave_only"
    assert np.isnan([one["before"], one["after"], one["change"], one["se"]]).all()
    assert row(found.estimates, "s.alfa.score.kommune.2020_2024")["clusters"] == 9


def test_more_answers_than_invited_gives_no_rate() -> None:
    found = run(small.two_waves(SIZES), population=(Population("s", "2020", "U0", 3),))
    assert np.isnan(row(found.response, "s.svar.antal.kommune.2020")["rate"])
    codes = {(note["code"], note.get("wave")) for note in found.meta["notes"]}
    assert ("more-answers-than-invited", "2020") in codes
    assert ("invited-unknown", "2024") in codes


def test_empty_group_values_get_rows_with_a_reason(both: dict[tuple[str, str], Responses]) -> None:
    parts = {key: small.with_persons(part, stilling=["1"] * len(part.persons)) for key, part in both.items()}
    one = row(run(parts).estimates, "s.alfa.score.stilling-gammel.2020_2024")
    assert one["reason"] == "no_answers"
    assert np.isnan(one["change"])
    assert one["direction"] == ""


def test_missing_instrument_is_the_users_matter(both: dict[tuple[str, str], Responses]) -> None:
    with pytest.raises(EvaluationError) as caught:
        analyse(small.workspace(), {}, both)
    assert caught.value.problems[0].code == "analysis-no-instrument"
    assert "lille" in caught.value.render("da")
    assert "lille" in caught.value.render("en")
