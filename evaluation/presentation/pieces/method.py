"""How the results came about: method, decision rule, scales, disclosure, basis and colophon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evaluation.codebook.model import Scale
from evaluation.presentation.context import COMPARISON, Context, SurveyView, said
from evaluation.presentation.escape import markdown
from evaluation.presentation.numbers import HIDDEN
from evaluation.presentation.piece import Piece, div, omitted, paragraphs, table
from evaluation.presentation.pieces.caution import bootstrap_text
from evaluation.presentation.pieces.common import anm, fictional, quote, source
from evaluation.presentation.pieces.disclosure import hidden_table
from evaluation.presentation.pieces.reliability import answers_row, scales_text
from evaluation.presentation.pieces.scale_notes import scale_notes
from evaluation.presentation.pieces.trace import trace
from evaluation.presentation.sentences import capital
from evaluation.presentation.tables import Column, Table, number_column

_SURVEYS = "tbl-undersoegelser"


def method(ctx: Context) -> list[Piece]:
    """Everything on method, disclosure and documentation."""
    hidden = hidden_table(ctx)
    files = files_table(ctx)
    rule, scales = rule_table(ctx), scales_table(ctx)
    return [
        Piece(
            "txt-fiktive",
            div("fiktiv", ctx.say("text", "fictional", kommune=ctx.kommune)) if ctx.published.fictional else "",
        ),
        method_text(ctx, rule),
        rule,
        scales,
        scales_text(ctx, scales),
        disclosure_text(ctx),
        hidden,
        files,
        documentation(ctx),
        *trace(ctx),
        colophon(ctx),
    ]


def method_text(ctx: Context, rule: Piece | None = None) -> Piece:
    """``txt-metode``: designs, pairs, estimand, smallest change that matters and its reason, comparison."""
    plan = ctx.workspace.plan
    told = []
    turn = 0
    for view in ctx.surveys:
        places = {"title": quote(ctx, view.title), "respondents": view.respondents}
        design = ctx.say("design_method", view.survey.design, **places)
        parts = (design, _pair(ctx, view, turn), _delta(ctx, view, turn), bootstrap_text(ctx, view))
        turn += view.pair is not None
        told.append(" ".join(part for part in parts if part))
    words = {plan.estimand(view.id) for view in ctx.surveys if view.pair}
    drawn = "udvikling" if any(view.survey.unit for view in ctx.surveys if view.pair) else "personer"
    named = {"udvikling": f"estimand_{drawn}", "beskrivelse": "estimand_beskrivelse"}
    estimand = [ctx.say("text", form) for word, form in named.items() if word in words]
    comparison = ""
    compared = any(view.pair for view in ctx.surveys)
    if plan.comparison is not None and compared:
        comparison = ctx.say("text", "method_comparison", name=markdown(plan.comparison.kommune))
        if plan.comparison.note is not None:
            comparison += " " + markdown(said(plan.comparison.note, ctx.lang))
    lead = ctx.say("text", "method_lead" if compared else "method_lead_none", kommune=ctx.kommune)
    surveys = f"@{_SURVEYS}" if rule is not None and ctx.surveys and ctx.shows(_SURVEYS) else ""
    see = ctx.say("text", "method_surveys", ref=surveys) if surveys else ""
    ref = ctx.refs(rule) if rule is not None and compared else ""
    how = ctx.say("text", "method_rule", ref=ref) if ref else ""
    return Piece("txt-metode", paragraphs(f"{lead} {see}".strip(), *told, " ".join(estimand), comparison, how))


def _pair(ctx: Context, view: SurveyView, turn: int) -> str:
    if view.pair is None:
        return ""
    before, after = (view.wave_label(wave) for wave in view.pair)
    return ctx.say_in_turn("text", "method_pair", turn, before=before, after=after)


def _delta(ctx: Context, view: SurveyView, turn: int) -> str:
    delta = ctx.workspace.plan.delta(view.id)
    if delta is None or view.pair is None:
        return ""
    whole = abs(delta.points - round(delta.points)) < 1e-9
    reason = markdown(said(delta.reason, ctx.lang)).rstrip(".")
    return ctx.say_in_turn(
        "text", "method_delta", turn, points=ctx.numbers.points(delta.points, 0 if whole else 1), reason=f"{reason}."
    )


def rule_table(ctx: Context) -> Piece:
    """``tbl-beslutningsregel``: the verdict function in words, with the plan's α."""
    name = "tbl-beslutningsregel"
    heads, rules = ctx.words("heads"), ctx.words("rule")
    alpha = ctx.numbers.number(ctx.workspace.plan.decision.alpha, 2)
    equivalence = ctx.numbers.number(100 * (1 - 2 * ctx.workspace.plan.decision.alpha), 0)
    rows = tuple(
        (capital(str(rules[f"{pair}_name"])), str(rules[pair]).format(alpha=alpha, equivalence=equivalence))
        for pair in ("change", "small", "uaendret", "uafklaret")
    )
    columns = (Column(str(heads["verdict"]), 30), Column(str(heads["rule_text"]), 70))
    deltas = []
    for view in ctx.surveys:
        delta = ctx.workspace.plan.delta(view.id)
        if delta is None:
            continue
        points = ctx.numbers.points(delta.points, 0 if delta.points == int(delta.points) else 1)
        shares = ctx.numbers.percentage_points(delta.shares / 100, 0 if delta.shares == int(delta.shares) else 1)
        deltas.append(ctx.say("note", "delta_of", title=quote(ctx, view.title), points=points, shares=shares))
    remarks = [
        ctx.say("note", "rule"),
        ctx.say("note", "deltas", list=ctx.numbers.listing(deltas)) if deltas else "",
        ctx.say("note", "rule_version", version=markdown(str(ctx.published.meta.get("rule_version", "1")))),
    ]
    text = table(name, Table(columns, rows), ctx.say("caption", "rule"), anm(ctx, remarks, ""))
    return Piece(name, text, (), frozenset({name}))


