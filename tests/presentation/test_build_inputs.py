"""Other documents, other data and older files in the same build: what is asked for is made, and no piece breaks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import yaml

from evaluation.presentation.build import make_pieces
from evaluation.presentation.context import Context
from evaluation.presentation.variables import variables
from tests.presentation.built import GLOBAL, build
from tests.support.published import sample_published as published
from tests.support.sample import AWAITED, PARENTS, STAFF
from tests.support.sample import sample_instruments as instruments
from tests.support.sample import sample_workspace as workspace


def test_real_data_are_not_called_invented(tmp_path: Path) -> None:
    made = build(tmp_path, data=published(fictional=False))
    assert "iktiv" not in made.prose
    assert made.texts["txt-fiktive"].strip() == ""
    assert yaml.safe_load((made.project / "_variables.yml").read_text(encoding="utf-8"))["plan"]["fiktiv"] == "nej"


def test_awaited_and_unknown_surveys_say_so(tmp_path: Path) -> None:
    prose = (
        "{{< include _resultater/txt-ukendt-udvikling.qmd >}}\n\n{{< include _resultater/fig-ukendt-udvikling.qmd >}}"
    )
    made = build(tmp_path, prose=prose)
    assert "»ukendt« indgår ikke i denne evaluering" in made.texts["txt-ukendt-udvikling"]
    # The figure under it would only repeat the reason.
    assert made.texts["fig-ukendt-udvikling"].strip() == ""
    assert "endnu ingen svar" in made.texts[f"txt-{AWAITED}-hovedpointer"]


def test_references_only_to_what_the_document_includes(tmp_path: Path) -> None:
    made = build(tmp_path, prose="{{< include _resultater/txt-frisaettelse.qmd >}}")
    assert "@" not in made.texts["txt-frisaettelse"]
    assert "To regler er ophævet, mens to er fastholdt." in made.texts["txt-frisaettelse"]


def test_the_generic_document_reaches_every_survey(tmp_path: Path) -> None:
    made = build(tmp_path, prose="{{< include _resultater/alle-undersoegelser.qmd >}}")
    included = set(re.findall(r"_resultater/([\w-]+)\.qmd", made.texts["alle-undersoegelser"]))
    assert {f"fig-{STAFF}-udvikling", f"tbl-bilag-{PARENTS}", f"txt-{AWAITED}-hovedpointer"} <= included
    assert included <= set(made.texts)
    assert f"@fig-{STAFF}-udvikling" in made.texts[f"txt-{STAFF}-udvikling"]


def test_stale_files_go_and_those_of_reporting_stay(tmp_path: Path) -> None:
    made = build(tmp_path)
    (made.folder / "fig-gammel.svg").write_text("x", encoding="utf-8")
    (made.folder / "txt-gammel.qmd").write_text("x", encoding="utf-8")
    theirs = ("_metadata.yml", "brand.css", "reference.docx")
    for name in theirs:
        (made.folder / name).write_bytes(b"x")
    again = build(tmp_path)
    assert {path.name for path in again.report.removed} == {"fig-gammel.svg", "txt-gammel.qmd"}
    assert all((made.folder / name).is_file() for name in theirs)


def test_labels_of_users_cannot_break_a_piece(tmp_path: Path) -> None:
    nasty = '7. A|B {{< var x >}} @fig-x <b> $1$ `c` [x](y) -- »q« "r"'
    made = instruments()
    staff = made[STAFF]
    scales = tuple(
        scale.model_copy(update={"title": scale.title.model_copy(update={"da": nasty})}) for scale in staff.scales
    )
    items = tuple(item.model_copy(update={"text": item.text.model_copy(update={"da": nasty})}) for item in staff.items)
    made[STAFF] = staff.model_copy(update={"scales": scales, "items": items})
    ctx = Context(published(), workspace(tmp_path), made, "da")
    for piece in make_pieces(ctx):
        if piece.name != "alle-undersoegelser":
            assert "{{<" not in piece.text, piece.name
            assert "<b>" not in piece.text, piece.name
            assert not re.search(r"(?<!\\)@fig-x", piece.text), piece.name
    yaml.safe_load(variables(ctx))


def test_missing_columns_of_numbers_never_print_as_nan(tmp_path: Path) -> None:
    data = published()
    columns = ["se", "ci_low", "ci_high", "p_adjusted", "mdc80", "n_paired", "effect_size"]
    thin = data.estimates.assign(**{name: float("nan") for name in columns}, verdict="", reason="few_clusters")
    made = build(tmp_path, data=replace(data, estimates=thin))
    assert not re.search(r"\bnan\b", made.prose, re.IGNORECASE)
    assert "ikke testet" in made.texts[f"tbl-{STAFF}-udvikling"]
    assert "Ingen af ændringerne kan vurderes" in made.texts[f"txt-{STAFF}-udvikling"]


def test_empty_tables_still_give_every_piece(tmp_path: Path) -> None:
    data = published()
    empty = {
        name: getattr(data, name).iloc[:0]
        for name in ("estimates", "levels", "distributions", "response", "perceived", "scales", "record")
    }
    made = build(tmp_path, data=replace(data, **empty, meta={**data.meta, "sources": [], "imports": []}))
    assert set(GLOBAL) <= set(made.texts)
    assert "endnu ingen svar" in made.texts["txt-hovedresultater"]
    assert isinstance(data.estimates, pd.DataFrame)
