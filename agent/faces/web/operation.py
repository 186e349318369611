"""What holds for every request, whichever route: its rate, its size, its time, one line in the log, and no traceback to anybody.

Logs, counts and spans name routes as they are declared (`/plans/{name}`), methods, statuses and durations. No address of a plan, no word of
a body, no query, no header and no message of an unforeseen error stands in them.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from anyio.to_thread import current_default_thread_limiter
from starlette.responses import Response

from agent.errors import place_of
from agent.faces.configuration import Configuration
from agent.faces.web.metrics import Metrics
from agent.faces.web.problems import problem
from agent.faces.web.rates import Rate

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
_PLANNING = ("/api/v1/plans", "/plans")
_SESSION = "carewright="
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Others are counted and logged as one: whoever calls could make up any number."""


class _TooLargeError(Exception):
    """The body goes on beyond what is allowed."""


@dataclass
class _Exchange:
    """One request and its answer, watched: how much comes in, and with which status it goes out."""

    receive: Receive
    send: Send
    limit: int
    name: str
    status: int = 500
    started: bool = False
    too_large: bool = False
    _got: int = 0

    async def counted(self) -> Message:
        """What comes in, up to the limit."""
        message = await self.receive()
        self._got += len(message.get("body", b""))
        if self._got > self.limit:
            self.too_large = True
            raise _TooLargeError
        return message

    async def told(self, message: Message) -> None:
        """What goes out; whatever the application makes of a body that was cut off is not it."""
        if self.too_large and not self.started:
            return
        if message["type"] == "http.response.start":
            self.status, self.started = message["status"], True
            message["headers"] = [*message.get("headers", ()), (b"x-request-id", self.name.encode())]
        await self.send(message)

    async def refuse(self, scope: Scope, answer: Response) -> None:
        """Answer with this, where nothing was answered yet."""
        if not self.started:
            self.too_large = False
            await answer(scope, self.receive, self.told)


@dataclass
class Operation:
    """Around the whole application.

    Args:
        app: what answers.
        settings: limits, and whether there are logs and spans.
        metrics: where it is counted.
        write: where a line of the log goes.
    """

    app: App
    settings: Configuration
    metrics: Metrics
    write: Callable[[str], object] = field(default_factory=lambda: lambda line: print(line, file=sys.stderr, flush=True))  # noqa: T201
    _rate: Rate = field(init=False)
    _plans: Rate = field(init=False)
    _bounded: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._rate = Rate(self.settings.limits.requests_per_minute)
        self._plans = Rate(self.settings.limits.plans_per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._bound_threads()
        began, name = time.perf_counter(), secrets.token_hex(8)
        scope.setdefault("state", {})["request"] = name
        exchange = _Exchange(receive, send, self._limit(scope), name)
        with self._span() as span:
            fault = await self._answered(scope, exchange)
            if span is not None:
                span.update_name(f"{method_of(scope)} {route_of(scope)}")
        self._tell(scope, exchange.status, time.perf_counter() - began, name, fault)

    def _bound_threads(self) -> None:
        """Few requests at once, each soon done: many threads of one interpreter only keep each other waiting."""
        if not self._bounded:
            current_default_thread_limiter().total_tokens = self.settings.limits.at_once
            self._bounded = True

    async def _answered(self, scope: Scope, exchange: _Exchange) -> str:
        """Have it answered; the kind and place of a fault, or nothing. Nobody is shown a traceback, and no log is given its message."""
        fault = ""
        try:
            await self._answer(scope, exchange)
        except Exception as error:  # noqa: BLE001 - the last place
            fault = "" if exchange.too_large else place_of(error)
        if exchange.too_large:
            await exchange.refuse(scope, problem(413, "the body is larger than this route takes"))
        elif fault:
            await exchange.refuse(scope, problem(500, "a fault of this program; nothing was done", request=exchange.name))
        return fault

    async def _answer(self, scope: Scope, exchange: _Exchange) -> None:
        wait = self._wait(scope)
        length = _header(scope, b"content-length")
        if wait:
            refusal = problem(429, f"too many requests; wait {wait} s")
            refusal.headers["Retry-After"] = str(wait)
            await exchange.refuse(scope, refusal)
        elif length.isdigit() and int(length) > exchange.limit:
            exchange.too_large = True
        else:
            await self.app(scope, exchange.counted, exchange.told)

    def _wait(self, scope: Scope) -> int:
        client = _client(scope)
        if scope["method"] == "POST" and scope["path"].rstrip("/") in _PLANNING and (wait := self._plans.wait(client)):
            return wait
        return 0 if scope["path"] in ("/health", "/ready") else self._rate.wait(client)

    def _limit(self, scope: Scope) -> int:
        if "form" in _header(scope, b"content-type"):
            return self.settings.limits.form_bytes
        return self.settings.limits.hook_bytes if scope["path"].startswith("/cds-services") else self.settings.limits.body_bytes

    def _tell(self, scope: Scope, status: int, seconds: float, name: str, fault: str) -> None:
        route, method = route_of(scope), method_of(scope)
        self.metrics.count("carewright_requests_total", method=method, route=route, status=str(status))
        self.metrics.took(seconds, route=route)
        for kind, what in scope.get("state", {}).get("counted", ()):
            self.metrics.count(f"carewright_hook_{kind}_total", kind=what)
        if fault:
            self.metrics.count("carewright_faults_total", route=route)
        if self.settings.logs.format == "json":
            line = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": "error" if fault else "info", "event": "request",
                "request": name, "method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1),
                **({"fault": fault} if fault else {}),
            }  # fmt: skip
            self.write(json.dumps(line))

    def _span(self) -> AbstractContextManager[Any]:
        """A span for the request, named by method and route and holding nothing else; none where they are off, or cannot be had."""
        if not self.settings.logs.spans:
            return nullcontext()
        try:
            from opentelemetry import trace
        except ImportError:
            return nullcontext()
        return trace.get_tracer("carewright").start_as_current_span("request", record_exception=False, set_status_on_exception=False)


def method_of(scope: Scope) -> str:
    """The method, or `OTHER`."""
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def route_of(scope: Scope) -> str:
    """The route as it is declared; `unknown` where there is none."""
    route = getattr(scope.get("route"), "path", None)
    if route is None:
        return "unknown"
    root = str(scope.get("root_path", ""))
    return f"{root}{route}" if root and not str(route).startswith(root) else str(route)


def _client(scope: Scope) -> str:
    """Whose bucket: that of a session or a token where there is one (as a digest), else that of an address."""
    cookie = next((part for part in _header(scope, b"cookie").split("; ") if part.startswith(_SESSION)), "")
    secret = cookie or _header(scope, b"authorization")
    if secret and not scope["path"].startswith("/cds-services"):
        return hashlib.sha256(secret.encode()).hexdigest()
    return str((scope.get("client") or ("nowhere",))[0])


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
