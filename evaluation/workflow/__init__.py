"""Stages and what they depend on: hashes, lock, order, what is stale and why.

A workspace comes in; its stages are run where something they read has changed, and
every stage leaves either all of its files or none. Knows the other layers only
through their entry points.
"""
