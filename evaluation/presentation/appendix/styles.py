"""How cells look: a few styles made once a workbook, every colour from the brand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evaluation.presentation.appendix.model import NONE, Num
from evaluation.presentation.brand import Brand
from evaluation.presentation.numbers import HIDDEN

if TYPE_CHECKING:
    from openpyxl.styles import Font
    from openpyxl.styles.cell_style import StyleArray
    from openpyxl.worksheet.worksheet import Worksheet

#: First signs that make a program take a typed text for a formula: such a cell keeps its quote mark.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "|")
_DAY = {"da": '[$-406]d". "mmmm yyyy', "en": "[$-809]d mmmm yyyy"}
_SIZES = {"title": 15, "heading": 12, "mark": 12}
#: Links on their own, and those in the list of sheets.
_LINKS = frozenset({"link", "entry"})
_BOLD = frozenset({"title", "heading", "mark", "head", "head_number", "word"})


def number_format(value: Num) -> str:
    """Format code of a number; what it stands for, comma or point, is the reader's own program's affair.

    Examples
    --------
    >>> number_format(Num(3.14, 1, sign=True))
    '+#,##0.0;-#,##0.0;0.0'
    """
    part = "." + "0" * value.decimals if value.decimals else ""
    whole = f"#,##0{part}"
    return f"+{whole};-{whole};0{part}" if value.sign else whole


class Styles:
    """Styles of one workbook, found by what a cell is.

    openpyxl keeps a style as an array of places in its lists; making it anew for each cell costs more than all else.
    """

    def __init__(self, page: Worksheet, brand: Brand, lang: str) -> None:
        self._page, self._brand, self._lang = page, brand, lang
        self._made: dict[object, StyleArray] = {}
        self._places: dict[int, int] = {}

    def place(self, style: StyleArray) -> int:
        """Where the workbook keeps a style: what a cell in the file names."""
        key = id(style)
        if key not in self._places:
            book: Any = self._page.parent
            self._places[key] = int(book._cell_styles.add(style))
        return self._places[key]

    def number(self, value: Num) -> StyleArray:
        """A number, right-aligned, with its decimals."""
        return self._of(("number", value.decimals, value.sign), "number", number_format(value))

    def day(self) -> StyleArray:
        """A date in words of the language."""
        return self._of("day", "number", _DAY.get(self._lang, "yyyy-mm-dd"))

    def text(self, text: str, role: str) -> StyleArray:
        """A text; what stands for a number in a column of them is set like a number."""
        quoted = text.startswith(_FORMULA_SIGNS)
        if role == "gone" and text not in (HIDDEN, NONE):
            role = "wrap"
        return self._of((role, quoted), role, "@" if quoted else "General", quoted=quoted)

    def _of(self, key: object, role: str, form: str, *, quoted: bool = False) -> StyleArray:
        if key not in self._made:
            self._made[key] = self._make(role, form, quoted=quoted)
        return self._made[key]

    def _make(self, role: str, form: str, *, quoted: bool) -> StyleArray:
        from openpyxl.cell.cell import Cell
        from openpyxl.styles import Alignment, Border, PatternFill, Side

        cell: Any = Cell(self._page, 1, 1)
        cell.font = self._font(role)
        cell.number_format = form
        cell.quotePrefix = quoted
        right = role in ("number", "gone", "head_number")
        cell.alignment = Alignment(
            horizontal="right" if right else "left",
            vertical="center" if role.startswith("head") and role != "heading" else "top",
            wrap_text=role in ("wrap", "head", "head_number"),
            # Numbers at the right of one column and words at the left of the next would touch.
            indent=1 if role in ("number", "gone", "wrap", "head", "head_number") else 0,
        )
        if role in ("head", "head_number"):
            cell.fill = PatternFill("solid", fgColor=_argb(self._brand.colour("primary")))
        elif role in ("number", "gone", "wrap", "word", "entry"):
            cell.border = Border(bottom=Side("hair", color=_argb(self._brand.colour("muted"))))
        return cell._style

    def _font(self, role: str) -> Font:
        from openpyxl.styles import Font

        brand = self._brand
        colour = brand.colour("foreground")
        if role in ("head", "head_number"):
            colour = brand.text_on(brand.colour("primary"))
        elif role in ("title", "heading", "mark"):
            colour = brand.colour("primary")
        elif role in _LINKS:
            colour = brand.colour("link")
        return Font(
            name=brand.family,
            size=_SIZES.get(role, 10.5),
            bold=role in _BOLD,
            color=_argb(colour),
            underline="single" if role in _LINKS else None,
        )


def _argb(colour: str) -> str:
    return "FF" + colour.lstrip("#").upper()
