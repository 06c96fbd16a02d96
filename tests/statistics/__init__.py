"""Tests of evaluation.statistics."""
