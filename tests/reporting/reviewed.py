"""The test project's Word file sent through review, and its chapters before and after."""

from __future__ import annotations

from pathlib import Path

from evaluation.reporting.review.model import Review
from evaluation.reporting.review.review import review_file
from tests.reporting.word import Word

FIRST, SECOND = "kapitler/01-resultater.qmd", "kapitler/02-fjendtlig.qmd"


def word(root: Path) -> Word:
    return Word((root / "reports" / "_output" / "prove" / "prove.docx").read_bytes())


def look(root: Path, changed: Word, **more) -> Review:
    return review_file(root, changed.save(root / "rettet.docx"), **more)


def chapter(root: Path, name: str = FIRST) -> str:
    return (root / "reports" / "prove" / name).read_text(encoding="utf-8")
