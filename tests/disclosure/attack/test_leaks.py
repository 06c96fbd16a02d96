"""More leaks, each in a publication made by hand, and publications without one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluation.cli.audit import lines
from evaluation.disclosure.attack.facts import Facts
from tests.disclosure.attack.support import TYPES, attacked, distribution, facts, found, level, mean, together, write

A, B, C = (1, 2, 6, 8, 3), (0, 2, 1, 1, 0), (2, 5, 9, 10, 4)
LARGE = (3, 6, 9, 8, 4)


def test_all_answers_alike(tmp_path: Path) -> None:
    rows = [level("enhed-b", (0, 0, 0, 0, 7), value=100, reason="hele_point")]
    report = attacked(write(tmp_path / "p", rows), facts(TYPES))
    assert {leak.kind for leak in found(report, "enhed-b")} & {"all_alike", "count"}


def test_number_of_people_in_both_waves(tmp_path: Path) -> None:
    change = {
        "key": "s.q.snit.kommune.2020_2024",
        "survey": "s",
        "measure": "q",
        "stat": "snit",
        "group": "kommune",
        "waves": "2020_2024",
        "n_before": 40,
        "n_after": 41,
        "n_paired": 38,
        "before": 50.0,
        "after": 60.0,
        "comparable": "ja",
        "base": "besvaret",
        "suppressed": "false",
    }
    folder = write(tmp_path / "p", [level("kommune", 41)], estimates=[change])
    assert found(attacked(folder, facts()), "kommune", "paired")[0].n == 2


@pytest.mark.parametrize("cover", [False, True])
def test_whole_points_say_that_few_people_stand_behind_unless_the_record_says_that_they_cover_others(
    tmp_path: Path, cover: bool
) -> None:
    # eighteen answers of perhaps eight households
    rows = [level("stilling-a", (0, 0, 0, 0, 18), value=100, reason="hele_point")]
    told = {"key": "s.q-1.antal.stilling-a.2024", "group": "stilling-a", "table": "distributions"}
    folder = write(tmp_path / "p", rows, record=[told | {"rule": "diskretion" if cover else "kun_samlede_andele"}])
    report = attacked(folder, facts(variables=("stilling",)))
    assert bool(found(report, "stilling-a")) is not cover


@pytest.mark.parametrize("exempt", [(), ("stilling",)])
def test_what_an_exempt_grouping_shows_is_not_used_against_others(tmp_path: Path, exempt: tuple[str, ...]) -> None:
    parts = {"stilling-a": (1, 1, 2, 1, 1), "stilling-b": (0, 1, 2, 2, 1)}
    rows = [level("kommune", 12), *(level(g, c, value=round(mean(c)), reason="hele_point") for g, c in parts.items())]
    known = replace(facts(variables=("stilling",)), exempt=exempt)
    report = attacked(write(tmp_path / "p", rows), known)
    assert bool(found(report, "kommune", "mean")) is not bool(exempt)
    for lang in ("da", "en"):
        assert any("stilling" in line and "`exempt`" in line for line in lines(report, lang)) is bool(exempt)


def test_two_publications_that_hide_different_groups(tmp_path: Path) -> None:
    groups = {"enhed-a": LARGE, "enhed-b": B, "enhed-c": C}
    total = together(*groups.values())

    def published(name: str, hidden: set[str]) -> Path:
        rows = [level("kommune", total, value=mean(total))]
        rows += [level(g, c) if g in hidden else level(g, c, value=mean(c)) for g, c in groups.items()]
        return write(tmp_path / name, rows, distribution("kommune", total))

    known = facts(TYPES)
    first, second = published("2023", {"enhed-b", "enhed-c"}), published("p", {"enhed-a", "enhed-b"})
    assert not found(attacked(first, known), "enhed-b", "mean")
    assert not found(attacked(second, known), "enhed-b", "mean")
    assert found(attacked(second, known, [first]), "enhed-b", "mean")


def test_a_scale_score_left_over(tmp_path: Path) -> None:
    def score(group: str, n: int, **shown: object) -> dict[str, object]:
        return level(group, n, measure="skala", stat="score", **shown)

    rows = [score("kommune", 60, value=70.0), score("enhed-a", 50, value=72.0), score("enhed-b", 10)]
    (leak,) = found(attacked(write(tmp_path / "p", rows), facts(TYPES)), "enhed-b", "mean")
    assert leak.low == pytest.approx(60.0, abs=1e-3)


def test_a_large_group_is_hidden_for_others_only(tmp_path: Path) -> None:
    total = together(LARGE, A)
    rows = [level("kommune", total, value=mean(total)), level("enhed-a", A, value=mean(A))]
    counts = [*distribution("kommune", total), *distribution("enhed-a", A)]
    large = write(tmp_path / "p", [*rows, level("enhed-b", LARGE, reason="diskretion")], counts)
    assert attacked(large, facts()).safe
    assert attacked(large, facts(every=True)).safe
    few = write(tmp_path / "q", [*rows, level("enhed-b", LARGE, reason="under_taersklen")], counts)
    assert found(attacked(few, facts()), "enhed-b", "count")


def test_a_change_of_two_hidden_waves(tmp_path: Path) -> None:
    def change(**shown: object) -> dict[str, object]:
        return {
            "key": "s.skala.score.enhed-a.2020_2024",
            "survey": "s",
            "measure": "skala",
            "stat": "score",
            "group": "enhed-a",
            "waves": "2020_2024",
            "n_before": 12,
            "n_after": 12,
            "before": "",
            "after": "",
            "change": "",
            "comparable": "ja",
            "base": "besvaret",
            "suppressed": "true",
        } | shown

    hidden = [level("enhed-a", 12, wave=wave, measure="skala", stat="score") for wave in ("2020", "2024")]
    mild = write(tmp_path / "mild", hidden, estimates=[change(change=3.0)])
    steep = write(tmp_path / "steep", hidden, estimates=[change(change=95.0)])
    assert not found(attacked(mild, facts()), "enhed-a", "mean")
    assert {leak.wave for leak in found(attacked(steep, facts()), "enhed-a", "mean")} == {"2020", "2024"}


def hidden_leaders(folder: Path) -> tuple[Path, Facts, Path]:
    """A publication that hides the score of the leaders, what everybody knows, and where a page beside it may be."""
    known = facts(variables=("rolle",))
    known = replace(known, surveys={"s": replace(known.surveys["s"], groups={"rolle-leder": "Leder"})})
    return write(folder / "p", [level("rolle-leder", 20, measure="skala", stat="score")]), known, folder / "side.html"


def test_a_page_that_shows_what_the_tables_hide(tmp_path: Path) -> None:
    folder, known, page = hidden_leaders(tmp_path)
    table = (
        '<table id="tbl-s-grupper"><tr><th>Skala</th><th>Leder</th></tr><tr><td>En skala</td><td>{}</td></tr></table>'
    )
    page.write_text(table.format("+7"), encoding="utf-8")
    assert found(attacked(folder, known, shown=[page]), "rolle-leder", "page")[0].what == "+7"
    page.write_text(table.format(".."), encoding="utf-8")
    assert attacked(folder, known, shown=[page]).safe


def test_a_list_with_a_title_above_its_headings(tmp_path: Path) -> None:
    folder, known, page = hidden_leaders(tmp_path)
    table = (
        '<table id="tbl-s-liste"><tr><th colspan="4">Tabel over 20 svar</th></tr>'
        "<tr><th>Skala</th><th>Gruppe</th><th>Har vurderet</th><th>Bedre (pct.)</th></tr>"
        "<tr><td>En skala</td><td>Leder</td><td>20</td><td>{}</td></tr></table>"
    )
    page.write_text(table.format(".."), encoding="utf-8")
    assert attacked(folder, known, shown=[page]).safe
    page.write_text(table.format("45"), encoding="utf-8")
    assert [leak.what for leak in attacked(folder, known, shown=[page]).leaks] == ["45"]


def test_one_hidden_unit_beside_the_kommunes_indicator(tmp_path: Path) -> None:
    def row(group: str, value: object, base: object, units: int, hidden: bool) -> dict[str, object]:
        return {
            "key": f"i.{group}",
            "indicator": "sprog",
            "stat": "andel",
            "group": group,
            "period": "2024",
            "value": value,
            "denominator": base,
            "units": units,
            "method": "vaegtet",
            "suppressed": str(hidden).lower(),
        }

    rows = [row("kommune", 0.25, 80, 2, False), row("enhed-a", 0.3, 60, 1, False), row("enhed-b", "", "", 1, True)]
    (leak,) = found(attacked(write(tmp_path / "p", [], indicators=rows), facts()), "enhed-b", "indicator")
    assert leak.low == pytest.approx(2)


def test_safe_publications_pass(tmp_path: Path) -> None:
    groups = {"enhed-a": LARGE, "enhed-b": (1, 2, 2, 2, 1), "enhed-c": (2, 1, 2, 1, 2), "enhed-d": (1, 2, 1, 3, 1)}
    total = together(*groups.values())
    rows = [level("kommune", total, value=mean(total)), level("enhed-a", LARGE, value=mean(LARGE))]
    rows += [level(name, counts) for name, counts in groups.items() if name != "enhed-a"]
    counts = [*distribution("kommune", total), *distribution("enhed-a", LARGE)]
    report = attacked(write(tmp_path / "p", rows, counts), facts())
    assert report.safe
    assert report.cells == 3 * 6


def test_rare_answers_are_a_matter_of_the_plan(tmp_path: Path) -> None:
    groups = {"enhed-a": (0, 3, 4, 3, 2), "enhed-b": (1, 2, 3, 4, 2)}
    total = together(*groups.values())
    folder = write(
        tmp_path / "p",
        [level("kommune", total), *(level(n, c) for n, c in groups.items())],
        distribution("kommune", total),
    )
    assert attacked(folder, facts()).safe
    assert found(attacked(folder, facts(every=True)), "enhed-a", "count")[0].what == "1"


def test_numbers_that_no_answers_can_give_are_not_proven(tmp_path: Path) -> None:
    rows = [level("enhed-a", (0, 0, 0, 0, 3), value=99.0), level("enhed-b", B)]
    report = attacked(write(tmp_path / "p", rows), facts())
    assert {one.reason for one in report.unproven} == {"impossible"}
    assert not report.safe


# -- comparisons and several waves -----------------------------------------------------------

SIDES = {"forskel-forsoeg": frozenset({"enhed-a", "enhed-b"}), "uden-forsoeg": frozenset({"enhed-c", "enhed-d"})}
MEANS = {"enhed-a": 70.0, "enhed-b": 40.0, "enhed-c": 60.0, "enhed-d": 50.0}


def compared(**values: object) -> dict[str, object]:
    return {
        "key": "s.skala.score.forskel-forsoeg.2024",
        "survey": "s",
        "measure": "skala",
        "stat": "score",
        "design": "side_om_side",
        "group": "forskel-forsoeg",
        "against": "uden-forsoeg",
        "waves": "2024",
        "n_group": 40,
        "n_against": 40,
        "value_group": "",
        "value_against": "",
        "difference": "",
        "comparable": "ja",
        "base": "besvaret",
    } | values


def side_by_side(hidden: set[str], wave: str = "2024") -> list[dict[str, object]]:
    """Scores of four units of twenty (hidden ones of ten) in a wave, and of the kommune."""
    sizes = {unit: 10 if unit in ("enhed-b", "enhed-c") else 30 for unit in MEANS}
    total = sum(sizes[u] * MEANS[u] for u in MEANS) / 80
    rows = [level("kommune", 80, value=total, measure="skala", stat="score", wave=wave)]
    for unit, value in MEANS.items():
        shown = {} if unit in hidden else {"value": value}
        rows.append(level(unit, sizes[unit], measure="skala", stat="score", wave=wave, **shown))
    return rows


@pytest.mark.parametrize("row", [{"value_group": 62.5}, {"difference": 10.0, "value_against": ""}, {}])
def test_one_hidden_unit_in_a_group_that_is_compared(tmp_path: Path, row: dict[str, object]) -> None:
    known = replace(facts(), sets={"2024": SIDES})
    folder = write(tmp_path / "p", side_by_side({"enhed-b", "enhed-c"}), comparisons=[compared(**row)])
    leaks = found(attacked(folder, known), "enhed-b", "mean")
    assert bool(leaks) == bool(row)
    for leak in leaks:
        assert leak.low == pytest.approx(40.0, abs=0.01)
    other = write(tmp_path / "q", side_by_side({"enhed-b", "enhed-c"}), comparisons=[compared(**row, n_group=39)])
    if "value_group" in row:  # a group of other people than these units
        assert not found(attacked(other, known), "enhed-b")


@pytest.mark.parametrize(("difference", "leaks"), [(95.0, True), (3.0, False)])
def test_a_difference_in_development(tmp_path: Path, difference: float, *, leaks: bool) -> None:
    def change(unit: str, **shown: object) -> dict[str, object]:
        return {
            "key": f"s.skala.score.{unit}.2020_2024",
            "survey": "s",
            "measure": "skala",
            "stat": "score",
            "group": unit,
            "waves": "2020_2024",
            "n_before": 10,
            "n_after": 10,
            "before": "",
            "after": "",
            "change": "",
            "comparable": "ja",
        } | shown

    sides = {"forskel-forsoeg": frozenset({"enhed-b"}), "uden-forsoeg": frozenset({"enhed-c"})}
    known = replace(facts(), sets={"2024": sides})
    rows = [change("enhed-b"), change("enhed-c", before=50, after=50, change=0)]
    told = compared(design="udvikling", waves="2020_2024", n_group=10, n_against=10, difference=difference)
    hidden = [level("enhed-b", 10, measure="skala", stat="score", wave=wave) for wave in ("2020", "2024")]
    report = attacked(write(tmp_path / "p", hidden, estimates=rows, comparisons=[told]), known)
    assert {leak.wave for leak in found(report, "enhed-b", "mean")} == ({"2020", "2024"} if leaks else set())


def trend(**values: object) -> dict[str, object]:
    return {
        "key": "s.skala.score.boelge.2020_2024",
        "survey": "s",
        "measure": "skala",
        "stat": "score",
        "design": "boelge",
        "group": "kommune",
        "waves": "2020_2024",
        "n_before": 40,
        "n_after": 40,
        "before": "",
        "after": "",
        "estimate": "",
        "comparable": "ja",
    } | values


def test_a_trend_of_all_but_a_few(tmp_path: Path) -> None:
    rows = [level("kommune", 42, value=60.0, measure="skala", stat="score")]
    folder = write(tmp_path / "p", rows, trends=[trend(before=50.0, after=58.0)])
    (leak,) = found(attacked(folder, facts()), "kommune (late)", "mean")
    assert leak.low == pytest.approx((42 * 60 - 40 * 58) / 2, abs=0.01)
    same = write(tmp_path / "q", rows, trends=[trend(before=50.0, after=60.0, n_after=42)])
    assert attacked(same, facts()).safe


@pytest.mark.parametrize(("within", "leaks"), [(46.0, True), (3.0, False)])
def test_a_change_within_types_beside_all_types_but_one(tmp_path: Path, within: float, *, leaks: bool) -> None:
    def change(group: str, n: int, before: object = "", after: object = "") -> dict[str, object]:
        row = trend(key=f"s.skala.score.{group}.2020_2024", group=group, n_before=n, n_after=n, before=before)
        return row | {"after": after, "change": "" if after == "" else after - before}  # type: ignore[operator]

    rows = [change("type-x", 10, 50.0, 50.0), change("type-y", 10)]
    hidden = [level("type-y", 10, measure="skala", stat="score", wave=wave) for wave in ("2020", "2024")]
    told = trend(design="inden-for-typer", estimate=within, n_before=20, n_after=20)
    report = attacked(write(tmp_path / "p", hidden, estimates=rows, trends=[told]), facts())
    assert bool(found(report, "type-y", "mean")) == leaks


@pytest.mark.parametrize("table", ["comparisons", "trends"])
def test_few_people_or_spread_of_few_in_other_tables(tmp_path: Path, table: str) -> None:
    def rows(n: int) -> list[dict[str, object]]:
        if table == "trends":
            return [trend(n_before=n, n_after=40, before=50, after=51, estimate=1, se=2.0)]
        return [compared(n_group=n, value_group=50, value_against=51, difference=-1, se=2.0)]

    base = [level("kommune", 80, value=50.0, measure="skala", stat="score")]
    kinds = [
        {leak.kind for leak in attacked(write(tmp_path / str(n), base, **{table: rows(n)}), facts()).leaks}
        for n in (4, 20, 40)
    ]
    assert [{"below_threshold", "spread"} <= kinds[0], kinds[1] == {"spread"}] == [True, True]
    assert not kinds[2] & {"below_threshold", "spread"}
