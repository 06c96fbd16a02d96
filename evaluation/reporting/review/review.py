"""One call from a reviewed Word file to the list of what was said and changed in it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.reporting.embedded.engine import engine_version
from evaluation.reporting.prepare import write_support
from evaluation.reporting.render import copy_project, place, products
from evaluation.reporting.review.baseline import Baseline, baseline, read_word
from evaluation.reporting.review.changes import Trust, match, wishes
from evaluation.reporting.review.check import proven
from evaluation.reporting.review.fingerprint import hashes, stamp_of
from evaluation.reporting.review.judge import judge
from evaluation.reporting.review.model import Review, Stamp, Wish
from evaluation.reporting.review.package import open_package

Progress = Callable[[str], None]


def review_file(
    root: Path,
    file: Path,
    *,
    product: str = "",
    put_in: bool = False,
    only: Collection[int] = (),
    marks: Callable[[str], Mapping[str, str]] | None = None,
    progress: Progress | None = None,
) -> Review:
    """Comments and changes in ``file``, a Word file made from a product of the workspace ``root``.

    Parameters
    ----------
    product : str
        Which report it is; by default what the file itself says, or the one whose name it bears.
    put_in : bool
        Write the changes that can be put into the prose: all files or none.
    only : collection of int
        Numbers of the entries to put in; all that can be by default.
    marks : callable, optional
        Gives, for a product, the notes that a draft of it has behind claims that do not hold.

    Raises
    ------
    EvaluationError
        ``review-…`` for a file that cannot be reviewed; whatever is wrong with the project.
    """
    tell = progress or (lambda what: None)
    package = open_package(file)
    stamp = stamp_of(package.parts)
    name = _product(root, file, product or stamp.product)
    folder = root / "reports" / name
    with tempfile.TemporaryDirectory(prefix="evaluation-") as private:
        work = Path(private) / name
        tell("today")
        copy_project(folder, work)
        if not (work / "_resultater").is_dir():
            raise fail("review-not-rendered", where=folder, product=name)
        notes = marks(name) if marks and stamp.draft else None
        write_support(work, engine=stamp.engine or engine_version(), draft=bool(stamp.draft), marks=notes)
        today = baseline(work)
        tell("file")
        matched = match(read_word(package.data, work), today)
        prose, results = hashes(today.expanded)
        trust = _trust(stamp, prose, results)
        found = wishes(matched, package, trust)
        judge(today, found)
        tell("proof")
        texts = proven(today, found)
        chosen = [wish for wish in found if wish.entry.state == "ready"]
        if only:
            chosen = _chosen(found, only, file)
            texts = proven(today, chosen)
    if put_in and texts:
        _put_in(folder, today, texts, chosen)
    known_stamp = bool(stamp.prose)
    return Review(
        name, tuple(wish.entry for wish in found), known_stamp, known_stamp and stamp.prose != prose,
        known_stamp and stamp.results != results, trust.pieces, package.formatting, package.margins, texts,
    )  # fmt: skip


def _product(root: Path, file: Path, name: str) -> str:
    """The product ``name``; without a name the one that the file is called after, or the only one there is."""
    known = products(root)
    name = name or next((item for item in known if file.stem.startswith(item)), known[0] if len(known) == 1 else "")
    if name not in known:
        raise fail("review-product", where=file, found=name or "–", known=", ".join(known) or "–")
    return name


def _put_in(folder: Path, today: Baseline, texts: Mapping[str, str], chosen: Sequence[Wish]) -> None:
    """Write all files or none."""
    _unchanged(folder, {name: today.raw(name) for name in texts})
    place({folder / name: text.encode("utf-8") for name, text in texts.items()})
    for wish in chosen:
        if wish.entry.state == "ready":
            wish.entry = replace(wish.entry, state="applied")


def _trust(stamp: Stamp, prose: str, results: str) -> Trust:
    ours = stamp.engine.startswith("pandoc")
    return Trust(stamp.prose == prose, stamp.results == results, ours)


def _chosen(found: Sequence[Wish], only: Collection[int], file: Path) -> list[Wish]:
    """The wishes with these numbers.

    Raises
    ------
    EvaluationError
        ``review-number`` for each number that cannot be put in.
    """
    can = {wish.entry.number: wish for wish in found if wish.entry.state == "ready"}
    listed = ", ".join(str(number) for number in can) or "–"
    problems = [
        Problem("review-number", str(file), str(number), {"known": listed}) for number in sorted(set(only) - set(can))
    ]
    if problems:
        raise EvaluationError(problems)
    return [can[number] for number in sorted(only)]


def _unchanged(folder: Path, texts: Mapping[str, str]) -> None:
    """Somebody may have written in a chapter meanwhile: nothing of it is lost."""
    for name, text in texts.items():
        if (folder / name).read_bytes() != text.encode("utf-8"):
            raise fail("review-source-changed", where=folder / name)
