"""What is known of one patient at one date, as values: no FHIR, no clock, no network.

Absence is meaningful only where it is stated: a problem that is not listed is not assumed to be excluded by the record,
a value that was never measured is `None`, a pregnancy that nobody recorded is `"unknown"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from msgspec import Struct, field
from msgspec.structs import replace

from tools.clinical import ages
from tools.clinical.coding import Coding as Coding
from tools.clinical.coding import Ingredient as Ingredient
from tools.clinical.events import Event as Event
from tools.clinical.indexing import by_kind
from tools.clinical.quantity import Quantity
from tools.clinical.regimen import Regimen as Regimen

Currency = Literal["current", "uncertain", "old", "proposed"]
WhyNot = Literal["medical", "patient", ""]
Pregnancy = Literal["pregnant", "planning", "possible", "lactating", "none", "unknown"]
_NO_REGIMEN = Regimen()


class Problem(Struct, frozen=True, gc=False):
    """A condition of the record. `kinds` holds the names of every problem value set that it belongs to.

    `also` are the references of other entries of the same active diagnosis, which this one stands for; `returned` is the
    newest date at which one of them began, where that is later than `onset`.
    """

    reference: str
    text: str
    kinds: frozenset[str] = frozenset()
    code: Coding | None = None
    onset: date | None = None
    active: bool = True
    verified: bool = True
    also: tuple[str, ...] = ()
    returned: date | None = None

    @property
    def began(self) -> date | None:
        """The newest date at which it is said to have begun: of an illness that came back, the last time."""
        return self.returned or self.onset


class MedicationUse(Struct, frozen=True, gc=False):
    """A medicine of the record, or one that a plan proposes.

    Attributes:
        kinds: names of its ingredients and of every class that an ingredient belongs to.
        currency: `current` (taken now), `uncertain` (ordered long ago, never closed), `old` (over), `proposed`.
        complete: every component was recognised. False means that screening of this medicine is incomplete.
        also: references of other orders of the same product, which this one stands for.
        declined: the newest word on it is that it is not taken, although it was ordered.
        supplied_until: the last day that any order or hand-over of it covers, where the record says how long one lasts.
        dates: of every order and hand-over of it, oldest first.
        dose_since: the first order of the daily dose that is taken now, where that dose is known; a renewal is no new dose.
        lapsed: nobody closed its order, but what it covered ended so long ago that it counts as over.
    """

    reference: str
    text: str
    ingredients: tuple[Ingredient, ...] = ()
    kinds: frozenset[str] = frozenset()
    currency: Currency = "current"
    code: Coding | None = None
    route: str | None = None
    form: str | None = None
    strength: Quantity | None = None
    regimen: Regimen = _NO_REGIMEN
    started: date | None = None
    last_ordered: date | None = None
    complete: bool = True
    reason: str = ""
    also: tuple[str, ...] = ()
    supplied_until: date | None = None
    declined: bool = False
    lapsed: bool = False
    dose_since: date | None = None
    dates: tuple[date, ...] = ()

    @property
    def taken(self) -> bool:
        """Counts as taken: current, uncertain or proposed."""
        return self.currency != "old"


class Allergy(Struct, frozen=True, gc=False):
    """An allergy or intolerance. `kinds` holds ingredient, class and allergen names; `reactions` the reaction names."""

    reference: str
    text: str
    kinds: frozenset[str] = frozenset()
    reactions: frozenset[str] = frozenset()
    code: Coding | None = None
    criticality: Literal["low", "high", "unable-to-assess"] | None = None
    intolerance: bool = False
    active: bool = True
    verified: bool = True
    recorded: date | None = None


class Measurement(Struct, frozen=True, gc=False):
    """A value of an observable in its canonical unit.

    Attributes:
        reference: the FHIR reference, or `calculation:NAME` for a computed value.
        flag: the laboratory's interpretation code (H, L, HH, LL, A, N), where given.
        low, high: the laboratory's reference range in the canonical unit, where given.
        inputs: references that a computed value was made from.
    """

    observable: str
    quantity: Quantity
    when: date
    reference: str
    flag: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    inputs: tuple[str, ...] = ()

    @property
    def computed(self) -> bool:
        """Whether it was computed from other values, and stands in no record."""
        return self.reference.startswith("calculation:")


class DataIssue(Struct, frozen=True, gc=False):
    """Something in the record that could not be used as it stands, and why. `about` is a reference or an entry."""

    about: str
    kind: Literal["unit", "implausible", "unrecognized", "contradiction", "duplicate", "stale", "future", "status", "identity", "exposure"]
    reason: str


class Facts(Struct, frozen=True, dict=True):
    """Everything that conditions may ask about one patient.

    Args:
        as_of: the date that every judgement uses.
        measurements: by observable, newest first.
        phenotypes, diplotypes: gene → phenotype, `{"CYP2C19": "poor"}`; gene → both alleles, `"*2/*2"`, where told and of that meaning.
        derived: names set by rules or calculators (`bp-drug-indicated`) → the references that bear them.
        not_to_give: kinds of medicines that an order says not to give → the references of these orders.
        not_to_give_why: such an order → whether it names a medical reason or the patient's wish; empty where neither.
        started: kinds that earlier decisions of the same run start; seen inside `none_of` only.
    """

    as_of: date
    reference: str = ""
    birth_date: date | None = None
    sex: Literal["female", "male"] | None = None
    pregnancy: Pregnancy = "unknown"
    deceased: date | bool = False
    problems: tuple[Problem, ...] = ()
    medications: tuple[MedicationUse, ...] = ()
    allergies: tuple[Allergy, ...] = ()
    measurements: Mapping[str, tuple[Measurement, ...]] = field(default_factory=dict)
    phenotypes: Mapping[str, str] = field(default_factory=dict)
    diplotypes: Mapping[str, str] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    data_issues: tuple[DataIssue, ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    started: frozenset[str] = frozenset()
    not_to_give: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_to_give_why: Mapping[str, WhyNot] = field(default_factory=dict)

    @cached_property
    def _problems(self) -> Mapping[str, tuple[str, ...]]:
        problems = by_kind(problem for problem in self.problems if problem.active)
        return {kind: tuple(dict.fromkeys(problem.reference for problem in group)) for kind, group in problems.items()}

    @cached_property
    def _named(self) -> frozenset[str]:
        return frozenset(self._problems).union(name for name, references in self.derived.items() if references)

    @cached_property
    def _takes(self) -> Mapping[str, tuple[MedicationUse, ...]]:
        return by_kind(medication for medication in self.medications if medication.taken)

    @cached_property
    def _allergies(self) -> Mapping[str, tuple[Allergy, ...]]:
        return by_kind(allergy for allergy in self.allergies if allergy.active)

    @cached_property
    def _events(self) -> Mapping[str, tuple[Event, ...]]:
        return by_kind(self.events)

    @cached_property
    def names(self) -> frozenset[str]:
        """Names of active problems, of derived facts and of the kinds of events."""
        return self._named.union(self._events)

    @cached_property
    def _ages(self) -> dict[str, Measurement | None]:
        return {}

    @property
    def in_negation(self) -> Facts:
        """These facts with what the run has started counted as taken (used inside `none_of`)."""
        return self._with_started if self.started else self

    @cached_property
    def _with_started(self) -> Facts:
        extra = MedicationUse("started", "started in this plan", kinds=self.started, currency="proposed")
        return self.but(medications=(*self.medications, extra), started=frozenset())

    def but(self, **changes: object) -> Facts:
        """These facts with other values in these fields. What is indexed already, and rests on none of them, is kept."""
        other = replace(self, **changes)
        vars(other).update({name: known for name, known in vars(self).items() if name in _INDEXES and _INDEXES[name].isdisjoint(changes)})
        return other

    def problem(self, name: str) -> tuple[str, ...]:
        """References of active problems (or derived facts) of that name; empty where none is recorded."""
        return self._problems.get(name) or self.derived.get(name, ())

    def any_problem(self, names: Iterable[str]) -> bool:
        """Whether one of these is the name of an active problem or of a derived fact."""
        return not self._named.isdisjoint(names)

    def taking(self, name: str) -> tuple[MedicationUse, ...]:
        """Medicines taken (current, uncertain or proposed) that have this ingredient or belong to this class."""
        return self._takes.get(name, ())

    def any_taken(self, names: Iterable[str]) -> bool:
        """Whether a medicine of one of these ingredients or classes is taken."""
        return not self._takes.keys().isdisjoint(names)

    def allergic(self, name: str) -> tuple[Allergy, ...]:
        """Active allergies to this ingredient, class or allergen."""
        return self._allergies.get(name, ())

    def happened(self, name: str) -> tuple[Event, ...]:
        """Events of that kind, in the order of the record."""
        return self._events.get(name, ())

    def any_event(self, names: Iterable[str]) -> bool:
        """Whether an event of one of these kinds is on record."""
        return not self._events.keys().isdisjoint(names)

    def latest(self, observable: str, within_days: int | None = None) -> Measurement | None:
        """The newest value on or before `as_of`, or `None` where there is none in the window."""
        if observable == "age":
            return self.age_measured("a")
        for measurement in self.measurements.get(observable, ()):
            if measurement.when <= self.as_of:
                fresh = within_days is None or (self.as_of - measurement.when).days <= within_days
                return measurement if fresh else None
        return None

    def age_measured(self, unit: str) -> Measurement | None:
        """The age at `as_of` as a value, completed in `unit` (`a`, `mo`, `wk` or `d`): 11 months are not yet a year, but 11 months."""
        unit = unit if unit in ages.UNITS else "a"
        if unit not in self._ages:
            count = self.age_in(unit)
            found = None if count is None else Measurement("age", Quantity(Decimal(count), unit), self.as_of, self.reference)
            self._ages[unit] = found
        return self._ages[unit]

    def age_in(self, unit: str) -> int | None:
        """Completed years (`a`), months (`mo`), weeks (`wk`) or days (`d`) at `as_of`, or at death; `None` without a birth date."""
        now = self.deceased if isinstance(self.deceased, date) else self.as_of
        return ages.completed(self.birth_date, now, unit) if self.birth_date and self.birth_date <= now else None

    @cached_property
    def age(self) -> int | None:
        """Completed years at `as_of`."""
        return self.age_in("a")

    def with_derived(self, name: str, references: Iterable[str]) -> Facts:
        """These facts and one more derived name."""
        return self.but(derived={**self.derived, name: tuple(references)})

    def with_measurements(self, extra: Iterable[Measurement]) -> Facts:
        """These facts and computed values; a computed value never replaces a measured one of the same or a later date."""
        merged = dict(self.measurements)
        for new in extra:
            merged[new.observable] = tuple(sorted((*merged.get(new.observable, ()), new), key=lambda m: m.when, reverse=True))
        return self.but(measurements=merged)

    def proposing(self, medications: Iterable[MedicationUse], without: frozenset[str] = frozenset()) -> Facts:
        """The regimen as it would be: these facts, less the references in `without`, plus proposed medicines."""
        return self.but(medications=(*(use for use in self.medications if use.reference not in without), *medications))


_INDEXES = {
    "_problems": {"problems"}, "_named": {"problems", "derived"}, "_takes": {"medications"}, "_allergies": {"allergies"},
    "_events": {"events"}, "names": {"problems", "derived", "events"}, "age": {"as_of", "birth_date", "deceased"}, "_ages": {"as_of", "birth_date", "deceased", "reference"},
}  # fmt: skip
"""The indexes of facts, and the fields that each rests on."""
