"""Values in canonical units, and everything that must not become one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from agent.fhir.read import Record
from scenarios.builders import observation
from tools.clinical.facts import Measurement
from tools.clinical.quantity import Quantity

AS_OF = date(2026, 11, 23)
WHEN = date(2026, 11, 1)
Read = Callable[..., Record]


def creatinine(value: Any = 1.4, unit: str | None = "mg/dL", **more: Any) -> dict[str, Any]:
    quantity = {"value": value} | ({"unit": unit, "code": unit} if unit is not None else {})
    return observation("serum-creatinine", None, when=WHEN, **({"valueQuantity": quantity} | more))


def measured(record: Record, name: str = "serum-creatinine") -> list[str]:
    return [str(m.quantity) for m in record.facts.measurements.get(name, ())]


def kinds(record: Record) -> list[str]:
    return [issue.kind for issue in record.facts.data_issues]


def test_a_value_has_date_reference_range_and_flag(read: Read) -> None:
    given = creatinine(
        1.4,
        interpretation=[{"coding": [{"code": "H"}]}],
        referenceRange=[{"low": {"value": 60, "unit": "umol/L"}, "high": {"value": 1.2, "unit": "mg/dL"}}],
    )
    (found,) = read(given).facts.measurements["serum-creatinine"]
    assert found.low is not None
    assert round(found.low, 2) == Decimal("0.68")
    expected = Measurement(
        "serum-creatinine", Quantity(Decimal("1.4"), "mg/dL"), WHEN, "Observation/observation-1", "H", found.low, Decimal("1.2")
    )
    assert found == expected


def test_the_range_that_is_not_the_normal_one_is_not_taken(read: Read) -> None:
    ranges = [{"low": {"value": 3}, "type": {"coding": [{"code": "treatment"}]}}, {"high": {"value": 1.2}}]
    (found,) = read(creatinine(1.4, referenceRange=ranges)).facts.measurements["serum-creatinine"]
    assert (found.low, found.high) == (None, Decimal("1.2"))


def test_decimals_stay_as_they_were_written(read: Read) -> None:
    (found,) = read(creatinine(1.40)).facts.measurements["serum-creatinine"]
    assert found.quantity == Quantity(Decimal("1.4"), "mg/dL")


def test_micromoles_are_turned_into_milligrams(read: Read) -> None:
    assert [round(Decimal(text.split()[0]), 2) for text in measured(read(creatinine(124, "umol/L")))] == [Decimal("1.40")]


def test_several_loinc_codes_are_one_observable(read: Read) -> None:
    codes = ["2160-0", "38483-4"]
    record = read(*(creatinine(1.4, code={"coding": [{"system": "http://loinc.org", "code": code}]}) for code in codes))
    assert measured(record) == ["1.4 mg/dL", "1.4 mg/dL"]


def test_the_printed_unit_is_tried_where_the_code_is_none(read: Read) -> None:
    assert measured(read(creatinine(valueQuantity={"value": 1.4, "unit": "mg/dL", "code": "258797006"}))) == ["1.4 mg/dL"]


@pytest.mark.parametrize("unit", ["mmol/mol", "furlong", None])
def test_a_unit_that_is_unknown_missing_or_of_another_kind_is_never_guessed(read: Read, unit: str | None) -> None:
    record = read(creatinine(1.4, unit))
    assert measured(record) == []
    assert kinds(record) == ["unit"]
    assert [line.entry for line in record.set_aside] == ["entry[1]"]


@pytest.mark.parametrize("value", [88, -1, 0])
def test_a_value_that_cannot_be_is_said_and_not_used(read: Read, value: int) -> None:
    record = read(creatinine(value))
    assert (measured(record), kinds(record)) == ([], ["implausible"])


def test_a_bound_is_no_value(read: Read) -> None:
    record = read(creatinine(valueQuantity={"value": 1.4, "comparator": ">", "unit": "mg/dL", "code": "mg/dL"}))
    assert measured(record) == []
    assert [line.reason for line in record.set_aside] == ["serum-creatinine: the value is a bound, not a number"]


@pytest.mark.parametrize(
    ("status", "values", "issues"),
    [
        ("final", 1, []),
        ("amended", 1, []),
        ("corrected", 1, []),
        ("preliminary", 1, ["status"]),
        ("unknown", 1, ["status"]),
        ("registered", 0, []),
        ("cancelled", 0, []),
        ("entered-in-error", 0, []),
    ],
)
def test_the_status_of_an_observation_decides(read: Read, status: str, values: int, issues: list[str]) -> None:
    record = read(creatinine(status=status))
    assert (len(measured(record)), kinds(record)) == (values, issues)


def test_a_reason_for_absence_is_no_value(read: Read) -> None:
    record = read(creatinine(valueQuantity=None, dataAbsentReason={"coding": [{"code": "error"}]}))
    assert [line.reason for line in record.set_aside] == ["no value: the record says why (dataAbsentReason)"]


def test_a_value_beside_the_reason_why_there_is_none_is_not_used(read: Read) -> None:
    record = read(creatinine(dataAbsentReason={"coding": [{"code": "error"}]}))
    assert (measured(record), kinds(record)) == ([], ["contradiction"])
    assert [line.reason for line in record.set_aside] == ["a value, and the reason why there is none (dataAbsentReason)"]


def test_a_value_without_a_date_is_no_fact(read: Read) -> None:
    record = read(creatinine(effectiveDateTime=None))
    assert (measured(record), len(record.set_aside)) == ([], 1)


def test_the_newest_value_comes_first(read: Read) -> None:
    record = read(creatinine(1.1, effectiveDateTime="2020-01-01"), creatinine(1.3, effectiveDateTime="2026-01-01T08:00:00+01:00"))
    assert measured(record) == ["1.3 mg/dL", "1.1 mg/dL"]


@pytest.mark.parametrize("panel", ["85354-9", "55284-4"])
def test_blood_pressure_is_read_from_components(read: Read, panel: str) -> None:
    def part(code: str, value: int) -> dict[str, Any]:
        return {
            "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
            "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"},
        }

    whole = {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": "2026-11-01",
        "code": {"coding": [{"system": "http://loinc.org", "code": panel}]},
        "component": [part("8480-6", 152), part("8462-4", 88)],
    }
    record = read(whole)
    assert (measured(record, "systolic-bp"), measured(record, "diastolic-bp")) == (["152 mm[Hg]"], ["88 mm[Hg]"])


def smoking(code: str, when: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": when,
        "code": {"coding": [{"system": "http://loinc.org", "code": "72166-2"}]},
        "valueCodeableConcept": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
    }


def test_a_smoker_smokes_until_a_newer_answer_says_otherwise(read: Read) -> None:
    smoker, never = smoking("449868002", "2020-01-01"), smoking("266919005", "2026-01-01")
    assert read(smoker).facts.problem("smoking-current") == ("Observation/observation-1",)
    assert read(never).facts.problem("smoking-current") == ()
    assert read(smoker, never).facts.problem("smoking-current") == ()
    assert read(never, smoker).facts.problem("smoking-current") == ()


def test_a_coded_answer_to_another_question_is_no_problem_of_the_patient(read: Read) -> None:
    family = smoking("449868002", "2026-01-01") | {"code": {"coding": [{"system": "http://loinc.org", "code": "10157-6"}]}}
    assert read(family).facts.problems == ()


def test_a_code_that_no_observable_has_is_counted_as_unread(read: Read) -> None:
    record = read(creatinine(code={"coding": [{"system": "http://loinc.org", "code": "0000-0"}]}))
    assert (record.unread, record.set_aside) == (1, ())


def status(code: str, answer: str, when: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": when,
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueCodeableConcept": {"coding": [{"code": answer}]},
    }


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([], "unknown"),
        ([("82810-3", "77386006", "2026-11-01")], "pregnant"),
        ([("82810-3", "77386006", "2026-01-27")], "pregnant"),
        ([("82810-3", "77386006", "2026-01-26")], "unknown"),
        ([("82810-3", "60001007", "2026-11-01")], "none"),
        ([("82810-3", "60001007", "2026-10-01")], "unknown"),
        ([("11449-6", "LA15173-0", "2026-08-01"), ("11449-6", "LA26683-5", "2026-11-01")], "none"),
        ([("82810-3", "152231000119106", "2026-11-01")], "possible"),
        ([("86645-9", "LA26438-4", "2026-11-01")], "planning"),
        ([("63895-7", "LA29252-6", "2026-11-01")], "lactating"),
        ([("63895-7", "LA29253-4", "2026-11-01")], "unknown"),
        ([("63895-7", "LA29252-6", "2026-10-01"), ("82810-3", "60001007", "2026-11-01")], "lactating"),
        ([("82810-3", "77386006", "2026-02-01"), ("63895-7", "LA29252-6", "2026-11-01")], "lactating"),
        ([("82810-3", "77386006", "2026-09-01"), ("82810-3", "261665006", "2026-11-01")], "pregnant"),
    ],
)
def test_pregnancy_is_the_newest_statement_that_still_holds(read: Read, observations: list[tuple[str, str, str]], expected: str) -> None:
    assert read(*(status(*given) for given in observations)).facts.pregnancy == expected


@pytest.mark.parametrize(
    ("code", "onset", "expected"),
    [("Z31.69", "2026-11-01", "planning"), ("Z31.69", "2025-06-01", "unknown"), ("Z31.61", "2026-11-01", "unknown")],
)
def test_advice_before_conception_is_a_planned_pregnancy_for_a_year(read: Read, code: str, onset: str, expected: str) -> None:
    given = {
        "resourceType": "Condition",
        "id": "advice",
        "clinicalStatus": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]},
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": code}]},
        "onsetDateTime": onset,
    }
    assert read(given).facts.pregnancy == expected


@pytest.mark.parametrize(
    ("due", "expected"), [("2027-03-01", "pregnant"), ("2026-11-09", "pregnant"), ("2026-11-08", "unknown"), ("9999-12-31", "unknown")]
)
def test_an_expected_date_of_delivery_is_a_pregnancy_until_two_weeks_after(read: Read, due: str, expected: str) -> None:
    given = {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": "2026-06-01",
        "code": {"coding": [{"system": "http://loinc.org", "code": "11778-8"}]},
        "valueDateTime": due,
    }
    assert read(given).facts.pregnancy == expected


def gene(code: str, answer: str, component: str | None = None, display: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "effectiveDateTime": "2026-01-01",
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]},
        "valueCodeableConcept": {"coding": [{"display": answer, "code": "x"}]},
    }
    if component:
        found["component"] = [
            {"code": {"coding": [{"code": "48018-6"}]}, "valueCodeableConcept": {"coding": [{"code": "HGNC:0", "display": component}]}}
        ]
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (gene("79714-2", "Poor metabolizer"), {"CYP2C19": "poor"}),
        (gene("53040-2", "Ultrarapid metabolizer", "CYP2D6"), {"CYP2D6": "ultrarapid"}),
        (gene("84413-4", "CYP2C9 *2/*3"), {"CYP2C9": "poor"}),
        (gene("84413-4", "*1/*2", "CYP2C19"), {"CYP2C19": "intermediate"}),
        (gene("84413-4", "A/G", "VKORC1"), {"VKORC1": "intermediate-sensitivity"}),
        (gene("53040-2", "HLA-B*57:01 positive", "HLA-B"), {"HLA-B*57:01": "positive"}),
        (gene("53040-2", "HLA-B*57:01 detected", "HLA-B"), {"HLA-B*57:01": "positive"}),
        (gene("53040-2", "HLA-B*57:01 not detected", "HLA-B"), {"HLA-B*57:01": "negative"}),
        (gene("53040-2", "No HLA-B*57:01 found", "HLA-B"), {"HLA-B*57:01": "negative"}),
        (gene("84413-4", "HLA-B*08:01/HLA-B*57:01", "HLA-B"), {"HLA-B*08:01": "positive", "HLA-B*57:01": "positive"}),
        (gene("53040-2", "HLA-B*57:01 negative, HLA-B*15:02 positive", "HLA-B"), {}),
        (gene("53040-2", "HLA-B*57:01 pending", "HLA-B"), {}),
        (gene("53040-2", "Decreased function", "SLCO1B1"), {"SLCO1B1": "decreased"}),
        (gene("84413-4", "EGFR *9/*9"), {"EGFR": "*9/*9"}),
        (gene("53040-2", "Poor metabolizer"), {}),
        (gene("79714-2", "No result"), {}),
        (gene("79716-7", "Poor metabolizer", display="CYP2C19 phenotype"), {}),
    ],
)
def test_genes_are_called_as_reported_and_never_guessed(read: Read, given: dict[str, Any], expected: dict[str, str]) -> None:
    assert read(given).facts.phenotypes == expected


def test_a_phenotype_goes_before_a_diplotype(read: Read) -> None:
    agreeing = read(gene("79714-2", "Poor metabolizer"), gene("84413-4", "CYP2C19 *2/*3")).facts
    assert (agreeing.phenotypes, agreeing.diplotypes) == ({"CYP2C19": "poor"}, {"CYP2C19": "*2/*3"})
    contrary = read(gene("79714-2", "Poor metabolizer"), gene("84413-4", "CYP2C19 *1/*2")).facts
    assert (contrary.phenotypes, contrary.diplotypes) == ({"CYP2C19": "poor"}, {})


def test_both_alleles_stand_beside_what_they_mean(read: Read) -> None:
    facts = read(gene("84413-4", "CYP2C9 *2/*3"), gene("84413-4", "A/G", "VKORC1") | {"id": "other"}).facts
    assert facts.phenotypes == {"CYP2C9": "poor", "VKORC1": "intermediate-sensitivity"}
    assert facts.diplotypes == {"CYP2C9": "*2/*3", "VKORC1": "A/G"}
