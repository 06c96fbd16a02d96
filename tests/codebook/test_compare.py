"""Waves held against each other: what differs is found, recorded in words, and not compared where it must not be."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from evaluation.analysis.comparability import item_comparisons, save_comparability
from evaluation.analysis.run import analyse
from evaluation.codebook.compare import MEANS, Asked, Comparison, asked, compare_item
from evaluation.codebook.decisions import FILE
from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError
from evaluation.common.language import catalogue
from evaluation.responses.asked import asked_as_json, asked_from_json
from evaluation.responses.model import Responses
from evaluation.responses.store import load_responses, save_responses
from tests.responses.made import instrument as cleaning_instrument
from tests.support.small import instrument, two_waves, workspace

TEXT = "Jeg har tid nok til det enkelte barn i løbet af dagen"
FIVE = {"1": "Helt uenig", "2": "Uenig", "3": "Hverken eller", "4": "Enig", "5": "Helt enig"}
DK = {"8": "Ved ikke"}


def compare(before: Asked, after: Asked, text: str = TEXT) -> Comparison:
    """By a codebook that knows none of the five-step labels' wordings but those of ``made``."""
    book = cleaning_instrument()
    item = book.items[0].model_copy(update={"text": book.items[0].text.model_copy(update={"da": text})})
    return compare_item(item, book.response_of(item), before, after, ("2020", "2024"))


def changed(labels: dict[str, str], **words: str) -> dict[str, str]:
    return {code: words.get(f"c{code}", label) for code, label in labels.items()}


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reasons"),
    [
        (FIVE | DK, FIVE | DK, "ja", ()),
        (FIVE, FIVE | DK, "med_forbehold", ("ved_ikke",)),
        # the same answers under other numbers are followed by their words
        (FIVE, {str(int(c) + 10): w for c, w in FIVE.items()}, "ja", ("koder",)),
        (FIVE, dict(reversed(list(FIVE.items()))), "med_forbehold", ("raekkefoelge",)),
        (FIVE, changed(FIVE, c3="Både og"), "med_forbehold", ("svartekster",)),
        (FIVE, changed(FIVE, c2="UENIG."), "ja", ()),
        ({"1": "Delvist uenig", "2": "Delvist enig"}, {"1": "Delvis uenig", "2": "Delvis enig"}, "ja", ("stavning",)),
        # one letter that turns the meaning is no spelling
        ({"1": "Enig", "2": "Andet"}, {"1": "Uenig", "2": "Andet"}, "med_forbehold", ("svartekster",)),
        (FIVE, {c: w for c, w in FIVE.items() if c != "3"}, "nej", ("antal_svar",)),
        (
            FIVE,
            {"1": "Aldrig", "2": "Sjældent", "3": "Af og til", "4": "Ofte", "5": "Altid"},
            "nej",
            ("svarskala",),
        ),
        # code 4 was "Enig" and is "Helt enig" now: the same word on another step
        (FIVE, {"1": "Uenig", "2": "Hverken eller", "3": "Enig", "4": "Helt enig", "5": "Fuldt enig"},
         "nej", ("svar_forskudt",)),
        ({"1": "Helt uenig", "4": "Helt enig"}, {"1": "Helt uenig", "2": "Uenig", "3": "Enig", "4": "Helt enig"},
         "med_forbehold", ("svartekster",)),
        # a file without labels says nothing
        ({}, FIVE, "ja", ()),
        ({}, FIVE | DK, "ja", ()),
    ],
)  # fmt: skip
def test_answers(before: dict[str, str], after: dict[str, str], verdict: str, reasons: tuple[str, ...]) -> None:
    found = compare(asked(TEXT, before), asked(TEXT, after))
    assert (found.comparable, found.reasons) == (verdict, reasons)
    back = compare(asked(TEXT, after), asked(TEXT, before))
    assert (back.comparable, back.reasons) == (verdict, reasons)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reasons"),
    [
        (TEXT, f"Hvor enig er du? - {TEXT}", "ja", ()),
        (TEXT, f"12. {TEXT.upper()}", "ja", ()),
        (TEXT, TEXT[:43], "ja", ()),
        (TEXT, TEXT[:45], "med_forbehold", ("ordlyd",)),
        (TEXT, f"{TEXT} og om aftenen", "med_forbehold", ("ordlyd",)),
        (TEXT, f"Hvor enig er du? [{TEXT}]", "ja", ()),
        (f"Hvor ofte sker det? - {TEXT}", f"Hvor enig er du? - {TEXT}", "med_forbehold", ("ordlyd",)),
        (TEXT, "", "ja", ()),
        (TEXT, "s_1", "ja", ()),
        (TEXT, TEXT.replace("dagen", "arbejdsdagen"), "med_forbehold", ("ordlyd",)),
        (TEXT, TEXT.replace("har tid", "har ikke tid"), "nej", ("naegtelse",)),
        (TEXT, "Min leder anerkender den indsats, vi gør", "nej", ("andet_spoergsmaal",)),
    ],
)
def test_wording(before: str, after: str, verdict: str, reasons: tuple[str, ...]) -> None:
    for first, second in ((before, after), (after, before)):
        found = compare(Asked(first), Asked(second))
        assert (found.comparable, found.reasons) == (verdict, reasons)


