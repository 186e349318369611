"""The problems of a plan as text: state, goal, actions, reasons, doses, monitoring, follow-up."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from agent.faces.errands import Errand
from agent.faces.phrases import dose_words, goal_words, headline, how_words, when_words
from agent.faces.text_layout import cited, hanging, heading, pairs, with_marks
from agent.faces.view import Section, View
from agent.faces.words import ACTION_WORDS, sentence
from agent.safe_text import readable
from tools.clinical.plan import Alternative, Item

ACTION_STYLES = {"start": "bold green", "stop": "bold red", "hold": "bold red", "change": "bold yellow", "refer": "bold magenta"}


def section_text(view: View, section: Section) -> Iterable[RenderableType]:
    """One problem and what is done about it."""
    problem = section.problem
    if problem is None:
        yield from heading("Also")
    else:
        yield from heading(f"{section.number}. {readable(problem.text)}")
        goals = [cited(goal_words(goal), view.marks(goal.evidence)) for goal in problem.goal]
        yield pairs([("now", Text(readable(problem.assessment)))] * bool(problem.assessment) + [("goal", goal) for goal in goals])
    for item in section.items:
        yield _item(view, item)
    if section.errands:
        yield from [Text("")] * bool(section.items or problem is None)
        yield pairs((ACTION_WORDS[errand.action].lower(), _errand(view, errand)) for errand in section.errands)
    if closing := list(_closing(view, section)):
        yield from [Text("")] * bool(section.items or section.errands)
        yield pairs(closing)


def _errand(view: View, errand: Errand) -> Text:
    names = ", ".join(f"{readable(item.subject.text)} [{item.id}]" for item in errand.items)
    text = Text.assemble((names, "bold"), f" {errand.when}" if errand.when else "")
    reasons = " ".join(sentence(reason.text) for reason in errand.rationale)
    marks = view.marks(citation for reason in errand.rationale for citation in reason.evidence)
    return with_marks(text.append(f": {reasons}" if reasons else ""), marks)


def _closing(view: View, section: Section) -> Iterable[tuple[str, Text]]:
    for item in section.continued:
        reason = "; ".join(readable(r.text) for r in item.rationale)
        marks = view.marks(c for r in item.rationale for c in r.evidence)
        yield "goes on", cited(f"{readable(item.subject.text)} [{item.id}]{': ' if reason else ''}{reason}", marks)
    if section.problem and section.problem.follow_up:
        yield "follow-up", Text(readable(section.problem.follow_up))
    if section.problem and section.problem.red_flags:
        yield "call if", Text("; ".join(map(readable, section.problem.red_flags)))


def _item(view: View, item: Item) -> RenderableType:
    title = Text.assemble((f"[{item.id}] ", "dim"), (headline(item), ACTION_STYLES.get(item.action, "bold")))
    if how := how_words(item):
        title.append(f": {how}" if item.change else f" {how}")
    return Group(Text(""), hanging(title), Padding(pairs(_details(view, item)), (0, 0, 0, 2)))


def _details(view: View, item: Item) -> Iterable[tuple[str, Text]]:
    yield from _conditions(view, item)
    for reason in item.rationale:
        yield "why", cited(readable(reason.text), view.marks(reason.evidence))
    if dose := dose_words(item):
        yield "dose", Text(dose)
    for issue in view.issues_of(item):
        yield "safety", Text(f"{issue.id}, {issue.severity}: {' + '.join(map(readable, issue.participants))}")
    for step in item.monitoring:
        yield "check", Text(readable(step))
    for why, others in _by_reason(item).items():
        names = ", ".join(readable(other.subject.text) for other in others)
        yield "not", cited(f"{names}: {readable(why)}", view.marks(e for other in others for e in other.evidence))
    if item.patient_instruction:
        yield "tell", Text(readable(item.patient_instruction), "italic")


def _by_reason(item: Item) -> dict[str, list[Alternative]]:
    """Options that were not chosen, those of one reason together."""
    found: dict[str, list[Alternative]] = {}
    for other in item.alternatives:
        found.setdefault(other.not_chosen_because, []).append(other)
    return found


def _conditions(view: View, item: Item) -> Iterable[tuple[str, Text]]:
    if when := when_words(item):
        yield "when", Text(when, "bold red" if item.urgency != "routine" else "")
    for question in view.waits_for(item):
        yield "waits", Text(f"for the answer to {question.id}: {readable(question.about)}", "yellow")
