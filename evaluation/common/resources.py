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


#: Folder of a report project's English document: a project of its own inside the Danish one.
ENGLISH = "en"


def is_english(project: Path) -> bool:
    """Whether ``project`` is the English document of the report project in the folder above it."""
    return project.name == ENGLISH and (project.parent / "_quarto.yml").is_file()


def document_name(product: str) -> str:
    """What the files of a product are called: ``midtvejsevaluering-en`` for ``midtvejsevaluering/en``."""
    return product.replace("/", "-")


def language_of(product: str) -> str:
    """Language of a product's document: ``midtvejsevaluering/en`` is English, all others are Danish."""
    return ENGLISH if product.rpartition("/")[2] == ENGLISH and "/" in product else "da"


def project_part(project: Path, name: str) -> Path:
    """File or folder of a report project; where it has none, that of the midtvejsevaluering beside it.

    An English document looks in the Danish one first.
    """
    whole = project.parent if is_english(project) else project
    places = (project / name, whole / name, whole.parent / SHARED_PROJECT / name)
    return next((path for path in places if path.exists()), project / name)
