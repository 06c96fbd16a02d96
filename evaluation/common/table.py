"""The columns of the tables that go from analysis through the gate to the reports.

They live here, not in ``analysis``, because ``disclosure.published`` and everything
behind it may know the columns but never the layers that fill them.
"""

from __future__ import annotations

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
    "effect_name",
    "effect_size",
    "effect_low",
    "effect_high",
    "delta",
    "alpha",
    "mdc80",
    "verdict",
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

#: One row a hidden or coarsened number (``record``): which table and key, which rule, why.
RECORD: tuple[str, ...] = ("table", "key", "group", "rule", "reason", "hidden", "rule_version")

VERDICTS = ("fremgang", "lille_fremgang", "uaendret", "uafklaret", "lille_tilbagegang", "tilbagegang")
