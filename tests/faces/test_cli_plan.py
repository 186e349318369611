"""`carewright plan` and `review` from the outside: forms, streams, and what becomes of input that is not what it should be."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.faces import exit_codes
from agent.faces.cli import main
from agent.faces.planning_face import example_record

Run = Callable[..., tuple[int, str, str]]
PATIENT = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1959-04-12"}


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Calls the command line in this process; its exit code and both streams."""

    def call(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        streams = capsys.readouterr()
        code = ended.value.code
        assert isinstance(code, int)
        return code, streams.out, streams.err

    return call


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str | bytes | dict[str, Any]], str]:
    """Writes what is given to a file; its path."""

    def write(content: str | bytes | dict[str, Any]) -> str:
        path = tmp_path / "input.json"
        data = json.dumps(content) if isinstance(content, dict) else content
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return str(path)

    return write


def bundle(*resources: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource} for resource in resources], **head}


def test_the_example_is_planned_with_nothing_beside_the_plan(run: Run) -> None:
    code, out, err = run("plan", "--example")
    assert (code, err) == (0, "")
    assert out.startswith("Treatment plan for Patient/example, as of 2026-11-20\nDRAFT, NOT AN ORDER")


def test_the_example_names_nobody() -> None:
    record = json.loads(example_record())
    assert [entry["resource"]["resourceType"] for entry in record["entry"] if "name" in entry["resource"]] == []


def test_two_runs_print_the_same_bytes(run: Run) -> None:
    assert run("plan", "--example", "--format", "json") == run("plan", "--example", "--format", "json")


def test_json_is_one_plan_of_the_published_version(run: Run) -> None:
    code, out, err = run("plan", "--example", "--format", "json")
    plan = json.loads(out)
    assert (code, err) == (0, "")
    assert (plan["schema_version"], plan["status"], plan["as_of"]) == ("0.1", "awaiting-review", "2026-11-20")


def test_html_is_one_page_that_loads_nothing(run: Run) -> None:
    code, out, err = run("plan", "--example", "--format", "html")
    assert (code, err) == (0, "")
    assert out.startswith("<!doctype html>")
    assert not [mark for mark in ("<script", "src=", "@import", "url(") if mark in out]


def test_out_writes_a_file_and_says_so_beside_it(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "plan.json"
    code, out, err = run("plan", "--example", "--format", "json", "--out", str(target))
    assert (code, out, err) == (0, "", f"written to {target}\n")
    assert json.loads(target.read_text("utf-8"))["plan_id"].startswith("plan-")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".plan")] == []


def test_a_file_that_cannot_be_written_is_an_error_of_its_own(run: Run, tmp_path: Path) -> None:
    code, out, err = run("plan", "--example", "--out", str(tmp_path / "no" / "plan.txt"))
    assert (code, out) == (exit_codes.NOT_WRITTEN, "")
    assert "cannot be written: No such file or directory" in err


def test_standard_input_is_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(example_record())))
    code, out, _ = run("plan", "-", "--as-of", "2026-11-20", "--format", "json")
    assert (code, json.loads(out)["patient"]["reference"]) == (0, "Patient/example")


def test_a_bulk_export_is_read_by_patient(run: Run, tmp_path: Path) -> None:
    other = {**PATIENT, "id": "p2", "gender": "male"}
    (tmp_path / "Patient.ndjson").write_text("\n".join(map(json.dumps, (PATIENT, other))), "utf-8")
    code, out, _ = run("plan", str(tmp_path), "--patient", "p2", "--as-of", "2026-11-20", "--format", "json")
    assert (code, json.loads(out)["patient"]["sex"]) == (0, "male")
    code, out, err = run("plan", str(tmp_path), "--as-of", "2026-11-20")
    assert (code, out) == (exit_codes.UNREADABLE, "")
    assert "--patient" in err


def test_an_entry_that_cannot_be_used_is_set_aside_and_told(run: Run, file: Callable[..., str]) -> None:
    strange = {"resourceType": "Observation", "id": "o1", "status": 7, "subject": {"reference": "Patient/p1"}, "code": {"text": "x"}}
    code, out, err = run("plan", file(bundle(PATIENT, strange)), "--as-of", "2026-11-20", "--format", "json")
    plan = json.loads(out)
    assert code == exit_codes.SET_ASIDE
    assert err == f"{len(plan['input']['set_aside'])} entries of the input were set aside; the plan lists them.\n"
    assert [aside["entry"] for aside in plan["input"]["set_aside"]] == ["entry[1]"]


def test_one_who_has_died_gets_a_statement_and_no_plan(run: Run, file: Callable[..., str]) -> None:
    died = {**PATIENT, "deceasedDateTime": "2026-01-05"}
    code, out, _ = run("plan", file(bundle(died)), "--as-of", "2026-11-20", "--format", "json")
    plan = json.loads(out)
    assert (code, plan["status"], plan["items"]) == (0, "no-plan", [])


BAD: dict[str, Any] = {
    "nothing": b"",
    "not JSON": "Jane Example, born 1959",
    "XML": "<Bundle xmlns='http://hl7.org/fhir'/>",
    "a list": "[]",
    "a number": "7",
    "truncated": json.dumps(bundle(PATIENT))[:-30],
    "not FHIR": {"hello": "world"},
    "no patient": bundle(),
    "two patients": bundle(PATIENT, {**PATIENT, "id": "p2"}),
    "R5 by its own word": bundle({"resourceType": "CapabilityStatement", "fhirVersion": "5.0.0", "id": "x"}, fhirVersion="5.0.0"),
    "UTF-16": json.dumps(bundle(PATIENT)).encode("utf-16"),
    "binary": bytes(range(256)),
    "nested too deep": '{"resourceType": "Bundle", "entry": ' + "[" * 100_000,
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_what_is_no_record_is_refused_in_a_line_without_its_text(run: Run, file: Callable[..., str], content: Any) -> None:
    code, out, err = run("plan", file(content), "--as-of", "2026-11-20")
    assert (code, out) == (exit_codes.UNREADABLE, "")
    assert err.startswith("carewright: ")
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    assert "Jane" not in err


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    code, out, err = run("plan", str(tmp_path / "absent.json"))
    assert (code, out) == (exit_codes.UNREADABLE, "")
    assert "'absent.json' cannot be read" in err


def test_a_fault_of_the_program_tells_no_text_of_the_record(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("Jane Example, born 1959")

    monkeypatch.setattr("agent.faces.planning_face.make_plan", broken)
    code, out, err = run("plan", "--example")
    assert (code, out) == (exit_codes.FAULT, "")
    assert "ValueError at test_cli_plan.py" in err
    assert "Jane" not in err


def test_json_is_utf_8_whatever_the_locale_says() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "agent", "plan", "--example", "--format"]
    ended = subprocess.run([*command, "json"], capture_output=True, check=False, env=environment)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert "²" in json.loads(ended.stdout)["patient"]["kidney"]
    ended = subprocess.run([*command, "text"], capture_output=True, check=False, env=environment)
    assert ended.returncode == 0
    assert ended.stdout.isascii()


def test_a_reader_that_stops_reading_is_no_fault() -> None:
    command = f"{sys.executable} -m agent plan --example | head -1"
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert (ended.stdout.splitlines(), ended.stderr) == (["Treatment plan for Patient/example, as of 2026-11-20"], "")
