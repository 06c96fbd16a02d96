"""The four instruments that come with the project hold what the evaluation needs."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaluation.codebook.load import load_instruments, load_mechanisms
from evaluation.codebook.model import Instrument
from evaluation.common.ids import is_part

ROOT = Path(__file__).parents[2]
NAMES = ("medarbejdertrivsel", "foraeldre", "skoleovergang", "oplevet-aendring")
THEMES = {
    "udviklende-faellesskaber",
    "leg-dannelse-og-laeringsmiljoe",
    "involvering-og-medbestemmelse",
    "trivsel-og-tidlig-indsats",
    "sammenhaeng-og-samskabelse",
}
CONCEPTS = {
    "arbejdsglaede", "motivation", "faglig-frihed", "doemmekraft", "faglig-stolthed", "tillid", "medbestemmelse",
    "psykologisk-tryghed", "faciliterende-ledelse", "kollegialt-faellesskab", "nye-ideer", "systematik-og-fokus",
    "tid-til-kerneopgaven", "fastholdelse",
}  # fmt: skip


@pytest.fixture(scope="module")
def instruments() -> dict[str, Instrument]:
    return load_instruments(ROOT)


def test_all_four_are_there(instruments):
    assert set(NAMES) <= set(instruments)


@pytest.mark.parametrize("name", NAMES)
def test_ids_can_be_names_of_variables_and_parts_of_keys(instruments, name):
    instrument = instruments[name]
    ids = [item.id for item in instrument.items]
    assert len(ids) == len(set(ids))
    for item in ids:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,7}", item), item
    assert all(is_part(scale.id) for scale in instrument.scales)
    assert not {s.id for s in instrument.scales} & set(ids)


@pytest.mark.parametrize("name", NAMES)
def test_themes_are_rebilds_five(instruments, name):
    assert {theme.id for theme in instruments[name].themes} <= THEMES


def test_every_theme_is_asked_about(instruments):
    for name in ("medarbejdertrivsel", "foraeldre", "skoleovergang", "oplevet-aendring"):
        asked = {item.theme for item in instruments[name].items}
        assert asked == {theme.id for theme in instruments[name].themes}
    assert {item.theme for item in instruments["medarbejdertrivsel"].items} == THEMES


@pytest.mark.parametrize("name", NAMES)
def test_every_scale_speaks_to_a_mechanism_or_potential(instruments, name):
    known = load_mechanisms(ROOT)
    named = [scale.mechanisms for scale in instruments[name].scales]
    named += [item.mechanisms for item in instruments[name].items if item.scale is None]
    assert named
    for mechanisms in named:
        assert mechanisms
        assert set(mechanisms) <= set(known)


def test_no_mechanism_is_left_unmeasured(instruments):
    """A mechanism nobody is asked about could not be evaluated; the file must not promise it."""
    asked = {
        m for name in NAMES for part in (*instruments[name].scales, *instruments[name].items) for m in part.mechanisms
    }
    assert asked == set(load_mechanisms(ROOT))
    assert {m.kind for m in load_mechanisms(ROOT).values()} == {"mekanisme", "potentiale"}


def test_employees(instruments):
    staff = instruments["medarbejdertrivsel"]
    assert {scale.id for scale in staff.scales} == CONCEPTS
    assert all(len(staff.items_of(scale)) >= 3 for scale in staff.scales)
    assert sum(item.reversed for item in staff.items) >= 5
    assert [scale.id for scale in staff.scales if scale.higher_is == "worse"] == ["tid-til-kerneopgaven"]
    assert [group.id for group in staff.groups] == ["stilling", "anciennitet", "leder"]
    assert all(group.levels == ("kommune",) for group in staff.groups)
    labels = [choice.label.da for choice in staff.responses[0].choices]
    assert labels == [
        "Helt uenig", "Delvis uenig", "Hverken enig eller uenig", "Delvis enig", "Helt enig",
        "Ved ikke", "Ikke relevant for mig",
    ]  # fmt: skip


def test_parents(instruments):
    parents = instruments["foraeldre"]
    assert len(parents.items) >= 20
    assert len(parents.scales) >= 8
    assert parents.row_is == "child"
    assert parents.responses[0].choices[4].label.da == "Meget tilfreds"
    assert all(len(parents.items_of(scale)) >= 3 for scale in parents.scales)


def test_school(instruments):
    school = instruments["skoleovergang"]
    assert len(school.items) >= 10
    assert school.row_is in ("child", "class")
    labels = [choice.label.da for choice in school.responses[0].scored]
    assert (labels[0], labels[-1]) == ("Slet ikke", "I høj grad")
    assert school.groups == ()


def test_perceived_change(instruments):
    battery = instruments["oplevet-aendring"]
    assert len(battery.items) >= 6
    assert all(item.kind == "perceived" and item.scale is None for item in battery.items)
    scored = battery.responses[0].scored
    assert (scored[0].label.da, scored[-1].label.da) == ("Meget værre", "Meget bedre")
    assert scored[2].score == 50
    assert {c.state for c in battery.responses[0].choices if c.state} == {"var_her_ikke", "ved_ikke"}


@pytest.mark.parametrize("name", NAMES)
def test_answers_run_from_worst_to_best(instruments, name):
    for response in instruments[name].responses:
        assert [choice.code for choice in response.scored] == [1, 2, 3, 4, 5]
        assert [choice.score for choice in response.scored] == [0, 25, 50, 75, 100]
        assert response.positive == (4, 5)
        apart = {choice.state: choice.code for choice in response.choices if choice.state}
        assert apart["ved_ikke"] == 8
        assert apart.get("ikke_relevant", 9) == 9
        assert all(choice.score is None for choice in response.choices if choice.state)


@pytest.mark.parametrize("name", NAMES)
def test_a_score_needs_half_the_items(instruments, name):
    instrument = instruments[name]
    for scale in instrument.scales:
        assert len(instrument.items_of(scale)) / 2 <= scale.min_answered <= len(instrument.items_of(scale))


def texts(value: Any) -> Iterator[dict[str, str]]:
    """Every {da, en} text of a TOML document."""
    if isinstance(value, dict):
        if "da" in value:
            yield value
        for part in value.values():
            yield from texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from texts(part)


@pytest.mark.parametrize("path", sorted((ROOT / "data/codebooks").glob("*.toml")), ids=lambda path: path.stem)
def test_every_danish_text_has_an_english_one(path):
    found = list(texts(tomllib.loads(path.read_text(encoding="utf-8"))))
    assert found
    for text in found:
        assert text["da"].strip(), text
        assert text.get("en", "").strip(), text
        assert text["da"][-1:] in ".?" or text["en"][-1:] not in ".?", text
        assert "  " not in text["da"] + text["en"]


@pytest.mark.parametrize("name", NAMES)
def test_no_wording_stands_twice(instruments, name):
    for lang in ("da", "en"):
        counts = Counter(getattr(item.text, lang) for item in instruments[name].items)
        assert [text for text, count in counts.items() if count > 1] == []


def test_the_direction_of_an_item(instruments):
    staff = instruments["medarbejdertrivsel"]
    items = {item.id: item for item in staff.items}
    assert staff.higher_is(items["ag_1"]) == "better"
    assert staff.higher_is(items["mo_4"]) == "worse"
    assert staff.higher_is(items["tk_1"]) == "worse"
    assert staff.higher_is(items["tk_4"]) == "better"
    assert instruments["oplevet-aendring"].higher_is(instruments["oplevet-aendring"].items[0]) == "better"
