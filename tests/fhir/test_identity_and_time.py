"""One patient, at one date: nothing of anybody else, nothing from later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from agent.errors import RecordError
from agent.fhir.read import Record, patients_in, read_bundle
from scenarios.builders import bundle, condition, immunization, medication, observation, patient, procedure

AS_OF = date(2026, 11, 23)
Read = Callable[..., Record]


def entries(*resources: dict[str, Any]) -> bytes:
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources]})


def test_age_is_counted_at_as_of(read: Read) -> None:
    person = patient(born=date(1966, 11, 23))
    assert [read(as_of=day, person=person).facts.age for day in (date(2026, 11, 22), AS_OF)] == [59, 60]


def test_the_builder_makes_the_age_that_is_asked_for(read: Read) -> None:
    days = [date(2026, 1, 1), date(2024, 2, 29), date(2026, 11, 30)]
    assert [read(as_of=day, person=patient(age=67, as_of=day)).facts.age for day in days] == [67, 67, 67]


@pytest.mark.parametrize(
    ("gender", "sex"), [("female", "female"), ("male", "male"), ("other", None), ("unknown", None), (None, None), ("M", None)]
)
def test_sex_is_recorded_gender(read: Read, gender: str | None, sex: str | None) -> None:
    assert read(person=patient(sex=gender)).facts.sex == sex


def test_gender_and_birth_sex_that_differ_are_asked_about(read: Read) -> None:
    birth_sex = {"url": "http://hl7.org/fhir/us/core/StructureDefinition/us-core-birthsex", "valueCode": "M"}
    record = read(person=patient(sex="female") | {"extension": [birth_sex]})
    assert record.facts.sex is None
    assert [issue.kind for issue in record.facts.data_issues] == ["contradiction"]
    assert read(person=patient(sex=None) | {"extension": [birth_sex]}).facts.sex == "male"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({}, False),
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedDateTime": "2026-11-23"}, date(2026, 11, 23)),
        ({"deceasedDateTime": "2026-11-24"}, False),
    ],
)
def test_death_counts_on_or_before_as_of(read: Read, field: dict[str, Any], expected: date | bool) -> None:
    assert read(person=patient() | field).facts.deceased == expected


def test_the_age_of_somebody_who_died_is_the_age_at_death(read: Read) -> None:
    died = patient(born=date(1942, 5, 1)) | {"deceasedDateTime": "1952-05-01"}
    assert read(person=died).facts.age == 10


def test_a_birth_after_as_of_is_refused() -> None:
    with pytest.raises(RecordError, match=r"Patient\.birthDate lies after 2026-11-23"):
        read_bundle(orjson.dumps(bundle(patient(born=date(2026, 11, 24)))), AS_OF)


def test_a_partial_birth_date_is_said_to_be_partial(read: Read) -> None:
    record = read(person=patient() | {"birthDate": "1966"})
    assert (record.facts.birth_date, [issue.kind for issue in record.facts.data_issues]) == (date(1966, 1, 1), ["identity"])


def test_someone_of_140_years_has_no_age(read: Read) -> None:
    record = read(person=patient(born=date(1886, 1, 1)))
    assert (record.facts.age, [issue.kind for issue in record.facts.data_issues]) == (None, ["implausible"])


def test_nothing_dated_after_as_of_counts_and_each_is_listed(read: Read) -> None:
    later = date(2026, 11, 24)
    given = [
        condition("hypertension", onset=later),
        medication("lisinopril 10 MG Oral Tablet", ordered=later),
        observation("serum-potassium", "4.1 mmol/L", when=later),
        procedure("Appendectomy", later),
        immunization("Influenza vaccine", later),
    ]
    record = read(*given)
    facts = record.facts
    assert (facts.problems, facts.medications, dict(facts.measurements), facts.events) == ((), (), {}, ())
    assert [line.reason for line in record.set_aside] == ["dated 2026-11-24, after 2026-11-23"] * 5
    assert [issue.kind for issue in facts.data_issues] == ["future"]
    assert read(*given, as_of=later).set_aside == ()


def test_the_last_entry_is_the_newest_date_that_is_used(read: Read) -> None:
    record = read(
        observation("serum-potassium", "4.1 mmol/L", when=date(2019, 5, 1)),
        observation("serum-potassium", "4.1 mmol/L", when=date(2027, 5, 1)),
    )
    assert record.last_entry == date(2019, 5, 1)


def test_no_patient_is_refused_and_two_are_a_question() -> None:
    with pytest.raises(RecordError, match="no patient"):
        read_bundle(entries(condition("hypertension")), AS_OF)
    two = entries({"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"})
    with pytest.raises(RecordError, match=r"holds 2 patients \('a', 'b'\), the second in entry\[1\]"):
        read_bundle(two, AS_OF)
    assert patients_in(two) == ("a", "b")
    assert read_bundle(two, AS_OF, "b").facts.reference == "Patient/b"
    with pytest.raises(RecordError, match="no Patient with the id 'c'"):
        read_bundle(two, AS_OF, "c")


def test_of_several_patients_only_the_chosen_one_is_read() -> None:
    mine = condition("hypertension") | {"id": "1", "subject": {"reference": "Patient/a"}}
    other = condition("asthma") | {"id": "2", "subject": {"reference": "Patient/b"}}
    record = read_bundle(entries({"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"}, mine, other), AS_OF, "a")
    assert [problem.reference for problem in record.facts.problems] == ["Condition/1"]
    assert (record.used, record.unread, record.set_aside, record.patients) == (2, 2, (), ("a", "b"))


@pytest.mark.parametrize(
    ("subject", "used"),
    [
        ({"reference": "Patient/a"}, True),
        ({"reference": "urn:uuid:a"}, True),
        ({"reference": "https://example.org/fhir/Patient/a"}, True),
        ({"reference": "Patient/a/_history/3"}, True),
        ({"identifier": {"system": "s", "value": "1"}}, True),
        (None, True),
        ({"reference": "Patient/z"}, False),
        ({"reference": "Group/a"}, False),
        ({"reference": "#a"}, False),
        ({"identifier": {"system": "s", "value": "2"}}, False),
    ],
)
def test_whose_a_resource_is(subject: dict[str, Any] | None, used: bool) -> None:
    person = {"resourceType": "Patient", "id": "a", "identifier": [{"system": "s", "value": "1"}]}
    given = condition("hypertension") | ({"subject": subject} if subject else {})
    record = read_bundle(entries(person, given), AS_OF)
    assert (len(record.facts.problems), len(record.set_aside)) == ((1, 0) if used else (0, 1))


def test_of_two_versions_of_a_resource_the_newer_counts() -> None:
    old = condition("asthma") | {"id": "1", "meta": {"lastUpdated": "2020-01-01T00:00:00Z"}}
    new = condition("hypertension") | {"id": "1", "meta": {"lastUpdated": "2021-01-01T00:00:00Z"}}
    person = {"resourceType": "Patient", "id": "a"}
    for first, second in ((old, new), (new, old)):
        record = read_bundle(entries(person, first, second), AS_OF)
        assert [problem.text for problem in record.facts.problems] == ["hypertension"]
        assert ["counts" in line.reason for line in record.set_aside] == [True]


def test_a_patient_in_two_versions_is_one_patient() -> None:
    record = read_bundle(
        entries({"resourceType": "Patient", "id": "a", "gender": "male"}, {"resourceType": "Patient", "id": "a", "gender": "female"}), AS_OF
    )
    assert (record.facts.sex, len(record.set_aside)) == ("female", 1)


def test_the_same_bytes_give_the_same_record() -> None:
    data = orjson.dumps(
        bundle(
            patient(born=date(1966, 3, 1)), condition("hypertension"), medication("lisinopril 10 MG Oral Tablet", ordered=date(2026, 1, 1))
        )
    )
    assert read_bundle(data, AS_OF) == read_bundle(data, AS_OF)
    assert read_bundle(data, AS_OF).digest.startswith("sha256:")


def test_a_space_lost_inside_a_reference_makes_nobody_else(read: Read) -> None:
    given = {**condition("hypertension"), "subject": {"reference": "Patient/pat  ient-1"}}
    assert len(read(given).facts.problems) == 1
