"""Colours: read, checked, and seen through other eyes."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.presentation.brand import VERDICT_ROLES, contrast, load_brand
from tests.presentation.figures.samples import BRAND, BRAND_FILE

# Machado, Oliveira and Fernandes (2009), severity 1.0, on linear RGB.
CVD = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]]
    ),
}
XYZ = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])


def lab(colour: str, matrix: np.ndarray = CVD["normal"]) -> np.ndarray:
    """CIE L*a*b* (D65) of a colour seen through ``matrix``."""
    rgb = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(matrix @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eyes", CVD)
def test_answer_colours_differ_for_every_kind_of_sight(eyes: str) -> None:
    seen = [lab(colour, CVD[eyes]) for colour in (*BRAND.answers, BRAND.colour("dont-know"))]
    # 12 in CIE76 is about five times the difference one can just see side by side.
    assert min(np.linalg.norm(one - other) for one, other in combinations(seen, 2)) > 12


@pytest.mark.parametrize("eyes", CVD)
@pytest.mark.parametrize("roles", [("before", "after"), ("better", "worse"), ("slightly-better", "slightly-worse")])
def test_opposites_differ_for_every_kind_of_sight(eyes: str, roles: tuple[str, str]) -> None:
    one, other = (lab(BRAND.colour(role), CVD[eyes]) for role in roles)
    assert np.linalg.norm(one - other) > 20


def test_answers_can_be_ordered_in_grey_print() -> None:
    grey = [lab(colour)[0] for colour in BRAND.answers]
    assert grey[0] < grey[1] < grey[2] > grey[3] > grey[4]
    # Also the two poles and their neighbours differ from each other, not only along the scale.
    assert min(abs(one - other) for one, other in combinations(grey, 2)) > 9
    assert min(abs(one - other) for one, other in pairwise(grey)) > 15


def test_before_is_lighter_than_after() -> None:
    assert lab(BRAND.colour("before"))[0] - lab(BRAND.colour("after"))[0] > 25


@pytest.mark.parametrize("count", range(1, 11))
def test_text_on_every_answer_colour_can_be_read(count: int) -> None:
    for fill in BRAND.scale(count):
        assert contrast(BRAND.text_on(fill), fill) >= 4.5


@pytest.mark.parametrize("role", [*VERDICT_ROLES.values(), "release", "muted", "before", "after", "dont-know"])
def test_text_on_filled_marks_can_be_read(role: str) -> None:
    assert contrast(BRAND.text_on(BRAND.colour(role)), BRAND.colour(role)) >= 4.5


@pytest.mark.parametrize("role", ["foreground", "muted", "primary", "secondary", "link", "release"])
def test_text_colours_can_be_read_on_paper(role: str) -> None:
    assert contrast(BRAND.colour(role), BRAND.colour("background")) >= 4.5


def test_no_verdict_is_told_by_red_against_green() -> None:
    for role in ("better", "slightly-better"):
        red, green, blue = (int(BRAND.colour(role)[start : start + 2], 16) for start in (1, 3, 5))
        assert blue >= green > red


def test_scale_keeps_poles_and_leaves_out_the_middle_of_even_scales() -> None:
    for count in range(2, 8):
        scale = BRAND.scale(count)
        assert (scale[0], scale[-1]) == (BRAND.answers[0], BRAND.answers[-1])
        assert len(set(scale)) == count
        assert (BRAND.answers[2] in scale) == (count % 2 == 1)
    assert BRAND.scale(5) == BRAND.answers
    with pytest.raises(ValueError, match="at least one"):
        BRAND.scale(0)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = BRAND_FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "_brand.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


def codes(path: Path) -> list[str]:
    with pytest.raises(EvaluationError) as caught:
        load_brand(path)
    assert caught.value.render("da")
    return [problem.code for problem in caught.value.problems]


def test_a_changed_colour_reaches_every_alias(tmp_path: Path) -> None:
    brand = load_brand(changed(tmp_path, 'answer-1: "#A94A1B"', 'answer-1: "#123456"'))
    assert brand.answers[0] == brand.colour("worse") == brand.colour("danger") == "#123456"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('    before: "#AE93E0"\n', "", "brand-colour-missing"),
        ('before: "#AE93E0"', "before: #AE93E0", "brand-colour-missing"),
        ('before: "#AE93E0"', 'before: "lilla"', "brand-colour-invalid"),
        ('before: "#AE93E0"', 'before: "#AE9"', "brand-colour-invalid"),
        ('before: "#AE93E0"', "before: 17", "brand-colour-invalid"),
        ('before: "#AE93E0"', "before: after\n    after: before", "brand-unreadable"),
        ("  primary: navy\n", "", "brand-colour-missing"),
        ('navy: "#1B2F52"', "navy: release", "brand-colour-circular"),
        ("color:", "color: [", "brand-unreadable"),
    ],
)
def test_bad_brands_are_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = changed(tmp_path, old, new)
    if code == "brand-unreadable" and "after: before" in new:
        # YAML lets the later of two equal keys win, so "after" keeps its colour.
        assert load_brand(path).colour("before") == load_brand(path).colour("after")
        return
    assert code in codes(path)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "_brand.yml"
    path.write_text("color:\n  palette: {}\ntypography:\n  fonts:\n    - source: file\n      files: [skrift.ttf]\n")
    found = codes(path)
    assert found.count("brand-colour-missing") > 20
    assert "brand-font-file" in found


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert codes(tmp_path / "_brand.yml") == ["brand-missing"]


def test_an_unknown_font_is_told(tmp_path: Path) -> None:
    path = changed(tmp_path, "family: Source Sans Pro", "family: Findes Ikke")
    assert codes(path) == ["brand-font-unknown"]
    with pytest.raises(EvaluationError, match="Findes Ikke"):
        load_brand(path)


FONTS = """typography:
  fonts:
    - family: Egen Skrift
      source: file
      files: [{files}]
  base:
    family: Egen Skrift"""


BOLD_ITALIC = "{path: e.ttf, weight: bold, style: italic}"
USUAL = "typography:\n  base:\n    family: Source Sans Pro"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ("{path: a.ttf}, {path: b-Bold.otf}", [(400, "normal"), (700, "normal")]),
        ("c-Semibold.ttf, a.ttf, d-BoldItalic.ttf", [(600, "normal"), (400, "normal"), (700, "italic")]),
        (
            "{path: a.ttf, weight: regular}, {path: e.ttf, weight: 700, style: italic}",
            [(400, "normal"), (700, "italic")],
        ),
    ],
)
def test_files_of_a_font_are_known_by_what_is_said_or_by_name(tmp_path: Path, files: str, expected: list) -> None:
    for name in ("a.ttf", "b-Bold.otf", "c-Semibold.ttf", "d-BoldItalic.ttf", "e.ttf"):
        (tmp_path / name).write_bytes(b"")
    path = changed(tmp_path, USUAL, FONTS.replace("{files}", files))
    brand = load_brand(path)
    assert brand.family == "Egen Skrift"
    assert [(face.weight, face.style) for face in brand.faces] == expected
    assert [face.path for face in brand.faces] == list(brand.font_files)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("family: Source Sans Pro", 'family: "Skrift\\"; } body { color: red"', "brand-font-name"),
        (
            "typography:\n  base:\n    family: Source Sans Pro",
            FONTS.replace("{files}", "a-Bold.ttf"),
            "brand-font-regular",
        ),
        ("typography:", "logo: findes-ikke.svg\ntypography:", "brand-logo-file"),
        ("typography:", "logo: _brand.yml\ntypography:", "brand-logo-file"),
        ("typography:", "logo: {medium: kun.svg}\ntypography:", "brand-logo-word"),
    ],
)
def test_bad_fonts_and_logos_are_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    (tmp_path / "a-Bold.ttf").write_bytes(b"")
    (tmp_path / "kun.svg").write_text("<svg/>", encoding="utf-8")
    assert codes(changed(tmp_path, old, new)) == [code]


def test_a_logo_is_named_as_quarto_names_it(tmp_path: Path) -> None:
    for name in ("l.svg", "l.png"):
        (tmp_path / name).write_bytes(b"")
    for block in ("logo: l.svg", "logo: {medium: l.svg}", "logo: {images: {os: {path: l.svg, alt: Os}}, small: os}"):
        logo = load_brand(changed(tmp_path, "typography:", f"{block}\ntypography:")).logo
        assert logo is not None
        assert (logo.path.name, logo.word.name, logo.alt) == ("l.svg", "l.png", "Os" if "alt" in block else "")
    assert load_brand(changed(tmp_path, "typography:", "typography:")).logo is None
