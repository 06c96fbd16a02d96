"""The attacker finds every leak we know of, each in a publication made by hand, and passes publications without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.disclosure.attack.support import attacked, distribution, facts, found, level, mean, sd, whole, write

A, B, C = (1, 2, 6, 8, 3), (0, 2, 1, 1, 0), (2, 5, 9, 10, 4)
WHOLE = tuple(a + b + c for a, b, c in zip(A, B, C, strict=True))
TYPES = {"enhed-a": ("type-x",), "enhed-b": ("type-x",), "enhed-c": ("type-y",)}
#: Three hidden units with varied answers, large enough for every count to stay open.
LARGE = (3, 6, 9, 8, 4)


def together(*counts: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sum(column) for column in zip(*counts, strict=True))


def test_margin_minus_visible_cells(tmp_path: Path) -> None:
    shown = [
        level("kommune", WHOLE, value=mean(WHOLE)),
        level("enhed-a", A, value=mean(A)),
        level("enhed-b", B),
        level("enhed-c", C, value=mean(C)),
    ]
    counts = [*distribution("kommune", WHOLE), *distribution("enhed-a", A), *distribution("enhed-c", C)]
    report = attacked(write(tmp_path / "p", shown, counts), facts(TYPES))
    (leak,) = found(report, "enhed-b", "count")
    assert leak.low == leak.high == B[int(leak.what) - 1]
    assert found(report, "enhed-b", "mean")[0].low == pytest.approx(mean(B))
    assert any("−" in source for source in leak.sources)


def test_hundred_per_cent_of_a_group_of_four(tmp_path: Path) -> None:
    four = (0, 0, 0, 0, 4)
    rows = [level("enhed-b", four), level("enhed-b", four, stat="andel", value=1.0)]
    report = attacked(write(tmp_path / "p", rows), facts(TYPES))
    assert found(report, "enhed-b", "below_threshold")
    assert found(report, "enhed-b", "count")[0].high == 0


def test_all_answers_alike(tmp_path: Path) -> None:
    rows = [level("enhed-b", (0, 0, 0, 0, 7), value=100, reason="hele_point")]
    report = attacked(write(tmp_path / "p", rows), facts(TYPES))
    assert {leak.kind for leak in found(report, "enhed-b")} & {"all_alike", "count"}


def test_mean_and_standard_deviation_of_a_few(tmp_path: Path) -> None:
    few = (1, 2, 2, 2, 1)
    bare = attacked(write(tmp_path / "bare", [whole("enhed-b", few)]), facts(TYPES))
    assert not bare.leaks
    report = attacked(write(tmp_path / "p", [whole("enhed-b", few, sd=sd(few))]), facts(TYPES))
    (leak,) = found(report, "enhed-b", "count")
    assert leak.high - leak.low < 3
    assert found(report, "enhed-b", "spread")


def test_width_of_an_interval(tmp_path: Path) -> None:
    from scipy.special import stdtrit

    few = (1, 2, 2, 2, 1)
    half = float(stdtrit(7, 0.975)) * sd(few) / 8**0.5
    middle = round(mean(few))
    row = whole("enhed-b", few, ci_low=middle - half, ci_high=middle + half, df=7, clusters=8)
    report = attacked(write(tmp_path / "p", [row]), facts(TYPES))
    assert found(report, "enhed-b", "count")
    assert found(report, "enhed-b", "spread")


def test_median_and_mean(tmp_path: Path) -> None:
    few = (4, 0, 0, 0, 5)
    plain = attacked(write(tmp_path / "plain", [whole("enhed-b", few)]), facts(TYPES))
    report = attacked(write(tmp_path / "p", [whole("enhed-b", few, median=100)]), facts(TYPES))
    assert not plain.leaks
    assert found(report, "enhed-b", "count")


def test_paired_mean_against_full_mean(tmp_path: Path) -> None:
    both, full = (1, 2, 6, 8, 3), (1, 2, 6, 8, 4)
    change = {
        "key": "s.q.snit.enhed-a.2020_2024",
        "survey": "s",
        "measure": "q",
        "stat": "snit",
        "group": "enhed-a",
        "waves": "2020_2024",
        "n_before": 30,
        "n_after": 20,
        "before": 50.0,
        "after": mean(both),
        "change": mean(both) - 50,
        "comparable": "ja",
        "base": "besvaret",
        "suppressed": "false",
    }
    folder = write(tmp_path / "p", [level("enhed-a", full, value=mean(full))], estimates=[change])
    (leak,) = found(attacked(folder, facts(TYPES)), "enhed-a (late)", "mean")
    assert leak.low == leak.high == 100


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


def test_parent_minus_child(tmp_path: Path) -> None:
    parent = together(A, B)
    rows = [level("type-x", parent, value=mean(parent)), level("enhed-a", A, value=mean(A)), level("enhed-b", B)]
    (leak,) = found(attacked(write(tmp_path / "p", rows), facts(TYPES)), "enhed-b", "mean")
    assert leak.low == pytest.approx(mean(B))
    rows[1] = level("enhed-a", A)
    assert not found(attacked(write(tmp_path / "q", rows), facts(TYPES)), "enhed-b", "mean")


def test_the_same_wave_twice_with_one_answer_more(tmp_path: Path) -> None:
    later = (*WHOLE[:4], WHOLE[4] + 1)
    first = write(tmp_path / "2023", [level("kommune", WHOLE, value=mean(WHOLE))], distribution("kommune", WHOLE))
    second = write(tmp_path / "p", [level("kommune", later, value=mean(later))], distribution("kommune", later))
    assert attacked(second, facts()).safe
    (leak, *_) = found(attacked(second, facts(), [first]), "kommune (late)")
    assert leak.n == 1


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


def test_two_products_with_different_groupings(tmp_path: Path) -> None:
    units = {"enhed-a": LARGE, "enhed-b": B, "enhed-c": C, "enhed-d": LARGE}
    parents = {
        "enhed-a": ("type-x", "omraade-n"),
        "enhed-b": ("type-x", "omraade-s"),
        "enhed-c": ("type-y", "omraade-s"),
        "enhed-d": ("type-y", "omraade-n"),
    }

    def rows(wholes: tuple[str, ...]) -> list[dict[str, object]]:
        made = [level("kommune", together(*units.values()), value=mean(together(*units.values())))]
        for name in wholes:
            counts = together(*(c for u, c in units.items() if name in parents[u]))
            made.append(level(name, counts, value=mean(counts)))
        # two units hidden in each grouping, but only one of them in both
        made += [
            level("enhed-c", C, value=mean(C)) if "type-x" in wholes else level("enhed-a", LARGE, value=mean(LARGE))
        ]
        made += [level(u, c) for u, c in units.items() if (u != "enhed-c" if "type-x" in wholes else u != "enhed-a")]
        return made

    known = facts(parents)
    first, second = (
        write(tmp_path / "one", rows(("type-x", "type-y"))),
        write(tmp_path / "two", rows(("omraade-n", "omraade-s"))),
    )
    assert not found(attacked(first, known), "enhed-b", "mean")
    assert not found(attacked(second, known), "enhed-b", "mean")
    assert found(attacked(first, known, [second]), "enhed-b", "mean")


def test_two_parents_of_one_child(tmp_path: Path) -> None:
    units = {"enhed-a": LARGE, "enhed-b": B, "enhed-c": LARGE, "enhed-d": LARGE, "enhed-e": LARGE}
    parents = {
        "enhed-a": ("type-x", "omraade-n"),
        "enhed-b": ("type-x", "omraade-s"),
        "enhed-c": ("type-y", "omraade-s"),
        "enhed-d": ("type-y", "omraade-n"),
        "enhed-e": ("type-x", "omraade-n"),
    }
    total = together(*units.values())
    rows = [level("kommune", total, value=mean(total))]
    for name in ("type-x", "type-y", "omraade-n", "omraade-s"):
        counts = together(*(c for u, c in units.items() if name in parents[u]))
        rows.append(level(name, counts, value=mean(counts)))
    # beside each parent another child is hidden, but the one in the other parent stands open
    hidden = {"enhed-b", "enhed-c"}
    rows += [level(u, c) if u in hidden else level(u, c, value=mean(c)) for u, c in units.items()]
    assert found(attacked(write(tmp_path / "p", rows), facts(parents)), "enhed-b", "mean")
    one = [row for row in rows if not str(row["group"]).startswith("type-")]
    assert not found(attacked(write(tmp_path / "q", one), facts(parents)), "enhed-b", "mean")


def test_one_teacher_behind_thirty_children(tmp_path: Path) -> None:
    class_ = (2, 5, 10, 9, 4)
    row = level("enhed-a", class_, value=mean(class_))
    assert attacked(write(tmp_path / "p", [row], distribution("enhed-a", class_)), facts()).safe
    folder = write(tmp_path / "q", [row | {"people": 1}], distribution("enhed-a", class_))
    assert found(attacked(folder, facts()), "enhed-a", "below_threshold")[0].n == 1


def test_a_row_count_in_an_explanation(tmp_path: Path) -> None:
    row = level("enhed-b", LARGE, reason="3 af 4 svarede ens")
    assert found(attacked(write(tmp_path / "p", [row]), facts()), "enhed-b", "explanation")
    code = level("enhed-b", LARGE, reason="under_30")
    assert not found(attacked(write(tmp_path / "q", [code]), facts()), "enhed-b", "explanation")


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
    assert found(attacked(large, facts(every=True)), "enhed-b")
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


def test_a_page_that_shows_what_the_tables_hide(tmp_path: Path) -> None:
    from dataclasses import replace

    known = facts(variables=("rolle",))
    known = replace(known, surveys={"s": replace(known.surveys["s"], groups={"rolle-leder": "Leder"})})
    folder = write(tmp_path / "p", [level("rolle-leder", 20, measure="skala", stat="score")])
    page = tmp_path / "side.html"
    table = (
        '<table id="tbl-s-grupper"><tr><th>Skala</th><th>Leder</th></tr><tr><td>En skala</td><td>{}</td></tr></table>'
    )
    page.write_text(table.format("+7"), encoding="utf-8")
    assert found(attacked(folder, known, html=[page]), "rolle-leder", "page")[0].what == "+7"
    page.write_text(table.format(".."), encoding="utf-8")
    assert attacked(folder, known, html=[page]).safe


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
