"""Answers about care as it goes: goals and whether they are met, what is due, what could go, risks, and how sure a line is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from agent import wording
from agent.chat.about_plan import bearing, items_about, ledger, ledger_words, line_with_reason, line_words, why, why_not
from agent.chat.about_record import goal_words, lay_observables, medicines, patient, problem_words, problems, taken_words, value
from agent.chat.about_safety import issue_words
from agent.chat.meaning import meant
from agent.chat.session import Reply, Sentence, Session, claim, frame, reply, unknown
from agent.chat.worded import Phrase, worded
from tools.clinical.plan import Goal, Item, PlanProblem
from tools.terminology import terminology

_RISKS: dict[str, tuple[str, ...]] = {
    "stroke": ("cha2ds2-vasc", "prevent-ascvd-10y", "pce-ascvd-10y"),
    "bleeding": ("has-bled",),
    "heart failure": ("prevent-hf-10y",),
    "liver": ("fib-4", "child-pugh"),
    "fibrosis": ("fib-4",),
}
"""Which computed scores answer for a risk; of the heart and vessels, those of `_VESSELS`."""
_VESSELS = ("prevent-total-10y", "prevent-ascvd-10y", "prevent-hf-10y", "pce-ascvd-10y")
_VESSEL_WORDS = ("cardio", "heart", "cv", "ascvd", "vascular", "10-year", "ten-year")
_LESS = ("cascade", "deprescribe", "simplify", "indication", "load")
"""Topics of the review of medicines that lead to fewer of them."""
_ALL_DUE = ("order", "monitor", "vaccinate", "refer", "follow-up")


def goal(session: Session, about: str) -> Reply:
    """What is aimed at, and the newest value beside it; that nothing is aimed at is said."""
    wanted = set(lay_observables(about))
    problem = terminology().canonical_problem(about)
    found = [(p, g) for p in session.plan.problems for g in p.goal if g.observable in wanted or _is_problem(p, about, problem)]
    if found:
        return Reply(tuple(sentence for p, g in found for sentence in _goal(session, p, g)))
    known = [p for p in session.plan.problems if _is_problem(p, about, problem)]
    told = [claim(f"{p.text}. {p.assessment}".strip(), (*p.facts, p.id)) for p in known]
    values = value(session, about).sentences if wanted else ()
    absent = has(session, about).sentences if problem and not wanted and not known else ()
    none = worded("The plan sets no goal for {name}, so that whether it is met cannot be told.", name=about)
    return reply(*told, *absent, unknown(none), *values)


def need(session: Session, about: str) -> Reply:
    """Whether the plan has it, with the reasons; else why not, as far as it is known."""
    if items_about(session, about):
        return why(session, about)
    return why_not(session, about)


def stops(session: Session, _: str) -> Reply:
    """What the plan stops, holds or lowers, and what the review of medicines asks about."""
    rows = [claim(line_with_reason(i), bearing(i)) for i in session.plan.items if i.action in {"stop", "hold"}]
    rows += [
        claim(
            worded("to consider: {what} {why}", what=wording.sentence(point.consider), why=wording.sentence(point.text)),
            (*(c.id for c in point.evidence), *point.facts, point.id),
        )
        for point in session.plan.review
        if point.topic in _LESS
    ]
    return Reply(tuple(rows) or (unknown("The plan stops nothing, and the review of the medicines found nothing to take away."),))


def due(session: Session, about: str) -> Reply:
    """Tests, vaccines and referrals that the plan asks for, with their dates."""
    asked = next((asked for word, asked in _DUE.items() if word in about), _is_due)
    found = sorted((i for i in session.plan.items if asked(i)), key=lambda i: (i.due.by if i.due else "9999", i.id))
    rows = tuple(
        claim(worded("{date}  {line}", date=i.due.by if i.due else Phrase("no date"), line=line_with_reason(i)), bearing(i)) for i in found
    )
    return Reply(rows or (unknown("The plan asks for none of that; what was given elsewhere is not on this record."),))


def _is_shot(item: Item) -> bool:
    return item.action == "vaccinate" or item.subject.kind == "immunization" or "vaccin" in item.subject.text.casefold()


def _is_due(item: Item) -> bool:
    return item.action in _ALL_DUE


def _is_laboratory(item: Item) -> bool:
    return item.action in {"order", "monitor"} and item.subject.kind == "laboratory"


def _is_test(item: Item) -> bool:
    return item.action in {"order", "monitor"} and not _is_shot(item)


_DUE: dict[str, Callable[[Item], bool]] = {
    **dict.fromkeys(("vaccin", "immuni", "shot", "jab"), _is_shot),
    **dict.fromkeys(("lab", "blood"), _is_laboratory),
    "test": _is_test,
    "screening": lambda item: _is_test(item) or item.action == "refer",
    "referral": lambda item: item.action == "refer",
    "imaging": lambda item: item.subject.kind == "imaging",
}
"""By a word of the question, which lines are asked for."""


def left_out(session: Session, _: str) -> Reply:
    """What of the record the plan does not act on, and why; how much it acts on."""
    rows = [claim(ledger_words(c), (c.concern,)) for c in session.plan.coverage if c.status != "addressed"]
    done = sum(c.status == "addressed" for c in session.plan.coverage)
    acted = claim(
        worded("{count} of {all} concerns of the record are addressed: /ledger lists all.", count=done, all=len(session.plan.coverage)),
        (session.plan.plan_id,),
    )
    return (
        reply(*rows, acted, unknown("What could not be checked stands in /not-checked.")) if session.plan.coverage else ledger(session, "")
    )


def risk(session: Session, about: str) -> Reply:
    """Computed scores with their inputs, and what is missing for those that could not be computed."""
    names = _scores(about)
    if not names:
        return _other_risk(session, about)
    computed = [c for c in session.plan.calculations if c.name in names]
    rows: list[Sentence] = []
    for c in computed:
        inputs = ", ".join(f"{wording.title(i.name)} {i.value} {i.unit}".strip() for i in c.inputs)
        borne = (*(i.reference for i in c.inputs), f"calculation:{c.name}")
        result = f"{wording.title(c.name)}: {c.value} {c.unit}".strip()
        rows.append(claim(worded("{result} (from {inputs}).", result=result, inputs=inputs) if inputs else f"{result}.", borne))
    done = {c.name for c in computed}
    rows += [
        unknown(worded("{what} was not computed: {why}", what=wording.title(g.what), why=g.why))
        for g in session.plan.not_checked
        if g.what in names - done
    ]
    return Reply(tuple(rows) or (unknown(worded("No score of {name} applies to this patient, or none was computed.", name=about)),))


def has(session: Session, about: str) -> Reply:
    """Whether the record has a problem; that it is not recorded is not its absence."""
    problem = terminology().canonical_problem(about)
    found = [
        p
        for p in session.case.facts.problems
        if (problem and problem in p.kinds) or (len(about) > 3 and about.casefold() in p.text.casefold())
    ]
    if found:
        return Reply(tuple(claim(problem_words(p), (p.reference,)) for p in found))
    suspected = [one for one in session.plan.suspected if about.casefold() in one.text.casefold()]
    told = [
        claim(worded("Suspected: {what}. {why}", what=one.text, why=wording.sentence(one.grounds)), (*one.facts, one.id))
        for one in suspected
    ]
    return reply(unknown(worded("The record has no problem {name}. That is not the same as its absence.", name=repr(about))), *told)


def sure(session: Session, about: str) -> Reply:
    """How sure a line is: the strength that its sources give, and where the knowledge base itself is unsure."""
    item = session.item(about)
    if item is None:
        return reply(frame(worded("There is no line {name}; write for instance: how sure is i1?", name=repr(about))), understood=False)
    cited = {c.id: c for reason in item.rationale for c in reason.evidence}
    rows = [
        claim(
            worded("{source}; the knowledge base is unsure here", source=wording.source(c))
            if c.confidence == "unsure"
            else wording.source(c),
            (c.id,),
        )
        for c in cited.values()
    ]
    waits = [
        claim(worded("It waits for {id}: {about}", id=q.id, about=q.about), (q.id, *q.facts))
        for q in session.plan.questions
        if q.id in item.conditional_on
    ]
    head = claim(worded("{line}.", line=line_words(item)), (item.id,))
    return reply(head, *rows, *waits, *([] if cited else [unknown("No source is cited for this line.")]))


def why_value(session: Session, about: str) -> Reply:
    """A value that is asked about: its course, and the lines and issues that speak of it; its cause is nobody's guess."""
    observables = set(lay_observables(about))
    shown = value(session, about).sentences
    references = {m.reference for name in observables for m in session.case.facts.measurements.get(name, ())}
    lines = [i for i in session.plan.items if references & {fact for reason in i.rationale for fact in reason.facts}]
    told = [claim(line_with_reason(i), bearing(i)) for i in lines]
    return reply(*shown, *told, unknown("What causes it is not judged here beyond what these lines and /issues say."))


