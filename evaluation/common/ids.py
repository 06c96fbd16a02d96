"""Ids and keys: ``survey.measure.stat.group.waves``, parts of ``[a-z0-9_-]+``, never a dot inside."""

from __future__ import annotations

import re
from functools import lru_cache

_PART = re.compile(r"[a-z0-9_-]+\Z")
_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "é": "e", "ü": "u", "ö": "o", "ä": "a"})


@lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """``text`` as one key part: lower case, æøå as ae oe aa, the rest as hyphens.

    Examples
    --------
    >>> slug("Børnehaven Åløkke")
    'boernehaven-aaloekke'
    """
    plain = re.sub(r"[^a-z0-9_]+", "-", text.lower().translate(_LETTERS)).strip("-")
    return plain or "x"


def is_part(text: str) -> bool:
    """Whether ``text`` may stand as one part of a key."""
    return _PART.match(text) is not None


def make_key(survey: str, measure: str, stat: str, group: str, waves: str) -> str:
    """The key of one published number.

    Raises
    ------
    ValueError
        When a part holds anything but ``[a-z0-9_-]``.
    """
    parts = (survey, measure, stat, group, waves)
    for part in parts:
        if not is_part(part):
            raise ValueError(f"{part!r} cannot be part of a key")
    return ".".join(parts)


def waves_part(before: str, after: str | None = None) -> str:
    """``2024`` for one wave, ``2021_2024`` for a pair."""
    return slug(before) if after is None else f"{slug(before)}_{slug(after)}"
