"""``evaluation demo``: write the fictional municipality as a workspace of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.codebook.model import Instrument
from evaluation.common.errors import fail
from evaluation.common.files import hash_bytes, hash_file, write_atomic
from evaluation.common.resources import resource_folder
from evaluation.demo.design import default_instruments
from evaluation.demo.employee_export import PERSON, UNIT, export_employees
from evaluation.demo.excel import export_pupils
from evaluation.demo.indicators import indicators_csv
from evaluation.demo.municipality import ELSEWHERE, HOME, workspace_text
from evaluation.demo.population import Frames, Population, population
from evaluation.demo.spss import export_parents
from evaluation.demo.truth import PAIR, SURVEYS, WAVES, truth_of

#: With this seed every intended verdict comes out as intended (``docs/demo.md``).
SEED = 186
MARK = "truth.json"
CROSSWALK = "data/registers/crosswalk-medarbejdertrivsel.csv"
_MADE_BY_PIPELINE = {"_resultater", "_output", "_published"}

Progress = Callable[[str, str, int, int], None]


@dataclass(frozen=True, slots=True)
class DemoSummary:
    """What was written.

    Attributes
    ----------
    root : Path
        The workspace.
    seed : int
    files : tuple of str
        Every file, relative to ``root``.
    sizes : mapping of (survey, wave) to (invited, answered)
        Both municipalities.
    kept : tuple of str
        Files of an earlier demo that somebody has changed since; left as they are.
    """

    root: Path
    seed: int
    files: tuple[str, ...]
    sizes: Mapping[tuple[str, str], tuple[int, int]]
    kept: tuple[str, ...] = ()


def make_demo(
    root: Path, *, respondents: int | None = None, seed: int = SEED, progress: Progress | None = None
) -> DemoSummary:
    """Write the fictional workspace at ``root``.

    Parameters
    ----------
    root : Path
        New or empty folder, or an earlier demo.
    respondents : int, optional
        Roughly the number of answers a wave in all surveys together (usually 1,350).
    seed : int
        The same seed gives the same bytes.
    progress : callable, optional
        Told ``(stage, what, done, total)``.

    Raises
    ------
    EvaluationError
        ``demo-folder-taken`` when the folder holds another workspace or other exports,
        ``demo-respondents`` when the size is too small.
    """
    if respondents is not None and respondents < 300:
        raise fail("demo-respondents", found=respondents)
    if seed < 0:
        raise fail("demo-seed", found=seed)
    earlier = _earlier(root)
    tell = progress or (lambda stage, what, done, total: None)
    drawn = population(respondents=respondents)
    files: dict[str, bytes] = {}
    total = len(SURVEYS) * len(WAVES) + 2
    tell("demo", "population", 0, total)
    frames = drawn.draw(seed)
    for number, (name, made) in enumerate(_exports(frames, default_instruments(), seed), start=1):
        tell("demo", name, number, total)
        files |= made
    files |= _registers(frames, seed, drawn.scale)
    files |= _resources()
    tell("demo", "files", total - 1, total)
    written, kept = _write(root, files, earlier)
    hashes = {name: hash_bytes(content) for name, content in sorted(files.items())}
    truth = _truth(drawn, seed, respondents) | {"files": hashes}
    write_atomic(root / MARK, json.dumps(truth, ensure_ascii=False, indent=1) + "\n")
    tell("demo", "done", total, total)
    sizes = {key: (len(frame), int(answered(frame).sum())) for key, frame in frames.items()}
    return DemoSummary(root, seed, (*written, MARK), sizes, kept)


def answered(frame: pd.DataFrame) -> pd.Series:
    """Which rows of a drawn frame answered, in part or in full."""
    return frame["status"].isin([3, 4]) if "status" in frame else frame["answered"]


def _earlier(root: Path) -> dict[str, str]:
    """Hashes that an earlier demo left in ``root``; refuse a folder that holds anything else of ours."""
    if not root.exists():
        return {}
    if not root.is_dir():
        raise fail("demo-folder-taken", where=root, found=root.name)
    mark = root / MARK
    hashes: dict[str, str] = {}
    if mark.is_file():
        try:
            content = json.loads(mark.read_text(encoding="utf-8"))
            hashes = {str(k): str(v) for k, v in content["files"].items()} if content["fiktive_data"] else {}
        except (ValueError, KeyError, TypeError, AttributeError):
            raise fail("demo-folder-taken", where=root, found=MARK) from None
    raw = root / "data" / "raw"
    present = [
        p for p in sorted(raw.rglob("*")) if p.is_file() and p.name not in ("README.md", ".gitkeep", ".DS_Store")
    ]
    if not hashes and (root / "evaluation.toml").exists():
        present.insert(0, root / "evaluation.toml")
    foreign = [p.relative_to(root).as_posix() for p in present]
    foreign = [name for name in foreign if name not in hashes]
    if foreign:
        raise fail("demo-folder-taken", where=root, found=", ".join(foreign[:5]))
    return hashes


def _exports(
    frames: Frames, instruments: Mapping[str, Instrument], seed: int
) -> Iterator[tuple[str, dict[str, bytes]]]:
    retrospective = instruments.get("oplevet-aendring")
    names: dict[str, dict[str, str]] = {}
    for wave in WAVES:
        frame, sheet = frames["medarbejdertrivsel", wave], instruments["medarbejdertrivsel"]
        made, names[wave] = export_employees(frame, sheet, retrospective, wave, seed)
        folder = f"data/raw/{wave}/medarbejdertrivsel"
        yield f"medarbejdertrivsel {wave}", {f"{folder}/{name}": content for name, content in made.items()}
        sav = export_parents(frames["foraeldre", wave], instruments["foraeldre"], wave, seed)
        yield f"foraeldre {wave}", {f"data/raw/{wave}/foraeldre/foraeldre.sav": sav}
        book = export_pupils(frames["skoleovergang", wave], instruments["skoleovergang"], wave, seed)
        yield f"skoleovergang {wave}", {f"data/raw/{wave}/skoleovergang/skoleovergang.xlsx": book}
    yield "crosswalk", {CROSSWALK: _crosswalk(instruments["medarbejdertrivsel"], names)}


def _crosswalk(instrument: Instrument, names: Mapping[str, Mapping[str, str]]) -> bytes:
    """List what each role, group and item is called in each wave's file."""
    wanted = [UNIT, PERSON, *(g.id for g in instrument.groups), *(i.id for i in instrument.items)]
    return _csv([["item", *WAVES], *([name, *(names[w][name] for w in WAVES)] for name in wanted)])


