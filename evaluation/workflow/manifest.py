"""Raw data is evidence: ``data/processed/manifest.json`` remembers every export as first seen.

Entries are only ever added. A file that is not what its newest entry says is reported; an
import that goes on with it adds an entry and keeps the old one. Each entry carries a hash of
all before it, and the file ends in their number and a seal, so that an entry that was changed,
removed or cut off at the end is found. Raw files are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, hash_file, write_atomic

if TYPE_CHECKING:
    from evaluation.importing.export import SurveyExport

MANIFEST = Path("data/processed/manifest.json")
_VERSION = 2
# The first version had no seal; what adds to such a manifest seals it.
_UNSEALED = 1
#: Libraries behind the readers, by the beginning of the format's name.
_LIBRARIES = {
    "spss": ("pyreadstat", "polars-readstat"),
    "stata": ("pyreadstat",),
    "sas": ("pyreadstat",),
    "excel": ("openpyxl", "python-calamine"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One raw file as it was seen for the first time in this form.

    ``path`` is relative to the workspace with ``/`` where the file lies inside it; ``size`` in
    bytes; ``seen`` in UTC; ``reader`` the format; ``version`` of program and libraries;
    ``replaces`` the SHA-256 of the file's entry before this one; ``chain`` the hash of all
    entries up to this one.
    """

    path: str
    size: int
    sha256: str
    seen: str
    reader: str
    version: str
    replaces: str = ""
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """A raw file that is not what its newest entry says; ``gone`` where it is not there."""

    path: str
    seen: str
    gone: bool = False


def read_manifest(root: Path) -> tuple[Entry, ...]:
    """All entries, oldest first; none where there is no manifest yet.

    Raises
    ------
    EvaluationError
        ``manifest-damaged`` when it cannot be read, or an entry was changed, removed or cut off.
    """
    path = root / MANIFEST
    if not path.is_file():
        return ()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        entries = tuple(Entry(**entry) for entry in content["files"])
        told = None if content["version"] == _UNSEALED else (content["entries"], content["seal"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise fail("manifest-damaged", where=path, found=type(error).__name__) from None
    chain = ""
    for number, entry in enumerate(entries, 1):
        chain = _chain(chain, entry)
        if entry.chain != chain:
            raise fail("manifest-damaged", where=path, found=f"{number}: {entry.path}")
    if told is not None and told != (len(entries), _seal(entries)):
        raise fail("manifest-damaged", where=path, found=f"{len(entries)} / {told[0]}")
    return entries


def newest(entries: Iterable[Entry]) -> dict[str, Entry]:
    """The newest entry of each path."""
    return {entry.path: entry for entry in entries}


def changed(root: Path, paths: Iterable[str] | None = None) -> tuple[Changed, ...]:
    """Raw files that differ from their newest entry or are gone; of ``paths`` where given, else of all."""
    known = newest(read_manifest(root))
    wanted = known.keys() if paths is None else [path for path in paths if path in known]
    found = []
    for path in sorted(set(wanted)):
        entry, file = known[path], root / path
        if not file.is_file():
            found.append(Changed(path, entry.seen, gone=True))
        elif file.stat().st_size != entry.size or hash_file(file) != entry.sha256:
            found.append(Changed(path, entry.seen))
    return tuple(found)


def relative(root: Path, path: Path) -> str:
    """How the manifest names a file."""
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def record(
    root: Path, exports: Sequence[SurveyExport], now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> tuple[Entry, ...]:
    """Add an entry for every file behind ``exports`` that is new or has changed; returns those added.

    Raises
    ------
    EvaluationError
        ``manifest-damaged``: a damaged manifest is never written over.
    """
    entries = list(read_manifest(root))
    known = newest(entries)
    added: list[Entry] = []
    for export in exports:
        for file in export.files:
            path, digest = relative(root, file), hash_file(file)
            before = known.get(path)
            if before is not None and before.sha256 == digest:
                continue
            entry = Entry(
                path=path,
                size=file.stat().st_size,
                sha256=digest,
                seen=now().astimezone(UTC).isoformat(timespec="seconds"),
                reader=export.format,
                version=reader_version(export.format),
                replaces="" if before is None else before.sha256,
            )
            entry = Entry(**{**asdict(entry), "chain": _chain(entries[-1].chain if entries else "", entry)})
            entries.append(entry)
            added.append(entry)
            known[path] = entry
    if added:
        content = {
            "version": _VERSION,
            "files": [asdict(entry) for entry in entries],
            "entries": len(entries),
            "seal": _seal(entries),
        }
        write_atomic(root / MANIFEST, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
    return tuple(added)


def reader_version(form: str) -> str:
    """``evaluation 0.1.0, pyreadstat 1.3.7``: what reads files of a format."""
    from importlib.metadata import PackageNotFoundError, version

    from evaluation import __version__

    told = [f"evaluation {__version__}"]
    for name in _LIBRARIES.get(form.partition("-")[0], ()):
        try:
            told.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(told)


def _chain(before: str, entry: Entry) -> str:
    content = {name: value for name, value in asdict(entry).items() if name != "chain"}
    return hash_bytes((before + json.dumps(content, sort_keys=True, ensure_ascii=False)).encode())


def _seal(entries: Sequence[Entry]) -> str:
    """What stands below the last entry: a hash of their number and of the last one's chain."""
    return hash_bytes(f"{len(entries)} {entries[-1].chain if entries else ''}".encode())
