"""The patient of an example in a knowledge file: a few words that become facts on a fixed day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from tools.clinical.facts import Allergy, Currency, DataIssue, Facts, Ingredient, Measurement, MedicationUse, Pregnancy, Problem, Regimen
from tools.clinical.quantity import Quantity

AS_OF = date(2026, 6, 30)
Fault = Literal["unit", "implausible", "unrecognized", "contradiction", "duplicate", "stale", "future", "status", "identity", "exposure"]


class GivenMedicine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine of an example; the first kind stands for its ingredient."""

    kinds: tuple[str, ...]
    route: str | None = None
    form: str | None = None
    daily: str | None = None
    per: str | None = None
    days: int | None = None
    as_needed: bool = False


class GivenAllergy(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An allergy of an example."""

    to: tuple[str, ...]
    reactions: tuple[str, ...] = ()
    intolerance: bool = False
    high: bool = False


Medicine = str | tuple[str, ...] | GivenMedicine


class Given(Struct, frozen=True, gc=False, forbid_unknown_fields=True, kw_only=True):
    """The patient of an example. A laboratory value may carry its age: `"5.1 mmol/L @ 40 d"`."""

    takes: tuple[Medicine, ...] = ()
    uncertain: tuple[Medicine, ...] = ()
    proposes: tuple[Medicine, ...] = ()
    has: tuple[str, ...] = ()
    allergies: tuple[GivenAllergy, ...] = ()
    labs: dict[str, str] = {}
    age: str | None = None
    sex: Literal["female", "male"] | None = None
    pregnancy: Pregnancy = "none"
    phenotypes: dict[str, str] = {}
    record_faults: tuple[Fault, ...] = ()


class Person(Protocol):
    """What every kind of example says of its patient."""

    @property
    def age(self) -> str | None:
        """With its unit; nothing where it is not known."""

    @property
    def has(self) -> tuple[str, ...]:
        """Problems by name."""


def patient(
    person: Person, medications: Iterable[MedicationUse], measurements: Mapping[str, tuple[Measurement, ...]], as_of: date = AS_OF
) -> Facts:
    """The patient of an example with problems and age, whatever kind of file it stands in; the caller adds what only its kind says.

    Raises:
        UnitMismatchError: the age is not a quantity.
    """
    return Facts(
        as_of,
        "Patient/example",
        birth_date=born(person.age, as_of) if person.age else None,
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in person.has),
        medications=tuple(medications),
        measurements=measurements,
    )


def facts_of(given: Given) -> Facts:
    """The facts of an example at `AS_OF`; each medicine has one ingredient, named by its first kind.

    Raises:
        UnitMismatchError: a value, a dose or an age is not a quantity.
    """
    medications = tuple(_medications(given))
    about = medications[0].reference if medications else "Observation/case"
    return replace(
        patient(given, medications, {name: (measured(name, text),) for name, text in given.labs.items()}),
        sex=given.sex,
        pregnancy=given.pregnancy,
        allergies=tuple(_allergy(number, entry) for number, entry in enumerate(given.allergies)),
        phenotypes=given.phenotypes,
        data_issues=tuple(DataIssue(about, kind, "as the example says") for kind in given.record_faults),
    )


def born(age: str, as_of: date = AS_OF) -> date:
    """A birth date that gives this age, in whole years (`a`), months, weeks or days, at `as_of`."""
    quantity = Quantity.parse(age)
    count = int(quantity.value)
    if quantity.unit in ("a", "mo"):
        months = as_of.year * 12 + as_of.month - 1 - count * (12 if quantity.unit == "a" else 1)
        return date(months // 12, months % 12 + 1, 1)
    return as_of - timedelta(days=count * (7 if quantity.unit == "wk" else 1))


def measured(name: str, text: str, as_of: date = AS_OF) -> Measurement:
    """One value, written as `5.1 mmol/L`, or with its age as `5.1 mmol/L @ 40 d`. Raises UnitMismatchError where it is no quantity."""
    amount, _, old = text.partition(" @ ")
    days = int(Quantity.parse(old).to("d").value) if old else 0
    return Measurement(name, Quantity.parse(amount), as_of - timedelta(days=days), f"Observation/{name}")


def values(name: str, texts: Iterable[str], as_of: date = AS_OF) -> tuple[Measurement, ...]:
    """Values of one observable, each written as `7.2 %` or `7.2 %, 100 d ago`, newest first; a bare number has no unit.

    Raises:
        UnitMismatchError: one of them is not a quantity.
    """
    found = []
    for position, text in enumerate(texts):
        value, _, ago = text.strip().partition(", ")
        when = as_of - timedelta(days=int(ago.split(" ")[0]) if ago else 0)
        found.append(Measurement(name, Quantity.parse(value if " " in value else f"{value} 1"), when, f"Observation/{name}-{position}"))
    return tuple(sorted(found, key=lambda m: m.when, reverse=True))


def _medications(given: Given) -> Iterator[MedicationUse]:
    groups: tuple[tuple[Currency, tuple[Medicine, ...]], ...] = (
        ("current", given.takes),
        ("uncertain", given.uncertain),
        ("proposed", given.proposes),
    )
    for currency, medicines in groups:
        for number, medicine in enumerate(medicines):
            yield _medication(medicine, currency, f"MedicationRequest/{currency}-{number}")


def _medication(medicine: Medicine, currency: Currency, reference: str) -> MedicationUse:
    if isinstance(medicine, str):
        medicine = GivenMedicine(kinds=(medicine,))
    elif isinstance(medicine, tuple):
        medicine = GivenMedicine(kinds=medicine)
    return MedicationUse(
        reference,
        medicine.kinds[0],
        ingredients=(Ingredient(medicine.kinds[0]),),
        kinds=frozenset(medicine.kinds),
        currency=currency,
        route=medicine.route,
        form=medicine.form,
        regimen=Regimen(
            per=Quantity.parse(medicine.per) if medicine.per else None,
            daily=Quantity.parse(medicine.daily) if medicine.daily else None,
            as_needed=medicine.as_needed,
        ),
        started=AS_OF - timedelta(days=medicine.days) if medicine.days is not None else None,
    )


def _allergy(number: int, given: GivenAllergy) -> Allergy:
    return Allergy(
        f"AllergyIntolerance/{number}",
        given.to[0],
        frozenset(given.to),
        frozenset(given.reactions),
        criticality="high" if given.high else None,
        intolerance=given.intolerance,
    )
