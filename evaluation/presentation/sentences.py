"""Sentences whose words follow the verdict, its direction, how many there are and their gender.

A sentence is chosen, never composed from fragments that would have to agree: measures
stand between guillemets and every word that refers to them is of common gender. Variants
are taken in turn, so that a text reads well and the same results always give the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaluation.common.language import catalogue
from evaluation.presentation.context import Row, tidy
from evaluation.presentation.numbers import NBSP, Numbers, is_missing, rounded

#: Order in which verdicts are told: changes first, then what stands still, then what is not known.
ORDER = ("fremgang", "lille_fremgang", "tilbagegang", "lille_tilbagegang", "uaendret", "uafklaret")
CHANGED = ORDER[:4]
#: Changes that a bullet tells with the levels before and after.
_FULL = 3
#: From this level before (points or per cent) there is little room for a rise.
HIGH = 80.0


@dataclass(frozen=True, slots=True)
class Amounts:
    """The numbers of one row as words of one language.

    Scores are told in points with one decimal, shares in whole per cent and procentpoint; shares
    with one decimal where whole numbers would not add up (62 to 65 per cent, 2 procentpoint).
    """

    before: str
    before_unit: str
    after: str
    change: str
    delta: str
    limit: str
    same: bool


def amounts(row: Row, numbers: Numbers) -> Amounts:
    """Numbers of an estimates row, formatted."""
    share = row["stat"] == "andel"
    factor, decimals = (100.0, 0) if share else (1.0, 1)
    before, after = (_scaled(row[name], factor) for name in ("before", "after"))
    if share and row["verdict"] in CHANGED and not _adds_up(before, after):
        decimals = 1
    unit, change_unit = ("percent", "procentpoint") if share else ("point", "point")
    one, two = numbers.number(before, decimals), numbers.number(after, decimals)
    delta = _scaled(row["delta"], factor)
    return Amounts(
        before=one,
        before_unit=one + NBSP + str(numbers.words[unit]),
        after=two + NBSP + str(numbers.words[unit]),
        change=numbers.unit(None if is_missing(row["change"]) else abs(row["change"]) * factor, change_unit, decimals),
        delta=_bound(delta, change_unit, numbers),
        limit=_bound(None if delta is None else 2 * delta, change_unit, numbers),
        same=one == two,
    )


def _adds_up(before: float | None, after: float | None) -> bool:
    """Whether whole numbers before and after differ, and by as much as the rounded change."""
    if before is None or after is None:
        return True
    shown, change = rounded(after, 0) - rounded(before, 0), rounded(after - before, 0)
    return shown == change != 0


def _scaled(value: Any, factor: float) -> float | None:
    return None if is_missing(value) else float(value) * factor


def _bound(value: float | None, unit: str, numbers: Numbers) -> str:
    """A limit of the plan with as many decimals as it was given with (5 or 2,5)."""
    whole = value is not None and abs(value - round(value)) < 1e-9
    return numbers.unit(value, unit, 0 if whole else 1)


def capital(text: str) -> str:
    """First letter large."""
    return text[:1].upper() + text[1:]


class Sentences:
    """Sentences in one language; hands out variants in turn.

    Parameters
    ----------
    lang : str
        ``"da"`` or ``"en"``.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.numbers = Numbers(lang)
        self._words: Mapping[str, Any] = catalogue("words", lang)
        self._turn: dict[tuple[str, str], int] = {}

    def _next(self, kind: str, form: str, variants: Sequence[str]) -> str:
        turn = self._turn.get((kind, form), 0)
        self._turn[kind, form] = turn + 1
        return variants[turn % len(variants)]

    def subject(self, stat: str, measure: str) -> dict[str, str]:
        """Places that name what was measured; ``measure`` is a quoted title."""
        kind = "andel" if stat == "andel" else "score"
        words = self._words["subjects"]
        subject, noun = str(words[kind]).format(measure=measure), str(words[f"{kind}_noun"])
        return {
            "measure": measure,
            "subject": subject,
            "Subject": capital(subject),
            "noun": noun,
            "Noun": capital(noun),
            "bare": str(words[f"{kind}_bare"]),
        }

    def kind_of(self, row: Row) -> str:
        """A verdict, or ``neutral``, ``untested``, ``incomparable`` or ``hidden``: the sentences a row takes."""
        if row["suppressed"]:
            return "hidden"
        if row["comparable"] == "nej" or is_missing(row["change"]):
            return "incomparable"
        if row["verdict"] in ORDER:
            return str(row["verdict"])
        return "neutral" if row["higher_is"] == "neutral" and not is_missing(row["se"]) else "untested"

    def reason(self, code: str) -> str:
        """A subordinate clause for a reason code: ``for få har svaret``."""
        reasons = self._words["reasons"]
        return str(reasons.get(code, reasons["other"]))

    def statement(self, row: Row, measure: str) -> str:
        """One or two sentences on a change; ``measure`` is the quoted title."""
        kind = self.kind_of(row)
        told = amounts(row, self.numbers)
        forms = self._words["statement"][kind]
        form = "ingen" if kind in ("hidden", "incomparable") or told.same else str(row["direction"])
        if form not in forms:
            form = "op" if row["change"] > 0 else "ned"
        text = self._next(kind, form, forms[form])
        places = self.subject(str(row["stat"]), measure)
        return tidy(
            text.format(
                **places,
                before=told.before,
                after=told.after,
                change=told.change,
                delta=told.delta,
                reason=self.reason(str(row["reason"])),
            )
        )

    def count(self, some: int, total: int, noun: str) -> str:
        """``tre af de 14 skalaer``, ``alle 14 skalaer``, ``begge skalaer`` or ``ét af de syv spørgsmål``."""
        counts, forms = self._words["counts"], self._words["nouns"][noun]
        places = {"plural": forms["plural"], "total": self.numbers.count(total), "count": self.numbers.count(some)}
        if total == 1:
            return str(forms["single"] if some else forms["none"])
        if some == 0:
            return str(counts["none_of_two" if total == 2 else "none"]).format(**places)
        if some == total:
            return str(counts["both" if total == 2 else "all"]).format(**places)
        if some == 1:
            return str(forms["one_of"]).format(**places)
        return str(counts["some"]).format(**places)

    def short_count(self, some: int, noun: str, *, bare: bool = False) -> str:
        """``én skala``, ``ét spørgsmål``, ``tre skalaer``; bare: ``én``, ``ét``, ``tre``. Not for zero."""
        forms = self._words["nouns"][noun]
        if some == 1:
            return str(forms["bare_one" if bare else "one"])
        count = self.numbers.count(some)
        return count if bare else str(self._words["counts"]["short"]).format(count=count, plural=forms["plural"])

    def bullet(
        self, verdict: str, rows: Sequence[tuple[Row, str]], total: int, noun: str, *, first: bool = True
    ) -> str:
        """A bullet on all measures with one verdict; empty where nothing needs saying.

        Parameters
        ----------
        rows : sequence of (row, quoted title)
        total : int
            Measures with a verdict; told in the first bullet only.
        """
        forms = self._words["bullet"][verdict]
        if first or not rows or len(rows) == total:
            share = self.count(len(rows), total, noun)
        else:
            share = self.short_count(len(rows), noun)
        if not rows:
            return tidy(str(forms["none"]).format(share=share, Share=capital(share))) if "none" in forms else ""
        # Many are told by their change alone, largest first: a bullet is read at a glance.
        if verdict in CHANGED and len(rows) > _FULL:
            listed = self.changes_of(rows)
        else:
            listed = self.numbers.listing([self._detail(row, name, verdict) for row, name in rows])
        return tidy(str(forms["some"]).format(share=share, Share=capital(share), list=listed))

    def _detail(self, row: Row, measure: str, verdict: str) -> str:
        if verdict not in CHANGED:
            return measure
        told = amounts(row, self.numbers)
        form = "worse" if row["higher_is"] == "worse" else "text"
        return str(self._words["bullet"]["detail"][form]).format(measure=measure, before=told.before, after=told.after)

    def _signed(self, row: Row, measure: str) -> str:
        """``»Tillid« (+7,3 point)``: the change alone.

        Shares in whole procentpoint, unless that would be 0 or make a small change as large as the limit.
        """
        share = row["stat"] == "andel"
        change = float(row["change"]) * (100.0 if share else 1.0)
        whole, small = abs(rounded(change, 0)), str(row["verdict"]).startswith("lille_")
        decimals = 0 if share and whole and not (small and whole >= 100 * float(row["delta"])) else 1
        unit = str(self.numbers.words["procentpoint" if share else "point"])
        told = self.numbers.number(change, decimals, sign=True) + NBSP + unit
        form = "worse" if row["higher_is"] == "worse" else "text"
        return str(self._words["several"]["detail"][form]).format(measure=measure, change=told)

    def changes_of(self, rows: Sequence[tuple[Row, str]]) -> str:
        """Measures with their changes, the largest first."""
        ordered = sorted(rows, key=lambda entry: -abs(float(entry[0]["change"])))
        return self.numbers.listing([self._signed(row, name) for row, name in ordered])

    def several(self, verdict: str, rows: Sequence[tuple[Row, str]], total: int, noun: str) -> str:
        """Measures that changed with one verdict, at least two of them, in as few words as they need.

        Three or more large changes: the largest is told in full, the others by their change. Small ones
        are told by their change alone, and what *small* means is said once.
        """
        ordered = sorted(rows, key=lambda entry: -abs(float(entry[0]["change"])))
        row, measure = ordered[0]
        told, forms = amounts(row, self.numbers), self._words["several"][verdict]
        form = "alle" if "alle" in forms else "op" if row["change"] > 0 else "ned"
        share = self.count(len(rows), total, noun)
        places = {"share": share, "Share": capital(share), **self.subject(str(row["stat"]), measure)}
        listed = self.changes_of(ordered if form == "alle" else ordered[1:])
        numbers = {"before": told.before, "after": told.after, "change": told.change, "delta": told.delta}
        return tidy(str(forms[form]).format(**places, **numbers, list=listed))

    def in_group(self, verdict: str, rows: Sequence[tuple[Row, str]], total: int, noun: str) -> str:
        """One short sentence on all measures of a group with one verdict."""
        forms = self._words["in_group"]
        if verdict == "uafklaret":
            # "On none of the 14 scales can it be decided": short, and the strongest way to say it.
            whole = len(rows) == total > 1
            share = self.count(0 if whole else len(rows), total, noun)
            return tidy(str(forms["uafklaret_all" if whole else verdict]).format(share=share))
        names = self.numbers.listing([name for _, name in rows])
        listed = self.changes_of(rows) if verdict in CHANGED else names
        return tidy(str(forms[verdict]).format(list=listed))

    def remark(self, key: str, names: Sequence[str], **params: str) -> str:
        """A remark on the measures of that name; empty when there are none."""
        if not names:
            return ""
        remarks = self._words["remarks"]
        form = key if key in remarks else f"{key}_{'one' if len(names) == 1 else 'many'}"
        text = str(remarks[form]).format(list=self.numbers.listing(list(names)), **params)
        return capital(tidy(text))

    def ceiling(self, rows: Iterable[tuple[Row, str]]) -> str:
        """A note where a measure on which high is good was high already before."""
        found = [(row, name) for row, name in rows if self._is_high(row)]
        if not found:
            return ""
        share = found[0][0]["stat"] == "andel"
        limit = self.numbers.percent(HIGH / 100) if share else self.numbers.points(HIGH, 0)
        noun = self.subject("andel" if share else "score", "")["noun"]
        return self.remark("ceiling", [name for _, name in found], noun=noun, limit=limit)

    @staticmethod
    def _is_high(row: Row) -> bool:
        if row["higher_is"] != "better" or is_missing(row["before"]):
            return False
        return float(row["before"]) * (100 if row["stat"] == "andel" else 1) >= HIGH

    def undecidable(self, rows: Iterable[tuple[Row, str]]) -> str:
        """A note on undecided measures whose minimum detectable change exceeds 2δ; it follows a sentence on them."""
        undecided = [(row, name) for row, name in rows if row["verdict"] == "uafklaret"]
        found = [
            (row, name) for row, name in undecided if not is_missing(row["mdc80"]) and row["mdc80"] > 2 * row["delta"]
        ]
        limit = amounts(found[0][0], self.numbers).limit if found else ""
        form = "mdc_all" if len(found) == len(undecided) else "mdc_list"
        return self.remark(form, [name for _, name in found], limit=limit)

    @staticmethod
    def felt(row: Row) -> str:
        """Which way people see a matter: ``better``, ``worse``, ``mixed``, ``coarse`` (no interval) or ``hidden``."""
        if row["suppressed"] or is_missing(row["share_better"]) or is_missing(row["share_worse"]):
            return "hidden"
        if is_missing(row["ci_low"]) or is_missing(row["ci_high"]):
            return "coarse"
        return "better" if row["ci_low"] > 0 else "worse" if row["ci_high"] < 0 else "mixed"

    def perceived(self, row: Row, measure: str) -> str:
        """A sentence on a perceived change, in words of its own."""
        form = self.felt(row)
        places = {name: self.numbers.percent(row[f"share_{name}"]) for name in ("better", "worse", "same")}
        text = self._next("perceived", form, self._words["perceived"][form])
        return capital(tidy(text.format(measure=measure, **places)))

    def all_perceived(self, rows: Sequence[tuple[Row, str]], most: int) -> list[str]:
        """Perceived change of many matters: mostly better, mostly worse, unclear; each with what is most so.

        Parameters
        ----------
        rows : sequence of (row, quoted wording)
        most : int
            Matters named where there are many.

        Returns
        -------
        list of str
            Each opens with a bold sentence; empty where no row has an interval.
        """
        kinds: dict[str, list[tuple[Row, str]]] = {}
        for row, name in rows:
            kinds.setdefault(self.felt(row), []).append((row, name))
        clear = [entry for kind in ("better", "worse", "mixed") for entry in kinds.get(kind, [])]
        told = []
        for kind in ("better", "worse") if clear else ():
            mine = [entry for entry in clear if self.felt(entry[0]) == kind]
            mine = sorted(mine, key=_net, reverse=kind == "better")
            if mine:
                told.append(
                    self._felt(f"{kind}_one" if len(mine) <= most else kind, mine[:most], len(mine), len(clear))
                )
            else:
                top = sorted(clear, key=_worse if kind == "worse" else _better)[-1]
                # A matter that is unclear is named with those that are.
                bare = "_bare" if self.felt(top[0]) == "mixed" else ""
                told.append(self._felt(f"{kind}_none{bare}", [top], 0, len(clear)))
        if mixed := kinds.get("mixed"):
            told.append(self._felt("mixed", mixed, len(mixed), len(clear)))
        for kind in ("coarse", "hidden") if clear else ():
            if kind in kinds:
                names = self.numbers.listing([name for _, name in kinds[kind]])
                told.append(str(self._words["felt"][kind]).format(list=names))
        return told

    def _felt(self, form: str, shown: Sequence[tuple[Row, str]], count: int, total: int) -> str:
        words = self._words["felt"]
        details = [
            str(words["detail"]).format(
                measure=name, **{part: self.numbers.percent(row[f"share_{part}"]) for part in ("better", "worse")}
            )
            for row, name in shown
        ]
        share = self.count(count, total, "forhold")
        return tidy(str(words[form]).format(share=share, list=self.numbers.listing(details)))


def _net(entry: tuple[Row, str]) -> float:
    return float(entry[0]["net"])


def _better(entry: tuple[Row, str]) -> float:
    return float(entry[0]["share_better"])


def _worse(entry: tuple[Row, str]) -> float:
    return float(entry[0]["share_worse"])
