"""The evaluation plan: releases, waves, surveys, groups and rules of decision, with the registers beside it.

``evaluation.toml`` and ``data/registers/*.csv`` come in; a checked, frozen
:class:`~evaluation.plan.load.Workspace` goes out, or every problem at once with its line.
The layer knows which files are there, never what exports hold.
"""
