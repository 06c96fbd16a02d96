"""Every sentence of a draft with sample words in its places, to be read in ``docs/sentences.md``."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.common.language import LANGUAGES, catalogue
from evaluation.presentation.sentences import capital

_SAMPLES = {
    "da": {
        "survey": "»Medarbejdertrivsel«", "respondents": "medarbejdere og ledere i dagtilbud",
        "kommune": "Lindholt Kommune", "themes": "»Trivsel« og »Medbestemmelse«", "count": "fire",
        "list": "»Tillid« (7,3 point) og »Motivation« (6,1 point)", "before": "2020", "after": "2024",
        "period": "9. september til 13. oktober 2024", "answered": "402", "invited": "583", "rate": "69 pct.",
        "wave": "2024", "share": "syv af de 14 skalaer", "other": "én", "measure": "»Faglig frihed«",
        "noun": "scoren", "bare": "score", "move": "fra 52,4 til 61,5 point", "change": "9,1 point", "low": "6,9",
        "high": "11,3 point", "delta": "5 point", "refs": "Figur 3 og Tabel 6", "high_value": "84,1 point",
        "low_value": "39,0 point", "scale": "»Medbestemmelse«", "item": "»Jeg bliver hørt«",
        "variables": "tilbudstype og stilling", "most": "»Dagpleje«", "most_change": "10,2 point",
        "least": "»Børnehave«", "least_change": "−3,1 point", "group": "»Pædagog«", "measures": "de 14 skalaer",
        "total": "14", "better": "52 pct.", "worse": "8 pct.", "waves": "2020", "name": "Vestermose Kommune",
        "ref": "Afsnit 9", "top": "»Trivsel«", "bottom": "»Tid«",
    },
    "en": {
        "survey": "“Employee wellbeing”", "respondents": "employees and leaders in day care",
        "kommune": "Lindholt Kommune", "themes": "“Wellbeing” and “Influence”", "count": "four",
        "list": "“Trust” (7.3 points) and “Motivation” (6.1 points)", "before": "2020", "after": "2024",
        "period": "9 September to 13 October 2024", "answered": "402", "invited": "583", "rate": "69 per cent",
        "wave": "2024", "share": "seven of the 14 scales", "other": "one", "measure": "“Professional freedom”",
        "noun": "the score", "bare": "score", "move": "from 52.4 to 61.5 points", "change": "9.1 points", "low": "6.9",
        "high": "11.3 points", "delta": "5 points", "refs": "Figure 3 and Table 6", "high_value": "84.1 points",
        "low_value": "39.0 points", "scale": "“Influence on decisions”", "item": "“I am heard”",
        "variables": "type of day care and position", "most": "“Family day care”", "most_change": "10.2 points",
        "least": "“Kindergarten”", "least_change": "−3.1 points", "group": "“Pedagogue”",
        "measures": "the 14 scales", "total": "14", "better": "52 per cent", "worse": "8 per cent", "waves": "2020",
        "name": "Vestermose Kommune", "ref": "Section 9", "top": "“Wellbeing”", "bottom": "“Time”",
    },
}  # fmt: skip


def drafted() -> Iterator[str]:
    """Lines of the document; the words of a claim stand in ⟦…⟧."""
    yield "\n## First drafts (`evaluation draft`): every sentence, the words of a claim in ⟦…⟧\n"
    for name in catalogue("words", "da")["draft"]:
        yield f"\n### {name}\n"
        for lang in LANGUAGES:
            found = catalogue("words", lang)["draft"][name]
            places = _SAMPLES[lang] | {capital(key): capital(value) for key, value in _SAMPLES[lang].items()}
            for text in [found] if isinstance(found, str) else found:
                # As in a report: one full stop after an abbreviation.
                yield f"- {lang}: {str(text).format(**places).replace('pct..', 'pct.')}"
