"""The pieces of a report, one module a kind: each takes a context (and a survey) and gives :class:`Piece` objects.

Every piece is always written; what cannot be shown becomes a short paragraph that says why.
"""
