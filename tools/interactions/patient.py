"""One patient for one screening, and the same patient as seen from a few medicines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import asdict

from tools.clinical.conditions import Condition, Verdict
from tools.clinical.facts import Facts, MedicationUse


def identity_of(use: MedicationUse) -> frozenset[str]:
    """What makes two orders orders of one medicine: its ingredients, or its kinds where none is known."""
    return frozenset(ingredient.name for ingredient in use.ingredients) or use.kinds


@dataclass(slots=True)
class Patient:
    """The facts, with the verdicts on conditions that name no medicine: those are the same for every pair and looked up once."""

    facts: Facts
    _verdicts: dict[int, Verdict] = field(default_factory=dict)

    def verdict(self, condition: Condition) -> Verdict:
        """Whether a condition that names no medicine holds. Conditions live as long as the index, so their identity is a key."""
        known = self._verdicts.get(id(condition))
        if known is None:
            known = self._verdicts[id(condition)] = condition.holds(self.facts)
        return known


class Concerned(Facts, frozen=True, dict=True, kw_only=True):
    """Facts in which a medicine that a clause names is first looked for among those concerned, then in the whole list."""

    patient: Patient
    concerned: Sequence[MedicationUse]
    kinds: frozenset[str]

    @classmethod
    def of(cls, patient: Patient, uses: Sequence[MedicationUse]) -> Concerned:
        """The same facts, with the medicines concerned."""
        kinds = frozenset[str]().union(*[use.kinds for use in uses])
        new = cls(**asdict(patient.facts), patient=patient, concerned=uses, kinds=kinds)
        vars(new).update(vars(patient.facts))  # what is indexed already
        return new

    @property
    def in_negation(self) -> Facts:
        """As in the whole, with the same medicines concerned."""
        return Concerned.of(Patient(self.patient.facts.in_negation), self.concerned) if self.started else self

    def problem(self, name: str) -> tuple[str, ...]:
        """As in the whole; its index is built once."""
        return self.patient.facts.problem(name)

    def taking(self, name: str) -> tuple[MedicationUse, ...]:
        """Medicines of that kind among those concerned, else in the whole list."""
        found = tuple([use for use in self.concerned if name in use.kinds])
        return found or self.patient.facts.taking(name)
