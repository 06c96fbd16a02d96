"""Report projects become html, PDF and Word files.

In: a Quarto project whose ``_resultater/`` and ``_variables.yml`` presentation has
written. Out: ``reports/_output/PRODUCT/PRODUCT.html|pdf|docx``, all formats or none.
Two engines set the same project: real Quarto (``quarto.py``) and the embedded one
(``embedded/``: pandoc and Typst from wheels). Nothing here knows a statistic.
"""
