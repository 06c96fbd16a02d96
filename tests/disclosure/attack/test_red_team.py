"""The fifteen known attacks: each is found in a publication made by hand, and the gate's own has none of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.disclosure.attack.products import docx, product, xlsx
from tests.disclosure.attack.real import Real, real
from tests.disclosure.attack.support import (
    TYPES,
    attacked,
    distribution,
    facts,
    found,
    level,
    mean,
    sd,
    together,
    whole,
    write,
)

A, B, C = (1, 2, 6, 8, 3), (0, 2, 1, 1, 0), (2, 5, 9, 10, 4)
WHOLE = tuple(a + b + c for a, b, c in zip(A, B, C, strict=True))
KINDS = {"A": ("x",), "B": ("x",), "C": ("y",)}
#: Varied answers of a group large enough for every count to stay open.
LARGE = (3, 6, 9, 8, 4)


def assert_safe(made: Real, shown: list[Path] | None = None) -> None:
    """The gate's publication of the same answers holds nothing that can be worked out, and something was at stake."""
    report = made.attacked(shown or [])
    assert report.leaks == ()
    assert report.unproven == ()
    assert report.cells > 0


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
    made = real(tmp_path / "real", {"2024": {"A": A, "B": B, "C": C}}, types=KINDS)
    assert made.value("enhed-b", "q") == made.value("enhed-a", "q") == ".."
    assert_safe(made)


def test_hundred_per_cent_of_a_group_of_four(tmp_path: Path) -> None:
    four = (0, 0, 0, 0, 4)
    rows = [level("enhed-b", four), level("enhed-b", four, stat="andel", value=1.0)]
    report = attacked(write(tmp_path / "p", rows), facts(TYPES))
    assert found(report, "enhed-b", "below_threshold")
    assert found(report, "enhed-b", "count")[0].high == 0
    made = real(tmp_path / "real", {"2024": {"A": A, "B": four, "C": C}}, types=KINDS)
    assert made.value("enhed-b", "q") == ".."
    assert_safe(made)


def test_mean_and_standard_deviation_of_a_few(tmp_path: Path) -> None:
    few = (1, 2, 2, 2, 1)
    bare = attacked(write(tmp_path / "bare", [whole("enhed-b", few)]), facts(TYPES))
    assert not bare.leaks
    report = attacked(write(tmp_path / "p", [whole("enhed-b", few, sd=sd(few))]), facts(TYPES))
    (leak,) = found(report, "enhed-b", "count")
    assert leak.high - leak.low < 3
    assert found(report, "enhed-b", "spread")
    made = real(tmp_path / "real", {"2024": {"A": LARGE, "B": few, "C": C}}, types=KINDS)
    levels = made.published.levels.set_index("group")
    assert levels.loc["enhed-b", "sd"].isna().all()
    assert levels.loc["kommune", "sd"].notna().any()
    assert_safe(made)


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
    first = {"A": (2, 3, 7, 8, 4), "B": (1, 2, 2, 2, 1), "C": C}
    made = real(tmp_path / "real", {"2020": first, "2024": first | {"A": full}}, types=KINDS, panel=True)
    rows = made.published.estimates.set_index("group")
    assert (rows.loc["enhed-a", "n_before"] - rows.loc["enhed-a", "n_after"] < 5).all()
    assert rows.loc["enhed-a", "n_paired"].isna().all()
    assert rows.loc["enhed-c", "n_paired"].notna().all()
    assert_safe(made)


def test_width_of_an_interval(tmp_path: Path) -> None:
    from scipy.special import stdtrit

    few = (1, 2, 2, 2, 1)
    half = float(stdtrit(7, 0.975)) * sd(few) / 8**0.5
    middle = round(mean(few))
    row = whole("enhed-b", few, ci_low=middle - half, ci_high=middle + half, df=7, clusters=8)
    report = attacked(write(tmp_path / "p", [row]), facts(TYPES))
    assert found(report, "enhed-b", "count")
    assert found(report, "enhed-b", "spread")
    made = real(tmp_path / "real", {"2024": {"A": LARGE, "B": few, "C": C}}, types=KINDS)
    levels = made.published.levels.set_index("group")
    assert levels.loc["enhed-b", ["se", "ci_low", "ci_high", "df"]].isna().all(axis=None)
    assert_safe(made)


