"""The safety case and the model card name only what exists, and what is committed is what the data say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.main import get_command

from agent.faces.cli import app
from agent.faces.conformance import _PROBES
from scenarios.assurance import Promise, absent_tests, card_text, case_text, figure, model_card, safety_case
from tools.clinical.errors import KnowledgeError

ROOT = Path(__file__).resolve().parents[2]
REPORT = ROOT / "docs" / "report"


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((REPORT / "figures.json").read_bytes())
    return found


@pytest.mark.parametrize("promise", safety_case().promise, ids=lambda promise: promise.claim)
def test_every_test_probe_command_and_page_of_a_promise_exists(promise: Promise) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    assert absent_tests(promise) == []
    assert set(promise.probes) <= set(_PROBES)
    assert set(promise.commands) <= commands
    assert not promise.report or (REPORT / promise.report).is_file()
    assert promise.tests or promise.probes


def test_a_test_that_is_not_there_is_noticed() -> None:
    made_up = ("tests/scenarios/test_assurance.py::test_nobody_wrote_this", "tests/scenarios/test_nothing.py")
    assert absent_tests(Promise(claim="", because="", open="", tests=made_up)) == list(made_up)


def test_a_figure_that_is_not_there_is_noticed(figures: dict[str, Any]) -> None:
    with pytest.raises(KnowledgeError, match=r"measures\.beauty"):
        figure("measures.beauty", figures)


def test_what_is_committed_is_what_the_data_and_the_figures_say(figures: dict[str, Any]) -> None:
    assert (ROOT / "docs" / "model-card.md").read_text("utf-8") == card_text(figures)
    assert (ROOT / "docs" / "safety-case.md").read_text("utf-8") == case_text(figures)


def test_the_model_card_has_every_field_of_the_applied_model_card() -> None:
    names = {name for section in model_card().section for name in section.field}
    wanted = {
        "Model name", "Model developer", "Developer contact", "Release stage", "Release date", "Release version", "Global availability",
        "Regulatory approval", "Summary", "Keywords", "Intended use and workflow", "Primary intended users", "How to use",
        "Targeted patient population", "Cautioned out-of-scope settings", "Known risks and limitations",
        "Known biases or ethical considerations", "Clinical risk level", "Outcomes and outputs", "Model type", "Foundation models",
        "Input data source", "Output and input data types", "Development data characterization", "Bias mitigation approaches",
        "Ongoing maintenance", "Security", "Transparency", "Funding source", "Third-party information", "Stakeholders consulted",
        "Metric goal", "Result", "Interpretation", "Test type", "Testing data description", "Validation process and justification",
        "Evaluation references", "Clinical trial", "Peer-reviewed publications", "Reimbursement status", "Patient consent or disclosure",
        "Bibliography",
    }  # fmt: skip
    assert wanted - names == set()
    assert sum(section.name.startswith("Key metric") for section in model_card().section) == 3


def test_every_promise_says_what_it_does_not_show() -> None:
    assert all(promise.open for promise in safety_case().promise)


def test_the_report_is_small_self_contained_and_names_no_machine() -> None:
    pages = [path for path in REPORT.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in pages) < 1_000_000
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search(r"<script|src=|@import|/(?:tmp|work|home|opt)/", text), path.name


def test_links_of_the_report_lead_somewhere() -> None:
    for page in (REPORT / "README.md", ROOT / "docs" / "safety-case.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).is_file(), f"{page.name}: {target}"
