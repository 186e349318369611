"""A FHIR R4 record in, facts about one patient at one date out; what was not used is counted or listed, nothing is lost.

| what | is |
|---|---|
| time | nothing dated after `as_of` counts: such entries are set aside; an order, a diagnosis or an age is judged at `as_of` |
| identity | one patient; entries about somebody else are set aside |
| status rules | `agent.fhir.medicines`, `currency` (orders), `problems` (conditions, allergies), `observations`, `events` |
| the same id twice | the version with the newest `meta.lastUpdated`, else the last; the others are set aside |
| `modifierExtension`, `implicitRules` | may turn the meaning round: the entry is set aside, a part of it left out (`agent.fhir.modifiers`) |
| types that facts are not made of | counted as unread |
| text | kept to be shown, never obeyed |
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from agent.fhir import (
    adverse_events,
    currency,
    events,
    genomics,
    identity,
    medicines,
    modifiers,
    observations,
    orders,
    pregnancy,
    problems,
    products,
    reports,
)
from agent.fhir import shapes as r4
from agent.fhir.decode import Decoded, decode
from agent.fhir.duplicates import superseded
from agent.fhir.elements import NOTHING
from agent.fhir.exposures import exposures
from agent.fhir.identity import Person
from agent.fhir.reading import UNREAD, USED, Outcome, Reading, aside
from agent.fhir.release import SIGNS, refusal
from tools.clinical.collector import uncollected
from tools.clinical.facts import Facts, Measurement, Problem
from tools.clinical.plan import SetAside


@dataclass(frozen=True)
class Record:
    """One patient's record as it was read.

    Attributes:
        facts: what is known of the patient at `as_of`.
        resources: how many there are; `used + unread + len(set_aside)` is always the same number.
        used: facts were made of these.
        unread: of a type or code that nothing is made of, or another patient's where one was chosen.
        set_aside: could not or must not be used, with the reason, by entry.
        last_entry: the newest date in what was used.
        patients: ids of all patients of the record.
        partial: the server that it came from says that more pages follow.
        data: the bytes that were read.
    """

    facts: Facts
    resources: int
    used: int
    unread: int
    set_aside: tuple[SetAside, ...]
    last_entry: date | None
    patients: tuple[str, ...]
    partial: bool = False
    data: bytes = field(default=b"", repr=False)

    @cached_property
    def digest(self) -> str:
        """`sha256:…` of the bytes; made when it is first asked for, since it costs a sixth of the reading."""
        return f"sha256:{hashlib.sha256(self.data).hexdigest()}"


def read_bundle(data: bytes, as_of: date, patient: str | None = None) -> Record:
    """The facts of one patient in a FHIR R4 Bundle (or one bare resource) in JSON.

    Args:
        data: the bytes as they came.
        as_of: the date that every judgement uses; supplied by the caller, never the clock.
        patient: id of the patient, where the record holds several.

    Raises:
        RecordError: the record as a whole cannot be read; the message names entry and field and the way out.
    """
    with uncollected():
        decoded = decode(data)
        older = superseded(decoded)
        person = identity.choose(decoded, patient, older)
        reading = Reading(as_of)
        identity.doubts(person, reading)
        reading.born = identity.born(person, reading)
        _index_medications(decoded, older, reading)
        outcomes = _outcomes(decoded, older, person, reading)
        if decoded.partial:
            reading.issue(person.reference, "status", "the record says that more pages follow; what they hold is not known")
        facts = _facts(person, reading)
    set_aside = tuple(SetAside(decoded.place(i), outcome.reason) for i, outcome in enumerate(outcomes) if outcome.kind == "aside")
    return Record(
        facts=facts,
        resources=len(outcomes),
        used=sum(outcome is USED for outcome in outcomes),
        unread=sum(outcome is UNREAD for outcome in outcomes),
        set_aside=set_aside,
        last_entry=reading.last,
        patients=person.everyone,
        partial=decoded.partial,
        data=data,
    )


def patients_in(data: bytes) -> tuple[str, ...]:
    """Ids of all patients of a bundle.

    Raises:
        RecordError: the bundle cannot be read.
    """
    return tuple(identity.everyone(decode(data)))


_LINE = re.compile(r"(?:[\w.-]{1,100}:|line )\d+")


Reader = Callable[..., Outcome]
_BY_SUBJECT: dict[type, Reader] = {
    r4.Condition: problems.read_condition,
    r4.MedicationRequest: medicines.read_request,
    r4.MedicationStatement: medicines.read_statement,
    r4.MedicationDispense: medicines.read_dispense,
    r4.MedicationAdministration: medicines.read_administration,
    r4.Observation: observations.read_observation,
    r4.Procedure: events.read_procedure,
    r4.Encounter: events.read_encounter,
    r4.DiagnosticReport: reports.read_report,
    r4.DocumentReference: events.read_document,
    r4.CarePlan: events.read_care_plan,
    r4.Goal: events.read_goal,
    r4.ServiceRequest: orders.read_service_request,
    r4.DeviceRequest: orders.read_device_request,
    r4.AdverseEvent: adverse_events.read_adverse_event,
}
_BY_PATIENT: dict[type, Reader] = {
    r4.AllergyIntolerance: problems.read_allergy,
    r4.Immunization: events.read_immunization,
    r4.FamilyMemberHistory: events.read_family_history,
}
_READERS = {
    kind: (reader, field, SIGNS.get(kind))
    for field, readers in (("subject", _BY_SUBJECT), ("patient", _BY_PATIENT))
    for kind, reader in readers.items()
}
"""Type → its reader, the field that says whose it is, and what tells another release."""


def _index_medications(decoded: Decoded, older: dict[int, str], reading: Reading) -> None:
    """Medications that orders may refer to: the version of each that counts, unless it must not be used."""
    for index, entry in enumerate(decoded.entries):
        if type(entry.resource) is r4.Medication and index not in older and products.refused(entry.resource) is None:
            reading.medications.update(dict.fromkeys(identity.names_of(entry.resource, entry.full_url), entry.resource))


def _outcomes(decoded: Decoded, older: dict[int, str], person: Person, reading: Reading) -> list[Outcome]:
    refused = {**older, **decoded.unreadable}
    outcomes = []
    for index, entry in enumerate(decoded.entries):
        try:
            outcome = aside(refused[index]) if index in refused else _outcome(entry, index, decoded, person, reading)
        except UnicodeDecodeError:  # parts are decoded only when they are read
            outcome = aside("not JSON in UTF-8")
        except RecursionError:
            outcome = aside("nested too deeply")
        outcomes.append(outcome)
    return outcomes


def _outcome(entry: r4.Entry, index: int, decoded: Decoded, person: Person, reading: Reading) -> Outcome:
    resource: Any = entry.resource
    found = _READERS.get(type(resource))
    if found is None:
        return _without_reader(resource, index, decoded, person, reading)
    read, subject, other_release = found
    if other_release is not None and (sign := other_release(resource)) is not None:
        raise refusal(resource, sign, decoded.place(index))
    others = person.others(getattr(resource, subject))
    if others is not None:
        return others if person.alone else UNREAD
    if (resource.modifier_extension is not NOTHING or resource.implicit_rules is not None) and (turned := modifiers.refused(resource)):
        return turned
    reference = identity.reference_to(resource, entry, index, decoded)
    if index in decoded.left_out:
        _say_left_out(decoded.left_out[index], reference, reading)
    return read(resource, reference, reading)


def _say_left_out(fields: list[str], reference: str, reading: Reading) -> None:
    for left_out in fields:
        reading.issue(reference, "unrecognized", f"{left_out} is not of the type that FHIR R4 demands, and is left out")


def _without_reader(resource: object, index: int, decoded: Decoded, person: Person, reading: Reading) -> Outcome:
    if resource is None:
        return aside("an entry without a resource")
    if type(resource) is r4.Patient:
        return USED if index == person.index else UNREAD
    if type(resource) is r4.OperationOutcome:
        return _reported(resource)
    if type(resource).__name__ == "MolecularSequence":
        reading.issue(decoded.place(index), "unrecognized", "a raw genomic sequence is not interpreted")
    if type(resource) is r4.Medication:
        return products.refused(resource) or USED
    return UNREAD


def _reported(found: r4.OperationOutcome) -> Outcome:
    """An error in place of a resource is set aside; for a line of an export with the place of that line."""
    grave = [issue for issue in found.issue if issue.severity in ("error", "fatal")]
    lines = [place for issue in grave for place in issue.expression if _LINE.fullmatch(place)]
    if lines:
        return aside(f"not JSON: {lines[0]}")
    return aside("the server reports an error in place of a resource") if grave else UNREAD


def _facts(person: Person, reading: Reading) -> Facts:
    sex = identity.sex(person, reading)
    answered = [problem for problem in reading.answers.values() if problem.active]
    state, kept = pregnancy.settle(reading, _all_problems(reading, answered), sex)
    if reading.future:
        reading.issue(person.reference, "future", f"dated after {reading.as_of} and not used: {len(reading.future)} of the entries")
    medications = currency.merge(reading.orders, reading.as_of)
    phenotypes, diplotypes = genomics.settled(reading.calls)
    return Facts(
        as_of=reading.as_of,
        reference=person.reference,
        birth_date=reading.born,
        sex=sex,
        pregnancy=state,
        deceased=identity.deceased(person, reading.as_of),
        problems=kept,
        medications=medications,
        allergies=tuple(reading.allergies),
        measurements={name: _newest_first(found) for name, found in sorted(reading.measurements.items())},
        phenotypes=phenotypes,
        diplotypes=diplotypes,
        events=tuple(reading.events),
        derived=_stated(person, reading),
        not_to_give={kind: tuple(dict.fromkeys(references)) for kind, references in sorted(reading.not_to_give.items())},
        not_to_give_why=dict(sorted(reading.not_to_give_why.items())),
        data_issues=tuple(dict.fromkeys([*reading.issues, *exposures(reading.allergies, medications)])),
    )


def _stated(person: Person, reading: Reading) -> dict[str, tuple[str, ...]]:
    """Names that stand outside of the problem list: ancestry, family, what is planned, and results that hold for good."""
    lasting: dict[str, tuple[str, ...]] = {}
    for _, name, reference in reading.results.values():
        if name:
            lasting[name] = (*lasting.get(name, ()), reference)
    planned = {name: tuple(references) for name, references in (*reading.planned.items(), *reading.stated.items())}
    return {**identity.ancestry(person), **dict(sorted(planned.items())), **dict(sorted(lasting.items()))}


def _all_problems(reading: Reading, answered: list[Problem]) -> tuple[Problem, ...]:
    return problems.merge([*reading.problems, *answered])


def _newest_first(found: list[Measurement]) -> tuple[Measurement, ...]:
    return tuple(sorted(found, key=lambda m: m.when, reverse=True))
