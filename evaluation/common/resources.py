"""Where the report projects and codebooks that come with the package lie."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_IN_TREE = {"reports": ("reports",), "codebooks": ("data", "codebooks")}


def resource_folder(name: str) -> Path:
    """Folder of ``reports`` or ``codebooks``: in the wheel, or in the tree when installed editable."""
    packed = _PACKAGE / "_resources" / name
    return packed if packed.is_dir() else _PACKAGE.parent.joinpath(*_IN_TREE[name])


#: The report project whose styles and colours the others have where they have none of their own.
SHARED_PROJECT = "midtvejsevaluering"


def project_part(project: Path, name: str) -> Path:
    """File or folder of a report project; where it has none, that of the midtvejsevaluering beside it."""
    own, shared = project / name, project.parent / SHARED_PROJECT / name
    return shared if shared.exists() and not own.exists() else own
