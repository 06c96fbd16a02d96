"""``make fuzz``: 5,000 damaged exports of every family, in processes of their own; figures into docs/fuzz.md.

Goes on where it stopped: what is done stands in ``.evaluation/fuzz.json``, by family and commit.
Each batch is a process, so that a crash or a hang costs one seed, which is noted, and not the campaign.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz.harness import LIMIT, Outcome, run
from tests.fuzz.sources import families, sources

ROOT = Path(__file__).parents[2]
STATE, PAGE = ROOT / ".evaluation/fuzz.json", ROOT / "docs/fuzz.md"
MUTATIONS, BATCH = 5000, 1250
#: Seconds for a whole batch, beyond which its process is ended.
_BATCH_LIMIT = 3600
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"
_FIGURES = ("reads", "counted")


def commit() -> str:
    """The commit that is tested, marked where files differ from it."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def batch(family: str, first: int, last: int, answer: Path) -> None:
    """One batch in this process; ``answer`` always holds the seed under work and what came of those before it."""

    def tell(seed: int, outcome: Outcome) -> None:
        told = {name: getattr(outcome, name) for name in (*_FIGURES, "broken")}
        answer.write_text(json.dumps({"seed": seed, **told, "errors": dict(outcome.errors)}))

    with tempfile.TemporaryDirectory() as folder:
        outcome = run(sources(family, Path(folder)), range(first, last), tell)
    tell(last, outcome)


def campaign(most: int, only: list[str], jobs: int, *, anew: bool = False) -> int:
    """Run what is missing of every family, several batches at a time; the number of seeds that broke something.

    A family begins anew at another commit, and where ``anew`` says so.
    """
    tested = commit()
    done = _done()
    chosen = only or list(families())
    for family in chosen:
        if anew or done.get(family, {}).get("commit") != tested:
            done[family] = {"commit": tested, "batches": [], "mutations": 0, **dict.fromkeys(_FIGURES, 0)}
            done[family] |= {"errors": {}, "broken": [], "seconds": 0.0, "day": f"{datetime.now(UTC):%Y-%m-%d}"}
    lock = threading.Lock()

    def work(place: tuple[str, int]) -> None:
        family, first = place
        last = min(first + BATCH, most)
        began = time.monotonic()
        outcome = _batch(family, first, last)
        with lock:
            part = done[family]
            for name in _FIGURES:
                part[name] += outcome[name]
            part["errors"] = dict(Counter(part["errors"]) + Counter(outcome["errors"]))
            part["broken"] += outcome["broken"]
            part["mutations"] += last - first
            part["seconds"] = round(part["seconds"] + time.monotonic() - began, 1)
            part["batches"].append(first)
            _save({**_done(), family: part})
            print(f"{family}: {part['mutations']}/{most}, broken {len(part['broken'])}", flush=True)

    waiting = [(family, first) for family in chosen for first in range(0, most, BATCH)]
    with ThreadPoolExecutor(jobs) as pool:
        list(pool.map(work, [one for one in waiting if one[1] not in done[one[0]]["batches"]]))
    return sum(len(done[family]["broken"]) for family in chosen)


def _done() -> dict:
    """What stands in the state, also of a campaign that runs beside this one with other families."""
    return json.loads(STATE.read_text(encoding="utf-8")) if STATE.is_file() else {}


def _save(done: dict) -> None:
    STATE.parent.mkdir(exist_ok=True)
    part = STATE.with_suffix(".part")
    part.write_text(json.dumps(done), encoding="utf-8")
    part.replace(STATE)
    _write_page(done)


def _batch(family: str, first: int, last: int) -> dict:
    """What came of a batch; a seed that ends or hangs its process is noted, and the rest is run in another."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        command = [sys.executable, "-m", "tests.fuzz.campaign", "--batch", family, str(first), str(last), str(answer)]
        try:
            code = subprocess.run(command, cwd=ROOT, timeout=_BATCH_LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            code = None
        if code == 1 or not answer.is_file():
            raise RuntimeError(f"{family}: the harness itself failed in the batch from {first}")
        outcome = json.loads(answer.read_text())
    if code == 0:
        return outcome
    seed = outcome["seed"]
    what = f"longer than {LIMIT} s" if code is None else f"process ended with {code}"
    outcome["broken"].append(f"{family} seed {seed}: {what}")
    if seed + 1 < last:
        rest = _batch(family, seed + 1, last)
        for name in (*_FIGURES, "broken"):
            outcome[name] += rest[name]
        outcome["errors"] = dict(Counter(outcome["errors"]) + Counter(rest["errors"]))
    return outcome


def _write_page(done: dict) -> None:
    """The figures between the marks of the page, and what broke below them."""
    lines = [
        "| family | mutations | read | of them counted | refused | reader crashed | broken | seconds | commit, day |",
        "|---|--:|--:|--:|--:|--:|--:|--:|---|",
    ]
    broken: list[str] = []
    for family in families():
        part = done.get(family)
        if part is None:
            lines.append(f"| {family} | not run | | | | | | | |")
            continue
        errors = Counter(part["errors"])
        crashed = errors.pop("import-reader-crashed", 0)
        figures = (
            part["mutations"],
            part["reads"],
            part["counted"],
            sum(errors.values()),
            crashed,
            len(part["broken"]),
        )
        cells = [family, *map(str, figures), f"{part['seconds']:.0f}", f"`{part['commit']}`, {part['day']}"]
        lines.append(f"| {' | '.join(cells)} |")
        broken += part["broken"]
    lines += ["", *(f"- {one}" for one in broken)] if broken else []
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page.partition(_BEGIN)[0], page.partition(_END)[2]
    PAGE.write_text(head + "\n".join([_BEGIN, *lines, _END]) + tail, encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS, help="of every family")
    parser.add_argument("--family", action="append", default=[], help="only this one; may be repeated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="batches at a time")
    parser.add_argument("--anew", action="store_true", help="forget what was done before")
    parser.add_argument("--batch", nargs=4, metavar=("FAMILY", "FIRST", "LAST", "ANSWER"))
    given = parser.parse_args()
    if given.batch:
        family, first, last, answer = given.batch
        batch(family, int(first), int(last), Path(answer))
        return 0
    return 1 if campaign(given.mutations, given.family, given.jobs, anew=given.anew) else 0


if __name__ == "__main__":
    sys.exit(main())
