"""Prose that is held to the published tables: claims, typed numbers, figures and tables that are referred to.

In: a report project's own documents and what passed the gate. Out: which claims hold today and with what
numbers, what does not parse and where, what was typed by hand. Nothing in a document is ever executed.
"""
