"""Real Quarto through its command line, watched closely.

Quarto ends with exit code 0 when a variable, a reference, a picture or a citation is missing and prints
``?var:…`` or nothing instead. So the documents are read beforehand with the rules of the embedded engine,
and Quarto's log and its output are searched afterwards; whatever it could not resolve is an error.
It runs only in a private copy of the project (see ``render.py``), one format at a time.
"""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from evaluation.common.errors import EvaluationError, Problem, fail
from evaluation.reporting.embedded.pandoc import SOURCE_DATE_EPOCH
from evaluation.reporting.fonts import page_fonts
from evaluation.reporting.project import QUARTO_NAMES, load_project, unique

TESTED = ((1, 6), (1, 12))
TIMEOUT = 600.0
_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?\S*\Z")
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
# Features that Quarto has and the embedded engine has not: no reason to refuse them here.
_QUARTO_CAN = frozenset({
    "reporting-feature-unsupported", "reporting-shortcode-unsupported", "reporting-shortcode-in-code",
    "reporting-code-cell", "reporting-crossref-mixed",
})  # fmt: skip
# Message → error code; matched on the words, not on the level: Quarto logs all but the last as INFO.
_MESSAGES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"Unknown (?:var|meta key|variable) (?P<name>\S+) specified in an? "), "reporting-var-missing"),
    (re.compile(r"Unsupported type '[^']*' for key (?P<name>\S+) in an? "), "reporting-var-type"),
    (re.compile(r"Unable to resolve crossref @?(?P<name>[\w:-]+)", re.I), "reporting-crossref-unresolved"),
    (re.compile(r"citation ['\"]?(?P<name>[\w:.-]+?)['\"]? not found", re.I), "reporting-citation-missing"),
    (re.compile(r"Shortcode 'include' (?P<name>)not found"), "reporting-include-inline"),
    (re.compile(r"(?P<name>Shortcode '(?!include')[^']*' not found)"), "reporting-quarto-failed"),
    (re.compile(r"Could not fetch resource (?P<name>[^\n]+?)(?=: |\s*$)", re.M), "reporting-image-missing"),
    (re.compile(r"file not found \(searched at (?P<name>[^)\n]+)\)"), "reporting-image-missing"),
    (re.compile(r"warning: (?P<name>document did not converge[^\n]*)"), "reporting-typst-failed"),
    (re.compile(r"^(?:ERROR: )?error: (?P<name>(?!file not found)[^\n]+)", re.M), "reporting-typst-failed"),
    (re.compile(r"could not find file (?P<name>[^\n]+?)\.?\s*$", re.I | re.M), "reporting-include-missing"),
)
_NAME = r"(?P<name>[\w-]+(?:\.[\w-]+)*)"
_PRINTED: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\?var:" + _NAME), "reporting-var-missing"),
    (re.compile(r"\?invalid \w+ type:" + _NAME), "reporting-var-type"),
    (re.compile(r"\?meta:" + _NAME), "reporting-var-missing"),
    (re.compile(r"\?@(?P<name>(?:fig|tbl|sec|eq|lst)-[\w-]+)"), "reporting-crossref-unresolved"),
)
# Quarto also says that it cannot check the PDF without a program of its own; Typst has checked it already.
_WARNING = re.compile(r"(?:^|(?<=\.\.\.))(?:\[WARNING\]|WARN(?:ING)?\b|warning:)(?!.*verapdf).*$", re.M)


@dataclass(frozen=True, slots=True)
class Quarto:
    """A Quarto that was found.

    Attributes
    ----------
    path : Path
        The executable.
    version : str
        As printed by ``quarto --version``; empty when that made no sense.
    """

    path: Path
    version: str

    @property
    def tested(self) -> bool:
        """Whether this version lies in the range we have tried: from ``TESTED[0]``, below ``TESTED[1]``."""
        match = _VERSION.match(self.version)
        return bool(match) and TESTED[0] <= (int(match[1]), int(match[2])) < TESTED[1] if match else False


