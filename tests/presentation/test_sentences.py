"""Sentences follow the verdict, its direction, the number and the gender."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from evaluation.common import table
from evaluation.common.language import LANGUAGES, catalogue
from evaluation.presentation.forms import sentence_forms
from evaluation.presentation.numbers import NBSP
from evaluation.presentation.sentences import ORDER, Sentences, amounts

DOCS = Path(__file__).parents[2] / "docs" / "sentences.md"
#: Verdict, sign of the change, whether high is good: what the sentence must and must not say.
CASES = [
    ("fremgang", 6.3, "better", "er fremgang", "steget", "lav"),
    ("fremgang", -6.3, "worse", "er fremgang", "faldet", "tilbagegang"),
    ("lille_fremgang", 2.4, "better", "lille fremgang", "steget", "faldet"),
    ("lille_fremgang", -2.4, "worse", "lille fremgang", "lav score er bedst", "steget"),
    ("tilbagegang", -6.3, "better", "tilbagegang", "faldet", "lav"),
    ("tilbagegang", 6.3, "worse", "tilbagegang", "lav score er bedst", "faldet"),
    ("lille_tilbagegang", -2.4, "better", "lille tilbagegang", "faldet", "steget"),
    ("lille_tilbagegang", 2.4, "worse", "lille tilbagegang", "lav score er bedst", "faldet"),
    ("uaendret", 0.3, "better", "stort set uændret", "fra 62,1 til 62,4", "fremgang"),
    ("uafklaret", 3.0, "better", "kan ikke afgøres", "usikkerheden", "fremgang"),
]


def row(verdict: str, change: float | None, higher_is: str = "better", **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = dict.fromkeys(table.ESTIMATES)
    made.update(
        stat="score",
        higher_is=higher_is,
        before=62.1,
        after=None if change is None else 62.1 + change,
        change=change,
        direction="" if change is None else "op" if change > 0 else "ned" if change < 0 else "ingen",
        se=1.0,
        delta=5.0,
        mdc80=8.0,
        verdict=verdict,
        suppressed=change is None,
        reason="under_taersklen" if change is None else "",
    )
    return {**made, **more}


def said(voice: Sentences, *args: Any) -> str:
    return voice.statement(*args).replace(NBSP, " ")


@pytest.mark.parametrize(("verdict", "change", "higher_is", "first", "second", "never"), CASES)
def test_each_verdict_and_direction(
    verdict: str, change: float, higher_is: str, first: str, second: str, never: str
) -> None:
    text = said(Sentences("da"), row(verdict, change, higher_is), "»Tillid«")
    assert first in text
    assert second in text
    assert never not in text
    assert "»Tillid«" in text


def test_neutral_measures_are_not_judged() -> None:
    text = said(Sentences("da"), row("", 4.0, "neutral"), "»Tillid«")
    assert "steget" in text
    assert "vurderes ikke" in text


def test_untested_and_hidden_say_why() -> None:
    voice = Sentences("da")
    small = row("", 4.0, se=None, reason="under_30")
    assert "fordi færre end 30 har svaret" in said(voice, small, "»Tillid«")
    assert said(voice, row("", None), "»Tillid«") == "Resultatet for »Tillid« vises ikke, fordi for få har svaret."
    unknown = row("", 4.0, se=None, reason="a-code-from-tomorrow")
    assert "grundlaget er for lille" in said(voice, unknown, "»Tillid«")


def test_questions_that_changed_are_not_compared() -> None:
    text = said(Sentences("da"), row("", 4.0, comparable="nej", reason="not_comparable"), "»Tillid«")
    assert "kan ikke sammenlignes, fordi spørgsmålene ikke er stillet ens" in text
    assert "64" not in text


def test_never_that_everybody_answered_alike() -> None:
    for lang in LANGUAGES:
        reason = Sentences(lang).reason("no_variance")
        assert "alle har svaret" not in reason
        assert "alike" not in reason


def test_equal_numbers_are_not_told_as_a_movement() -> None:
    text = said(Sentences("da"), row("uaendret", 0.02), "»Tillid«")
    assert "62,1 point i begge målinger" in text


def test_shares_add_up_where_a_change_is_told() -> None:
    share = row("lille_fremgang", 0.024, stat="andel", before=0.621, after=0.645, delta=0.05)
    told = amounts(share, Sentences("da").numbers)
    assert (told.before, told.after, told.change) == ("62,1", f"64,5{NBSP}pct.", f"2,4{NBSP}procentpoint")
    whole = row("fremgang", 0.09, stat="andel", before=0.71, after=0.80, delta=0.05)
    told = amounts(whole, Sentences("da").numbers)
    assert (told.before, told.after, told.change) == ("71", f"80{NBSP}pct.", f"9{NBSP}procentpoint")


def test_variants_take_turns_and_start_anew() -> None:
    voice = Sentences("da")
    texts = [voice.statement(row("fremgang", 6.3), "»Tillid«") for _ in range(4)]
    assert len(set(texts[:3])) == 3
    assert texts[3] == texts[0] == Sentences("da").statement(row("fremgang", 6.3), "»Tillid«")


@pytest.mark.parametrize(
    ("some", "total", "noun", "expected"),
    [
        (0, 14, "skala", "ingen af de 14 skalaer"),
        (1, 14, "skala", "én af de 14 skalaer"),
        (1, 14, "spoergsmaal", "ét af de 14 spørgsmål"),
        (3, 14, "spoergsmaal", "tre af de 14 spørgsmål"),
        (2, 2, "skala", "begge skalaer"),
        (14, 14, "skala", "alle 14 skalaer"),
        (1, 1, "skala", "den ene skala"),
        (1, 1, "spoergsmaal", "det ene spørgsmål"),
        (0, 1, "skala", "ingen skala"),
        (0, 1, "forhold", "intet forhold"),
    ],
)
def test_counts_agree_in_number_and_gender(some: int, total: int, noun: str, expected: str) -> None:
    assert Sentences("da").count(some, total, noun) == expected


def test_undecidable_only_above_twice_delta() -> None:
    voice = Sentences("da")
    assert voice.undecidable([(row("uafklaret", 3.0, mdc80=9.9), "»A«")]) == ""
    text = voice.undecidable([(row("uafklaret", 3.0, mdc80=10.1), "»A«"), (row("uafklaret", 3.0, mdc80=9.0), "»B«")])
    assert "undersøgelsen ikke afgøre" in text
    assert "»A«" in text
    assert "»B«" not in text


def test_ceiling_needs_a_high_start_where_high_is_good() -> None:
    voice = Sentences("da")
    assert "begrænset plads" in voice.ceiling([(row("uaendret", 0.3, before=86.0), "»A«")])
    assert voice.ceiling([(row("uaendret", 0.3, before=79.9), "»A«")]) == ""
    assert voice.ceiling([(row("uaendret", 0.3, "worse", before=86.0), "»A«")]) == ""


@pytest.mark.parametrize(
    ("low", "high", "form"),
    [(3.0, 9.0, "bedre"), (-9.0, -3.0, "værre"), (-3.0, 9.0, "ikke klart"), (None, None, "For få")],
)
def test_perceived_change_has_its_own_words(low: float | None, high: float | None, form: str) -> None:
    seen = {
        "suppressed": False,
        "share_better": 0.4,
        "share_worse": 0.2,
        "share_same": 0.4,
        "ci_low": low,
        "ci_high": high,
    }
    text = Sentences("da").perceived(seen, "»Tiden til børnene«")
    assert form in text
    for word in ("fremgang", "tilbagegang", "steget", "faldet"):
        assert word not in text


def test_printed_forms_are_current() -> None:
    assert DOCS.read_text(encoding="utf-8") == sentence_forms(), (
        "run: python -m evaluation.presentation.forms docs/sentences.md, and read what changed"
    )


def _flat(section: Any, prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in section.items():
        found.update(_flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value})
    return found


def test_both_languages_say_the_same_things() -> None:
    da, en = (_flat(catalogue("words", lang)) for lang in LANGUAGES)
    assert set(da) == set(en)

    def places(value: Any) -> set[str]:
        texts = value if isinstance(value, list) else [value]
        # "{Noun}" and "{noun}" are one place, spelt by its position in the sentence.
        return {name.lower() for text in texts for _, name, _, _ in Formatter().parse(str(text)) if name}

    for key in da:
        ours, theirs = places(da[key]), places(en[key])
        assert ours ^ theirs <= {"noun"}, key


@pytest.mark.parametrize("lang", LANGUAGES)
def test_catalogue_is_clean(lang: str) -> None:
    for key, value in _flat(catalogue("words", lang)).items():
        for text in value if isinstance(value, list) else [value]:
            assert "  " not in str(text), key
            assert str(text) == str(text).strip() or key.endswith("_mark") or key == "caption.part", key
            for word in ("effekt", "effect", "påstand"):
                assert word not in str(text).lower(), key


def test_every_verdict_has_a_word_and_forms() -> None:
    for lang in LANGUAGES:
        words = catalogue("words", lang)
        assert set(ORDER) == set(table.VERDICTS)
        for verdict in table.VERDICTS:
            assert words["verdicts"][verdict]
            assert words["statement"][verdict]
            assert words["bullet"][verdict]
            assert words["concluded"][verdict]
