"""Runs the examples that stand in the knowledge files, against the terminology that ships."""

from __future__ import annotations

from collections.abc import Iterable

from tools.clinical.facts import Coding
from tools.clinical.quantity import Quantity, plain
from tools.terminology.facade import terminology
from tools.terminology.model import AllergyCase, EventCase, MedicationCase, ObservableCase, ProblemCase
from tools.terminology.observables import Observable
from tools.terminology.systems import CVX, ICD10CM, LOINC, RXNORM, SNOMED


def medication_failures(cases: Iterable[MedicationCase]) -> list[str]:
    """Cases whose ingredients do not come out, a sentence each."""
    return list(filter(None, map(_medication, cases)))


def _medication(case: MedicationCase) -> str:
    match = terminology().medication(case.text, _codes({RXNORM: case.code}))
    return _differs(case.name, match.names, frozenset(case.expect))


def problem_failures(cases: Iterable[ProblemCase]) -> list[str]:
    """Cases whose kinds do not come out, a sentence each."""
    return list(filter(None, map(_problem, cases)))


def _problem(case: ProblemCase) -> str:
    kinds = terminology().problem(_codes({SNOMED: case.snomed, ICD10CM: case.icd10}), case.text)
    if not kinds.isdisjoint(case.never):
        return f"{case.name}: {', '.join(sorted(kinds & set(case.never)))} must not be among what it means"
    return _lacks(case.name, kinds, case.expect)


def observable_failures(cases: Iterable[ObservableCase]) -> list[str]:
    """Cases whose value in the canonical unit does not come out, a sentence each."""
    return list(filter(None, map(_observable, cases)))


def _observable(case: ObservableCase) -> str:
    known = terminology()
    observable = known.observable(_codes({LOINC: case.loinc})) if case.loinc else known.observable_named(case.observable)
    if observable is None or (case.observable and observable.name != case.observable):
        return f"{case.name}: the code means {observable.name if observable else 'nothing'}"
    quantity = observable.canonical(case.value, case.unit)
    if case.flag:
        found = _flag(observable, quantity, case)
        return "" if found == case.flag else f"{case.name}: {found} instead of {case.flag}"
    written = f"{plain(quantity.value, 3)} {quantity.unit}" if quantity else ""
    return "" if written == case.expect else f"{case.name}: {written or 'refused'} instead of {case.expect or 'a refusal'}"


def _flag(observable: Observable, quantity: Quantity | None, case: ObservableCase) -> str:
    if quantity is None:
        return "refused"
    return observable.abnormal(quantity, case.age, case.sex) or "normal" if observable.plausible(quantity) else "implausible"


def allergy_failures(cases: Iterable[AllergyCase]) -> list[str]:
    """Cases whose substance or reaction does not come out, a sentence each."""
    return list(filter(None, map(_allergy, cases)))


def _allergy(case: AllergyCase) -> str:
    codes = _codes({SNOMED: case.snomed})
    kinds = terminology().reaction(codes, case.text) if case.reaction else terminology().allergen(codes, case.text).kinds
    return _lacks(case.name, kinds, case.expect)


def event_failures(cases: Iterable[EventCase]) -> list[str]:
    """Cases whose kinds do not come out, a sentence each."""
    return list(filter(None, map(_event, cases)))


def _event(case: EventCase) -> str:
    codes = _codes({CVX: case.cvx, SNOMED: case.snomed})
    return _lacks(case.name, terminology().immunization(codes, case.text) | terminology().procedure(codes, case.text), case.expect)


def _codes(given: dict[str, str]) -> tuple[Coding, ...]:
    return tuple(Coding(system, code) for system, code in given.items() if code)


def _differs(name: str, found: frozenset[str], wanted: frozenset[str]) -> str:
    return "" if found == wanted else f"{name}: {', '.join(sorted(found)) or 'nothing'} instead of {', '.join(sorted(wanted)) or 'nothing'}"


def _lacks(name: str, found: frozenset[str], wanted: tuple[str, ...]) -> str:
    good = set(wanted) <= found if wanted else not found
    return "" if good else f"{name}: {', '.join(sorted(found)) or 'nothing'} instead of {', '.join(wanted) or 'nothing'}"
