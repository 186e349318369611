"""R4 resources as far as they are read: only the fields that something is made of; all others are skipped without decoding.

Numbers are `Decimal` as written (7.10 stays 7.10). Nothing here interprets; absent is `None` or empty.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Union

from msgspec import Raw, Struct, defstruct

from agent.fhir.systems import RESOURCE_TYPES

NOTHING = Raw(b"")

RawConcept = Raw
"""A CodeableConcept as it stands in the record: the same bytes come again and again and are understood once (`agent.fhir.concepts`)."""
RawConcepts = Raw
RawReference = Raw
RawRanges = Raw


class Element(Struct, rename="camel"):
    """Base of all datatypes."""


class Resource(Struct, rename="camel", tag_field="resourceType", tag=True):
    """Base of all resource types; told apart by `resourceType`."""


class Meta(Element):
    last_updated: str | None = None


class Extension(Element):
    url: str | None = None
    value_code: str | None = None


class Coding(Element):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Concept(Element):
    coding: list[Coding] = []
    text: str | None = None


class Identifier(Element):
    system: str | None = None
    value: str | None = None


class Reference(Element):
    reference: str | None = None
    identifier: Identifier | None = None
    display: str | None = None


class Quantity(Element):
    value: Decimal | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Range(Element):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Element):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Period(Element):
    start: str | None = None
    end: str | None = None


class ReferenceRange(Element):
    low: Quantity | None = None
    high: Quantity | None = None
    type: Concept | None = None


class Attachment(Element):
    content_type: str | None = None
    data: str | None = None
    title: str | None = None


class Repeat(Element):
    bounds_period: Period | None = None
    bounds_duration: Quantity | None = None
    count: int | None = None
    frequency: int | None = None
    frequency_max: int | None = None
    period: Decimal | None = None
    period_max: Decimal | None = None
    period_unit: str | None = None
    day_of_week: list[str] = []
    time_of_day: list[str] = []
    when: list[str] = []


class Timing(Element):
    repeat: Repeat | None = None
    code: Concept | None = None


class DoseAndRate(Element):
    dose_quantity: Quantity | None = None
    dose_range: Range | None = None


class Dosage(Element):
    sequence: int | None = None
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    route: Concept | None = None
    dose_and_rate: list[DoseAndRate] = []


class Common(Resource):
    """What every resource that is read may carry."""

    id: str | None = None
    meta: Raw = NOTHING
    modifier_extension: Raw = NOTHING


class Patient(Common):
    identifier: list[Identifier] = []
    extension: list[Extension] = []
    gender: str | None = None
    birth_date: str | None = None
    deceased_boolean: bool | None = None
    deceased_date_time: str | None = None


class Condition(Common):
    clinical_status: RawConcept = NOTHING
    verification_status: RawConcept = NOTHING
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    onset_date_time: str | None = None
    onset_period: Period | None = None
    onset_age: Quantity | None = None
    abatement_date_time: str | None = None
    abatement_period: Period | None = None
    abatement_age: Quantity | None = None
    abatement_string: str | None = None
    abatement_range: Range | None = None
    recorded_date: str | None = None
    patient: RawReference = NOTHING  # DSTU2


class DispenseRequest(Element):
    validity_period: Period | None = None
    number_of_repeats_allowed: int | None = None
    quantity: Quantity | None = None
    expected_supply_duration: Quantity | None = None


class Medicine(Common):
    """What all four resources about a patient's medicine share. `medication` without a type suffix is R5."""

    status: str | None = None
    medication_codeable_concept: RawConcept = NOTHING
    medication_reference: RawReference = NOTHING
    medication: Raw = NOTHING
    subject: RawReference = NOTHING
    contained: list[Raw] = []


class MedicationRequest(Medicine):
    intent: str | None = None
    do_not_perform: bool | None = None
    authored_on: str | None = None
    dosage_instruction: list[Dosage] = []
    dispense_request: DispenseRequest | None = None


class MedicationStatement(Medicine):
    effective_date_time: str | None = None
    effective_period: Period | None = None
    date_asserted: str | None = None
    dosage: list[Dosage] = []


class MedicationDispense(Medicine):
    when_prepared: str | None = None
    when_handed_over: str | None = None
    days_supply: Quantity | None = None
    dosage_instruction: list[Dosage] = []


class MedicationAdministration(Medicine):
    effective_date_time: str | None = None
    effective_period: Period | None = None


class MedicationIngredient(Element):
    item_codeable_concept: RawConcept = NOTHING
    strength: Ratio | None = None


class Medication(Common):
    code: RawConcept = NOTHING
    form: RawConcept = NOTHING
    ingredient: list[MedicationIngredient] = []


