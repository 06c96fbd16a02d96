"""The one place that calls pandoc (the executable inside the pypandoc_binary wheel)."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.common.errors import fail

_TIMEOUT = 120
# A fixed moment, so that zip entries and document properties are the same bytes at every render.
SOURCE_DATE_EPOCH = "1622505600"


@lru_cache(maxsize=1)
def pandoc_path() -> str:
    """Path of the pandoc executable that came with the wheel."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


@lru_cache(maxsize=1)
def pandoc_version() -> str:
    """Version of pandoc, e.g. ``3.9``."""
    # pypandoc's own function asks every program of that name that it finds.
    told, _ = run(["--version"], b"", Path.cwd())
    return told.decode("utf-8").split()[1]


def run(arguments: Sequence[str], data: bytes, folder: Path) -> tuple[bytes, tuple[str, ...]]:
    """Run pandoc on ``data`` with ``folder`` as working directory.

    Returns
    -------
    tuple
        Standard output, and the warnings one by one.

    Raises
    ------
    EvaluationError
        ``reporting-pandoc-failed`` with pandoc's own last words.
    """
    environment = dict(os.environ, SOURCE_DATE_EPOCH=SOURCE_DATE_EPOCH, LC_ALL="C.UTF-8")
    try:
        done = subprocess.run(
            [pandoc_path(), *arguments], input=data, capture_output=True, cwd=folder, env=environment,
            timeout=_TIMEOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise fail("reporting-pandoc-failed", found=f"> {_TIMEOUT} s") from error
    messages = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode:
        raise fail("reporting-pandoc-failed", found=messages[-600:] or f"exit {done.returncode}")
    warnings = [part.strip() for part in re.split(r"^\[WARNING\] ", messages, flags=re.M) if part.strip()]
    return done.stdout, tuple(warnings)


def read_markdown(
    text: str, folder: Path, metadata_file: Path, image_extension: str
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Markdown with Quarto's reader settings as pandoc's tree, and the warnings."""
    arguments = ["-f", "markdown", "-t", "json", "--metadata-file", str(metadata_file)]
    output, warnings = run([*arguments, f"--default-image-extension={image_extension}"], text.encode("utf-8"), folder)
    return json.loads(output), warnings


def write(
    tree: Mapping[str, Any], output: str, folder: Path, arguments: Sequence[str] = ()
) -> tuple[bytes, tuple[str, ...]]:
    """``tree`` in the format ``output``."""
    data = json.dumps(tree, ensure_ascii=False).encode("utf-8")
    return run(["-f", "json", "-t", output, "--wrap=none", *arguments], data, folder)
