"""Which orders count as taken: status, age, validity, supply, and orders of one product merged."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from agent.fhir.read import Record
from scenarios.builders import medication
from tools.clinical.quantity import Quantity

AS_OF = date(2026, 11, 23)
Read = Callable[..., Record]


def ago(days: int) -> date:
    return AS_OF - timedelta(days=days)


def order(days: int, text: str = "lisinopril 10 MG Oral Tablet", **more: Any) -> dict[str, Any]:
    return medication(text, ordered=ago(days), **more)


def currency(record: Record) -> list[str]:
    return [use.currency for use in record.facts.medications]


def reasons(record: Record) -> list[str]:
    return [line.reason for line in record.set_aside]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", ["current"]),
        ("on-hold", ["uncertain"]),
        ("unknown", ["uncertain"]),
        ("stopped", ["old"]),
        ("completed", ["old"]),
        ("cancelled", ["old"]),
        ("draft", []),
        ("entered-in-error", []),
    ],
)
def test_the_status_of_an_order_decides(read: Read, status: str, expected: list[str]) -> None:
    assert currency(read(order(30, status=status))) == expected


@pytest.mark.parametrize("status", [None, "ACTIVE", "current"])
def test_a_status_that_r4_does_not_know_is_asked_about(read: Read, status: str | None) -> None:
    record = read(order(30) | {"status": status})
    assert currency(record) == ["uncertain"]
    assert [issue.kind for issue in record.facts.data_issues] == ["status"]


@pytest.mark.parametrize(("days", "expected"), [(365, "current"), (366, "uncertain"), (4000, "uncertain")])
def test_an_open_order_is_uncertain_after_365_days(read: Read, days: int, expected: str) -> None:
    assert currency(read(order(days))) == [expected]


def test_an_order_without_a_date_is_uncertain(read: Read) -> None:
    assert currency(read(medication("lisinopril 10 MG Oral Tablet"))) == ["uncertain"]


@pytest.mark.parametrize(("ended", "expected"), [(1, "old"), (0, "current"), (-200, "current"), (-2_900_000, "current")])
def test_a_validity_period_ends_an_order_and_keeps_an_old_one(read: Read, ended: int, expected: str) -> None:
    assert currency(read(order(500, until=ago(ended)))) == [expected]


@pytest.mark.parametrize(("written", "expected"), [(180, "current"), (270, "current"), (271, "uncertain")])
def test_supply_covers_duration_times_fills_and_90_days(read: Read, written: int, expected: str) -> None:
    supply = {"expectedSupplyDuration": {"value": 30, "unit": "d", "code": "d"}, "numberOfRepeatsAllowed": 5}
    assert currency(read(order(written, dispenseRequest=supply))) == [expected]


@pytest.mark.parametrize(("written", "expected"), [(10, "current"), (11, "old")])
def test_a_course_of_ten_days_is_over_on_the_eleventh(read: Read, written: int, expected: str) -> None:
    repeat = {"boundsDuration": {"value": 10, "code": "d"}, "frequency": 3, "period": 1, "periodUnit": "d"}
    assert currency(read(order(written, dosageInstruction=[{"timing": {"repeat": repeat}}]))) == [expected]


def test_an_order_that_begins_later_is_uncertain(read: Read) -> None:
    repeat = {"boundsPeriod": {"start": "2026-12-01"}, "frequency": 1, "period": 1, "periodUnit": "d"}
    assert currency(read(order(3, dosageInstruction=[{"timing": {"repeat": repeat}}]))) == ["uncertain"]


@pytest.mark.parametrize(
    ("intent", "expected"),
    [("order", ["current"]), ("instance-order", ["current"]), ("plan", ["uncertain"]), ("proposal", []), ("option", [])],
)
def test_only_an_order_is_an_order(read: Read, intent: str, expected: list[str]) -> None:
    assert currency(read(order(30) | {"intent": intent})) == expected


def test_a_plan_that_the_patient_reports_is_taken(read: Read) -> None:
    assert currency(read(order(30) | {"intent": "plan", "reportedBoolean": True})) == ["current"]


def test_do_not_perform_is_no_order(read: Read) -> None:
    record = read(order(30) | {"doNotPerform": True})
    assert currency(record) == []
    assert reasons(record) == []
    assert record.facts.not_to_give
    assert [issue.kind for issue in record.facts.data_issues] == ["status"]


def test_orders_of_one_product_become_one_with_all_references(read: Read) -> None:
    (use,) = read(order(700), order(400), order(40)).facts.medications
    assert use.currency == "current"
    assert use.reference == "MedicationRequest/medicationrequest-3"
    assert set(use.also) == {"MedicationRequest/medicationrequest-1", "MedicationRequest/medicationrequest-2"}
    assert (use.started, use.last_ordered) == (ago(700), ago(40))


def test_the_newest_order_decides_so_a_stopped_one_ends_an_older_open_one(read: Read) -> None:
    assert currency(read(order(200), order(40, status="stopped"))) == ["old"]
    assert currency(read(order(200, status="stopped"), order(40))) == ["current"]


def test_a_completed_refill_does_not_end_a_current_order(read: Read) -> None:
    assert currency(read(order(200), order(40, status="completed"))) == ["current"]
    assert currency(read(order(800), order(500, status="completed"))) == ["old"]


def test_a_cancelled_order_does_not_end_an_older_one(read: Read) -> None:
    assert currency(read(order(200), order(40, status="cancelled"))) == ["current"]


def test_two_products_stay_two(read: Read) -> None:
    assert len(read(order(10), order(10, "amlodipine 5 MG Oral Tablet")).facts.medications) == 2


def other(kind: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": kind, "medicationCodeableConcept": {"text": "lisinopril 10 MG Oral Tablet"}, **fields}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", ["current"]),
        ("on-hold", ["uncertain"]),
        ("intended", ["uncertain"]),
        ("unknown", ["uncertain"]),
        ("completed", ["old"]),
        ("stopped", ["old"]),
        ("not-taken", ["old"]),
        ("entered-in-error", []),
    ],
)
def test_the_status_of_a_statement_decides(read: Read, status: str, expected: list[str]) -> None:
    assert currency(read(other("MedicationStatement", status=status, dateAsserted="2026-11-01"))) == expected


def test_a_statement_whose_period_has_ended_is_old(read: Read) -> None:
    period = {"start": "2026-01-01", "end": "2026-06-01"}
    assert currency(read(other("MedicationStatement", status="active", effectivePeriod=period))) == ["old"]


@pytest.mark.parametrize(
    ("status", "expected"), [("completed", ["current"]), ("declined", []), ("cancelled", []), ("entered-in-error", [])]
)
def test_a_dispense_says_that_it_was_handed_over(read: Read, status: str, expected: list[str]) -> None:
    assert currency(read(other("MedicationDispense", status=status, whenHandedOver="2026-10-01"))) == expected


def test_a_dispense_keeps_an_old_open_order_alive_and_never_revives_a_stopped_one(read: Read) -> None:
    dispensed = other("MedicationDispense", status="completed", whenHandedOver="2026-10-01", daysSupply={"value": 90, "code": "d"})
    assert currency(read(order(600), dispensed)) == ["current"]
    assert currency(read(order(600, status="stopped"), dispensed)) == ["old"]


@pytest.mark.parametrize(("given", "expected"), [("2026-10-24", ["uncertain"]), ("2026-10-23", ["old"])])
def test_what_was_administered_is_asked_about_for_30_days(read: Read, given: str, expected: list[str]) -> None:
    assert currency(read(other("MedicationAdministration", status="completed", effectiveDateTime=given))) == expected


def test_an_infusion_that_still_runs_was_last_given_today(read: Read) -> None:
    running = other("MedicationAdministration", status="in-progress", effectivePeriod={"start": "2026-11-20", "end": "2026-12-10"})
    assert [(use.currency, use.last_ordered) for use in read(running).facts.medications] == [("uncertain", AS_OF)]


REFERENCES = ["Medication/m1", "urn:uuid:6f1f7a3e-0000-4000-8000-000000000001", "https://example.org/fhir/Medication/m1/_history/2"]


@pytest.mark.parametrize("target", REFERENCES)
def test_a_referenced_medicine_is_found_by_each_of_its_names(read: Read, target: str) -> None:
    medicine = {
        "resourceType": "Medication",
        "id": "m1" if "uuid" not in target else target.removeprefix("urn:uuid:"),
        "code": {"text": "lisinopril 10 MG Oral Tablet"},
    }
    asked = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-11-01",
        "medicationReference": {"reference": target},
    }
    (use,) = read(asked, medicine).facts.medications
    assert (use.text, use.currency) == ("lisinopril 10 MG Oral Tablet", "current")


def test_a_contained_medicine_is_found(read: Read) -> None:
    asked = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "intent": "order",
        "authoredOn": "2026-11-01",
        "contained": [
            {"resourceType": "Organization", "id": "o"},
            {"resourceType": "Medication", "id": "m", "code": {"text": "lisinopril 10 MG Oral Tablet"}},
        ],
        "medicationReference": {"reference": "#m"},
    }
    assert [use.text for use in read(asked).facts.medications] == ["lisinopril 10 MG Oral Tablet"]


def test_a_reference_that_leads_nowhere_leaves_its_display_or_is_set_aside(read: Read) -> None:
    asked = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2026-11-01"}
    named = asked | {"medicationReference": {"reference": "Medication/none", "display": "lisinopril"}}
    assert [use.text for use in read(named).facts.medications] == ["lisinopril"]
    nameless = read(asked | {"medicationReference": {"reference": "Medication/none"}})
    assert reasons(nameless) == ["no medicine is named: neither a concept nor a reference that leads to one"]


def test_an_unknown_medicine_is_kept_and_said_to_be_incomplete(read: Read) -> None:
    (use,) = read(order(10, "zzyzxol 10 MG Oral Tablet")).facts.medications
    assert (use.text, use.complete, use.ingredients) == ("zzyzxol 10 MG Oral Tablet", False, ())


def test_the_stated_route_goes_before_the_one_that_the_form_suggests(read: Read) -> None:
    stated = [{"route": {"coding": [{"system": "http://snomed.info/sct", "code": "47625008"}]}}]
    (use,) = read(order(10, "ondansetron 2 MG/ML Injectable Solution", dosageInstruction=stated)).facts.medications
    assert use.route == "intravenous"


def test_several_hundred_refills_are_one_medicine(read: Read) -> None:
    (use,) = read(*(order(days, status="completed") for days in range(10, 2000, 5))).facts.medications
    assert (use.currency, len(use.also), use.last_ordered) == ("old", 397, ago(10))


def test_a_name_without_strength_is_counted_to_the_only_product_that_it_may_be(read: Read) -> None:
    (use,) = read(order(30), order(10, "lisinopril")).facts.medications
    assert (use.last_ordered, len(use.also)) == (ago(10), 1)
    assert len(read(order(30), order(30, "lisinopril 20 MG Oral Tablet"), order(10, "lisinopril")).facts.medications) == 3


def test_supply_beyond_the_calendar_is_no_obstacle(read: Read) -> None:
    dispensed = other("MedicationDispense", status="completed", whenHandedOver="9999-12-31", daysSupply={"value": 90, "code": "d"})
    assert reasons(read(dispensed)) == ["dated 9999-12-31, after 2026-11-23"]


def test_an_order_completed_today_is_hardly_over(read: Read) -> None:
    given = medication("rosuvastatin 20 MG Oral Capsule", ordered=AS_OF, status="completed")
    assert [use.currency for use in read(given).facts.medications] == ["uncertain"]


def test_an_order_completed_yesterday_is_over(read: Read) -> None:
    given = medication("rosuvastatin 20 MG Oral Capsule", ordered=AS_OF - timedelta(days=1), status="completed")
    assert [use.currency for use in read(given).facts.medications] == ["old"]


@pytest.mark.parametrize(("end", "currency", "issues"), [("2026-10-31", "current", 1), ("2026-11-01", "old", 0)])
def test_a_period_that_ends_before_the_order_was_written_is_not_believed(read: Read, end: str, currency: str, issues: int) -> None:
    given = medication("simvastatin 20 MG Oral Tablet", ordered=date(2026, 11, 1), status="active")
    given["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": {"start": "2026-08-01", "end": end}}}}]
    record = read(given)
    assert [use.currency for use in record.facts.medications] == [currency]
    assert sum(issue.kind == "contradiction" for issue in record.facts.data_issues) == issues


@pytest.mark.parametrize(("handed_over", "expected"), [("2026-08-16", "current"), ("2026-08-15", "uncertain"), ("2025-11-13", "old")])
def test_what_was_handed_over_after_the_period_had_ended_went_on(read: Read, handed_over: str, expected: str) -> None:
    order = medication("desipramine hydrochloride 75 MG Oral Tablet", ordered=date(2024, 1, 1), status="active")
    order["dosageInstruction"] = [{"timing": {"repeat": {"boundsPeriod": {"start": "2024-01-01", "end": "2024-09-17"}}}}]
    supply = {
        "resourceType": "MedicationDispense",
        "status": "completed",
        "medicationCodeableConcept": {"text": "desipramine hydrochloride 75 MG Oral Tablet"},
        "whenHandedOver": handed_over,
        "daysSupply": {"value": 9, "code": "d"},
    }
    assert [use.currency for use in read(order, supply).facts.medications] == [expected]


def supplied_for(days: int, ended: int, **fields: Any) -> dict[str, Any]:
    dispense = {"expectedSupplyDuration": {"value": days, "unit": "d", "code": "d"}}
    return order(ended + days, dispenseRequest=dispense, **fields)


@pytest.mark.parametrize(("ended", "expected"), [(365, ("uncertain", False)), (366, ("old", True))])
def test_an_order_lapses_a_year_after_the_end_of_its_last_supply(read: Read, ended: int, expected: tuple[str, bool]) -> None:
    (use,) = read(supplied_for(30, ended)).facts.medications
    assert (use.currency, use.lapsed) == expected


def test_what_is_taken_as_needed_never_lapses(read: Read) -> None:
    (use,) = read(supplied_for(30, 800, dosageInstruction=[{"asNeededBoolean": True}])).facts.medications
    assert (use.currency, use.lapsed) == ("uncertain", False)


def test_a_newer_order_without_supply_keeps_an_older_supply_from_lapsing(read: Read) -> None:
    (use,) = read(supplied_for(30, 800), order(380)).facts.medications
    assert (use.currency, use.lapsed) == ("uncertain", False)


def test_a_dispense_without_any_order_is_asked_about_for_a_year(read: Read) -> None:
    supply = other("MedicationDispense", status="completed", whenHandedOver=str(ago(140)), daysSupply={"value": 30, "code": "d"})
    (use,) = read(supply).facts.medications
    assert (use.currency, use.lapsed) == ("uncertain", False)


def supplied(count: int, days: int, unit: str | None = None) -> dict[str, Any]:
    given = medication("digoxin 0.25 MG Oral Tablet", ordered=AS_OF, status="active")
    quantity = {"value": count, **({"unit": unit} if unit else {})}
    return {
        **given,
        "dosageInstruction": [],
        "dispenseRequest": {"quantity": quantity, "expectedSupplyDuration": {"value": days, "code": "d"}},
    }


@pytest.mark.parametrize(
    ("count", "days", "unit", "daily"),
    [(5, 5, None, Quantity.parse("0.25 mg/d")), (5, 10, "{tablet}", Quantity.parse("0.125 mg/d")), (5, 5, "mL", None)],
)
def test_a_counted_supply_tells_the_average_daily_amount(
    read: Read, count: int, days: int, unit: str | None, daily: Quantity | None
) -> None:
    (use,) = read(supplied(count, days, unit)).facts.medications
    assert use.regimen.daily == daily


@pytest.mark.parametrize(("code", "why"), [("183932001", "medical"), ("105480006", "patient"), ("7", "")])
def test_an_order_not_to_give_keeps_whose_reason_it_was(read: Read, code: str, why: str) -> None:
    given = medication("simvastatin 20 MG Oral Tablet", ordered=AS_OF, status="completed")
    given |= {"doNotPerform": True, "reasonCode": [{"coding": [{"system": "http://snomed.info/sct", "code": code}]}]}
    assert set(read(given).facts.not_to_give_why.values()) == {why}


def daily(days: int, strength: str, dose: str, **more: Any) -> dict[str, Any]:
    return medication(f"levothyroxine sodium {strength} MG Oral Tablet", dose=dose, per="24 h", ordered=ago(days), **more)


@pytest.mark.parametrize(
    ("orders", "since"),
    [
        ([daily(700, "0.1", "100 ug", status="completed"), daily(20, "0.1", "100 ug")], 700),
        ([daily(700, "0.05", "100 ug", status="stopped"), daily(20, "0.1", "100 ug")], 700),
        ([daily(700, "0.1", "100 ug"), daily(20, "0.1", "200 ug")], 20),
        ([daily(700, "0.1", "100 ug"), daily(300, "0.05", "50 ug"), daily(20, "0.1", "100 ug")], 20),
    ],
    ids=["renewed", "renewed with another strength", "raised", "lowered and raised again"],
)
def test_a_renewal_is_no_change_of_dose(read: Read, orders: list[dict[str, Any]], since: int) -> None:
    newest = next(use for use in read(*orders).facts.medications if use.last_ordered == ago(20))
    assert newest.dose_since == ago(since)


def test_a_dose_that_nobody_wrote_has_no_beginning(read: Read) -> None:
    (use,) = read(order(700), order(20)).facts.medications
    assert (use.started, use.dose_since) == (ago(700), None)


@pytest.mark.parametrize(
    ("status", "bars"),
    [("active", True), ("completed", True), ("on-hold", True), ("stopped", False), ("cancelled", False), ("draft", False)],
)
def test_an_instruction_not_to_give_holds_until_it_is_taken_back(read: Read, status: str, bars: bool) -> None:
    record = read(order(30, status=status) | {"doNotPerform": True})
    assert ("lisinopril" in record.facts.not_to_give, record.facts.medications) == (bars, ())
    assert len(record.set_aside) == (0 if bars else 1)
