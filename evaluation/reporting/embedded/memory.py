"""What the last render of a product left behind so that the next one waits less.

Nothing in it decides what a document says: citations and tables are kept by the hash of everything they are made from,
and the Typst source only lets Typst lay out, while pandoc is still reading, what has probably not changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from evaluation.common.errors import EvaluationError
from evaluation.common.files import write_atomic

_SOURCE, _CITED = "main.typ", "cited"


class Memory:
    """One product's memory.

    Parameters
    ----------
    folder : Path or None
        Where it lies, made when there is something to keep; None: nothing is remembered.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._layout: Future[None] | None = None
        self._threads: ThreadPoolExecutor | None = None

    def start_layout(self, work: Path) -> None:
        """Lay out the last source again beside other work: Typst keeps what it made while the program runs.

        Only with a second core. A source that no longer compiles is no error here.
        """
        source = self._read(_SOURCE)
        if source is None or (os.cpu_count() or 1) < 2:
            return
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._layout = self._threads.submit(_lay_out, source.decode("utf-8", "replace"), work)

    def finish_layout(self) -> None:
        """Wait for the layout, where there is one; the same file is written again after it."""
        if self._layout is not None and self._threads is not None:
            self._layout.result()
            self._threads.shutdown()
            self._layout = None

    def keep_source(self, source: str) -> None:
        """Keep the Typst source of this render."""
        self._write(_SOURCE, source.encode("utf-8"))

    def cited(self, *parts: bytes) -> bytes | None:
        """What citeproc made of exactly these ``parts`` the last time."""
        kept = self._read(_CITED)
        made_from = digest(parts)
        return kept[len(made_from) :] if kept is not None and kept.startswith(made_from) else None

    def keep_cited(self, made: bytes, *parts: bytes) -> None:
        """Keep what citeproc made of ``parts``."""
        self._write(_CITED, digest(parts) + made)

    def tables(self, output: str) -> dict[str, str]:
        """Tables as pandoc wrote them in the format ``output``, by the hash of what they are made from."""
        kept = self._read(f"tables-{output}") or b""
        told, _, content = kept.partition(b"\n")
        return dict(json.loads(content)) if told == digest((content,)) else {}

    def keep_tables(self, output: str, tables: Mapping[str, str]) -> None:
        """Keep the tables of this render."""
        content = json.dumps(dict(tables), ensure_ascii=False).encode("utf-8")
        self._write(f"tables-{output}", digest((content,)) + b"\n" + content)

    def _read(self, name: str) -> bytes | None:
        try:
            return None if self._folder is None else (self._folder / name).read_bytes()
        except OSError:
            return None

    def _write(self, name: str, content: bytes) -> None:
        if self._folder is not None and self._read(name) != content:
            write_atomic(self._folder / name, content)


def digest(parts: tuple[bytes, ...]) -> bytes:
    """Return one hash of ``parts``, as hex; other borders between them give another."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest().encode("ascii")


def _lay_out(source: str, work: Path) -> None:
    from evaluation.reporting.embedded.typst_pdf import compile_typst

    try:
        compile_typst(source, work)
    except (EvaluationError, OSError):
        return
