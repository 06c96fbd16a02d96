"""The appendix *Diskretionering*: what was hidden and why, counted so that a reader can weigh it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.language import catalogue
from evaluation.disclosure import rules
from evaluation.disclosure.as_published import PUBLICATION
from evaluation.presentation.context import Context
from evaluation.presentation.pieces.disclosure import hidden_table
from tests.support.published import sample_published
from tests.support.sample import sample_instruments, sample_workspace

_KEYS = {
    # mean and share of one group are one object; the kommune's own numbers are never hidden here
    "levels": [
        "s.a_1.snit.type-x.2024",
        "s.a_1.andel.type-x.2024",
        "s.a_2.snit.type-x.2024",
        "s.a_1.snit.enhed-u1.2024",
    ],
    "estimates": ["s.a_1.snit.type-x.2020_2024"],
}


def _record(rule: str, *, hidden: bool) -> pd.DataFrame:
    rows = [
        {"table": table, "key": key, "group": key.split(".")[3], "rule": rule, "reason": rule, "hidden": hidden}
        for table, keys in _KEYS.items()
        for key in keys
    ]
    return pd.DataFrame(rows).assign(rule_version="1")


def _built(tmp_path: Path, record: pd.DataFrame, lang: str = "da") -> str:
    data = replace(sample_published(), record=record)
    return hidden_table(Context(data, sample_workspace(tmp_path), sample_instruments(), lang)).text


def _rows(text: str) -> list[list[str]]:
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[1:]]


def test_numbers_are_counted_as_objects_of_groups_and_of_units(tmp_path: Path) -> None:
    record = pd.concat([_record(rules.DISCRETION, hidden=True), _record(rules.UNDER_30, hidden=False)])
    rows = _rows(_built(tmp_path, record))
    assert [row[0] for row in rows if row[1]] == ["Skjult", "Grovere", "Skjult", "Grovere"]
    assert [row[2:] for row in rows if row[1]] == [["2", "1"], ["2", "1"], ["1", "0"], ["1", "0"]]
    headings = [row[0] for row in rows if not row[1]]
    assert headings[0].startswith("**Resultater af én måling (i alt ")
    assert headings[1].startswith("**Ændringer fra før til efter (i alt ")


@pytest.mark.parametrize("lang", ["da", "en"])
@pytest.mark.parametrize(
    "rule",
    [rules.BELOW, rules.DISCRETION, rules.UNDER_30, rules.MERGED_ONLY, rules.WHOLE_POINTS, rules.PAIRED, PUBLICATION],
)
def test_every_rule_says_why_in_both_languages_and_once(tmp_path: Path, rule: str, lang: str) -> None:
    told = [row[1] for row in _rows(_built(tmp_path, _record(rule, hidden=True), lang)) if row[1]]
    assert len(told) == 2
    label, sentence = re.fullmatch(r"\*\*(.+)\.\*\* (.+)", told[0]).groups()
    assert sentence.endswith(".")
    assert told[1] == label
    assert rule not in " ".join(told)


def test_a_number_that_stays_as_published_is_told_otherwise_than_a_hidden_one(tmp_path: Path) -> None:
    record = pd.concat([_record(PUBLICATION, hidden=True), _record(PUBLICATION, hidden=False)])
    told = [row[1] for row in _rows(_built(tmp_path, record)) if row[1]]
    assert "står, som det blev offentliggjort" in told[1]
    assert "findes ikke i den" in told[0]


def test_the_reason_of_a_hidden_number_does_not_tell_all_alike_from_computable(tmp_path: Path) -> None:
    text = _built(tmp_path, _record(rules.DISCRETION, hidden=True))
    assert "Det ville i sig selv være et svar" in text


def test_both_languages_have_the_same_words() -> None:
    for section in ("record_heads", "record_kinds", "record_text", "record_why"):
        assert set(catalogue("words", "da")[section]) == set(catalogue("words", "en")[section])
