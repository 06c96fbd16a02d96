"""One sample of each figure, with the labels that break layouts: long, hostile, at 0 and 100."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from evaluation.presentation.brand import Brand, load_brand
from evaluation.presentation.figures.base import Figure
from evaluation.presentation.figures.changes import ScaleChanges
from evaluation.presentation.figures.event_study import EventStudy
from evaluation.presentation.figures.forest import Forest
from evaluation.presentation.figures.likert import LikertBattery
from evaluation.presentation.figures.perceived import PerceivedChange
from evaluation.presentation.figures.priorities import Priorities
from evaluation.presentation.figures.purpose_model import PurposeModel
from evaluation.presentation.figures.response_rates import ResponseRates
from evaluation.presentation.figures.timeline import ReleaseTimeline
from evaluation.presentation.figures.trend import Trend
from evaluation.presentation.figures.units import UnitDistribution
from evaluation.presentation.figures.verdicts import VerdictMatrix
from evaluation.presentation.figures.wave_changes import WaveChanges

BRAND_FILE = Path(__file__).parents[3] / "reports" / "midtvejsevaluering" / "_brand.yml"
BRAND: Brand = load_brand(BRAND_FILE)
CATEGORIES = ("Helt uenig", "Uenig", "Hverken enig eller uenig", "Enig", "Helt enig")
HOSTILE = "A & B <b>fed</b> koster $5 og $7 {{< var x >}} #let"
LONG = (
    "Jeg bruger for meget tid på dokumentation, skemaer og indberetninger, som ikke kommer børnene, forældrene "
    "eller mine kolleger til gavn i det daglige pædagogiske arbejde"
)
COMPOUND = "Medarbejdertilfredshedsundersøgelsesresultatopgørelse"
NAN = math.nan
VERDICT_LABELS = {
    "fremgang": "fremgang",
    "lille_fremgang": "lille fremgang",
    "uaendret": "stort set uændret",
    "uafklaret": "kan ikke afgøres",
    "lille_tilbagegang": "lille tilbagegang",
    "tilbagegang": "tilbagegang",
    "": "..",
}


def likert_rows(shares: dict[str, list[list[float]]], categories: tuple[str, ...] = CATEGORIES) -> pd.DataFrame:
    """Rows of a battery from ``item: [shares before, shares after]``."""
    rows = [
        (item, ("2020", "2024")[wave], wave, category, place, share, (412, 1398)[wave])
        for item, waves in shares.items()
        for wave, values in enumerate(waves)
        for place, (category, share) in enumerate(zip(categories, values, strict=True))
    ]
    columns = ["item_label", "wave_label", "wave_order", "category_label", "category_order", "share", "n"]
    return pd.DataFrame(rows, columns=columns)


def likert() -> LikertBattery:
    """Six items: long, hostile, hidden before, all alike, narrow segments."""
    even, narrow, alike, hidden = (
        [0.1, 0.2, 0.3, 0.25, 0.15],
        [0.01, 0.015, 0.475, 0.4, 0.1],
        [0.0, 0, 0, 0, 1],
        [NAN] * 5,
    )
    shares = {
        "Jeg er glad for mit arbejde": [even, even],
        LONG: [narrow, even],
        HOSTILE: [even, narrow],
        "Skjult før": [hidden, even],
        "Alle svarer ens": [alike, alike],
        COMPOUND: [even, alike],
    }
    aside = [
        (item, wave, share)
        for item, share in zip(shares, (0, 0.004, 0.5, 0.03, 0.1, NAN), strict=True)
        for wave in ("2020", "2024")
    ]
    dont_know = pd.DataFrame(aside, columns=["item_label", "wave_label", "share"])
    return LikertBattery(likert_rows(shares), CATEGORIES, dont_know, hidden_text="Skjult af hensyn til anonymitet")


def changes() -> ScaleChanges:
    """Every verdict, values at both ends, a row without interval and one hidden."""
    rows = [
        ("Arbejdsglæde", 61.2, 71.4, 10.2, 6.1, 14.3, "fremgang", "better"),
        (LONG, 52.0, 55.1, 3.1, 0.8, 5.4, "lille_fremgang", "better"),
        ("Dokumentationsbyrde", 68.0, 49.0, -19.0, -25.3, -12.7, "fremgang", "worse"),
        (HOSTILE, 74.2, 74.2, 0.0, -2.1, 2.1, "uaendret", "better"),
        ("Samarbejde", 0.0, 100.0, 100.0, 90.0, 100.0, "uafklaret", "better"),
        ("Sygefravær", 100.0, 0.0, -100.0, NAN, NAN, "lille_tilbagegang", "worse"),
        (COMPOUND, NAN, NAN, NAN, NAN, NAN, "", "neutral"),
        ("Ledelse", 70.0, 62.0, -8.0, -12.0, -4.0, "tilbagegang", "better"),
    ]
    columns = ["label", "before", "after", "change", "ci_low", "ci_high", "verdict", "higher_is"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["theme"] = ["Trivsel og tidlig indsats"] * 3 + [LONG] * 2 + [""] * 3
    frame["verdict_label"] = frame["verdict"].map(VERDICT_LABELS)
    words = {
        "level": "Niveau (0–100)",
        "change": "Ændring i point",
        "verdict": "Vurdering",
        "band": "±5 point",
        "worse": "lav værdi er bedst",
    }
    return ScaleChanges(frame, 5.0, "2020", "2024", words)


def rates() -> ResponseRates:
    """Known and unknown rates, 0 and 100 %."""
    rows = [
        ("Medarbejdertrivsel", "2020", 0.73, 565, 412, "before"),
        ("Medarbejdertrivsel", "2024", 1.0, 1398, 1398, "after"),
        (LONG, "2022, midt i overgangen til noget andet", 0.0, 12, 0, ""),
        (COMPOUND, "2024", NAN, NAN, 77, "after"),
    ]
    columns = ["label", "wave_label", "rate", "invited", "answered", "period"]
    return ResponseRates(pd.DataFrame(rows, columns=columns), "{answered} af {invited}")


def perceived() -> PerceivedChange:
    """Both poles empty, one full, one hidden."""
    rows = [
        ("Tid til det enkelte barn", 0.12, 0.4, 0.48, 412),
        (LONG, 1.0, 0.0, 0.0, 8),
        (HOSTILE, NAN, NAN, NAN, 7),
        (COMPOUND, 0.0, 1.0, 0.0, 55),
    ]
    columns = ["label", "share_worse", "share_same", "share_better", "n"]
    words = {"worse": "Dårligere end før", "same": "Uændret", "better": "Bedre end før", "hidden": "Skjult"}
    return PerceivedChange(pd.DataFrame(rows, columns=columns), words)


def units() -> UnitDistribution:
    """Two strips of dots, many at one place."""
    rows = [
        (f"Børnehus {unit}", wave, float(50 + unit % 7), period)
        for wave, period in (("2020", "before"), (LONG, "after"))
        for unit in range(33)
    ]
    frame = pd.DataFrame(rows, columns=["unit_label", "wave_label", "value", "period"])
    means = pd.DataFrame({"wave_label": ["2020", LONG], "value": [51.0, 56.0]})
    return UnitDistribution(frame, means, "Ét dagtilbud", "Kommunens gennemsnit", axis_label="Arbejdsglæde, point")


def verdicts(groups: int = 9) -> VerdictMatrix:
    """Every verdict in ``groups`` columns."""
    names = ["Hele kommunen", "Dagpleje", "Integreret institution", "Pædagogmedhjælpere", *map(str, range(20))][:groups]
    known = list(VERDICT_LABELS)
    rows = [
        (measure, group, known[(row + column) % 7], VERDICT_LABELS[known[(row + column) % 7]])
        for row, measure in enumerate(["Arbejdsglæde", LONG, HOSTILE])
        for column, group in enumerate(names)
    ]
    return VerdictMatrix(pd.DataFrame(rows, columns=["measure_label", "group_label", "verdict", "verdict_label"]))


def timeline() -> ReleaseTimeline:
    """An open release and waves on both sides."""
    releases = pd.DataFrame({"label": ["Frisættelsen"], "start": ["2021-06-01"], "end": [pd.NaT]})
    waves = pd.DataFrame(
        {
            "label": ["2019", LONG, "2024"],
            "start": ["2019-10-01", "2020-10-01", "2024-10-01"],
            "end": ["2019-10-31", "2020-11-15", "2024-11-01"],
            "period": ["before", "before", "after"],
        }
    )
    return ReleaseTimeline(releases, waves)


def trend() -> Trend:
    """Four lines, two ending at the same place."""
    dates = pd.to_datetime(["2019-10-15", "2020-10-15", "2022-10-15", "2024-10-15"])
    rows = [
        (label, str(day.year), day, value + move, value + move - 2, value + move + 2)
        for label, move in (("Arbejdsglæde", 0.0), (LONG, 0.0), (HOSTILE, 0.5), ("Ledelse", -14.0))
        for day, value in zip(dates, (61.0, 60.0, 66.0, 71.0), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=["label", "wave_label", "date", "value", "ci_low", "ci_high"])
    return Trend(frame, pd.Timestamp("2021-06-01").date(), "Frisættelsen, 1. juni 2021", axis_label="Point, 0–100")


def forest() -> Forest:
    """The whole, groups under two headings, one without interval, one hidden, one with a verdict."""
    rows = [
        ("", "Hele kommunen", 1402, 7.5, 5.3, 9.7, "fremgang", 1),
        ("Tilbudstype", "Dagpleje", 60, 10.9, 3.6, 18.2, "uafklaret", 1),
        ("Tilbudstype", LONG, 134, -35.9, -41.4, -30.5, "", 1),
        (LONG, HOSTILE, 22, 3.0, NAN, NAN, "", 0),
        (LONG, COMPOUND, NAN, NAN, NAN, NAN, "", 1),
    ]
    columns = ["theme", "label", "n", "change", "ci_low", "ci_high", "verdict", "digits"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["verdict_label"] = frame["verdict"].map(VERDICT_LABELS)
    words = {
        "n": "Antal svar, 2024",
        "change": "Ændring, point",
        "numbers": "Point (95 pct.-KI)",
        "interval": "95 pct.-konfidensinterval",
        "whole": "Hele kommunen",
        "band": "±5 point",
        "hidden": "..",
        "to": "til",
    }
    return Forest(frame, 5.0, words)


PANEL_WORDS = {
    "axis": "Ændring i point i forhold til 2020",
    "reference": "2020",
    "before": "før",
    "after": "efter",
    "release": "Frisættelsen",
    "band": "±5 point",
}


def waves() -> WaveChanges:
    """Seven measures in four waves: long, hostile and hidden in one wave."""
    names = ["Arbejdsglæde", LONG, HOSTILE, COMPOUND, "Ledelse", "Tillid", "Motivation"]
    values = {"2019": -1.0, "2020": 0.0, "2022": 4.0, "2024": 9.5}
    rows = [
        (name, wave, sign * value, sign * value - 3, sign * value + 3, "before" if wave < "2021" else "after")
        for name, sign in zip(names, (1, -1, 1, -1, 1, -1, 1), strict=True)
        for wave, value in values.items()
    ]
    frame = pd.DataFrame(rows, columns=["panel_label", "wave_label", "change", "ci_low", "ci_high", "period"])
    frame["reference"] = frame["wave_label"] == "2020"
    frame.loc[frame["reference"], ["ci_low", "ci_high"]] = NAN
    frame["date"] = pd.to_datetime(frame["wave_label"] + "-10-01")
    frame.loc[6, ["change", "ci_low", "ci_high"]] = NAN
    return WaveChanges(frame, 5.0, PANEL_WORDS, release_date=pd.Timestamp("2021-06-01").date())


def event() -> EventStudy:
    """Two measures and four cohorts, waves named by their distance from the release."""
    names = {-2: "to målinger før", 0: "sidste før", 1: "første efter", 2: "anden efter"}
    rows = [
        (name, group, names[step], 1.5 * step + place, 1.5 * step - 4, 1.5 * step + 5, step, step == 0)
        for name in ("Arbejdsglæde", LONG)
        for place, group in enumerate(["Frisat 1. juni 2021", LONG, HOSTILE, "Frisat 1. januar 2023"])
        for step in names
    ]
    columns = ["panel_label", "group_label", "wave_label", "change", "ci_low", "ci_high", "step", "reference"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["period"] = frame["step"].map(lambda step: "after" if step > 0 else "before")
    frame.loc[frame["reference"], ["ci_low", "ci_high"]] = NAN
    frame.loc[frame["reference"], "change"] = 0.0
    return EventStudy(frame, None, PANEL_WORDS)


def model() -> PurposeModel:
    """The elements, and one too long for a line."""
    return PurposeModel(("Evaluering og dialog", "Faglig frihed og medarbejderinddragelse", HOSTILE, COMPOUND, LONG))


def priorities() -> Priorities:
    """Twelve items, several at one place and some in the corners."""
    labels = ["Tid til barnet", LONG, HOSTILE, COMPOUND, *(f"Forhold {k}" for k in range(8))]
    rows = [(label, 70.0 + (k % 4) * 5, 60.0 + (k % 3) * 10) for k, label in enumerate(labels)]
    rows[5] = ("Forhold 1", 70.0, 60.0)
    words = {
        "importance": "Vigtighed, 0–100",
        "satisfaction": "Tilfredshed, 0–100",
        "attend": "vigtigt, mindre tilfredse",
        "keep": "vigtigt, tilfredse",
    }
    return Priorities(pd.DataFrame(rows, columns=["label", "importance", "satisfaction"]), words)


SAMPLES: dict[str, Callable[[], Figure]] = {
    "likert": likert,
    "changes": changes,
    "rates": rates,
    "perceived": perceived,
    "units": units,
    "verdicts": verdicts,
    "timeline": timeline,
    "trend": trend,
    "forest": forest,
    "waves": waves,
    "event": event,
    "model": model,
    "priorities": priorities,
}