def scales_table(ctx: Context) -> Piece:
    """``tbl-skalaer``: a line a scale with its number of items and its reliability in every wave."""
    name = "tbl-skalaer"
    views = [view for view in ctx.surveys if view.instrument is not None and view.instrument.scales]
    views = [view for view in views if view.has_data]
    if not views:
        return omitted(name, ctx.say("omitted", "no_scales"))
    heads = ctx.words("heads")
    starts = {view.wave_label(wave.id): wave.start for view in views for wave in view.answered}
    labels = sorted(starts, key=lambda label: starts[label])
    columns = [
        Column(str(heads["scale"]), 46),
        number_column(str(heads["items"]), 22),
        *(number_column(label, 12) for label in labels),
    ]
    rows: list[tuple[str, ...]] = []
    shown: list[Scale] = []
    for view in views:
        assert view.instrument is not None
        rows.append((view.title,))
        for scale in sorted(view.instrument.scales, key=lambda scale: view.measure_order.index(scale.id)):
            shown.append(scale)
            mark = str(ctx.words("note")["worse_mark"]) if scale.higher_is == "worse" else ""
            items = ctx.numbers.integer(len(view.instrument.items_of(scale)))
            alphas = (_alpha(ctx, view, scale.id, label) for label in labels)
            rows.append((view.label(scale.id) + mark, items, *alphas))
        rows.append(answers_row(ctx, view, labels))
    remarks = [
        ctx.say("note", "alpha"),
        ctx.say("note", "worse") if any(scale.higher_is == "worse" for scale in shown) else "",
        ctx.say("note", "alpha_hidden") if any(HIDDEN in row for row in rows) else "",
        *scale_notes(ctx, views),
    ]
    below = anm(ctx, remarks, source(ctx, views))
    return Piece(
        name,
        table(name, Table(tuple(columns), tuple(rows)), ctx.say("caption", "scales"), below),
        (),
        frozenset({name}),
    )


def _alpha(ctx: Context, view: SurveyView, scale: str, label: str) -> str:
    """Alpha of a scale in the wave of that label; a dash where the survey has no such wave."""
    for row in view.scales:
        if row["scale"] == scale and view.wave_label(str(row["wave"])) == label:
            return HIDDEN if row["suppressed"] else ctx.numbers.number(row["alpha"], 2)
    return "–"


def disclosure_text(ctx: Context) -> Piece:
    """``txt-diskretionering``: the rules in plain words."""
    threshold = int(ctx.published.meta.get("threshold", ctx.workspace.plan.disclosure.threshold))
    places = {"threshold": ctx.numbers.count(threshold), "triple": ctx.numbers.integer(3 * threshold)}
    return Piece("txt-diskretionering", paragraphs(ctx.say("text", "disclosure", **places)))


