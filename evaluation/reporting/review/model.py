"""What a review consists of."""

from __future__ import annotations

from dataclasses import dataclass, field

#: Kinds of entries, in the order a summary counts them.
KINDS = ("comment", "insertion", "deletion", "replacement")
#: What becomes of an entry: nothing to do; can be put in; is put in; stands there already; cannot be put in.
STATES = ("note", "ready", "applied", "done", "refused")


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a Word file says of its own making; empty strings where it says nothing.

    Attributes
    ----------
    product, engine : str
    prose, results : str
        Hashes of the prose and of the generated pieces and numbers it was rendered from.
    draft : str
        Not empty for a draft, where claims that do not hold have a note behind them.
    """

    product: str = ""
    engine: str = ""
    prose: str = ""
    results: str = ""
    draft: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One comment or change.

    Attributes
    ----------
    number : int
        From 1, in the order of the document.
    kind : str
        One of ``KINDS``.
    tracked : bool
        False for a change that Word did not record.
    author, date : str
        Empty where the file does not say; the date in ISO form.
    old, new : str
        What was taken away and what came; for a comment the text it is attached to and what it says.
    file, line : str, int
        Where it belongs in the project, relative to its folder; "" and 0 where nothing of the source stands there.
    state : str
        One of ``STATES``.
    reason : str
        Why it cannot be put in: a key of ``reasons`` in catalogue ``review``.
    what : str
        What stands in the way, for the sentence of the reason.
    paragraph : str
        The beginning of the paragraph it stands in.
    reply_to : int
        Number of the comment this one answers; 0 for none.
    resolved : bool
        Whether the comment was marked as dealt with.
    """

    number: int
    kind: str
    tracked: bool
    author: str
    date: str
    old: str
    new: str
    file: str = ""
    line: int = 0
    state: str = "note"
    reason: str = ""
    what: str = ""
    paragraph: str = ""
    reply_to: int = 0
    resolved: bool = False


@dataclass(frozen=True, slots=True)
class Edit:
    """A change in the text of one prose file: ``text[start:end]`` becomes ``new`` (already Markdown)."""

    file: str
    start: int
    end: int
    new: str


@dataclass(slots=True)
class Wish:
    """A change on its way to the source, in the coordinates of today's paragraphs.

    Attributes
    ----------
    paragraph : int
        Place of today's paragraph; -1 where none corresponds.
    parts : list of (int, int, str)
        Ranges of that paragraph's text and the text that shall stand there instead.
    added : tuple of str
        New paragraphs, to stand ``after`` or before that paragraph.
    remove : bool
        The whole paragraph goes.
    """

    entry: Entry
    paragraph: int = -1
    parts: list[tuple[int, int, str]] = field(default_factory=list)
    added: tuple[str, ...] = ()
    after: bool = True
    remove: bool = False
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewed file against today's sources.

    Attributes
    ----------
    product : str
    entries : tuple of Entry
    stamped : bool
        Whether the file says what it was rendered from.
    prose_changed, results_changed : bool
        Whether prose, or generated pieces and numbers, are others today; False where the file does not say.
    same_engine : bool
        Whether the embedded engine set it, as it does for the comparison.
    formatting : int
        Recorded changes of formatting, which are not listed.
    margins : int
        Recorded changes in running heads and feet, which are not listed.
    texts : mapping of str to str
        Prose files as they would be, or are, with the changes in them.
    """

    product: str
    entries: tuple[Entry, ...]
    stamped: bool
    prose_changed: bool
    results_changed: bool
    same_engine: bool
    formatting: int
    margins: int
    texts: dict[str, str]
