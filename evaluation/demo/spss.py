"""One wave of the parents' survey as an SPSS file (.sav)."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.demo.municipality import FIELDWORK, HOME

#: Not answered is the code 99 in the first wave, an empty cell in the others.
CODED_BLANKS = "2019"
#: The wave in which two answers carry a code that no label explains.
STRAY, STRAY_ITEM, STRAY_CODE = "2022", "pi_3", 6
REFUSED, BLANK = 98, 99
#: Where the header of a .sav holds the day and time of writing: 9 and 8 characters.
_DATE, _TIME = slice(92, 101), slice(101, 109)

_LONG_LABEL = (
    "Hvor sandsynligt er det på en skala fra 0 til 10, at du ville anbefale dit barns dagtilbud til en anden familie, "
    "som står over for at skulle vælge dagtilbud, og som har et barn på samme alder og med nogenlunde de samme behov "
    "som dit, når du tænker på hele det seneste år?"
)
_LONG_CHOICE = (
    "Meget sandsynligt, fordi vi i vores familie har haft særdeles gode oplevelser med både børn, voksne og "
    "hverdagen i dagtilbuddet"
)


def export_parents(frame: pd.DataFrame, instrument: Instrument, wave: str, seed: int) -> bytes:
    """Write the .sav of one wave: who answered, one row a child and parent."""
    rng = np.random.default_rng([seed, 12, int(wave)])
    rows = frame[frame["answered"]]
    rows = rows.iloc[rng.permutation(len(rows))].reset_index(drop=True)
    first = date.fromisoformat(FIELDWORK[wave][0])
    table: dict[str, Any] = {
        "loebenr": np.arange(1, len(rows) + 1, dtype=float),
        "foraelder_id": rows["respondent"],
        "husstand_id": rows["household"],
        "barn_id": rows["child"],
        "enhed": rows["unit"],
        "kommunenr": np.where(rows["kommune"] == HOME, "0999", "0998"),
        "kontaktform": rng.choice(["e-Boks", "SMS", "X"], len(rows), p=[0.7, 0.25, 0.05]),
        "svardato": [first + timedelta(days=int(d)) for d in rng.integers(0, 34, len(rows))],
        "barnets_alder": rows["barnets_alder"].astype(float),
    }
    for item in instrument.items:
        codes = rows[item.id].to_numpy(dtype=float, copy=True)
        table[item.id] = np.where(np.isnan(codes), float(BLANK), codes) if wave == CODED_BLANKS else codes
    if wave == STRAY and STRAY_ITEM in table:
        blank = np.flatnonzero(np.isnan(table[STRAY_ITEM]))[:2]
        table[STRAY_ITEM][blank] = STRAY_CODE
    table["anbefal"] = np.where(rng.random(len(rows)) < 0.03, 99.0, rng.binomial(10, 0.8, len(rows)).astype(float))
    # Missing that nobody declared: 999 stands among the numbers.
    table["antal_born"] = np.where(rng.random(len(rows)) < 0.02, 999.0, 1.0 + rng.poisson(0.8, len(rows)))
    table["filter_$"] = (rows["kommune"] == HOME).astype(float)
    return _sav(pd.DataFrame(table), instrument, wave)


def _sav(table: pd.DataFrame, instrument: Instrument, wave: str) -> bytes:
    import pyreadstat

    labels: dict[str, str] = {
        "loebenr": "Løbenummer",
        "foraelder_id": "Forælderens løbenummer",
        "husstand_id": "Husstandens løbenummer",
        "barn_id": "Barnets løbenummer",
        "enhed": "Dagtilbuddets nummer",
        "kommunenr": "Kommunekode (fire cifre)",
        "kontaktform": "Kontaktform (X: ukendt)",
        "svardato": "Svardato",
        "anbefal": _LONG_LABEL,
        "antal_born": "Antal børn i hjemmet",
        "filter_$": "kommunenr = '0999' (FILTER)",
    }
    values: dict[str, dict[float, str]] = {
        # Only the ends are labelled, and two codes share one label.
        "anbefal": {0: "Slet ikke sandsynligt", 10: _LONG_CHOICE, 98: "Ved ikke", 99: "Ved ikke"},
        "filter_$": {0: "Not Selected", 1: "Selected"},
    }
    missing: dict[str, list[Any]] = {"anbefal": [98, 99], "kontaktform": ["X"]}
    for group in instrument.groups:
        labels[group.id] = group.title.da
        values[group.id] = {float(v.code): v.label.da for v in group.values}
    for item in instrument.items:
        response = instrument.response_of(item)
        lead = response.lead.da if response.lead else ""
        labels[item.id] = f"{lead} {item.text.da}".strip()
        values[item.id] = {float(c.code): c.label.da for c in response.choices}
        values[item.id] |= {float(REFUSED): "Vil ikke svare", float(BLANK): "Ikke besvaret"}
        kept_apart = [c.code for c in response.choices if c.state]
        missing[item.id] = [{"lo": 97, "hi": 99}, *kept_apart[:1]]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.sav"
        pyreadstat.write_sav(
            table,
            str(path),
            file_label=f"Fiktive data: forældre {wave}, Lindholt",
            column_labels={c: labels.get(c, c) for c in table.columns},
            variable_value_labels=values,
            missing_ranges=missing,
            variable_measure={i.id: "ordinal" for i in instrument.items},
            note="Fiktive data. Kommune, dagtilbud og familier er opfundet.",
        )
        return _stamped(path.read_bytes(), date.fromisoformat(FIELDWORK[wave][1]))


def _stamped(data: bytes, day: date) -> bytes:
    """Return ``data`` with a fixed day and time of writing, so that one seed gives one file."""
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    header = bytearray(data)
    header[_DATE] = f"{day.day:02d} {months[day.month - 1]} {day.year % 100:02d}".encode("ascii")
    header[_TIME] = b"12:00:00"
    return bytes(header)
