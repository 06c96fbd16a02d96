"""Precision and recall of the screening on the invented sentences: counted by mentions, place by place."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from evaluation.disclosure.opentext.model import Span
from evaluation.disclosure.opentext.screen import Screener

FOLDER = Path(__file__).parent
UNITS = (
    "Børnehaven Solstrålen", "Børnehaven Regnbuen", "Børnehuset Kastaniegården", "Naturbørnehaven Egernet",
    "Dagplejen Lyngholm",
    "Bakkeskolen", "Sortebro Skole", "Havrevangens Skole",
)  # fmt: skip
SCREENER = Screener.of(UNITS, ("Område Nord",))
# a school of the register is one of our institutions; a town may be part of an address
_SAME = {
    ("skole", "institution"),
    ("sted", "adresse"),
    ("adresse", "sted"),
    ("institution", "skole"),
    ("stue", "institution"),
}


@dataclass
class Counts:
    """Mentions by kind: found, missed, and masks where nothing should be."""

    found: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def recall(self, kind: str | None = None) -> float:
        kinds = [kind] if kind else list({*self.found, *self.missed})
        hit, lost = sum(self.found[k] for k in kinds), sum(self.missed[k] for k in kinds)
        return hit / (hit + lost)

    def precision(self, kind: str | None = None) -> float:
        kinds = [kind] if kind else list({*self.found, *self.wrong})
        hit, bad = sum(self.found[k] for k in kinds), sum(self.wrong[k] for k in kinds)
        return hit / (hit + bad)


def sentences(part: str) -> list[tuple[str, list[Span]]]:
    """Plain sentences with what must be masked in them."""
    made = []
    for line in (FOLDER / f"sentences_{part}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#") or not line:
            continue
        digits = iter("7384019265" * 3)
        line = "".join(next(digits) if c == "#" else "\n" if c == "¶" else c for c in line)
        text, gold = "", []
        for piece in re.split(r"(\[\[.*?\]\])", line, flags=re.S):
            if piece.startswith("[["):
                kind, words = piece[2:-2].split("|", 1)
                gold.append(Span(len(text), len(text) + len(words), kind, "gold"))
                text += words
            else:
                text += piece
        made.append((text, gold))
    return made


def count(part: str) -> Counts:
    """Held against the gold: a mention is found when every letter and digit of it is masked."""
    counts = Counts()
    for text, gold in sentences(part):
        spans = SCREENER.spans(text)
        for mention in gold:
            covered = {i for s in spans for i in range(s.start, s.end)}
            bare = "".join(text[i] if i not in covered else " " for i in range(mention.start, mention.end))
            # of several words ("Sanne og Ulrik") the joining ones may stand
            whole = set(re.findall(r"\w+", bare)) <= {"og", "i", "forvaltningen"}
            (counts.found if whole else counts.missed)[mention.kind] += 1
            if not whole:
                counts.told.append(f"{part} missed {mention.kind}: {text}")
        for span in spans:
            if not any(m.start < span.end and span.start < m.end for m in gold):
                counts.wrong[span.kind] += 1
                counts.told.append(f"{part} wrong {span.kind} {span.rule} '{text[span.start : span.end]}': {text}")
            elif not any(
                m.start < span.end and span.start < m.end and (m.kind == span.kind or (m.kind, span.kind) in _SAME)
                for m in gold
            ):
                counts.told.append(f"{part} other kind {span.kind} {span.rule} '{text[span.start : span.end]}': {text}")
    return counts


if __name__ == "__main__":
    for part in ("a", "b"):
        found = count(part)
        print(part, f"recall {found.recall():.3f} precision {found.precision():.3f}", len(sentences(part)))
        print("  found", dict(found.found), "\n  missed", dict(found.missed), "\n  wrong", dict(found.wrong))
        print("\n".join(found.told))