def _dropped(ctx: Context, report: Mapping[str, Any]) -> str:
    words = ctx.words("dropped")
    counts: dict[str, int] = {}
    for part in report.get("dropped", ()):
        counts[str(part["reason"])] = counts.get(str(part["reason"]), 0) + int(part["rows"])
    told = [
        f"{markdown(str(words.get(code, code)))}: {ctx.numbers.integer(rows)}" for code, rows in counts.items() if rows
    ]
    return "; ".join(told) or "–"


def files_table(ctx: Context) -> Piece:
    """``tbl-datagrundlag``: every file, its rows, who was left out and why."""
    name = "tbl-datagrundlag"
    sources = list(ctx.published.meta.get("sources", ()))
    if not sources:
        return omitted(name, ctx.say("omitted", "no_data"))
    heads, formats = ctx.words("heads"), ctx.words("formats")
    columns = (
        Column(str(heads["survey"]), 26),
        Column(str(heads["wave"]), 9),
        Column(str(heads["format"]), 17),
        number_column(str(heads["rows"]), 11),
        number_column(str(heads["kept"]), 11),
        Column(str(heads["dropped"]), 26),
    )
    reports = {(r["survey"], r["wave"]): r for r in ctx.published.meta.get("imports", ())}
    views = {view.id: view for view in ctx.surveys}
    rows = []
    for entry in sources:
        view, report = views.get(entry["survey"]), reports.get((entry["survey"], entry["wave"]))
        rows.append(
            (
                view.title if view else markdown(str(entry["survey"])),
                view.wave_label(str(entry["wave"])) if view else markdown(str(entry["wave"])),
                markdown(str(formats.get(str(entry["format"]), entry["format"]))),
                ctx.numbers.integer(entry["rows"]),
                ctx.numbers.integer(report["rows_kept"]) if report else "–",
                _dropped(ctx, report) if report else "–",
            )
        )
    below = anm(ctx, [ctx.say("note", "files"), _elsewhere(ctx)], fictional(ctx, ctx.say("note", "source_files")))
    return Piece(
        name, table(name, Table(columns, tuple(rows)), ctx.say("caption", "files"), below), (), frozenset({name})
    )


def _elsewhere(ctx: Context) -> str:
    """That the files hold answers from the comparison municipality too, where they do: the counts above are larger."""
    comparison = ctx.workspace.plan.comparison
    views = [view for view in ctx.surveys if any(row["group"] == COMPARISON for row in view.estimates)]
    if comparison is None or not views:
        return ""
    listed = ctx.numbers.listing([quote(ctx, view.title) for view in views])
    return ctx.say("trace", "elsewhere", list=listed, name=markdown(comparison.kommune))


def documentation(ctx: Context) -> Piece:
    """``txt-dokumentation``: what the numbers can be traced back to."""
    meta = ctx.published.meta
    versions = meta.get("versions", {})
    listed = ctx.numbers.listing([f"{markdown(str(k))} {markdown(str(v))}" for k, v in sorted(versions.items()) if v])
    parts = [
        ctx.say("text", "documentation", rule_version=markdown(str(meta.get("rule_version", "1")))),
        ctx.say("text", "documentation_plan", sha=str(meta.get("plan_sha256", ""))[:12])
        if meta.get("plan_sha256")
        else "",
        ctx.say("text", "documentation_versions", list=listed) if listed else "",
    ]
    return Piece("txt-dokumentation", paragraphs(" ".join(part for part in parts if part)))


def colophon(ctx: Context) -> Piece:
    """``txt-kolofon``: title, publisher, year, authors; the engine names itself at the render."""
    header = ctx.workspace.plan.evaluation
    title = markdown(said(header.title, ctx.lang))
    subtitle = markdown(said(header.subtitle, ctx.lang)) if header.subtitle else ""
    words = ctx.words("colophon")
    lines = [
        f"**{title}**" + (f" – {subtitle}" if subtitle else ""),
        f"© {markdown(header.publisher or header.kommune)}, {header.year}",
        f"{words['authors']}: {ctx.numbers.listing([markdown(a) for a in header.authors])}" if header.authors else "",
        *(
            f"{words[name]}: {markdown(value)}"
            for name in ("isbn", "photo", "project", "financing")
            if (value := getattr(header, name))
        ),
        markdown(header.address) if header.address else "",
        str(words["quote"]),
        str(words["fictional"]) if ctx.published.fictional else "",
    ]
    return Piece("txt-kolofon", div("kolofon", paragraphs(*lines)))