def _registers(frames: Frames, seed: int, scale: float) -> dict[str, bytes]:
    rows = [["survey", "wave", "unit", "invited"]]
    for (survey, wave), frame in sorted(frames.items()):
        for unit, count in frame.groupby("unit").size().items():
            rows.append([survey, wave, str(unit), str(count)])
            if survey == "medarbejdertrivsel" and wave == WAVES[-1]:
                rows.append(["oplevet-aendring", wave, str(unit), str(count)])
    head, body = rows[:1], sorted(rows[1:])
    return {
        "data/registers/units.csv": workspace_text("units.csv").encode(),
        "data/registers/trials.csv": workspace_text("trials.csv").encode(),
        "data/registers/population.csv": _csv(head + body),
        "data/registers/indicators.csv": indicators_csv(seed, scale).encode(),
        "evaluation.toml": workspace_text("evaluation.toml").encode(),
    }


def _resources() -> dict[str, bytes]:
    """Codebooks and report projects, without what the pipeline makes of them."""
    files = {f"data/codebooks/{p.name}": p.read_bytes() for p in sorted(resource_folder("codebooks").glob("*.toml"))}
    reports = resource_folder("reports")
    for path in sorted(reports.rglob("*")):
        parts = path.relative_to(reports).parts
        if not path.is_file() or _MADE_BY_PIPELINE & set(parts) or path.name in ("_variables.yml", ".gitkeep"):
            continue
        files["/".join(("reports", *parts))] = path.read_bytes()
    return files


def _write(root: Path, files: Mapping[str, bytes], earlier: Mapping[str, str]) -> tuple[list[str], tuple[str, ...]]:
    """Write all files; leave those that a person changed since the earlier demo, unless they are exports."""
    written, kept = [], []
    for name, content in sorted(files.items()):
        path = root / name
        ours = name.startswith("data/")
        if not ours and path.is_file() and name in earlier and hash_file(path) != earlier[name]:
            kept.append(name)
            continue
        write_atomic(path, content)
        written.append(name)
    return written, tuple(kept)


def _truth(drawn: Population, seed: int, respondents: int | None) -> dict[str, object]:
    surveys: dict[str, dict[str, dict[str, object]]] = {}
    for survey in SURVEYS:
        sheet = drawn.sheets[survey]
        surveys[survey] = {}
        for k, scale in enumerate(sheet.scales):
            truth = truth_of(survey, scale)
            surveys[survey][scale] = {
                "before": round(float(sheet.truth_before[k]), 4),
                "after": round(float(sheet.truth_before[k] + sheet.truth_change[k]), 4),
                "change": round(float(sheet.truth_change[k]), 4),
                "intended_verdict": truth.intended or None,
                "change_in_comparison": truth.elsewhere if survey == "foraeldre" else None,
            }
    return {
        "fiktive_data": True,
        "note": "Fiktive data. Sand ændring i point (0-100) fra sidste bølge før til sidste bølge efter frisættelsen.",
        "kommune": HOME,
        "comparison": ELSEWHERE,
        "seed": seed,
        "respondents": respondents,
        "waves": list(PAIR),
        "scales": surveys,
    }


def _csv(rows: list[list[str]]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue().encode("utf-8")