def find_quarto(environment: Mapping[str, str] | None = None) -> Quarto | None:
    """Return the Quarto of this machine: ``QUARTO_PATH``, then ``quarto`` on PATH, then the package quarto-cli."""
    variables = os.environ if environment is None else environment
    for candidate in _candidates(variables):
        if candidate is not None and candidate.is_file():
            return Quarto(candidate, _version(candidate))
    return None


def _candidates(variables: Mapping[str, str]) -> list[Path | None]:
    named = variables.get("QUARTO_PATH")
    chosen = Path(named) if named else None
    if chosen is not None and chosen.is_dir():
        chosen = chosen / ("quarto.exe" if os.name == "nt" else "quarto")
    on_path = shutil.which("quarto", path=variables.get("PATH"))
    return [chosen, Path(on_path) if on_path else None, _packaged()]


def _packaged() -> Path | None:
    try:
        import quarto_cli
    except ImportError:
        return None
    folder = Path(str(quarto_cli.__file__)).parent
    names = ("quarto.exe", "quarto.cmd") if os.name == "nt" else ("quarto",)
    return next((path for name in names for path in sorted(folder.rglob(f"bin/{name}"))), None)


def _version(path: Path) -> str:
    try:
        done = subprocess.run([str(path), "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    words = done.stdout.decode("utf-8", "replace").split()
    return words[0] if done.returncode == 0 and len(words) == 1 and _VERSION.match(words[0]) else ""


def unusable(found: Quarto | None) -> EvaluationError:
    """Why Quarto cannot be used: not there, or of a version nobody has tried."""
    if found is None:
        return fail("reporting-quarto-missing")
    low, high = (".".join(str(part) for part in version) for version in TESTED)
    return fail("reporting-quarto-version", where=found.path, found=found.version or "?", low=low, high=high)


def render(
    work: Path,
    formats: Sequence[str],
    *,
    quarto: Quarto | None = None,
    timeout: float = TIMEOUT,
    progress: Callable[[str], None] | None = None,
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Render the private project copy ``work`` in every format.

    Parameters
    ----------
    timeout : float
        Seconds for one format; then Quarto and everything it started is stopped.

    Returns
    -------
    tuple
        Format to bytes, and the warnings that are no errors.

    Raises
    ------
    EvaluationError
        ``reporting-quarto-…`` for a failing run; the embedded engine's codes for what could not be resolved.
    """
    chosen = quarto or find_quarto()
    if chosen is None:
        raise unusable(None)
    document = load_project(work).document
    _refuse(work, formats)
    done: dict[str, bytes] = {}
    warnings: list[str] = []
    for output in formats:
        if progress:
            progress(output)
        messages = _run(chosen, work, document, output, timeout)
        made = (work / document).with_suffix(f".{output}")
        problems = [problem for text in messages for problem in _known(text, _MESSAGES, work)]
        if made.is_file():
            done[output] = made.read_bytes()
            problems += _known(printed(done[output], output, made), _PRINTED, work)
        if problems:
            raise EvaluationError(unique(problems))
        if output not in done:
            raise fail("reporting-quarto-no-output", where=document, found="–", file=made.name)
        warnings += [line[0].strip() for text in messages for line in _WARNING.finditer(text)]
    return done, tuple(dict.fromkeys(warnings))


def _refuse(work: Path, formats: Sequence[str]) -> None:
    """Refuse what Quarto would print wrongly or leave out in silence, such as a number without quotes."""
    from evaluation.reporting.embedded.engine import check

    try:
        check(work, formats)
    except EvaluationError as error:
        refused = [problem for problem in error.problems if problem.code not in _QUARTO_CAN]
        if refused:
            raise EvaluationError(refused) from error


def _run(quarto: Quarto, work: Path, document: str, output: str, timeout: float) -> list[str]:
    log = work / f".log-{output}.json"
    command = [str(quarto.path), "render", document, "--to", QUARTO_NAMES[output]]
    command += ["-M", "keep-typ:true"] if output == "pdf" else []
    command += ["--log", str(log), "--log-format", "json-stream", "--log-level", "info"]
    fonts = os.pathsep.join(map(str, page_fonts(work).folders))
    environment = dict(os.environ, TYPST_FONT_PATHS=fonts, NO_COLOR="1", SOURCE_DATE_EPOCH=SOURCE_DATE_EPOCH)
    process = subprocess.Popen(
        command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired as error:
        _stop(process)
        raise fail("reporting-quarto-timeout", where=document, found=output, seconds=f"{timeout:.0f}") from error
    messages = _log(log)
    if process.returncode:
        text = "\n".join([*messages, said.decode("utf-8", "replace")])
        problems = _known(text, _MESSAGES, work)
        if problems:
            raise EvaluationError(unique(problems))
        reason = _reason(said.decode("utf-8", "replace"))
        raise fail("reporting-quarto-failed", where=document, found=reason or f"exit {process.returncode}")
    return [*messages, _ESCAPES.sub("", said.decode("utf-8", "replace"))]


def _reason(text: str) -> str:
    """Return the last error in Quarto's words, without the trace of its own code."""
    text = _ESCAPES.sub("", text)
    start = max(text.rfind("ERROR:"), text.rfind("Error running filter"), 0)
    words = re.split(r"(?:Stack trace|stack traceback):", text[start:])[0].split()
    return " ".join(words)[-700:]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End Quarto and its children: it starts deno, pandoc and typst of its own."""
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        import signal

        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def _log(path: Path) -> list[str]:
    """Return the messages of a json-stream log; lines that are no JSON are taken as they are."""
    if not path.is_file():
        return []
    messages = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            messages.append(line)
            continue
        text = entry.get("msg") or entry.get("message") or "" if isinstance(entry, dict) else str(entry)
        messages.append(_ESCAPES.sub("", str(text)))
    return messages


def _known(text: str, patterns: Sequence[tuple[re.Pattern[str], str]], work: Path) -> list[Problem]:
    problems = []
    for pattern, code in patterns:
        for match in pattern.finditer(text):
            name = match["name"].replace(f"{work.resolve()}{os.sep}", "").replace(f"{work}{os.sep}", "")
            problems.append(
                Problem(code, where_used(work, name), name or match[0], {"key": name, "near": "–", "file": name})
            )
    return problems


def where_used(work: Path, name: str) -> str:
    """File and line of the project where ``name`` is used; empty when it is not found."""
    if not name:
        return ""
    stem = re.escape(name.removesuffix(Path(name).suffix) if "/" in name else name)
    before = r"(?:\{\{<\s*(?:var|meta|env|include)\s+|@|\]\()"
    pattern = re.compile(before + f"(?:{re.escape(name)}|{stem})" + r"(?![\w-])")
    for path in sorted(work.rglob("*.qmd")):
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1):
            if pattern.search(line):
                return f"{path.relative_to(work).as_posix()}:{number}"
    return ""


def printed(content: bytes, output: str, made: Path) -> str:
    """Return the visible words of a finished file; of a PDF those of the Typst source that Quarto left beside it."""
    if output == "pdf":
        source = made.with_suffix(".typ")
        return source.read_text(encoding="utf-8", errors="replace").replace("\\", "") if source.is_file() else ""
    if output == "html":
        text = re.sub(r"<(script|style)\b.*?</\1>", " ", content.decode("utf-8", "replace"), flags=re.S | re.I)
        return html.unescape(re.sub(r"<[^>]+>", "", text))
    if output == "docx":
        try:
            with zipfile.ZipFile(BytesIO(content)) as package:
                body = package.read("word/document.xml").decode("utf-8", "replace")
        except (zipfile.BadZipFile, KeyError):
            return ""
        return html.unescape(re.sub(r"<[^>]+>", "", body))
    return ""
