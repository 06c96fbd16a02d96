"""Fonts for figures: registered from packages, measured in mm, wrapped by measured width.

Widths are sums of the font's own advance widths, so a label's place is known before
anything is drawn and nothing needs to be moved apart afterwards.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.common.errors import fail
from evaluation.presentation.brand import PACKAGED_FAMILY, PACKAGED_FILES

DEFAULT_FAMILY = PACKAGED_FAMILY
#: Comes with matplotlib; draws the signs the brand's font lacks.
FALLBACK_FAMILY = "DejaVu Sans"
MM_PER_PT = 25.4 / 72


@lru_cache(maxsize=8)
def register_fonts(family: str = DEFAULT_FAMILY, files: tuple[Path, ...] = ()) -> None:
    """Make ``family`` known to matplotlib, from the package or from the brand's ``files``.

    Raises
    ------
    EvaluationError
        ``brand-font-unknown`` when nothing provides the family.
    """
    from matplotlib import font_manager

    manager = font_manager.fontManager
    _register_packaged(font_manager)
    for file in files:
        manager.addfont(str(file))
    if family not in {entry.name for entry in manager.ttflist}:
        raise fail("brand-font-unknown", family=family)


@lru_cache(maxsize=1)
def _register_packaged(font_manager: Any) -> None:
    import font_source_sans_pro

    folder = Path(str(font_source_sans_pro.font_directory))
    # The package names Semibold as a family of its own; SVG wants a weight.
    for (style, weight), name in PACKAGED_FILES.items():
        entry = font_manager.FontEntry(
            fname=str(folder / name),
            name=DEFAULT_FAMILY,
            style=style,
            variant="normal",
            weight=weight,
            stretch="normal",
            size="scalable",
        )
        # First, so that a system font of the same name never changes the metrics.
        font_manager.fontManager.ttflist.insert(0, entry)
    # The fallback has no semibold; say that bold stands in, or matplotlib warns at every figure.
    bold = font_manager.FontProperties(family=[FALLBACK_FAMILY], weight=700)
    substitute = font_manager.FontEntry(
        fname=font_manager.findfont(bold),
        name=FALLBACK_FAMILY,
        style="normal",
        variant="normal",
        weight=600,
        stretch="normal",
        size="scalable",
    )
    font_manager.fontManager.ttflist.insert(0, substitute)


@lru_cache(maxsize=32)
def _face(family: str, weight: int) -> Any:
    from matplotlib import font_manager, ft2font

    _register_packaged(font_manager)
    found = font_manager.fontManager.findfont(font_manager.FontProperties(family=[family], weight=weight))
    face = ft2font.FT2Font(found)
    face.set_size(100, 72)
    return face


@lru_cache(maxsize=4096)
def _advance(character: str, family: str, weight: int) -> float:
    from matplotlib.ft2font import LoadFlags

    face = _face(family, weight)
    if not face.get_char_index(ord(character)):
        return 0.6  # drawn by the fallback font; its letters are wider
    return float(face.load_char(ord(character), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 65536 / 100


def measure(text: str, size: float, weight: int = 400, family: str = DEFAULT_FAMILY) -> float:
    """Width of one line in mm at ``size`` points."""
    return sum(_advance(character, family, weight) for character in text) * size * MM_PER_PT


def wrap(text: str, width: float, size: float, weight: int = 400, family: str = DEFAULT_FAMILY) -> list[str]:
    """``text`` in lines no wider than ``width`` mm; a word wider than that is broken with a hyphen.

    White space of any kind is one space; always at least one line.
    """
    lines: list[str] = []
    current = ""
    for word in text.split():
        trial = f"{current} {word}".strip()
        if measure(trial, size, weight, family) <= width:
            current = trial
            continue
        if current:
            lines.append(current)
        while measure(word, size, weight, family) > width and len(word) > 2:
            cut = _fitting(word, width, size, weight, family)
            lines.append(word[:cut] + ("" if word[cut - 1] in "-–/" else "-"))
            word = word[cut:]
        current = word
    return [*lines, current] if current or not lines else lines


def _fitting(word: str, width: float, size: float, weight: int, family: str) -> int:
    cut = len(word) - 1
    while cut > 1 and measure(word[:cut] + "-", size, weight, family) > width:
        cut -= 1
    # A word that carries its own hyphen or slash breaks there.
    own = max(word.rfind(mark, 0, cut) for mark in "-–/") + 1
    return own if own > 2 else cut


def fit_size(text: str, width: float, size: float, weight: int = 400, family: str = DEFAULT_FAMILY) -> float:
    """Find the largest size up to ``size`` at which ``text`` is no wider than ``width`` mm (at least 5 points)."""
    wide = measure(text, size, weight, family)
    return size if wide <= width else max(5.0, size * width / wide)
