"""Publications on disk: frozen, chained, append-only, and recognised again."""

from __future__ import annotations

import json
import lzma
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from evaluation.common.errors import EvaluationError
from evaluation.disclosure.published import TABLES, Published, save
from evaluation.plan.load import Workspace
from evaluation.plan.model import Disclosure
from evaluation.workflow.analysis import published_folder
from evaluation.workflow.publications import (
    FOLDER,
    MANIFEST,
    check_publications,
    load_publications,
    parts_of_name,
    read_manifests,
)
from evaluation.workflow.publishing import freeze, publish, verify
from evaluation.workflow.run import run
from tests.support.published import sample_published
from tests.support.sample import sample_workspace

DAY = date(2025, 6, 2)
POLICY = Disclosure()


def _codes(error: pytest.ExceptionInfo[EvaluationError]) -> list[str]:
    for lang in ("da", "en"):
        text = error.value.render(lang)
        assert "{" not in text
    return [problem.code for problem in error.value.problems]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with published tables and finished documents, nothing frozen yet."""
    _prepare(tmp_path, sample_published())
    return sample_workspace(tmp_path)


def _prepare(root: Path, published: Published, document: bytes = b"first") -> None:
    save(published, published_folder(root))
    product = root / "reports" / "midtvejsevaluering"
    product.mkdir(parents=True, exist_ok=True)
    (product / "_quarto.yml").write_text("project: {}\n", encoding="utf-8")
    output = root / "reports" / "_output" / "midtvejsevaluering"
    output.mkdir(parents=True, exist_ok=True)
    for suffix in ("html", "pdf", "docx"):
        (output / f"midtvejsevaluering.{suffix}").write_bytes(document + suffix.encode())


def _changed(published: Published) -> Published:
    return replace(published, levels=published.levels.assign(value=published.levels["value"] + 1))


def test_a_publication_holds_every_table_as_it_was(workspace: Workspace) -> None:
    made = freeze(workspace, "2025", DAY)
    assert made.new
    for name in TABLES:
        packed = lzma.decompress((made.folder / f"{name}.csv.xz").read_bytes())
        assert packed == (published_folder(workspace.root) / f"{name}.csv").read_bytes()
    (read,) = load_publications(workspace.root, check_publications(workspace.root, POLICY))
    published = sample_published()
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(read.published, name), getattr(published, name), check_dtype=False)
    assert (read.name, read.threshold) == ("2025", 5)
    (manifest,) = read_manifests(workspace.root)
    assert manifest.date == "2025-06-02"
    assert manifest.fictional
    assert len(manifest.documents) == 3
    assert not list((workspace.root / FOLDER).glob(".*"))


def test_the_same_content_again_is_no_new_publication(workspace: Workspace) -> None:
    first = freeze(workspace, "2025", DAY)
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.folder.iterdir()}
    again = freeze(workspace, "2025", date(2025, 9, 9), lambda: pytest.fail("nothing is left to check"))
    assert not again.new
    assert again.manifest == first.manifest
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in first.folder.iterdir()} == before


@pytest.mark.parametrize("what", ["tables", "midtvejsevaluering.pdf"])
def test_other_content_under_the_same_name_is_refused_and_told_where_to_go(workspace: Workspace, what: str) -> None:
    first = freeze(workspace, "2025", DAY)
    before = (first.folder / MANIFEST).read_bytes()
    if what == "tables":
        _prepare(workspace.root, _changed(sample_published()))
    else:
        (workspace.root / "reports/_output/midtvejsevaluering" / what).write_bytes(b"another")
    with pytest.raises(EvaluationError) as error:
        freeze(workspace, "2025", DAY)
    assert _codes(error) == ["publication-taken"]
    assert what in error.value.problems[0].found
    assert "evaluation publish 2025-r1" in error.value.render("da")
    assert (first.folder / MANIFEST).read_bytes() == before
    correction = freeze(workspace, "2025-r1", DAY)
    assert correction.manifest.previous == "2025"
    assert [one.name for one in read_manifests(workspace.root)] == ["2025", "2025-r1"]


@pytest.mark.parametrize("name", ["25", "2025-r0", "2025-1", "../2025", "2025/x", "", "2025-R1", "2025\n"])
def test_a_name_that_is_none(workspace: Workspace, name: str) -> None:
    assert parts_of_name(name) is None
    with pytest.raises(EvaluationError) as error:
        freeze(workspace, name, DAY)
    assert _codes(error) == ["publication-name"]


@pytest.mark.parametrize(("name", "needed"), [("2025-r1", "2025"), ("2024-r3", "2024-r2")])
def test_a_correction_of_nothing(workspace: Workspace, name: str, needed: str) -> None:
    with pytest.raises(EvaluationError) as error:
        freeze(workspace, name, DAY)
    assert _codes(error) == ["publication-order"]
    assert needed in error.value.render("en")


def _edit_table(folder: Path) -> None:
    text = lzma.decompress((folder / "levels.csv.xz").read_bytes())
    (folder / "levels.csv.xz").write_bytes(lzma.compress(text.replace(b"62.1", b"63.1")))


def _edit_manifest(folder: Path) -> None:
    text = (folder / MANIFEST).read_text(encoding="utf-8")
    (folder / MANIFEST).write_text(text.replace('"threshold": 5', '"threshold": 3'), encoding="utf-8")


def _edit_both(folder: Path) -> None:
    """Somebody who also puts the new hash into the manifest."""
    import hashlib

    _edit_table(folder)
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    manifest["files"]["levels.csv.xz"] = hashlib.sha256((folder / "levels.csv.xz").read_bytes()).hexdigest()
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (_edit_table, "publication-edited"),
        (_edit_manifest, "publication-chain"),
        (_edit_both, "publication-chain"),
        (lambda folder: (folder / "record.csv.xz").unlink(), "publication-edited"),
        (lambda folder: (folder / "ekstra.csv").write_text("x", encoding="utf-8"), "publication-unknown-file"),
        (lambda folder: (folder / MANIFEST).unlink(), "publication-incomplete"),
        (lambda folder: (folder / MANIFEST).write_text("[]", encoding="utf-8"), "publication-incomplete"),
        (lambda folder: folder.rename(folder.parent / "2019"), "publication-incomplete"),
        (shutil.rmtree, "publication-chain"),
    ],
)
def test_a_publication_edited_by_hand_stops_everything(
    workspace: Workspace, break_it: Callable[[Path], object], code: str
) -> None:
    first = freeze(workspace, "2024", DAY)
    _prepare(workspace.root, _changed(sample_published()), b"second")
    freeze(workspace, "2025", DAY)
    break_it(first.folder)
    for use in (
        lambda: check_publications(workspace.root, POLICY),
        lambda: freeze(workspace, "2026", DAY),
        lambda: verify(workspace.root, "2025"),
    ):
        with pytest.raises(EvaluationError) as error:
            use()
        assert code in _codes(error)


def test_a_publication_that_the_plan_names_is_missing(workspace: Workspace) -> None:
    freeze(workspace, "2025", DAY)
    assert check_publications(workspace.root, Disclosure(publications=("2025",)))
    with pytest.raises(EvaluationError) as error:
        check_publications(workspace.root, Disclosure(publications=("2025", "2023", "2024-r1")))
    assert _codes(error) == ["publication-missing", "publication-missing"]


@pytest.mark.parametrize("part", ["threshold", "protection"])
def test_a_policy_loosened_after_a_publication(workspace: Workspace, part: str) -> None:
    strict = workspace.plan.model_copy(update={"disclosure": Disclosure(threshold=8, protection=5)})
    _prepare(workspace.root, replace(sample_published(), meta={**sample_published().meta, "threshold": 8}))
    freeze(replace(workspace, plan=strict), "2024", DAY)
    check_publications(workspace.root, Disclosure(threshold=9, protection=5))
    with pytest.raises(EvaluationError) as error:
        check_publications(workspace.root, Disclosure(**{"threshold": 8, "protection": 5, part: 4}))
    assert _codes(error) == ["disclosure-loosened"]
    assert part in error.value.render("da")


@pytest.mark.parametrize("change", [{"exempt": ("stilling",)}, {"rare": "margin"}])
def test_a_grouping_or_rare_answers_no_longer_protected(workspace: Workspace, change: dict[str, object]) -> None:
    strict = workspace.plan.model_copy(update={"disclosure": Disclosure(rare="every")})
    freeze(replace(workspace, plan=strict), "2024", DAY)
    check_publications(workspace.root, Disclosure(rare="every"))
    with pytest.raises(EvaluationError) as error:
        check_publications(workspace.root, Disclosure.model_validate({"rare": "every", **change}))
    assert _codes(error) == ["disclosure-exempted"]


def test_the_accepted_quotes_are_frozen_too(workspace: Workspace) -> None:
    (published_folder(workspace.root) / "quotes.csv").write_text("text\nGod hverdag\n", encoding="utf-8")
    first = freeze(workspace, "2025", DAY)
    assert lzma.decompress((first.folder / "quotes.csv.xz").read_bytes()) == b"text\nGod hverdag\n"
    (published_folder(workspace.root) / "quotes.csv").write_text("text\nEn anden\n", encoding="utf-8")
    with pytest.raises(EvaluationError) as error:
        freeze(workspace, "2025", DAY)
    assert _codes(error) == ["publication-taken"]


def test_files_and_publications_are_recognised(workspace: Workspace, tmp_path: Path) -> None:
    made = freeze(workspace, "2025", DAY)
    whole = verify(workspace.root, "2025")
    assert (whole.name, whole.what, whole.files, whole.documents) == ("2025", "", len(TABLES) + 1, 3)
    output = workspace.root / "reports/_output/midtvejsevaluering/midtvejsevaluering.pdf"
    copy = tmp_path / "hentet fra nettet.pdf"
    shutil.copy(output, copy)
    assert verify(workspace.root, str(copy)).what == "midtvejsevaluering/midtvejsevaluering.pdf"
    assert verify(workspace.root, str(made.folder / "levels.csv.xz")).what == "levels.csv.xz"
    for name, content, code in (
        ("midtvejsevaluering.pdf", b"forged", "verify-changed"),
        ("andet.pdf", b"other", "verify-unknown"),
    ):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(EvaluationError) as error:
            verify(workspace.root, str(tmp_path / name))
        assert _codes(error) == [code]
    for target, code in (("2019", "publication-missing"), ("ingen.pdf", "file-not-found")):
        with pytest.raises(EvaluationError) as error:
            verify(workspace.root, target)
        assert _codes(error) == [code]


def test_a_table_with_columns_of_an_older_program_is_read(workspace: Workspace) -> None:
    from evaluation.workflow.publications import _with_columns

    source = published_folder(workspace.root) / "levels.csv"
    old = pd.read_csv(source, dtype=str, keep_default_na=False).drop(columns=["floor_share", "base"])
    text = _with_columns("levels", old.to_csv(index=False).encode())
    assert text.decode().splitlines()[0] == ",".join(TABLES["levels"])
    assert len(text.decode().splitlines()) == len(old) + 1


def test_publishing_needs_a_finished_run_and_leaves_the_workspace_up_to_date(demo_copy: Path) -> None:
    product = demo_copy / "reports" / "kort"
    product.mkdir()
    shutil.copy(demo_copy / "reports/resultatrapport/_quarto.yml", product)
    (product / "index.qmd").write_text("---\ntitle: Kort\n---\n\n{{< include _resultater/txt-svar.qmd >}}\n", "utf-8")
    plan = demo_copy / "evaluation.toml"
    text = plan.read_text(encoding="utf-8")
    at = text.index("[evaluation]") + len("[evaluation]")
    plan.write_text(f'{text[:at]}\nproducts = ["kort"]{text[at:]}', encoding="utf-8")
    with pytest.raises(EvaluationError) as error:
        publish(demo_copy, "2024")
    assert _codes(error) == ["publish-stale"]
    run(demo_copy, draft=True, engine="embedded")
    with pytest.raises(EvaluationError) as error:
        publish(demo_copy, "2024")
    assert _codes(error) == ["publish-stale"]
    run(demo_copy, engine="embedded")
    made = publish(demo_copy, "2024")
    assert made.new
    assert made.size < 3_000_000
    done = run(demo_copy, engine="embedded")
    assert not done.analysed
    assert done.rendered == {"kort": None}
    # the same answers analysed beside what was published give the same tables
    before = {p.name: p.read_bytes() for p in published_folder(demo_copy).iterdir()}
    (demo_copy / "data/processed/.state.json").unlink()
    assert run(demo_copy, engine="embedded").analysed
    assert {p.name: p.read_bytes() for p in published_folder(demo_copy).iterdir()} == before
    assert not publish(demo_copy, "2024").new
