"""Colours and fonts of a report, read from a ``_brand.yml`` in Quarto's format.

The file is the only place where a colour stands. Every figure asks for a *role*
(``answer-1``, ``before``, ``release``), never for a shade, so that the same colour means
the same thing everywhere and a municipality changes the look by changing one file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.common.resources import project_part

#: Roles every ``_brand.yml`` fills: in ``color`` itself and in ``color.palette``.
NAMED = ("foreground", "background", "primary", "secondary", "link")
ANSWERS = ("answer-1", "answer-2", "answer-3", "answer-4", "answer-5")
SERIES = ("series-1", "series-2", "series-3", "series-4")
VERDICT_ROLES: Mapping[str, str] = {
    "fremgang": "better",
    "lille_fremgang": "slightly-better",
    "uaendret": "unchanged",
    "uafklaret": "undecided",
    "lille_tilbagegang": "slightly-worse",
    "tilbagegang": "worse",
}
PALETTE = (
    *ANSWERS,
    *SERIES,
    *VERDICT_ROLES.values(),
    "dont-know",
    "before",
    "after",
    "release",
    "muted",
    "rule",
    "band",
)
#: Least contrast of text on what lies under it (WCAG 2.2, AA).
TEXT_CONTRAST = 4.5
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")
#: The family that comes with the program.
PACKAGED_FAMILY = "Source Sans Pro"
#: Its files, by style and weight.
PACKAGED_FILES: Mapping[tuple[str, int], str] = {
    ("normal", 400): "SourceSansPro-Regular.ttf",
    ("italic", 400): "SourceSansPro-It.ttf",
    ("normal", 600): "SourceSansPro-Semibold.ttf",
    ("normal", 700): "SourceSansPro-Bold.ttf",
    ("italic", 700): "SourceSansPro-BoldIt.ttf",
}
_FAMILY_NAME = re.compile(r"[\w][\w .-]{0,60}\Z")
_WEIGHTS = {
    "thin": 100, "extra-light": 200, "light": 300, "normal": 400, "regular": 400, "medium": 500, "semi-bold": 600,
    "bold": 700, "extra-bold": 800, "black": 900,
}  # fmt: skip
#: How files of fonts are usually called, where the brand does not say what they are.
_BY_NAME = ((re.compile("semi-?bold|demi", re.IGNORECASE), 600), (re.compile("bold", re.IGNORECASE), 700))
_ITALIC = re.compile(r"ital|oblique|[a-z-]It\b", re.IGNORECASE)
_LOGOS = (".svg", ".png", ".jpg", ".jpeg")


@dataclass(frozen=True, slots=True)
class FontFile:
    """One file of a family: ``style`` is ``normal`` or ``italic``, ``weight`` 100–900."""

    path: Path
    family: str
    weight: int
    style: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The sender's mark: ``path`` for html and PDF, ``word`` for Word (which shows no SVG), and what it shows."""

    path: Path
    word: Path
    alt: str


