"""``evaluation publish`` and ``evaluation verify``: freeze what was handed out, and recognise it again."""

from __future__ import annotations

import json
import lzma
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from evaluation.codebook.model import Instrument
from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.files import hash_bytes, hash_file
from evaluation.plan.load import Workspace
from evaluation.workflow.analysis import TABLES, made_files, parts_of_analysis, published_folder
from evaluation.workflow.lock import workspace_lock
from evaluation.workflow.opening import open_workspace
from evaluation.workflow.publications import (
    FOLDER,
    MANIFEST,
    Manifest,
    chained,
    check_publications,
    parts_of_name,
    read_manifests,
)
from evaluation.workflow.quotes_state import quotes_problems
from evaluation.workflow.rendering import chosen, output_files, parts_of_render, parts_of_results
from evaluation.workflow.state import State, hash_mapping

_ENGINES = ("auto", "quarto", "embedded")


@dataclass(frozen=True, slots=True)
class Frozen:
    """A publication that stands.

    Attributes
    ----------
    manifest : Manifest
    folder : Path
    new : bool
        False when the same was published under this name before: nothing was written.
    size : int
        Bytes in the folder.
    """

    manifest: Manifest
    folder: Path
    new: bool
    size: int


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file or a name was recognised as.

    Attributes
    ----------
    name : str
        The publication.
    what : str
        ``PRODUCT/FILE`` of a document, the name of a file in the publication, or empty for all of it.
    date : str
    files, documents : int
        How many the manifest lists.
    """

    name: str
    what: str
    date: str
    files: int
    documents: int


def publish(root: Path, name: str, today: Callable[[], date] = lambda: datetime.now(UTC).date()) -> Frozen:
    """Freeze the published tables, the gate's record and the hashes of the finished documents.

    Parameters
    ----------
    root : Path
        The workspace.
    name : str
        ``YEAR``; ``YEAR-rN`` for the Nth correction of it.

    Raises
    ------
    EvaluationError
        ``publication-name``; ``publication-taken`` where other content was published under
        that name; ``publication-order`` for a correction without what it corrects;
        ``publish-stale`` where analysis or documents are missing, drafts or out of date;
        ``publish-quotes-stale`` where accepted quotes no longer fit the answers;
        everything of :func:`evaluation.workflow.publications.check_publications`.
    """
    if parts_of_name(name) is None:
        raise fail("publication-name", where=root / FOLDER, found=name)
    workspace, instruments = open_workspace(root)
    with workspace_lock(root):
        state = State(root)
        frozen = freeze(workspace, name, today(), lambda: _check_fresh(workspace, instruments, state))
        if frozen.new:
            # beside themselves these results stay as they are: no need to analyse again
            state.record("analyse", parts_of_analysis(workspace, instruments), *made_files(workspace))
        return frozen


def freeze(workspace: Workspace, name: str, day: date, check: Callable[[], None] = lambda: None) -> Frozen:
    """Write the publication ``name`` unless it stands already; ``check`` stops what may not be published.

    Raises
    ------
    EvaluationError
        As :func:`publish`.
    """
    root, parts = workspace.root, parts_of_name(name)
    if parts is None:
        raise fail("publication-name", where=root / FOLDER, found=name)
    manifests = check_publications(root, workspace.plan.disclosure)
    taken = next((one for one in manifests if one.name == name), None)
    if taken is None:
        _check_order(root, name, parts, {one.name for one in manifests})
    made = _manifest(workspace, name, day.isoformat())
    if taken is not None:
        return _again(root, taken, made, _next_name(parts[0], manifests))
    check()
    return _write(root, made, manifests)


def _check_order(root: Path, name: str, parts: tuple[str, int], known: set[str]) -> None:
    year, number = parts
    if number == 0:
        return
    needed = year if number == 1 else f"{year}-r{number - 1}"
    if needed not in known:
        raise fail("publication-order", where=root / FOLDER / name, found=name, needed=needed)


def _next_name(year: str, manifests: tuple[Manifest, ...]) -> str:
    numbers = [parts[1] for one in manifests if (parts := parts_of_name(one.name)) and parts[0] == year]
    return f"{year}-r{max(numbers, default=0) + 1}"


def _manifest(workspace: Workspace, name: str, day: str) -> Manifest:
    """What would be published now; without files and chain."""
    from evaluation import __version__

    folder = published_folder(workspace.root)
    tables = {table: folder / f"{table}.csv" for table in TABLES} | {path.name: path for path in _beside(folder)}
    if not all(path.is_file() for path in (*tables.values(), folder / "meta.json")):
        raise fail("publish-stale", where=folder, found="–", stage="analyse")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    policy = workspace.plan.disclosure
    return Manifest(
        name=name,
        previous="",
        date=day,
        files={},
        content=hash_mapping({table: hash_file(path) for table, path in tables.items()}),
        documents=_documents(workspace),
        rule_version=str(meta["rule_version"]),
        plan_sha256=str(meta.get("plan_sha256", workspace.plan_sha256)),
        program=f"evaluation {__version__}",
        threshold=int(meta["threshold"]),
        protection=policy.protection,
        rare=policy.rare,
        exempt=",".join(sorted(policy.exempt)),
        fictional=bool(meta.get("fictional", False)),
    )


def _beside(folder: Path) -> tuple[Path, ...]:
    """What else lies among the published tables and is handed out: the accepted quotes."""
    known = {"meta.json", *(f"{table}.csv" for table in TABLES)}
    return tuple(p for p in sorted(folder.glob("[!.]*")) if p.suffix in {".csv", ".json"} and p.name not in known)


def _documents(workspace: Workspace) -> dict[str, str]:
    products = chosen(workspace, ())
    files = {f"{name}/{path.name}": path for name in products for path in output_files(workspace.root, name)}
    return {name: hash_file(path) for name, path in sorted(files.items()) if path.is_file()}


def _again(root: Path, taken: Manifest, made: Manifest, following: str) -> Frozen:
    """The same content once more is no new publication; other content needs a name of its own."""
    folder = root / FOLDER / taken.name
    differs = ["tables"] if taken.content != made.content else []
    differs += sorted(n for n in {*taken.documents, *made.documents} if taken.documents.get(n) != made.documents.get(n))
    if differs:
        raise fail("publication-taken", where=folder, found=", ".join(differs), name=taken.name, following=following)
    return Frozen(taken, folder, new=False, size=_size(folder))


def _check_fresh(workspace: Workspace, instruments: Mapping[str, Instrument], state: State) -> None:
    """Only what the exports and the prose of today give may be frozen, and no draft."""
    root = workspace.root
    found = state.compare("analyse", parts_of_analysis(workspace, instruments), *made_files(workspace))
    if found.needed:
        raise fail("publish-stale", where=published_folder(root), found=", ".join(found.because), stage="analyse")
    problems = quotes_problems(workspace, instruments, state)
    for product in chosen(workspace, ()):
        results, outputs = parts_of_results(workspace, instruments, product), output_files(root, product)
        tried = [
            state.compare(f"render/{product}", parts_of_render(workspace, results, product, f"{engine} final"), outputs)
            for engine in _ENGINES
        ]
        best = min(tried, key=lambda one: len(one.because) if one.needed else 0)
        if best.needed:
            where = str(root / "reports" / "_output" / product)
            problems.append(Problem("publish-stale", where, ", ".join(best.because), {"stage": f"render {product}"}))
    if problems:
        raise EvaluationError(problems)


def _write(root: Path, made: Manifest, manifests: tuple[Manifest, ...]) -> Frozen:
    """Write the folder in one step: all of it or nothing."""
    base, source = root / FOLDER, published_folder(root)
    base.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=base, prefix=".new-"))
    try:
        files = {"meta.json": (source / "meta.json").read_bytes()}
        for table in TABLES:
            files[f"{table}.csv.xz"] = lzma.compress((source / f"{table}.csv").read_bytes(), preset=6)
        for path in _beside(source):
            packed = path.suffix == ".csv"
            content = path.read_bytes()
            files[f"{path.name}.xz" if packed else path.name] = lzma.compress(content, preset=6) if packed else content
        for name, content in files.items():
            (place / name).write_bytes(content)
        last = manifests[-1] if manifests else None
        whole = replace(
            made,
            previous=last.name if last else "",
            files={name: hash_bytes(content) for name, content in sorted(files.items())},
        )
        whole = replace(whole, chain=chained(whole, last.chain if last else ""))
        text = json.dumps(asdict(whole), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (place / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
        place.chmod(0o755)
        place.rename(base / made.name)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    return Frozen(whole, base / made.name, new=True, size=_size(base / made.name))


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def verify(root: Path, target: str) -> Verified:
    """Recognise a publication by its name, or a finished file by its content.

    Parameters
    ----------
    root : Path
        The workspace.
    target : str
        Name of a publication, or path of a file.

    Raises
    ------
    EvaluationError
        ``file-not-found``; ``verify-changed`` for a file named like one that was published but
        holding something else; ``verify-unknown`` for any other; and everything of
        :func:`evaluation.workflow.publications.read_manifests`.
    """
    manifests = read_manifests(root)
    named = next((one for one in manifests if one.name == target), None)
    if named is not None:
        return _verified(named, "")
    path = Path(target)
    if parts_of_name(target) is not None and not path.is_file():
        raise fail("publication-missing", where=root / FOLDER / target, found=target)
    if not path.is_file():
        raise fail("file-not-found", where=path)
    digest = hash_file(path)
    for one in reversed(manifests):
        for what, known in {**one.documents, **one.files}.items():
            if known == digest:
                return _verified(one, what)
    alike = [one.name for one in manifests if path.name in {Path(what).name for what in one.documents}]
    code = "verify-changed" if alike else "verify-unknown"
    listed = ", ".join(alike or (one.name for one in manifests)) or "–"
    raise fail(code, where=path, found=f"SHA-256 {digest[:12]}…", names=listed)


def _verified(manifest: Manifest, what: str) -> Verified:
    return Verified(manifest.name, what, manifest.date, len(manifest.files), len(manifest.documents))
