"""Answers from the record: who the patient is, values and their course, medicines, problems, allergies."""

from __future__ import annotations

import re
from collections.abc import Sequence

from agent import wording
from agent.chat.about_plan import bearing, items_about, line_words
from agent.chat.about_safety import check
from agent.chat.meaning import lay_words, meant
from agent.chat.session import Reply, Sentence, Session, claim, reply, unknown
from agent.chat.worded import Phrase, worded
from agent.safe_text import readable
from tools.clinical.facts import Measurement, MedicationUse, Problem
from tools.clinical.plan import Goal
from tools.terminology import terminology

_SHOWN_VALUES = 6


def value(session: Session, name: str) -> Reply:
    """A measurement's latest values with their dates, and where it is going."""
    parts = re.split(r"\s*,\s*|\s+and\s+", name)
    if len(parts) > 1 and all(lay_observables(part) for part in parts):
        return Reply(tuple(sentence for part in parts for sentence in value(session, part).sentences))
    bare, unit, _ = name.partition(" in ")
    if unit and lay_observables(bare):
        own = unknown("Values are given in the unit that the plan works with; they are not converted here.")
        return reply(*value(session, bare).sentences, own)
    known = session.case.facts.measurements
    wanted = lay_observables(name)
    found = [one for one in wanted if known.get(one)]
    if not wanted:  # no name that is known: whatever of the record is called so; never another value in place of one that is lacking
        found = [one for one in known if name.casefold().replace(" ", "-") in one or name.casefold() in wording.title(one).casefold()]
    if found:
        return Reply(tuple(sentence for one in found[:3] for sentence in _course(session, known[one])))
    if wanted:
        return reply(unknown(worded("The record has no value of {name}. That is not the same as normal.", name=repr(name))))
    return about(session, name)


def about(session: Session, name: str) -> Reply:
    """Everything on one thing: a value, a medicine, a problem; what the record and the plan say of it."""
    observables = lay_observables(name)
    if observables and not terminology().medication(name).ingredients:
        return value(session, name)
    if any(session.case.facts.measurements.get(one) for one in observables) and not _is_taken(session, name):
        lines = (claim(worded("{line}.", line=line_words(item)), bearing(item)) for item in items_about(session, name))
        return reply(*value(session, name).sentences, *lines)
    what, of, thing = name.partition(" of ")
    if of and meant(thing):
        nothing = worded("Nothing is known here about the {what} of {name}. Of {name}:", what=what.strip(), name=thing)
        return reply(unknown(nothing), *about(session, thing).sentences)
    match = terminology().medication(name)
    wanted = meant(name)
    taken = [m for m in session.case.taken if wanted.has(m.kinds)]
    rows = [claim(taken_words(m), (m.reference,)) for m in taken]
    rows += [claim(worded("{line}.", line=line_words(item)), bearing(item)) for item in items_about(session, name)]
    problem = terminology().canonical_problem(name)
    rows += [claim(problem_words(p), (p.reference,)) for p in session.case.facts.problems if problem and problem in p.kinds]
    if rows:
        return Reply(tuple(rows))
    if match.kinds:
        return reply(unknown(worded("The record and the plan say nothing of {name}.", name=repr(name))), *check(session, name).sentences)
    if problem:
        return reply(unknown(worded("The record has no problem {name}. That is not the same as its absence.", name=repr(name))))
    return reply(unknown(worded("I do not know what {name} is.", name=repr(name))), understood=False)


def _is_taken(session: Session, name: str) -> bool:
    wanted = meant(name)
    return bool(wanted) and any(wanted.has(use.kinds) for use in session.case.taken)


def size(session: Session, asked: str) -> Reply:
    """Weight or height."""
    return value(session, "body height" if "tall" in asked else "body weight")


def habit(session: Session, asked: str) -> Reply:
    """Tobacco, alcohol: what the record says in its problems and events."""
    found = next(one for one in lay_words().habits if any(word in asked for word in one.asked))
    facts = session.case.facts
    rows = [claim(problem_words(p), (p.reference,)) for p in facts.problems if _speaks(p.text, found.record)]
    rows += [claim(f"{e.text} ({e.when}).", (e.reference,)) for e in facts.events if _speaks(e.text, found.record)]
    return Reply(tuple(rows) or (unknown(_silent(found.name)),))


def _silent(habit: str) -> Phrase:
    return worded("The record says nothing of {habit} that was read. That is not the same as none.", habit=Phrase(habit))


def _speaks(text: str, words: Sequence[str]) -> bool:
    return any(word in text.casefold() for word in words)


