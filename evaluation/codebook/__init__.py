"""Instruments and the crosswalk between waves: what was asked, how it is scored, under which names.

``data/codebooks/*.toml`` and a survey's crosswalk come in; frozen
:class:`~evaluation.codebook.model.Instrument` and
:class:`~evaluation.codebook.crosswalk.Crosswalk` objects go out. The layer computes nothing.
"""
