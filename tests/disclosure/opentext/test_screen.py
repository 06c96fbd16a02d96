"""Screening of open answers: measured on invented sentences, and one trap at a time."""

import time

import pytest

from evaluation.disclosure.opentext.clean import clean, lexicon
from evaluation.disclosure.opentext.model import MASKS, Span, merged
from evaluation.disclosure.opentext.screen import Screener
from tests.disclosure.opentext.measured import SCREENER, count, sentences

# Figures in docs/privacy.md; lower ones mean that a rule was lost.
FLOORS = {"a": (1.0, 0.96), "b": (1.0, 0.97), "c": (0.96, 0.93)}
CPR = "1112" + "99" + "-" + "9990"


def masked(text):
    return SCREENER.screen(text).text


@pytest.mark.parametrize("part", FLOORS)
def test_recall_and_precision(part):
    found = count(part)
    recall, precision = FLOORS[part]
    assert found.recall() >= recall, found.told
    assert found.precision() >= precision, found.told


def test_enough_sentences_of_every_kind():
    everything = [gold for part in FLOORS for _, spans in sentences(part) for gold in spans]
    assert sum(len(sentences(part)) for part in FLOORS) >= 300
    assert {span.kind for span in everything} == set(MASKS) - {"egennavn"}


def test_no_gold_is_found_without_the_screening():
    blind = Screener.of(())
    assert blind.spans("intet her") == ()
    assert not any("Solstrålen" in masked(text) for part in FLOORS for text, _ in sentences(part))


@pytest.mark.parametrize(
    "written",
    [
        CPR, CPR.replace("-", ""), CPR.replace("-", " "), CPR.replace("-", "\n"), CPR.replace("-", "\r\n-"),
        CPR.replace("-", " – "), " ".join(CPR.replace("-", "")), "11 12 99 9990", "11.12.99-9990", "11/12-1999-9990",
        CPR.replace("-", "\u200b-"), CPR.replace("-", "\u202e-"), "１１１２９９－９９９０", "71" + CPR[2:],
        "den 11. december 1999-9990", "11. dec 99, sidste fire 9990",
    ],
)  # fmt: skip
def test_cpr_however_written(written):
    text = masked(f"Mit nummer er {written} tak")
    assert "[cpr]" in text
    assert "9990" not in text
    assert text.startswith("Mit nummer er ")
    assert text.endswith(" tak")


@pytest.mark.parametrize(
    "harmless",
    [
        "Vi fik 1.250.000 kr.", "Der er 2-3 voksne.", "Normeringen er 1:3.", "Ring 112.", "1/2 time", "6,2 børn",
        "Per dag er der en time.", "Hans tid er kort.", "Vi bruger mark og skov.", "Folkeskolen er presset.",
        "Der er ingen fred.", "Vi er på vej 2 gange om ugen.", "I 3. klasse går det godt.", "Vi har fået lov af loven.",
        "De andre er trætte, og stuen er for trang.", "Vi nynner, og det er nok.",
        "Børnene skal på lejrskole og i køreskole.",
    ],
)  # fmt: skip
def test_harmless_stays(harmless):
    assert masked(harmless) == harmless


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Vores leder lytter ikke.", "person"), ("Souschefen er sød.", "person"), ("Jeg er den eneste mand.", "person"),
        ("Som leder er jeg alene.", "person"), ("Hun er sygemeldt.", "foelsomt"), ("TR'en er træt.", "person"),
    ],
)  # fmt: skip
def test_titles_are_flagged_not_masked(text, flag):
    found = SCREENER.screen(text)
    assert found.text == text
    assert flag in {f.kind for f in found.flags}
    assert "person" not in {f.kind for f in SCREENER.screen("Lederne er gode, og alle voksne hjælper.").flags}


def test_record_never_holds_words():
    found = SCREENER.screen("Hanne Sørensen bor på Møllevej 12 og har telefon 23 45 67 89")
    assert found.text == "[navn] bor på [adresse] og har telefon [telefon]"
    assert not any(word in repr(found) for word in ("Hanne", "Møllevej", "23 45"))
    assert [(s.kind, s.rule) for s in found.spans] == [
        ("navn", "navn-liste"), ("adresse", "adresse-vej-nummer"), ("telefon", "telefon-naevnt"),
    ]  # fmt: skip


@pytest.mark.parametrize("sign", ["\u200b", "\u200c", "\u202e", "\u2066", "\ufeff", "\xad", "\u200f", "\x00", "\x1b"])
def test_invisible_characters_hide_nothing(sign):
    assert masked(f"Kollegaen Ha{sign}nne hjælper os") == "Kollegaen [navn] hjælper os"


def test_look_alike_letters():
    assert masked("Kollegaen 𝐇𝐚𝐧𝐧𝐞 hjælper") == "Kollegaen [navn] hjælper"
    assert masked("Kollegaen Åse og Ａｎｎｅ") == "Kollegaen [navn] og [navn]"


def test_emoji_and_markup_are_data():
    family = "Dejligt 👩‍👧‍👦 ❤️ 🙂 <b>fed</b> **stjerne** {{< include hemmelig.qmd >}} `kode` [link](x) $x$ @fig-x"
    kept = clean(family)
    assert "👩‍👧‍👦" in kept
    assert "{{< include hemmelig.qmd >}}" in masked(family)
    assert "<b>fed</b>" in masked(family)


def test_lone_surrogates_go():
    assert clean("a\ud800b") == "ab"


@pytest.mark.parametrize(
    "bit", ["a", "1 ", "Aa ", "1-", "å@", "Hanne ", "12 34 ", "Den Lille ", "vej ", "[navn]", "3. ", "A.", "  ", "@a"]
)
def test_ten_thousand_characters_are_quick(bit):
    text = (bit * 10_000)[:10_000]
    began = time.perf_counter()
    SCREENER.screen(text)
    assert time.perf_counter() - began < 5


def test_names_in_a_long_answer_are_all_found():
    text = "Hanne hjælper, og vi er glade. " * 300
    assert "Hanne" not in masked(text)
    assert len(SCREENER.spans(clean(text))) == 300


def test_units_by_every_name():
    own = Screener.of(["Børnehaven Kvartsbakken", "Børnehuset Vandurets Gård", "Skoven"], ["Lindholt Øst"])
    for text in ("Kvartsbakken", "kvartsbakkens", "Kvartsbakke", "Børnehaven Kvartsbakken", "KVARTSBAKKEN", "BK", "KB"):
        assert own.screen(f"Det er godt i {text} nu").text == "Det er godt i [institution] nu", text
    assert "[institution]" in own.screen("Vanduret er slidt").text
    assert own.screen("vi går i skoven hver dag").text == "vi går i skoven hver dag"
    assert own.screen("hos os i skoven går det godt").text == "hos os i [institution] går det godt"
    assert own.screen("huse i Lindholt Øst er ens").text == "huse i [sted] er ens"


def test_leftovers_pass_over_masks():
    assert SCREENER.leftovers("[navn] er god, [institution] også, [e-mail]") == ()
    assert [s.kind for s in SCREENER.leftovers("[navn] og Karina er gode")] == ["navn"]


def test_overlapping_spans_merge_to_the_stronger_kind():
    spans = [Span(0, 5, "navn", "x"), Span(3, 9, "cpr", "y"), Span(20, 22, "sted", "z")]
    assert merged(spans) == (Span(0, 9, "cpr", "y"), Span(20, 22, "sted", "z"))


def test_lists_have_no_empty_or_short_words():
    assert len(lexicon("first_names")) > 1000
    assert min(map(len, lexicon("first_names"))) >= 2
