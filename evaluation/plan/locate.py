"""Where in a TOML file a value stands: a path such as ``("survey", 1, "wave", 0, "file")`` to its line.

``tomllib`` keeps no line numbers. The scanner here is run only on text that ``tomllib``
has already accepted, so it need not refuse anything: it just walks over keys, tables
and arrays and notes the line on which each begins.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

Path = tuple[str | int, ...]

_BARE_END = ",]}#\n"


class Locator:
    """Lines of a TOML text by path.

    Parameters
    ----------
    text : str
        A valid TOML document.
    """

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._starts = [0] + [i + 1 for i, char in enumerate(self._text) if char == "\n"]
        self._lines: dict[Path, int] = {}
        self._tables: dict[Path, int] = {}  # array of tables: how many so far
        self._scanned = False

    def line(self, path: Sequence[str | int]) -> int:
        """Line of ``path``, or of the nearest part of it that stands in the file; 1 when none does."""
        # Most files are right, and nobody asks where anything stands.
        if not self._scanned:
            self._scanned = True
            self._scan()
        for end in range(len(path), 0, -1):
            found = self._lines.get(tuple(path[:end]))
            if found is not None:
                return found
        return 1

    # -- scanner -----------------------------------------------------------------

    def _scan(self) -> None:
        table: Path = ()
        while self._skip(newlines=True):
            line = self._line_here()
            if self._text.startswith("[[", self._at):
                self._at += 2
                table = self._open_element(self._key(), line)
                self._at += 2
            elif self._peek() == "[":
                self._at += 1
                table = self._resolve(self._key())
                for end in range(1, len(table) + 1):  # [a.b] may be the first to name a
                    self._lines.setdefault(table[:end], line)
                self._at += 1
            else:
                self._assignment(table)

    def _open_element(self, key: Path, line: int) -> Path:
        array = (*self._resolve(key[:-1]), key[-1])
        index = self._tables.get(array, 0)
        self._tables[array] = index + 1
        self._lines.setdefault(array, line)
        self._lines[(*array, index)] = line
        return (*array, index)

    def _resolve(self, key: Path) -> Path:
        """``key`` with the index of the last element put in behind every array of tables."""
        path: Path = ()
        for part in key:
            path = (*path, part)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _assignment(self, table: Path) -> None:
        line = self._line_here()
        path = table
        for part in self._key():
            path = (*path, part)
            self._lines.setdefault(path, line)
        self._skip()
        self._at += 1  # the equals sign
        self._skip()
        self._value(path)

    def _value(self, path: Path) -> None:
        char = self._peek()
        if char in "\"'":
            self._string()
        elif char == "[":
            self._array(path)
        elif char == "{":
            self._inline_table(path)
        else:
            while self._at < len(self._text) and self._peek() not in _BARE_END:
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while self._skip(newlines=True) and self._peek() != "]":
            self._lines[(*path, index)] = self._line_here()
            self._value((*path, index))
            index += 1
            self._skip(newlines=True)
            if self._peek() == ",":
                self._at += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while self._skip(newlines=True) and self._peek() != "}":
            self._assignment(path)
            self._skip(newlines=True)
            if self._peek() == ",":
                self._at += 1
        self._at += 1

    def _key(self) -> Path:
        parts: list[str] = []
        while True:
            self._skip()
            if self._peek() in "\"'":
                parts.append(self._string())
            else:
                start = self._at
                while self._at < len(self._text) and (self._peek().isalnum() or self._peek() in "_-"):
                    self._at += 1
                parts.append(self._text[start : self._at])
            self._skip()
            if self._peek() != ".":
                return tuple(parts)
            self._at += 1

    def _string(self) -> str:
        quote = self._peek()
        fence = quote * 3 if self._text.startswith(quote * 3, self._at) else quote
        self._at += len(fence)
        start = self._at
        while self._at < len(self._text) and not self._text.startswith(fence, self._at):
            self._at += 2 if quote == '"' and self._peek() == "\\" else 1
        # a multi-line string may end in one or two quotes of its own before the fence
        while len(fence) == 3 and self._text.startswith(fence, self._at + 1):
            self._at += 1
        content = self._text[start : self._at]
        self._at += len(fence)
        return content

    def _skip(self, *, newlines: bool = False) -> bool:
        """Pass over blanks (and comments and line ends); whether anything is left."""
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in " \t\r" or (newlines and char == "\n"):
                self._at += 1
            elif char == "#" and newlines:
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end
            else:
                return True
        return False

    def _peek(self) -> str:
        return self._text[self._at] if self._at < len(self._text) else ""

    def _line_here(self) -> int:
        return bisect_right(self._starts, self._at)
