"""Answers of the checks: issues, what speaks against a medicine, its dose, what would change, what guidelines say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from agent import wording
from agent.chat.meaning import meant
from agent.chat.session import Reply, Sentence, Session, claim, frame, reply, unknown
from agent.chat.supposing import changes_of
from agent.differences import Differences, differences
from agent.errors import RecordError
from agent.query_words import names
from agent.what_if import EXAMPLES, altered
from tools.clinical.answer import severity_rank
from tools.clinical.plan import Item, Plan, PlanIssue
from tools.guidelines.pregnancy import can_be_pregnant
from tools.terminology import terminology

if TYPE_CHECKING:
    from tools.dosing import DoseAnswer

_MOVED = re.compile(r"^(?:the |her |his |their )?(?P<name>[a-z][\w \-]*?) (?P<how>doubles?|doubled|halves|halved|is halved|were halved)$")
_REST = "What was not checked stands in /not-checked."


def issues(session: Session, _: str) -> Reply:
    """What the checks found, gravest first; what was kept out of sight last, with its reason."""
    shown = [i for i in session.plan.issues if not i.suppressed]
    hidden = [i for i in session.plan.issues if i.suppressed]
    rows = [claim(f"{issue_words(i)} {wording.sentence(i.action)}", _bearing(i)) for i in sorted(shown, key=_gravity)]
    rows += [claim(f"{issue_words(i)} Kept out of sight: {i.suppressed}.", _bearing(i)) for i in hidden]
    if not shown:
        rows.insert(0, unknown(f"No check found anything that stands against the plan or the medicines. {_REST}"))
    return Reply(tuple(rows))


def check(session: Session, drug: str) -> Reply:
    """What would speak against a medicine, were it added to what is taken."""
    match = terminology().medication(drug)
    if not match.ingredients:
        return _check_class(session, drug)
    names = {i.name for i in match.ingredients}
    plan = _plan_with(session, drug)
    found = [i for i in plan.issues if names & set(i.participants) and not i.suppressed]
    lines = [i for i in session.plan.items if names & {g.name for g in i.subject.ingredients}]
    told = [
        claim(f"{i.id} {i.action} {i.subject.text}{_because(i)}.", _item_bearing(i))
        for i in lines
        if i.action in {"stop", "hold", "change"}
    ]
    if not found and told:
        return Reply(tuple(told))
    if not found:
        return reply(unknown(f"No check speaks against {wording.listed(sorted(names))} for this patient. {_REST}"))
    issues_ = (claim(f"{issue_words(i)} {wording.sentence(i.action)}", _bearing(i)) for i in sorted(found, key=_gravity))
    return reply(*told, *issues_)


def _check_class(session: Session, drug: str) -> Reply:
    wanted = meant(drug)
    if not wanted:
        return reply(unknown(f"{drug!r} is no medicine that is known here, so it was not checked."), understood=False)
    taken = [m for m in session.case.taken if wanted.has(m.kinds)]
    rows = [claim(f"Taken of that class: {m.text}.", (m.reference,)) for m in taken]
    rows += [
        claim(f"{i.id} {i.action} {i.subject.text}{_because(i)}.", _item_bearing(i))
        for i in session.plan.items
        if any(wanted.has(terminology().medication(g.name).kinds) for g in i.subject.ingredients)
    ]
    return reply(*rows, unknown(f"{drug!r} is a class; a single medicine can be checked, for instance: /check ibuprofen."))


def dose(session: Session, drug: str) -> Reply:
    """The dose of a medicine for this patient, what set it, and what is missing."""
    from tools.dosing import calculate_dose

    match = terminology().medication(drug)
    combined = {i.name for i in match.ingredients}
    if len(combined) > 1 and (lines := [i for i in session.plan.items if {g.name for g in i.subject.ingredients} == combined]):
        return Reply(
            tuple(claim(f"{i.id} {i.action} {i.subject.text}{f': {i.dose.text}' if i.dose else ''}.", _item_bearing(i)) for i in lines)
        )
    if len(match.ingredients) != 1:
        return reply(unknown(f"{drug!r} is no single ingredient that is known here, so no dose was computed."), understood=False)
    name = match.ingredients[0].name
    planned = [i for i in session.plan.items if i.dose and any(g.name == name for g in i.subject.ingredients)]
    rows = [claim(f"In the plan: {i.id} {i.action} {i.subject.text}, {i.dose.text if i.dose else ''}.", _item_bearing(i)) for i in planned]
    facts = session.case.facts
    found = calculate_dose(name, "", facts)
    if found.text or "indication" not in found.missing:
        return Reply((*rows, *_dosed(name, found, "")))
    reasons = sorted({kind for problem in facts.problems if problem.active for kind in problem.kinds})
    doses = {each.text: (each, reason) for reason in reasons if (each := calculate_dose(name, reason, facts)).text}
    told = [sentence for each, reason in doses.values() for sentence in _dosed(name, each, f" for {reason.replace('-', ' ')}")]
    return Reply((*rows, *(told or _dosed(name, found, ""))))


def most(session: Session, drug: str) -> Reply:
    """The largest dose that the rule for this patient allows; a usual dose is never given for it."""
    from tools.dosing import calculate_dose

    match = terminology().medication(drug)
    if len(match.ingredients) != 1:
        return reply(unknown(f"{drug!r} is no single ingredient that is known here, so no dose was computed."), understood=False)
    name, facts = match.ingredients[0].name, session.case.facts
    reasons = ("", *sorted({kind for problem in facts.problems if problem.active for kind in problem.kinds}))
    rows: dict[str, Sentence] = {}
    for found in (calculate_dose(name, reason, facts) for reason in reasons):
        for what, limit in (("a day", found.max_per_day), ("at once", found.max_single)):
            if found.rule and limit:
                for_what = f" for {found.indication.replace('-', ' ')}" if found.indication else ""
                text = f"At most {limit.value} {wording.unit(limit.unit)} {what}{for_what}."
                rows[text] = claim(text, (found.rule.id,))
    return reply(
        *(rows.values() or (unknown(f"The rules name no largest dose of {name} for this patient."),)), *dose(session, drug).sentences
    )


def _dosed(name: str, found: DoseAnswer, reason: str) -> list[Sentence]:
    """A dose with its adjustments, or why there is none."""
    if found.rule is None or not found.text:
        rows = [unknown(wording.sentence(found.reason or f"No dose of {name}: {found.outcome}"))]
    else:
        rows = [claim(wording.sentence(f"{found.text.rstrip('.')}{reason}"), (found.rule.id,))]
        rows += [claim(wording.sentence(a.text), (found.rule.id,)) for a in found.adjustments]
    return rows + ([unknown(f"Missing: {wording.listed(found.missing)}.")] if found.missing else [])


def what_if(session: Session, change: str) -> Reply:
    """What would be otherwise, were a fact another; nothing of it is kept."""
    try:
        changes = tuple(_of_record(session, one) for one in changes_of(change))
        plan = session.plan_of(altered(session.data, session.as_of, changes))
    except RecordError as error:
        return reply(unknown(wording.sentence(str(error))), frame(f"Write for instance: {EXAMPLES}."), understood=False)
    heading = frame(f"If {' and '.join(changes)} (supposed; the record stays as it is):")
    return reply(heading, *_told(differences(session.plan, plan)), *_doubts(session, changes))


def _of_record(session: Session, change: str) -> str:
    """A supposition that only the record can complete: a value that doubles or halves, a class that is left off. Raises RecordError."""
    if change.startswith("-") and not terminology().medication(change[1:]).ingredients and meant(change[1:]):
        return f"-{_only_one_taken(session, change[1:])}"
    moved = _MOVED.match(change)
    known = terminology().observable_named(moved["name"]) if moved else None
    if moved is None or known is None:
        return change
    newest = session.case.facts.latest(known.name)
    if newest is None:
        raise RecordError(f"the record has no value of {moved['name']!r} that could be another")
    factor = Decimal("0.5") if "hal" in moved["how"] else Decimal(2)
    return f"{known.name}={newest.quantity.value * factor:f} {newest.quantity.unit}"


def _only_one_taken(session: Session, about: str) -> str:
    wanted = meant(about)
    taken = {i.name for m in session.case.taken if wanted.has(m.kinds) for i in m.ingredients if wanted.has(_kinds_of(i.name))}
    if len(taken) == 1:
        return taken.pop()
    told = f"{wording.listed(sorted(taken))} are taken of {about!r}; say which" if taken else f"the record names no {about} that is taken"
    raise RecordError(told)


def _kinds_of(ingredient: str) -> frozenset[str]:
    return terminology().medication(ingredient).kinds


def search(session: Session, query: str) -> Reply:
    """What the guidelines of the knowledge base say, and whether it applies to this patient."""
    from tools.guidelines import search_guidelines

    found = search_guidelines(query, (), session.case.facts, 4, names=names)
    if not found.found:
        return reply(unknown(f"The knowledge base says nothing about {query!r}: {found.reason or 'nothing found'}."))
    rows = [
        claim(
            f"{wording.sentence(each.says)} ({each.applies.replace('-', ' ')} here; {each.citation.title}, {each.citation.year})",
            (each.id,),
        )
        for each in found.found
    ]
    return Reply(tuple(rows))


def issue_words(issue: PlanIssue) -> str:
    """`[major] warfarin and ibuprofen: bleeding.`"""
    return f"[{issue.severity}] {wording.listed(issue.participants)}: {wording.sentence(issue.consequence)}"


def _plan_with(session: Session, drug: str) -> Plan:
    """The plan with this medicine; one that is taken already stands there with its own dose, unless another one is asked about."""
    wanted = {i.name for i in terminology().medication(drug).ingredients}
    taken = [name for name in wanted if any({i.name for i in m.ingredients} == {name} for m in session.case.taken)]
    if taken and not re.search(r"\d", drug):
        return session.plan
    return session.plan_of(altered(session.data, session.as_of, [*(f"-{name}" for name in taken), f"+{drug}"]))


def _told(found: Differences) -> Iterator[Sentence]:
    if found.none:
        yield unknown("  Nothing that one would act on would change, as far as it was checked.")
    for item in found.added:
        how = f": {item.dose.text}" if item.dose else ""
        yield claim(f"  + {item.action} {item.subject.text}{how}{_because(item)}", _item_bearing(item))
    yield from (claim(f"  - no longer: {item.action} {item.subject.text}", _item_bearing(item)) for item in found.removed)
    yield from (claim(f"  ~ {text}", ("plan",)) for text in found.changed)
    yield from (claim(f"  ! {issue_words(issue)}", _bearing(issue)) for issue in found.issues_added)
    yield from (claim(f"  ✓ settled: {issue_words(issue)}", _bearing(issue)) for issue in found.issues_gone)
    yield from (claim(f"  ? asks: {question.about}", (question.id, *question.facts)) for question in found.asked)
    yield from (claim(f"  · no longer asks: {question.about}", (question.id, *question.facts)) for question in found.answered)
    yield from (claim(f"  = {text}", (f"calculation:{text.partition(':')[0]}",)) for text in found.values)


def _doubts(session: Session, changes: tuple[str, ...]) -> Iterator[Sentence]:
    """What is odd about a supposition, so that nobody takes its answer for more than it is."""
    facts = session.case.facts
    if "pregnant" not in changes:
        return
    if facts.sex == "male":
        yield claim("  The record says male; the supposition was planned all the same.", (facts.reference or "Patient",))
    elif not can_be_pregnant(facts.sex, facts.age, session.as_of):
        yield claim(f"  The record says {facts.age} years; the supposition was planned all the same.", (facts.reference or "Patient",))


def _because(item: Item) -> str:
    return f" ({item.rationale[0].text.rstrip('.')})" if item.rationale else ""


def _item_bearing(item: Item) -> tuple[str, ...]:
    facts = [fact for reason in item.rationale for fact in reason.facts]
    return (
        *(c.id for reason in item.rationale for c in reason.evidence),
        *facts,
        *((item.subject.reference,) if item.subject.reference else ()),
        "plan",
    )


def _bearing(issue: PlanIssue) -> tuple[str, ...]:
    """The rule and the facts; a medicine that was supposed is no fact of the record."""
    facts = dict.fromkeys((*issue.facts, *issue.medications))
    return (issue.rule.id, *("supposed" if "/what-if-" in fact else fact for fact in facts))


def _gravity(issue: PlanIssue) -> int:
    return -severity_rank(issue.severity)
