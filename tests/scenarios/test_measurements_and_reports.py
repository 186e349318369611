"""Measurements and coded conclusions of reports decide, as they come on the wire: QTc, ejection fraction, spirometry, density, imaging."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import orjson
import pytest

from agent.planning import make_plan
from tools.clinical.plan import Plan

AS_OF = date(2026, 11, 1)
HEART_FAILURE, COPD, OSTEOPOROSIS = "84114007", "13645005", "64859006"
EMBOLISM, AORTIC_ANEURYSM, NODULE, HYDRONEPHROSIS = "59282003", "233985008", "427359005", "43064006"


def ago(days: int) -> str:
    return (AS_OF - timedelta(days=days)).isoformat()


def measured(code: str, value: float, unit: str, days: int = 2) -> dict[str, Any]:
    """An observation by its LOINC code."""
    return {
        "resourceType": "Observation", "id": f"o-{code}", "status": "final", "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "subject": {"reference": "Patient/p"}, "effectiveDateTime": ago(days),
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }  # fmt: skip


def reported(concluded: str, days: int = 2, status: str = "final") -> dict[str, Any]:
    """An imaging report with a coded conclusion."""
    return {
        "resourceType": "DiagnosticReport", "id": "d", "status": status, "code": {"text": "CT"}, "subject": {"reference": "Patient/p"},
        "effectiveDateTime": ago(days), "conclusionCode": [{"coding": [{"system": "http://snomed.info/sct", "code": concluded}]}],
    }  # fmt: skip


def listed(code: str) -> dict[str, Any]:
    """A problem of the problem list."""
    return {
        "resourceType": "Condition", "id": f"c-{code}", "code": {"coding": [{"system": "http://snomed.info/sct", "code": code}]},
        "subject": {"reference": "Patient/p"}, "onsetDateTime": "2020-01-01",
    }  # fmt: skip


def plan(*resources: dict[str, Any]) -> Plan:
    person = {"resourceType": "Patient", "id": "p", "gender": "male", "birthDate": "1960-01-01"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in (person, *resources)]}
    return make_plan(orjson.dumps(bundle), AS_OF)


def said(found: Plan) -> set[str]:
    return {f"{item.action} {item.subject.text}" for item in found.items}


def asked(found: Plan) -> set[str]:
    """What is asked because of the record; tobacco is asked of everybody."""
    return {question.about for question in found.questions} - {"Tobacco smoking status"}


@pytest.mark.parametrize("code", ["8636-3", "44974-4", "76634-5", "76635-2"])
@pytest.mark.parametrize(("length", "urgency"), [(499, "routine"), (500, "same-day")])
def test_a_long_corrected_qt_is_a_matter_of_today_by_whatever_formula(code: str, length: int, urgency: str) -> None:
    assert plan(measured(code, length, "ms")).disposition.urgency == urgency


def test_the_formula_of_a_corrected_qt_is_named() -> None:
    found = plan(measured("8634-8", 460, "ms"), measured("8867-4", 90, "/min"))
    assert [(c.name, c.value) for c in found.calculations] == [("qtc-fridericia", "526.6")]
    assert found.disposition.urgency == "same-day"


def test_fridericia_goes_before_bazett() -> None:
    assert plan(measured("76635-2", 515, "ms"), measured("76634-5", 480, "ms")).disposition.urgency == "routine"


def test_a_long_qt_with_a_fainting_is_an_emergency() -> None:
    syncope = listed("271594007") | {"onsetDateTime": ago(1)}
    assert plan(measured("8636-3", 510, "ms"), syncope).disposition.route == "escalate"


READY = (
    measured("2160-0", 0.9, "mg/dL"), measured("2823-3", 4.2, "mmol/L"), measured("8480-6", 128, "mm[Hg]"), measured("8867-4", 74, "/min"),
    measured("29463-7", 80, "kg"),
)  # fmt: skip


@pytest.mark.parametrize("code", ["10230-1", "8806-2", "18043-0"])
@pytest.mark.parametrize(("fraction", "begins"), [(40, True), (41, False)])
def test_the_ejection_fraction_chooses_the_treatment_of_heart_failure(code: str, fraction: int, begins: bool) -> None:
    found = said(plan(listed(HEART_FAILURE), *READY, measured(code, fraction, "%", 90)))
    assert ("counsel four drug classes of heart failure" in found) is begins


def test_heart_failure_without_an_echocardiogram_asks_for_one() -> None:
    assert "order echocardiogram" in said(plan(listed(HEART_FAILURE), *READY))


@pytest.mark.parametrize(("ratio", "begins"), [(69, True), (70, False)])
def test_copd_without_obstruction_begins_no_further_inhaler(ratio: int, begins: bool) -> None:
    found = plan(listed(COPD), measured("19926-5", ratio, "%", 60))
    assert ("start tiotropium" in said(found), "COPD diagnosis without obstruction" in asked(found)) == (begins, not begins)


@pytest.mark.parametrize(("score", "follows"), [(-2.5, True), (-2.4, False)])
def test_a_low_density_without_a_diagnosis_is_followed(score: float, follows: bool) -> None:
    assert ("order Calcium" in said(plan(measured("80948-3", score, "{T-score}", 60)))) is follows


def test_osteoporosis_without_a_density_asks_for_one() -> None:
    assert "order bone density scan" in said(plan(listed(OSTEOPOROSIS), *READY))


@pytest.mark.parametrize(("days", "urgency"), [(14, "same-day"), (15, "routine")])
def test_an_embolism_in_a_report_is_a_matter_of_today(days: int, urgency: str) -> None:
    assert plan(reported(EMBOLISM, days)).disposition.urgency == urgency


def test_an_embolism_that_is_listed_is_not_told_twice() -> None:
    assert "refer same day assessment" not in said(plan(reported(EMBOLISM), listed(EMBOLISM)))


def test_a_finding_of_a_report_is_asked_and_not_listed() -> None:
    found = plan(reported(AORTIC_ANEURYSM))
    assert asked(found) == {"aneurysm of the report"}
    assert found.problems == ()


@pytest.mark.parametrize(("size", "refers"), [(5.5, True), (5.4, False)])
def test_the_size_of_an_aneurysm_decides_on_surgery(size: float, refers: bool) -> None:
    diameter = measured("x", size, "cm") | {"code": {"text": "aortic diameter"}}
    assert ("refer vascular surgery" in said(plan(listed(AORTIC_ANEURYSM), diameter))) is refers


def test_a_nodule_in_a_report_is_asked_for_its_size() -> None:
    assert "size and kind of the nodule" in asked(plan(reported(NODULE)))


def test_a_dammed_up_kidney_in_a_report_goes_to_urology() -> None:
    assert {"refer urology", "order Creatinine"} <= said(plan(reported(HYDRONEPHROSIS)))


def test_a_cancelled_report_says_nothing() -> None:
    assert asked(plan(reported(AORTIC_ANEURYSM, status="cancelled"))) == set()
