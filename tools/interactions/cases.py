"""Running the examples of a knowledge file against its own rules."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tools.clinical.answer import Issue
from tools.clinical.facts import Currency, Facts, Ingredient, Measurement, MedicationUse, Problem, Regimen
from tools.clinical.quantity import Quantity
from tools.interactions.discipline import shipped_discipline
from tools.interactions.index import Index, build
from tools.interactions.model import Case, Given, GivenMedicine, InteractionFile, Medicine
from tools.interactions.screening import screen

AS_OF = date(2026, 6, 30)


def failures(file: InteractionFile, index: Index | None = None) -> list[str]:
    """The examples that come out otherwise than expected, a sentence each.

    Args:
        file: its cases are run.
        index: the rules to run them against; by default those of the file itself.
    """
    index = index or build([file], shipped_discipline())
    return [f"{file.id}: {case.name}: {fault}" for case in file.case if (fault := failure(index, case))]


def failure(index: Index, case: Case) -> str:
    """What is wrong with one example; empty when it comes out as expected."""
    facts = facts_of(case.given)
    issues = screen(index, facts.medications, facts).issues
    if case.expect == "nothing":
        found = [issue.rule.id for issue in issues if not case.rule or issue.rule.id == case.rule]
        return f"expected nothing, got {found}" if found else ""
    got = next((_seen(issue) for issue in issues if issue.rule.id == case.rule), None)
    tier = case.expect.tier or (got[1] if got else "")
    wanted = (case.expect.severity, tier, tuple(sorted(case.expect.missing)))
    return "" if got == wanted else f"expected {wanted}, got {got or [issue.rule.id for issue in issues]}"


def _seen(issue: Issue) -> tuple[str, str, tuple[str, ...]]:
    tier = "suppressed" if issue.suppressed else "interrupts" if issue.interruptive else "shown"
    return issue.severity, tier, tuple(sorted(issue.missing))


def facts_of(given: Given) -> Facts:
    """The patient of an example on a fixed day."""
    return Facts(
        AS_OF,
        "Patient/case",
        birth_date=None if given.age is None else born(given.age),
        sex=given.sex,
        pregnancy=given.pregnancy,
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in given.has),
        medications=tuple(_medications(given)),
        measurements={name: (_measurement(name, text),) for name, text in given.labs.items()},
        phenotypes=given.phenotypes,
    )


def born(age: str) -> date:
    """A birth date that gives this age in whole years on the day of the examples."""
    return AS_OF.replace(year=AS_OF.year - int(Quantity.parse(age).to("a").value))


def _medications(given: Given) -> Iterator[MedicationUse]:
    groups: tuple[tuple[Currency, tuple[Medicine, ...]], ...] = (("current", given.takes), ("proposed", given.proposes))
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
        ingredients=(Ingredient(f"{medicine.kinds[0]} ({reference})"),),
        kinds=frozenset(medicine.kinds),
        currency=currency,
        route=medicine.route,
        regimen=Regimen(daily=Quantity.parse(medicine.daily) if medicine.daily else None),
        started=AS_OF - timedelta(days=medicine.days) if medicine.days is not None else None,
    )


def _measurement(name: str, text: str) -> Measurement:
    amount, _, old = text.partition(" @ ")
    days = int(Quantity.parse(old).to("d").value) if old else 0
    return Measurement(name, Quantity.parse(amount), AS_OF - timedelta(days=days), f"Observation/{name}")
