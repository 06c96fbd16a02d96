"""What pages, documents, workbooks and figures show though every csv table hides it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.disclosure.attack.direct import NUMBERS
from evaluation.disclosure.attack.facts import Facts
from evaluation.disclosure.attack.files import PageTable, PageText, Publication, number, printed
from evaluation.disclosure.attack.products import Product
from evaluation.disclosure.attack.programme import Leak

_CLAUSE = re.compile(r"[.;!?](?:\s|$)|;\s*|,\s+|\n|\s[–|•]\s")
#: How many were asked and answered is no secret; nor are years and numbers of questions.
_PUBLIC = re.compile(r"\bn\s*=\s*[\d.]+|\(\s*[\d.]+\s*\)|\b(?:19|20)\d\d\b", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![\w.,-])[-+−]?\d+(?:[.,]\d+)?(?![\w-])")
_COUNTS = re.compile(
    r"^(?:n|antal|number|svar|besvarelser|answers|inviteret|invited|people|asked|judged|er spurgt|har vurderet)\b",
    re.IGNORECASE,
)
Status = Mapping[tuple[str, str, str], bool]


@dataclass(frozen=True, slots=True)
class _Names:
    """What a survey's measures and groups are called, in small letters."""

    survey: str
    measures: Mapping[str, str]
    groups: Mapping[str, str]
    pattern: re.Pattern[str]


def pages(product: Product, publications: Sequence[Publication], facts: Facts) -> Iterator[Leak]:
    """Numbers that a product prints for a group though every csv table hides them there.

    Measures are known by a scale's title, an item's text or their id, groups by their name or id. In tables the two
    meet in a cell (rows by columns) or in a row; in texts a group and a number stand in one clause, the measure
    anywhere in the text. ``tbl-<survey>-…`` or ``tbl-bilag-<survey>`` says which survey a table is about; else all are
    tried.
    """
    status, tables, texts = _status(publications), product.tables, product.texts
    yield from _rows(product.tidy, publications)
    known = [_names(survey, facts) for survey in facts.surveys]
    for table in tables:
        about = [names for names in known if names.survey in table.anchor]
        for names in about or known:
            yield from _crossed(table, names, status)
            yield from _listed(table, names, status)
    words = {text.text for text in texts}
    where = {text.text: text for text in reversed(texts)}
    for text in sorted(words):
        for names in known:
            yield from _told(where[text], names, status)


def _rows(tidy: Sequence[Publication], publications: Sequence[Publication]) -> Iterator[Leak]:
    """Rows in the layout of the published tables that show what those hide."""
    seen: dict[tuple[str, ...], bool] = {}
    for publication in publications:
        for place, value in _values(publication):
            seen[place] = seen.get(place, False) or bool(value)
    for publication in tidy:
        for place, value in _values(publication):
            if value and seen.get(place) is False:
                survey, measure, stat, group, wave = place
                yield Leak(survey, measure, group, wave, "page", value, 0, 0, 0, (f"{publication.name}: {stat}",))


def _values(publication: Publication) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where each number of the levels and changes stands, and the number or nothing."""
    for table in ("levels", "estimates"):
        for row in publication.rows(table):
            found = next((row[c] for c in NUMBERS[table] if number(row.get(c)) is not None), "")
            wave = row.get("wave") or row.get("waves", "")
            yield (row["survey"], row["measure"], row["stat"], row["group"], wave), found


def _names(survey: str, facts: Facts) -> _Names:
    known = facts.surveys[survey]
    measures = {title.casefold(): name for name, title in known.titles.items()}
    measures |= {name.casefold(): name for name in known.titles}
    groups = {title.casefold(): name for name, title in known.groups.items()}
    groups |= {name.casefold(): name for name in known.groups}
    for name in {name for mine in facts.parents.values() for name in mine if name.startswith("type-")}:
        groups[name] = name
        groups[name.removeprefix("type-").replace("boernehave", "børnehave")] = name
    # the longest first, so that "Huset 10" is not taken for "Huset 1"
    told = "|".join(re.escape(title) for title in sorted(groups, key=len, reverse=True))
    return _Names(survey, measures, groups, re.compile(rf"(?<!\w)(?:{told or '(?!)'})(?!\w)"))


def _crossed(table: PageTable, names: _Names, status: Status) -> Iterator[Leak]:
    """Measures down and groups across, or the other way round."""
    if not table.rows:
        return
    head = [cell.casefold() for cell in table.rows[0]]
    for row in table.rows[1:]:
        first = row[0].casefold() if row else ""
        for column, cell in enumerate(row[1:], start=1):
            above = head[column] if column < len(head) else ""
            measure, group = names.measures.get(first), names.groups.get(above)
            if first in names.groups:
                measure, group = names.measures.get(above), names.groups[first]
            if measure and group and printed(cell) is not None:
                yield from _leak(table.page, table.anchor, cell, (names.survey, measure, group), status)


def _listed(table: PageTable, names: _Names, status: Status) -> Iterator[Leak]:
    """One row a number, measure and group beside it."""
    head: Sequence[str] = ()
    for row in table.rows:
        measures = {names.measures[c.casefold()] for c in row if c.casefold() in names.measures}
        groups = {names.groups[c.casefold()] for c in row if c.casefold() in names.groups}
        if len(measures) != 1 or len(groups) != 1:
            # a sheet may have a title and a note above its headings
            head = row if sum(map(bool, row)) > 1 and all(printed(cell) is None for cell in row) else head
            continue
        for column, cell in enumerate(row):
            counts = column < len(head) and _COUNTS.match(head[column])
            if not counts and printed(cell) is not None and not _PUBLIC.fullmatch(cell.strip()):
                place = (names.survey, measures.copy().pop(), groups.copy().pop())
                yield from _leak(table.page, table.anchor, cell, place, status)


def _told(text: PageText, names: _Names, status: Status) -> Iterator[Leak]:
    """A group and a number in one clause of a text about a measure."""
    small = text.text.casefold()
    measures = {name for title, name in names.measures.items() if len(title) > 3 and title in small}
    if not measures or not _FIGURE.search(small):
        return
    for clause in _CLAUSE.split(small):
        bare = clause
        for title in names.measures:
            bare = bare.replace(title, " ") if len(title) > 3 else bare
        for title in dict.fromkeys(names.pattern.findall(bare)):
            figure = _FIGURE.search(_PUBLIC.sub(" ", bare.replace(title, " ")))
            if figure is not None:
                for measure in measures:
                    place = (names.survey, measure, names.groups[title])
                    yield from _leak(text.page, text.place, figure[0], place, status)


def _leak(page: str, place: str, what: str, where: tuple[str, str, str], status: Status) -> Iterator[Leak]:
    if status.get(where) is False:
        yield Leak(*where, "", "page", what, 0, 0, 0, (f"{page}#{place}",))


def _status(publications: Sequence[Publication]) -> Mapping[tuple[str, str, str], bool]:
    """Whether any csv table shows a number of a measure for a group; only groups with hidden rows."""
    found: dict[tuple[str, str, str], bool] = {}
    for publication in publications:
        for table, columns in NUMBERS.items():
            for row in publication.rows(table):
                place = (row["survey"], row.get("measure") or row.get("item", ""), row["group"])
                seen = any(number(row.get(column)) is not None for column in columns)
                if seen:
                    found[place] = True
                elif row.get("suppressed") == "true":
                    found.setdefault(place, False)
    return found
