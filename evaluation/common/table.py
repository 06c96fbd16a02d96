"""The columns of the tables that go from analysis through the gate to the reports.

They live here, not in ``analysis``, because ``disclosure.published`` and everything
behind it may know the columns but never the layers that fill them.
"""

from __future__ import annotations

from collections.abc import Mapping

#: One row a change that a report may show (``estimates``).
ESTIMATES: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "measure",
    "stat",
    "higher_is",
    "group",
    "waves",
    "design",
    "estimand",
    "invited_before",
    "invited_after",
    "n_before",
    "n_after",
    "n_paired",
    "n_eff_before",
    "n_eff_after",
    "clusters",
    "largest_share",
    "before",
    "after",
    "change",
    "direction",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "eq_low",
    "eq_high",
    "p_value",
    "family",
    "family_size",
    "p_adjusted",
    "p_bootstrap",
    "bootstrap_draws",
    "effect_name",
    "effect_size",
    "effect_low",
    "effect_high",
    "delta",
    "alpha",
    "mdc80",
    "verdict",
    "caution",
    "method",
    "weighting",
    "comparable",
    "base",
    "suppressed",
    "reason",
    "rule_version",
)

#: Single-wave means, scores and shares (``levels``). ``value`` on 0–100 (score, snit) or a share 0–1 (andel).
LEVELS: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "measure",
    "stat",
    "higher_is",
    "group",
    "wave",
    "n",
    "n_eff",
    "clusters",
    "value",
    "sd",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "floor_share",
    "ceiling_share",
    "method",
    "weighting",
    "base",
    "suppressed",
    "reason",
    "rule_version",
)

#: Answer distributions (``distributions``): one row an item × group × wave × answer code or state.
#: ``code`` is the answer code as text; for states it is empty and ``state`` names it. ``share`` 0–1 of ``base``.
DISTRIBUTIONS: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "scale",
    "item",
    "group",
    "wave",
    "code",
    "state",
    "count",
    "share",
    "n_base",
    "base",
    "suppressed",
    "reason",
    "rule_version",
)

#: Invited and answered (``response``). ``rate`` is a share 0–1; public, known to an attacker.
RESPONSE: tuple[str, ...] = (
    "key",
    "survey",
    "group",
    "wave",
    "invited",
    "answered",
    "completed",
    "partial",
    "rate",
    "source",
)

#: Perceived change (``perceived``, retrospective design): shares 0–1 of those who rated a change,
#: ``net`` = better minus worse in procentpoint; don't know and not here as shares of those asked.
PERCEIVED: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "item",
    "group",
    "wave",
    "n",
    "asked",
    "share_worse",
    "share_same",
    "share_better",
    "net",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "share_dont_know",
    "share_not_here",
    "clusters",
    "base",
    "suppressed",
    "reason",
    "rule_version",
)

#: Reliability of scales (``scales``).
SCALES: tuple[str, ...] = (
    "key",
    "survey",
    "scale",
    "wave",
    "items",
    "n",
    "alpha",
    "alpha_low",
    "alpha_high",
    "alpha_std",
    "omega",
    "g6",
    "average_r",
    "ase",
    "item_rest_min",
    "item_rest_item",
    "alpha_dropped_max",
    "alpha_dropped_item",
    "same",
    "same_reason",
    "congruence",
    "congruence_p",
    "drift",
    "drift_item",
    "drift_size",
    "drift_p",
    "units",
    "icc_unit",
    "raters",
    "icc_rater",
    "method",
    "suppressed",
    "reason",
    "rule_version",
)

#: Make-up of the invited and of those who answered (``attrition``): shares 0–1 by ``margin`` (type, omraade),
#: ``difference`` answered minus invited in procentpoint. Public, as ``response``.
ATTRITION: tuple[str, ...] = (
    "key",
    "survey",
    "wave",
    "margin",
    "group",
    "label",
    "invited",
    "answered",
    "invited_share",
    "answered_share",
    "difference",
)

#: Register indicators (``indicators``): ``stat`` is the kind (andel 0–1, procent 0–100, antal, tal), ``period`` a year
#: or year and month, ``note`` whom the number is about, ``units`` how many units stand behind a sum or mean.
INDICATORS: tuple[str, ...] = (
    "key",
    "indicator",
    "title",
    "stat",
    "group",
    "period",
    "value",
    "denominator",
    "units",
    "method",
    "note",
    "source",
    "suppressed",
    "reason",
    "rule_version",
)

