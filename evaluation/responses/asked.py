"""How a wave's file says that each item was asked, kept with the answers so that waves can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from evaluation.codebook.compare import Asked, asked
from evaluation.codebook.model import Instrument
from evaluation.responses.columns import Source


def asked_items(source: Source, instrument: Instrument) -> dict[str, Asked]:
    """Wording and labelled answers of every item that the file holds, by item id."""
    found = {}
    for item in instrument.items:
        variable = source.variable(item.id)
        if variable is not None:
            found[item.id] = asked(variable.label, variable.value_labels, variable.missing)
    return found


def asked_as_json(found: Mapping[str, Asked]) -> dict[str, Any]:
    """As plain values for the store."""
    return {item: asdict(one) for item, one in found.items()}


def asked_from_json(stored: Mapping[str, Any]) -> dict[str, Asked]:
    """What :func:`asked_as_json` wrote."""
    return {
        item: Asked(one["text"], tuple((code, label) for code, label in one["answers"]), tuple(one["states"]))
        for item, one in stored.items()
    }
