"""What lies in ``reports/_published``: read, checked against its hashes, never changed.

A publication is a folder ``YEAR`` (or ``YEAR-rN`` for the Nth correction) with the published
tables as ``TABLE.csv.xz``, ``meta.json`` and ``manifest.json``. The manifest holds a SHA-256 of
every file and of every document that was handed out, and is chained to the publication before
it, so that a file or a manifest that was edited, or a publication taken from the middle, is found.
"""

from __future__ import annotations

import io
import json
import lzma
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import EvaluationError, Problem
from evaluation.common.files import hash_bytes, hash_file, write_atomic
from evaluation.plan.model import Disclosure

if TYPE_CHECKING:
    from evaluation.disclosure.publications import Publication
    from evaluation.disclosure.published import Published

FOLDER = Path("reports/_published")
MANIFEST = "manifest.json"
_NAME = re.compile(r"(?P<year>[12]\d{3})(?:-r(?P<number>[1-9]\d?))?")
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a publication consists of.

    Attributes
    ----------
    name : str
        ``2025`` or ``2025-r1``.
    previous : str
        The publication before it, empty for the first.
    date : str
        Day of publication, ISO.
    files : mapping of str to str
        SHA-256 by file name in the folder.
    content : str
        One hash of the tables themselves, however they were packed.
    documents : mapping of str to str
        SHA-256 of each finished document, by ``PRODUCT/FILE``. The documents are handed out, not kept.
    rule_version, plan_sha256, program : str
    threshold, protection : int
    rare : str
        The policy's ``rare``.
    exempt : str
        Groupings that the policy exempts, with commas.
    fictional : bool
    chain : str
        Hash of this manifest and the chain before it.
    """

    name: str
    previous: str
    date: str
    files: Mapping[str, str]
    content: str
    documents: Mapping[str, str]
    rule_version: str
    plan_sha256: str
    program: str
    threshold: int
    protection: int
    rare: str
    exempt: str
    fictional: bool
    chain: str = ""
    version: int = field(default=_VERSION)


def parts_of_name(name: str) -> tuple[str, int] | None:
    """``("2025", 0)`` of ``2025``, ``("2025", 1)`` of ``2025-r1``; None where it is no name of a publication."""
    found = _NAME.fullmatch(name)
    return (found["year"], int(found["number"] or 0)) if found else None


def chained(manifest: Manifest, before: str) -> str:
    """The chain's hash after ``manifest``, where ``before`` is the chain so far."""
    content = {name: value for name, value in asdict(manifest).items() if name != "chain"}
    return hash_bytes((before + json.dumps(content, sort_keys=True, ensure_ascii=False)).encode())


def names(root: Path) -> tuple[str, ...]:
    """Names of the folders that are there, sorted."""
    return tuple(sorted(p.name for p in (root / FOLDER).glob("*") if p.is_dir() and not p.name.startswith(".")))


def read_manifests(root: Path) -> tuple[Manifest, ...]:
    """Every publication, oldest first, checked whole.

    Raises
    ------
    EvaluationError
        With everything that is wrong: ``publication-incomplete`` (no manifest, or one nobody can
        read), ``publication-edited`` (a file is not what the manifest says),
        ``publication-unknown-file``, ``publication-chain`` (a manifest was edited, or the
        publication before it is gone).
    """
    problems: list[Problem] = []
    found: dict[str, Manifest] = {}
    for name in names(root):
        folder = root / FOLDER / name
        made = _manifest(folder, problems)
        if made is not None:
            found[name] = made
            problems += _file_problems(folder, made)
    ordered = _in_order(root, found, problems)
    if problems:
        raise EvaluationError(problems)
    return ordered


def _manifest(folder: Path, problems: list[Problem]) -> Manifest | None:
    path = folder / MANIFEST
    if parts_of_name(folder.name) is None:
        problems.append(Problem("publication-name", str(folder), folder.name))
        return None
    try:
        made = Manifest(**json.loads(path.read_text(encoding="utf-8")))
        whole = made.name == folder.name and made.version == _VERSION and isinstance(made.files, dict)
    except (OSError, ValueError, TypeError) as error:
        problems.append(Problem("publication-incomplete", str(path), type(error).__name__))
        return None
    if not whole:
        problems.append(Problem("publication-incomplete", str(path), f"{made.name}, version {made.version}"))
        return None
    return made


def _file_problems(folder: Path, manifest: Manifest) -> list[Problem]:
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()} - {MANIFEST}
    problems = [
        Problem("publication-edited", str(folder / name), _short(hash_file(folder / name)), {"sha256": _short(digest)})
        for name, digest in sorted(manifest.files.items())
        if name in there and hash_file(folder / name) != digest
    ]
    problems += [
        Problem("publication-edited", str(folder / name), "–", {"sha256": _short(digest)})
        for name, digest in sorted(manifest.files.items())
        if name not in there
    ]
    problems += [
        Problem("publication-unknown-file", str(folder / name)) for name in sorted(there - set(manifest.files))
    ]
    return problems


