"""``make attack``: 10,000 random surveys through the gate and under attack; figures into docs/disclosure.md.

Goes on where it stopped: what is done stands in ``.evaluation/attack.json``, by the code it runs: other commits that
leave that code alone do not begin it anew. Each batch is a process, so
that a crash or a hang costs one case, which is noted, and not the campaign. One case again: ``--case SEED``.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.common.files import hash_bytes
from tests.attack.cases import Seeded, as_text, draw
from tests.attack.harness import check
from tests.fuzz.campaign import commit

ROOT = Path(__file__).parents[2]
STATE, PAGE = ROOT / ".evaluation/attack.json", ROOT / "docs/disclosure.md"
CASES, BATCH = 10_000, 100
#: In one case of so many the gate is made worse as well.
MUTATED = 5
#: Seconds without a case done, beyond which the process of a batch is ended.
_LIMIT = 1800
_BEGIN, _END = "<!-- figures of the campaign -->", "<!-- end of figures -->"
#: What a case goes through, of the package.
_CODE = ("common", "codebook", "plan", "responses", "statistics", "analysis", "disclosure")
_COUNTED = ("cases", "published", "programmes", "cells", "broken", "unproven")


def one(seed: int) -> dict[str, Any]:
    """What came of the case of that seed."""
    case = draw(Seeded(seed))
    with tempfile.TemporaryDirectory() as folder:
        outcome = check(case, Path(folder), mutations=seed % MUTATED == 0)
    told = asdict(outcome) | {"published": bool(case.earlier)}
    return told


def batch(first: int, last: int, answer: Path) -> None:
    """Cases in this process; ``answer`` always holds the case under work and what came of those before it."""
    done = _nothing()
    for seed in range(first, last):
        answer.write_text(json.dumps({"seed": seed, **done}))
        try:
            told = one(seed)
        except Exception as error:  # noqa: BLE001 a crash is a finding like any other
            done["found"].append(f"case {seed}: {type(error).__name__}: {error}"[:300])
            done["cases"], done["broken"] = done["cases"] + 1, done["broken"] + 1
            continue
        done["cases"] += 1
        done["published"] += told["published"]
        done["programmes"] += told["programmes"]
        done["cells"] += told["cells"]
        done["broken"] += bool(told["leaks"])
        done["unproven"] += bool(told["unproven"])
        for what in (told["leaks"], told["unproven"]):
            if what:
                done["found"].append(f"case {seed}: {what[0]}" + (f" and {len(what) - 1} more" if what[1:] else ""))
        for kind, found in told["mutated"]:
            done["mutated"][f"{kind}|{'found' if found else 'missed'}"] += 1
    used = resource.getrusage(resource.RUSAGE_SELF)
    done["processor"] = used.ru_utime + used.ru_stime
    answer.write_text(json.dumps({"seed": last, **done}))


def code() -> str:
    """Hash of everything that a case's outcome rests on."""
    folders = [*(ROOT / "evaluation" / name for name in _CODE), Path(__file__).parent]
    return hash_bytes(b"".join(path.read_bytes() for folder in folders for path in sorted(folder.rglob("*.py"))))


def _nothing() -> dict[str, Any]:
    return {**dict.fromkeys(_COUNTED, 0), "processor": 0.0, "found": [], "mutated": Counter()}


def campaign(most: int, jobs: int, *, anew: bool = False) -> int:
    """Run what is missing, several batches at a time; the number of cases in which something was found or not proven.

    Begins anew with other code, and where ``anew`` says so.
    """
    tested = code()
    done = json.loads(STATE.read_text(encoding="utf-8")) if STATE.is_file() else {}
    if anew or done.get("code") != tested:
        begun = {"code": tested, "commit": commit(), "day": f"{datetime.now(UTC):%Y-%m-%d}"}
        done = {**begun, "batches": [], "seconds": 0.0, **_nothing()}
    lock, began = threading.Lock(), time.monotonic()
    spent = done["seconds"]

    def work(first: int) -> None:
        outcome = _batch(first, min(first + BATCH, most))
        with lock:
            _add(done, outcome)
            done["batches"].append(first)
            done["seconds"] = round(spent + time.monotonic() - began, 1)
            _save(done)
            left = (most - done["cases"]) * done["seconds"] / max(done["cases"], 1)
            told = f"{done['cases']}/{most}, found in {done['broken']}, not proven {done['unproven']}"
            print(f"{told}, about {left / 60:.0f} minutes left", flush=True)

    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(work, [first for first in range(0, most, BATCH) if first not in done["batches"]]))
    _save(done)
    return int(done["broken"] + done["unproven"])


