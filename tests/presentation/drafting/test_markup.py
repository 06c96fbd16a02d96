"""Skeletons, claims and conditions of a draft."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from evaluation.common.language import LANGUAGES, catalogue
from evaluation.presentation.chapters import included_files, own_prose, without
from evaluation.presentation.claims.expression import parse
from evaluation.presentation.drafting.chapter import sections, surveys_of, topic_of
from evaluation.presentation.drafting.markup import MOST, claim, every, spread, typed, var
from evaluation.workflow.draft import outline

INCLUDE = "{{< include _resultater/txt-foraeldre-udvikling.qmd >}}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("", False),
        (f"# Titel {{#sec-x}}\n\n{INCLUDE}\n", False),
        (f"\ufeff# Titel\r\n\r\n{INCLUDE}\r\n", False),
        ("# Litteratur {.unnumbered}\n\n::: {#refs}\n:::\n", False),
        (f"# Titel\n\nEn sætning.\n\n{INCLUDE}\n", True),
        (f"# Titel\n\n- et punkt\n\n{INCLUDE}\n", True),
        (f"# Titel\n\n<!-- husk at spørge Anne -->\n\n{INCLUDE}\n", True),
        ("# Titel\n\n```\nkode\n```\n", True),
        (f"# Titel\n\n::: {{.hovedpointer}}\n- et punkt\n:::\n\n{INCLUDE}\n", True),
        ("# Titel\n\n![Et billede](billede.png)\n", True),
        ("# Titel\n\nx\n", True),
        ("{{< var plan.kommune >}}\n", True),
    ],
)
def test_what_a_person_wrote_is_told_from_headings_and_includes(text: str, written: bool) -> None:
    assert own_prose(text) is written


def test_an_outline_keeps_headings_and_includes_and_nothing_else() -> None:
    code = "```\n# ikke en overskrift\n```"
    text = f"# A {{#sec-a}}\n\nOrd & <tegn>.\n\n{INCLUDE}\n\n<!-- {INCLUDE} -->\n\n## B\n\n{code}\n"
    assert outline(text) == f"# A {{#sec-a}}\n\n{INCLUDE}\n\n## B\n"
    assert not own_prose(outline(text))
    assert [section.heading for section in sections(outline(text))] == ["# A {#sec-a}", "## B"]


def test_pieces_belong_to_the_survey_with_the_longest_name() -> None:
    surveys = ["foraeldre", "foraeldre-skole"]
    assert topic_of("txt-foraeldre-skole-udvikling", surveys) == ("foraeldre-skole", "udvikling")
    assert topic_of("fig-foraeldre-svar", surveys) == ("foraeldre", "svar")
    assert topic_of("tbl-bilag-foraeldre", surveys) == ("", "")
    assert topic_of("txt-hovedresultater", surveys) == ("", "")
    assert surveys_of(f"# A\n\n{INCLUDE}\n", surveys) == ["foraeldre"]


def test_chapters_are_taken_out_without_moving_a_line() -> None:
    text = "{{< include a.qmd >}}\n\n{{< include b.qmd >}}\n"
    assert included_files(text) == ["a.qmd", "b.qmd"]
    assert without(text, ("a.qmd",)) == "\n\n{{< include b.qmd >}}\n"


def test_keys_of_digits_only_get_the_letter_that_quarto_needs() -> None:
    assert var("svar.x.2024.procent") == "{{< var svar.x.m2024.procent >}}"
    assert var("x.y.score.kommune.2020_2024.before") == "{{< var x.y.score.kommune.2020_2024.before >}}"


def test_conditions_that_do_not_fit_are_left_out_whole() -> None:
    few, many = (
        ["a.b.c > 1", "a.b.d > 1"],
        [f"survey.measure-{n}.score.kommune.2020_2024.change > 1" for n in range(30)],
    )
    assert every(few) == "a.b.c > 1 and a.b.d > 1"
    assert every(many) == ""
    assert spread(many, 2) == ["", ""]
    assert spread(few, 2) == few
    assert spread(many[:16], 2) != ["", ""]
    assert all(len(part) <= MOST for part in spread(many[:16], 2))
    assert claim("ord", "") == "ord"
    assert parse(spread(many[:16], 2)[0])


def test_figures_in_what_was_asked_are_marked_and_keys_are_not() -> None:
    assert typed("»Mindst 3 timer, 2,5 i alt«") == "»Mindst [3]{.tal} timer, [2,5]{.tal} i alt«"
    assert typed("{{< var regel.x.m2024.graense >}} point") == "{{< var regel.x.m2024.graense >}} point"


def _variants() -> Iterator[tuple[str, str, list[str]]]:
    for lang in LANGUAGES:
        words: dict[str, Any] = dict(catalogue("words", lang)["draft"])
        for name, found in words.items():
            yield lang, name, [found] if isinstance(found, str) else list(found)


def test_all_variants_of_a_sentence_have_room_for_the_same_claims() -> None:
    rooms: dict[str, set[int]] = {}
    for _, name, found in _variants():
        rooms.setdefault(name, set()).update(len(re.findall("⟦.*?⟧", text)) for text in found)
    assert {name: room for name, room in rooms.items() if len(room) != 1} == {}


def test_all_variants_of_a_sentence_tell_the_same_things() -> None:
    for lang, name, found in _variants():
        told = [set(re.findall(r"\{(\w+)\}", text.lower())) - {"noun"} for text in found]
        assert all(one == told[0] for one in told), (lang, name)