def _short(digest: str) -> str:
    return f"{digest[:12]}…"


def _in_order(root: Path, found: Mapping[str, Manifest], problems: list[Problem]) -> tuple[Manifest, ...]:
    """Manifests along the chain; a problem for each that is not on it."""
    after = {manifest.previous: manifest for manifest in found.values()}
    ordered: list[Manifest] = []
    chain, name = "", ""
    while name in after and len(ordered) < len(found):
        manifest = after[name]
        chain = chained(manifest, chain)
        if manifest.chain != chain:
            problems.append(Problem("publication-chain", str(root / FOLDER / manifest.name / MANIFEST), manifest.name))
            return ()
        ordered.append(manifest)
        name = manifest.name
    for manifest in found.values():
        if manifest not in ordered:
            where = str(root / FOLDER / manifest.name / MANIFEST)
            problems.append(Problem("publication-chain", where, manifest.previous or "–"))
    return tuple(ordered)


def check_publications(root: Path, policy: Disclosure) -> tuple[Manifest, ...]:
    """Everything published so far, oldest first, checked against its hashes, the plan and the policy.

    Raises
    ------
    EvaluationError
        As :func:`read_manifests`; ``publication-missing`` for one that the plan names;
        ``disclosure-loosened`` where the policy protects less than a publication did.
    """
    manifests = read_manifests(root)
    known = {manifest.name for manifest in manifests}
    problems = [
        Problem("publication-missing", str(root / FOLDER / name), name)
        for name in policy.publications
        if name not in known
    ]
    for part in ("threshold", "protection"):
        strictest = max(manifests, key=lambda one: int(getattr(one, part)), default=None)
        if strictest is not None and getattr(policy, part) < getattr(strictest, part):
            values = {"part": part, "before": getattr(strictest, part), "name": strictest.name}
            texts = {name: str(value) for name, value in values.items()}
            problems.append(
                Problem("disclosure-loosened", str(root / "evaluation.toml"), str(getattr(policy, part)), texts)
            )
    problems += [problem for one in manifests for problem in _looser(root, policy, one)]
    if problems:
        raise EvaluationError(problems)
    return manifests


def _looser(root: Path, policy: Disclosure, manifest: Manifest) -> list[Problem]:
    """Where groupings are exempt, or rare answers shown, that a publication protected."""
    where, problems = str(root / "evaluation.toml"), []
    added = sorted(set(policy.exempt) - set(filter(None, manifest.exempt.split(","))))
    if added:
        texts = {"part": "exempt", "before": manifest.exempt or "–", "name": manifest.name}
        problems.append(Problem("disclosure-exempted", where, ", ".join(added), texts))
    if manifest.rare == "every" and policy.rare != "every":
        texts = {"part": "rare", "before": manifest.rare, "name": manifest.name}
        problems.append(Problem("disclosure-exempted", where, policy.rare, texts))
    return problems


def load_publications(root: Path, manifests: Sequence[Manifest]) -> tuple[Publication, ...]:
    """What was published, for the gate; heavy libraries are imported only where there is anything."""
    from evaluation.disclosure.publications import Publication

    return tuple(
        Publication(one.name, _tables(root / FOLDER / one.name), one.threshold, one.protection) for one in manifests
    )


def _tables(folder: Path) -> Published:
    """The published tables of a publication."""
    from evaluation.disclosure.published import META, TABLES, load

    with tempfile.TemporaryDirectory(prefix="published-") as name:
        place = Path(name)
        for table in TABLES:
            packed = folder / f"{table}.csv.xz"
            # a table that a later version of the program added was not published then
            text = lzma.decompress(packed.read_bytes()) if packed.is_file() else b""
            (place / f"{table}.csv").write_bytes(_with_columns(table, text))
        write_atomic(place / META, (folder / META).read_bytes())
        return load(place, "csv")


def _with_columns(table: str, text: bytes) -> bytes:
    """The csv with today's columns: those added since are empty, those given up are left out."""
    import pandas as pd

    from evaluation.disclosure.published import FLAGS, TABLES

    columns = list(TABLES[table])
    head = ",".join(columns).encode() + b"\n"
    if text.startswith(head) or not text:
        return text or head
    frame = pd.read_csv(io.BytesIO(text), dtype=str, keep_default_na=False)
    for column in set(columns) - set(frame.columns):
        frame[column] = "false" if column in FLAGS else ""
    return str(frame[columns].to_csv(index=False, lineterminator="\n")).encode()