def test_the_codebooks_two_languages_are_one_question() -> None:
    book = cleaning_instrument()
    text = book.items[0].text.model_copy(update={"da": TEXT, "en": "I have enough time for each child"})
    item = book.items[0].model_copy(update={"text": text})
    danish = asked(TEXT, {"1": "Helt uenig", "2": "Uenig", "3": "Enig", "4": "Helt enig"})
    english = asked(text.en, {"1": "Strongly disagree", "2": "Disagree", "3": "Agree", "4": "Strongly agree"})
    assert compare_item(item, book.response_of(item), danish, english, ("a", "b")).comparable == "ja"


def test_every_reason_has_words_in_both_languages() -> None:
    for lang in ("da", "en"):
        assert set(catalogue("compare", lang)) == {*MEANS, "afgjort"}
    found = compare(asked(TEXT, FIVE), asked(TEXT + " nu", FIVE | DK))
    assert found.words("da") == "Ordlyden er ændret. Svaret »Ved ikke« findes kun i den ene måling."
    assert found.words("en") == "The wording was changed. The answer 'Don't know' is there in one of the waves only."
    assert found.found_after.startswith(TEXT + " nu | 1 = Helt uenig")


SIZES = {f"U{i}": 12 for i in range(8)}
PAIR = {str(n): w for n, w in enumerate(("Helt uenig", "Uenig", "Hverken eller", "Enig", "Helt enig"), 1)}


def waves(**after: Asked) -> dict[tuple[str, str], Responses]:
    """Two waves that asked alike, but for what ``after`` says of the later one."""
    book = instrument()
    same = {item.id: asked(f"Udsagn om {item.id} og mere", PAIR) for item in book.items}
    made = two_waves(SIZES, shift=0.5)
    return {
        ("s", "2020"): replace(made["s", "2020"], asked=same),
        ("s", "2024"): replace(made["s", "2024"], asked=same | after),
    }


def rows(
    found: dict[tuple[str, str], Responses], root: Path = Path("/nowhere")
) -> tuple[pd.DataFrame, list[dict[str, object]]]:
    estimates = analyse(replace(workspace(), root=root), {"lille": instrument()}, found)
    table = estimates.estimates
    return table[table["group"] == "kommune"].set_index(["measure", "stat"]), estimates.meta["notes"]


OTHER = asked("Helt andre ord om noget ganske andet", PAIR)
REWORDED = asked("Udsagn om a1 og meget mere", PAIR)


def test_what_is_not_comparable_is_not_compared() -> None:
    plain, _ = rows(waves())
    table, notes = rows(waves(a1=OTHER))
    assert (plain["comparable"] == "ja").all()
    item = table.loc[("a1", "snit")]
    assert (item["comparable"], item["reason"]) == ("nej", "not_comparable")
    assert np.isnan(item["change"])
    assert np.isnan(item["before"])
    # the scale goes on with the questions that were asked alike, in both waves
    scale = table.loc[("alfa", "score")]
    assert scale["comparable"] == "med_forbehold"
    assert np.isfinite(scale["change"])
    assert scale["change"] != plain.loc[("alfa", "score")]["change"]
    assert table.loc[("beta", "score")]["change"] == plain.loc[("beta", "score")]["change"]
    told = [note for note in notes if note["code"] == "item-not-comparable"]
    assert [(n["item"], n["comparable"], n["reasons"]) for n in told] == [("a1", "nej", ["andet_spoergsmaal"])]


def test_too_few_questions_left_give_no_score() -> None:
    table, _ = rows(waves(a1=OTHER, a2=OTHER))
    scale = table.loc[("alfa", "score")]
    assert (scale["comparable"], scale["reason"]) == ("nej", "not_comparable")
    assert np.isnan(scale["change"])


def test_with_care_is_compared_and_marked() -> None:
    plain, _ = rows(waves())
    table, _ = rows(waves(a1=REWORDED))
    for key in (("a1", "snit"), ("alfa", "score")):
        assert table.loc[key]["comparable"] == "med_forbehold"
        assert table.loc[key]["change"] == plain.loc[key]["change"]
    assert table.loc[("a2", "snit")]["comparable"] == "ja"


