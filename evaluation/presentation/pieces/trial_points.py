"""``txt-forsoeg-hovedpointer``: the main points on trials and registers."""

from __future__ import annotations

from evaluation.presentation.context import Context
from evaluation.presentation.piece import Piece, bullets, div
from evaluation.presentation.pieces.comparison import trial_finding
from evaluation.presentation.pieces.indicators import indicator_sentences
from evaluation.presentation.sentences import capital


def trial_points(ctx: Context) -> Piece:
    """A box: how many trials, whether units in trials differ from the others, what each register shows."""
    told = [_count(ctx), trial_finding(ctx), *indicator_sentences(ctx)]
    told = [text for text in told if text]
    return Piece("txt-forsoeg-hovedpointer", div("hovedpointer", bullets(told)) if told else "")


def _count(ctx: Context) -> str:
    """How many trials there are and how many of them have ended; empty where there are none."""
    trials = ctx.workspace.registers.trials
    if not trials:
        return ""
    ended = sum(1 for trial in trials if trial.end is not None)
    form = f"{'one' if len(trials) == 1 else 'many'}_{'none' if ended == 0 else 'one' if ended == 1 else 'many'}"
    places = {"n": capital(ctx.numbers.count(len(trials))), "ended": ctx.numbers.count(ended)}
    return ctx.say("trial_points", form, **places)
