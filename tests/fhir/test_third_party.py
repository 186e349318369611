"""Real exports, third-party: all of them are read, and no entry is lost."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import orjson
import pytest

from agent.errors import RecordError
from agent.fhir.read import Record, read_bundle
from agent.fhir.source import each_patient, load_source, read_ndjson

AS_OF = date(2026, 11, 23)


def whole(record: Record) -> bool:
    return record.used + record.unread + len(record.set_aside) == record.resources


def bundles(shared_data: Path) -> list[Path]:
    return sorted([*(shared_data / "fhir" / "synthea-v2.4").glob("*.json"), *(shared_data / "fhir" / "pysynthea-1.5.0").glob("*.json")])


def test_every_bundle_is_read_and_twice_the_same(shared_data: Path) -> None:
    found = bundles(shared_data)
    assert len(found) == 27
    for path in found:
        data = path.read_bytes()
        record = read_bundle(data, AS_OF)
        assert whole(record)
        assert record.resources == len(orjson.loads(data)["entry"])
        assert record == read_bundle(data, AS_OF)


def test_an_earlier_date_knows_less_and_nothing_later(shared_data: Path) -> None:
    for path in bundles(shared_data)[:5]:
        data = path.read_bytes()
        early, late = read_bundle(data, date(2019, 6, 1)), read_bundle(data, AS_OF)
        assert whole(early)
        assert early.last_entry is None or early.last_entry <= date(2019, 6, 1)
        measured = [m.when for values in early.facts.measurements.values() for m in values]
        assert all(when <= date(2019, 6, 1) for when in measured)
        assert sum(map(len, early.facts.measurements.values())) <= sum(map(len, late.facts.measurements.values()))


def test_every_hl7_example_alone_in_a_bundle_is_a_record_or_a_clear_error(shared_data: Path) -> None:
    outcomes: Counter[str] = Counter()
    files = sorted((shared_data / "fhir" / "r4-examples").glob("*.json"))
    assert len(files) == 363
    for path in files:
        alone = orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": orjson.loads(path.read_bytes())}]})
        try:
            assert whole(read_bundle(alone, AS_OF))
            outcomes["read"] += 1
        except RecordError as error:
            outcomes[str(error)] += 1
    assert outcomes == {"read": 22, "no patient: none of the entries is a Patient that can be read; a plan needs one": 341}


def test_every_hl7_example_with_its_patient_is_read(shared_data: Path) -> None:
    outcomes: Counter[str] = Counter()
    for path in sorted((shared_data / "fhir" / "r4-examples").glob("*.json")):
        resource = orjson.loads(path.read_bytes())
        if resource["resourceType"] == "Patient":
            continue
        for field in {"subject", "patient"} & set(resource):
            resource[field] = {"reference": "Patient/p"}
        person = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1974-12-25"}
        record = read_bundle(orjson.dumps({"resourceType": "Bundle", "entry": [{"resource": person}, {"resource": resource}]}), AS_OF)
        assert (record.resources, whole(record)) == (2, True)
        outcomes["used" if record.used == 2 else "aside" if record.set_aside else "unread"] += 1
    assert sum(outcomes.values()) == 341
    assert outcomes["used"] > 150


def test_a_bulk_export_gives_each_patient_a_record(shared_data: Path) -> None:
    folder = shared_data / "fhir" / "bulk-ndjson-10-patients"
    found = dict(each_patient(folder))
    records = [read_bundle(data, AS_OF) for data in found.values()]
    assert all(whole(record) and len(record.patients) == 1 for record in records)
    lines = sum(len([line for line in path.read_bytes().splitlines() if line.strip()]) for path in folder.glob("[A-Z]*.ndjson"))
    assert sum(record.resources for record in records) == lines
    one = next(iter(found))
    assert read_ndjson(folder, AS_OF, one) == read_bundle(load_source(folder, one), AS_OF)
    with pytest.raises(RecordError, match=r"the export holds \d+ patients; say which with --patient ID"):
        load_source(folder)
