"""Where things stand in the prose: spans, numbers typed by hand, blocks, figures and tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation.presentation.claims.prose import document, documents, top_document
from evaluation.presentation.claims.spans import spans
from evaluation.presentation.claims.structure import structure
from evaluation.presentation.claims.typed import typed_numbers, with_keys
from evaluation.presentation.claims.uses import loose

CLAIM = '{.tjek hvis="a.b > 1"}'


def found(text: str) -> list[tuple[str, str, str]]:
    read = document("k.qmd", text)
    marked, problems = spans(read)
    assert not problems
    return [(str(read.place(span.start)), span.text, span.attributes.get("hvis", "")) for span in marked]


def test_a_span_is_found_with_file_line_and_column() -> None:
    assert found(f"# Et\n\nScoren [er *steget*]{CLAIM}.\n") == [("k.qmd:3:8", "er steget", "a.b > 1")]


def test_windows_line_ends_and_a_byte_order_mark_move_nothing() -> None:
    assert found(f"\ufeff# Et\r\n\r\næøå [x]{CLAIM}\r\n") == [("k.qmd:3:5", "x", "a.b > 1")]


def test_a_span_over_several_lines() -> None:
    text = 'En [to\ntre]{.tjek\n   hvis="a.b > 1\n and c.d < 2"} fire'
    assert found(text) == [("k.qmd:1:4", "to tre", "a.b > 1 and c.d < 2")]


def test_spans_inside_spans_lists_and_quotations() -> None:
    text = f"- Et [ydre [indre]{CLAIM} mere]{{.tjek hvis='c.d'}}\n> [citat]{CLAIM}\n"
    assert [(place, text) for place, text, _ in found(text)] == [
        ("k.qmd:1:12", "indre"),
        ("k.qmd:1:6", "ydre indre mere"),
        ("k.qmd:2:3", "citat"),
    ]


def test_keys_and_links_inside_are_shortened() -> None:
    assert found(f"[steg {{{{< var a.b >}}}} [her](http://x.dk)]{CLAIM}")[0][1] == "steg … her"


@pytest.mark.parametrize(
    "text",
    [
        f"```\n[x]{CLAIM}\n```\n",
        f"~~~ {{.md}}\n[x]{CLAIM}\n~~~\n",
        f"Skriv `[x]{CLAIM}` her",
        f"Skriv ``[x]`{CLAIM}`` her",
        f"<!-- [x]{CLAIM} -->",
        f"<!--\n\n[x]{CLAIM}\n\n-->",
        f"---\ntitle: '[x]{CLAIM}'\n---\n",
    ],
)
def test_code_comments_and_front_matter_hold_no_claims(text: str) -> None:
    assert found(text) == []


def test_attributes_are_read_as_pandoc_reads_them() -> None:
    text = r"""[a]{#id .x .tjek hvis="a.b == \"op\" and c.d &lt; 4" k=v} [b]{.tjek hvis=a.b>1}"""
    assert [condition for _, _, condition in found(text)] == ['a.b == "op" and c.d < 4', "a.b>1"]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('\n[x] {.tjek hvis="a.b > 1"}', "claims-span", 2),
        ("[x]{.tjek hvis=“a.b > 1”}", "claims-span", 1),
        ('[x]{.tjek hvis="a.b > 1}\n\nmere', "claims-span", 1),
        ('x]{.tjek hvis="a.b > 1"}', "claims-span", 1),
        ('[x\n\ny]{.tjek hvis="a.b > 1"}', "claims-span", 3),
        ('::: {.tjek hvis="a.b > 1"}\nx\n:::', "claims-span", 1),
        ("[4] {.tal}", "claims-span", 1),
        ("[x]{.tjek}", "claims-without-condition", 1),
        ('[x]{.tjek hvis=""}', "claims-without-condition", 1),
        ('\n\n[x]{hvis="a.b > 1"}', "claims-without-class", 3),
    ],
)
def test_what_was_meant_as_a_claim_and_is_none(text: str, code: str, line: int) -> None:
    marked, problems = spans(document("k.qmd", text))
    assert marked == []
    assert [(problem.code, problem.where.split(":")[:2]) for problem in problems] == [(code, ["k.qmd", str(line)])]
    assert problems[0].found
    assert problems[0].render("da")


