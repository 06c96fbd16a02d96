"""The one way tests put a small workspace on disk: a plan's head, codebooks, registers and raw files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

#: Columns of ``data/registers/units.csv``.
UNIT_COLUMNS = "id,name,type,area,kommune,centre,private,administrative,valid_from,valid_to,predecessors"

#: A codebook of two statements, ``s_1`` and ``s_2``, with four answers each.
LITTLE = """\
id = "lille"
title = {da = "Lille"}
respondent = {da = "Ansatte"}
[[theme]]
id = "t"
title = {da = "T"}
[[response]]
id = "fire"
positive = [3, 4]
choice = [
  {code = 1, score = 0, label = {da = "Helt uenig"}},
  {code = 2, score = 33, label = {da = "Uenig"}},
  {code = 3, score = 67, label = {da = "Enig"}},
  {code = 4, score = 100, label = {da = "Helt enig"}},
]
[[item]]
id = "s_1"
text = {da = "Udsagn et"}
response = "fire"
theme = "t"
[[item]]
id = "s_2"
text = {da = "Udsagn to"}
response = "fire"
theme = "t"
"""


def plan_head(*waves: str, products: str = "", scope: str = "") -> str:
    """``[evaluation]``, the release of 2021-06-01 and waves by year, each from October to mid November."""
    text = '[evaluation]\ntitle = {da = "Prøve"}\nkommune = "Lindholt Kommune"\nkommunekode = "999"\nyear = 2025\n'
    text += f"products = {products}\n\n" if products else "\n"
    text += '[[release]]\nid = "aftale"\ntitle = {da = "Aftalen"}\nfrom = 2021-06-01\n'
    text += f"scope = {scope}\n\n" if scope else "\n"
    for wave in waves:
        text += f'[[wave]]\nid = "{wave}"\nfrom = {wave}-10-01\nto = {wave}-11-15\n\n'
    return text


def write_workspace(
    root: Path,
    plan: str,
    *,
    codebooks: Mapping[str, str] | None = None,
    registers: Mapping[str, str] | None = None,
    raw: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a workspace and return its folder.

    Parameters
    ----------
    codebooks, registers : mapping of str to str
        Text by name without its ending.
    raw : mapping of str to str or bytes
        Content by path below ``data/raw``.
    """
    for folder in ("data/raw", "data/registers"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    files: dict[str, str | bytes] = {"evaluation.toml": plan}
    files |= {f"data/codebooks/{name}.toml": text for name, text in (codebooks or {}).items()}
    files |= {f"data/registers/{name}.csv": text for name, text in (registers or {}).items()}
    files |= {f"data/raw/{name}": content for name, content in (raw or {}).items()}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def units(*ids_and_names: str) -> str:
    """``units.csv`` with nothing but ids and names (``"A0 Mosen"``)."""
    lines = [",".join(entry.split(" ", 1)) + "," * 9 for entry in ids_and_names]
    return "\n".join([UNIT_COLUMNS, *lines]) + "\n"
