"""The fonts of a report: files for Typst, small subsets inside the html page and the Word file.

Source Sans Pro from its wheel, unless ``_brand.yml`` names a family and its files.
"""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from evaluation.common.files import hash_bytes, hash_file, write_atomic
from evaluation.presentation.brand import PACKAGED_FAMILY, PACKAGED_FILES, FontFile, load_brand

#: Style and weight of the faces that a page uses; Word's four members of a family.
_WEB = (("normal", 400), ("italic", 400), ("normal", 600), ("normal", 700))
_WORD = {
    "embedRegular": ("normal", 400),
    "embedBold": ("normal", 700),
    "embedItalic": ("italic", 400),
    "embedBoldItalic": ("italic", 700),
}
# Latin letters of the Nordic and larger European languages, punctuation, arrows and signs used in tables.
_RANGES = ((0x20, 0x17F), (0x2010, 0x2027), (0x2030, 0x203A), (0x2070, 0x209C), (0x2190, 0x2193), (0x2200, 0x2265))
_SIGNS = (0x20AC, 0x2122, 0x25A0, 0x25B2, 0x25BC, 0x25CF, 0x202F, 0x2212, 0x03B1, 0x03B2, 0x03B4, 0x0394)
_FEATURES = ("kern", "mark", "mkmk", "liga", "tnum", "lnum", "sups", "locl")


@dataclass(frozen=True, slots=True)
class Fonts:
    """One family of a report.

    Attributes
    ----------
    family : str
    files : mapping of (style, weight) to Path
        Its faces.
    folders : tuple of Path
        Where Typst finds them; the packaged family's folder always is one, for what another family lacks.
    """

    family: str
    files: Mapping[tuple[str, int], Path]
    folders: tuple[Path, ...]

    def word(self) -> dict[str, Path]:
        """Files that a Word file carries, by the name of their element; what is not there Word slants or thickens."""
        return {element: self.files[face] for element, face in _WORD.items() if face in self.files}

    def css(self) -> str:
        """``@font-face`` rules with the subsets inside (about 120 kB)."""
        return "\n".join(
            _rule(self.family, style, weight, self.files[style, weight])
            for style, weight in _WEB
            if (style, weight) in self.files
        )


def font_folder() -> Path:
    """Folder with the packaged font files."""
    import font_source_sans_pro

    return Path(font_source_sans_pro.__file__).parent / "files"


def page_fonts(folder: Path) -> Fonts:
    """The fonts of the report project at ``folder``, by its ``_brand.yml``."""
    path = folder / "_brand.yml"
    brand = load_brand(path) if path.is_file() else None
    mine = [face for face in brand.faces if face.family == brand.family] if brand else []
    return Fonts(brand.family, _faces(mine), _folders(mine)) if brand and mine else packaged()


def packaged() -> Fonts:
    """Source Sans Pro."""
    folder = font_folder()
    files = {face: folder / name for face, name in PACKAGED_FILES.items()}
    return Fonts(PACKAGED_FAMILY, files, (folder,))


def _faces(files: list[FontFile]) -> dict[tuple[str, int], Path]:
    found = {(face.style, face.weight): face.path for face in files}
    if ("normal", 700) not in found and ("normal", 600) in found:
        found["normal", 700] = found["normal", 600]
    return found


def _folders(files: list[FontFile]) -> tuple[Path, ...]:
    return (*dict.fromkeys(face.path.parent for face in files), font_folder())


@lru_cache(maxsize=16)
def _rule(family: str, style: str, weight: int, path: Path) -> str:
    data = base64.b64encode(subset_font(path, "woff")).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-style:{style};font-weight:{weight};font-display:swap;'
        f"src:url(data:font/woff;base64,{data}) format('woff')}}"
    )


@lru_cache(maxsize=16)
def subset_font(path: Path, flavour: str) -> bytes:
    """One face as ``ttf`` or ``woff`` with the letters our languages need.

    Subsetting takes a quarter of a second, so the result is kept in the user's cache folder; without one it
    is made again.
    """
    state = repr((_RANGES, _SIGNS, _FEATURES, flavour, hash_file(path)))
    kept = _cache_folder() / f"{path.stem}-{hash_bytes(state.encode())[:16]}.{flavour}"
    if kept.is_file():
        return kept.read_bytes()
    made = _subset(path) if flavour == "ttf" else _packed(subset_font(path, "ttf"))
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
