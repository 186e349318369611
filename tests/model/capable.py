"""A scripted endpoint that answers as a good model would: it reads the offer, and uses everything that an answer may hold.

It keeps the lines in their order, words two of them from their own facts, prefers one option for what the table says of its cost,
asks about the oldest value, proposes one medicine from outside, and as a critic objects to one line. It streams where it is asked to.
"""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.model.scripted import completion

OUTSIDE = "nitroglycerin"
CRITIC = "You read a drafted treatment plan again"
_PIECE = 40


def capable(request: dict[str, Any], handler: BaseHTTPRequestHandler) -> tuple[int, bytes] | None:
    """Answer a drafter or a critic."""
    system, offer = request["messages"][0]["content"], json.loads(request["messages"][1]["content"])
    if "lines" not in offer:
        return 200, completion({"ready": True})
    answer = _objections(offer) if system.startswith(CRITIC) else _answer(offer)
    text = json.dumps(answer)
    usage = {"prompt_tokens": len(system) // 4 + len(json.dumps(offer)) // 4, "completion_tokens": len(text) // 4}
    if request.get("stream"):
        return _stream(text, usage, handler)
    whole = json.loads(completion(text)) | {"usage": usage}
    return 200, json.dumps(whole).encode()


def _answer(offer: dict[str, Any]) -> dict[str, Any]:
    lines = offer["lines"]
    worded = [o for o, line in lines.items() if line.get("facts") and line.get("why")][:2]
    return {
        "order": list(lines),
        "defer": [],
        "confirm": list(offer["facts"])[-1:],
        "wording": [{"line": o, "facts": lines[o]["facts"][:1], "text": lines[o]["why"].split(". ")[0].rstrip(".") + "."} for o in worded],
        "prefer": list(_preferred(lines))[:1],
        "propose": [{"medicine": OUTSIDE, "facts": list(offer["facts"])[:1]}],
    }


def _preferred(lines: dict[str, Any]) -> Any:
    """The first option that costs little, of the same decision."""
    for line in lines.values():
        for handle, option in line.get("options", {}).items():
            if option.get("cost") == "low" and option["not_chosen"].startswith("Also suitable") and option["name"] != "eplerenone":
                yield {"option": handle, "facts": [], "text": f"{option['name'].capitalize()} cost is low."}


def _objections(offer: dict[str, Any]) -> dict[str, Any]:
    o, line = next((o, line) for o, line in offer["lines"].items() if line["do"] == "start")
    return {"objections": [{"line": o, "kind": "too-soon", "facts": line.get("facts", [])[:1], "text": ""}]}


def _stream(text: str, usage: dict[str, int], handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.end_headers()
    pieces = [{"delta": {"content": text[n : n + _PIECE]}} for n in range(0, len(text), _PIECE)]
    events: list[dict[str, Any]] = [{"choices": [piece]} for piece in pieces]
    events += [{"choices": [{"delta": {}, "finish_reason": "stop"}]}, {"choices": [], "usage": usage}]
    for event in events:
        handler.wfile.write(b"data: " + json.dumps(event).encode() + b"\n\n")
    handler.wfile.write(b"data: [DONE]\n\n")
    handler.close_connection = True
