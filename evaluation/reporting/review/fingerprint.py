"""What a Word file was rendered from, as custom properties that Word and LibreOffice keep."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape

from evaluation.common.files import hash_bytes
from evaluation.reporting.embedded.source import MARKER, Expanded
from evaluation.reporting.embedded.word_parts import CUSTOM, custom_properties
from evaluation.reporting.project import SUPPORT_FOLDER
from evaluation.reporting.review.model import Stamp

_NAMES = {
    "product": "evaluation-product",
    "engine": "evaluation-engine",
    "prose": "evaluation-prose",
    "results": "evaluation-results",
    "draft": "evaluation-draft",
}
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_ENTRY = re.compile(r'<property\b[^>]*\bname="([^"]+)"[^>]*>\s*<vt:lpwstr>([^<]*)</vt:lpwstr>', re.S)


def hashes(expanded: Expanded) -> tuple[str, str]:
    """Hashes of the prose and of everything generated that ``expanded`` consists of."""
    prose: list[str] = []
    results = [item.value for item in expanded.inserted]
    for line, origin in zip(expanded.lines, expanded.origins, strict=True):
        # The number in a marker counts through all chapters and pieces: it says nothing about this line.
        plain = MARKER.sub("\ue000", line)
        (results if origin.file.startswith(SUPPORT_FOLDER + "/") else prose).append(plain)
    return _hash(prose), _hash(results)


def _hash(parts: list[str]) -> str:
    return hash_bytes("\n".join(parts).encode())[:24]


def properties(expanded: Expanded | None, product: str, engine: str, *, draft: bool = False) -> bytes:
    """The part of a Word file that says what it was made from; without hashes where ``expanded`` is None.

    A project that only real Quarto can read has none, and a review of it says that they are missing.
    """
    prose, results = hashes(expanded) if expanded else ("", "")
    values = {"product": product, "engine": engine, "prose": prose, "results": results}
    values["draft"] = "1" if draft else ""
    entries = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number}" name="{_NAMES[key]}">'
        f"<vt:lpwstr>{escape(value, quote=False)}</vt:lpwstr></property>"
        for number, (key, value) in enumerate(values.items(), start=2)
    )
    return custom_properties(entries)


def stamp_of(parts: Mapping[str, bytes]) -> Stamp:
    """What the parts of a Word file say of its making."""
    found = dict(_ENTRY.findall(parts.get(CUSTOM, b"").decode("utf-8", "replace")))
    return Stamp(**{key: unescape(found.get(name, "")) for key, name in _NAMES.items()})
