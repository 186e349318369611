"""The options of each decision about a medicine, side by side: whoever drafted the plan, and never a decision themselves.

What the plan proposes stands first, what else there is comes after it, no medicine for now comes last. Figures are those of
the knowledge base; where it has none for a patient like this, the table says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from msgspec import structs

from agent import wording
from agent.appraising import NO_COVERAGE
from agent.case import Case
from agent.toolbox import ClinicalToolbox
from tools.appraisal import price_of
from tools.clinical.answer import Citation, severity_rank
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.plan import Item, Plan, PlanIssue
from tools.clinical.weighed import CostTier, Effect, Preference, WeighedOption, Weighing
from tools.guidelines.modules import shared
from tools.guidelines.tradeoffs import Figure, Stated, Tradeoff, stated_in, tradeoff
from tools.terminology import terminology

_COST: dict[str, CostTier] = {
    "generic": "low", "over-the-counter": "low", "generic-and-brand": "moderate", "brand-only": "high", "biologic": "very-high",
}  # fmt: skip
_COSTLY = frozenset({"high", "very-high"})
_OTHERS = 2
"""So many other medicines stand beside the proposed one."""
_GOALS = 3
_RISKS = 2


def weighed(plan: Plan, case: Case) -> tuple[Weighing, ...]:
    """A table for each line that starts, stops, holds or changes a medicine."""
    desk = _Desk(plan, case)
    tables = [table for item in plan.items if item.subject.kind == "medication" and (table := desk.table(item))]
    if tables:
        tables[0] = structs.replace(tables[0], remarks=(*tables[0].remarks, *_goals(case)))
    return tuple(structs.replace(table, id=f"w{n}") for n, table in enumerate(tables, start=1))


@dataclass(frozen=True)
class _Desk:
    """What all tables of one plan share."""

    plan: Plan
    case: Case

    @cached_property
    def stated(self) -> tuple[tuple[Stated, tuple[str, ...]], ...]:
        return stated_in(self.case.facts)

    @cached_property
    def toolbox(self) -> ClinicalToolbox:
        return ClinicalToolbox(self.case.excluded)

    @cached_property
    def facts(self) -> Facts:
        """The patient as it will be: without what the plan stops or holds."""
        gone = frozenset(i.subject.reference for i in self.plan.items if i.action in ("stop", "hold") and i.subject.reference)
        return self.case.facts.proposing((), gone)

    @cached_property
    def regimen(self) -> frozenset[str]:
        """Kinds of everything that is taken now or begun by the plan."""
        kinds = [use.kinds for use in self.case.taken]
        kinds += [_kinds_of_item(item) for item in self.plan.items if item.action == "start"]
        return frozenset().union(*kinds)

    def table(self, item: Item) -> Weighing | None:
        if item.action == "start":
            return self._start(item)
        use = next((use for use in self.case.taken if use.reference == item.subject.reference), None)
        if use is None or item.action not in ("stop", "hold", "change") or self._replaced(use):
            return None
        return self._current(item, use)

    def _replaced(self, use: MedicationUse) -> bool:
        return any(use.reference in item.replaces for item in self.plan.items)

    def _start(self, item: Item) -> Weighing:
        name, kinds = item.subject.text, _kinds_of_item(item)
        found = tradeoff(name, kinds, self.case.facts)
        chosen = structs.replace(self._medicine(name, kinds, found), chosen=True)
        if not chosen.burden and item.dose:
            chosen = structs.replace(chosen, burden=wording.sentence(item.dose.text), monitoring=item.monitoring)
        kept = tuple(self._kept(use) for use in self.case.uses(item.replaces))
        others = tuple(self._others(item, found))[: _OTHERS - len(kept)]
        return Weighing(
            id="", item=item.id, problem=item.problem, question=f"{name.capitalize()}, something else, or nothing for now?",
            options=(chosen, *kept, *others, _none(found)), coverage=NO_COVERAGE, remarks=_remarks(found),
        )  # fmt: skip

    def _kept(self, use: MedicationUse) -> WeighedOption:
        name = _name(use)
        option = self._medicine(name, use.kinds, tradeoff(name, use.kinds, self.case.facts))
        return structs.replace(
            option, kind="same-medicine", text=f"Go on with {name}", not_chosen_because="The plan replaces it; the line says why."
        )

    def _others(self, item: Item, found: Tradeoff | None) -> Iterator[WeighedOption]:
        """What the recommendation passed over first, then what such a medicine is usually weighed against."""
        named = [(a.subject.text, a.not_chosen_because) for a in item.alternatives]
        seen = {item.subject.text, *(name for name, _ in named)}
        usual = [name for group in (found.instead if found else ()) if (name := self._usual(group, seen))]
        for name, why in named[: max(1, _OTHERS - len(usual))]:
            yield self._other(name, why)
        for name in usual:
            bar = self.toolbox.barred(name, self.facts)
            why = bar.reason if bar else f"The recommendation that decided names {item.subject.text} for this."
            yield self._other(name, wording.sentence(why))

    def _usual(self, group: str, seen: Iterable[str]) -> str | None:
        """The first member of a class that this patient neither takes nor is about to take, and that brings something here."""
        members = shared().members(group)
        if group in self.regimen or self.regimen.intersection(members):
            return None
        name = next((name for name in members if name not in seen and terminology().ingredient(name)), None)
        found = tradeoff(name, _kinds_of_name(name), self.case.facts) if name else None
        return name if found and found.benefits else None

    def _other(self, name: str, why: str) -> WeighedOption:
        kinds = _kinds_of_name(name)
        return structs.replace(self._medicine(name, kinds, tradeoff(name, kinds, self.case.facts)), not_chosen_because=why)

    def _medicine(self, name: str, kinds: frozenset[str], found: Tradeoff | None) -> WeighedOption:
        cost = _COST.get(price_of(kinds).tier, "unknown")
        traits = (found.traits if found else frozenset()) | ({"costly"} if cost in _COSTLY else frozenset())
        option = WeighedOption(kind="medicine", text=name, medicine=name, cost=cost, preferences=tuple(self._preferences(traits)))
        if found is None:
            return structs.replace(option, benefits=(_unstated(name),))
        return structs.replace(
            option,
            benefits=tuple(_effects(found.benefits)) if any(f.per_1000 for f, _ in found.benefits) else (*_effects(found.benefits), _unstated(name)),
            harms=tuple(_effects(found.harms)),
            burden=found.burden,
            monitoring=found.monitoring,
            reversibility=found.reversibility,
            rule=found.rule,
        )  # fmt: skip

    def _preferences(self, traits: frozenset[str]) -> Iterator[Preference]:
        for stated, references in self.stated:
            if traits.intersection(stated.traits):
                yield Preference(text=wording.sentence(stated.text), fit=stated.fit, facts=references)

    def _current(self, item: Item, use: MedicationUse) -> Weighing:
        """A medicine that is taken: as the plan proposes, or on as now."""
        name = _name(use)
        found = tradeoff(name, use.kinds, self.case.facts)
        risks = tuple(_risks(item, self.plan.issues))
        now = structs.replace(
            self._medicine(name, use.kinds, found), kind="same-medicine", text=f"Go on with {name} as now", harms=risks,
            not_chosen_because=wording.sentence("; ".join(r.text.rstrip(".") for r in item.rationale)),
        )  # fmt: skip
        return Weighing(
            id="", item=item.id, problem=item.problem, question=f"{item.action.capitalize()} {name}, or go on as now?",
            options=(_proposed(item, name, now), now), remarks=_remarks(found),
        )  # fmt: skip


def _proposed(item: Item, name: str, now: WeighedOption) -> WeighedOption:
    gained = tuple(structs.replace(risk, text=f"Avoided or lessened: {_inside(risk.text)}") for risk in now.harms)
    if not gained:
        why = Effect(outcome="why", text=now.not_chosen_because, evidence=tuple(e for r in item.rationale for e in r.evidence))
        gained = (why, Effect(outcome="in figures", text="No source held here states what this step adds in absolute terms."))
    if item.action in ("stop", "hold"):
        return WeighedOption(
            kind="no-medicine", text=f"{item.action.capitalize()} {name}", chosen=True, benefits=gained, cost="none",
            harms=tuple(structs.replace(e, text=f"Forgone: {e.text}" if e.text else "Forgone.") for e in now.benefits if e.evidence),
            burden="Nothing to take.", reversibility="It can be taken up again when what speaks against it is gone.",
        )  # fmt: skip
    change = item.dose.text if item.dose else item.change
    return structs.replace(
        now, kind="medicine", text=f"{name}: {_inside(change)}".rstrip("."), chosen=True, benefits=gained,
        harms=(), not_chosen_because="", reversibility="The earlier dose can be taken up again.",
    )  # fmt: skip


def _none(found: Tradeoff | None) -> WeighedOption:
    if found is not None and found.essential:
        return WeighedOption(
            kind="no-medicine", text="No medicine for now", cost="none", not_chosen_because=f"No option here: {found.essential}",
            harms=(Effect(outcome="without it", text=found.essential),),
        )  # fmt: skip
    return WeighedOption(
        kind="no-medicine", text="No medicine for now", cost="none", burden="Nothing to take; the next visit decides anew.",
        harms=(Effect(outcome="without it", text=found.without),) if found else (), reversibility="It can be begun at any later visit.",
        not_chosen_because="What the proposed medicine brings is forgone until then.",
        rule=found.rule if found else None,
    )  # fmt: skip


def _effects(figures: Iterable[tuple[Figure, Citation]]) -> Iterator[Effect]:
    for figure, citation in figures:
        yield Effect(
            outcome=figure.outcome, per_1000=figure.per_1000, over=figure.over, needed=figure.needed, population=figure.population,
            against=figure.against, text=figure.text, evidence=(citation,),
        )  # fmt: skip


def _unstated(name: str) -> Effect:
    return Effect(outcome="benefit in figures", text=f"No source held here states an absolute benefit of {name} for a patient like this.")


def _risks(item: Item, issues: Iterable[PlanIssue]) -> Iterator[Effect]:
    """The gravest findings that the line answers; how many more there are."""
    found = [issue for issue in issues if not issue.suppressed and item.id in (*issue.items, *issue.handled_by)]
    found.sort(key=lambda issue: -severity_rank(issue.severity))
    for issue in found[:_RISKS]:
        yield Effect(outcome=f"{issue.severity} risk", text=wording.sentence(issue.consequence), evidence=issue.evidence)
    if more := found[_RISKS:]:
        yield Effect(outcome="more", text=f"{len(more)} more: {wording.listed(issue.id for issue in more)}.")


def _inside(text: str) -> str:
    """For the middle of a sentence."""
    head, _, rest = text.partition(" ")
    return f"{wording.lowered(head)} {rest}".strip()


def _remarks(found: Tradeoff | None) -> tuple[str, ...]:
    if found is None:
        return ()
    unsure = [f.outcome for f, c in (*found.benefits, *found.harms) if c.confidence == "unsure" and f.per_1000]
    return (f"Unsure figure: {wording.listed(unsure)}.",) if unsure else ()


def _goals(case: Case) -> tuple[str, ...]:
    """Goals in words: shown, never interpreted."""
    goals = [e for e in case.facts.events if e.kind == "goal" and e.text and e.status in ("active", "accepted", "planned", "")]
    goals.sort(key=lambda e: (e.when.isoformat() if e.when else "", e.reference), reverse=True)
    return tuple(f"The record states a goal in words, for the team to weigh: “{e.text}”." for e in goals[:_GOALS])


def _name(use: MedicationUse) -> str:
    return wording.medicine(use.ingredients, use.text)


def _kinds_of_name(name: str) -> frozenset[str]:
    return frozenset({name}).union(*(terminology().kinds_of(part) for part in name.split("/")))


def _kinds_of_item(item: Item) -> frozenset[str]:
    return _kinds_of_name(item.subject.text).union(*(terminology().kinds_of(i.name) for i in item.subject.ingredients))
