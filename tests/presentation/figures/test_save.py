"""Files: real text, same bytes every time, drawn only when something changed."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from evaluation.presentation.figures.response_rates import ResponseRates
from evaluation.presentation.figures.save import DPI, figure_key, save_figure, save_figures
from tests.presentation.figures import samples
from tests.presentation.figures.samples import BRAND, HOSTILE, SAMPLES

SVG = "{http://www.w3.org/2000/svg}"


def one(label: str = "Medarbejdertrivsel") -> ResponseRates:
    rows = pd.DataFrame({"label": [label], "wave_label": ["2024"], "rate": [0.5], "invited": [66], "answered": [33]})
    return ResponseRates(rows)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sample saved in this process."""
    folder = tmp_path_factory.mktemp("figures")
    for name, make in SAMPLES.items():
        save_figure(make(), folder / f"fig-{name}", BRAND)
    return folder


@pytest.mark.parametrize("name", SAMPLES)
def test_svg_is_valid_has_real_text_and_nothing_that_runs(saved: Path, name: str) -> None:
    content = (saved / f"fig-{name}.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(content)
    texts = list(root.iter(f"{SVG}text"))
    drawn = {"".join(element.itertext()) for element in texts}
    canvas = SAMPLES[name]().layout(BRAND)
    expected = {mark["label"] for marks in canvas._marks.values() for mark in marks if "label" in mark}
    assert {text.replace("\u00a0", " ") for text in expected} <= {text.replace("\u00a0", " ") for text in drawn}
    assert all("font-family: 'Source Sans Pro'" in element.attrib["style"] for element in texts)
    assert not list(root.iter(f"{SVG}script"))
    assert "<dc:date>" not in content
    assert 'id="figure_1"' not in content


@pytest.mark.parametrize("name", SAMPLES)
def test_files_have_the_size_of_the_layout(saved: Path, name: str) -> None:
    canvas = SAMPLES[name]().layout(BRAND)
    png = (saved / f"fig-{name}.png").read_bytes()
    width, height = struct.unpack(">II", png[16:24])
    assert width == pytest.approx(canvas.width / 25.4 * DPI, abs=1)
    assert height == pytest.approx(canvas.height / 25.4 * DPI, abs=1)
    root = ElementTree.parse(saved / f"fig-{name}.svg").getroot()
    assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(canvas.width / 25.4 * 72, abs=0.01)


def test_other_processes_give_the_same_bytes(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evaluation.presentation.figures.save._PARALLEL_FROM", 2)
    told: list[tuple[int, int, str]] = []
    jobs = [(make(), tmp_path / f"fig-{name}") for name, make in SAMPLES.items()]
    results = save_figures(jobs, BRAND, workers=2, progress=lambda done, total, name: told.append((done, total, name)))
    assert [result.svg.stem for result in results] == [stem.name for _, stem in jobs]
    assert [step[:2] for step in told] == [(number + 1, len(jobs)) for number in range(len(jobs))]
    for name in SAMPLES:
        for ending in ("svg", "png"):
            file = f"fig-{name}.{ending}"
            assert (tmp_path / file).read_bytes() == (saved / file).read_bytes(), file


@pytest.mark.parametrize("workers", [1, 2])
def test_other_work_is_done_once_and_not_after_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr("evaluation.presentation.figures.save._PARALLEL_FROM", 2)
    happened: list[str] = []
    jobs = [(one(name), tmp_path / f"fig-{name}") for name in ("a", "b", "c")]
    for _ in range(2):
        save_figures(
            jobs, BRAND, cache=tmp_path / "cache", workers=workers,
            progress=lambda done, total, name: happened.append("figure"), meanwhile=lambda: happened.append("other"),
        )  # fmt: skip
    first, second = happened[:4], happened[4:]
    assert first == ["other", *["figure"] * 3] if workers == 2 else [*["figure"] * 3, "other"]
    assert second == [*["figure"] * 3, "other"]


def test_labels_are_data(tmp_path: Path) -> None:
    label = HOSTILE + " \x07</text><script>alert(1)</script> $\\frac{1}{2}$ ]]> &amp; 😀"
    found = save_figure(one(label), tmp_path / "fig", BRAND)
    root = ElementTree.parse(found.svg).getroot()
    words = " ".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))
    for part in (
        "<b>fed</b>",
        "$5 og $7",
        "{{< var",
        "</text><script>alert(1)</script>",
        "$\\frac{1}{2}$",
        "]]>",
        "&amp;",
    ):
        assert part in words.replace("- ", ""), part
    assert not list(root.iter(f"{SVG}script"))


def test_nothing_is_drawn_twice(tmp_path: Path) -> None:
    cache, stem = tmp_path / "cache", tmp_path / "fig"
    assert save_figure(one(), stem, BRAND, cache=cache).drawn
    first = stem.with_suffix(".svg").stat().st_mtime_ns
    again = save_figure(one(), stem, BRAND, cache=cache)
    assert not again.drawn
    assert stem.with_suffix(".svg").stat().st_mtime_ns == first
    assert (again.width, again.height) == one().size(BRAND)


def test_what_changed_is_drawn_again(tmp_path: Path) -> None:
    cache, stem = tmp_path / "cache", tmp_path / "fig"
    save_figure(one(), stem, BRAND, cache=cache)
    assert save_figure(one("Andet"), stem, BRAND, cache=cache).drawn
    other = replace(BRAND, colours={**BRAND.colours, "primary": "#333333"})
    assert save_figure(one("Andet"), stem, other, cache=cache).drawn
    stem.with_suffix(".png").write_bytes(b"spoiled")
    assert save_figure(one("Andet"), stem, other, cache=cache).drawn
    stem.with_suffix(".svg").unlink()
    assert save_figure(one("Andet"), stem, other, cache=cache).drawn
    (cache / "fig.json").write_text("{", encoding="utf-8")
    assert save_figure(one("Andet"), stem, other, cache=cache).drawn
    assert not save_figure(one("Andet"), stem, other, cache=cache).drawn


@pytest.mark.parametrize("name", SAMPLES)
def test_keys_follow_content(name: str) -> None:
    assert figure_key(SAMPLES[name](), BRAND) == figure_key(SAMPLES[name](), BRAND)
    keys = {figure_key(make(), BRAND) for make in SAMPLES.values()}
    assert len(keys) == len(SAMPLES)


def test_keys_see_small_differences() -> None:
    sample = samples.likert()
    rows = sample.rows.copy()
    rows.loc[0, "share"] += 1e-12
    changed = [replace(sample, rows=rows), replace(sample, hidden_text="x"), replace(sample, dont_know=None)]
    assert len({figure_key(figure, BRAND) for figure in [sample, *changed]}) == 4


def test_settings_of_matplotlib_stay_as_they_were(tmp_path: Path) -> None:
    import matplotlib as mpl
    from matplotlib import pyplot

    save_figure(one(), tmp_path / "warm", BRAND)
    before, open_figures = dict(mpl.rcParams), pyplot.get_fignums()
    save_figure(one("x"), tmp_path / "fig", BRAND)
    assert dict(mpl.rcParams) == before
    assert pyplot.get_fignums() == open_figures
