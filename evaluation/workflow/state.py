"""What each stage was made from, kept beside the workspace's data as hashes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evaluation.common.files import hash_bytes, hash_file, write_atomic

_PACKAGE = Path(__file__).resolve().parent.parent
#: Name of the part that stands for what a stage wrote.
MADE = "finished files"
_STATE = Path("data/processed/.state.json")


@cache
def code_hash(*folders: str) -> str:
    """Hash of the package's source in ``folders``: a changed rule makes its results stale."""
    return hash_bytes("\n".join(line for folder in folders for line in _source(folder)).encode())


@cache
def _source(folder: str) -> tuple[str, ...]:
    """Name and hash of each file of the package's source in ``folder``: several stages rest on the same."""
    paths = sorted((_PACKAGE / folder).rglob("*"))
    kinds = {".py", ".toml", ".typ", ".css"}
    return tuple(f"{path.relative_to(_PACKAGE).as_posix()} {hash_file(path)}" for path in paths if path.suffix in kinds)


def hash_files(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Hash by path relative to ``root``, sorted."""
    return {path.relative_to(root).as_posix(): hash_file(path) for path in sorted(paths)}


def hash_mapping(parts: Mapping[str, str]) -> str:
    """One hash of named parts."""
    return hash_bytes(json.dumps(dict(parts), sort_keys=True).encode())


def _made(outputs: Iterable[Path]) -> str:
    """One hash of files, and of folders with all that is in them but hidden files."""
    lines = []
    for output in outputs:
        inside = sorted(output.rglob("*")) if output.is_dir() else [output]
        names = {path.relative_to(output.parent): path for path in inside if path.is_file()}
        shown = {name: path for name, path in names.items() if not any(part.startswith(".") for part in name.parts)}
        lines += [f"{name.as_posix()} {hash_file(path)}" for name, path in shown.items()]
    return hash_bytes("\n".join(lines).encode())


@dataclass(frozen=True, slots=True)
class Stale:
    """Whether a stage must run again, and the names of the parts that changed."""

    stage: str
    needed: bool
    because: tuple[str, ...]


class State:
    """Parts each finished stage was made from.

    Parameters
    ----------
    root : Path
        The workspace.
    """

    def __init__(self, root: Path) -> None:
        self._path = root / _STATE
        try:
            read = json.loads(self._path.read_text(encoding="utf-8"))
            self._stages: dict[str, dict[str, str]] = {str(k): dict(v) for k, v in read.items()}
        except (OSError, ValueError, AttributeError, TypeError):
            # a missing or damaged state only means that everything is made again
            self._stages = {}

    def compare(
        self, stage: str, parts: Mapping[str, str], outputs: Iterable[Path] = (), perhaps: Iterable[Path] = ()
    ) -> Stale:
        """Whether ``stage`` must run: a part differs, was added or removed, or an output is gone.

        Outputs that :meth:`record` was told of must also be as they were left; those in ``perhaps``
        as well, but the stage does not always make them.
        """
        known = self._stages.get(stage)
        outputs = tuple(outputs)
        missing = tuple(path.name for path in outputs if not path.exists())
        if known is None:
            return Stale(stage, True, ("new",))
        if MADE in known:
            parts = {**parts, MADE: known[MADE] if missing else _made((*outputs, *perhaps))}
        changed = tuple(sorted(name for name in {*known, *parts} if known.get(name) != parts.get(name)))
        return Stale(stage, bool(changed or missing), changed + missing)

    def record(
        self, stage: str, parts: Mapping[str, str], outputs: Iterable[Path] = (), perhaps: Iterable[Path] = ()
    ) -> None:
        """Remember what ``stage`` was made from and what ``outputs`` hold; call it after the outputs stand.

        A file or folder named in ``outputs`` that somebody damages or edits makes the stage
        stale, so that a run mends it.
        """
        outputs = (*outputs, *perhaps)
        self._stages[stage] = {**parts, **({MADE: _made(outputs)} if outputs else {})}
        write_atomic(self._path, json.dumps(self._stages, indent=1, sort_keys=True, ensure_ascii=False) + "\n")

    def forget(self, keep: Iterable[str], prefix: str) -> tuple[str, ...]:
        """Drop stages that begin with ``prefix`` and are not in ``keep``; returns their names."""
        kept = set(keep)
        gone = tuple(name for name in self._stages if name.startswith(prefix) and name not in kept)
        for name in gone:
            del self._stages[name]
        return gone
