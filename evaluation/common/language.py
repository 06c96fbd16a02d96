"""Catalogues of everything people read, one folder a language, one TOML file a subject.

``catalogue("errors", "da")`` merges every ``catalogue/da/errors*.toml``;
``catalogue("words", "da")`` every ``words*.toml``. A key that stands in two files of
one catalogue is a mistake of ours and fails at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

LANGUAGES = ("da", "en")


@cache
def catalogue(name: str, lang: str) -> Mapping[str, Any]:
    """Entries of catalogue ``name`` in ``lang``.

    Raises
    ------
    KeyError
        When the language is unknown or a key occurs twice.
    """
    if lang not in LANGUAGES:
        raise KeyError(f"unknown language {lang!r}; known: {', '.join(LANGUAGES)}")
    folder = resources.files("evaluation.common") / "catalogue" / lang
    merged: dict[str, Any] = {}
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if not (entry.name.startswith(name) and entry.name.endswith(".toml")):
            continue
        for key, value in tomllib.loads(entry.read_text(encoding="utf-8")).items():
            if key in merged:
                raise KeyError(f"{entry.name}: {key!r} stands in two files of catalogue {name!r}")
            merged[key] = value
    return merged


def pick(text: Mapping[str, str] | str, lang: str) -> str:
    """The wording of a ``{da, en}`` text in ``lang``; Danish where it is missing."""
    if isinstance(text, str):
        return text
    return text.get(lang) or text["da"]
