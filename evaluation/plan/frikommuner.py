"""Municipalities released under a velfærdsaftale 2021–2024: never a comparison within the same field.

Facts of the agreements and of lov om velfærdsaftaler på dagtilbudsområdet og folkeskoleområdet (L 199, 2020–21).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Field = Literal["dagtilbud", "folkeskole", "aeldre"]

#: Name without "Kommune", kommunekode and field of the agreement.
FRIKOMMUNER: Final[Mapping[str, tuple[str, Field]]] = {
    "rebild": ("840", "dagtilbud"),
    "helsingør": ("217", "dagtilbud"),
    "esbjerg": ("561", "folkeskole"),
    "holbæk": ("316", "folkeskole"),
    "viborg": ("791", "aeldre"),
    "langeland": ("482", "aeldre"),
    "middelfart": ("410", "aeldre"),
}


def field_of(kommune: str) -> Field | None:
    """Field in which a municipality was released, by name (with or without "Kommune") or code; None if in none."""
    wanted = kommune.casefold().removesuffix("kommune").strip().removesuffix("s").lstrip("0")
    for name, (code, field) in FRIKOMMUNER.items():
        if wanted in (name.removesuffix("s"), code):
            return field
    return None


def released_too(own: str, comparison: str) -> bool:
    """Whether ``comparison`` was released itself in the field of ``own`` (dagtilbud where ``own`` has no agreement)."""
    other = field_of(comparison)
    return other is not None and other == (field_of(own) or "dagtilbud")