def test_median_and_mean(tmp_path: Path) -> None:
    few = (4, 0, 0, 0, 5)
    plain = attacked(write(tmp_path / "plain", [whole("enhed-b", few)]), facts(TYPES))
    report = attacked(write(tmp_path / "p", [whole("enhed-b", few, median=100)]), facts(TYPES))
    assert not plain.leaks
    assert found(report, "enhed-b", "count")
    made = real(tmp_path / "real", {"2024": {"A": LARGE, "B": few, "C": C}}, types=KINDS)
    assert "median" not in made.published.levels
    assert_safe(made)


def test_parent_minus_child(tmp_path: Path) -> None:
    parent = together(A, B)
    rows = [level("type-x", parent, value=mean(parent)), level("enhed-a", A, value=mean(A)), level("enhed-b", B)]
    (leak,) = found(attacked(write(tmp_path / "p", rows), facts(TYPES)), "enhed-b", "mean")
    assert leak.low == pytest.approx(mean(B))
    rows[1] = level("enhed-a", A)
    assert not found(attacked(write(tmp_path / "q", rows), facts(TYPES)), "enhed-b", "mean")
    made = real(tmp_path / "real", {"2024": {"A": A, "B": B}}, types={"A": ("x",), "B": ("x",)})
    assert made.value("type-x", "q") != ".."
    assert made.value("enhed-a", "q") == made.value("enhed-b", "q") == ".."
    assert_safe(made)


def test_the_same_wave_twice_with_one_answer_more(tmp_path: Path) -> None:
    later = (*WHOLE[:4], WHOLE[4] + 1)
    first = write(tmp_path / "2023", [level("kommune", WHOLE, value=mean(WHOLE))], distribution("kommune", WHOLE))
    second = write(tmp_path / "p", [level("kommune", later, value=mean(later))], distribution("kommune", later))
    assert attacked(second, facts()).safe
    (leak, *_) = found(attacked(second, facts(), [first]), "kommune (late)")
    assert leak.n == 1
    first, few = {"A": A, "B": (1, 2, 2, 2, 1), "C": C}, (1, 3, 2, 2, 1)
    made = real(tmp_path / "real", {"2024": first | {"B": few}}, before=[{"2024": first}], types=KINDS)
    assert made.earlier
    assert_safe(made)


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
    answers = {name[-1].upper(): counts for name, counts in units.items()}
    places = {name[-1].upper(): (of[0][-1], of[1][-1]) for name, of in parents.items()}
    made = real(tmp_path / "real", {"2024": answers}, types=places)
    groups = set(made.published.levels["group"])
    assert {"type-x", "type-y", "omraade-n", "omraade-s"} <= groups
    # one product with the types, the other with the areas, both out of the one table
    shown = [product(tmp_path / f"{kind}.html", made, kind) for kind in ("type", "omraade")]
    assert_safe(made, shown)


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
    answers = {name[-1].upper(): counts for name, counts in units.items()}
    places = {name[-1].upper(): (of[0][-1], of[1][-1]) for name, of in parents.items()}
    made = real(tmp_path / "real", {"2024": answers}, types=places)
    assert made.value("enhed-b", "q") == ".."
    assert_safe(made)


def test_one_teacher_behind_thirty_children(tmp_path: Path) -> None:
    class_ = (2, 5, 10, 9, 4)
    row = level("enhed-a", class_, value=mean(class_))
    assert attacked(write(tmp_path / "p", [row], distribution("enhed-a", class_)), facts()).safe
    folder = write(tmp_path / "q", [row | {"people": 1}], distribution("enhed-a", class_))
    assert found(attacked(folder, facts()), "enhed-a", "below_threshold")[0].n == 1
    classes = {"A": class_, "B": LARGE, "C": C}
    made = real(tmp_path / "real", {"2024": classes}, raters={"A": "one"}, types=KINDS)
    assert made.value("enhed-a", "q") == ".."
    assert real(tmp_path / "many", {"2024": classes}, types=KINDS).value("enhed-a", "q") != ".."
    assert_safe(made)


