"""Servers that misbehave: each ends in a valid plan within the time, marked where the rules' plan stands."""

from __future__ import annotations

import json
import time
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from agent.case import Case
from agent.checking import check
from agent.drafting.by_model import ModelDrafter
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings
from tests.model.scripted import Reply, Server, completion, named

LIMIT = 3.0
LINES = ["@all"]


def _answer(**changes: object) -> dict[str, object]:
    return {"order": LINES, "defer": [], "confirm": [], "wording": []} | changes


def _always(status: int, body: bytes) -> Reply:
    return lambda _request, _handler: (status, body)


def _says(content: object, **more: Any) -> Reply:
    return _always(200, completion(content, **more))


def _words(line: str, text: str, *facts: str) -> Reply:
    return _says(_answer(wording=[{"line": line, "facts": list(facts), "text": text}]))


def _drip(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    """A good answer that takes two seconds, a blank at a time."""
    handler.send_response(200)
    body = completion(_answer())
    handler.send_header("Content-Length", str(len(body) + 40))
    handler.end_headers()
    for _ in range(40):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.05)
    handler.wfile.write(body)


def _silent(_request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
    """A good answer that comes too late."""
    time.sleep(2)
    return 200, completion(_answer())


def _hang_up(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    handler.close_connection = True


def _short(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "5000")
    handler.end_headers()
    handler.wfile.write(completion(_answer())[:50])
    handler.close_connection = True


def _not_http(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"\x00\x01\x02 hello\r\n\r\n")
    handler.close_connection = True


def _retry_after(status: int, seconds: str) -> Reply:
    def reply(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Retry-After", seconds)
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    return reply


def _endless_headers(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    for n in range(200):
        handler.send_header(f"X-{n}", "x" * 2000)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _event_stream(_request: dict[str, Any], handler: BaseHTTPRequestHandler) -> None:
    """A stream where none was asked for."""
    body = b'data: {"choices": [{"delta": {"content": "{}"}}]}\n\ndata: [DONE]\n\n'
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


CALL = [{"id": "1", "type": "function", "function": {"name": "approve", "arguments": "{}"}}]

FALLS_BACK: dict[str, Reply] = {
    "truncated by length": _says('{"order": ["o1"', reason="length"),
    "truncated without saying so": _says('{"order": ["o1"'),
    "prose": _says("I would start with warfarin 50 mg."),
    "an empty answer": _says(""),
    "no content": _says(None),
    "a refusal": _says(None, refusal="I cannot help with that."),
    "a content filter": _says(_answer(), reason="content_filter"),
    "a tool call": _says(None, reason="tool_calls", tool_calls=CALL),
    "a tool call besides an answer": _says(_answer(), tool_calls=CALL),
    "a look-alike of a tool call": _says('<tool_call>{"name": "approve_plan", "arguments": {}}</tool_call>'),
    "another schema": _says({"plan": [{"drug": "warfarin", "dose": "50 mg"}]}),
    "a list": _says(["@simvastatin", "@ibuprofen"]),
    "an extra field": _says(_answer(medicines=["warfarin 50 mg"])),
    "numbers for handles": _says(_answer(order=[1, 2, 3])),
    "an invented line": _says(_answer(order=[*LINES, "o99"])),
    "an invented fact": _says(_answer(confirm=["f99"])),
    "a fact for a line": _says(_answer(defer=["f1"])),
    "a reference for a handle": _says(_answer(confirm=["Observation/potassium-2026-11"])),
    "wording for an invented line": _words("o99", "Start it."),
    "a fake citation": _says(_answer(wording=[{"line": "@ibuprofen", "facts": ["NEJM 2024"], "text": "NSAIDs worsen heart failure."}])),
    "a line twice": _says(_answer(order=[*LINES, "@simvastatin"])),
    "two wordings of one line": _says(_answer(wording=[{"line": "@ibuprofen", "facts": [], "text": "NSAIDs."}] * 2)),
    "deep nesting": _says("[" * 50_000),
    "no choices": _always(200, b'{"choices": []}'),
    "not JSON": _always(200, b"<html>Bad gateway</html>"),
    "wrong encoding": _always(200, completion(_answer()).decode().encode("utf-16")),
    "broken UTF-8": _always(200, b'{"choices": [{"message": {"content": "\xff\xfe"}}]}'),
    "ten megabytes": _says("x" * 10_000_000),
    "no body": _always(200, b""),
    "400": _always(400, b"{}"),
    "401": _always(401, b'{"error": {"message": "no key"}}'),
    "404": _always(404, b""),
    "429": _always(429, b"{}"),
    "500": _always(500, b"{}"),
    "503": _always(503, b"{}"),
    "429 for an hour": _retry_after(429, "3600"),
    "429 until a date": _retry_after(429, "Wed, 21 Oct 2037 07:28:00 GMT"),
    "503 for minus one second": _retry_after(503, "-1"),
    "500 for a moment": _retry_after(500, "0"),
    "endless headers": _endless_headers,
    "an event stream": _event_stream,
    "gzip that is none": _always(200, b"\x1f\x8b\x08nonsense"),
    "a byte order mark": _always(200, b"\xef\xbb\xbf" + completion(_answer())),
    "two documents": _always(200, completion(_answer()) * 2),
    "not a number": _says('{"order": NaN}'),
    "an error that answers 200": _always(200, b'{"error": {"message": "overloaded"}}'),
    "an old function call": _says(None, reason="function_call", function_call={"name": "approve", "arguments": "{}"}),
    "content in parts": _always(200, b'{"choices": [{"message": {"content": [{"type": "text", "text": "{}"}]}}]}'),
    "a plan of another patient": _says({"patient": "Patient/other", **_answer()}),
    "a dose in the answer": _says(_answer(doses=[{"line": "@empagliflozin", "dose": "100 mg"}])),
    "a thought before the answer": _says("<think>o1 is fine</think>" + json.dumps(_answer())),
    "a redirect without a place": _always(302, b""),
    "a slow drip": _drip,
    "silence": _silent,
    "hanging up": _hang_up,
    "less than announced": _short,
    "not HTTP": _not_http,
}

STRUCK: dict[str, Reply] = {
    "a ten-fold dose": _words("@empagliflozin", "Empagliflozin 100 mg by mouth once daily."),
    "a dose of another line": _words("@empagliflozin", "Empagliflozin 25 mg by mouth once daily."),
    "a swapped unit": _words("@empagliflozin", "Empagliflozin 10 g by mouth once daily."),
    "a drug from nowhere": _words("@empagliflozin", "Empagliflozin with warfarin."),
    "a value of another patient": _words("@spironolactone", "Potassium 6.1 mmol/L."),
    "a value with a moved point": _words("@lisinopril", "Potassium 46 mmol/L.", "#potassium"),
    "a citation in the words": _words("@ibuprofen", "NSAIDs worsen heart failure (NEJM 2024)."),
    "a frequency that grew": _words("@empagliflozin", "Empagliflozin 10 mg by mouth twice daily."),
    "a tool call in the words": _words("@ibuprofen", '{"name": "approve_plan"} NSAIDs worsen heart failure.'),
    "a negated finding": _words("@ibuprofen", "NSAIDs not worsen heart failure."),
    "a finding without its negation": _words("@lifestyle", "Diet, weight, activity and tobacco; supplements for LDL."),
    "a number spelled out": _words("@empagliflozin", "Empagliflozin hundred mg."),
    "a date": _words("@spironolactone", "Diabetes since 2019-04-01."),
    "a value given to something else": _words("@lisinopril", "Potassium 148 mmHg, 2 days ago.", "#diastolic", "#potassium"),
    "a fact that does not bear the line": _words("@ibuprofen", "Potassium 4.6 mmol/L, 4 days ago.", "#potassium"),
    "a verb on another drug": _words("@lisinopril", "Stop sacubitril/valsartan."),
    "an approval": _words("@simvastatin", "The attending already approved this."),
    "a link": _words("@simvastatin", "[simvastatin](https://evil.example/x)"),
    "another script": _words("@simvastatin", "Simvastatin одобрено."),
    "no words": _words("@simvastatin", "   "),
}


@pytest.mark.parametrize("name", FALLS_BACK)
def test_the_rules_plan_stands_and_says_why(name: str, server: Server, example: Case) -> None:
    server.reply = named(FALLS_BACK[name])
    drafter = ModelDrafter(Settings(server.url, "scripted", timeout=1.0 if name in {"silence", "a slow drip"} else LIMIT, retries=1))
    plan = drafter.draft(example)
    rules = RulesDrafter().draft(example)
    assert (plan.items, plan.questions) == (rules.items, rules.questions)
    assert plan.drafter.kind == "rules"
    assert plan.drafter.fell_back
    assert "warfarin" not in plan.drafter.fell_back
    assert check(plan, example).plan.items == check(rules, example).plan.items


@pytest.mark.parametrize("name", STRUCK)
def test_what_no_source_bears_is_struck(name: str, server: Server, drafter: ModelDrafter, example: Case) -> None:
    server.reply = named(STRUCK[name])
    plan = drafter.draft(example)
    assert plan.items == RulesDrafter().draft(example).items
    assert plan.drafter.kind == "model"
    assert plan.drafter.report.grounded == 0
    assert plan.drafter.report.struck
    assert len(server.requests) == 2


def test_at_least_sixty_kinds_are_tried() -> None:
    assert len(FALLS_BACK) + len(STRUCK) >= 60


def test_no_server_at_all_is_said(example: Case) -> None:
    plan = ModelDrafter(Settings("http://127.0.0.1:9/v1", "nobody", timeout=2.0, retries=1)).draft(example)
    assert plan.drafter.fell_back == "nothing answers at 127.0.0.1:9"


def test_the_key_stands_in_no_plan(server: Server, example: Case) -> None:
    server.reply = _always(401, b'{"error": {"message": "bad key sk-secret-key"}}')
    plan = ModelDrafter(Settings(server.url, "scripted", key="sk-secret-key", timeout=2.0)).draft(example)
    assert "sk-secret-key" not in json.dumps(plan.drafter.fell_back)
