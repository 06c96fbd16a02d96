from __future__ import annotations

import json
import subprocess

import pytest

from evaluation.presentation.figures.fonts import measure
from evaluation.presentation.tables import TEXT_WIDTH, Column, Table, number_column, text_width


def _pandoc(text: str) -> list[dict[str, object]]:
    import pypandoc

    command = [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "json"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)
    return list(json.loads(done.stdout)["blocks"])


def test_widths_and_alignment_reach_pandoc() -> None:
    table = Table((Column("Skala", 60), number_column("2020", 20), number_column("2024", 20)), (("A", "1,0", "2,0"),))
    (block,) = _pandoc(table.render())
    assert block["t"] == "Table"
    specs = block["c"][2]  # type: ignore[index]
    assert [spec[0]["t"] for spec in specs] == ["AlignLeft", "AlignRight", "AlignRight"]
    widths = [spec[1]["c"] for spec in specs]
    assert sum(widths) == pytest.approx(1, abs=0.02)
    assert widths[0] == pytest.approx(0.6, abs=0.02)


def test_a_short_row_is_a_heading() -> None:
    table = Table((Column("A", 50), Column("B", 50)), (("Tema",), ("x", "y")))
    assert "| **Tema** |  |" in table.render()


@pytest.mark.parametrize("cell", ["a|b", "a\nb"])
def test_cells_that_would_break_the_table_are_refused(cell: str) -> None:
    with pytest.raises(AssertionError):
        Table((Column("A", 50),), ((cell,),)).render()


def test_the_bound_on_widths_holds_for_the_font() -> None:
    letters = "abcdefghijklmnopqrstuvwxyzæøåéABCDEFGHIJKLMNOPQRSTUVWXYZÆØÅ0123456789.,:;-–−+±/%()»«†‡ "
    for letter in letters:
        assert measure(letter, 9.0, 600) <= text_width(letter), letter
    word = "Pædagogmedhjælper"
    assert measure(word, 9.0, 600) <= text_width(word) < 1.15 * measure(word, 9.0, 600)


def test_a_column_gets_the_room_its_words_need() -> None:
    narrow = Table((Column("Skala", 80), number_column("Pædagogmedhjælper", 5)), (("Tillid", "+1,0"),))
    first, second = narrow.widths()
    assert second >= measure("Pædagogmedhjælper", 9.0, 600) + 3.5
    assert first + second == pytest.approx(TEXT_WIDTH)
    roomy = Table((Column("Skala", 60), number_column("2020", 40)), (("Tillid", "+1,0"),))
    assert roomy.widths() == pytest.approx([0.6 * TEXT_WIDTH, 0.4 * TEXT_WIDTH])


def test_numbers_stay_on_one_line_and_headings_do_not_count() -> None:
    table = Table((Column("A", 90), number_column("n", 2)), (("Et meget langt tema her",), ("x", "1.404 / 1.390")))
    assert table.widths()[1] >= measure("1.404 / 1.390", 9.0, 400) + 3.5
    assert table.least_widths()[0] < 20


def test_more_than_the_line_holds_is_shared_out() -> None:
    table = Table(tuple(Column("Pædagogmedhjælper", 10) for _ in range(8)), ())
    assert sum(table.least_widths()) > TEXT_WIDTH
    assert sum(table.widths()) == pytest.approx(TEXT_WIDTH)


def test_commas_stand_below_each_other() -> None:
    rows = (("A", "+5,2"), ("B", "\N{MINUS SIGN}4"), ("C", "1.404"), ("D", ".."), ("E", "0,81"), ("Tema",))
    text = Table((Column("Skala", 60), number_column("Ændring", 30)), rows).render()
    cells = [line.split("|")[2][1:-1] for line in text.splitlines()[2:]]
    assert cells == ["+5,2\u2007", "\u22124\u00a0\u2007\u2007", "1.404\u00a0\u2007\u2007", "..", "0,81", ""]


def test_numbers_with_equal_decimals_and_words_are_left_alone() -> None:
    rows = (("1,5", "12", "3,1 til 9,5"), ("2", "7", "\N{MINUS SIGN}1,0 til 2,0"))
    text = Table((Column("A", 30), number_column("n", 20), number_column("KI", 40)), rows).render()
    assert text.splitlines()[2:] == ["| 1,5 | 12 | 3,1 til 9,5 |", "| 2 | 7 | \N{MINUS SIGN}1,0 til 2,0 |"]


def test_a_mark_of_a_note_hangs_outside_the_number() -> None:
    text = Table((Column("A", 30), number_column("2024", 20)), (("x", "33\\*"), ("y", "12"))).render()
    assert text.splitlines()[2:] == ["| x | 33\\* |", "| y | 12\u00a0 |"]
