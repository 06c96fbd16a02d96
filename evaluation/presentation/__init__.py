"""Published tables in; figures, tables, sentences and numbers of a report project out, in Danish or English.

Knows nothing of answers or of estimates that did not pass the gate: what is not published cannot be printed.
"""