DECIDED = "survey,item,before,after,comparable,reason\ns,a1,2020,2024,{},Prøvet med ti forældre\n"


def test_a_persons_decision_goes_before_the_files(tmp_path: Path) -> None:
    file = tmp_path / FILE
    file.parent.mkdir()
    file.write_text(DECIDED.format("ja"), encoding="utf-8")
    table, _ = rows(waves(a1=OTHER), tmp_path)
    assert table.loc[("a1", "snit")]["comparable"] == "ja"
    file.write_text(DECIDED.format("nej"), encoding="utf-8")
    table, notes = rows(waves(), tmp_path)
    assert table.loc[("a1", "snit")]["comparable"] == "nej"
    assert [n["reasons"] for n in notes if n["code"] == "item-not-comparable"] == [["afgjort"]]
    file.write_text(
        DECIDED.format("måske") + "x,a1,2020,2024,ja,r\ns,a1,2020,2020,ja,r\ns,a1,2020,2024,ja,\n", encoding="utf-8"
    )
    with pytest.raises(EvaluationError) as caught:
        rows(waves(), tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [
        ("comparability-row", f"{FILE}:{n}") for n in (2, 3, 4, 5)
    ]
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="comparability-columns"):
        rows(waves(), tmp_path)


def test_the_record(tmp_path: Path) -> None:
    found = waves(a1=OTHER, a2=asked("Udsagn om a2 og mere", PAIR | DK))
    place = replace(workspace(), root=tmp_path)
    save_comparability(place, {"lille": instrument()}, found)
    with (tmp_path / "data/processed/s/comparability.csv").open(encoding="utf-8", newline="") as file:
        written = {row["item"]: row for row in csv.DictReader(file)}
    assert list(written) == [item.id for item in instrument().items]
    assert (written["a1"]["comparable"], written["a1"]["reason"]) == ("nej", "andet_spoergsmaal")
    assert (written["a1"]["found_before"], written["a1"]["found_after"]) == ("Udsagn om a1 og mere", OTHER.text)
    assert written["a2"]["comparable"] == "med_forbehold"
    assert written["a2"]["da"] == "Svaret »Ved ikke« findes kun i den ene måling."
    assert (written["b1"]["comparable"], written["b1"]["reason"]) == ("ja", "")
    save_comparability(place, {"lille": instrument()}, {("s", "2020"): found["s", "2020"]})
    assert not (tmp_path / "data/processed/s/comparability.csv").exists()


def test_a_question_in_one_wave_only() -> None:
    found = waves()
    later = {name: one for name, one in found["s", "2024"].asked.items() if name != "b1"}
    found["s", "2024"] = replace(found["s", "2024"], asked=later)
    book: Instrument = instrument()
    place = workspace()
    compared = item_comparisons(place, place.plan.surveys[0], book, {w: r for (_, w), r in found.items()})
    assert [(c.item, c.reasons) for c in compared if c.comparable == "nej"] == [("b1", ("kun_en_maaling",))]


def test_asked_survives_the_store(tmp_path: Path) -> None:
    part = waves()["s", "2024"]
    save_responses(part, tmp_path / "s" / "2024")
    assert load_responses(tmp_path / "s" / "2024").asked == part.asked
    assert asked_from_json(asked_as_json(part.asked)) == part.asked


def test_the_report_says_what_differs() -> None:
    from types import SimpleNamespace
    from typing import Any, cast

    from evaluation.presentation.pieces.comparability import reserved

    notes = [
        {"code": "item-not-comparable", "survey": "s", "item": "a1", "reasons": ["ordlyd"]},
        {"code": "item-not-comparable", "survey": "s", "item": "b1", "reasons": ["antal_svar"]},
        {"code": "item-not-comparable", "survey": "andet", "item": "a2", "reasons": ["ved_ikke"]},
    ]
    numbers = SimpleNamespace(listing=", ".join)
    ctx: Any = SimpleNamespace(lang="da", numbers=numbers, published=SimpleNamespace(meta={"notes": notes}))
    ctx.say = lambda section, key, **words: f"{key} {words['list']}."
    main = [{"measure": "alfa", "comparable": "med_forbehold"}, {"measure": "beta", "comparable": "ja"}]
    view: Any = SimpleNamespace(id="s", main=main, instrument=instrument(), quoted=lambda name: f"»{name}«")
    assert reserved(ctx, cast(Any, view)) == "reserved »alfa«. Ordlyden er ændret (»a1«)."
    view.main[1]["comparable"] = "nej"
    assert reserved(ctx, view).endswith("Der er ikke lige mange svarmuligheder i de to målinger (»b1«).")
    view.main = [{"measure": "alfa", "comparable": "ja"}]
    assert reserved(ctx, view) == ""
