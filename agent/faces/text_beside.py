"""What stands beside the lines of a plan, as text: suspected findings, the course of values, the review of medicines."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import RenderableType
from rich.text import Text

from agent.faces.phrases import course_words
from agent.faces.text_layout import heading, pairs, with_marks
from agent.faces.view import View
from agent.faces.words import TOPIC_WORDS, sentence
from agent.safe_text import readable
from tools.clinical.appraised import ReviewPoint, Suspicion


def suspected_text(view: View) -> Iterable[RenderableType]:
    """What the record implies and the problem list does not say."""
    if view.plan.suspected:
        yield from heading("Suspected, not on the problem list")
        yield pairs((one.id, _suspicion(view, one)) for one in view.plan.suspected)


def _suspicion(view: View, one: Suspicion) -> Text:
    text = Text.assemble((sentence(one.text), "bold"), f" {sentence(one.grounds)} ", ("Confirm: ", "bold"), sentence(one.confirm))
    if one.items:
        text.append(f" [{', '.join(one.items)}]", "dim")
    return with_marks(text, view.marks(one.evidence))


def courses_text(view: View) -> Iterable[RenderableType]:
    """How the values that matter went."""
    if view.plan.courses:
        yield from heading("Values over time")
        yield pairs((one.direction, Text(course_words(one), "bold" if one.remark else "")) for one in view.plan.courses)


def review_text(view: View) -> Iterable[RenderableType]:
    """Points of the review of medicines, by topic."""
    if view.plan.review:
        yield from heading("Review of medicines")
        yield pairs(((f"{point.id} {TOPIC_WORDS[point.topic]}", _point(view, point)) for point in view.plan.review), label=16)


def _point(view: View, point: ReviewPoint) -> Text:
    text = Text.assemble(f"{readable(point.text)} ", (sentence(point.consider), "bold"))
    if point.taper:
        text.append(f" How: {sentence(point.taper)}")
    if point.items:
        text.append(f" [{', '.join(point.items)}]", "dim")
    return with_marks(text, view.marks(point.evidence))
