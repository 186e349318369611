"""One record at one date, and everything that is computed from it, each once.

The graph's state carries the digest of the bytes, never the bytes; another process that takes a run up again makes the
same `Case` from the same bytes, and gets the same answers, since nothing here looks at a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from agent.fhir.read import Record, read_bundle
from agent.opioid_dose import with_opioid_dose
from agent.screening import Screened, screen
from agent.toolbox import ClinicalToolbox
from tools.appraisal import Course, Reason, SupplyGap, Suspected, courses, reasons, supply_gaps, suspect
from tools.calculators import Derived, derive
from tools.clinical.facts import Facts, MedicationUse
from tools.guidelines import Run, decide, with_recent_events


@dataclass(frozen=True)
class Case:
    """A patient's record at a date.

    Args:
        data: the bytes of the FHIR bundle.
        as_of: the date that every judgement uses.
        patient: which patient, where the bundle holds several.
        excluded: ingredients that a check or a human struck out of this draft.
        known_as: the digest of the bytes, where whoever brings them has made it already.
    """

    data: bytes
    as_of: date
    patient: str | None = None
    excluded: frozenset[str] = frozenset()
    known_as: str = ""

    @property
    def digest(self) -> str:
        """What names the record: `sha256:…` of its bytes."""
        return self.known_as or self.record.digest

    @cached_property
    def record(self) -> Record:
        """What was read, and what was set aside. Raises RecordError."""
        return read_bundle(self.data, self.as_of, self.patient)

    @cached_property
    def derived(self) -> Derived:
        """Computed values (eGFR, scores, trends) with their inputs."""
        return with_opioid_dose(derive(self.record.facts), self.record.facts)

    @cached_property
    def facts(self) -> Facts:
        """The facts of the record, the computed values and the states of the last weeks."""
        return with_recent_events(self.derived.added_to(self.record.facts))

    @cached_property
    def taken(self) -> tuple[MedicationUse, ...]:
        """Medicines that are taken, or may be (old orders that nobody closed)."""
        return tuple(medication for medication in self.facts.medications if medication.taken)

    @cached_property
    def screened(self) -> Screened:
        """The checks of the regimen as it is today, before any plan."""
        return screen(self.taken, self.facts)

    @cached_property
    def run(self) -> Run:
        """What the guidelines decide for this patient."""
        return decide(self.facts, None, ClinicalToolbox(self.excluded))

    @cached_property
    def suspected(self) -> tuple[Suspected, ...]:
        """What the record implies and no problem list says."""
        return suspect(self.facts)

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        """How values went over time."""
        return courses(self.facts)

    @cached_property
    def reasons(self) -> tuple[tuple[Reason, ...], tuple[MedicationUse, ...]]:
        """What each medicine is for, and the medicines of which no table tells."""
        return reasons(self.facts)

    @cached_property
    def gaps(self) -> tuple[SupplyGap, ...]:
        """Medicines whose supply on record ended."""
        return supply_gaps(self.facts)

    def without(self, names: frozenset[str]) -> Case:
        """The same record with these ingredients struck out too; only what the guidelines decide is worked out anew."""
        other = replace(self, excluded=self.excluded | names)
        kept = {name: value for name, value in vars(self).items() if name not in {"run", *self.__dataclass_fields__}}
        vars(other).update(kept)
        return other

    def uses(self, references: Sequence[str]) -> tuple[MedicationUse, ...]:
        """The medicines behind these references, in the record's order."""
        wanted = set(references)
        return tuple(medication for medication in self.taken if medication.reference in wanted)
