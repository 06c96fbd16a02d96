"""What people get wrong, done to a workspace of the demo; and what a run may have written there."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

PLAN = "evaluation.toml"
PARENTS, STAFF, SCHOOL = (
    "data/raw/{}/foraeldre/foraeldre.sav",
    "data/raw/{}/medarbejdertrivsel/dataset.csv",
    "data/raw/{}/skoleovergang/skoleovergang.xlsx",
)
UNITS, POPULATION, TRIALS = (f"data/registers/{name}.csv" for name in ("units", "population", "trials"))
CROSSWALK = "data/registers/crosswalk-medarbejdertrivsel.csv"


def snapshot(root: Path) -> dict[str, bytes | None]:
    """Every file and folder that a run may write, byte by byte."""
    found = (path for name in ("data/processed", "reports") for path in (root / name).rglob("*"))
    return {path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None for path in found}


def swap(path: Path, *pairs: tuple[str, str]) -> None:
    """Replace each text once; the text must be there."""
    text = path.read_text(encoding="utf-8")
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def plan(*pairs: tuple[str, str]) -> Callable[[Path], None]:
    return lambda root: swap(root / PLAN, *pairs)


def sheet(root: Path, wave: str, change: Callable[..., None]) -> None:
    import openpyxl

    path = root / SCHOOL.format(wave)
    book = openpyxl.load_workbook(path)
    change(book["Besvarelser"])
    book.save(path)


def without_lines(path: Path, bad: Callable[[str], bool]) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not bad(line)), encoding="utf-8")


# -- how each thing goes wrong ------------------------------------------------------


def files_missing(root: Path) -> None:
    (root / PARENTS.format(2024)).unlink()
    shutil.rmtree((root / SCHOOL.format(2019)).parent)


def missing_and_empty(root: Path) -> None:
    (root / PARENTS.format(2024)).unlink()
    (root / SCHOOL.format(2022)).write_bytes(b"")


def wrong_sheet(root: Path) -> None:
    text = (root / PLAN).read_text(encoding="utf-8")
    (root / PLAN).write_text(text.replace('sheet = "Besvarelser"', 'sheet = "Svar"'), encoding="utf-8")


def unknown_codes(root: Path) -> None:
    """Ten items of one wave in a scale the codebook does not know."""

    def change(cells):
        for row in range(2, cells.max_row + 1):
            for column in range(6, 16):
                cells.cell(row, column).value = 70 + row % 5

    sheet(root, "2024", change)


def empty_files(root: Path) -> None:
    (root / PARENTS.format(2024)).write_bytes(b"")
    (root / STAFF.format(2022)).write_bytes(b"")
    (root / SCHOOL.format(2020)).write_bytes(b" \r\n \n")


def headers_only(root: Path) -> None:
    import pyreadstat

    staff = root / STAFF.format(2022)
    staff.write_bytes(staff.read_bytes().split(b"\n")[0] + b"\n")
    parents = root / PARENTS.format(2022)
    data, _ = pyreadstat.read_sav(parents)
    pyreadstat.write_sav(data.head(0), parents)
    sheet(root, "2024", lambda cells: cells.delete_rows(2, cells.max_row))


def same_content(root: Path) -> None:
    shutil.copyfile(root / PARENTS.format(2020), root / PARENTS.format(2019))


def same_answers(root: Path) -> None:
    """The same answers in another file: only what is in it gives it away."""
    shutil.copyfile(root / SCHOOL.format(2024), root / SCHOOL.format(2022))
    sheet(root, "2022", lambda cells: cells.parent.create_sheet("Noter"))


def same_wave_twice(root: Path) -> None:
    swap(root / PLAN, ('{wave = "2020", file = "data/raw/2020/f', '{wave = "2019", file = "data/raw/2020/f'))
    without_lines(root / POPULATION, lambda line: line.startswith("foraeldre,2020"))


def syntax(root: Path) -> None:
    swap(root / PLAN, ("[[wave]]", "[[wave]"))


def unit_not_registered(root: Path) -> None:
    """Two units are gone from all registers; the exports still hold them."""
    for name in (UNITS, POPULATION, TRIALS):
        path = root / name
        path.write_text(re.sub(r"(G90007|G90008);|;(G90007|G90008)", "", path.read_text(encoding="utf-8")), "utf-8")
    gone = ("G90007", "G90008")
    without_lines(root / UNITS, lambda line: line.startswith(gone))
    without_lines(root / POPULATION, lambda line: any(f",{unit}," in line for unit in gone))
    without_lines(root / "data/registers/indicators.csv", lambda line: any(f",{unit}," in line for unit in gone))
    text = (root / TRIALS).read_text(encoding="utf-8")
    (root / TRIALS).write_text(text.replace("G90007", "").replace("G90008", ""), encoding="utf-8")


def units_with_semicolons(root: Path) -> None:
    path = root / UNITS
    path.write_bytes(path.read_bytes().replace(b",", b";"))


def registers_damaged(root: Path) -> None:
    (root / UNITS).write_bytes(b"")
    swap(root / POPULATION, ("invited", "inviteret"))
    (root / TRIALS).write_bytes("id,title\nx,Prøve\n".encode("cp1252"))


def no_units(root: Path) -> None:
    (root / UNITS).unlink()


def column_left_empty(root: Path) -> None:
    path = root / POPULATION
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([lines[0], *(line.rsplit(",", 1)[0] + "," for line in lines[1:])]) + "\n", "utf-8")


def utf16_register(root: Path) -> None:
    path = root / UNITS
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16-le"))


def codebooks_broken(root: Path) -> None:
    from evaluation.common.resources import resource_folder

    folder = root / "data" / "codebooks"
    folder.mkdir(parents=True, exist_ok=True)
    book = (resource_folder("codebooks") / "foraeldre.toml").read_text(encoding="utf-8")
    theme = re.search(r'theme = "([a-z-]+)"', book)
    assert theme is not None
    (folder / "foraeldre.toml").write_text(book.replace(theme[0], f'theme = "x{theme[1]}"', 1), encoding="utf-8")
    (folder / "skoleovergang.toml").write_text('id = "skoleovergang\n', encoding="utf-8")


def plan_and_codebook(root: Path) -> None:
    swap(root / PLAN, ("kommunekode", "komunekode"))
    codebooks_broken(root)


def crosswalk_of_another_wave(root: Path) -> None:
    swap(root / CROSSWALK, ("2020", "2021"))


def wrong_formats(root: Path) -> None:
    """Right names, wrong contents."""
    (root / PARENTS.format(2019)).write_bytes(b"%PDF-1.7\n" * 200)
    (root / PARENTS.format(2020)).write_bytes(b"<!DOCTYPE html><html><body>Log ind</body></html>")
    cut = root / PARENTS.format(2022)
    cut.write_bytes(cut.read_bytes()[:3000])
    (root / SCHOOL.format(2022)).write_bytes(bytes(range(256)) * 20)


def another_survey(root: Path) -> None:
    """A sound export, of another survey."""
    shutil.copyfile(root / PARENTS.format(2019), root / SCHOOL.format(2019))


def staff_cut_off(root: Path) -> None:
    path = root / STAFF.format(2022)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def cpr() -> list[str]:
    """Numbers of the form of replacement CPR numbers (day + 60) that pass modulus 11: they are no person's own."""
    made = []
    for serial in range(7000, 7400):
        digits = f"6102{13}{serial}"
        if sum(int(d) * w for d, w in zip(digits, (4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=True)) % 11 == 0:
            made.append(f"{digits[:6]}-{digits[6:]}")
    return made


def cpr_in_a_column(root: Path) -> None:
    def change(cells):
        column = cells.max_column + 1
        cells.cell(1, column).value = "bemaerkning"
        for row, value in enumerate(cpr(), start=2):
            cells.cell(row, column).value = value

    sheet(root, "2024", change)


def prose_in_another_encoding(root: Path) -> None:
    path = root / "reports/midtvejsevaluering/09-konklusion.qmd"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252", errors="replace"))
    # something must have to be rendered
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def output_is_a_file(root: Path) -> None:
    shutil.rmtree(root / "reports/_output")
    (root / "reports/_output").write_text("in the way", encoding="utf-8")
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def no_reports(root: Path) -> None:
    shutil.rmtree(root / "reports")
    swap(root / PLAN, ("year = 2024", "year = 2025"))


def brand_damaged(root: Path) -> None:
    (root / "reports/midtvejsevaluering/_brand.yml").write_text("color: [b\n", encoding="utf-8")


def several(root: Path) -> None:
    swap(
        root / PLAN,
        ("kommunekode", "komunekode"),
        ("threshold = 5", "treshold = 5"),
        ('instrument = "foraeldre"', 'instrument = "foreldre"'),
        ("from = 2022-09-12\nto = 2022-10-16", "from = 2022-10-16\nto = 2022-09-12"),
    )
    (root / SCHOOL.format(2024)).unlink()
