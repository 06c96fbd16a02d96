"""Two sheets a survey: every measure in every group with its development, and the answers to every question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluation.common.ids import slug
from evaluation.presentation.appendix.labels import Labels
from evaluation.presentation.appendix.model import (
    NONE,
    Cell,
    Field,
    Sheet,
    number,
    number_field,
    text_field,
    without_empty,
    words,
)
from evaluation.presentation.context import KOMMUNE, Context, Row, SurveyView, said
from evaluation.presentation.numbers import HIDDEN
from evaluation.presentation.pieces.common import COARSE, sentences, verdict_word
from evaluation.presentation.sentences import Sentences

_STATS = ("score", "snit", "andel")
#: Columns of words at the left of a sheet of results, which are never left out.
_WORDS = 7
Key = tuple[str, str, str]


def survey_sheets(ctx: Context, view: SurveyView) -> list[Sheet]:
    """Results and answers of one survey; none where nothing was published."""
    labels = Labels(ctx)
    title = labels.survey(view.id)
    made = [_results(ctx, view, labels, title), _answers(ctx, view, labels, title)]
    return [sheet for sheet in made if sheet is not None]


def _results(ctx: Context, view: SurveyView, labels: Labels, title: str) -> Sheet | None:
    """One row a measure, kind of number and group: every wave side by side, then the change."""
    levels = {(_key(row), slug(str(row["wave"]))): row for row in view.levels}
    changes = {_key(row): row for row in view.estimates if view.pair and row["waves"] == view.waves_key}
    keys = _ordered(view, [*(key for key, _ in levels), *changes])
    if not keys:
        return None
    waves = [wave.id for wave in view.waves if any(slug(wave.id) == known for _, known in levels)]
    voice = sentences(ctx)
    rows = []
    for key in keys:
        found = [levels.get((key, slug(wave))) for wave in waves]
        shown = [row for row in (*found, changes.get(key)) if row is not None]
        cells: list[Cell] = [*_what(labels, view, key, shown[0])]
        for row in found:
            cells += _level(row)
        if changes:
            cells += _change(ctx, labels, voice, changes.get(key))
        cells += [labels.base(str(shown[0]["base"])), _remarks(labels, shown)]
        rows.append(tuple(cells))
    fields, kept = without_empty(_result_fields(ctx, view, labels, waves, changes=bool(changes)), rows, _WORDS)
    return Sheet(title, labels.say("results_title", title=title), labels.say("results_about"), fields, kept, fixed=2)


def _key(row: Row) -> Key:
    return str(row["measure"]), str(row["stat"]), str(row["group"])


def _ordered(view: SurveyView, keys: Sequence[Key]) -> list[Key]:
    """The whole municipality first; then by group; measures as the instrument lists them."""
    order = {name: place for place, name in enumerate(view.measure_order)}
    groups = {name: place for place, name in enumerate([KOMMUNE, *view.group_labels])}

    def place(key: Key) -> tuple[object, ...]:
        measure, stat, group = key
        return (
            groups.get(group, len(groups)), group, order.get(measure, len(order)), measure,
            _STATS.index(stat) if stat in _STATS else len(_STATS),
        )  # fmt: skip

    return sorted(dict.fromkeys(keys), key=place)


def _result_fields(
    ctx: Context, view: SurveyView, labels: Labels, waves: Sequence[str], *, changes: bool
) -> tuple[Field, ...]:
    fields = [
        text_field(labels.head("measure"), 56),
        text_field(labels.head("group"), 24),
        text_field(labels.head("split"), 20),
        text_field(labels.head("theme"), 31),
        text_field(labels.head("kind"), 12),
        text_field(labels.head("stat"), 24),
        text_field(labels.head("higher_is"), 16),
    ]
    for wave in waves:
        label = words(view.wave_label(wave))
        fields += [number_field(labels.head("value", wave=label)), number_field(labels.head("n", wave=label))]
    if changes:
        before, after = (words(view.wave_label(wave)) for wave in view.pair or ("", ""))
        fields += [
            number_field(labels.head("change", before=before, after=after)),
            number_field(labels.head("low", level=ctx.level)),
            number_field(labels.head("high", level=ctx.level)),
            number_field(labels.head("p")),
            number_field(labels.head("p_adjusted")),
            text_field(labels.head("verdict"), 24),
            number_field(labels.head("delta")),
            number_field(labels.head("mdc80")),
            number_field(labels.head("n_paired")),
        ]
    return (*fields, text_field(labels.head("base"), 29), text_field(labels.head("remark"), 60))


def _what(labels: Labels, view: SurveyView, key: Key, row: Row) -> tuple[str, ...]:
    """Measure, group, division, theme, kind, number and direction of a row."""
    measure, stat, group = key
    split, name = labels.group(view.id, group)
    kind = "item" if measure in view.items else "scale"
    return (
        labels.measure(view.id, measure),
        name,
        split,
        labels.theme(view.id, str(row["theme"])),
        labels.word("appendix_words", kind),
        labels.word("appendix_stats", stat),
        labels.word("appendix_higher", str(row["higher_is"])),
    )


def _scale(row: Row) -> tuple[float, int]:
    """What a published value is multiplied with, and its decimals: as in the report's own tables."""
    if row["stat"] == "andel":
        return 100.0, 0
    return 1.0, 0 if str(row["reason"]) in COARSE else 1