def overview(session: Session, _: str) -> Reply:
    """The patient in short: who it is, the problems, the medicines."""
    return reply(*patient(session, "").sentences, *problems(session, "").sentences, *medicines(session, "").sentences)


def kinds_taken(session: Session, about: str) -> Reply:
    """Whether a medicine, or one of a class, is taken."""
    wanted = meant(about)
    if not wanted:
        which = "I do not know which medicines {name} means, so I cannot say whether one is taken. /medicines lists all."
        return reply(unknown(worded(which, name=repr(about))))
    taken = [m for m in session.case.taken if wanted.has(m.kinds)]
    rows = [claim(taken_words(m), (m.reference,)) for m in taken]
    rows += [claim(worded("{line}.", line=line_words(item)), bearing(item)) for item in items_about(session, about)]
    none = worded("The record names no {name} that is taken. That is not the same as none taken.", name=about)
    return Reply(tuple(rows) or (unknown(none),))


def letter(session: Session, _: str) -> Reply:
    """Letters are not written here; what there is instead."""
    return reply(
        frame(
            "I write no letters, notes or other texts. /tell lists what the patient is told; `carewright plan --format patient`, or “Page for the patient”, prints it."
        )
    )


def thanks(session: Session, _: str) -> Reply:
    """A courtesy."""
    return reply(frame("You are welcome."))


