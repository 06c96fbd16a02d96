"""``evaluation run`` from cold against its unavoidable parts, against a document by hand, and when little changed."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.by_hand import PICTURES, make_document, quarto, render
from benchmarks.table import Row
from benchmarks.timing import Spent, fastest, in_turn, process
from benchmarks.workspaces import caches, change_prose, fresh, make_demo, run

#: Warm and prose-only runs a round: they are short, and a quiet moment must be met.
_SHORT = 2


class Bench:
    """Everything measured on one demo workspace, in rounds taken in turn."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self._folder, self._rounds = folder, rounds
        self._demo = make_demo(folder / "demo")
        self._root = folder / "workspace"
        self._runs = 0
        self._document = folder / "by-hand.qmd"
        self.figures_by_hand = 0

    def _cache(self) -> Path:
        """A cache folder that nobody has used."""
        self._runs += 1
        return self._folder / f"cache-{self._runs}"

    def _cold(self) -> Spent:
        self._warm = self._cache()
        return run(fresh(self._demo, self._root), self._warm)

    def _parts(self) -> Spent:
        return process(["-m", "benchmarks.floor", str(self._root)], caches(self._cache()))

    def _nothing(self) -> Spent:
        return run(self._root, self._warm)

    def _prose(self) -> Spent:
        self._runs += 1
        change_prose(self._root, self._runs)
        return run(self._root, self._warm)

    def _cells(self, output: str) -> Spent:
        """The cells of the document by hand, once, with the caches of the run before it."""
        pictures = self._folder / f"pictures-{output}"
        pictures.mkdir(exist_ok=True)
        return process(["-m", "benchmarks.by_hand", str(self._document), output, str(pictures)], caches(self._warm))

    def measure(self) -> dict[str, list[Spent]]:
        """Every job in every round."""
        self._cold()
        self.figures_by_hand = make_document(self._root, self._document)
        jobs: dict[str, Callable[[], Spent]] = {"cold": self._cold, "parts": self._parts}
        jobs |= {f"nothing {n}": self._nothing for n in range(_SHORT)} | {
            f"prose {n}": self._prose for n in range(_SHORT)
        }
        jobs |= {f"cells {output}": partial(self._cells, output) for output in PICTURES}
        program = quarto()
        if program is not None:
            jobs["quarto"] = lambda: Spent(render(self._document, program), 0.0, "")
        return in_turn(jobs, self._rounds)


def rows(rounds: int = 3) -> list[Row]:
    """All ratios of the whole run; ``rounds`` of everything, the fastest of each."""
    with tempfile.TemporaryDirectory(prefix="evaluation-bench-") as folder:
        bench = Bench(Path(folder), rounds)
        return _rows(bench.measure(), bench.figures_by_hand)


def _rows(spent: Mapping[str, list[Spent]], figures_by_hand: int) -> list[Row]:
    told: list[dict[str, Any]] = [json.loads(one.output) for one in spent["parts"]]
    counts = f"{figures_by_hand} figures by hand, {told[0]['drawn']} in ours; no Quarto, no kernel"
    wall = {name: fastest([one.wall for one in found]) for name, found in spent.items()}
    cold = wall["cold"]
    nothing, prose = (fastest([wall[f"{kind} {n}"] for n in range(_SHORT)]) for kind in ("nothing", "prose"))
    best = min((one["seconds"] for one in told), key=lambda seconds: sum(seconds.values()))
    parts = sum(best.values())
    processor = fastest([one.processor for one in spent["cold"]]) / fastest([one["processor"] for one in told])
    cells = sum(wall[f"cells {output}"] for output in PICTURES) + best["pandoc"] + best["typst"]
    shares = ", ".join(f"{name} {seconds / parts:.0%}" for name, seconds in best.items())
    return [
        Row("cold run : imports + figures + pandoc + Typst", cold / parts, 1.2, note=f"{shares} of the parts"),
        Row("the same in processor time", processor, note="a helper process imports the plotting library once more"),
        *_by_quarto(wall, prose),
        Row("cells by hand once a format, pandoc, Typst : cold run", cells / cold, 3, "at least", counts),
        Row("the same : only prose changed", cells / prose, 20, "at least", "no Quarto, no kernel"),
        Row("nothing changed : cold run", nothing / cold),
        Row("only prose changed : cold run", prose / cold),
    ]


def _by_quarto(wall: Mapping[str, float], prose: float) -> list[Row]:
    names = ("document by hand through Quarto : cold run", "document by hand through Quarto : only prose changed")
    if "quarto" not in wall:
        return [
            Row(name, None, target, "at least", "Quarto is not installed")
            for name, target in zip(names, (3, 20), strict=True)
        ]
    return [
        Row(names[0], wall["quarto"] / wall["cold"], 3, "at least"),
        Row(names[1], wall["quarto"] / prose, 20, "at least"),
    ]
