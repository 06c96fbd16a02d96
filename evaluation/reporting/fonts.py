"""Source Sans Pro from its wheel: files for Typst, small subsets inside the html page and the Word file."""

from __future__ import annotations

import base64
import contextlib
import os
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from evaluation.common.files import hash_bytes, write_atomic

FAMILY = "Source Sans Pro"
_WEB = {"Regular": ("normal", 400), "It": ("italic", 400), "Semibold": ("normal", 600), "Bold": ("normal", 700)}
# Word's four members of a family.
WORD = {"Regular": "embedRegular", "Bold": "embedBold", "It": "embedItalic", "BoldIt": "embedBoldItalic"}
# Latin letters of the Nordic and larger European languages, punctuation, arrows and signs used in tables.
_RANGES = ((0x20, 0x17F), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x209C), (0x2190, 0x2193), (0x2200, 0x2265))
_SIGNS = (0x20AC, 0x2122, 0x25A0, 0x25B2, 0x25BC, 0x25CF, 0x202F, 0x2212, 0x03B1, 0x03B2, 0x03B4, 0x0394)
_FEATURES = ("kern", "mark", "mkmk", "liga", "tnum", "lnum", "sups", "locl")


def font_folder() -> Path:
    """Folder with the font files, for Typst."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


@lru_cache(maxsize=1)
def font_faces() -> str:
    """``@font-face`` rules with the subsets inside (about 120 kB)."""
    return "\n".join(_face(style, slant, weight) for style, (slant, weight) in _WEB.items())


def _face(style: str, slant: str, weight: int) -> str:
    data = base64.b64encode(subset_font(style, "woff")).decode("ascii")
    return (
        f'@font-face{{font-family:"{FAMILY}";font-style:{slant};font-weight:{weight};font-display:swap;'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


@lru_cache(maxsize=16)
def subset_font(style: str, flavour: str) -> bytes:
    """One style as ``ttf`` or ``woff`` with the letters our languages need.

    Subsetting takes a quarter of a second, so the result is kept in the user's cache folder; without one it
    is made again.
    """
    source = font_folder() / f"SourceSansPro-{style}.ttf"
    state = repr((_RANGES, _SIGNS, _FEATURES, style, flavour, source.stat().st_size))
    kept = _cache_folder() / f"{source.stem}-{hash_bytes(state.encode())[:16]}.{flavour}"
    if kept.is_file():
        return kept.read_bytes()
    made = _subset(source) if flavour == "ttf" else _packed(subset_font(style, "ttf"))
    with contextlib.suppress(OSError):
        write_atomic(kept, made)
    return made


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "evaluation"


def _subset(path: Path) -> bytes:
    from fontTools import subset, ttLib

    options = subset.Options(layout_features=list(_FEATURES), hinting=False)
    font = ttLib.TTFont(path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    letters = [code for first, last in _RANGES for code in range(first, last + 1)]
    subsetter.populate(unicodes=[*letters, *_SIGNS])
    subsetter.subset(font)
    stream = BytesIO()
    font.save(stream)
    return stream.getvalue()


def _packed(font: bytes) -> bytes:
    """Return the same font, compressed for the web."""
    from fontTools import ttLib

    packed = ttLib.TTFont(BytesIO(font), recalcTimestamp=False)
    packed.flavor = "woff"
    stream = BytesIO()
    packed.save(stream)
    return stream.getvalue()
