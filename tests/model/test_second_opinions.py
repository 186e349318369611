"""Several answers, a critic, and a pause that a server asks for."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET, structs

from agent.case import Case
from agent.drafting.by_model import ModelDrafter
from agent.drafting.offer import offer_of
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Model, Settings
from agent.errors import DraftError, StoreError
from agent.faces import configuration
from tests.model.scripted import Server, completion, named
from tests.model.test_model_drafter import answer, says


def _number(case: Case, action: str, text: str) -> str:
    return next(item.id[1:] for item in RulesDrafter().draft(case).items if (item.action, item.subject.text) == (action, text))


def test_both_are_off_by_default(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example))
    report = drafter.draft(example).drafter.report
    assert (report.choices, report.agreement, report.critic, len(server.requests)) == (1, 1.0, UNSET, 1)


def test_what_most_of_three_answers_put_off_is_put_off(server: Server, drafter: ModelDrafter, example: Case) -> None:
    n = _number(example, "start", "spironolactone")
    twice = answer(example, defer=[f"o{n}"])
    says(server, twice, answer(example, confirm=["f1"]), twice)
    plan = ModelDrafter(structs.replace(drafter.settings, choices=3)).draft(example)
    added = plan.questions[len(RulesDrafter().draft(example).questions) :]
    assert [question.about for question in added] == ["whether now: start spironolactone"]
    assert (plan.drafter.report.choices, plan.drafter.report.calls) == (3, 3)
    assert plan.drafter.report.agreement == 0.67
    asked = [json.loads(body) for body in server.requests]
    assert [(body["temperature"], body.get("seed")) for body in asked] == [(0.7, None), (0.7, 1), (0.7, 2)]


def test_answers_that_cannot_be_used_do_not_count(server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example), "nonsense", answer(example))
    report = ModelDrafter(structs.replace(drafter.settings, choices=3)).draft(example).drafter.report
    assert (report.choices, report.agreement) == (2, 1.0)


def _critic(server: Server, example: Case, *objections: dict[str, object]) -> list[dict[str, Any]]:
    asked: list[dict[str, Any]] = []

    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        asked.append(request)
        critic = request["model"] == "second"
        return 200, completion({"objections": list(objections)} if critic else answer(example))

    server.reply = named(reply)
    return asked


def test_an_objection_is_a_question_that_blocks_nothing(server: Server, drafter: ModelDrafter, example: Case) -> None:
    n = _number(example, "start", "spironolactone")
    potassium = "Potassium 4.6 mmol/L, 4 days ago."
    asked = _critic(server, example, {"line": f"o{n}", "kind": "too-soon", "facts": ["#potassium"], "text": potassium})
    plan, rules = ModelDrafter(structs.replace(drafter.settings, critic="second")).draft(example), RulesDrafter().draft(example)
    assert plan.items == rules.items
    question = plan.questions[-1]
    assert (question.about, question.why) == ("whether this is right: start spironolactone", f"A second reading would wait. {potassium}")
    assert (question.blocks, question.facts) == ((), ("Observation/potassium-2026-11",))
    assert [request["model"] for request in asked] == ["scripted", "second"]
    critic = plan.drafter.report.critic
    assert (critic.model, critic.objections, critic.struck, critic.failed, plan.drafter.report.calls) == ("second", 1, (), "", 2)


def test_words_that_nothing_bears_are_left_out_of_an_objection(server: Server, drafter: ModelDrafter, example: Case) -> None:
    _critic(server, example, {"line": "o1", "kind": "interacts", "facts": [], "text": "Give warfarin 50 mg instead."})
    plan = ModelDrafter(structs.replace(drafter.settings, critic="second")).draft(example)
    assert plan.questions[-1].why == "A second reading fears an interaction."
    assert plan.drafter.report.critic.struck == ("i1: what no source says: a word, a number",)


@pytest.mark.parametrize(
    "objection",
    [
        {"line": "o99", "kind": "dose", "facts": [], "text": ""},
        {"line": "o1", "kind": "add-warfarin", "facts": [], "text": ""},
        {"line": "o1", "kind": "dose", "facts": ["f999"], "text": ""},
        {"line": "o1", "kind": "dose", "facts": [], "text": "", "item": {"action": "start", "drug": "warfarin"}},
    ],
)
def test_a_critic_out_of_shape_is_not_heard_and_the_draft_stands(
    objection: dict[str, object], server: Server, drafter: ModelDrafter, example: Case
) -> None:
    _critic(server, example, objection)
    plan, rules = ModelDrafter(structs.replace(drafter.settings, critic="second")).draft(example), RulesDrafter().draft(example)
    assert (plan.items, plan.questions, plan.drafter.kind) == (rules.items, rules.questions, "model")
    assert plan.drafter.report.critic.failed
    assert plan.drafter.report.critic.objections == 0


def test_no_more_than_five_objections_are_heard(server: Server, drafter: ModelDrafter, example: Case) -> None:
    _critic(server, example, *({"line": f"o{n}", "kind": "order", "facts": [], "text": ""} for n in range(1, 12)))
    plan = ModelDrafter(structs.replace(drafter.settings, critic="second")).draft(example)
    assert len(plan.questions) - len(RulesDrafter().draft(example).questions) == plan.drafter.report.critic.objections == 5


def test_same_is_the_drafters_own_model() -> None:
    settings = Settings("http://localhost/v1", "m", critic="same", critic_url="", choices=3)
    assert (settings.of_critic.model, settings.of_critic.url, settings.of_critic.heat) == ("m", "http://localhost/v1", 0.0)


def test_a_pause_that_fits_is_kept_and_one_that_does_not_is_not_waited_for(server: Server, example: Case) -> None:
    waits = ["1", "3600"]

    def busy(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(429)
        handler.send_header("Retry-After", waits.pop(0))
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    server.reply = busy
    plan = ModelDrafter(Settings(server.url, "scripted", timeout=10.0, retries=3)).draft(example)
    assert (plan.drafter.fell_back, plan.drafter.report.calls) == ("the server answered 429: it is asked too often", 2)
    assert 1000 <= plan.drafter.report.milliseconds < 9000


def test_settings_stand_in_the_configuration_and_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "carewright.toml"
    key = tmp_path / "key"
    key.write_text("sk-1\n")
    file.write_text(f'[model]\nurl = "http://127.0.0.1:1/v1"\nname = "a"\nkey_file = "{key}"\nchoices = 3\ncritic = "same"\n')
    monkeypatch.setenv("CAREWRIGHT_CONFIG", str(file))
    table = configuration.load().model
    found = Settings.of({"CAREWRIGHT_MODEL": "b", "CAREWRIGHT_MODEL_CHOICES": "2"}, table)
    assert (found.model, found.key, found.choices, found.critic, found.url) == ("b", "sk-1", 2, "same", "http://127.0.0.1:1/v1")
    file.write_text("[model]\nchoices = 0\n")
    with pytest.raises(StoreError, match=r"model\.choices is 0"):
        configuration.load()


@pytest.mark.parametrize("table", [Model(choices=9), Model(timeout=0), Model(retries=-1), Model(temperature=-0.1), Model(tokens=0)])
def test_what_cannot_be_is_named(table: Model) -> None:
    with pytest.raises(DraftError, match="model"):
        Settings.of({"CAREWRIGHT_MODEL_URL": "http://localhost/v1", "CAREWRIGHT_MODEL": "m"}, table)


def test_an_option_without_a_reason_is_a_question_and_changes_no_line(server: Server, drafter: ModelDrafter, example: Case) -> None:
    offer = offer_of(example, RulesDrafter().draft(example))
    handle, option = next(iter(offer.options.items()))
    says(server, answer(example, prefer=[{"option": handle, "facts": [], "text": ""}]))
    plan, rules = drafter.draft(example), RulesDrafter().draft(example)
    assert plan.items == rules.items
    question = plan.questions[-1]
    assert question.about == f"whether {option.name} instead of {offer.lines[option.line].subject.text}"
    assert question.why.startswith("The model would choose it; the tools did not: ")
    assert question.blocks == ()


@pytest.mark.parametrize("handle", ["a99", "o1", "warfarin"])
def test_an_option_that_was_not_offered_is_refused(handle: str, server: Server, drafter: ModelDrafter, example: Case) -> None:
    says(server, answer(example, prefer=[{"option": handle, "facts": [], "text": ""}]))
    plan = drafter.draft(example)
    assert (plan.drafter.kind, plan.drafter.fell_back) == ("rules", "the answer names handles that were not offered")
