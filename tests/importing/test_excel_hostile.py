"""Hostile and odd workbooks through the real commands: one code or a right reading, quickly, in little memory.

``inspect`` runs in a process of its own, whose time and memory are the kernel's figures.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.importing.files import write_bomb, write_workbook
from tests.support.commands import evaluation

SHEET = "xl/worksheets/sheet1.xml"
HEAD = ("id", "i1", "i2")
ROWS = (("0101", 1, 4), ("0102", 2, 5), ("0103", 3, 3))
#: Processor seconds and bytes for one file.
SECONDS, MEMORY = 5, 500 * 1024**2
STARTER = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[1:])
_, status, used = os.wait4(process.pid, 0)
sys.stderr.flush()
sys.stderr.write("\\n" + json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss]))
os._exit(os.waitstatus_to_exitcode(status))
"""


def rewrite(path: Path, part: str, change: Callable[[str], str]) -> None:
    """One part of the archive changed, the rest as it was."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part].decode()
    parts[part] = change(before).encode()
    assert parts[part] != before.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def plain(path: Path) -> None:
    write_workbook(path, {"Besvarelser": [HEAD, *ROWS]})


def wide(path: Path) -> None:
    head = ["id", *(f"v{n}" for n in range(9999))]
    write_workbook(path, {"Besvarelser": [head, *([name, *range(9999)] for name in "abc")]})


def long_label(path: Path) -> None:
    plain(path)
    text = "x" * 1_000_000
    label = f'<c r="B1" t="inlineStr"><is><t>{text}</t></is></c>'
    rewrite(path, SHEET, lambda xml: re.sub(r'<c r="B1"[^>]*>.*?</c>', label, xml))


def formula(path: Path) -> None:
    write_workbook(path, {"Besvarelser": [("id", "=A1&1", "i2"), *ROWS]})


def path_in_name(path: Path) -> None:
    plain(path)
    rewrite(path, "xl/workbook.xml", lambda xml: xml.replace('name="Besvarelser"', 'name="../../../tmp/ud"'))


def password(path: Path) -> None:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(700) + "EncryptedPackage".encode("utf-16-le"))


def html(path: Path) -> None:
    path.write_text("<html><body><table><tr><td>id</td></tr></table></body></html>", encoding="utf-8")


def bomb(path: Path) -> None:
    write_bomb(path)


def last_cell(path: Path) -> None:
    plain(path)
    last = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    rewrite(path, SHEET, lambda xml: xml.replace("</sheetData>", last))


def far_cell(path: Path) -> None:
    """A rectangle below the limit, with hardly anything in it."""
    plain(path)
    far = '<row r="1048576"><c r="CV1048576"><v>1</v></c></row></sheetData>'
    rewrite(path, SHEET, lambda xml: xml.replace("</sheetData>", far))


def many_styles(path: Path) -> None:
    """Every cell with attributes of its own: the quick reader gives up, the other reads."""
    plain(path)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" s="{n}"><v>{n}</v></c><c r="B{n}"><v>1</v></c></row>' for n in range(5, 5005)
    )
    rewrite(path, SHEET, lambda xml: xml.replace("</sheetData>", rows + "</sheetData>"))


def entities(path: Path) -> None:
    plain(path)
    kind = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet'
    rewrite(path, SHEET, lambda xml: xml.replace("<worksheet", kind, 1).replace("<v>4</v>", "<v>&b;</v>"))


def deep(path: Path) -> None:
    """A million tags inside one another in a cell."""
    plain(path)
    inside = f'<c r="B2" t="inlineStr"><is>{"<r>" * 500_000}<t>x</t>{"</r>" * 500_000}</is></c>'
    rewrite(path, SHEET, lambda xml: re.sub(r'<c r="B2"[^>]*>.*?</c>', inside, xml))


#: How each is made, and rows and columns, or the code of the one error.
CASES: dict[Callable[[Path], None], tuple[int, int] | str] = {
    plain: (3, 3),
    wide: (3, 10_000),
    long_label: (3, 3),
    formula: "import-header-formula",
    path_in_name: (3, 3),
    password: "import-password",
    html: "import-html",
    bomb: "import-too-large",
    last_cell: "import-too-large",
    far_cell: "import-too-large",
    many_styles: (5003, 3),
    entities: "import-xml-entities",
    deep: (3, 3),
}


@pytest.mark.skipif(sys.platform == "win32", reason="figures of a process are POSIX")
@pytest.mark.parametrize("made", CASES, ids=lambda made: made.__name__)
def test_inspect_tells_one_code_or_reads_quickly_in_little_memory(tmp_path: Path, made: Callable[[Path], None]) -> None:
    path = tmp_path / ("svar.xls" if made is html else "svar.xlsx")
    made(path)
    command = [sys.executable, "-c", "from evaluation.cli.main import run; run()", "inspect", str(path), "--json"]
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        # started by a small process: the kernel counts the memory of the one that starts it, too
        starter = [sys.executable, "-c", STARTER, *command]
        process = subprocess.run(starter, stdout=out, stderr=err, cwd=Path(__file__).parents[2], check=False)
    *lines, figures = (tmp_path / "err").read_text(encoding="utf-8").splitlines()
    told = "\n".join(lines)
    seconds, highest = json.loads(figures)
    assert "Traceback" not in told
    expected = CASES[made]
    if isinstance(expected, str):
        assert process.returncode == 1
        assert re.findall(r"^\[([a-z0-9-]+)\]", told, re.MULTILINE) == [expected]
    else:
        assert process.returncode == 0, told
        found = json.loads((tmp_path / "out").read_text(encoding="utf-8"))
        assert (found["rows"], found["columns"]) == expected
    assert seconds < SECONDS
    assert highest * (1 if sys.platform == "darwin" else 1024) < MEMORY
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["err", "out", path.name])


#: What the import says of each.
IMPORTED: dict[Callable[[Path], None], str] = {
    formula: "import-header-formula",
    path_in_name: "import-sheet-missing",
    password: "import-password",
    html: "import-html",
    bomb: "import-too-large",
    last_cell: "import-too-large",
    far_cell: "import-too-large",
}


def snapshot(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


@pytest.mark.parametrize("made", IMPORTED, ids=lambda made: made.__name__)
def test_import_tells_the_code_and_writes_nothing(
    capsys: pytest.CaptureFixture[str], demo_workspace: Path, tmp_path: Path, made: Callable[[Path], None]
) -> None:
    root = tmp_path / "demo"
    shutil.copytree(demo_workspace, root)
    made(root / "data/raw/2024/skoleovergang/skoleovergang.xlsx")
    before = snapshot(root)
    done = evaluation(capsys, "import", "--workspace", root, "--lang", "en")
    assert done.code == 1, done.out
    assert "Traceback" not in done.err + done.out
    assert re.findall(r"^\[([a-z0-9-]+)\]", done.err, re.MULTILINE) == [IMPORTED[made]], done.err
    assert snapshot(root) == before


def test_a_name_of_a_million_characters_in_a_file_that_fits_is_imported(
    capsys: pytest.CaptureFixture[str], demo_workspace: Path, tmp_path: Path
) -> None:
    root = tmp_path / "demo"
    shutil.copytree(demo_workspace, root)
    path = root / "data/raw/2024/skoleovergang/skoleovergang.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Besvarelser"]
    place = sheet.cell(1, sheet.max_column + 1, "LANGT").coordinate
    sheet.cell(2, sheet.max_column, 1)
    book.save(path)
    with zipfile.ZipFile(path) as archive:
        part = next(name for name in archive.namelist() if b">LANGT<" in archive.read(name))
    rewrite(path, part, lambda xml: xml.replace(">LANGT<", f">{'x' * 1_000_000}<"))
    done = evaluation(capsys, "import", "--workspace", root, "--lang", "en")
    assert place
    assert done.code == 0, done.err
    assert (root / "data/processed/skoleovergang/2024/responses.parquet").is_file()