@dataclass(frozen=True, slots=True)
class Brand:
    """Resolved colours (``#RRGGBB``) and fonts.

    Parameters
    ----------
    colours : mapping of str to str
        Every palette name and named role with its colour.
    family, headings_family : str
        Font families of text and headings.
    typography : mapping
        The ``typography`` block as written, for the page templates.
    faces : tuple of FontFile
        Font files named by the brand (``typography.fonts``, ``source: file``), and what each is.
    logo : Logo or None
        Picture for the front page.
    """

    colours: Mapping[str, str]
    family: str = PACKAGED_FAMILY
    headings_family: str = PACKAGED_FAMILY
    typography: Mapping[str, Any] = field(default_factory=dict)
    faces: tuple[FontFile, ...] = ()
    logo: Logo | None = None

    @property
    def font_files(self) -> tuple[Path, ...]:
        """Paths of the font files."""
        return tuple(face.path for face in self.faces)

    def colour(self, role: str) -> str:
        """Colour of ``role`` as ``#RRGGBB``; :class:`KeyError` for a role nobody defined."""
        return self.colours[role]

    @property
    def answers(self) -> tuple[str, ...]:
        """The five answer colours, worst to best."""
        return tuple(self.colours[role] for role in ANSWERS)

    @property
    def series(self) -> tuple[str, ...]:
        """Colours of lines told apart by name."""
        return tuple(self.colours[role] for role in SERIES)

    def scale(self, count: int) -> tuple[str, ...]:
        """Colours of ``count`` ordered answers, worst to best.

        Five are the brand's own; other numbers keep the poles and mix in between, an even
        number without the neutral middle, so that the same pole always has the same colour.
        """
        if count < 1:
            raise ValueError("a scale needs at least one answer")
        if count == 1:
            return (self.answers[-1],)
        places = [4 * step / (count - 1) for step in range(count)]
        if count == 4:
            places = [0.0, 1.0, 3.0, 4.0]
        return tuple(self._readable(_between(self.answers, place)) for place in places)

    def _readable(self, fill: str) -> str:
        """Move a mixed colour just out of the middle greys on which neither text colour reads."""
        paper, ink = self.colours["background"], self.colours["foreground"]
        steps = (_between((fill, end), step / 50) for step in range(26) for end in (paper, ink))
        return next((colour for colour in steps if contrast(self.text_on(colour), colour) >= TEXT_CONTRAST), fill)

    def verdict(self, verdict: str) -> str:
        """Colour of a verdict id; the neutral one for a measure without verdict."""
        return self.colours[VERDICT_ROLES.get(verdict, "undecided")]

    def text_on(self, fill: str) -> str:
        """Foreground or background colour, whichever reads better on ``fill``."""
        return max((self.colours["foreground"], self.colours["background"]), key=lambda text: contrast(text, fill))


