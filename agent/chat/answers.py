"""The answers: each from the plan, the record or a tool, with what bears it; never from nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from agent import wording
from agent.chat.grammar import COMMANDS, understand
from agent.chat.session import Reply, Session
from agent.differences import Differences, differences
from agent.errors import RecordError
from agent.planning import make_plan
from agent.what_if import altered
from tools.clinical.answer import Citation
from tools.clinical.plan import Item, PlanIssue
from tools.terminology import terminology

_SHOWN_VALUES = 6


def answer(session: Session, line: str) -> Reply:
    """Answer a line and keep both in the conversation."""
    intent = understand(line)
    known = _ANSWERS.get(intent.name) if intent else None
    reply = known(session, intent.argument) if known and intent else _help(session, "")
    session.said.append((line, reply))
    return reply


def _why(session: Session, about: str) -> Reply:
    items = [item] if (item := session.item(about)) else [i for i in session.plan.items if _names(i, about)]
    if not items:
        return Reply((f"No line of the plan is about {about!r}. /plan shows all of them.",))
    lines, cites = [], []
    for item in items:
        lines.append(
            f"{item.id} {item.action} {item.subject.text}"
            + (f": {item.dose.text}" if item.dose else f": {item.change}" if item.change else "")
        )
        for reason in item.rationale:
            lines.append(f"  because {reason.text}")
            cites += [*reason.facts, *(c.id for c in reason.evidence)]
            lines += [f"    {_source(c)}" for c in reason.evidence]
        lines += [f"  adjusted: {text}" for text in (item.dose.adjustments if item.dose else ())]
        lines += [f"  not chosen: {a.subject.text}. {a.not_chosen_because}" for a in item.alternatives]
        lines += [f"  waits for: {q.about}" for q in session.plan.questions if q.id in item.conditional_on]
    return Reply(tuple(lines), tuple(dict.fromkeys(cites)))


def _what_if(session: Session, change: str) -> Reply:
    try:
        plan = make_plan(altered(session.data, session.as_of, change.split(" and ")), session.as_of)
    except RecordError as error:
        return Reply((str(error),), understood=False)
    found = differences(session.plan, plan)
    return Reply((f"If {change} (the record stays as it is):", *_told(found)), tuple(i.rule.id for i in found.issues_added))


def _told(found: Differences) -> Iterable[str]:
    if found.none:
        yield "  nothing in the plan would change."
    yield from (
        f"  + {item.action} {item.subject.text}" + (f": {item.dose.text}" if item.dose else "") + _because(item) for item in found.added
    )
    yield from (f"  - no longer: {item.action} {item.subject.text}" for item in found.removed)
    yield from (f"  ~ {text}" for text in found.changed)
    yield from (f"  ! {_issue(issue)}" for issue in found.issues_added)
    yield from (f"  ✓ settled: {_issue(issue)}" for issue in found.issues_gone)
    yield from (f"  ? asks: {question.about}" for question in found.asked)
    yield from (f"  · no longer asks: {question.about}" for question in found.answered)
    yield from (f"  = {text}" for text in found.values)


def _compare(session: Session, about: str) -> Reply:
    item = session.item(about)
    if item is None:
        return Reply((f"There is no line {about!r}; write for instance /compare i1.",), understood=False)
    rows = [f"chosen: {item.subject.text}" + (f", {item.dose.text}" if item.dose else "") + _because(item)]
    rows += [f"not chosen: {a.subject.text}. {a.not_chosen_because}" for a in item.alternatives] or ["No other option was considered."]
    return Reply(tuple(rows), tuple(c.id for reason in item.rationale for c in reason.evidence))


def _value(session: Session, name: str) -> Reply:
    wanted = name.casefold().replace(" ", "-")
    known = session.case.facts.measurements
    found = [n for n in known if n == wanted or wording.title(n).casefold() == name.casefold()] or [
        n for n in known if wanted in n or name.casefold() in wording.title(n).casefold()
    ]
    if not found:
        return Reply((f"The record has no value of {name!r}. That is not the same as normal.",))
    lines, cites = [], []
    for one in found[:3]:
        series = [m for m in known[one] if m.when <= session.as_of][:_SHOWN_VALUES]
        lines += [wording.value_of(m) for m in series]
        cites += [m.reference for m in series]
    return Reply(tuple(lines), tuple(dict.fromkeys(cites)))


def _check(session: Session, drug: str) -> Reply:
    match = terminology().medication(drug)
    if not match.ingredients:
        return Reply((f"{drug!r} is no medicine that is known here, so it was not checked.",), understood=False)
    plan = make_plan(altered(session.data, session.as_of, [f"+{drug}"]), session.as_of)
    names = {i.name for i in match.ingredients}
    issues = [i for i in plan.issues if names & set(i.participants) and not i.suppressed]
    cites = tuple(i.rule.id for i in issues)
    if not issues:
        return Reply(
            (f"No check speaks against {wording.listed(sorted(names))} for this patient. What was not checked stands in /plan.",), cites
        )
    return Reply(tuple(f"{_issue(i)} {i.action}" for i in issues), cites)


def _dose(session: Session, drug: str) -> Reply:
    from tools.dosing import calculate_dose

    ingredient = terminology().ingredient(drug)
    if ingredient is None:
        return Reply((f"{drug!r} is no ingredient that is known here.",), understood=False)
    found = calculate_dose(ingredient.name, "", session.case.facts)
    text = found.text or found.reason or f"no dose: {found.outcome}"
    missing = (f"Missing: {wording.listed(found.missing)}.",) if found.missing else ()
    return Reply((text, *(a.text for a in found.adjustments), *missing), (found.rule.id,) if found.rule else ())


def _timeline(session: Session, _: str) -> Reply:
    dated = sorted((i for i in session.plan.items if i.due), key=lambda i: (i.due.by if i.due else "", i.id))
    lines = tuple(f"{i.due.by if i.due else ''}  {i.id} {i.action} {i.subject.text}" for i in dated)
    return Reply(lines or ("No line of the plan has a date.",), tuple(i.id for i in dated))


def _evidence(session: Session, about: str) -> Reply:
    item = session.item(about) if about else None
    sources = [c for reason in item.rationale for c in reason.evidence] if item else list(session.plan.sources)
    return Reply(tuple(_source(c) for c in sources) or ("No source.",), tuple(c.id for c in sources))


def _questions(session: Session, _: str) -> Reply:
    lines = [f"{q.id} {q.about}: {q.why}" + (f" Waiting: {wording.listed(q.blocks)}." if q.blocks else "") for q in session.plan.questions]
    return Reply(tuple(lines) or ("Nothing has to be answered before signing.",), tuple(f for q in session.plan.questions for f in q.facts))


def _issues(session: Session, _: str) -> Reply:
    lines = [_issue(i) + (f" Kept out of sight: {i.suppressed}" if i.suppressed else f" {i.action}") for i in session.plan.issues]
    return Reply(
        tuple(lines) or ("No check found anything; what was not checked stands in /plan.",), tuple(i.rule.id for i in session.plan.issues)
    )


def _medicines(session: Session, _: str) -> Reply:
    lines = [f"{line.action:<8} {line.text}: {line.why}" for line in session.plan.medications]
    return Reply(tuple(lines) or ("The record has no current medicine.",), tuple(line.reference for line in session.plan.medications))


def _ledger(session: Session, _: str) -> Reply:
    return Reply(
        tuple(f"{c.status:<11} {c.text}: {c.reason}" for c in session.plan.coverage), tuple(c.concern for c in session.plan.coverage)
    )


def _help(session: Session, _: str) -> Reply:
    return Reply(("I can answer:", *(f"  {command:<22} {what}" for command, what in COMMANDS.items()), "or the same in words: “why start apixaban?”, “what if egfr=25?”, “can she take ibuprofen?”"), understood=False)  # fmt: skip


def _names(item: Item, about: str) -> bool:
    return about.casefold() in item.subject.text.casefold() or any(about.casefold() == i.name for i in item.subject.ingredients)


def _because(item: Item) -> str:
    return f" ({item.rationale[0].text})" if item.rationale else ""


def _issue(issue: PlanIssue) -> str:
    return f"[{issue.severity}] {wording.listed(issue.participants)}: {issue.consequence.rstrip('.')}."


def _source(citation: Citation) -> str:
    parts = (citation.title, citation.publisher, str(citation.year or ""), citation.locator, citation.grade)
    return ", ".join(part for part in parts if part) + (" (unsure)" if citation.confidence == "unsure" else "")


_ANSWERS: dict[str, Callable[[Session, str], Reply]] = {
    "why": _why, "what-if": _what_if, "compare": _compare, "value": _value, "check": _check, "dose": _dose, "timeline": _timeline,
    "evidence": _evidence, "questions": _questions, "issues": _issues, "medicines": _medicines, "ledger": _ledger, "help": _help,
}  # fmt: skip