def told(made: Real, group: str = "enhed-b") -> str:
    """What a product says of a group: its name, and the number that the gate let out."""
    return f"En skala, Huset {group[-1].upper()}: {made.value(group, 'skala')}"


LEAK = "En skala, Huset B: 56,3"
HIDDEN = {"A": A, "B": B, "C": C}


def test_a_figures_alt_text(tmp_path: Path) -> None:
    made = real(tmp_path / "real", {"2024": HIDDEN}, types=KINDS)
    page, drawing = tmp_path / "side.html", tmp_path / "fig.svg"
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>{}</title><text>Svar</text></svg>'
    page.write_text(f'<p>Figur</p><img src="fig.png" alt="{LEAK}">', encoding="utf-8")
    drawing.write_text(svg.format(LEAK), encoding="utf-8")
    for path in (page, drawing):
        (leak,) = found(made.attacked([path]), "enhed-b", "page")
        assert (leak.measure, leak.what) == ("skala", "56,3")
    page.write_text(f'<img src="fig.png" alt="{told(made)}; {told(made, "enhed-c")}">', encoding="utf-8")
    drawing.write_text(svg.format(told(made)), encoding="utf-8")
    assert_safe(made, [page, drawing])


def test_a_docxs_metadata(tmp_path: Path) -> None:
    made = real(tmp_path / "real", {"2024": HIDDEN}, types=KINDS)
    path = tmp_path / "rapport.docx"
    for place in ("docProps/core.xml", "docProps/custom.xml", "word/comments.xml", "word/header1.xml"):
        docx(path, {place: LEAK})
        assert found(made.attacked([path]), "enhed-b", "page")[0].what == "56,3", place
    docx(path, {"word/document.xml": ""}, table=[["Gruppe", "En skala"], ["Huset B", "56"]])
    assert found(made.attacked([path]), "enhed-b", "page")
    docx(path, {"docProps/core.xml": told(made)}, table=[["Gruppe", "En skala"], ["Huset B", ".."]])
    assert_safe(made, [path])


def test_an_xlsxs_hidden_sheet(tmp_path: Path) -> None:
    made = real(tmp_path / "real", {"2024": HIDDEN}, types=KINDS)
    path = tmp_path / "tal.xlsx"
    tidy = [["survey", "measure", "stat", "group", "wave", "value"], ["s", "skala", "score", "enhed-b", "2024", 56.25]]
    crossed = [["Måling", "Huset B"], ["En skala", 56.3]]
    for hidden in (tidy, crossed):
        xlsx(path, [["Fiktive data"]], hidden=hidden)
        assert found(made.attacked([path]), "enhed-b", "page"), hidden
    for place in ("comment", "name", "keywords"):
        xlsx(path, [["Fiktive data"]], **{place: LEAK})
        assert found(made.attacked([path]), "enhed-b", "page"), place
    xlsx(
        path,
        [["Måling", "Huset C"], ["En skala", made.value("enhed-c", "skala")]],
        hidden=[*tidy[:1], [*tidy[1][:5], ""]],
    )
    assert_safe(made, [path])


def test_a_row_count_in_an_explanation(tmp_path: Path) -> None:
    row = level("enhed-b", LARGE, reason="3 af 4 svarede ens")
    assert found(attacked(write(tmp_path / "p", [row]), facts()), "enhed-b", "explanation")
    code = level("enhed-b", LARGE, reason="under_30")
    assert not found(attacked(write(tmp_path / "q", [code]), facts()), "enhed-b", "explanation")
    made = real(tmp_path / "real", {"2024": {"A": A, "B": B, "C": C}}, types=KINDS)
    assert made.published.levels["suppressed"].any()
    assert not [leak for leak in made.attacked().leaks if leak.kind == "explanation"]
    assert_safe(made)
