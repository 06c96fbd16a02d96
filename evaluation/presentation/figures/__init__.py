"""The report's figures, one class a file.

In come pandas tables with ready labels and numbers (never survey objects), out go plotnine
plots of a known size in mm, drawn on one panel whose unit is the millimetre, and the table
of numbers behind each. ``save`` turns them into SVG with real text and PNG for Word.
"""
