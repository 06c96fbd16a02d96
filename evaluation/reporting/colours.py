"""The colours of a report, from its ``_brand.yml``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evaluation.presentation.brand import load_brand

#: Role in the page templates → role in ``_brand.yml``.
ROLES: Mapping[str, str] = {
    "primary": "primary", "secondary": "secondary", "foreground": "foreground", "background": "background",
    "light": "light", "tertiary": "tertiary", "link": "link", "muted": "muted", "rule": "rule",
    "accent": "answer-2", "before": "before", "after": "after",
}  # fmt: skip
_DEFAULT: Mapping[str, str] = {
    "primary": "#1B2F52", "secondary": "#0B4A58", "foreground": "#14232B", "background": "#FFFFFF",
    "light": "#EAF2F3", "tertiary": "#F6F3EC", "link": "#1F5C8B", "muted": "#55646D", "rule": "#D9DEE1",
    "accent": "#E8A672", "before": "#AE93E0", "after": "#53329A",
}  # fmt: skip


def page_colours(folder: Path) -> dict[str, str]:
    """Colour (``#RRGGBB``) of every role of the templates; our own where the project has no ``_brand.yml``."""
    path = folder / "_brand.yml"
    if not path.is_file():
        return dict(_DEFAULT)
    known = load_brand(path).colours
    return {role: known.get(name, _DEFAULT[role]) for role, name in ROLES.items()}
