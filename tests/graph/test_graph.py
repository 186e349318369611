"""The graph: its picture, its one interrupt, its bounded turns."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import agent.nodes.check
from agent.checking import Checked
from agent.context import in_memory
from agent.graph import PICTURE, picture
from agent.planning import make_plan, run, source_digest
from tools.clinical.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
AS_OF = date(2026, 11, 20)
EXAMPLE = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()


def bundle(**patient: object) -> bytes:
    resource = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-01", "gender": "female", **patient}
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": resource}]}).encode()


def test_the_picture_in_docs_is_that_of_the_code() -> None:
    assert PICTURE.read_text("utf-8") == picture()


def test_the_code_base_calls_interrupt_once() -> None:
    def calls(path: Path) -> Iterator[str]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "interrupt":
                yield str(path.relative_to(ROOT))

    found = [name for room in ("agent", "tools", "policies", "scenarios") for path in (ROOT / room).rglob("*.py") for name in calls(path)]
    assert found == ["agent/nodes/review.py"]


def test_nothing_stands_before_the_interrupt() -> None:
    tree = ast.parse((ROOT / "agent/nodes/review.py").read_text("utf-8"))
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef))
    assert "interrupt(" in ast.unparse(function.body[1])


def test_tracing_stays_off_whatever_the_environment_says() -> None:
    code = "import agent.graph; from langsmith.utils import tracing_is_enabled; print(tracing_is_enabled())"
    env = {**os.environ, "LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true", "LANGSMITH_API_KEY": "x"}
    assert subprocess.run([sys.executable, "-c", code], env=env, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_patient_who_died_gets_a_plain_statement() -> None:
    plan = make_plan(bundle(deceasedDateTime="2020-02-01"), AS_OF)
    assert (plan.status, plan.items) == ("no-plan", ())
    assert plan.summary == "The record says that this patient died on 2020-02-01. No plan is drafted."


def test_the_same_record_and_date_give_the_same_plan() -> None:
    assert make_plan(EXAMPLE, AS_OF) == make_plan(EXAMPLE, AS_OF)
    assert make_plan(EXAMPLE, AS_OF).status == "awaiting-review"


@pytest.mark.parametrize("rounds", [1, 3])
def test_a_draft_goes_back_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch, rounds: int) -> None:
    real = agent.nodes.check.check_plan
    drafts: list[Plan] = []

    def always_objects(plan: Plan, case: object) -> Checked:
        drafts.append(plan)
        checked = real(plan, case)  # type: ignore[arg-type]
        return Checked(checked.plan, frozenset({"nothing-of-this-name"}), ("never good enough",))

    monkeypatch.setattr(agent.nodes.check, "check_plan", always_objects)
    digest = source_digest(EXAMPLE)
    context = in_memory(EXAMPLE, digest)
    object.__setattr__(context, "max_drafts", rounds)
    plan = run(context, digest, AS_OF)
    assert len(drafts) == rounds + 1  # once more for the draft without the lines objected to
    assert plan.status == "awaiting-review"
