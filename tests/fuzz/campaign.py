"""``make fuzz``: 5,000 damaged exports of every family, in processes of their own; figures into docs/fuzz.md.

Goes on where it stopped: what is done stands in ``.evaluation/fuzz.json``, by commit. Each batch
is a process, so that a crash or a hang costs one seed, which is noted, and not the campaign.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz.harness import LIMIT, run
from tests.fuzz.sources import families, sources

ROOT = Path(__file__).parents[2]
STATE, PAGE = ROOT / ".evaluation/fuzz.json", ROOT / "docs/fuzz.md"
MUTATIONS, BATCH = 5000, 250
#: Seconds for a whole batch, beyond which its process is ended.
_BATCH_LIMIT = 900
_BEGIN, _END = "<!-- figures -->", "<!-- end of figures -->"


def commit() -> str:
    """The commit that is tested, marked where files differ from it."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return found.stdout.strip()


def batch(family: str, first: int, last: int, answer: Path) -> None:
    """One batch in this process; the seed under work stands in ``answer`` until the outcome does."""
    with tempfile.TemporaryDirectory() as folder:
        found = sources(family, Path(folder))
        outcome = run(family, found, range(first, last), lambda seed: answer.write_text(str(seed)))
    told = {name: getattr(outcome, name) for name in ("reads", "counted", "broken")}
    answer.write_text(json.dumps({**told, "errors": dict(outcome.errors)}))


def campaign(most: int, only: list[str]) -> int:
    """Run what is missing of every family; the number of seeds that broke something."""
    tested = commit()
    done = json.loads(STATE.read_text(encoding="utf-8")) if STATE.is_file() else {}
    if done.get("commit") != tested:
        done = {"commit": tested, "families": {}}
    for family in only or families():
        part = done["families"].setdefault(
            family, {"next": 0, "reads": 0, "counted": 0, "errors": {}, "broken": [], "seconds": 0.0}
        )
        while part["next"] < most:
            _advance(part, family, min(part["next"] + BATCH, most))
            STATE.parent.mkdir(exist_ok=True)
            STATE.write_text(json.dumps(done), encoding="utf-8")
            _write_page(done)
            print(f"{family}: {part['next']}/{most}, broken {len(part['broken'])}", flush=True)
    return sum(len(part["broken"]) for part in done["families"].values())


def _advance(part: dict, family: str, last: int) -> None:
    first = part["next"]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer"
        command = [sys.executable, "-m", "tests.fuzz.campaign", "--batch", family, str(first), str(last), str(answer)]
        try:
            code = subprocess.run(command, cwd=ROOT, timeout=_BATCH_LIMIT, check=False).returncode
        except subprocess.TimeoutExpired:
            code = None
        text = answer.read_text() if answer.is_file() else ""
    part["seconds"] = round(part["seconds"] + time.monotonic() - began, 1)
    if code == 0:
        outcome = json.loads(text)
        part["reads"] += outcome["reads"]
        part["counted"] += outcome["counted"]
        part["errors"] = dict(Counter(part["errors"]) + Counter(outcome["errors"]))
        part["broken"] += outcome["broken"]
        part["next"] = last
        return
    if code == 1 or not text.isdigit():
        raise SystemExit(f"{family}: the harness itself failed in the batch from {first}")
    seed = int(text)
    what = f"longer than {LIMIT} s" if code is None else f"process ended with {code}"
    if seed > first:  # what came before it is run again, to be counted
        _advance(part, family, seed)
    part["broken"].append(f"{family} seed {seed}: {what}")
    part["next"] = seed + 1


def _write_page(done: dict) -> None:
    lines = [
        f"Commit `{done['commit']}`, {datetime.now(UTC):%Y-%m-%d}.",
        "",
        "| family | mutations | read | rows counted | refused | reader crashed | broken | seconds |",
        "|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    broken: list[str] = []
    for family, part in done["families"].items():
        errors = Counter(part["errors"])
        crashed = errors.pop("import-reader-crashed", 0)
        cells = (part["next"], part["reads"], part["counted"], sum(errors.values()), crashed, len(part["broken"]))
        lines.append(f"| {family} | " + " | ".join(map(str, cells)) + f" | {part['seconds']:.0f} |")
        broken += part["broken"]
    lines += ["", *(f"- {one}" for one in broken)] if broken else []
    page = PAGE.read_text(encoding="utf-8")
    head, tail = page.partition(_BEGIN)[0], page.partition(_END)[2]
    PAGE.write_text(head + "\n".join([_BEGIN, *lines, _END]) + tail, encoding="utf-8")


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutations", type=int, default=MUTATIONS)
    parser.add_argument("--family", action="append", default=[])
    parser.add_argument("--batch", nargs=4, metavar=("FAMILY", "FIRST", "LAST", "ANSWER"))
    given = parser.parse_args()
    if given.batch:
        family, first, last, answer = given.batch
        batch(family, int(first), int(last), Path(answer))
        return 0
    return 1 if campaign(given.mutations, given.family) else 0


if __name__ == "__main__":
    sys.exit(main())