def _level(row: Row | None) -> tuple[Cell, Cell]:
    if row is None:
        return NONE, NONE
    factor, decimals = _scale(row)
    return number(row, "value", decimals, factor=factor, gone=bool(row["suppressed"])), number(row, "n")


def _change(ctx: Context, labels: Labels, voice: Sentences, row: Row | None) -> tuple[Cell, ...]:
    """Change, interval, p, verdict, δ, smallest change to be seen, people in both waves."""
    if row is None:
        return (NONE,) * 9
    factor = 100.0 if row["stat"] == "andel" else 1.0
    tested = bool(row["family"])

    def told(name: str, decimals: int, *, sign: bool = False, shown: bool = True, by: float = factor) -> Cell:
        return labels.number(row, name, decimals, factor=by, sign=sign, shown=shown)

    return (
        told("change", 0 if str(row["reason"]) in COARSE else 1, sign=True),
        told("ci_low", 1, sign=True),
        told("ci_high", 1, sign=True),
        told("p_value", 3, by=1.0),
        told("p_adjusted", 3, shown=tested, by=1.0),
        words(verdict_word(ctx, voice, row)) or NONE,
        number(row, "delta", 1, factor=factor),
        told("mdc80", 1),
        _paired(row),
    )


def _paired(row: Row) -> Cell:
    """People who answered both times: a number of panels only, hidden where it would point at a few of them."""
    found = number(row, "n_paired", gone=bool(row["suppressed"]))
    return HIDDEN if found == NONE and row["design"] == "panel" else found


def _remarks(labels: Labels, rows: Sequence[Row]) -> str:
    """All different remarks on the numbers of one row."""
    told = dict.fromkeys(labels.remark(row) for row in rows)
    told.pop(NONE, None)
    return " ".join(told) or NONE


def _answers(ctx: Context, view: SurveyView, labels: Labels, title: str) -> Sheet | None:
    """One row a question, wave and answer, for the whole municipality."""
    choices = _choices(ctx, view)
    states = ctx.words("appendix_states")
    waves = {slug(wave.id): place for place, wave in enumerate(view.waves)}
    order = {name: place for place, name in enumerate(view.items)}
    codes = {(item, code): place for item, found in choices.items() for place, code in enumerate(found)}

    def place(row: Row) -> tuple[int, int, bool, int, str]:
        item, code = str(row["item"]), str(row["code"])
        wave = waves.get(slug(str(row["wave"])), len(waves))
        return order.get(item, len(order)), wave, not code, codes.get((item, code), 99), str(row["state"])

    rows = []
    for row in sorted(view.distributions, key=place):
        item, code, state = str(row["item"]), str(row["code"]), str(row["state"])
        answer = choices.get(item, {}).get(code, code) if code else str(states.get(state, state))
        rows.append(
            (
                labels.measure(view.id, item),
                labels.wave(view.id, str(row["wave"])),
                answer,
                number(row, "share", 0, factor=100.0, gone=bool(row["suppressed"])),
                number(row, "n_base"),
                labels.base(str(row["base"])),
                labels.theme(view.id, str(row["theme"])),
                labels.measure(view.id, str(row["scale"])) if row["scale"] else NONE,
                labels.remark(row),
            )
        )
    if not rows:
        return None
    fields = (
        text_field(labels.head("item"), 54),
        text_field(labels.head("wave"), 10),
        text_field(labels.head("answer"), 26),
        number_field(labels.head("share")),
        number_field(labels.head("n_base")),
        text_field(labels.head("base"), 29),
        text_field(labels.head("theme"), 31),
        text_field(labels.head("scale"), 24),
        text_field(labels.head("remark"), 40),
    )
    name = labels.say("answers_name", title=title)
    kept, cells = without_empty(fields, rows, 6)
    return Sheet(name, labels.say("answers_title", title=title), labels.say("answers_about"), kept, cells, 1)


def _choices(ctx: Context, view: SurveyView) -> Mapping[str, Mapping[str, str]]:
    """Answers by item and code, in the order of the questionnaire."""
    if view.instrument is None:
        return {}
    by_id = {response.id: response for response in view.instrument.responses}
    return {
        item.id: {str(c.code): said(c.label, ctx.lang) for c in by_id[item.response].choices}
        for item in view.items.values()
        if item.response in by_id
    }
