"""What the files of problems, observables, allergens and events hold: one kind of document per folder."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from tools.clinical.errors import faults_of
from tools.clinical.knowledge import Document
from tools.clinical.quantity import unit_dimension
from tools.clinical.sourcing import twice

ObservableKind = Literal["vital", "laboratory", "score", "function", "imaging", "derived", "history"]


class ProblemEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A problem as a value set: SNOMED CT concepts one by one, ICD-10-CM codes with all that they begin."""

    name: str
    title: str = ""
    is_a: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    icd10: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class ProblemCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code or text, and the kinds that must be among what it means; an empty list: nothing at all."""

    name: str
    expect: tuple[str, ...]
    snomed: str = ""
    icd10: str = ""
    text: str = ""
    never: tuple[str, ...] = ()


class ProblemFile(Document, frozen=True, kw_only=True):
    """`problems/`: by organ system. `known` lists names that rules compute or ask for and that have no code."""

    problem: tuple[ProblemEntry, ...] = ()
    known: tuple[str, ...] = ()
    case: tuple[ProblemCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.name for entry in self.problem)

    def case_failures(self) -> list[str]:
        from tools.terminology.cases import problem_failures

        return problem_failures(self.case)


class Conversion(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A linear way from another unit to the canonical one: value × `times` + `plus`."""

    unit: str
    times: Decimal
    plus: Decimal = Decimal(0)


class Band(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Limits that hold instead of the adult's for people younger than `until` (completed years), of one sex where it is named.

    A band without limits says that nothing is judged at this age; without `until` it holds at every age.
    """

    source: str
    until: int | None = None
    sex: Literal["female", "male"] | None = None
    abnormal_low: Decimal | None = None
    abnormal_high: Decimal | None = None

    def holds(self, age: int | None, sex: str | None) -> bool:
        """Whether these limits are the ones of a patient; where age or sex is not known, no band holds."""
        if self.sex and self.sex != sex:
            return False
        return self.until is None or (age is not None and age < self.until)


class ObservableEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An observable with its canonical unit; the first LOINC code is the one that is ordered. The first band that holds is taken."""

    name: str
    title: str
    unit: str
    kind: ObservableKind
    loinc: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    abnormal_low: Decimal | None = None
    abnormal_high: Decimal | None = None
    band: tuple[Band, ...] = ()
    stale_after_days: int | None = None
    molar_mass: Decimal | None = None
    valence: int | None = None
    also: tuple[Conversion, ...] = ()
    source: str = ""


class ObservableCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A LOINC code with a value; `expect` in the canonical unit with at most three decimals, empty where it must be refused.

    `flag` is checked where it is given: `low`, `high`, `normal` or `implausible`; for somebody of that `age` (years) and `sex`.
    """

    name: str
    value: Decimal
    unit: str
    loinc: str = ""
    expect: str = ""
    observable: str = ""
    flag: str = ""
    age: int | None = None
    sex: Literal["female", "male"] | None = None


class ObservableFile(Document, frozen=True, kw_only=True):
    """`observables/`."""

    observable: tuple[ObservableEntry, ...] = ()
    case: tuple[ObservableCase, ...] = ()

    def faults(self) -> list[str]:
        found = twice(entry.name for entry in self.observable)
        cited = {source.id for source in self.source}
        for entry in self.observable:
            found += [f"{entry.name}: {fault}" for fault in _observable_faults(entry, cited)]
        return found

    def case_failures(self) -> list[str]:
        from tools.terminology.cases import observable_failures

        return observable_failures(self.case)


class AllergenEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A substance that allergies are recorded to. `drugs` names the ingredients or classes that it stands for."""

    name: str
    title: str = ""
    is_a: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    rxnorm: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    drugs: tuple[str, ...] = ()


class ReactionEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What happened on exposure."""

    name: str
    title: str = ""
    is_a: tuple[str, ...] = ()
    snomed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class AllergyCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A code or text of a substance (or, with `reaction = true`, of a reaction) and names that must be among its kinds."""

    name: str
    expect: tuple[str, ...]
    snomed: str = ""
    text: str = ""
    reaction: bool = False


class AllergenFile(Document, frozen=True, kw_only=True):
    """`allergens/`: substances and reactions."""

    allergen: tuple[AllergenEntry, ...] = ()
    reaction: tuple[ReactionEntry, ...] = ()
    case: tuple[AllergyCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.name for entry in self.allergen) + twice(entry.name for entry in self.reaction)

    def case_failures(self) -> list[str]:
        from tools.terminology.cases import allergy_failures

        return allergy_failures(self.case)


class EventEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A kind of immunization or procedure; `ordered_as` is the CVX code that names a vaccine and leaves the product open."""

    name: str
    title: str = ""
    is_a: tuple[str, ...] = ()
    cvx: tuple[str, ...] = ()
    ordered_as: str = ""
    snomed: tuple[str, ...] = ()
    cpt: tuple[str, ...] = ()
    loinc: tuple[str, ...] = ()
    icd10pcs: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()


class EventCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A CVX or SNOMED CT code and the kinds that must be among what it means."""

    name: str
    expect: tuple[str, ...]
    cvx: str = ""
    snomed: str = ""
    text: str = ""


class EventFile(Document, frozen=True, kw_only=True):
    """`events/`."""

    immunization: tuple[EventEntry, ...] = ()
    procedure: tuple[EventEntry, ...] = ()
    case: tuple[EventCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.name for entry in self.immunization) + twice(entry.name for entry in self.procedure)

    def case_failures(self) -> list[str]:
        from tools.terminology.cases import event_failures

        return event_failures(self.case)


def _observable_faults(entry: ObservableEntry, cited: set[str]) -> list[str]:
    found = faults_of(unit_dimension, (entry.unit, *(way.unit for way in entry.also)))
    named = [entry.source] if entry.source else []
    found += [f"source {source!r} is not listed" for source in (*named, *(band.source for band in entry.band)) if source not in cited]
    if (entry.abnormal_low is not None or entry.abnormal_high is not None) and not entry.source:
        found.append("an abnormal limit needs a source")
    return found
