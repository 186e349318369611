"""What the newer record holds that the previous plan could not know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from agent import wording
from agent.case import Case
from tools.clinical.facts import Measurement, MedicationUse
from tools.clinical.plan import Plan
from tools.clinical.replanned import NewFact
from tools.terminology import terminology


@dataclass(frozen=True)
class Newer:
    """A previous plan and the newer record, with what is new in it."""

    previous: Plan
    case: Case

    @cached_property
    def since(self) -> date:
        """The date of the previous plan."""
        return date.fromisoformat(self.previous.as_of)

    @cached_property
    def known(self) -> frozenset[str]:
        """References that the previous plan names."""
        plan = self.previous
        found = {line.reference for line in plan.medications} | {line.concern for line in plan.coverage}
        found |= {fact for problem in plan.problems for fact in problem.facts}
        found |= {fact for item in plan.items for reason in item.rationale for fact in reason.facts}
        found |= {i.reference for calculation in plan.calculations for i in calculation.inputs}
        return frozenset(found)

    @cached_property
    def facts(self) -> tuple[NewFact, ...]:
        """What is new, and what has ended."""
        return (*self._problems(), *self._allergies(), *self._medicines(), *self._ended(), *self._values(), *self._events())

    @cached_property
    def references(self) -> dict[str, NewFact]:
        """Each new reference with what it says."""
        return {reference: fact for fact in self.facts if fact.kind != "ended" for reference in fact.facts}

    def value_since(self, observable: str) -> Measurement | None:
        """The newest value that the previous plan did not have."""
        found = self.case.facts.latest(observable)
        return found if found is not None and self._is_new_value(found) else None

    def uses(self, ingredients: Iterable[str]) -> tuple[MedicationUse, ...]:
        """Medicines taken now with these ingredients, all of them."""
        wanted = frozenset(ingredients)
        return tuple(use for use in self.case.taken if wanted and wanted == frozenset(i.name for i in use.ingredients))

    def ended_of(self, kind: str) -> tuple[NewFact, ...]:
        """Medicines of this name or class that are no longer taken."""
        of_kind = {
            line.reference
            for line in self.previous.medications
            if any(kind in terminology().kinds_of(ingredient.name) for ingredient in line.ingredients)
        }
        return tuple(fact for fact in self.facts if fact.kind == "ended" and of_kind.intersection(fact.facts))

    def _is_new_value(self, value: Measurement) -> bool:
        later = value.when > self.since or (value.when == self.since and value.reference not in self.known)
        return later and not value.computed

    def _values(self) -> Iterator[NewFact]:
        for series in self.case.facts.measurements.values():
            if series and (found := self.value_since(series[0].observable)):
                before = next((v for v in series if not self._is_new_value(v) and not v.computed), None)
                earlier = (
                    f", before {wording.quantity(before.quantity.value, before.quantity.unit)} ({before.when.isoformat()})"
                    if before
                    else ""
                )
                yield NewFact(kind="value", text=wording.value_of(found) + earlier, facts=(found.reference,))

    def _problems(self) -> Iterator[NewFact]:
        texts = {problem.text.casefold() for problem in self.previous.problems} | {line.text.casefold() for line in self.previous.coverage}
        for problem in self.case.facts.problems:
            if problem.active and not self.known.intersection((problem.reference, *problem.also)) and problem.text.casefold() not in texts:
                since = f" (since {problem.onset.isoformat()})" if problem.onset else ""
                yield NewFact(kind="problem", text=f"{problem.text}{since}", facts=(problem.reference,))

    def _allergies(self) -> Iterator[NewFact]:
        listed = " ".join(self.previous.patient.allergies)
        for allergy in self.case.facts.allergies:
            if allergy.active and allergy.text not in listed:
                yield NewFact(kind="allergy", text=f"allergy to {allergy.text}", facts=(allergy.reference,))

    def _medicines(self) -> Iterator[NewFact]:
        for use in self.case.taken:
            if not self.known.intersection((use.reference, *use.also)):
                how = f", {use.regimen.text}" if use.regimen.text else ""
                yield NewFact(kind="medicine", text=f"{use.text}{how}", facts=(use.reference,))

    def _ended(self) -> Iterator[NewFact]:
        now = {reference for use in self.case.taken for reference in (use.reference, *use.also)}
        taken = {frozenset(i.name for i in use.ingredients) for use in self.case.taken}
        for line in self.previous.medications:
            if line.reference not in now and frozenset(i.name for i in line.ingredients) not in taken:
                yield NewFact(kind="ended", text=f"{line.text} is no longer taken", facts=(line.reference,))

    def _events(self) -> Iterator[NewFact]:
        for event in self.case.facts.events:
            if event.when and event.when > self.since and event.kind in ("immunization", "procedure", "encounter"):
                yield NewFact(kind="event", text=f"{event.text or event.kind} ({event.when.isoformat()})", facts=(event.reference,))
