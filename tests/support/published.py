"""A small published result set, made by hand: every verdict, hidden rows, small groups, missing surveys.

Nothing here comes from the pipeline, so that everything behind the gate can be built
and tested alone. The numbers are consistent with each other (change = after − before,
verdicts follow the rule) but stand for nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.common import table
from evaluation.common.ids import make_key
from evaluation.disclosure.published import TABLES, Published, conform
from tests.support.sample import PARENTS, PERCEIVED, SCHOOL, STAFF, STAFF_SCALES, sample_instruments

RULE = "1"


def _estimate(
    survey: str,
    theme: str,
    measure: str,
    before: float | None,
    after: float | None,
    se: float | None = None,
    verdict: str = "",
    **more: Any,
) -> dict[str, Any]:
    stat = more.get("stat", "score")
    group = more.get("group", "kommune")
    delta = more.get("delta", 5.0)
    row: dict[str, Any] = dict.fromkeys(table.ESTIMATES)
    change = None if before is None or after is None else round(after - before, 6)
    row.update(
        key=make_key(survey, measure, stat, group, "2020_2024"),
        survey=survey,
        theme=theme,
        measure=measure,
        stat=stat,
        higher_is="better",
        group=group,
        waves="2020_2024",
        design="panel" if survey == STAFF else "repeated-cross-section",
        estimand="udvikling",
        invited_before=520,
        invited_after=540,
        n_before=402,
        n_after=391,
        n_paired=260 if survey == STAFF else None,
        clusters=33,
        before=before,
        after=after,
        change=change,
        direction=None if change is None else "op" if change > 0 else "ned" if change < 0 else "ingen",
        delta=delta,
        alpha=0.05,
        verdict=verdict,
        method="CR2",
        weighting="",
        comparable="ja",
        base="besvaret",
        suppressed=False,
        reason="",
        rule_version=RULE,
    )
    if se is not None and change is not None:
        row.update(
            se=se,
            df=24.0,
            ci_low=change - 2.06 * se,
            ci_high=change + 2.06 * se,
            eq_low=change - 1.71 * se,
            eq_high=change + 1.71 * se,
            p_value=0.0004 if abs(change) > 2.5 * se else 0.46,
            p_adjusted=0.004 if abs(change) > 2.5 * se else 0.92,
            family=f"{survey}.{theme}.2020_2024",
            family_size=3,
            effect_name="hedges_g",
            effect_size=change / 18,
            effect_low=change / 18 - 0.2,
            effect_high=change / 18 + 0.2,
            mdc80=2.9 * se,
        )
    row.update({name: value for name, value in more.items() if name not in {"stat", "group", "delta"}})
    return row


def _estimates() -> list[dict[str, Any]]:
    rows = [
        _estimate(STAFF, theme, name, before, after, se, verdict, higher_is=higher)
        for name, theme, higher, before, after, se, verdict in STAFF_SCALES
    ]
    for name, theme, higher, before, after, se, _ in STAFF_SCALES:
        for k in (1, 2, 3):
            share = round(before / 100 - 0.04 * k, 3)
            rows.append(
                _estimate(
                    STAFF,
                    theme,
                    f"{name}_{k}",
                    share,
                    round(share + (after - before) / 100, 3),
                    se / 100,
                    stat="andel",
                    higher_is=higher,
                    delta=0.05,
                    family=None,
                    family_size=None,
                    p_adjusted=None,
                )
            )
        rows.append(
            _estimate(
                STAFF,
                theme,
                name,
                before + 3,
                after + 2,
                se * 2,
                "uafklaret",
                group="type-boernehave",
                higher_is=higher,
                n_before=120,
                n_after=115,
            )
        )
        rows.append(
            _estimate(
                STAFF,
                theme,
                name,
                before - 2,
                after + 1,
                group="type-dagpleje",
                higher_is=higher,
                n_before=24,
                n_after=26,
                reason="under_30",
            )
        )
        rows.append(
            _estimate(
                STAFF,
                theme,
                name,
                None,
                None,
                group="enhed-g90003",
                higher_is=higher,
                n_before=4,
                n_after=3,
                suppressed=True,
                reason="under_taersklen",
            )
        )
    rows.append(
        _estimate(STAFF, "trivsel", "arbejdsglaede", 63.0, 64.0, group="sammenligning", n_before=190, n_after=188)
    )
    parents = {"stat": "andel", "delta": 0.05, "n_before": 690, "n_after": 702}
    rows.append(_estimate(PARENTS, "trivsel", "samlet", 0.912, 0.915, 0.011, "uaendret", **parents))
    rows.append(
        _estimate(
            PARENTS, "trivsel", "samlet", 88.1, 88.3, 0.7, "uaendret", stat="snit", delta=2.5, n_before=690, n_after=702
        )
    )
    rows.append(_estimate(PARENTS, "trivsel", "aflevering", 0.71, 0.80, 0.02, "fremgang", **parents))
    rows.append(
        _estimate(
            SCHOOL,
            "trivsel",
            "social",
            None,
            None,
            stat="andel",
            delta=0.05,
            n_before=4,
            n_after=3,
            suppressed=True,
            reason="under_taersklen",
        )
    )
    return rows


def _levels() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for entry in _estimates():
        for side, wave in (("before", "2020"), ("after", "2024")):
            value = entry[side]
            row: dict[str, Any] = dict.fromkeys(table.LEVELS)
            row.update({name: entry[name] for name in ("survey", "theme", "measure", "stat", "higher_is", "group")})
            row.update(
                key=make_key(entry["survey"], entry["measure"], entry["stat"], entry["group"], wave),
                wave=wave,
                n=entry[f"n_{side}"],
                clusters=entry["clusters"],
                value=value,
                method="CR2",
                weighting="",
                base="besvaret",
                suppressed=entry["suppressed"],
                reason=entry["reason"],
                rule_version=RULE,
            )
            if value is not None and not entry["reason"]:
                high = value if entry["stat"] == "andel" else value / 100
                row.update(sd=18.0, se=1.0, df=24.0, ceiling_share=max(0.0, high - 0.6), floor_share=0.01)
            rows.append(row)
    return rows


def _distributions(instruments: Mapping[str, Instrument]) -> list[dict[str, Any]]:
    shares = {"2020": (0.06, 0.11, 0.21, 0.38, 0.24), "2024": (0.04, 0.09, 0.18, 0.4, 0.29)}
    rows: list[dict[str, Any]] = []
    for survey in (STAFF, PARENTS, SCHOOL):
        for item in instruments[survey].items:
            for wave, values in shares.items():
                hidden = survey == SCHOOL
                for code, share in enumerate(values, start=1):
                    rows.append(_answers(survey, item, wave, str(code), "", share, hidden))
                rows.append(_answers(survey, item, wave, "", "ved_ikke", 0.03, hidden))
    return rows


def _answers(survey: str, item: Any, wave: str, code: str, state: str, share: float, hidden: bool) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(table.DISTRIBUTIONS)
    row.update(
        key=make_key(survey, item.id, "andel", "kommune", f"{wave}-{code or state}"),
        survey=survey,
        theme=item.theme,
        scale=item.scale or "",
        item=item.id,
        group="kommune",
        wave=wave,
        code=code,
        state=state,
        count=None if hidden else round(share * 400),
        share=None if hidden else share,
        n_base=4 if hidden else 400,
        base="adspurgte" if state else "besvaret",
        suppressed=hidden,
        reason="under_taersklen" if hidden else "",
        rule_version=RULE,
    )
    return row


def _response() -> list[dict[str, Any]]:
    counts = {
        STAFF: {"2020": (520, 402), "2024": (540, 391)},
        PARENTS: {"2020": (1000, 690), "2024": (1010, 702)},
        SCHOOL: {"2020": (5, 4), "2024": (5, 3)},
        PERCEIVED: {"2024": (540, 391)},
    }
    return [
        {
            "key": make_key(survey, "svar", "antal", group, wave),
            "survey": survey,
            "group": group,
            "wave": wave,
            "invited": invited,
            "answered": answered,
            "completed": answered - 2,
            "partial": 2,
            "rate": answered / invited,
            "source": "population",
        }
        for survey, waves in counts.items()
        for wave, (invited, answered) in waves.items()
        for group in ("kommune",)
    ]


def _perceived() -> list[dict[str, Any]]:
    rows = []
    for item, worse, same, better, hidden in (
        ("frihed", 0.08, 0.40, 0.52, False),
        ("tid", None, None, None, True),
    ):
        row: dict[str, Any] = dict.fromkeys(table.PERCEIVED)
        row.update(
            key=make_key(PERCEIVED, item, "andel", "kommune", "2024"),
            survey=PERCEIVED,
            theme="trivsel",
            item=item,
            group="kommune",
            wave="2024",
            n=3 if hidden else 350,
            asked=391,
            share_worse=worse,
            share_same=same,
            share_better=better,
            net=None if hidden else 44.0,
            se=None if hidden else 3.4,
            df=None if hidden else 24.0,
            ci_low=None if hidden else 37.0,
            ci_high=None if hidden else 51.0,
            share_dont_know=None if hidden else 0.06,
            share_not_here=None if hidden else 0.045,
            clusters=33,
            base="vurderet",
            suppressed=hidden,
            reason="under_taersklen" if hidden else "",
            rule_version=RULE,
        )
        rows.append(row)
    return rows


def _scales() -> list[dict[str, Any]]:
    return [
        {
            "key": make_key(STAFF, name, "antal", "kommune", wave),
            "survey": STAFF,
            "scale": name,
            "wave": wave,
            "items": 3,
            "n": 400,
            "alpha": None if hidden else 0.81,
            "alpha_low": None if hidden else 0.78,
            "alpha_high": None if hidden else 0.84,
            "method": "pingouin",
            "suppressed": hidden,
            "reason": "under_taersklen" if hidden else "",
            "rule_version": RULE,
        }
        for name, *_ in STAFF_SCALES
        for wave in ("2020", "2024")
        for hidden in ((name, wave) == ("dokumentation", "2024"),)
    ]


def _meta(*, fictional: bool) -> dict[str, Any]:
    sources = [
        {"survey": s, "wave": w, "file": f"{s}.csv", "format": "surveyxact", "sha256": "ab" * 32, "rows": 400}
        for s, w in ((STAFF, "2020"), (STAFF, "2024"), (PARENTS, "2020"), (PARENTS, "2024"))
    ]
    imports = [
        {
            "survey": STAFF,
            "wave": "2020",
            "rows_in": 420,
            "rows_kept": 402,
            "completed": 400,
            "partial": 2,
            "not_opened": 10,
            "dropped": [{"reason": "duplicate", "rows": 8, "detail": ""}],
            "findings": [],
        }
    ]
    return {
        "fictional": fictional,
        "threshold": 5,
        "rule_version": RULE,
        "sources": sources,
        "imports": imports,
        "plan_sha256": "0" * 64,
        "versions": {"evaluation": "0.1.0"},
        "notes": [],
    }


def sample_published(*, fictional: bool = True, before: bool = True) -> Published:
    """Published tables of the sample; ``before=False`` has no estimate and only the wave 2024."""
    record = [
        {
            "table": "estimates",
            "key": row["key"],
            "group": row["group"],
            "rule": "threshold" if row["suppressed"] else "under_30",
            "reason": row["reason"],
            "hidden": row["suppressed"],
            "rule_version": RULE,
        }
        for row in _estimates()
        if row["reason"]
    ]

    def frame(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
        columns = list(TABLES[name])
        kept = rows if before or "wave" not in columns else [r for r in rows if r["wave"] == "2024"]
        return conform(name, pd.DataFrame(kept, columns=columns))

    return Published(
        estimates=frame("estimates", _estimates() if before else []),
        levels=frame("levels", _levels()),
        distributions=frame("distributions", _distributions(sample_instruments())),
        response=frame("response", _response()),
        perceived=frame("perceived", _perceived()),
        scales=frame("scales", _scales()),
        record=frame("record", record if before else []),
        meta=_meta(fictional=fictional),
    )
