"""A product into ``reports/_output``: all formats or none, the user's folder untouched."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evaluation.common.errors import EvaluationError
from evaluation.common.files import hash_file
from evaluation.reporting import render as module
from evaluation.reporting.render import choose_engine, products, render_product
from tests.reporting.projects import workspace


def _state(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): hash_file(path) for path in sorted(folder.rglob("*")) if path.is_file()}


def test_all_three_files_and_nothing_else(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    before = _state(root / "reports" / "prove")
    steps: list[str] = []
    result = render_product(root, "prove", engine="embedded", progress=steps.append)
    output = root / "reports" / "_output" / "prove"
    assert sorted(path.name for path in output.iterdir()) == ["prove.docx", "prove.html", "prove.pdf"]
    assert result.files["pdf"].read_bytes().startswith(b"%PDF")
    assert result.engine == "embedded"
    assert "Typst" in result.engine_version
    assert result.engine_version.split(",")[0] in result.files["html"].read_text(encoding="utf-8")
    assert steps == ["prepare", "html", "pdf", "docx"]
    assert _state(root / "reports" / "prove") == before


def test_an_error_leaves_the_old_files(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    render_product(root, "prove", engine="embedded", formats=("html", "docx"))
    before = _state(root / "reports" / "_output")
    page = root / "reports" / "prove" / "index.qmd"
    page.write_text(page.read_text(encoding="utf-8") + "\nNyt, og se @fig-nej.\n", encoding="utf-8")
    with pytest.raises(EvaluationError):
        render_product(root, "prove", engine="embedded", formats=("html", "docx"))
    assert _state(root / "reports" / "_output") == before


def test_a_locked_file_leaves_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = workspace(tmp_path)
    first, second, third = (tmp_path / name for name in ("a.html", "a.pdf", "b/a.docx"))
    first.write_bytes(b"old")
    second.write_bytes(b"old")
    move = Path.replace

    def locked(self: Path, target: Path) -> Path:
        if Path(target) == second:
            raise PermissionError(13, "Permission denied", str(target))
        return move(self, target)

    monkeypatch.setattr(Path, "replace", locked)
    with pytest.raises(EvaluationError) as caught:
        module.place({first: b"new", second: b"new", third: b"new"})
    assert [problem.code for problem in caught.value.problems] == ["reporting-output-locked"]
    assert caught.value.problems[0].where == str(second)
    assert "Luk filen" in caught.value.render("da")
    assert first.read_bytes() == second.read_bytes() == b"old"
    assert not third.exists()
    assert not list(root.rglob("*.part"))


def test_a_draft_says_so_on_every_page(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    page = render_product(root, "prove", engine="embedded", formats=("html",), draft=True).files["html"]
    assert '<p class="udkast">Udkast</p>' in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"product": "nej"}, "reporting-product-unknown"),
        ({"formats": ("html", "odt")}, "reporting-format-unknown"),
        ({"engine": "word"}, "reporting-engine-unknown"),
    ],
)
def test_wrong_names_are_said_plainly(tmp_path: Path, arguments: dict[str, object], code: str) -> None:
    root = workspace(tmp_path)
    with pytest.raises(EvaluationError) as caught:
        render_product(root, **{"product": "prove", **arguments})  # type: ignore[arg-type]
    assert caught.value.problems[0].code == code
    assert "{" not in caught.value.render("da")


def test_styles_come_from_one_place(tmp_path: Path) -> None:
    root = workspace(tmp_path)
    reports = root / "reports"
    (reports / "midtvejsevaluering").mkdir()
    shutil.move(reports / "prove" / "_stil", reports / "midtvejsevaluering" / "_stil")
    assert products(root) == ["prove"]
    assert render_product(root, "prove", engine="embedded", formats=("pdf",)).files["pdf"].is_file()


def test_auto_takes_embedded_where_quarto_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    from evaluation.reporting import quarto

    monkeypatch.setattr(quarto, "find_quarto", lambda: None)
    assert choose_engine("auto")[0] == "embedded"
    with pytest.raises(EvaluationError):
        choose_engine("quarto")
    monkeypatch.setattr(quarto, "find_quarto", lambda: quarto.Quarto(Path("q"), "1.9.1"))
    assert choose_engine("auto") == ("quarto", "Quarto 1.9.1")