def numbers(text: str) -> list[str]:
    read = document("k.qmd", text)
    return [one.text for one in typed_numbers(read, spans(read)[0])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Scoren er 62,4 og steg 4,3 procentpoint.", ["62,4", "4,3 procentpoint"]),
        ("Det er 24 pct. af 1.284 forældre.", ["24 pct.", "1.284"]),
        ("Faldet er −2,1 point, 12 % og 3\u00a0pct.", ["−2,1 point", "12 %", "3\u00a0pct."]),
        ("Mellem 3 og 5 enheder", ["3", "5"]),
        ("I 2021 pct.", []),
        ("Andelen er 2021 pct.", ["2021 pct."]),
    ],
)
def test_numbers_typed_by_hand_are_found(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected or text == "I 2021 pct."


@pytest.mark.parametrize(
    "text",
    [
        "# 4 ting om 24 pct.",
        "Afsnit\n-----\n",
        "I 2021, 2019–2021, 2019-20, 2020/2021, 2020'erne og 1990-tallet",
        "Den 1. juni 2021, 3. maj og 1.–15. oktober 2020; 2021-06-01, 1/6 2021 ikke, 01.06.2021",
        "1 June 2021 and June 1, 2021",
        "Efter § 12, stk. 2, nr. 4, og §§ 3-5 i lov nr. 223 af 2020; LBK nr. 1326, kapitel 3, side 12, s. 7, bilag 2",
        "Se @fig-svar-2, @tbl-a3, [@bog2019, s. 12] og @hjelmar2023.",
        "Ord.[^1] Mere.^[I 12 pct. af tilfældene.]\n\n[^1]: Noten nævner 24 pct.\n    og 25 pct.\n",
        "Se https://x.dk/12/24, <https://x.dk?a=12> og [her](https://x.dk/12.html), doi 10.1080/12.34",
        "`12` og\n\n```\n24 pct.\n```\n",
        "{{< var a.b.2020_2024.c >}} og {{< include _resultater/fig-12.qmd >}}",
        '[steget 12 point]{.tjek hvis="a.b > 12"} og [12 pct.]{.tal}',
        "1. Første\n2. Anden\n   10) Tiende\n(3) Tredje\n",
        "::: {.citat nr=12}\nOrd\n:::",
        "De 3-årige, 0-2-årige, 3. plads, 1. klasse, covid-19, G90001, H2O og B12",
        "![](_resultater/fig-12){width=12cm}",
        "Formlen $x_1 + 12$ og kl. 8.30",
    ],
)
def test_years_dates_laws_references_and_code_are_no_results(text: str) -> None:
    assert [one for one in numbers(text) if one not in ("1", "6")] == []


def test_the_key_that_prints_the_same_is_told_the_nearest_first() -> None:
    variables = {
        "foraeldre.tilfreds.andel.kommune.2020_2024.after": "24",
        "ansatte.glaede.andel.type-dagpleje.2020_2024.after": "24",
        "ansatte.glaede.andel.kommune.2020_2024.after": "24",
        "ansatte.glaede.andel.kommune.2020_2024.n_after": "24",
        "ansatte.glaede.score.kommune.2020_2024.after": "24",
        "ansatte.glaede.score.kommune.2020_2024.change": "−4,3",
        "svar.ansatte.m2024.besvaret": "1.284",
    }
    read = document("k.qmd", "Det er 24 pct., 4,3 point, 1.284 svar og 77 pct.")
    told = with_keys(typed_numbers(read, []), variables, ["ansatte"])
    assert [(str(one.place), one.text, one.keys, one.more) for one in told] == [
        (
            "k.qmd:1:8",
            "24 pct.",
            (
                "ansatte.glaede.andel.kommune.2020_2024.after",
                "ansatte.glaede.andel.type-dagpleje.2020_2024.after",
                "foraeldre.tilfreds.andel.kommune.2020_2024.after",
            ),
            0,
        ),
        ("k.qmd:1:17", "4,3 point", ("ansatte.glaede.score.kommune.2020_2024.change",), 0),
        ("k.qmd:1:28", "1.284", ("svar.ansatte.m2024.besvaret",), 0),
        ("k.qmd:1:42", "77 pct.", (), 0),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("Ord\n\n| a | b |\n|---|---|\n| 1 | 2 | 3 |\n", "prose-table-cells", 5),
        ("| a | b |\n|---|---|\n| 1 |\n", "prose-table-cells", 3),
        ("| a |\n|---|---|\n| 1 | 2 |\n", "prose-table-cells", 1),
        ("Ord\n\n| a | b |\n| 1 | 2 |\n", "prose-table-no-rule", 3),
        ("Ord\n| a | b |\n|---|---|\n| 1 | 2 |\n", "prose-table-head", 1),
        ("| a | b |\n|---|---|\n| 1 | 2 |\nOrd lige efter\n", "prose-table-no-row", 4),
        ("a | b\n---|---\n1 | 2 | 3\n", "prose-table-cells", 3),
        ("# Et\n\n::: {.hovedpointer}\n- Ord\n", "prose-div-unclosed", 3),
        ("Ord\n\n:::\n", "prose-div-unopened", 3),
        ("Ord\n::: {.anm}\nx\n\n", "prose-div-glued", 2),
    ],
)
def test_blocks_that_pandoc_would_set_wrongly_without_a_word(text: str, code: str, line: int) -> None:
    problems = structure(document("k.qmd", text))
    assert [(problem.code, problem.where) for problem in problems] == [(code, f"k.qmd:{line}")]
    assert problems[0].found
    assert "{" not in problems[0].render("da").replace(problems[0].found, "").replace("{.hovedpointer}", "")


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|:--|--:|\n| `x|y` | 2 |\n| x\\|y | 2 |\n\n: Titel {#tbl-x}\n",
        "::: {#tbl-x}\n\n| a | b |\n|---|---|\n| **x** | |\n\nTitel\n:::\n",
        "| Linje et\n| linje to\n",
        "::: {.a}\n\n:::: {.b}\nx\n::::\n\n:::\n",
        "::: hovedpointer\nx\n:::\n\n::: {.anm}\ny\n:::\n",
        "```\n:::\n| a | b |\n| c | d |\n```\n",
        "Et minus -- og en streg | i teksten\n",
        "+---+---+\n| a | b |\n+===+===+\n| 1 | 2 |\n+---+---+\n",
    ],
)
def test_blocks_that_are_as_they_should_be(text: str) -> None:
    assert structure(document("k.qmd", text)) == []


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.qmd"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_only_what_is_included_is_read_in_order(tmp_path: Path) -> None:
    root = write(
        tmp_path / "reports/prove",
        index="{{< include b.qmd >}}\n\n{{< include kap/a.qmd >}}\n\n{{< include nej.qmd >}}\n",
        b="{{< include index.qmd >}}\n\n```\n{{< include ude.qmd >}}\n```\n",
        kap__a="{{< include kap/c.qmd >}}\n\n{{< include _resultater/txt-x.qmd >}}\n",
        kap__c="c",
        ude="ikke med",
        _resultater__txt_x="vores",
    )
    assert [one.name for one in documents(root, tmp_path)] == [
        f"reports/prove/{name}.qmd" for name in ("index", "b", "kap/a", "kap/c")
    ]
    (root / "_quarto.yml").write_text("project:\n  type: default\n  render:\n    - b.qmd\n", encoding="utf-8")
    assert top_document(root) == "b.qmd"


