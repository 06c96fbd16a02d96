"""What keys stand for: values, units, what may not be seen, and the nearest key to one that does not exist."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.common.language import LANGUAGES
from evaluation.presentation.claims.check import STATES, Claim, judge
from evaluation.presentation.claims.keys import Keys
from evaluation.presentation.claims.marks import draft_marks
from evaluation.presentation.claims.prose import Place
from tests.support.published import sample_published
from tests.support.sample import sample_workspace

PUBLISHED = sample_published()


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys(PUBLISHED, sample_workspace(tmp_path_factory.mktemp("w")), "da")


def row(table: str, **wanted: str) -> dict[str, object]:
    frame = getattr(PUBLISHED, table)
    for column, value in wanted.items():
        frame = frame[frame[column] == value]
    return dict(frame.iloc[0])


def test_points_stay_points_and_texts_texts(keys: Keys) -> None:
    known = row("estimates", measure="arbejdsglaede", stat="score", group="kommune")
    found = {
        name: keys.find(f"{known['key']}.{name}") for name in ("before", "change", "direction", "verdict", "n_before")
    }
    assert [found[name].value for name in ("before", "change", "direction", "verdict")] == [
        known["before"], known["change"], "op", "fremgang",
    ]  # fmt: skip
    assert found["before"].shown == "62,1"
    assert found["direction"].shown == "'op'"
    assert found["n_before"].shown == f"{known['n_before']:,.0f}".replace(",", ".")


def test_shares_are_per_cent_as_in_the_text(keys: Keys) -> None:
    known = row("estimates", stat="andel", group="kommune")
    found = keys.find(f"{known['key']}.before")
    assert found.value == pytest.approx(100 * float(str(known["before"])))
    answered = row("response", group="kommune")
    short = f"svar.{answered['survey']}.{answered['wave']}"
    assert keys.find(f"{short}.procent").value == pytest.approx(100 * float(str(answered["rate"])))
    assert keys.find(f"{short}.besvaret").value == answered["answered"]


def test_a_part_of_digits_may_have_its_m_or_not(keys: Keys) -> None:
    known = row("levels", group="kommune")
    plain = f"{known['key']}.value"
    marked = plain.replace(f".{known['wave']}.", f".m{known['wave']}.")
    assert marked != plain
    assert keys.find(plain) == keys.find(marked)
    assert keys.find(plain).state == "known"


def test_the_plan_is_known_too(keys: Keys) -> None:
    assert keys.find("regel.alpha").value == 0.05
    assert keys.find("plan.fiktiv").value == "ja"
    assert keys.find("regel.medarbejdertrivsel.graense").value == 5.0


def test_the_size_of_a_change_has_no_sign(keys: Keys) -> None:
    known = row("estimates", measure="systematik", group="kommune")
    assert keys.find(f"{known['key']}.change_size").value == pytest.approx(-float(str(known["change"])))


def test_hidden_numbers_make_a_claim_uncheckable_and_are_not_shown(keys: Keys) -> None:
    hidden = PUBLISHED.estimates[PUBLISHED.estimates["suppressed"]].iloc[0]["key"]
    found = keys.find(f"{hidden}.change")
    assert (found.value, found.state, found.shown) == (None, "hidden", "..")
    assert keys.find(f"{hidden}.suppressed").value is True
    known = row("estimates", measure="arbejdsglaede", group="kommune")["key"]
    # no part of the sentence passes as checked because another part is true
    for condition in (f"{known}.change > 0 or {hidden}.change > 0", f"not {hidden}.change > 0"):
        outcome = judge(condition, keys)
        assert (outcome.state, outcome.key) == ("hidden", f"{hidden}.change")


def test_waves_that_cannot_be_compared(tmp_path: Path) -> None:
    estimates = PUBLISHED.estimates.copy()
    key = estimates.loc[~estimates["suppressed"], "key"].iloc[0]
    estimates.loc[estimates["key"] == key, "comparable"] = "nej"
    keys = Keys(replace(PUBLISHED, estimates=estimates), sample_workspace(tmp_path), "da")
    assert judge(f"{key}.change > 0", keys).state == "incomparable"
    assert judge(f"{key}.comparable == 'nej'", keys).state == "holds"


def test_empty_cells(keys: Keys) -> None:
    neutral = row("estimates", measure="roller", group="kommune")["key"]
    assert judge(f"{neutral}.verdict == 'fremgang'", keys).state == "empty"


@pytest.mark.parametrize(
    ("wrong", "near"),
    [
        ("arbejdsglade.score.kommune.WAVES.change", "arbejdsglaede.score.kommune.WAVES.change"),
        ("arbejdsglaede.skore.kommune.WAVES.change", "arbejdsglaede.score.kommune.WAVES.change"),
        ("arbejdsglaede.score.kommune.WAVES.chnage", "arbejdsglaede.score.kommune.WAVES.change"),
        ("arbejdsglaede.score.komune.2009_2012.verdikt", "arbejdsglaede.score.kommune.WAVES.verdict"),
        ("arbejdsglaede.score.kommune.WAVES", "arbejdsglaede.score.kommune.WAVES.change"),
    ],
)
def test_the_nearest_key_keeps_the_parts_that_are_right(keys: Keys, wrong: str, near: str) -> None:
    waves = str(row("estimates", measure="arbejdsglaede", group="kommune")["waves"])
    outcome = judge(f"medarbejdertrivsel.{wrong.replace('WAVES', waves)} > 0", keys)
    assert outcome.state == "unknown"
    assert outcome.near == f"medarbejdertrivsel.{near.replace('WAVES', waves)}"


def test_any_wrong_key_has_a_nearest(keys: Keys) -> None:
    for wrong in ("x.y", "svar.medarbejdertrivsel.2024.procet", "a.b.c.d.e.f.g.h", "regel.alfa"):
        found = keys.find(wrong)
        assert found.state == "unknown"
        assert found.near
        assert keys.find(found.near).state != "unknown"


def test_what_a_draft_prints_is_safe_markdown_in_both_languages(keys: Keys) -> None:
    condition = "medarbejdertrivsel.arbejdsglaede.score.kommune.2021_2024.x_*y > 0".replace("*", "")
    outcome = judge(condition, keys)
    claim = Claim(Place("a.qmd", 1), "x", condition, outcome)
    for lang in LANGUAGES:
        for state in STATES[1:]:
            shown = replace(claim, outcome=replace(outcome, state=state))
            (note,) = draft_marks([shown], lang).values()
            assert note.startswith("\\[")
            assert "{" not in note
            assert shown.problem().render(lang)
    assert draft_marks([replace(claim, outcome=replace(outcome, state="holds"))], "da") == {}


def test_numbers_of_two_rows_are_told_by_their_whole_keys(keys: Keys) -> None:
    one, two = (row("estimates", measure=name, group="kommune")["key"] for name in ("motivation", "tillid"))
    outcome = judge(f"{one}.after > {two}.after", keys)
    assert outcome.state == "fails"
    claim = Claim(Place("a.qmd", 1), "x", "", outcome)
    assert claim.numbers == f"{one}.after = 69,5, {two}.after = 71,6"
    assert Claim(Place("a.qmd", 1), "x", "", judge(f"{one}.after > 70", keys)).numbers == "after = 69,5"
