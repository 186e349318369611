"""What is erased is gone, also from the bytes of the file; the audit says so and still verifies; what others need stays."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.audit_events import audit_event
from agent.desk import Desk
from agent.errors import DecisionError
from agent.review import Approve, Reviewer
from agent.store.audit import Actor
from agent.store.erasing import erase, of_patient, overdue, would_erase
from agent.store.opening import open_database

ROOT = Path(__file__).resolve().parents[2]
RECORD = json.loads((ROOT / "scenarios" / "patients" / "example.json").read_bytes())
AS_OF = date(2026, 11, 23)
PHYSICIAN = Reviewer("dr-1", "physician")
KEEPER = Actor("admin", "administrator")


def record_of(patient: str) -> bytes:
    """The example's record under another id."""
    mine = next(e["resource"]["id"] for e in RECORD["entry"] if e["resource"]["resourceType"] == "Patient")
    return json.dumps(RECORD).replace(f'"Patient/{mine}"', f'"Patient/{patient}"').replace(f'"id": "{mine}"', f'"id": "{patient}"').encode()


def signed(desk: Desk, record: bytes, request: str = "") -> str:
    name = desk.start(record, AS_OF, request=request or None)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
    desk.release(name)
    return name


def erased(home: Any, patient: str) -> Any:
    database = open_database(home)
    with database.reading() as db:
        found = of_patient(db, patient)
    return erase(database, found, KEEPER, "request")


def is_erased(desk: Desk, home: Any) -> None:
    """One patient of two is taken away; the other's plans are as they were."""
    first, second = signed(desk, record_of("p-one")), signed(desk, record_of("p-two"))
    waiting = desk.start(record_of("p-one"), AS_OF, request="waits")
    database = open_database(home)
    with database.reading() as db:
        would = would_erase(db, of_patient(db, "Patient/p-one"))
    assert (set(would.plans), desk.audit().faults, len(desk.list(everything=True))) == ({first, waiting}, (), 3)
    done = erased(home, "p-one")
    assert (set(done.plans), done.rows, done.records, done.records_kept) == (
        {first, waiting},
        would.rows,
        would.records,
        0 + done.records_kept,
    )
    assert [w.id for w in desk.list(everything=True)] == [second]
    assert (desk.audit().faults, desk.outbox()) == ((), ())
    last = desk.history(first)[-1]
    assert audit_event(last)["action"] == "D"
    assert (last.event, last.actor, last.details["why"]) == ("erased", "admin", "request")
    assert desk.release(second)["resourceType"] == "Bundle"
    with pytest.raises(DecisionError, match="there is no plan"):
        desk.show(first)


def test_a_patient_is_erased_and_the_audit_still_verifies(tmp_path: Path) -> None:
    is_erased(Desk(tmp_path), tmp_path)


@pytest.mark.slow
@pytest.mark.server
def test_a_patient_is_erased_from_postgresql(postgres: str) -> None:
    import psycopg

    desk = Desk()
    is_erased(desk, None)
    with psycopg.connect(postgres) as db:
        assert db.execute("SELECT count(*) FROM checkpoints").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM record").fetchone() == (1,)


def test_nothing_of_it_is_left_in_the_bytes_of_the_file(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    signed(desk, record_of("p-remembered"))
    desk.start(record_of("p-remembered"), AS_OF, request="waits too")
    desk._database.close()
    assert any(b"p-remembered" in path.read_bytes() for path in tmp_path.rglob("carewright.db*"))
    erased(tmp_path, "p-remembered")
    assert not any(b"p-remembered" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert not any(b"waits too" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_a_record_that_another_plan_rests_on_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first, second = signed(desk, record_of("p-one")), signed(desk, record_of("p-one"), "again")
    database = open_database(tmp_path)
    with database.reading() as db:
        run = tuple(w for w in of_patient(db, "p-one") if w.id == first)
    done = erase(database, run, KEEPER, "request")
    assert (done.records, done.records_kept, desk.audit().faults) == (0, 1, ())
    assert desk.behind(second).record == record_of("p-one")


def test_the_record_that_voided_a_plan_goes_with_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = desk.start(record_of("p-one"), AS_OF)
    newer = record_of("p-one").replace(b"4.6", b"5.9")
    with pytest.raises(DecisionError):
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest, bundle=newer)
    assert erased(tmp_path, "p-one").records == 2


@pytest.mark.parametrize("role", ["physician", "service", "viewer", "clerk"])
def test_only_an_administrator_takes_anything_away(tmp_path: Path, role: str) -> None:
    desk = Desk(tmp_path)
    signed(desk, record_of("p-one"))
    database = open_database(tmp_path)
    with database.reading() as db:
        found = of_patient(db, "p-one")
    with pytest.raises(DecisionError) as error:
        erase(database, found, Actor("x", role), "request")
    assert (error.value.reason, len(desk.list(everything=True))) == ("unauthorised", 1)


def test_what_is_signed_is_kept_ten_years_and_what_is_not_ninety_days(tmp_path: Path) -> None:
    times = [datetime(2026, 11, 23, 9, tzinfo=UTC)]
    desk = Desk(tmp_path, clock=lambda: times[0])
    kept = signed(desk, record_of("p-one"))
    late = desk.start(record_of("p-two"), AS_OF)
    times[0] += timedelta(days=15)
    desk.recover()
    with open_database(tmp_path).reading() as db:
        after = {days: {w.id for w in overdue(db, (times[0] + timedelta(days=days)).isoformat())} for days in (90, 91, 3637, 3640)}
    assert after == {90: set(), 91: {late}, 3637: {late}, 3640: {kept, late}}


def test_a_row_that_comes_back_after_erasure_is_a_fault(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = signed(desk, record_of("p-one"))
    with desk._database.reading() as db:
        row = tuple(db.execute("SELECT * FROM plan").fetchone())
        run = tuple(db.execute("SELECT * FROM work").fetchone())
    erased(tmp_path, "p-one")
    with desk._database.writing() as db:
        db.execute(f"INSERT INTO work VALUES ({','.join('?' * len(run))})", run)
        db.execute(f"INSERT INTO plan VALUES ({','.join('?' * len(row))})", row)
    there = (f"plan {name}, 1 is not in the audit", f"the run {name} is not in the audit", f"record {run[1]} is missing")
    assert desk.audit().faults == there


@pytest.mark.parametrize("asked", ["urn:uuid:11111111-1111-4111-8111-111111111111", "11111111-1111-4111-8111-111111111111"])
def test_a_patient_whom_the_record_gives_a_name_and_no_id_is_found(tmp_path: Path, asked: str) -> None:
    record = json.loads(record_of("p-one"))
    name = "urn:uuid:11111111-1111-4111-8111-111111111111"
    for entry in record["entry"]:
        if entry["resource"]["resourceType"] == "Patient":
            del entry["resource"]["id"]
            entry["fullUrl"] = name
    desk = Desk(tmp_path)
    run = signed(desk, json.dumps(record).replace('"Patient/p-one"', f'"{name}"').encode())
    assert desk.show(run).plan.patient.reference == name
    assert erased(tmp_path, asked).plans == (run,)
