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
    assert "det dobbelte af grænsen for betydning" in text
    assert "»A«" in text
    assert "»B«" not in text


def test_many_of_one_verdict_name_the_largest_and_list_the_others() -> None:
    voice = Sentences("da")
    rows = [(row("fremgang", 6.3), "»A«"), (row("fremgang", 9.1), "»B«"), (row("fremgang", -7.0, "worse"), "»C«")]
    text = voice.several("fremgang", rows, 14, "skala").replace(NBSP, " ")
    assert text == (
        "Tre af de 14 skalaer viser fremgang. Fremgangen er størst på »B«: Scoren er steget fra 62,1 til 71,2 point, "
        "en stigning på 9,1 point. De øvrige er »C« (−7,0 point; lav er bedst) og »A« (+6,3 point)."
    )


def test_what_small_means_is_said_once() -> None:
    rows = [(row("lille_tilbagegang", -2.4), "»A«"), (row("lille_tilbagegang", -3.0), "»B«")]
    text = Sentences("da").several("lille_tilbagegang", rows, 2, "skala").replace(NBSP, " ")
    assert text.startswith("Begge skalaer viser en lille tilbagegang: »B« (−3,0 point) og »A« (−2,4 point).")
    assert text.count("statistisk signifikante") == 1


@pytest.mark.parametrize(
    ("verdict", "change", "told"),
    [
        ("fremgang", 0.0914, "+9 procentpoint"),
        ("lille_fremgang", 0.004, "+0,4 procentpoint"),
        ("lille_fremgang", 0.047, "+4,7 procentpoint"),
        ("lille_fremgang", 0.032, "+3 procentpoint"),
    ],
)
def test_changes_of_shares_are_whole_where_that_does_not_mislead(verdict: str, change: float, told: str) -> None:
    share = row(verdict, change, stat="andel", before=0.6, after=0.6 + change, delta=0.05)
    assert f"({told})" in Sentences("da").changes_of([(share, "»A«")]).replace(NBSP, " ")


def test_a_group_in_which_nothing_can_be_decided_says_just_that() -> None:
    voice, rows = Sentences("da"), [(row("uafklaret", 3.0), "»A«")] * 3
    assert voice.in_group("uafklaret", rows, 3, "skala") == (
        "På ingen af de tre skalaer kan det afgøres, om der er sket en ændring."
    )
    assert voice.in_group("uafklaret", rows, 5, "skala") == (
        "På tre af de fem skalaer kan det ikke afgøres, om der er sket en ændring."
    )


def _felt(better: float, worse: float, low: float | None, high: float | None, **more: Any) -> dict[str, Any]:
    made = {"suppressed": False, "share_better": better, "share_worse": worse, "ci_low": low, "ci_high": high}
    return {**made, "share_same": 1 - better - worse, "net": 100 * (better - worse), **more}


def test_perceived_change_of_many_matters_takes_three_lines() -> None:
    rows = [
        (_felt(0.40, 0.20, 12, 28), "»A«"),
        (_felt(0.59, 0.09, 44, 56), "»B«"),
        (_felt(0.10, 0.30, -28, -12), "»C«"),
        (_felt(0.30, 0.28, -6, 10), "»D«"),
        (_felt(0.30, 0.28, None, None), "»E«"),
    ]
    told = [line.replace(NBSP, " ") for line in Sentences("da").all_perceived(rows, 1)]
    assert told == [
        "**På to af de fire forhold oplever klart flere bedring end forværring.** Overvægten er størst for »B« (59 "
        "pct. bedre, 9 pct. værre).",
        "**Klart flere oplever forværring end bedring på ét af de fire forhold:** »C« (10 pct. bedre, 30 pct. værre).",
        "**Svarene trækker ikke klart i én retning på ét af de fire forhold:** »D« (30 pct. bedre, 28 pct. værre).",
        "For få har svaret til, at usikkerheden kan vises for »E«.",
    ]


def test_nobody_worse_still_names_where_most_answer_so() -> None:
    rows = [(_felt(0.4, 0.2, 12, 28), "»A«"), (_felt(0.5, 0.1, 33, 47), "»B«"), (_felt(0.5, 0.15, 30, 40), "»C«")]
    told = Sentences("da").all_perceived(rows, 1)
    assert told[1].startswith("**Det omvendte gælder ingen af de tre forhold.** Flest svarer »værre« om »A«")
    mixed = [*rows, (_felt(0.33, 0.3, -4, 10), "»D«")]
    told = Sentences("da").all_perceived(mixed, 1)
    assert told[1] == "**Det omvendte gælder ingen af de fire forhold.**"
    assert "»D«" in told[2]
    assert Sentences("da").all_perceived([(_felt(0.4, 0.2, None, None), "»A«")] * 3, 1) == []


def test_a_bullet_of_many_tells_changes_only() -> None:
    voice = Sentences("da")
    rows = [(row("fremgang", 6.0 + k), f"»{k}«") for k in range(4)]
    assert "fra 62,1" in voice.bullet("fremgang", rows[:3], 14, "skala")
    text = voice.bullet("fremgang", rows, 14, "skala").replace(NBSP, " ")
    assert (
        text == "**Fremgang på fire af de 14 skalaer:** »3« (+9,0 point), »2« (+8,0 point), »1« (+7,0 point) og »0« "
        "(+6,0 point)."
    )


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
            for word in ("effekt", "effect", "påstand", "tale om"):
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
            assert words["in_group"][verdict]
