from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.presentation.context import Context
from evaluation.presentation.variables import variables
from tests.support.published import sample_published
from tests.support.sample import PARENTS, PERCEIVED, SCHOOL, STAFF, sample_instruments, sample_workspace


def _text(lang: str = "da", named: tuple[str, ...] = ()) -> str:
    return variables(Context(sample_published(), sample_workspace(Path("/nowhere")), sample_instruments(), lang), named)


@pytest.fixture(scope="module")
def tree() -> dict[str, Any]:
    return dict(yaml.safe_load(_text()))


def _leaves(node: Any) -> list[Any]:
    return [leaf for value in node.values() for leaf in _leaves(value)] if isinstance(node, dict) else [node]


def test_every_key_and_value_is_a_quoted_string(tree: dict[str, Any]) -> None:
    assert all(isinstance(leaf, str) for leaf in _leaves(tree))
    for line in _text().splitlines():
        key = line.strip()
        assert key.startswith('"'), line
        assert key.endswith(('"', '":')), line


def test_keys_follow_the_parts_of_the_published_key(tree: dict[str, Any]) -> None:
    row = tree[STAFF]["arbejdsglaede"]["score"]["kommune"]["2020_2024"]
    assert row["before"] == "62,1"
    assert row["after"] == "69,4"
    assert row["change"] == "7,3"
    assert row["verdict"] == "fremgang"
    assert row["direction"] == "steget"
    assert tree[STAFF]["systematik"]["score"]["kommune"]["2020_2024"]["change"] == "−6,5"
    assert tree[STAFF]["systematik"]["score"]["kommune"]["2020_2024"]["change_size"] == "6,5"
    assert tree[STAFF]["arbejdsglaede"]["score"]["kommune"]["m2024"]["value"] == "69,4"
    assert tree[PARENTS]["samlet"]["andel"]["kommune"]["2020_2024"]["before"] == "91"
    assert tree[PERCEIVED]["frihed"]["andel"]["kommune"]["m2024"]["share_better"] == "52"


def test_hidden_numbers_are_dots(tree: dict[str, Any]) -> None:
    row = tree[SCHOOL]["social"]["andel"]["kommune"]["2020_2024"]
    assert (row["before"], row["change"], row["direction"], row["verdict"]) == ("..", "..", "..", "vises ikke")


def test_facts_of_the_plan(tree: dict[str, Any]) -> None:
    assert tree["plan"]["kommune"] == "Lindholt Kommune"
    assert tree["plan"]["aar"] == "2025"
    assert tree["plan"]["fiktiv"] == "ja"
    assert tree["regel"]["alpha"] == "0,05"
    assert tree["regel"]["taerskel"] == "5"
    # A value may stand first on a line, where "1. juni" would open a list.
    assert tree["frisaettelse"]["frisaettelse"]["fra"] == "1\\.\u00a0juni 2021"
    assert tree["svar"][STAFF]["m2020"] == {"inviteret": "520", "besvaret": "402", "procent": "77"}


def test_english_numbers() -> None:
    row = yaml.safe_load(_text("en"))[STAFF]["arbejdsglaede"]["score"]["kommune"]["2020_2024"]
    assert (row["before"], row["verdict"], row["direction"]) == ("62.1", "improvement", "risen")


def test_single_units_only_where_the_prose_names_them(tree: dict[str, Any]) -> None:
    assert "enhed-g90003" not in tree[STAFF]["arbejdsglaede"]["score"]
    key = f"{STAFF}.arbejdsglaede.score.enhed-g90003.2020_2024.n_after"
    named = yaml.safe_load(_text(named=(key,)))
    assert named[STAFF]["arbejdsglaede"]["score"]["enhed-g90003"]["2020_2024"]["n_after"] == "3"


def test_no_part_is_a_number_to_quarto(tree: dict[str, Any]) -> None:
    def keys(node: Any) -> list[str]:
        if not isinstance(node, dict):
            return []
        return [*node, *(key for value in node.values() for key in keys(value))]

    found = keys(tree)
    assert "m2024" in found
    assert "2020_2024" in found
    assert not [key for key in found if key.isdigit()]


def test_single_units_of_one_wave_are_found_by_the_key_of_the_prose() -> None:
    key = f"{STAFF}.arbejdsglaede.score.enhed-g90003.m2024.n"
    named = yaml.safe_load(_text(named=(key,)))
    assert named[STAFF]["arbejdsglaede"]["score"]["enhed-g90003"]["m2024"]["n"] == "3"
