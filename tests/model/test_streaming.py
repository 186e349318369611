"""Where somebody watches, an answer comes in pieces; where the server cannot, it comes whole; either way the plan is the same."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from msgspec import structs

from agent.case import Case
from agent.drafting import replies
from agent.drafting.by_model import ModelDrafter
from agent.drafting.offer import offer_of
from agent.drafting.replies import Passing
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings
from tests.model.scripted import Server, completion
from tests.model.test_model_drafter import answer
from tools.clinical.plan import Plan


def _events(handler: BaseHTTPRequestHandler, events: list[str], pause: float = 0.0) -> None:
    """Server-sent events, in writes that end wherever they end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream; charset=utf-8")
    handler.end_headers()
    whole = "".join(f"data: {event}\n\n" for event in events).encode()
    for start in range(0, len(whole), 700):
        handler.wfile.write(whole[start : start + 700])
        handler.wfile.flush()
        time.sleep(pause)
    handler.close_connection = True


def _piece(text: str | None, reason: str | None = None, **delta: object) -> str:
    said = ({"content": text} if text is not None else {}) | delta
    return json.dumps({"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": said, "finish_reason": reason}]})


def _in_pieces(text: str, usage: bool = True) -> list[str]:
    pieces = [_piece(text[n : n + 9]) for n in range(0, len(text), 9)]
    counted = [json.dumps({"choices": [], "usage": {"prompt_tokens": 900, "completion_tokens": 77}})] if usage else []
    return [_piece("", role="assistant"), *pieces, _piece(None, "stop"), *counted, "[DONE]"]


def _watched(server: Server, case: Case, **settings: Any) -> tuple[Plan, list[str]]:
    told: list[str] = []
    return ModelDrafter(Settings(server.url, "scripted", timeout=5.0, retries=0, **settings), told.append).draft(case), told


def test_an_answer_in_pieces_is_the_same_answer_and_its_progress_is_told(
    server: Server, example: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_TELL_EVERY", 0.0)
    line = next(o for o, item in offer_of(example, RulesDrafter().draft(example)).lines.items() if item.subject.text == "empagliflozin")
    text = json.dumps(answer(example, defer=[line]))
    server.reply = lambda _request, handler: _events(handler, _in_pieces(text))
    plan, told = _watched(server, example)
    assert [q.about for q in plan.questions][-1] == "whether now: start empagliflozin"
    report = plan.drafter.report
    assert (report.calls, report.prompt_tokens, report.answer_tokens) == (1, 900, 77)
    assert [line for line in told if isinstance(line, Passing)][-1].endswith("pieces of the answer have come")
    assert (told[0], told[-1]) == ("scripted is asked", "scripted has answered")
    assert json.loads(server.requests[0])["stream"] is True


def test_a_server_that_counts_nothing_is_counted_by_its_pieces(server: Server, example: Case) -> None:
    text = json.dumps(answer(example))
    server.reply = lambda _request, handler: _events(handler, _in_pieces(text, usage=False))
    plan, _ = _watched(server, example)
    assert (plan.drafter.kind, plan.drafter.report.answer_tokens) == ("model", -(-len(text) // 9))


def test_a_server_that_answers_whole_all_the_same_is_understood(server: Server, example: Case) -> None:
    server.reply = lambda _request, _handler: (200, completion(answer(example)))
    plan, _ = _watched(server, example)
    assert (plan.drafter.kind, plan.drafter.report.calls) == ("model", 1)


def test_a_server_that_refuses_to_stream_is_asked_once_and_not_again(server: Server, example: Case) -> None:
    def reply(request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        return (400, b"{}") if "stream" in request else (200, completion(answer(example)))

    server.reply = reply
    first, second = _watched(server, example)[0], _watched(server, example)[0]
    assert (first.drafter.report.calls, second.drafter.report.calls) == (2, 1)
    assert ["stream" in json.loads(body) for body in server.requests] == [True, False, False]


def test_a_server_that_streams_and_knows_no_schema_still_streams(server: Server, example: Case) -> None:
    text = json.dumps(answer(example))

    def reply(request: dict[str, Any], handler: BaseHTTPRequestHandler) -> tuple[int, bytes] | None:
        if "response_format" in request:
            return 400, b"{}"
        return _events(handler, _in_pieces(text))

    server.reply = reply
    assert _watched(server, example)[0].drafter.kind == "model"
    assert json.loads(server.requests[-1])["stream"] is True


def test_nobody_watching_nothing_is_streamed(server: Server, drafter: ModelDrafter, example: Case) -> None:
    server.reply = lambda _request, _handler: (200, completion(answer(example)))
    drafter.draft(example)
    assert "stream" not in json.loads(server.requests[0])


TEXT = '{"order": ["o1"'
BAD: dict[str, tuple[Callable[[], list[str]], str]] = {
    "cut off": (lambda: [_piece(TEXT)], "the server's answer was cut off"),
    "by length": (lambda: [_piece(TEXT), _piece(None, "length"), "[DONE]"], "the model did not finish an answer (length)"),
    "an error in between": (
        lambda: [_piece(TEXT), '{"error": {"message": "overloaded"}}'],
        "the server broke its answer off with an error",
    ),
    "a tool call": (
        lambda: [_piece(None, tool_calls=[{"id": "1"}]), _piece(None, "tool_calls"), "[DONE]"],
        "the model did not finish an answer (tool_calls)",
    ),
    "a refusal": (lambda: [_piece(None, refusal="No."), _piece(None, "stop"), "[DONE]"], "the model did not finish an answer (refused)"),
    "not JSON": (lambda: ["<html>"], "the server's answer is not a chat completion"),
    "another kind of event": (lambda: ["[1, 2]"], "the server's answer is not a chat completion"),
    "nothing but its end": (lambda: ["[DONE]"], "the answer is not of the form that was asked for"),
    "one endless event": (lambda: [_piece("x" * 300_000), "[DONE]"], "the answer is too long"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_stream_ends_in_the_rules_plan_and_says_why(name: str, server: Server, example: Case) -> None:
    events, why = BAD[name]
    server.reply = lambda _request, handler: _events(handler, events())
    plan, _ = _watched(server, example)
    assert (plan.drafter.kind, plan.drafter.fell_back) == ("rules", why)


def test_a_stream_that_drips_for_ever_ends_with_the_time(server: Server, example: Case) -> None:
    server.reply = lambda _request, handler: _events(handler, [_piece("x")] * 400, pause=0.05)
    told: list[str] = []
    settings = structs.replace(Settings(server.url, "scripted", retries=0), timeout=0.7)
    plan = ModelDrafter(settings, told.append).draft(example)
    assert plan.drafter.fell_back in {"the time for this draft is over", "the server did not answer whole and in time"}
    assert plan.drafter.report.milliseconds < 3000
