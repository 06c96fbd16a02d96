"""Keyed pseudonyms: the ids that join a panel, without the persons.

An id becomes the first 128 bits of its HMAC-SHA256. The key lies outside the workspace;
the plan holds only the key's fingerprint, so that a wrong or a lost key is found before
anybody is joined with somebody else. Without the key nobody can try ids one by one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evaluation.common.errors import fail
from evaluation.responses.personal import as_cpr

#: Names the key file, where it does not lie in the user's own settings.
KEY_ENV = "EVALUATION_KEY_FILE"
KEY_BYTES = 32
_FINGERPRINT, _PSEUDONYM = 16, 32
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, repr=False)
class Pseudonyms:
    """Pseudonyms under one key; neither shown nor stored anywhere."""

    key: bytes

    @property
    def fingerprint(self) -> str:
        """What the plan holds: 16 hexadecimal digits that tell keys apart and give none away."""
        return hmac.new(self.key, b"evaluation: fingerprint", hashlib.sha256).hexdigest()[:_FINGERPRINT]

    def of(self, value: str) -> str:
        """The pseudonym of one id: 32 hexadecimal digits, the same for every way of writing a CPR number."""
        message = b"evaluation: id\0" + canonical(value).encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:_PSEUDONYM]

    def column(self, values: pd.Series) -> pd.Series:
        """The pseudonyms of a column; empty stays empty."""
        known = {value: self.of(str(value)) for value in values.dropna().unique()}
        return pd.Series([known.get(v) for v in values], index=values.index, dtype=object)


def canonical(value: str) -> str:
    """One form for all the ways in which the same id is written.

    A CPR number is ten digits, with or without hyphen, spaces and leading zero; an e-mail
    address has no capitals. Other ids keep theirs: ``R_1a`` and ``R_1A`` may be two people.
    """
    text = " ".join(unicodedata.normalize("NFKC", value).split())
    number = as_cpr(text)
    if number:
        return number
    return text.casefold() if _EMAIL.fullmatch(text) else text


def key_path(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """Where the key lies: ``EVALUATION_KEY_FILE``, else ``evaluation/panel.key`` in the user's settings."""
    named = environ.get(KEY_ENV, "").strip()
    if named:
        return Path(named).expanduser()
    home = Path.home()
    if platform == "win32":
        folder = Path(environ.get("APPDATA") or home / "AppData" / "Roaming")
    elif platform == "darwin":
        folder = home / "Library" / "Application Support"
    else:
        folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    return folder / "evaluation" / "panel.key"


def create_key(root: Path, path: Path | None = None) -> Pseudonyms:
    """Make a key of 32 random bytes that only this user can read; an existing one is never replaced.

    Parameters
    ----------
    root : Path
        The workspace, in which no key may lie.
    path : Path, optional
        Where to write it; default :func:`key_path`.

    Raises
    ------
    EvaluationError
        ``panel-key-inside`` or ``panel-key-exists``.
    """
    path = path or key_path()
    _outside(root, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except FileExistsError:
        raise fail("panel-key-exists", where=path) from None
    with os.fdopen(handle, "wb") as stream:
        stream.write(secrets.token_bytes(KEY_BYTES))
    return Pseudonyms(path.read_bytes())


def load_key(root: Path, fingerprint: str | None, path: Path | None = None) -> Pseudonyms:
    """The key whose fingerprint the plan holds.

    Parameters
    ----------
    root : Path
        The workspace.
    fingerprint : str or None
        As ``[panel]`` of the plan gives it; None: any key.

    Raises
    ------
    EvaluationError
        ``panel-key-inside``, ``panel-key-missing``, ``panel-key-damaged`` or ``panel-key-wrong``.
    """
    path = path or key_path()
    _outside(root, path)
    if not path.is_file():
        raise fail("panel-key-missing", where=path, variable=KEY_ENV)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise fail("panel-key-damaged", where=path, found=f"{len(key)} byte", size=KEY_BYTES)
    found = Pseudonyms(key)
    if fingerprint is not None and not hmac.compare_digest(
        found.fingerprint.encode(), fingerprint.strip().lower().encode()
    ):
        raise fail("panel-key-wrong", where=path, found=found.fingerprint, fingerprint=fingerprint, variable=KEY_ENV)
    return found


def _outside(root: Path, path: Path) -> None:
    if path.resolve().is_relative_to(root.resolve()):
        raise fail("panel-key-inside", where=path, variable=KEY_ENV)
