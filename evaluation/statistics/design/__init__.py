"""Design-based estimates: strata, clusters in stages, finite populations, weights, calibration, replicates.

A :class:`~evaluation.statistics.design.model.Design` says how the rows were drawn; every
function here takes a design and arrays of its rows and gives Taylor-linearised (or
replicated) results that equal R's ``survey`` 4.1.1. Rows are never cut out of a design:
a domain and a missing answer are rows without weight, so their clusters still count.
What cannot be computed is ``None`` with a reason code.
"""
