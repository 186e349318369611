"""R4 resources as far as they are read: only the fields that something is made of; all others are skipped without decoding.

Nothing here interprets; absent is `None` or empty. A field of another release stands here so that the release can be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Union

from msgspec import Raw, Struct, defstruct, field

from agent.fhir import elements as el
from agent.fhir.elements import NOTHING, Element, RawConcept, RawConcepts, RawRanges, RawReference
from agent.fhir.systems import RESOURCE_TYPES


class Resource(Struct, rename="camel", tag_field="resourceType", tag=True, gc=False):
    """Base of all resource types; told apart by `resourceType`."""


class Common(Resource):
    """What every resource that is read may carry."""

    id: str | None = None
    meta: Raw = NOTHING
    modifier_extension: Raw = NOTHING
    implicit_rules: str | None = None


class Patient(Common):
    active: bool | None = None
    identifier: list[el.Identifier] = []
    extension: list[el.Extension] = []
    link: list[el.PatientLink] = []
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
    onset_period: el.Period | None = None
    onset_age: el.Quantity | None = None
    abatement_date_time: str | None = None
    abatement_period: el.Period | None = None
    abatement_age: el.Quantity | None = None
    abatement_string: str | None = None
    abatement_range: el.Range | None = None
    recorded_date: str | None = None
    patient: RawReference = NOTHING  # DSTU2


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
    dosage_instruction: list[el.Dosage] = []
    dispense_request: el.DispenseRequest | None = None
    reported_boolean: bool | None = None
    reason_code: RawConcepts = NOTHING


class MedicationStatement(Medicine):
    effective_date_time: str | None = None
    effective_period: el.Period | None = None
    date_asserted: str | None = None
    reason_code: RawConcepts = NOTHING
    dosage: list[el.Dosage] = []


class MedicationDispense(Medicine):
    when_prepared: str | None = None
    when_handed_over: str | None = None
    quantity: el.Quantity | None = None
    days_supply: el.Quantity | None = None
    dosage_instruction: list[el.Dosage] = []


class MedicationAdministration(Medicine):
    effective_date_time: str | None = None
    effective_period: el.Period | None = None


class Medication(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    form: RawConcept = NOTHING
    ingredient: list[el.MedicationIngredient] = []


class AllergyIntolerance(Common):
    clinical_status: RawConcept = NOTHING
    verification_status: RawConcept = NOTHING
    type: str | None = None
    criticality: str | None = None
    code: RawConcept = NOTHING
    patient: RawReference = NOTHING
    onset_date_time: str | None = None
    recorded_date: str | None = None
    substance: Raw = NOTHING  # DSTU2
    reaction: list[el.Reaction] = []
    note: Raw = NOTHING


class Observation(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    effective_date_time: str | None = None
    effective_period: el.Period | None = None
    effective_instant: str | None = None
    issued: str | None = None
    value_quantity: el.Quantity | None = None
    value_codeable_concept: RawConcept = NOTHING
    value_string: str | None = None
    value_integer: int | None = None
    value_date_time: str | None = None
    data_absent_reason: RawConcept = NOTHING
    interpretation: RawConcepts = NOTHING
    reference_range: RawRanges = NOTHING
    component: list[el.ObservationComponent] = []


class DiagnosticReport(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    effective_date_time: str | None = None
    effective_period: el.Period | None = None
    issued: str | None = None
    conclusion: str | None = None
    conclusion_code: RawConcepts = NOTHING
    presented_form: list[el.Attachment] = []
    contained: list[Raw] = []


class Procedure(Common):
    status: str | None = None
    code: RawConcept = NOTHING
    subject: RawReference = NOTHING
    performed_date_time: str | None = None
    performed_period: el.Period | None = None


class Immunization(Common):
    status: str | None = None
    vaccine_code: RawConcept = NOTHING
    patient: RawReference = NOTHING
    occurrence_date_time: str | None = None
    recorded: str | None = None
    is_subpotent: bool | None = None


class Encounter(Common):
    status: str | None = None
    class_: RawConcept = field(default=NOTHING, name="class")
    type: RawConcepts = NOTHING
    reason_code: RawConcepts = NOTHING
    hospitalization: el.Hospitalization | None = None
    subject: RawReference = NOTHING
    period: el.Period | None = None
    actual_period: Raw = NOTHING  # R5


class Request(Common):
    """What an order of a service and of a device share."""

    status: str | None = None
    intent: str | None = None
    do_not_perform: bool | None = None
    subject: RawReference = NOTHING
    authored_on: str | None = None
    occurrence_date_time: str | None = None
    occurrence_period: el.Period | None = None


class ServiceRequest(Request):
    code: RawConcept = NOTHING


class DeviceRequest(Request):
    code_codeable_concept: RawConcept = NOTHING


class AdverseEvent(Common):
    actuality: str | None = None
    event: RawConcept = NOTHING
    subject: RawReference = NOTHING
    date: str | None = None
    recorded_date: str | None = None
    suspect_entity: list[el.SuspectEntity] = []


class CarePlan(Common):
    status: str | None = None
    title: str | None = None
    description: str | None = None
    category: RawConcepts = NOTHING
    subject: RawReference = NOTHING
    period: el.Period | None = None
    created: str | None = None
    activity: list[el.Activity] = []


class Goal(Common):
    lifecycle_status: str | None = None
    description: RawConcept = NOTHING
    subject: RawReference = NOTHING
    start_date: str | None = None
    status_date: str | None = None


class FamilyMemberHistory(Common):
    status: str | None = None
    patient: RawReference = NOTHING
    date: str | None = None
    relationship: RawConcept = NOTHING
    condition: list[el.FamilyCondition] = []


class DocumentReference(Common):
    status: str | None = None
    type: RawConcept = NOTHING
    description: str | None = None
    subject: RawReference = NOTHING
    date: str | None = None
    content: list[el.DocumentContent] = []


class OperationOutcome(Common):
    issue: list[el.OutcomeIssue] = []


class CapabilityStatement(Resource):
    fhir_version: str | None = None


class Entry(Element):
    full_url: str | None = None
    resource: AnyResource | None = None


class Bundle(Resource):
    type: str | None = None
    fhir_version: str | None = None
    link: list[el.BundleLink] = []
    entry: list[Entry] = []


USED = (
    Patient, Condition, MedicationRequest, MedicationStatement, MedicationDispense, MedicationAdministration, Medication,
    AllergyIntolerance, Observation, DiagnosticReport, Procedure, Immunization, Encounter, CarePlan, Goal, FamilyMemberHistory,
    DocumentReference, ServiceRequest, DeviceRequest, AdverseEvent,
)  # fmt: skip
"""Types that facts are made of; every other type of R4 is counted and not decoded."""

if TYPE_CHECKING:
    AnyResource = Resource
else:
    _KNOWN = (*USED, OperationOutcome, CapabilityStatement, Bundle)
    _NAMES = {kind.__name__ for kind in _KNOWN}
    _REST = tuple(defstruct(name, [], bases=(Resource,), tag=name) for name in sorted(RESOURCE_TYPES - _NAMES))
    AnyResource = Union[(*_KNOWN, *_REST)]
