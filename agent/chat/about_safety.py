"""Answers of the checks: issues, what speaks against a medicine, its dose, what would change, what guidelines say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from agent import wording
from agent.chat.meaning import meant
from agent.chat.session import Reply, Sentence, Session, claim, frame, reply, unknown
from agent.chat.supposing import changes_of
from agent.chat.worded import Phrase, worded
from agent.differences import Differences, differences
from agent.errors import RecordError
from agent.query_words import names
from agent.what_if import EXAMPLES, altered
from tools.clinical.answer import severity_rank
from tools.clinical.plan import Item, Plan, PlanIssue
from tools.guidelines.pregnancy import can_be_pregnant
from tools.terminology import terminology

_MOVED = re.compile(r"^(?:the |her |his |their )?(?P<name>[a-z][\w \-]*?) (?P<how>doubles?|doubled|halves|halved|is halved|were halved)$")
_NOTHING = "No check found anything that stands against the plan or the medicines. What was not checked stands in /not-checked."


def issues(session: Session, _: str) -> Reply:
    """What the checks found, gravest first; what was kept out of sight last, with its reason."""
    shown = [i for i in session.plan.issues if not i.suppressed]
    hidden = [i for i in session.plan.issues if i.suppressed]
    rows = [claim(_issue_and_action(i), _bearing(i)) for i in sorted(shown, key=_gravity)]
    rows += [
        claim(worded("{issue} Kept out of sight: {why}.", issue=issue_words(i), why=(i.suppressed or "").rstrip(".")), _bearing(i))
        for i in hidden
    ]
    if not shown:
        rows.insert(0, unknown(_NOTHING))
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
    told = [claim(_line_because(i), item_bearing(i)) for i in lines if i.action in {"stop", "hold", "change"}]
    if not found and told:
        return Reply(tuple(told))
    if not found:
        none = "No check speaks against {name} for this patient. What was not checked stands in /not-checked."
        return reply(unknown(worded(none, name=wording.listed(sorted(names)))))
    issues_ = (claim(_issue_and_action(i), _bearing(i)) for i in sorted(found, key=_gravity))
    return reply(*told, *issues_)


def _check_class(session: Session, drug: str) -> Reply:
    wanted = meant(drug)
    if not wanted:
        return reply(unknown(worded("{name} is no medicine that is known here, so it was not checked.", name=repr(drug))), understood=False)
    taken = [m for m in session.case.taken if wanted.has(m.kinds)]
    rows = [claim(worded("Taken of that class: {name}.", name=m.text), (m.reference,)) for m in taken]
    rows += [
        claim(_line_because(i), item_bearing(i))
        for i in session.plan.items
        if any(wanted.has(terminology().medication(g.name).kinds) for g in i.subject.ingredients)
    ]
    single = worded("{name} is a class; a single medicine can be checked, for instance: /check ibuprofen.", name=repr(drug))
    return reply(*rows, unknown(single))


def what_if(session: Session, change: str) -> Reply:
    """What would be otherwise, were a fact another; nothing of it is kept."""
    try:
        changes = tuple(_of_record(session, one) for one in changes_of(change))
        plan = session.plan_of(altered(session.data, session.as_of, changes))
    except RecordError as error:
        return reply(
            unknown(wording.sentence(str(error))), frame(worded("Write for instance: {example}", example=f"{EXAMPLES}.")), understood=False
        )
    heading = frame(worded("If {changes} (supposed; the record stays as it is):", changes=" and ".join(changes)))
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
        nothing = worded("The knowledge base says nothing about {name}: {why}.", name=repr(query), why=found.reason or "nothing found")
        return reply(unknown(nothing))
    rows = [
        claim(
            worded(
                "{says} ({applies}; {source})",
                says=wording.sentence(each.says),
                applies=Phrase(f"{each.applies.replace('-', ' ')} here"),
                source=f"{each.citation.title}, {each.citation.year}",
            ),
            (each.id,),
        )
        for each in found.found
    ]
    return Reply(tuple(rows))


def issue_words(issue: PlanIssue) -> Phrase:
    """`[major] warfarin and ibuprofen: bleeding.`"""
    return worded(
        "[{severity}] {who}: {what}",
        severity=Phrase(issue.severity),
        who=wording.listed(issue.participants),
        what=wording.sentence(issue.consequence),
    )


def _issue_and_action(issue: PlanIssue) -> Phrase:
    return worded("{issue} {action}", issue=issue_words(issue), action=wording.sentence(issue.action))


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
        yield claim(worded("  + {line}", line=_because(item, line_and_dose(item, numbered=False))), item_bearing(item))
    yield from (claim(worded("  - no longer: {line}", line=_named(item)), item_bearing(item)) for item in found.removed)
    yield from (claim(f"  ~ {text}", ("plan",)) for text in found.changed)
    yield from (claim(worded("  ! {issue}", issue=issue_words(i)), _bearing(i)) for i in found.issues_added)
    yield from (claim(worded("  ✓ settled: {issue}", issue=issue_words(i)), _bearing(i)) for i in found.issues_gone)
    yield from (claim(worded("  ? asks: {about}", about=q.about), (q.id, *q.facts)) for q in found.asked)
    yield from (claim(worded("  · no longer asks: {about}", about=q.about), (q.id, *q.facts)) for q in found.answered)
    for name, _, values in (text.partition(": ") for text in found.values):
        yield claim(f"  = {wording.title(name)}: {values}", (f"calculation:{name}",))


def _doubts(session: Session, changes: tuple[str, ...]) -> Iterator[Sentence]:
    """What is odd about a supposition, so that nobody takes its answer for more than it is."""
    facts = session.case.facts
    if "pregnant" not in changes:
        return
    if facts.sex == "male":
        yield claim("  The record says male; the supposition was planned all the same.", (facts.reference or "Patient",))
    elif not can_be_pregnant(facts.sex, facts.age, session.as_of):
        says = worded("  The record says {age} years; the supposition was planned all the same.", age=facts.age or 0)
        yield claim(says, (facts.reference or "Patient",))


def _named(item: Item, *, numbered: bool = False) -> Phrase:
    named = worded("{action} {what}", action=Phrase(item.action), what=item.subject.text)
    return worded("{id} {line}", id=item.id, line=named) if numbered else named


def line_and_dose(item: Item, *, numbered: bool = True) -> Phrase:
    """A line of the plan by its number, with its dose."""
    named = _named(item, numbered=numbered)
    return worded("{line}: {how}", line=named, how=item.dose.text.rstrip(".")) if item.dose else named


def _because(item: Item, line: Phrase) -> Phrase:
    return worded("{line} ({why})", line=line, why=item.rationale[0].text.rstrip(".")) if item.rationale else line


def _line_because(item: Item) -> Phrase:
    return worded("{line}.", line=_because(item, _named(item, numbered=True)))


def item_bearing(item: Item) -> tuple[str, ...]:
    """What bears a line of the plan: its evidence and facts."""
    facts = [fact for reason in item.rationale for fact in reason.facts]
    return (
        *(c.id for reason in item.rationale for c in reason.evidence),
        *map(_or_supposed, facts),
        *((item.subject.reference,) if item.subject.reference else ()),
        "plan",
    )


def _bearing(issue: PlanIssue) -> tuple[str, ...]:
    """The rule and the facts; a medicine that was supposed is no fact of the record."""
    facts = dict.fromkeys((*issue.facts, *issue.medications))
    return (issue.rule.id, *map(_or_supposed, facts))


def _or_supposed(fact: str) -> str:
    return "supposed" if "/what-if-" in fact else fact


def _gravity(issue: PlanIssue) -> int:
    return -severity_rank(issue.severity)
