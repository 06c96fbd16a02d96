"""Committed word lists: given names, family names, towns, and words that are no names. Written by us."""
