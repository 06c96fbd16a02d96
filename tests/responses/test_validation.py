"""The validation table: everything odd is counted, nothing odd is told of a person, suspicion removes nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.language import LANGUAGES
from evaluation.plan.registers import Registers, Unit
from evaluation.responses.build import build_responses
from evaluation.responses.durations import parse_times, read_times, speed_check
from evaluation.responses.model import Check, Responses
from evaluation.responses.store import load_responses, save_responses
from evaluation.responses.validation import as_csv, from_csv, validation_frame
from tests.responses.made import REGISTERS, Names, build, export, instrument, people, survey

FIELDWORK = (date(2024, 9, 1), date(2024, 10, 31))
ITEMS = tuple(f"s_{n}" for n in range(1, 13))


def checked(
    columns: Mapping[str, Any], items: tuple[str, ...] = ("s_1", "s_2"), registers: Registers = REGISTERS
) -> Responses:
    plan = survey()
    return build_responses(
        export(columns), instrument(items), plan, plan.waves[0], Names(), registers, fieldwork=FIELDWORK
    )


def one(responses: Responses, code: str, **wanted: object) -> Check:
    found = [c for c in responses.checks if c.check == code and all(getattr(c, k) == v for k, v in wanted.items())]
    assert len(found) == 1, [c.check for c in responses.checks]
    return found[0]


def test_range_and_unknown_codes_are_told_apart() -> None:
    made = people(s_1=[9, 9, 2.5, 4], s_2=["1", "hemmelig skriven", "3", "4"])
    responses = checked(made)
    assert (one(responses, "value-out-of-range").rows, one(responses, "value-out-of-range").detail) == (2, "9")
    assert one(responses, "unknown-code", variable="s_1").rows == 1
    hidden = one(responses, "unknown-code", variable="s_2")
    assert (hidden.rows, hidden.of, hidden.detail) == (1, 4, "")
    assert "hemmelig" not in as_csv(responses.checks)


def test_second_row_of_a_person_is_counted_once() -> None:
    responses = checked(people(id=["a", "a", "c", "d"]))
    assert (one(responses, "duplicate-person").rows, one(responses, "duplicate-person").handling) == (1, "udeladt")
    assert len(responses.codes) == 3


def test_alike_answers_are_counted_and_kept() -> None:
    answers: dict[str, Any] = {item: [1 + n % 4, 1 + n % 4, 1 + (n + 1) % 4, 2] for n, item in enumerate(ITEMS)}
    made = {"id": ["a", "b", "c", "d"], "enhed": ["A1"] * 4, "stilling": [1, 1, 1, 1], **answers}
    responses = checked(made, ITEMS)
    # a and b are alike; d gave one answer throughout and is no repeat of anybody
    assert (one(responses, "duplicate-answers").rows, one(responses, "duplicate-answers").of) == (1, 3)
    assert len(responses.codes) == 4
    apart = checked({**made, "enhed": ["A1", "A4", "A1", "A1"]}, ITEMS)
    assert one(apart, "duplicate-answers").rows == 0


def test_impossible_dates() -> None:
    columns = people(
        startTime=["2024-09-02 10:00:00", "2024-09-03 10:00:00", "2024-08-31 23:59:00", None],
        closeTime=["2024-09-02 09:59:59", "2024-09-03 10:05:00", "2024-10-31 23:59:59", "2024-11-01 00:00:00"],
    )
    responses = checked(columns)
    assert (one(responses, "date-end-before-start").rows, one(responses, "date-end-before-start").of) == (1, 3)
    assert one(responses, "date-before-fieldwork", variable="startTime").rows == 1
    late = one(responses, "date-after-fieldwork", variable="closeTime")
    assert (late.rows, late.of) == (1, 4)
    assert len(responses.codes) == 4


def test_danish_dates_are_day_first_and_the_anonymous_day_is_none() -> None:
    read = parse_times(pd.Series(["03-04-2024", "03-04-2024 12:30", "2024-04-03", "i går", None], dtype=object))
    assert [d.strftime("%m-%d") if not pd.isna(d) else "" for d in read] == ["04-03", "04-03", "04-03", "", ""]
    made = export(people(submitdate=["1980-01-01 00:00:00"] * 3 + ["2024-09-09 10:00:00"]))
    assert list(read_times(made).ended.notna()) == [False, False, False, True]
    assert one(checked(people(submitdate=["i går"] * 4)), "date-unreadable").rows == 4


@pytest.mark.parametrize("name", ["diffTime", "Duration (in seconds)", "TIME_SUM"])
def test_speeding_is_below_a_third_of_the_median(name: str) -> None:
    seconds = [300.0] * 18 + [99.0, 101.0]
    made = export({name: seconds})
    check = speed_check(read_times(made), pd.Series(True, index=made.data.index))[0]
    assert (check.rows, check.of, check.value, check.handling) == (1, 20, 100.0, "talt")
    text = export({name: ["300,5"] * 18 + ["9,5", None]})
    assert speed_check(read_times(text), pd.Series(True, index=text.data.index))[0].of == 19


def test_without_durations_the_dates_tell_them() -> None:
    made = export({"started": ["2024-09-01 10:00"] * 12, "lastdata": ["2024-09-01 10:05"] * 11 + ["2024-09-01 10:01"]})
    check = speed_check(read_times(made), pd.Series(True, index=made.data.index))[0]
    assert (check.rows, check.variable) == (1, "started, lastdata")


def test_straight_lining_is_shown_and_not_removed() -> None:
    answers: dict[str, Any] = {
        item: [2, 1 + n % 2, 3 if n < 9 else None, 4 if n < 3 else None] for n, item in enumerate(ITEMS)
    }
    responses = checked({"id": list("abcd"), "enhed": ["A1"] * 4, "stilling": [1] * 4, **answers}, ITEMS)
    check = one(responses, "straight-lining")
    # a and c answered alike throughout, b half and half, d answered too little to say
    assert (check.rows, check.of) == (2, 3)
    assert check.value == pytest.approx((1 + 0.5 + 1) / 3, abs=1e-4)
    assert len(responses.codes) == 4
    assert "83 pct." in check.text("da")


def test_a_battery_has_five_items() -> None:
    assert [c for c in checked(people()).checks if c.check == "straight-lining"] == []


def test_units_matched_by_name_are_reported_and_unknown_ones_get_proposals() -> None:
    by_name = build(export(people(enhed=["mosen", "A1", "Bakken", "A4"])))
    finding = next(f for f in by_name.report.findings if f.code == "unit-by-name")  # type: ignore[union-attr]
    assert (finding.detail, finding.rows) == ("Bakken = A2; mosen = A1", 2)
    assert all(f.code != "unit-by-name" for f in build(export(people())).report.findings)  # type: ignore[union-attr]
    with pytest.raises(EvaluationError) as error:
        build(export(people(enhed=["Mosenn", "A1", "Q", "A4"])))
    assert error.value.problems[0].code == "response-unit-unknown"
    assert error.value.problems[0].found == "Mosenn (≈ A1 Mosen), Q"


def test_units_closed_in_the_wave() -> None:
    units = (Unit("A1", "Mosen", valid_to=date(2023, 7, 31)), Unit("A4", "Ny", valid_from=date(2024, 11, 1)))
    responses = checked(people(), registers=Registers(units=units))
    assert sorted((c.detail, c.rows) for c in responses.checks if c.check == "unit-not-open") == [("A1", 2), ("A4", 2)]
    follows = (*units[:1], Unit("A4", "Ny", valid_from=date(2024, 11, 1), predecessors=("A1",)))
    merged = checked(people(), registers=Registers(units=follows))
    assert [c for c in merged.checks if c.check == "unit-not-open"] == []


def test_the_table_is_stored_with_sentences_and_read_back(tmp_path: Path) -> None:
    answers: dict[str, Any] = {item: [9, 1 + n % 2, 3, 4] for n, item in enumerate(ITEMS)}
    columns = {"id": ["a", "b", "b", None], "enhed": ["A1", "A9", "A1", "Mosen"], "stilling": [1, 1, 8, 1], **answers}
    responses = checked({**columns, "startTime": ["2024-01-01"] * 4}, ITEMS)
    save_responses(responses, tmp_path / "proeve" / "2024")
    text = (tmp_path / "proeve" / "2024" / "validation.csv").read_text(encoding="utf-8")
    assert from_csv(text) == load_responses(tmp_path / "proeve" / "2024").checks
    table = validation_frame(responses.checks)
    assert len(table) > 6
    assert list(table["level"]) == sorted(table["level"], key=["fejl", "se_efter", "oplysning"].index)
    assert {"value-out-of-range", "dropped-administrative", "id-empty", "unit-by-name"} <= set(table["check"])
    for lang in LANGUAGES:
        assert not table[f"text_{lang}"].str.contains("[{}]", regex=True).any()


def test_the_plan_says_from_which_share_an_answer_is_completed() -> None:
    items = tuple(f"s_{n}" for n in range(1, 5))
    answers: dict[str, Any] = {item: [1, 1 if n < 3 else None, 1 if n < 2 else None] for n, item in enumerate(items)}
    made = {"id": list("abc"), "enhed": ["A1"] * 3, "stilling": [1] * 3, **answers}
    found: dict[tuple[float | None, bool], tuple[int, int, int]] = {}
    for share in (None, 0.75, 1.0):
        for status in (None, ["completed", "partial", "partial"]):
            done = build(export(made, status=status), instrument=instrument(items), survey=survey(complete_from=share))
            report = done.report
            assert report is not None
            found[share, status is None] = (
                list(done.persons["completed"]).count(True),
                report.completed,
                report.partial,
            )
    assert (found[None, True], found[None, False]) == ((3, 3, 0), (1, 1, 2))
    assert found[0.75, True] == found[0.75, False] == (2, 2, 1)
    assert found[1.0, True] == found[1.0, False] == (1, 1, 2)
