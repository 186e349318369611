"""Running the examples of a knowledge file against its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from tools.clinical.answer import Issue
from tools.clinical.facts import Allergy, Currency, DataIssue, Facts, Ingredient, Measurement, MedicationUse, Problem, Regimen
from tools.clinical.quantity import Quantity
from tools.contraindications.index import Index, build, shipped
from tools.contraindications.model import Case, ContraindicationFile, Expect, Given, GivenAllergy, GivenMedicine, Medicine
from tools.contraindications.screening import screen

AS_OF = date(2026, 6, 30)


def failures(file: ContraindicationFile, index: Index | None = None) -> list[str]:
    """The examples that come out otherwise than expected, a sentence each.

    Args:
        file: its cases are run.
        index: the rules to run them against; by default those of the file itself.
    """
    index = index or index_of(file)
    return [f"{file.id}: {case.name}: {fault}" for case in file.case if (fault := failure(index, case))]


def index_of(file: ContraindicationFile) -> Index:
    """The file's own rules; the names of reactions are read as everywhere, unless the file itself reads them."""
    index = build([file])
    return index if index.patterns else replace(index, patterns=shipped().patterns)


def failure(index: Index, case: Case) -> str:
    """What is wrong with one example; empty when it comes out as expected."""
    facts = facts_of(case.given)
    issues = screen(index, facts.medications, facts).issues
    expected = case.expect if isinstance(case.expect, Expect) else Expect()
    fired = tuple(sorted({issue.rule.id for issue in issues if not _only_asks(issue)}))
    missing = tuple(sorted({name for issue in issues for name in issue.missing}))
    wanted = tuple(sorted(expected.rules)), tuple(sorted(expected.missing))
    return "" if (fired, missing) == wanted else f"expected {wanted}, got {(fired, missing)}"


def _only_asks(issue: Issue) -> bool:
    return issue.consequence.startswith("Whether this medicine is safe here cannot be told")


def facts_of(given: Given) -> Facts:
    """The patient of an example on a fixed day."""
    medications = tuple(_medications(given))
    about = medications[0].reference if medications else "Observation/case"
    return Facts(
        AS_OF,
        "Patient/case",
        birth_date=None if given.age is None else born(given.age),
        sex=given.sex,
        pregnancy=given.pregnancy,
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in given.has),
        medications=medications,
        allergies=tuple(_allergy(number, entry) for number, entry in enumerate(given.allergies)),
        measurements={name: (_measurement(name, text),) for name, text in given.labs.items()},
        phenotypes=given.phenotypes,
        data_issues=tuple(DataIssue(about, kind, "as the example says") for kind in given.record_faults),
    )


def born(age: str) -> date:
    """A birth date that gives this age, in whole years, months, weeks or days, on the day of the examples."""
    quantity = Quantity.parse(age)
    count = int(quantity.value)
    if quantity.unit in ("a", "mo"):
        months = AS_OF.year * 12 + AS_OF.month - 1 - count * (12 if quantity.unit == "a" else 1)
        return date(months // 12, months % 12 + 1, 1)
    return AS_OF - timedelta(days=count * (7 if quantity.unit == "wk" else 1))


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
        regimen=Regimen(daily=Quantity.parse(medicine.daily) if medicine.daily else None, as_needed=medicine.as_needed),
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


def _measurement(name: str, text: str) -> Measurement:
    amount, _, old = text.partition(" @ ")
    days = int(Quantity.parse(old).to("d").value) if old else 0
    return Measurement(name, Quantity.parse(amount), AS_OF - timedelta(days=days), f"Observation/{name}")
