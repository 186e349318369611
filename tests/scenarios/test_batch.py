"""A batch gives the same bytes whatever the order, the engine or the number of workers, and loses nobody."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from agent.errors import RecordError
from agent.fhir.source import each_patient, load_source
from scenarios.builders import bundle, condition, medication, observation, patient
from scenarios.cohort import Patient, cohort
from scenarios.engines import chunks
from scenarios.faces import somebody
from scenarios.report import write_report
from scenarios.simulation import Settings, simulate

DAY = date(2026, 11, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Seven patients who can be planned, one file that is not FHIR, one that is no JSON."""
    where = tmp_path / "cohort"
    where.mkdir()
    for number in range(7):
        record = bundle(
            patient(sex="female" if number % 2 else "male", age=40 + 5 * number, as_of=DAY),
            condition("hypertension"),
            medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=date(2026, 9, 1)),
            observation("systolic-bp", f"{130 + number} mm[Hg]", when=date(2026, 10, 20)),
        )
        (where / f"{number}.json").write_bytes(orjson.dumps(record))
    (where / "list.json").write_text("[1, 2]")
    (where / "torn.json").write_text('{"resourceType": "Bun')
    return where


def output(folder: Path, out: Path, settings: Settings, **more: bool) -> dict[str, bytes]:
    simulate([folder], out, settings, **more)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.name != "timings.ndjson"}


def test_one_process_and_two_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    alone = output(folder, tmp_path / "a", Settings(DAY, "inline", plans=True))
    together = output(folder, tmp_path / "b", Settings(DAY, "process", 2, plans=True))
    assert alone == together
    assert sorted(alone) == ["manifest.json", "plans.ndjson", "rows.ndjson"]


def test_one_patients_failure_is_one_row(folder: Path, tmp_path: Path) -> None:
    manifest = simulate([folder], tmp_path / "a", Settings(DAY, "inline"))
    assert (manifest["patients"], manifest["outcomes"]) == (9, {"error": 2, "plan": 7})
    rows = [json.loads(line) for line in (tmp_path / "a" / "rows.ndjson").read_text().splitlines()]
    assert [row["patient"] for row in rows if row["outcome"] == "error"] == ["list.json", "torn.json"]


def test_a_batch_that_was_cut_off_goes_on_and_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    whole = output(folder, tmp_path / "whole", Settings(DAY, "inline"))
    kept: list[str] = []

    def cut(done: int, total: int) -> None:
        kept.append(f"{done} of {total}")
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate([folder], tmp_path / "torn", Settings(DAY, "inline"), progress=cut)
    with (tmp_path / "torn" / "rows.partial.ndjson").open("ab") as file:
        file.write(b'{"key": "half a li')
    assert output(folder, tmp_path / "torn", Settings(DAY, "inline"), resume=True) == whole
    assert kept == ["1 of 9", "2 of 9", "3 of 9", "4 of 9"]


def test_rows_of_another_date_are_not_mixed_in(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "a"
    with pytest.raises(KeyboardInterrupt):
        simulate([folder], out, Settings(DAY, "inline"), progress=_stop)
    with pytest.raises(RecordError, match="other settings"):
        simulate([folder], out, Settings(date(2026, 11, 2), "inline"), resume=True)


def test_a_path_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="'nowhere' does not exist"):
        cohort([tmp_path / "nowhere"])


def test_packed_bundles_are_the_same_patients_and_packed_exports_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "packed").mkdir()
    for path in folder.iterdir():
        (tmp_path / "packed" / f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes()))
    assert [one.key() for one in cohort([tmp_path / "packed"])][:7] == [one.key() for one in cohort([folder])][:7]
    (tmp_path / "packed" / "0.json.gz").write_bytes(gzip.compress(b"{}")[:-4])
    with pytest.raises(RecordError, match=r"'0\.json\.gz' cannot be read: it is no whole gzip file"):
        cohort([tmp_path / "packed"])[0].data()
    (tmp_path / "packed" / "Patient.ndjson.gz").write_bytes(gzip.compress(b"{}"))
    with pytest.raises(RecordError, match=r"'Patient\.ndjson\.gz' is packed; unpack exports first"):
        cohort([tmp_path / "packed"])


