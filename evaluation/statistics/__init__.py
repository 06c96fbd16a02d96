"""Pure functions on arrays: change, levels, intervals, effect sizes, verdicts, scoring, reliability.

Numpy arrays and plain numbers come in; frozen result objects go out. Nothing here knows
surveys, plans, labels or plots. What cannot be computed is ``None`` with a reason code
(:mod:`evaluation.statistics.reasons`), never a NaN that travels.
"""
