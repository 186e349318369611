"""Suspected findings, courses of values and points of review as a plan tells them: worked out from the record, whoever drafted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import structs

from agent import wording
from agent.case import Case
from tools.appraisal import Point, Suspected, burdens, price_of, review
from tools.clinical.answer import NotChecked
from tools.clinical.appraised import Course, CourseValue, ReviewPoint, Suspicion
from tools.clinical.facts import Measurement, MedicationUse
from tools.clinical.plan import Item, Plan
from tools.clinical.quantity import plain
from tools.guidelines import modules
from tools.terminology import terminology

_CHANGING = frozenset({"stop", "hold", "change"})
_TIERS = {
    "generic": "generic",
    "over-the-counter": "without prescription",
    "generic-and-brand": "price differs by product",
    "brand-only": "brand",
    "biologic": "biologic",
}
_ORDER = ("omission", "adherence", "cascade", "deprescribe", "indication", "load", "simplify", "cost")
_VALUES = 3
"""Of each observable so many values are told, the newest ones."""

NO_COVERAGE = "Coverage is unknown: no insurance was read, so what the patient pays must be asked."


def appraised(plan: Plan, case: Case) -> Plan:
    """The plan with what the record implies, how values went, and what a review of the medicines would raise."""
    suspected = tuple(_suspicion(f"s{n}", one, plan.items) for n, one in enumerate(case.suspected, start=1))
    return structs.replace(plan, suspected=suspected, courses=tuple(_courses(case)), review=_review(plan, case))


def suspected_words(one: Suspected) -> str:
    """Why something is suspected, with values and dates."""
    told: dict[str, list[str]] = {}
    for value in dict.fromkeys(one.values):
        amount = f"{wording.quantity(value.quantity.value, value.quantity.unit)} ({value.when.isoformat()})"
        told.setdefault(wording.title(value.observable), []).append(amount)
    values = "; ".join(f"{name} {', '.join(amounts[:_VALUES])}" for name, amounts in told.items())
    return wording.sentence("; ".join(one.grounds) + (f": {values}" if values else ""))


def _suspicion(number: str, one: Suspected, items: Sequence[Item]) -> Suspicion:
    titles = {wording.title(name) for name in one.order}
    helping = tuple(item.id for item in items if item.action == "order" and item.subject.text in titles)
    return Suspicion(
        id=number,
        text=one.suspects,
        kind="drug-effect" if one.kind == "drug-effect" else "problem",
        grounds=suspected_words(one),
        confirm=wording.sentence(one.confirm),
        facts=one.facts,
        evidence=one.evidence,
        items=helping,
        medications=one.medications,
    )


def _courses(case: Case) -> Iterator[Course]:
    """Courses of values that an active module follows, or that call for a remark."""
    followed = {name for module in case.run.active for name in modules()[module].status}
    for one in case.courses:
        if one.observable in followed or one.remark:
            unit = one.values[0].quantity.unit
            yield Course(
                observable=one.observable,
                direction=one.direction,
                values=tuple(_value(value) for value in one.values),
                rule=one.rule,
                per_year=f"{wording.number(one.a_year.value)} {wording.unit(unit)}".strip() if one.a_year else "",
                remark=one.remark,
            )


def _value(value: Measurement) -> CourseValue:
    return CourseValue(plain(value.quantity.value), value.quantity.unit, value.when.isoformat(), value.reference)


def unjudged(case: Case) -> tuple[NotChecked, ...]:
    """Medicines whose reason no table judges."""
    _, silent = case.reasons
    names = wording.listed(dict.fromkeys(use.text for use in silent if use.ingredients))
    return (NotChecked(f"what they are for: {names}", "no table of reasons speaks of these medicines"),) if names else ()


def _review(plan: Plan, case: Case) -> tuple[ReviewPoint, ...]:
    points = [*_points(case), *_declined(case), *_lapsed(case), *_indications(case), *_gaps(case), *_loads(case), *_costs(plan, case)]
    acting = [item for item in plan.items if item.action in _CHANGING and item.subject.reference]
    questioned = {reference for p in points if p.topic == "deprescribe" for reference in p.medications}
    kept = [p for p in points if not (p.topic in ("simplify", "indication") and _acted_on(p, acting))]
    kept = [p for p in kept if not (p.topic == "indication" and questioned.intersection(p.medications))]
    kept.sort(key=lambda point: _ORDER.index(point.topic))
    return tuple(structs.replace(p, id=f"r{n}", items=_acted_on(p, acting)) for n, p in enumerate(kept, start=1))


def _acted_on(point: ReviewPoint, acting: Iterable[Item]) -> tuple[str, ...]:
    return tuple(item.id for item in acting if item.subject.reference in point.medications) if point.topic not in ("cost", "load") else ()


def _points(case: Case) -> Iterator[ReviewPoint]:
    for point in review(case.facts):
        yield ReviewPoint(
            id="",
            topic=point.topic,
            text=_named(point, case),
            consider=wording.sentence(point.consider),
            taper=wording.sentence(point.taper),
            medications=point.medications,
            facts=point.facts,
            evidence=point.evidence,
        )


def _named(point: Point, case: Case) -> str:
    names = _names(case.uses(point.medications))
    return wording.sentence(f"{names}: {point.because}" if names else point.because)


def _names(uses: Iterable[MedicationUse]) -> str:
    return wording.listed(dict.fromkeys(short(use) for use in uses))


def short(use: MedicationUse) -> str:
    """A medicine by its ingredients, where they are known."""
    return wording.medicine(use.ingredients, use.text)


def _indications(case: Case) -> Iterator[ReviewPoint]:
    for reason in case.reasons[0]:
        if reason.standing == "none":
            yield ReviewPoint(
                id="",
                topic="indication",
                text=f"{short(reason.use)}: no reason for it on the record (usual ones: {reason.words}).",
                consider="Ask what it is for; record the reason, or review whether it is still needed.",
                medications=(reason.use.reference,),
                facts=reason.facts,
                evidence=reason.evidence,
            )


def _gaps(case: Case) -> Iterator[ReviewPoint]:
    for gap in case.gaps:
        yield ReviewPoint(
            id="",
            topic="adherence",
            text=f"{short(gap.use)}: {gap.says}, {wording.period(gap.days)} before the date of this plan ({gap.since.isoformat()}).",
            consider=wording.sentence(gap.consider),
            medications=(gap.use.reference,),
            facts=(gap.use.reference,),
            evidence=gap.evidence,
        )


def _declined(case: Case) -> Iterator[ReviewPoint]:
    """Medicines that are ordered, and of which the newest word is that they are not taken."""
    for use in case.facts.medications:
        if use.declined:
            said, asked = (
                "ordered, and said not to be taken",
                "Ask, without blame, why not, before it or another for the same purpose is begun.",
            )
            yield _adherence(use, said, asked)


def _lapsed(case: Case) -> Iterator[ReviewPoint]:
    """Medicines whose order nobody closed, and whose supply ended so long ago that they are not counted as taken."""
    for use in case.facts.medications:
        if use.lapsed and use.supplied_until:
            days = (case.as_of - use.supplied_until).days
            ended = f"{wording.period(days)} before the date of this plan ({use.supplied_until.isoformat()})"
            said = f"never closed, but its last supply ended {ended}, so that it counts as ended"
            yield _adherence(
                use, said, "If it is still taken, from another source, say so before this plan is signed; else close the order."
            )


def _adherence(use: MedicationUse, said: str, consider: str) -> ReviewPoint:
    """A point on whether a medicine is taken, borne by every order of it."""
    text, facts = f"{short(use)}: {said}.", (use.reference, *use.also)
    return ReviewPoint(id="", topic="adherence", text=text, consider=consider, medications=(use.reference,), facts=facts)


def _loads(case: Case) -> Iterator[ReviewPoint]:
    for burden in burdens(case.facts):
        parts = wording.listed(dict.fromkeys(short(use) + (f" {points}" if points > 1 else "") for use, points in burden.parts))
        yield ReviewPoint(
            id="",
            topic="load",
            text=f"{burden.name.capitalize()} {burden.total}: {parts}.",
            consider=wording.sentence(burden.says),
            medications=tuple(use.reference for use, _ in burden.parts),
            facts=tuple(use.reference for use, _ in burden.parts),
            evidence=burden.evidence,
        )


def _costs(plan: Plan, case: Case) -> Iterator[ReviewPoint]:
    """One point on what kind of price each medicine has, those that are started among them."""
    tiers: dict[str, list[str]] = {}
    stopped = {item.subject.reference for item in plan.items if item.action == "stop"}
    lines = [(short(use), use.kinds) for use in case.taken if use.ingredients and use.reference not in stopped]
    starts = [item.subject for item in plan.items if item.action == "start" and item.subject.kind == "medication"]
    lines += [(s.text, frozenset(k for i in s.ingredients for k in terminology().kinds_of(i.name))) for s in starts]
    for name, kinds in lines:
        tiers.setdefault(price_of(kinds).tier, []).append(name)
    if not lines:
        return
    words = [f"{label}: {wording.listed(dict.fromkeys(tiers[tier]))}" for tier, label in _TIERS.items() if tier in tiers]
    words += [f"not known: {wording.listed(dict.fromkeys(tiers['unknown']))}"] if "unknown" in tiers else []
    yield ReviewPoint(id="", topic="cost", text=wording.sentence("Kinds of price: " + "; ".join(words)), consider=NO_COVERAGE)
