"""Whether a file says of itself that its data are invented."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SAYS = re.compile(r"\b(?:fiktive?|opdigtede|fictional|fictitious)\s+data\b", re.IGNORECASE)


def says_fictional(texts: Iterable[object]) -> bool:
    """Whether any of ``texts`` holds "Fiktive data" or its English form."""
    return any(isinstance(text, str) and _SAYS.search(text) for text in texts)
