"""Pages seen by a browser: axe-core's findings, and what comes out of the printer."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import subprocess
from pathlib import Path

import pytest

_RUN = """<script>
axe.run(document, {resultTypes: ["violations"]}).then(
  result => result.violations.map(one => ({id: one.id, impact: one.impact, where: one.nodes.map(node => node.html)})),
  error => [{id: "axe-crashed", impact: "critical", where: [String(error)]}],
).then(found => {
  const box = document.createElement("pre");
  box.id = "axe-found";
  box.textContent = JSON.stringify(found);
  document.body.append(box);
});
</script>"""
_OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def axe_script() -> str:
    """axe-core from the development dependency that carries it; it is never part of the project."""
    spec = importlib.util.find_spec("axe_core_python")
    if spec is None or spec.origin is None:
        pytest.skip("axe-core-python is not installed")
    return (Path(spec.origin).parent / "axe.min.js").read_text(encoding="utf-8").replace("</script", "<\\/script")


def findings(page: str, folder: Path, width: int) -> list[str]:
    """Violations that axe-core finds in a page that is ``width`` wide, as ``impact id: element``.

    Chromium needs no driver: the script is put into a copy of the page, and the answer read from its tree.
    """
    assert page.count("</body>") == 1
    copy = folder / "page.html"
    script = f"<script>{axe_script()}</script>{_RUN}</body>"
    copy.write_text(page.replace("</body>", script), encoding="utf-8")
    tree = _chromium(folder, f"--window-size={width},900", "--virtual-time-budget=60000", "--dump-dom", copy.as_uri())
    answer = re.search(r'<pre id="axe-found">(.*?)</pre>', tree, re.S)
    assert answer, "axe-core gave no answer"
    found = json.loads(html.unescape(answer[1]))
    return [f"{one['impact']} {one['id']}: {where[:200]}" for one in found for where in one["where"]]


def print_page(page: str, folder: Path) -> Path:
    """The page as the browser prints it."""
    source, target = folder / "print.html", folder / "print.pdf"
    source.write_text(page, encoding="utf-8")
    _chromium(folder, "--no-pdf-header-footer", f"--print-to-pdf={target}", source.as_uri())
    return target


def _chromium(folder: Path, *arguments: str) -> str:
    command = ["chromium", *_OPTIONS, f"--user-data-dir={folder / 'browser'}", *arguments]
    return subprocess.run(command, capture_output=True, timeout=240, check=True).stdout.decode("utf-8", "replace")
