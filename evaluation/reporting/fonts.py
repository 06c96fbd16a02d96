"""Source Sans Pro from its wheel: for Typst as files, for html as small subsets inside the page."""

from __future__ import annotations

import base64
import contextlib
import os
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from evaluation.common.files import hash_bytes, write_atomic

_STYLES = {
    "Regular": ("normal", 400),
    "It": ("italic", 400),
    "Semibold": ("normal", 600),
    "Bold": ("normal", 700),
}
# Latin letters of the Nordic and larger European languages, punctuation, arrows and signs used in tables.
_RANGES = ((0x20, 0x17F), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x209C), (0x2190, 0x2193), (0x2200, 0x2265))
_SIGNS = (0x20AC, 0x2122, 0x25A0, 0x25B2, 0x25BC, 0x25CF, 0x202F, 0x2212, 0x03B1, 0x03B2, 0x03B4, 0x0394)


def _package_folder() -> Path:
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


def font_folder() -> Path:
    """Folder with the font files, for Typst."""
    return _package_folder()


@lru_cache(maxsize=1)
def font_faces() -> str:
    """``@font-face`` rules with the subsets inside (about 120 kB).

    Subsetting takes a second, so the result is kept in the user's cache folder; without one it is made again.
    """
    sources = [_package_folder() / f"SourceSansPro-{style}.ttf" for style in _STYLES]
    state = repr((_RANGES, _SIGNS, [(path.name, path.stat().st_size) for path in sources]))
    kept = _cache_folder() / f"source-sans-{hash_bytes(state.encode())[:16]}.css"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")
    rules = "\n".join(_face(style) for style in _STYLES)
    with contextlib.suppress(OSError):
        write_atomic(kept, rules)
    return rules


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "evaluation"


def _face(style: str) -> str:
    slant, weight = _STYLES[style]
    data = base64.b64encode(_subset(_package_folder() / f"SourceSansPro-{style}.ttf")).decode("ascii")
    return (
        f'@font-face{{font-family:"Source Sans Pro";font-style:{slant};font-weight:{weight};font-display:swap;'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


def _subset(path: Path) -> bytes:
    from fontTools import subset, ttLib

    options = subset.Options(layout_features=["kern", "mark", "mkmk", "liga", "tnum", "lnum", "sups", "locl"], hinting=False)
    font = ttLib.TTFont(path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    letters = [code for first, last in _RANGES for code in range(first, last + 1)]
    subsetter.populate(unicodes=[*letters, *_SIGNS])
    subsetter.subset(font)
    font.flavor = "woff"
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()