class Reaction(Element):
    substance: RawConcept = NOTHING
    manifestation: RawConcepts = NOTHING


class AllergyIntolerance(Common):
    clinical_status: RawConcept = NOTHING
    verification_status: RawConcept = NOTHING
    type: str | None = None
    criticality: str | None = None
    code: RawConcept = NOTHING
    patient: RawReference = NOTHING
    onset_date_time: str | None = None
    recorded_date: str | None = None
    reaction: list[Reaction] = []


class ObservationComponent(Element):
    code: RawConcept = NOTHING
    value_quantity: Quantity | None = None
    value_codeable_concept: RawConcept = NOTHING
    value_string: str | None = None
    value_integer: int | None = None
    data_absent_reason: RawConcept = NOTHING
    interpretation: RawConcepts = NOTHING
    reference_range: RawRanges = NOTHING


class Observation(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    effective_date_time: str | None = None
    effective_period: Period | None = None
    effective_instant: str | None = None
    issued: str | None = None
    value_quantity: Quantity | None = None
    value_codeable_concept: RawConcept = NOTHING
    value_string: str | None = None
    value_integer: int | None = None
    value_date_time: str | None = None
    data_absent_reason: RawConcept = NOTHING
    interpretation: RawConcepts = NOTHING
    reference_range: RawRanges = NOTHING
    component: list[ObservationComponent] = []


class DiagnosticReport(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    effective_date_time: str | None = None
    effective_period: Period | None = None
    issued: str | None = None
    conclusion: str | None = None
    presented_form: list[Attachment] = []
    contained: list[Raw] = []


class Procedure(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    performed_date_time: str | None = None
    performed_period: Period | None = None


class Immunization(Common):
    status: str | None = None
    vaccine_code: RawConcept = NOTHING
    patient: RawReference = NOTHING
    occurrence_date_time: str | None = None
    recorded: str | None = None


class Encounter(Common):
    status: str | None = None
    type: RawConcepts = NOTHING
    subject: RawReference = NOTHING
    period: Period | None = None


class ActivityDetail(Element):
    code: RawConcept = NOTHING
    description: str | None = None


class Activity(Element):
    detail: ActivityDetail | None = None


class CarePlan(Common):
    status: str | None = None
    title: str | None = None
    description: str | None = None
    category: RawConcepts = NOTHING
    subject: RawReference = NOTHING
    period: Period | None = None
    created: str | None = None
    activity: list[Activity] = []


class Goal(Common):
    lifecycle_status: str | None = None
    description: RawConcept = NOTHING
    subject: RawReference = NOTHING
    start_date: str | None = None
    status_date: str | None = None


class FamilyCondition(Element):
    code: RawConcept = NOTHING


class FamilyMemberHistory(Common):
    status: str | None = None
    patient: RawReference = NOTHING
    date: str | None = None
    relationship: RawConcept = NOTHING
    condition: list[FamilyCondition] = []


class DocumentContent(Element):
    attachment: Attachment | None = None


class DocumentReference(Common):
    status: str | None = None
    type: RawConcept = NOTHING
    description: str | None = None
    subject: RawReference = NOTHING
    date: str | None = None
    content: list[DocumentContent] = []


class OutcomeIssue(Element):
    severity: str | None = None
    code: str | None = None


class OperationOutcome(Common):
    issue: list[OutcomeIssue] = []


class CapabilityStatement(Resource):
    fhir_version: str | None = None


class BundleLink(Element):
    relation: str | None = None


class Entry(Element):
    full_url: str | None = None
    resource: AnyResource | None = None


class Bundle(Resource):
    type: str | None = None
    fhir_version: str | None = None
    link: list[BundleLink] = []
    entry: list[Entry] = []


USED = (
    Patient, Condition, MedicationRequest, MedicationStatement, MedicationDispense, MedicationAdministration, Medication,
    AllergyIntolerance, Observation, DiagnosticReport, Procedure, Immunization, Encounter, CarePlan, Goal, FamilyMemberHistory,
    DocumentReference,
)  # fmt: skip
"""Types that facts are made of; every other type of R4 is counted and not decoded."""

if TYPE_CHECKING:
    AnyResource = Resource
else:
    _KNOWN = (*USED, OperationOutcome, CapabilityStatement, Bundle)
    _NAMES = {kind.__name__ for kind in _KNOWN}
    _REST = tuple(defstruct(name, [], bases=(Resource,), tag=name) for name in sorted(RESOURCE_TYPES - _NAMES))
    AnyResource = Union[(*_KNOWN, *_REST)]
