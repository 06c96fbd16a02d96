"""Ground every layer stands on: errors with codes, ids and keys, language catalogues, atomic files.

Nothing comes in from other layers; plain values and files go out.
"""