def _add(done: dict[str, Any], outcome: dict[str, Any]) -> None:
    for name in (*_COUNTED, "processor"):
        done[name] += outcome[name]
    done["found"] += outcome["found"]
    done["mutated"] = dict(Counter(done["mutated"]) + Counter(outcome["mutated"]))


def _save(done: dict[str, Any]) -> None:
    STATE.parent.mkdir(exist_ok=True)
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(done), encoding="utf-8")
    part.replace(STATE)
    _write_page(done)


def _batch(first: int, last: int) -> dict[str, Any]:
    """What came of a batch; a case that ends or hangs its process is noted, and the rest is run in another."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        command = [sys.executable, "-m", "tests.attack.campaign", "--batch", str(first), str(last), str(answer)]
        try:
            # one thread each: as many processes as cores
            alone = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
            code = subprocess.run(command, cwd=ROOT, env=os.environ | alone, timeout=_LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            code = None
        if not answer.is_file():
            raise RuntimeError(f"the harness itself failed in the batch from {first}")
        outcome: dict[str, Any] = json.loads(answer.read_text())
    if code == 0:
        return outcome
    seed = outcome["seed"]
    outcome["cases"], outcome["unproven"] = outcome["cases"] + 1, outcome["unproven"] + 1
    outcome["found"].append(f"case {seed}: " + (f"longer than {_LIMIT} s" if code is None else f"ended with {code}"))
    if seed + 1 < last:
        _add(outcome, _batch(seed + 1, last))
    return outcome


def _write_page(done: dict[str, Any]) -> None:
    """The figures between the marks of the page, and what was found below them."""
    mutated = Counter(done["mutated"])

    def share(kind: str) -> str:
        found = mutated[f"{kind}|found"]
        return f"{found} of {found + mutated[f'{kind}|missed']}"

    rows = {
        "commit, day": f"`{done['commit']}`, {done['day']}",
        "cases": str(done["cases"]),
        "of them with earlier publications": str(done["published"]),
        "programmes": str(done["programmes"]),
        "hidden numbers": str(done["cells"]),
        "cases with a leak": str(done["broken"]),
        "cases with something not proven": str(done["unproven"]),
        "gate without its complementary steps: found": share("alone"),
        "all but one group shown again: found": share("put back"),
        "hours, hours of processor time": f"{done['seconds'] / 3600:.2f}, {done['processor'] / 3600:.2f}",
    }
    lines = ["| figure | |", "|---|--:|", *(f"| {name} | {value} |" for name, value in rows.items())]
    lines += ["", *(f"- {what}" for what in done["found"][:20])] if done["found"] else []
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page.partition(_BEGIN)[0], page.partition(_END)[2]
    PAGE.write_text(head + "\n".join([_BEGIN, *lines, _END]) + tail, encoding="utf-8")


def _again(seed: int) -> int:
    """Show one case and what came of it."""
    print(as_text(draw(Seeded(seed))))
    print(json.dumps(one(seed), indent=1))
    return 0


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="batches at a time")
    parser.add_argument("--anew", action="store_true", help="forget what was done before")
    parser.add_argument("--case", type=int, help="only this one, and what came of it")
    parser.add_argument("--batch", nargs=3, metavar=("FIRST", "LAST", "ANSWER"))
    given = parser.parse_args()
    if given.batch:
        batch(int(given.batch[0]), int(given.batch[1]), Path(given.batch[2]))
        return 0
    if given.case is not None:
        return _again(given.case)
    return 1 if campaign(given.cases, given.jobs, anew=given.anew) else 0


if __name__ == "__main__":
    sys.exit(main())
