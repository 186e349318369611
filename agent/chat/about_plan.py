"""Answers from the plan: why and why not, options, what comes first, dates, sources, questions, the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from agent import wording
from agent.chat.about_safety import check
from agent.chat.meaning import meant
from agent.chat.session import Reply, Sentence, Session, claim, frame, reply, unknown
from agent.chat.worded import Phrase, worded
from policies.engine import may_decide, required_signatures, roles
from tools.clinical.plan import Coverage, Item, Question
from tools.terminology import terminology


def why(session: Session, about: str) -> Reply:
    """Why a line stands there: reasons, facts, sources, options not chosen, what it waits for."""
    items = items_about(session, about)
    if not items:
        return _why_absent(session, about)
    return Reply(tuple(sentence for item in items for sentence in _reasons(session, item)))


def why_not(session: Session, about: str) -> Reply:
    """Why something is not in the plan: an option not chosen, what speaks against it, or that no rule proposes it."""
    found = [
        claim(
            worded(
                "{option} was an option for {item} and was not chosen: {why}",
                option=other.subject.text,
                item=item.id,
                why=wording.sentence(other.not_chosen_because),
            ),
            (item.id, *(c.id for c in other.evidence)),
        )
        for item in session.plan.items
        for other in item.alternatives
        if _is(about, other.subject.text, [i.name for i in other.subject.ingredients])
    ]
    ended = [i for i in items_about(session, about) if i.action in {"stop", "hold"}]
    if ended and not found:
        return why(session, about)
    items = [i for i in items_about(session, about) if i.action in {"start", "continue", "change", "order", "refer", "vaccinate"}]
    found += [claim(worded("It is in the plan: {line}.", line=line_words(item)), (item.id,)) for item in items]
    if found:
        return Reply(tuple(found))
    return _why_absent(session, about)


def _why_absent(session: Session, about: str) -> Reply:
    """No line is about it: say so, and what the checks would say to it, where it is a medicine."""
    absent = unknown(worded("No line of the plan is about {name}. /plan shows all of them.", name=repr(about)))
    covered = [c for c in session.plan.coverage if about.casefold() in c.text.casefold()]
    told = [
        claim(worded("{what} is {status}: {why}", what=c.text, status=Phrase(c.status), why=wording.sentence(c.reason)), (c.concern,))
        for c in covered
    ]
    wanted = meant(about)
    if wanted:
        taken = any(wanted.has(m.kinds) for m in session.case.taken)
        not_taken = () if taken else (unknown(worded("The record names no {name} that is taken.", name=about)),)
        return reply(absent, *not_taken, *told, *check(session, about).sentences)
    return reply(absent, *told)


def compare(session: Session, about: str) -> Reply:
    """The options of a line side by side."""
    items = items_about(session, about)
    if not items:
        none = "No line of the plan is about {name}, so that no options were weighed; write for instance /compare i1."
        return reply(unknown(worded(none, name=repr(about))))
    rows = []
    for item in items:
        rows.append(claim(worded("chosen: {line}", line=line_with_reason(item)), bearing(item)))
        rows += [
            claim(
                worded("not chosen: {option}. {why}", option=a.subject.text, why=wording.sentence(a.not_chosen_because)),
                (item.id, *(c.id for c in a.evidence)),
            )
            for a in item.alternatives
        ]
        rows += [] if item.alternatives else [unknown(worded("No other option was considered for {item}.", item=item.id))]
    return Reply(tuple(rows))


def first(session: Session, _: str) -> Reply:
    """What is urgent, and the changes that matter most."""
    plan = session.plan
    urgent = [i for i in plan.items if i.urgency != "routine"]
    rows = [
        claim(worded("now: {line}" if i.urgency == "emergency" else "today: {line}", line=line_with_reason(i)), bearing(i)) for i in urgent
    ]
    rows += [claim(text, _bearing_text(session, text)) for text in plan.urgent if not any(i.subject.text in text for i in urgent)]
    if not rows:
        rows.append(unknown("Nothing in the plan is marked as urgent; that is no assurance beyond what was checked."))
    rest = [text for text in plan.top_changes if not any(i.subject.text in text for i in urgent)]
    return Reply((*rows, *(claim(text, _bearing_text(session, text)) for text in rest)))


def summary(session: Session, _: str) -> Reply:
    """The plan in short: its summary, what is urgent and matters most, and how much is open."""
    plan = session.plan
    rows = [claim(plan.summary or worded("{count} lines.", count=len(plan.items)), (plan.plan_id,)), *first(session, "").sentences]
    asked = worded("{count} questions are open before signing: /questions.", count=len(plan.questions))
    return reply(*rows, *([claim(asked, [q.id for q in plan.questions])] if plan.questions else []))


def later(session: Session, _: str) -> Reply:
    """What can wait, and until when: the lines that are not urgent and have a date, those that wait for an answer with it."""
    waits = {q.id for q in session.plan.questions}
    dated = sorted((i for i in session.plan.items if i.urgency == "routine" and i.due), key=lambda i: (_date(i), i.id))
    rows = [claim(worded("until {date}  {line}", date=_date(i), line=_waiting(i, waits)), bearing(i)) for i in dated]
    rest = sum(i.urgency == "routine" and not i.due for i in session.plan.items)
    undated = (
        [frame(worded("{count} more lines are not urgent and have no date; /first says what comes first.", count=rest))] if rest else []
    )
    return Reply((*rows, *undated) or (unknown("The plan names nothing that can wait; /first says what comes first."),))


def timeline(session: Session, _: str) -> Reply:
    """What is due when."""
    dated = sorted((i for i in session.plan.items if i.due), key=lambda i: (_date(i), i.id))
    if not dated:
        return reply(unknown("No line of the plan has a date."))
    return Reply(tuple(claim(worded("{date}  {line}", date=_date(i), line=line_words(i)), bearing(i)) for i in dated))


def monitoring(session: Session, _: str) -> Reply:
    """What is to be ordered or checked."""
    rows = [claim(line_with_reason(i), bearing(i)) for i in session.plan.items if i.action in {"monitor", "order"}]
    rows += [
        claim(worded("after {action} {what}: {step}", action=Phrase(i.action), what=i.subject.text, step=step), bearing(i))
        for i in session.plan.items
        for step in i.monitoring
    ]
    return Reply(tuple(rows) or (unknown("The plan names nothing to be monitored."),))


def tell(session: Session, about: str) -> Reply:
    """What the patient is told, and when to call; about one line or medicine, that alone."""
    if about and (items := items_about(session, about)):
        told = [claim(f"{i.subject.text}: {wording.sentence(i.patient_instruction)}", bearing(i)) for i in items if i.patient_instruction]
        return Reply(tuple(told) or (unknown(worded("The plan has no instruction for the patient about {name}.", name=repr(about))),))
    rows = [
        claim(f"{i.subject.text}: {wording.sentence(i.patient_instruction)}", bearing(i))
        for i in session.plan.items
        if i.patient_instruction
    ]
    rows += [
        claim(
            worded("call if ({problem}): {flags}", problem=problem.text, flags="; ".join(problem.red_flags)),
            (*problem.facts, *((problem.module,) if problem.module else ())),
        )
        for problem in session.plan.problems
        if problem.red_flags and (problem.facts or problem.module)
    ]
    return Reply(tuple(rows) or (unknown("The plan has no instruction for the patient."),))


def evidence(session: Session, about: str) -> Reply:
    """The sources of a line, or of the plan."""
    item = session.item(about) if about else None
    sources = [c for reason in item.rationale for c in reason.evidence] if item else list(session.plan.sources)
    rows = dict.fromkeys((wording.source(c), c.id) for c in sources)
    return Reply(tuple(claim(text, (id_,)) for text, id_ in rows) or (unknown("The plan names no source for that."),))


def questions(session: Session, _: str) -> Reply:
    """What must be answered before signing."""
    rows = [claim(_question(q), (q.id, *q.facts)) for q in session.plan.questions]
    return Reply(tuple(rows) or (frame("Nothing has to be answered before signing."),))


def ledger(session: Session, _: str) -> Reply:
    """The ledger against omissions; what is open first."""
    lines = sorted(session.plan.coverage, key=lambda line: line.status == "addressed")
    rows = tuple(claim(ledger_words(c), (c.concern,)) for c in lines)
    return Reply(
        rows or (unknown("The ledger is empty: the record names no problem, medicine or abnormal value that a plan was made for."),)
    )


def ledger_words(line: Coverage) -> Phrase:
    """What became of a concern of the record, and why."""
    return worded("{status}: {what}: {why}", status=Phrase(line.status), what=line.text, why=wording.sentence(line.reason))


def not_checked(session: Session, _: str) -> Reply:
    """What could not be checked."""
    rows = [unknown(f"{wording.title(gap.what)}: {wording.sentence(gap.why)}") for gap in session.plan.not_checked]
    rows += [unknown(worded("set aside, {entry}: {why}", entry=aside.entry, why=aside.reason)) for aside in session.plan.input.set_aside]
    return Reply(tuple(rows) or (frame("The plan names nothing that it could not check."),))


def sign(session: Session, about: str) -> Reply:
    """Which roles may approve what, and where a second signature is needed; of one line, who may approve that."""
    plan = session.plan
    if item := session.item(about):
        may = [
            claim(worded("{role} may approve {line}", role=Phrase(r), line=item.id), ("approval",))
            for r in roles()
            if may_decide(r, item, plan).allowed
        ]
        return Reply((*may, *_second(session, item.id)) or (unknown("No policy lets anybody approve this plan."),))
    able = {role: sum(may_decide(role, item, plan).allowed for item in plan.items) for role in roles()}
    rows = [
        claim(worded("{role} may approve {count} of {all} lines", role=Phrase(role), count=count, all=len(plan.items)), ("approval",))
        for role, count in able.items()
        if count
    ]
    rows += _second(session)
    return Reply(tuple(rows) or (unknown("No policy lets anybody approve this plan."),))


def _second(session: Session, line: str = "") -> list[Sentence]:
    """Where a second signature is needed; of one line, whether there."""
    return [
        claim(
            worded("{line} needs a second signature by {roles}: {why}", line=name, roles=" or ".join(n.by), why="; ".join(n.why)),
            ("signatures", name),
        )
        for name, n in required_signatures(session.plan).items()
        if n.count > 1 and line in {"", name}
    ]


def items_about(session: Session, about: str) -> list[Item]:
    """The line with this number, else those whose subject, ingredient or class is meant."""
    if item := session.item(about):
        return [item]
    wanted = meant(about)
    exact = [i for i in session.plan.items if _is(about, i.subject.text, [g.name for g in i.subject.ingredients])]
    return exact or [i for i in session.plan.items if any(wanted.has(_kinds(g.name)) for g in i.subject.ingredients)]


def line_words(item: Item) -> Phrase:
    """`i3 start apixaban: 5 mg by mouth every 12 hours`."""
    how = (item.dose.text if item.dose else item.change).rstrip(".")
    named = worded("{id} {action} {what}", id=item.id, action=Phrase(item.action), what=item.subject.text)
    return worded("{line}: {how}", line=named, how=how) if how else named


def line_with_reason(item: Item) -> Phrase:
    """The line, and the first of its reasons."""
    reason = wording.sentence(item.rationale[0].text) if item.rationale else ""
    return worded("{line}. {why}", line=line_words(item), why=reason) if reason else worded("{line}.", line=line_words(item))


def bearing(item: Item) -> tuple[str, ...]:
    """Whatever bears a line, the line itself at last."""
    facts = [fact for reason in item.rationale for fact in reason.facts]
    return (*facts, *(c.id for reason in item.rationale for c in reason.evidence), item.id)


def _date(item: Item) -> str:
    return item.due.by if item.due else ""


def _waiting(item: Item, questions: set[str]) -> Phrase:
    """The line, and the questions that it waits for."""
    held = sorted(questions & set(item.conditional_on))
    return worded("{line} (waits for {ids})", line=line_words(item), ids=", ".join(held)) if held else line_words(item)


def _question(q: Question) -> Phrase:
    """A question, its reason, and the lines that wait for the answer."""
    asked = worded("{id} {about}: {why}", id=q.id, about=q.about, why=wording.sentence(q.why))
    return worded("{question} Waiting: {lines}.", question=asked, lines=", ".join(q.blocks)) if q.blocks else asked


def _reasons(session: Session, item: Item) -> Iterator[Sentence]:
    yield claim(worded("{line}.", line=line_words(item)), (item.id,))
    for reason in item.rationale:
        because = worded("  because: {why}", why=wording.sentence(reason.text))
        yield claim(because, (*reason.facts, *(c.id for c in reason.evidence), item.id))
        yield from (claim(f"    {wording.source(c)}", (c.id,)) for c in reason.evidence)
    if item.dose and item.dose.rule:
        yield from (claim(worded("  adjusted: {how}", how=text), (item.dose.rule.id,)) for text in item.dose.adjustments)
    for a in item.alternatives:
        other = worded("  not chosen: {option}. {why}", option=a.subject.text, why=wording.sentence(a.not_chosen_because))
        yield claim(other, (item.id, *(c.id for c in a.evidence)))
    for q in session.plan.questions:
        if q.id in item.conditional_on:
            yield claim(worded("  waits for {id}: {about}", id=q.id, about=q.about), (q.id, *q.facts))


def _bearing_text(session: Session, text: str) -> tuple[str, ...]:
    """What bears a sentence of the summary: the line that it is about, else the plan."""
    about = next((i for i in session.plan.items if i.subject.text in text), None)
    return bearing(about) if about else (session.plan.plan_id,)


def _is(about: str, text: str, ingredients: list[str]) -> bool:
    wanted = about.casefold().strip()
    return len(wanted) > 2 and (wanted in text.casefold() or wanted.replace(" ", "-") in ingredients)


def _kinds(ingredient: str) -> frozenset[str]:
    return terminology().medication(ingredient).kinds | {ingredient}
