"""What a draft prints behind the claims that do not hold, for ``_stil/rapport.lua``."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from evaluation.presentation.claims.check import Claim
from evaluation.presentation.escape import markdown


def draft_marks(claims: Iterable[Claim], lang: str) -> dict[str, str]:
    """Notes as Markdown by the SHA-1 of the condition: the filter meets conditions, not line numbers."""
    return {_sha1(claim.condition): markdown(claim.note(lang)) for claim in claims if not claim.holds}


def _sha1(condition: str) -> str:
    return hashlib.sha1(condition.encode("utf-8"), usedforsecurity=False).hexdigest()