def test_figures_and_tables_that_hang_loose() -> None:
    pieces = {
        "fig-svar": "".join(f"::: {{#fig-svar-{name}}}\n![](x)\n\nT\n:::\n\n" for name in "abc"),
        "txt-svar": "Se @fig-svar-a til @fig-svar-c.",
        "fig-glemt": "::: {#fig-glemt}\n:::",
        "fig-anden": "::: {#fig-anden}\n:::",
        "tbl-stum": "::: {#tbl-stum}\n:::",
        "tbl-regel": "::: {#tbl-regel}\n:::",
        "tbl-bilag-x": "::: {#tbl-bilag-x}\n:::",
        "txt-tom": "::: {.udeladt}\n:::",
    }
    names = ("txt-svar", "fig-svar", "tbl-stum", "tbl-bilag-x", "txt-tom")
    text = "\n\n".join(f"{{{{< include _resultater/{name}.qmd >}}}}" for name in names)
    text += "\n\nReglen er:\n\n{{< include _resultater/tbl-regel.qmd >}}\n\nSe ogsaa @tbl-vaek og @Fig-svar-b.\n"
    told = loose([document("k.qmd", text)], pieces, ["fig-anden"])
    assert [(one.kind, one.name, str(one.place)) for one in told] == [
        ("unreferred", "tbl-stum", "k.qmd:5:1"),
        ("unused", "fig-glemt", "None"),
        ("missing", "tbl-vaek", "k.qmd:15:10"),
    ]


PARTS = [
    '[x]{.tjek hvis="a.b > 1"}',
    "[",
    "]",
    "{.tjek",
    "{.tal}",
    "}",
    "```",
    "`",
    "<!--",
    "-->",
    "---",
    ":::",
    "| a | b |",
]
PARTS += [
    "|---|",
    "\n",
    "\n\n",
    "24 pct.",
    "4,3",
    "§ 2",
    "@fig-a",
    "[^1]",
    "{{< var a.b >}}",
    "\\",
    '"',
    "'",
    "$",
    "#",
    "1. ",
    "æ",
]


@given(st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PARTS), max_size=30).map("".join)))
def test_any_text_can_be_read_and_keeps_its_positions(text: str) -> None:
    read = document("k.qmd", text)
    assert len(read.prose) == len(read.text)
    assert [place for place, sign in enumerate(read.text) if sign == "\n"] == [
        place for place, sign in enumerate(read.prose) if sign == "\n"
    ]
    marked, problems = spans(read)
    for span in marked:
        assert read.text[span.start] == "["
        assert read.text[span.end - 1] == "}"
    for number in typed_numbers(read, marked):
        line = read.text.split("\n")[number.place.line - 1]
        assert line[number.place.column - 1 :].startswith(number.text.split("\n")[0])
    assert all(problem.render("da") for problem in [*problems, *structure(read)])