def luminance(colour: str) -> float:
    """Relative luminance 0–1 of ``#RRGGBB`` (WCAG 2.2)."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio 1–21 of two colours (WCAG 2.2)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _between(colours: tuple[str, ...], place: float) -> str:
    low = min(int(place), len(colours) - 2)
    share = place - low
    pairs = [(int(colours[low][s : s + 2], 16), int(colours[low + 1][s : s + 2], 16)) for s in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def brand_file(project: Path) -> Path:
    """The ``_brand.yml`` of a report project; one without its own has that of the midtvejsevaluering beside it."""
    return project_part(project, "_brand.yml")


def load_brand(path: Path) -> Brand:
    """Read a ``_brand.yml``.

    Raises
    ------
    EvaluationError
        With every missing or invalid colour and font at once.
    """
    import yaml

    if not path.is_file():
        raise fail("brand-missing", where=path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise fail("brand-unreadable", where=path, found=" ".join(str(error).split())) from error
    color = _block(content, "color")
    palette = _block(color, "palette")
    problems: list[Problem] = []
    declared: dict[str, object] = {**palette, **{name: value for name, value in color.items() if name != "palette"}}
    needed = dict.fromkeys((*NAMED, *PALETTE, *declared))
    colours = {name: _resolve(name, color, palette, path, problems) for name in needed}
    typography = _block(content, "typography")
    faces = _faces(typography, path, problems)
    base, headings = _family(typography.get("base")), _family(typography.get("headings"))
    family = base or PACKAGED_FAMILY
    _check_families((family, headings or family), faces, path, problems)
    logo = _logo(content, path, problems)
    if problems:
        raise EvaluationError(problems)
    return Brand(colours, family, headings or family, typography, faces, logo)


def _block(parent: object, name: str) -> dict[str, Any]:
    value = parent.get(name) if isinstance(parent, dict) else None
    return {str(key): item for key, item in value.items()} if isinstance(value, dict) else {}


def _family(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("family")
    return value if isinstance(value, str) else ""


def _resolve(
    name: str, color: Mapping[str, object], palette: Mapping[str, object], path: Path, problems: list[Problem]
) -> str:
    """Find the hex value behind ``name``, following aliases; ``""`` and a problem when there is none."""
    group = "color" if name in color and name != "palette" else "color.palette"
    value: object = color[name] if group == "color" else palette.get(name)
    if name in NAMED:
        group = "color"
    seen: set[str] = {name} if group != "color" else set()
    where = f"{path}: {group}.{name}"
    while isinstance(value, str) and value in palette:
        if value in seen:
            problems.append(Problem("brand-colour-circular", where, value, {"name": name}))
            return ""
        seen.add(value)
        value = palette[value]
    if value is None:
        problems.append(Problem("brand-colour-missing", where, "", {"name": name}))
        return ""
    if not (isinstance(value, str) and _HEX.match(value)):
        problems.append(Problem("brand-colour-invalid", where, str(value), {"name": name}))
        return ""
    return value.upper()


def _faces(typography: Mapping[str, Any], path: Path, problems: list[Problem]) -> tuple[FontFile, ...]:
    faces: list[FontFile] = []
    fonts = typography.get("fonts")
    for font in fonts if isinstance(fonts, list) else []:
        if not (isinstance(font, dict) and font.get("source") == "file"):
            continue
        for entry in font.get("files") or []:
            given = entry if isinstance(entry, dict) else {"path": entry}
            file = path.parent / str(given.get("path", ""))
            if file.is_file():
                faces.append(_face(file, str(font.get("family", "")), given))
            else:
                problems.append(Problem("brand-font-file", f"{path}: typography.fonts", str(given.get("path", ""))))
    return tuple(faces)


def _face(file: Path, family: str, given: Mapping[str, Any]) -> FontFile:
    """What a file is, by what the brand says of it, else by its name."""
    weight = given.get("weight")
    if isinstance(weight, str):
        weight = _WEIGHTS.get(weight.lower())
    if not isinstance(weight, int):
        weight = next((number for pattern, number in _BY_NAME if pattern.search(file.stem)), 400)
    style = str(given.get("style") or ("italic" if _ITALIC.search(file.stem) else "normal"))
    return FontFile(file, family, weight, style)


def _check_families(
    families: tuple[str, ...], faces: tuple[FontFile, ...], path: Path, problems: list[Problem]
) -> None:
    """Every family comes with the program or has a file of upright letters of usual weight."""
    for family in dict.fromkeys(families):
        where = f"{path}: typography"
        mine = [face for face in faces if face.family == family]
        if not _FAMILY_NAME.match(family):
            problems.append(Problem("brand-font-name", where, family))
        elif family != PACKAGED_FAMILY and not mine:
            problems.append(Problem("brand-font-unknown", where, family, {"family": family}))
        elif mine and not any((face.weight, face.style) == (400, "normal") for face in mine):
            found = ", ".join(face.path.name for face in mine)
            problems.append(Problem("brand-font-regular", where, found, {"family": family}))


def _logo(content: object, path: Path, problems: list[Problem]) -> Logo | None:
    """The picture that ``logo`` names, as Quarto's brand files do: a path, or sizes and named images."""
    block = content.get("logo") if isinstance(content, dict) else None
    sizes = block if isinstance(block, dict) else {"medium": block}
    chosen: Any = next((sizes[size] for size in ("medium", "large", "small") if sizes.get(size)), sizes)
    images = sizes.get("images")
    if isinstance(chosen, str) and isinstance(images, dict):
        chosen = images.get(chosen, chosen)
    given = chosen if isinstance(chosen, dict) else {"path": chosen}
    if not given.get("path"):
        return None
    file, where = path.parent / str(given["path"]), f"{path}: logo"
    if not file.is_file() or file.suffix.lower() not in _LOGOS:
        problems.append(Problem("brand-logo-file", where, str(given["path"])))
        return None
    word = file.with_suffix(".png") if file.suffix.lower() == ".svg" else file
    if not word.is_file():
        problems.append(Problem("brand-logo-word", where, file.name, {"file": word.name}))
        return None
    return Logo(file, word, str(given.get("alt") or ""))
