"""What a model can change of a plan, and what it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec import UNSET, structs

from agent.case import Case
from agent.checking import check
from agent.drafting.by_model import ModelDrafter
from agent.drafting.prompting import preview
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings
from agent.errors import DraftError
from agent.planning import make_plan
from tests.model.scripted import AS_OF, Server, completion, named


def answer(case: Case, **changes: object) -> dict[str, object]:
    """An answer that keeps every line, with these changes."""
    lines = [f"o{n}" for n in range(1, len(RulesDrafter().draft(case).items) + 1)]
    return {"order": lines, "defer": [], "confirm": [], "wording": []} | changes


def says(server: Server, *answers: object) -> None:
    """The server gives these answers one after the other, the last one for ever."""
    left = list(answers)
    server.reply = named(lambda _request, _handler: (200, completion(left.pop(0) if len(left) > 1 else left[0])))


def test_a_model_that_keeps_everything_changes_nothing_but_the_signature(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert (plan.items, plan.questions) == (rules.items, rules.questions)
    assert (plan.drafter.kind, plan.drafter.model, plan.drafter.fell_back) == ("model", "scripted", None)
    assert (plan.drafter.report.calls, plan.drafter.report.prompt_tokens, plan.drafter.report.answer_tokens) == (1, 10, 5)
    assert len(server.requests) == 1


def test_wording_that_the_facts_bear_is_used_and_counted(server: Server, drafter: ModelDrafter, example: Case) -> None:
    words = "NSAIDs worsen heart failure."
    says(server, answer(example, wording=[{"line": "@ibuprofen", "facts": ["#ibuprofen"], "text": words}]))
    plan = drafter.draft(example)
    assert next(item for item in plan.items if item.id == "i2").rationale[0].text == words
    assert (plan.drafter.report.sentences, plan.drafter.report.grounded, plan.drafter.report.struck) == (1, 1, ())


def test_a_ten_fold_dose_goes_back_once_and_is_struck(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, wording=[{"line": "@empagliflozin", "facts": [], "text": "Empagliflozin 100 mg by mouth once daily."}]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert plan.items == rules.items
    assert [why.split(": ", 1)[1] for why in plan.drafter.report.struck] == ["what no source says: a number"]
    assert len(server.requests) == 2


def test_safety_lines_cannot_be_left_out_or_put_off(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, order=["@empagliflozin"], defer=["@simvastatin", "@ibuprofen"]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert {item.id for item in plan.items} == {item.id for item in rules.items}
    altered = [item for item in plan.items if item.action in {"stop", "hold", "change"}]
    assert altered == [item for item in rules.items if item.action in {"stop", "hold", "change"}]
    assert set(plan.drafter.report.restored) == {item.id for item in altered}


def test_a_line_put_off_stays_and_waits_for_the_team(server: Server, drafter: ModelDrafter, example: Case) -> None:
    number = next(i.id[1:] for i in RulesDrafter().draft(example).items if (i.action, i.subject.text) == ("start", "spironolactone"))
    says(server, answer(example, defer=[f"o{number}"]))
    plan = drafter.draft(example)
    item = next(item for item in plan.items if item.id == f"i{number}")
    question = next(q for q in plan.questions if q.id == item.conditional_on[-1])
    assert (question.about, question.blocks) == ("whether now: start spironolactone", (f"i{number}",))


def test_a_doubtful_fact_becomes_a_question_about_its_reference(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, confirm=["#potassium"]))
    question = drafter.draft(example).questions[-1]
    assert question.about == "whether this is right: Potassium 4.6 mmol/L, 4 days ago"
    assert question.facts == ("Observation/potassium-2026-11",)


def test_urgent_lines_come_first_whatever_the_order(server: Server, drafter: ModelDrafter, example: Case) -> None:
    kept = answer(example)["order"]
    says(server, answer(example, order=kept[::-1]))
    ids = [item.id for item in drafter.draft(example).items]
    assert ids[:5] == ["i1", "i2", "i3", "i4", "i5"]
    assert ids[5:] == [f"i{n}" for n in range(len(kept), 5, -1)]


def test_a_drafted_plan_passes_the_check_with_every_line(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example))
    draft = drafter.draft(example)
    checked = check(draft, example).plan.items
    assert tuple(structs.replace(item, patient_instruction="") for item in checked) == draft.items


def test_a_second_answer_repairs_the_first(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, "no JSON at all", answer(example))
    plan = drafter.draft(example)
    assert (plan.drafter.fell_back, plan.drafter.report.calls) == (None, 2)
    assert b"That answer cannot be used" in server.requests[1]


def test_the_ladder_is_probed_once(server: Server, drafter: ModelDrafter, example: Case) -> None:
    def reply(request: dict[str, object], _handler: object) -> tuple[int, bytes]:
        return (400, b"{}") if "response_format" in request else (200, completion(answer(example)))

    server.reply = reply
    first, second = drafter.draft(example), drafter.draft(example)
    assert (first.drafter.report.calls, second.drafter.report.calls) == (3, 1)
    forms = [json.loads(body).get("response_format", {}).get("type") for body in server.requests]
    assert forms == ["json_schema", "json_object", None, None]


def test_without_settings_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, example_bytes: bytes) -> None:
    monkeypatch.delenv("CAREWRIGHT_MODEL_URL", raising=False)
    with pytest.raises(DraftError, match="set CAREWRIGHT_MODEL_URL"):
        make_plan(example_bytes, AS_OF, drafter="model")


@pytest.mark.parametrize(("name", "value"), [("CAREWRIGHT_MODEL_TIMEOUT", "soon"), ("CAREWRIGHT_MODEL_RETRIES", "often")])
def test_settings_that_are_no_numbers_are_named(name: str, value: str) -> None:
    with pytest.raises(DraftError, match="are numbers"):
        Settings.of({"CAREWRIGHT_MODEL_URL": "http://localhost/v1", "CAREWRIGHT_MODEL": "m", name: value})


def test_nothing_leaves_unless_the_site_has_signed_for_that_place(
    server: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, example: Case
) -> None:
    monkeypatch.setenv("CAREWRIGHT_MODEL_URL", server.url)
    monkeypatch.setenv("CAREWRIGHT_MODEL", "scripted")
    monkeypatch.delenv("CAREWRIGHT_PRIVACY", raising=False)
    with pytest.raises(DraftError, match="nothing leaves by default"):
        ModelDrafter.configured()
    policy = tmp_path / "privacy.toml"
    monkeypatch.setenv("CAREWRIGHT_PRIVACY", str(policy))
    policy.write_text('[[send]]\nid = "x"\nto = "this-machine"\nwhat = ["facts", "findings", "options"]\n')
    says(server, answer(example))
    assert ModelDrafter.configured().draft(example).drafter.kind == "model"
    monkeypatch.setenv("CAREWRIGHT_MODEL_URL", "https://model.example/v1")
    with pytest.raises(DraftError, match="to elsewhere"):
        ModelDrafter.configured()


def test_the_preview_is_what_is_sent(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example))
    drafter.draft(example)
    sent = json.loads(server.requests[0])["messages"]
    assert preview(example) == "\n\n".join(f"{m['role']}:\n{m['content']}" for m in sent)


def test_a_rules_plan_carries_no_report(example: Case) -> None:
    assert RulesDrafter().draft(example).drafter.report is UNSET
