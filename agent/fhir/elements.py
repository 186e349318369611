"""Datatypes and backbone elements of R4, as far as they are read.

Numbers are `Decimal` as written (7.10 stays 7.10). Nothing here interprets; absent is `None` or empty.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Raw, Struct

NOTHING = Raw(b"")

RawConcept = Raw
"""A CodeableConcept as it stands in the record: the same bytes come again and again and are understood once (`agent.fhir.concepts`)."""
RawConcepts = Raw
RawReference = Raw
RawRanges = Raw


class Element(Struct, rename="camel", gc=False):
    """Base of all datatypes."""


class Meta(Element):
    last_updated: str | None = None


class Coding(Element):
    system: str | None = None
    code: str | None = None
    display: str | None = None


class Extension(Element):
    url: str | None = None
    value_code: str | None = None
    value_boolean: bool | None = None
    value_coding: Coding | None = None
    extension: list[Extension] = []


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
    system: str | None = None
    code: str | None = None


class Range(Element):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Element):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class PatientLink(Element):
    type: str | None = None


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
    modifier_extension: Raw = NOTHING
    sequence: int | None = None
    text: str | None = None
    patient_instruction: str | None = None
    timing: Timing | None = None
    as_needed_boolean: bool | None = None
    as_needed_codeable_concept: Concept | None = None
    route: Concept | None = None
    dose_and_rate: list[DoseAndRate] = []


class DispenseRequest(Element):
    validity_period: Period | None = None
    number_of_repeats_allowed: int | None = None
    quantity: Quantity | None = None
    expected_supply_duration: Quantity | None = None


class MedicationIngredient(Element):
    item_codeable_concept: RawConcept = NOTHING
    is_active: bool | None = None
    strength: Ratio | None = None


class Annotation(Element):
    text: str | None = None


class Reaction(Element):
    modifier_extension: Raw = NOTHING
    substance: RawConcept = NOTHING
    manifestation: RawConcepts = NOTHING


class SuspectEntity(Element):
    instance: RawReference = NOTHING


class ObservationComponent(Element):
    modifier_extension: Raw = NOTHING
    code: RawConcept = NOTHING
    value_quantity: Quantity | None = None
    value_codeable_concept: RawConcept = NOTHING
    value_string: str | None = None
    value_integer: int | None = None
    data_absent_reason: RawConcept = NOTHING
    interpretation: RawConcepts = NOTHING
    reference_range: RawRanges = NOTHING


class ActivityDetail(Element):
    do_not_perform: bool | None = None
    code: RawConcept = NOTHING
    description: str | None = None


class Activity(Element):
    detail: ActivityDetail | None = None


class FamilyCondition(Element):
    modifier_extension: Raw = NOTHING
    code: RawConcept = NOTHING
    onset_age: Quantity | None = None


class Hospitalization(Element):
    discharge_disposition: RawConcept = NOTHING


class DocumentContent(Element):
    attachment: Attachment | None = None


class OutcomeIssue(Element):
    severity: str | None = None
    expression: list[str] = []


class BundleLink(Element):
    relation: str | None = None
