"""A scripted server over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

AS_OF = date(2026, 11, 20)
Reply = Callable[[dict[str, Any], BaseHTTPRequestHandler], tuple[int, bytes] | None]


def completion(content: object, reason: str = "stop", **message: object) -> bytes:
    """A chat completion that says this."""
    text = content if isinstance(content, str) or content is None else json.dumps(content)
    choice = {"index": 0, "finish_reason": reason, "message": {"role": "assistant", "content": text, **message}}
    return json.dumps(
        {"id": "x", "object": "chat.completion", "choices": [choice], "usage": {"prompt_tokens": 10, "completion_tokens": 5}}
    ).encode()


def named(reply: Reply) -> Reply:
    """The same with `@empagliflozin` as the handle of that line of the offer, `#potassium` as that of the first such fact, `@all` as all lines."""

    def with_handles(request: dict[str, Any], handler: BaseHTTPRequestHandler) -> tuple[int, bytes] | None:
        found = reply(request, handler)
        if found is None:
            return None
        offer = json.loads(request["messages"][1]["content"])
        body = found[1].replace(b'\\"@all\\"', b", ".join(b'\\"%s\\"' % o.encode() for o in offer["lines"]))
        names = {f"@{line['what'].casefold()}": o for o, line in reversed(offer["lines"].items())}
        names |= {f"#{text.removeprefix('takes ').casefold().split()[0]}": f for f, text in reversed(offer["facts"].items())}
        for name, handle in names.items():
            body = body.replace(b'\\"%s\\"' % name.encode(), b'\\"%s\\"' % handle.encode())
        return found[0], body

    return with_handles


class _Queued(ThreadingHTTPServer):
    request_queue_size = 128


class Server:
    """Answers every request with what `reply` makes of it: a status and the bytes, or anything it writes itself."""

    def __init__(self) -> None:
        self.requests: list[bytes] = []
        self.reply: Reply = lambda _request, _handler: (500, b"")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.requests.append(body)
                try:
                    answer = outer.reply(json.loads(body), self)
                    if answer is not None:
                        self.send_response(answer[0])
                        self.send_header("Content-Type", "application/json")
                        self.send_header("Content-Length", str(len(answer[1])))
                        self.end_headers()
                        self.wfile.write(answer[1])
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Says nothing."""

        self.http = _Queued(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"
        threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


def configure(server: Server, folder: Path, environment: pytest.MonkeyPatch, **more: str) -> None:
    """The server as the site's model `small-one`, with leave to send it what a prompt holds."""
    privacy = folder / "privacy.toml"
    privacy.write_text('[[send]]\nid = "x"\nto = "this-machine"\nwhat = ["facts", "findings", "options"]\n')
    named = {"MODEL_URL": server.url, "MODEL": "small-one", "PRIVACY": str(privacy), "HOME": str(folder / "home")}
    for name, value in (named | {f"MODEL_{name.upper()}": value for name, value in more.items()}).items():
        environment.setenv(f"CAREWRIGHT_{name}", value)