def patient(session: Session, _: str) -> Reply:
    """Age, sex, weight, kidney, pregnancy, allergies; each from the record, or said to be missing."""
    facts, who = session.case.facts, session.plan.patient
    person = facts.reference or who.reference
    rows = [
        claim(worded("{age} years old.", age=who.age), (person,)) if who.age is not None else unknown("The age is not recorded."),
        claim(worded("{sex}.", sex=Phrase(who.sex.capitalize())), (person,)) if who.sex else unknown("The sex is not recorded."),
    ]
    if who.sex != "male":
        told = who.pregnancy != "unknown"
        pregnancy = worded("Pregnancy: {state}.", state=Phrase(who.pregnancy))
        rows.append(claim(pregnancy, (person,)) if told else unknown("Whether she is pregnant is not recorded."))
    for name in ("body-weight", "egfr"):
        series = facts.measurements.get(name, ())
        missing = worded("{what} is not recorded.", what=wording.title(name))
        rows.append(claim(f"{wording.value_of(series[0])}.", _of(series[0])) if series else unknown(missing))
    return reply(*rows, *allergies(session, "").sentences)


def allergies(session: Session, to: str) -> Reply:
    """The recorded allergies, or whether something is among them."""
    recorded = [a for a in session.case.facts.allergies if a.active]
    if not recorded:
        return reply(unknown("No allergy is recorded. That is not the same as none."))
    listed = [claim(worded("Allergy: {what}.", what=f"{a.text}{_reactions(a.reactions)}"), (a.reference,)) for a in recorded]
    if not to:
        return Reply(tuple(listed))
    kinds = terminology().medication(to).kinds | {to.casefold()}
    hit = [sentence for a, sentence in zip(recorded, listed, strict=True) if kinds & a.kinds or to.casefold() in a.text.casefold()]
    none = unknown(worded("No allergy to {name} is recorded.", name=to))
    return Reply(tuple(hit)) if hit else reply(none, *listed, *check(session, to).sentences)


def medicines(session: Session, _: str) -> Reply:
    """Every current medicine with what the plan does about it."""
    rows = [
        claim(
            worded("{action}: {what}: {why}", action=Phrase(m.action), what=f"{m.text} {m.regimen}".strip(), why=wording.sentence(m.why)),
            (m.reference,),
        )
        for m in session.plan.medications
    ]
    return Reply(tuple(rows) or (unknown("The record has no current medicine. That is not the same as none taken."),))


def problems(session: Session, _: str) -> Reply:
    """The problems with their state and goals."""
    rows = []
    for p in session.plan.problems:
        borne = (*p.facts, *((p.module,) if p.module else ()), p.id)
        rows.append(claim(f"{p.text}. {p.assessment}".strip(), borne))
        rows += [
            claim(
                worded("  goal: {what} {target} by {date}" if g.by else "  goal: {what} {target}", **goal_words(g)),
                (*(c.id for c in g.evidence), p.id),
            )
            for g in p.goal
        ]
    return Reply(tuple(rows) or (unknown("The record has no active problem that the plan covers."),))


def _course(session: Session, series: tuple[Measurement, ...]) -> tuple[Sentence, ...]:
    past = [m for m in series if m.when <= session.as_of][:_SHOWN_VALUES]
    told = tuple(claim(_flagged(m), _of(m)) for m in past)
    if len(past) < 2:
        return (*told, unknown("There is one value only, so that its course cannot be told.")) if past else told
    new, old = past[0], past[-1]
    moved = new.quantity.value - old.quantity.value
    way = "higher than" if moved > 0 else "lower than" if moved < 0 else "the same as"
    newest = worded("The newest is {way} on {date}.", way=Phrase(way), date=old.when.isoformat())
    return (*told, claim(newest, (*_of(new), *_of(old))))


def taken_words(use: MedicationUse) -> Phrase:
    """A medicine of the record, how it is taken, and whether that is certain."""
    return worded("{what} ({currency}).", what=f"{use.text} {use.regimen.text}".strip(), currency=Phrase(use.currency))


def problem_words(problem: Problem) -> Phrase:
    """A problem of the record, since when, and whether it is over."""
    told = worded("{what}, since {date}", what=problem.text, date=str(problem.onset)) if problem.onset else Phrase(problem.text)
    return worded("{what}.", what=told) if problem.active else worded("{what} (not active).", what=told)


def goal_words(goal: Goal) -> dict[str, str]:
    """What a goal is about, its target, and its date where it has one."""
    return {"what": wording.title(goal.observable), "target": readable(goal.target), **({"date": goal.by} if goal.by else {})}


def _of(measurement: Measurement) -> tuple[str, ...]:
    return (measurement.reference, *measurement.inputs)


def _flagged(measurement: Measurement) -> Phrase:
    value = wording.value_of(measurement)
    flag = {"H": "high", "HH": "critically high", "L": "low", "LL": "critically low"}.get(measurement.flag or "")
    return worded("{value}, {flag}", value=value, flag=Phrase(flag)) if flag else Phrase(value)


def _reactions(names: frozenset[str]) -> str:
    return f" ({wording.reactions(names)})" if names else ""


def lay_observables(name: str) -> tuple[str, ...]:
    """The observables that a name stands for."""
    plain = name.casefold().strip()
    known = terminology().observable_named(plain)
    return (known.name,) if known else lay_words().means.get(plain, ())
