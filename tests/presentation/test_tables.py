from __future__ import annotations

import json
import subprocess

import pytest

from evaluation.presentation.tables import Column, Table, number_column


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