def test_a_folder_without_patients_is_no_batch(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nobody")
    with pytest.raises(RecordError, match="no patient was found in these paths"):
        somebody([tmp_path])


def test_the_order_of_the_paths_does_not_matter(folder: Path) -> None:
    files = sorted(folder.iterdir())
    assert cohort(files) == cohort(files[::-1]) == cohort([folder])


def test_the_report_counts_what_the_rows_say(folder: Path, tmp_path: Path) -> None:
    simulate([folder], tmp_path / "a", Settings(DAY, "inline"))
    write_report(tmp_path / "a")
    text = (tmp_path / "a" / "report.md").read_text("utf-8")
    assert "| plan | 7/9 = 77.8%" in text
    assert "| error | 2/9 = 22.2%" in text
    assert "| hypertension | 7 |" in text
    assert "<script" not in (tmp_path / "a" / "report.html").read_text("utf-8")


def test_a_bulk_export_gives_each_of_its_patients(shared_data: Path, tmp_path: Path) -> None:
    manifest = simulate([shared_data / "fhir" / "bulk-ndjson-10-patients"], tmp_path / "a", Settings(DAY, "inline"))
    assert manifest["patients"] == 13
    assert "error" not in manifest["outcomes"]


def export_of(folder: Path) -> Path:
    """Two patients in an export whose lines are mixed, with one line that is torn and one about nobody."""
    folder.mkdir()
    subject = {"subject": {"reference": "Patient/b"}}
    known = condition("hypertension") | {"id": "c1"}
    lines = {
        "Condition.ndjson": [known | subject, known | {"id": "c2", "subject": {"reference": "Patient/a"}}, known | {"id": "c3"}],
        "Patient.ndjson": [patient(sex="male", age=50, as_of=DAY) | {"id": "b"}, patient(sex="female", age=60, as_of=DAY) | {"id": "a"}],
    }
    for name, resources in lines.items():
        (folder / name).write_bytes(b"\n".join(orjson.dumps(one) for one in resources) + b"\n")
    with (folder / "Condition.ndjson").open("ab") as file:
        file.write(b'{"resourceType": "Condi')
    return folder


def test_an_export_gives_each_patient_what_the_reader_of_exports_gives(tmp_path: Path) -> None:
    folder = export_of(tmp_path / "export")
    found = {one.label: orjson.loads(one.data()) for one in cohort([folder])}
    read = {name: orjson.loads(data) for name, data in each_patient(folder)}
    assert {name: kinds(one) for name, one in found.items()} == {name: kinds(one) for name, one in read.items()}
    assert kinds(found["a"]) == [("Patient", "a"), ("Condition", "c2"), ("OperationOutcome", None)]


def test_lines_about_somebody_who_has_no_patient_line_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = export_of(tmp_path / "export")
    with (folder / "Condition.ndjson").open("ab") as file:
        file.write(b"\n" + orjson.dumps(condition("hypertension") | {"subject": {"reference": "Patient/z"}}) + b"\n")
    assert [one.label for one in somebody([folder])] == ["a", "b"]
    told = capsys.readouterr().err
    assert told == "Without a Patient line in 'export': 1 of those whom its lines are about (lines: 1); nobody plans for them.\n"
    with pytest.raises(RecordError, match="no Patient with the id 'z' is in the export; it holds 2; lines about that patient: 1"):
        load_source(folder, "z")


def kinds(record: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(entry["resource"]["resourceType"], entry["resource"].get("id")) for entry in record["entry"]]


def test_a_line_of_an_export_that_is_torn_costs_no_patient(tmp_path: Path) -> None:
    manifest = simulate([export_of(tmp_path / "export")], tmp_path / "out", Settings(DAY, "inline"))
    assert (manifest["patients"], manifest["outcomes"]) == (2, {"plan": 2})


def test_the_files_that_synthea_writes_beside_its_patients_are_nobody(folder: Path) -> None:
    before = cohort([folder])
    (folder / "hospitalInformation1700000000000.json").write_text('{"resourceType": "Bundle"}', "utf-8")
    (folder / "practitionerInformation1700000000000.json").write_text('{"resourceType": "Bundle"}', "utf-8")
    assert cohort([folder]) == before


def _stop(done: int, total: int) -> None:
    raise KeyboardInterrupt


def test_rows_can_be_read_as_a_table(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    simulate([folder], tmp_path / "a", Settings(DAY, "inline", parquet=True))
    rows = [json.loads(line) for line in (tmp_path / "a" / "rows.ndjson").read_text().splitlines()]
    table = parquet.read_table(tmp_path / "a" / "rows.parquet").to_pylist()
    assert [row["patient"] for row in table] == [row["patient"] for row in rows]
    assert [row["outcome"] for row in table] == [row["outcome"] for row in rows]
    counted = next(row for row in table if row["outcome"] == "plan")["items"]
    assert {one["name"]: one["count"] for one in counted} == next(row for row in rows if row["outcome"] == "plan")["items"]


def test_tables_of_batches_have_the_same_columns_whoever_is_in_them(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    schemas = []
    for name, files in {"planned": [folder / "1.json"], "failed": [folder / "torn.json"]}.items():
        simulate(files, tmp_path / name, Settings(DAY, "inline", parquet=True))
        schemas.append(parquet.read_schema(tmp_path / name / "rows.parquet"))
    assert schemas[0].equals(schemas[1])
    assert {str(schemas[0].field(name).type) for name in ("age", "questions", "set_aside")} == {"int64"}
    table = parquet.read_table(tmp_path / "failed" / "rows.parquet")
    assert (table.column("age").null_count, table.column("error").to_pylist()) == (1, ["RecordError"])


def test_the_manifest_seals_the_plans_too(folder: Path, tmp_path: Path) -> None:
    manifest = simulate([folder], tmp_path / "a", Settings(DAY, "inline", plans=True))
    plans = (tmp_path / "a" / "plans.ndjson").read_bytes()
    assert manifest["plans_file"] == "sha256:" + hashlib.sha256(plans).hexdigest()
    assert {"carewright", "schema_version", "as_of", "knowledge", "drafter", "python"} <= set(manifest)


@pytest.mark.slow
def test_ray_gives_the_bytes_of_one_process(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    alone = output(folder, tmp_path / "a", Settings(DAY, "inline", plans=True))
    command = [sys.executable, "-m", "agent", "simulate", str(folder), "--out", str(tmp_path / "b"), "--as-of", DAY.isoformat()]
    subprocess.run([*command, "--plans", "--engine", "ray", "--workers", "2"], check=False, capture_output=True)
    assert {name: (tmp_path / "b" / name).read_bytes() for name in alone} == alone


def test_patients_go_to_workers_in_handfuls_that_leave_some_for_each() -> None:
    pairs = [(str(number), Patient(Path(f"{number}.json"))) for number in range(100)]
    sizes = [len(chunk) for chunk in chunks(pairs, 2, 100)]
    assert sizes == [6] * 16 + [4]
    assert [pair for chunk in chunks(pairs, 2, 100) for pair in chunk] == pairs
    assert [len(chunk) for chunk in chunks(pairs[:3], 8, 3)] == [1, 1, 1]


def again(folder: Path, out: Path, settings: Settings) -> tuple[list[int], list[str]]:
    """How far a resumed run came, and what it told."""
    moved, told = list[int](), list[str]()
    simulate([folder], out, settings, resume=True, progress=lambda done, total: moved.append(done), tell=told.append)
    return moved, told


def test_a_finished_run_is_not_made_again(folder: Path, tmp_path: Path) -> None:
    whole = output(folder, tmp_path / "a", Settings(DAY, "inline", plans=True))
    moved, told = again(folder, tmp_path / "a", Settings(DAY, "process", 2, plans=True))
    assert (moved, [text.partition(":")[0] for text in told]) == ([], ["This run was finished before"])
    assert output(folder, tmp_path / "a", Settings(DAY, "inline", plans=True), resume=True) == whole


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda folder, out: (folder / "0.json").unlink(), "of other records"),
        (lambda folder, out: (folder / "0.json").write_text("{}"), "of other records"),
        (lambda folder, out: (folder / "9.json").write_text("{}"), "of other records"),
        (lambda folder, out: (out / "rows.ndjson").write_text("{}"), "rows.ndjson is not as it was written"),
        (lambda folder, out: (out / "plans.ndjson").unlink(), "plans.ndjson is not as it was written"),
    ],
)
def test_a_finished_run_of_which_something_is_otherwise_is_made_anew_and_says_why(
    change: Callable[[Path, Path], object], why: str, folder: Path, tmp_path: Path
) -> None:
    settings = Settings(DAY, "inline", plans=True)
    simulate([folder], tmp_path / "a", settings)
    change(folder, tmp_path / "a")
    moved, told = again(folder, tmp_path / "a", settings)
    assert moved
    assert told == [f"A finished run is in {tmp_path / 'a'}, but {why}; it is made anew."]
    assert output(folder, tmp_path / "a", settings) == output(folder, tmp_path / "b", settings)


def test_a_finished_run_of_another_date_is_made_anew_and_says_so(folder: Path, tmp_path: Path) -> None:
    simulate([folder], tmp_path / "a", Settings(date(2026, 11, 2), "inline"))
    _, told = again(folder, tmp_path / "a", Settings(DAY, "inline"))
    assert "(as_of: '2026-11-02' there, '2026-11-01' now)" in told[0]


def test_the_table_of_a_finished_run_is_written_without_planning_anybody(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow.parquet", reason="the extra `parquet` is not installed")
    simulate([folder], tmp_path / "a", Settings(DAY, "inline"))
    assert again(folder, tmp_path / "a", Settings(DAY, "inline", parquet=True))[0] == []
    assert (tmp_path / "a" / "rows.parquet").exists()