#: Groups of units side by side (``comparisons``): released and not (yet) released, in and outside trials, by dose.
#: ``difference`` is ``value_group - value_against`` in points; with ``design`` ``dosis`` points from no dose to full.
COMPARISONS: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "measure",
    "stat",
    "higher_is",
    "design",
    "group",
    "against",
    "waves",
    "level",
    "wording",
    "n_group",
    "n_against",
    "clusters_group",
    "clusters_against",
    "value_group",
    "value_against",
    "difference",
    "direction",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "p_value",
    "family",
    "family_size",
    "p_adjusted",
    "delta",
    "alpha",
    "mdc80",
    "waves_before",
    "pretrend_p",
    "breakdown",
    "method",
    "weighting",
    "comparable",
    "base",
    "suppressed",
    "reason",
    "rule_version",
)

#: Weights of a survey in a wave (``weighting``): kommune only; weights over their mean, ``efficiency``, ``trimmed`` and
#: ``gap`` are shares 0–1, ``merged`` the categories weighted together.
WEIGHTING: tuple[str, ...] = (
    "key",
    "survey",
    "wave",
    "method",
    "margins",
    "n",
    "unplaced",
    "n_eff",
    "efficiency",
    "smallest",
    "largest",
    "ratio",
    "trimmed",
    "rounds",
    "gap",
    "merged",
    "suppressed",
    "reason",
    "rule_version",
)

#: What nonresponse would take to overturn a finding (``nonresponse``): gaps in points, signed as the change;
#: ``low`` and ``high`` the worst cases. Key as in ``estimates``.
NONRESPONSE: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "measure",
    "stat",
    "group",
    "waves",
    "family",
    "verdict",
    "change",
    "rate_before",
    "rate_after",
    "gap_significance",
    "gap_zero",
    "gap_largest",
    "low",
    "high",
    "weighting",
    "suppressed",
    "reason",
    "rule_version",
)

#: More than two waves (``trends``), kommune and scale scores only, and register indicators as interrupted series.
#: ``estimate`` in points, a year for slopes; ``total`` is the change that a decomposition adds up to.
TRENDS: tuple[str, ...] = (
    "key",
    "survey",
    "theme",
    "measure",
    "stat",
    "higher_is",
    "design",
    "group",
    "waves",
    "n_before",
    "n_after",
    "clusters",
    "before",
    "after",
    "estimate",
    "direction",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "statistic",
    "df_num",
    "p_value",
    "family",
    "family_size",
    "p_adjusted",
    "total",
    "delta",
    "alpha",
    "mdc80",
    "method",
    "weighting",
    "comparable",
    "base",
    "caution",
    "suppressed",
    "reason",
    "rule_version",
)

#: One row a hidden or coarsened number (``record``): which table and key, which rule, why.
RECORD: tuple[str, ...] = ("table", "key", "group", "rule", "reason", "hidden", "rule_version")

VERDICTS = ("fremgang", "lille_fremgang", "uaendret", "uafklaret", "lille_tilbagegang", "tilbagegang")

#: Every published table by name; all but the record are made by the analysis, with private columns behind.
PUBLISHED: Mapping[str, tuple[str, ...]] = {
    "estimates": ESTIMATES,
    "levels": LEVELS,
    "distributions": DISTRIBUTIONS,
    "response": RESPONSE,
    "perceived": PERCEIVED,
    "scales": SCALES,
    "record": RECORD,
    "indicators": INDICATORS,
    "attrition": ATTRITION,
    "comparisons": COMPARISONS,
    "trends": TRENDS,
    "weighting": WEIGHTING,
    "nonresponse": NONRESPONSE,
}
_TEXT = (
    "key survey theme measure stat higher_is group waves wave design estimand direction family effect_name verdict "
    "method weighting comparable base reason rule_version scale item code state source table rule "
    "indicator title period note margin label caution against level wording "
    "item_rest_item alpha_dropped_item same same_reason drift_item margins merged"
)
#: Columns that hold text (``""`` where there is none).
TEXT = frozenset(_TEXT.split())
