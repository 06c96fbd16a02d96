"""A panel workspace whose exports hold names, addresses and telephone numbers that must never be seen again."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from evaluation.responses.pseudonyms import KEY_ENV, create_key
from tests.support.workspaces import LITTLE, plan_head, units, write_workspace

SURVEY = """\
[[survey]]
id = "ansatte"
instrument = "lille"
design = "panel"
respondent = {da = "ansatte"}
id_column = "mail"
unit = "enhed"
[[survey.wave]]
wave = "2020"
file = "data/raw/2020.csv"
[[survey.wave]]
wave = "2024"
file = "data/raw/2024.csv"

[[decision.delta]]
survey = "ansatte"
points = 5
reason = {da = "Fordi"}

[panel]
fingerprint = "FINGERPRINT"
"""
#: People in each wave.
PEOPLE = 16


def rows(wave: int) -> list[list[str]]:
    """Unique values in every column that names somebody: a search for any of them can only find a leak."""
    made = [["mail", "fornavn", "efternavn", "telefon", "enhed", "s_1", "s_2", "bemaerk"]]
    for n in range(PEOPLE):
        answers = [str(1 + (n + wave // 4) % 4), str(1 + (3 * n + wave // 4) % 4)]
        names = [f"qzm{n}x@xkj{n}.dk", f"Qvorn{chr(97 + n)}", f"Wzelt{chr(97 + n)}", f"{23_456_789 + 3_456_781 * n}"]
        made.append([*names, f"A{n % 2}", *answers, f"Jeg hedder Qvorn{chr(97 + n)}"])
    return made


def secrets() -> list[str]:
    """What names somebody in the exports."""
    return [value for row in rows(2020)[1:] for value in row[:4]]


def write_wave(root: Path, wave: int, extra: str = "", form: str = "csv") -> None:
    """The export of one wave as csv (with ``extra`` lines below), as a workbook or for SPSS."""
    header, *lines = rows(wave)
    if form == "xlsx":
        from tests.importing.files import write_workbook

        numbers = ("telefon", "s_1", "s_2")
        cells = [[int(v) if name in numbers else v for name, v in zip(header, row, strict=True)] for row in lines]
        write_workbook(root / f"data/raw/{wave}.xlsx", {"Svar": [header, *cells]})
        return
    if form == "sav":
        import pyreadstat

        table = pd.DataFrame(lines, columns=header).astype({"telefon": float, "s_1": float, "s_2": float})
        pyreadstat.write_sav(table, str(root / f"data/raw/{wave}.sav"))
        return
    text = "\n".join(";".join(line) for line in (header, *lines))
    (root / f"data/raw/{wave}.csv").write_text(text + "\n" + extra, encoding="utf-8")


def panel_workspace(folder: Path, monkeypatch: pytest.MonkeyPatch, form: str = "csv", products: str = "[]") -> Path:
    """The workspace ``folder/work``, its key beside it."""
    root = folder / "work"
    root.mkdir()
    monkeypatch.setenv(KEY_ENV, str(folder / "keys/panel.key"))
    key = create_key(root, folder / "keys/panel.key")
    plan = plan_head("2020", "2024", products=products) + SURVEY.replace("FINGERPRINT", key.fingerprint)
    plan = plan.replace('.csv"', f'.{form}"')
    write_workspace(root, plan, codebooks={"lille": LITTLE}, registers={"units": units("A0 Mosen", "A1 Bakken")})
    for wave in (2020, 2024):
        write_wave(root, wave, form=form)
    return root


def leaks(root: Path) -> tuple[dict[str, list[str]], int]:
    """Places outside ``data/raw`` that name somebody or hold the key, and how many places were searched.

    Searched are the bytes of every file, of the parts of zips (docx), of the streams and words of PDFs,
    and the cells of parquet files.
    """
    key = (root.parent / "keys/panel.key").read_bytes()
    wanted = {secret: [secret.lower().encode(c) for c in ("utf-8", "utf-16-le")] for secret in secrets()}
    wanted["the key"] = [key.lower(), key.hex().encode()]
    found: dict[str, list[str]] = {}
    searched = 0
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_relative_to(root / "data/raw"):
            continue
        for place, content in _contents(path):
            searched += 1
            low = content.lower()
            held = [name for name, forms in wanted.items() if any(form in low for form in forms)]
            if held:
                found[f"{path.relative_to(root)} {place}".strip()] = held
    return found, searched


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield "", data
    if path.suffix == ".parquet":
        # compressed: what a reader sees counts as well
        yield "cells", pd.read_parquet(path).to_csv().encode()
    elif data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            for name in archive.namelist():
                yield name, archive.read(name)
    elif data.startswith(b"%PDF"):
        yield "words", pdf_words(path)
        for part in data.split(b"stream\n")[1:]:
            try:
                yield "stream", zlib.decompressobj().decompress(part)
            except zlib.error:
                continue


def pdf_words(path: Path) -> bytes:
    """The words of a PDF; nothing where ``pdftotext`` is not installed."""
    if shutil.which("pdftotext") is None:
        return b""
    done = subprocess.run(["pdftotext", "-enc", "UTF-8", str(path), "-"], capture_output=True, check=True)
    return done.stdout
