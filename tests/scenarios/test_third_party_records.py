"""Every third-party patient is planned: twice the same, nothing left out of the ledger, the traps in the records found."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from agent.case import Case
from agent.fhir.source import load_source
from agent.planning import make_plan

AS_OF = date(2026, 11, 23)


@pytest.fixture(scope="module")
def bundles(shared_data: Path) -> dict[str, bytes]:
    paths = [path for folder in ("synthea-v2.4", "pysynthea-1.5.0") for path in sorted((shared_data / "fhir" / folder).glob("*.json"))]
    return {path.name: path.read_bytes() for path in paths if b'"Bundle"' in path.read_bytes()[:2000]}


@pytest.fixture(scope="module")
def exported(shared_data: Path) -> dict[str, bytes]:
    folder = shared_data / "fhir" / "bulk-ndjson-10-patients"
    ids = [msgspec.json.decode(line)["id"] for line in (folder / "Patient.000.ndjson").read_bytes().splitlines() if line.strip()]
    return {name: load_source(str(folder), name) for name in ids}


def test_all_twenty_seven_bundles_are_planned_byte_for_byte_alike_twice(bundles: dict[str, bytes]) -> None:
    assert len(bundles) == 27
    for data in bundles.values():
        assert msgspec.json.encode(make_plan(data, AS_OF)) == msgspec.json.encode(make_plan(data, AS_OF))


def test_every_problem_and_medicine_stands_in_the_ledger_exactly_once(bundles: dict[str, bytes], exported: dict[str, bytes]) -> None:
    for data in (*bundles.values(), *exported.values()):
        plan, case = make_plan(data, AS_OF), Case(data, AS_OF)
        if case.facts.deceased:
            continue
        found = Counter(line.concern for line in plan.coverage)
        wanted = [p.reference for p in case.facts.problems if p.active] + [m.reference for m in case.facts.medications if m.taken]
        assert {name: found[name] for name in wanted} == dict.fromkeys(wanted, 1)
        assert max(found.values(), default=1) == 1


def test_every_line_cites_an_entry_of_the_record_or_none(bundles: dict[str, bytes]) -> None:
    for data in bundles.values():
        plan = make_plan(data, AS_OF)
        assert not [line for line in plan.not_checked if line.what.startswith("i") and "cites" in line.why]
        assert all(reason.evidence for item in plan.items for reason in item.rationale)


def test_who_died_before_the_date_gets_a_statement_and_no_plan(bundles: dict[str, bytes]) -> None:
    died = {name: make_plan(data, AS_OF) for name, data in bundles.items() if Case(data, AS_OF).facts.deceased}
    assert len(died) == 6
    assert all(plan.status == "no-plan" and not plan.items and "died" in plan.summary for plan in died.values())


def alive(data: bytes) -> date:
    """The last day of the record on which the patient lived."""
    record = Case(data, AS_OF).record
    died = record.facts.deceased
    last = record.last_entry or AS_OF
    return min(last, died - timedelta(days=1)) if isinstance(died, date) else last


def test_simvastatin_with_verapamil_is_found_while_both_are_ordered(bundles: dict[str, bytes]) -> None:
    both = {"simvastatin", "verapamil"}
    patients = [data for data in bundles.values() if both <= {i.name for use in Case(data, alive(data)).taken for i in use.ingredients}]
    assert len(patients) == 2
    for data in patients:
        issues = make_plan(data, alive(data)).issues
        assert [i.severity for i in issues if i.code == "DRG" and set(i.participants) == both] == ["major"]


def test_an_allergy_followed_by_an_order_of_that_medicine_is_found(bundles: dict[str, bytes]) -> None:
    found = [i.consequence for data in bundles.values() for i in make_plan(data, alive(data)).issues if i.rule.id == "record-exposure"]
    assert found == [
        "A medicine was ordered after an allergy to it had been recorded. "
        "Recorded on 1942-05-07; ordered after that: Aspirin 81 MG Oral Tablet (1950-04-21)."
    ]


def test_old_records_interrupt_nobody(bundles: dict[str, bytes]) -> None:
    counts = sorted(sum(issue.interruptive for issue in make_plan(data, AS_OF).issues) for data in bundles.values())
    assert counts[len(counts) // 2] == 0
    assert sum(counts) / len(counts) <= 0.3