def since_last(session: Session, _: str) -> Reply:
    """What a conversation about one record cannot tell, and where it stands."""
    return reply(
        unknown(
            "This conversation knows one record. What changed since an earlier plan stands on the plan's page, or under `carewright plan --previous`."
        )
    )


def _goal(session: Session, p: PlanProblem, g: Goal) -> Iterator[Sentence]:
    form = "{problem}: goal {what} {target} by {date}." if g.by else "{problem}: goal {what} {target}."
    yield claim(worded(form, problem=p.text, **goal_words(g)), (*(c.id for c in g.evidence), p.id))
    newest = session.case.facts.latest(g.observable)
    if newest is None:
        yield unknown(worded("{what} is not recorded, so that whether the goal is met cannot be told.", what=wording.title(g.observable)))
    else:
        yield claim(worded("  newest: {value}", value=wording.value_of(newest)), (newest.reference, *newest.inputs))


def _is_problem(p: PlanProblem, about: str, problem: str | None) -> bool:
    return about.casefold() in p.text.casefold() or (problem is not None and problem in (p.module or ""))


def _scores(about: str) -> frozenset[str]:
    named = {name for words, names in _RISKS.items() if words in about for name in names}
    vessels = any(word in about for word in _VESSEL_WORDS) and "failure" not in about
    return frozenset(named | (set(_VESSELS) if vessels else set()))


def _other_risk(session: Session, about: str) -> Reply:
    """A risk for which no score is computed: what the plan says in these words."""
    word = about.casefold().removesuffix("s")
    rows: list[Sentence] = [
        claim(f"{wording.sentence(point.consider)} {wording.sentence(point.text)}", (*(c.id for c in point.evidence), point.id))
        for point in session.plan.review
        if word in point.text.casefold()
    ]
    rows += [
        claim(issue_words(i), (i.rule.id, *i.facts)) for i in session.plan.issues if not i.suppressed and word in i.consequence.casefold()
    ]
    return reply(*rows, unknown(worded("No score of {name} is computed here.", name=about)))
