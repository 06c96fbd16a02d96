"""Labels that say why there is no answer: the one list of their wordings.

Danish, Norwegian, English and German, as they were met in exports. The draft of a codebook and
the cleaning of answers both ask here, so that they never disagree on what "Ved ikke" is.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

NoAnswer = Literal[
    "ikke_stillet",
    "var_her_ikke",
    "ikke_relevant",
    "ved_ikke",
    "vil_ikke_svare",
    "ikke_besvaret",
    "teknisk",
    "ikke_valgt",
]
# The first that fits the beginning of a label decides.
_WORDINGS: tuple[tuple[NoAnswer, str], ...] = (
    ("ikke_stillet", r"inap(?:plicable)?\b|ikke (?:stillet|spurgt|vist)\b|not (?:asked|shown)\b|filter(?:ed out)?\b"),
    (
        "var_her_ikke",
        r"(?:jeg )?(?:var|arbejdede|jobbede|jobbet) (?:her ikke|ikke (?:her|ansat|begyndt))\b"
        r"|(?:i )?was not here|not here (?:then|before)|war (?:damals )?(?:noch )?nicht",
    ),
    (
        "ikke_relevant",
        r"ikke (?:relevant|aktuelt?)\b|irrelevant\b|not (?:relevant|applicable)\b|does not apply\b"
        r"|nicht (?:relevant|zutreffend)|betrifft mich nicht|entfällt|n/a$",
    ),
    (
        "ved_ikke",
        r"(?:jeg )?ved (?:det )?ikke\b|vet ikke\b|veit ikkje|husker ikke\b|usikker$|ingen mening\b"
        r"|kan ikke (?:svare|vurdere|tage stilling)\b|don'?t know\b|do not know\b|dk\b|not sure\b|unsure\b"
        r"|no opinion\b|can'?t say\b|cannot (?:say|judge)\b|weiß (?:es )?nicht|weiss nicht"
        r"|kann ich nicht (?:sagen|beurteilen)",
    ),
    (
        "vil_ikke_svare",
        r"(?:ønsker|vil) ikke (?:at )?(?:svare|oplyse|oppgi)\b|refus(?:al|ed)\b|prefer not\b|rather not\b"
        r"|keine angabe\b|möchte nicht",
    ),
    (
        "ikke_besvaret",
        r"ikke (?:besvaret|besvart)\b|ubesvar(?:et|t)\b|uoplyst\b|uoppgitt\b|manglende\b|mangler(?: svar)?$|missing\b"
        r"|no answer\b|not answered\b|na\b|keine antwort|fehlend|nicht beantwortet",
    ),
    ("teknisk", r"system(?:[ -]?missing)?$|ugyldigt?\b|invalid\b|ungültig"),
    ("ikke_valgt", r"ikke valgt\b"),
)
_PATTERNS = tuple((state, re.compile(pattern)) for state, pattern in _WORDINGS)
# "9 - Ved ikke", "9. Ved ikke", "(9) Ved ikke"
_NUMBERED = re.compile(r"\(?-?\d+\)?\s*[-–.:)=]\s*(?=\D)")


# the items of a grid share their labels
@lru_cache(maxsize=4096)
def no_answer(label: str) -> NoAnswer | None:
    """Why there is no answer, as a label says it; None for an ordinary answer.

    ``ikke_valgt`` is a box that was not ticked: no answer category of a question with one
    answer, but a plain no in one with several.
    """
    text = " ".join(label.casefold().replace("’", "'").split()).strip(" .,:;-–*!?")
    text = (_NUMBERED.sub("", text, count=1) or text).lstrip("([")
    return next((state for state, pattern in _PATTERNS if pattern.match(text)), None)
