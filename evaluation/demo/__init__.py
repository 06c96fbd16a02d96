"""The fictional municipality: Lindholt Kommune, whose truth is known and stored.

Instruments (codebooks) come in; a workspace of its own goes out: plan, registers, trials and
exports in the formats that survey systems deliver, together with ``truth.json``. Everything
is invented and every file says so. The writers are made from the description of the formats
alone and import nothing from ``evaluation.importing``: a misreading there shows as a difference.
"""
