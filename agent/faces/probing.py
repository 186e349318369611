"""Probes of an installation that runs somewhere, over HTTP: does what it promises hold from outside?

First come controls: that it answers, that whoever is given is admitted, and that each look-out of this module sees what it looks for
when it is held before it. A refusal proves something only after those.
"""

from __future__ import annotations

import http.client
import json
import socket
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from agent.faces.conformance import Say, run_probes
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record

_TIMEOUT = 30
_MARK = "Zyxomarker-Smith-1947"
"""Stands for a patient's name: whatever is sent with it must not come back in a refusal."""
_PROBLEM = "application/problem+json"
_API = "/api/v1"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Its body. Raises ValueError."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Installation:
    """One that runs.

    Args:
        base: its URL.
        token: of a program that may read; empty where there is none.
        plan: whether the shipped, invented patient may be put on its worklist, to try the gate.
    """

    base: str
    token: str = ""
    plan: bool = False

    def ask(self, method: str, path: str, body: bytes | None = None, *, known: bool = False, **headers: str) -> Answer:
        """One request; with the token where `known`. Raises OSError."""
        parts = urllib.parse.urlsplit(self.base)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if known:
            sent["Authorization"] = f"Bearer {self.token}"
        try:
            connection.request(method, parts.path.rstrip("/") + path, body, sent)
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        finally:
            connection.close()


def probe_running(at: Installation, say: Say) -> list[str]:
    """What does not hold, a sentence each; where a control fails, that alone, for then the others prove nothing."""
    failures = _run(_CONTROLS, at, say)
    return failures or _run(_ALWAYS | (_WITH_TOKEN if at.token else {}), at, say)


def _run(probes: Mapping[str, Callable[[Installation], Iterator[str]]], at: Installation, say: Say) -> list[str]:
    return run_probes({name: partial(check, at) for name, check in probes.items()}, say, lambda error: type(error).__name__)


def _answers(at: Installation) -> Iterator[str]:
    for path in ("/health", "/ready"):
        answer = at.ask("GET", path)
        if answer.status != 200 or not answer.json.get("status"):
            yield f"{path} answers {answer.status}"


def _admits(at: Installation) -> Iterator[str]:
    if at.token and (answer := at.ask("GET", f"{_API}/tools", known=True)).status != 200:
        yield f"the token is not admitted ({answer.status})"
    if (
        at.token
        and (answer := at.ask("POST", f"{_API}/tools/calculate", b'{"name": "bmi"}', known=True, Content_Type="application/json")).status
        != 200
    ):
        yield f"a tool that is asked rightly answers {answer.status}"


def _sees(at: Installation) -> Iterator[str]:
    bad = Answer(500, {"content-type": "text/html", "server": "x"}, f"Traceback {_MARK}".encode())
    if len(list(_faults_of_refusal("x", bad, 401))) != 4 or len(list(_faults_of_headers("x", bad))) != len(_HEADERS) + 1:
        yield "a bad answer held before it is not seen"


def _gate(at: Installation) -> Iterator[str]:
    """Nothing leaves unsigned, and no program signs."""
    name = "w-0000000000"
    if at.plan:
        made = at.ask("POST", f"{_API}/plans?as_of={EXAMPLE_AS_OF}", example_record(), known=True, Content_Type="application/fhir+json")
        if made.status != 201:
            yield f"the invented patient cannot be put on the worklist ({made.status})"
            return
        name = made.json["id"]
    decision = {"interrupt": f"{name}.1", "digest": "sha256:" + "0" * 64, "decisions": [{"decision": "approve", "item": "rest"}]}
    signed = at.ask("POST", f"{_API}/plans/{name}/decisions", json.dumps(decision).encode(), known=True, Content_Type="application/json")
    if signed.status != 403:
        yield f"a token that decides is answered {signed.status}, not 403"
    if (out := at.ask("GET", f"{_API}/plans/{name}/release", known=True)).status not in (403, 404, 422):
        yield f"what nobody signed is given out ({out.status})"


def _digest(at: Installation) -> Iterator[str]:
    """The digest is that of the content."""
    import msgspec

    from tools.clinical.plan import Plan, plan_digest

    made = at.ask("POST", f"{_API}/drafts?as_of={EXAMPLE_AS_OF}", example_record(), known=True, Content_Type="application/fhir+json")
    if made.status == 403:  # a role that reads nothing
        return
    if made.status != 200:
        yield f"a draft is answered {made.status}"
        return
    plan = msgspec.json.decode(made.body, type=Plan)
    if plan_digest(plan) != plan.digest:
        yield "the digest of a plan is not that of its content"


def _audit(at: Installation) -> Iterator[str]:
    """The chain of the audit is whole; only an administrator's token is told."""
    answer = at.ask("GET", f"{_API}/audit", known=True)
    if answer.status == 403:
        return
    if answer.status != 200:
        yield f"the audit is answered {answer.status}"
        return
    yield from answer.json["faults"]


def _every_route_refuses(at: Installation) -> Iterator[str]:
    operations = at.ask("GET", f"{_API}/openapi.json").json["paths"]
    if not operations:
        yield "the OpenAPI names no route"
    for path, methods in operations.items():
        for method in methods:
            if path == "/sessions":
                continue
            answer = at.ask(method.upper(), _API + path.replace("{name}", _MARK), b"{}", Content_Type="application/json")
            yield from _faults_of_refusal(f"{method} {path} without a role", answer, 401)


def _every_page_refuses(at: Installation) -> Iterator[str]:
    for method, path in (("GET", "/"), ("GET", "/plans/w-0"), ("GET", "/plans/w-0/release"), ("POST", "/plans/w-0/decisions")):
        answer = at.ask(method, path, b"a=b" if method == "POST" else None, Content_Type="application/x-www-form-urlencoded")
        if answer.status not in (303, 401, 403):
            yield f"{method} {path} without signing in is answered {answer.status}"


def _refusals_are_problems(at: Installation) -> Iterator[str]:
    yield from _faults_of_refusal("a route that is not there", at.ask("GET", f"{_API}/{_MARK}"), 404)
    yield from _faults_of_refusal("a method that is not there", at.ask("PUT", f"{_API}/plans", b""), 405)
    yield from _faults_of_refusal("a wrong token", at.ask("GET", f"{_API}/plans", Authorization=f"Bearer {_MARK}"), 401)
    wrong = json.dumps({"user": _MARK, "password": _MARK}).encode()
    yield from _faults_of_refusal("a wrong password", at.ask("POST", f"{_API}/sessions", wrong, Content_Type="application/json"), 401)
    hook = at.ask("POST", "/cds-services/carewright-order-sign", f'{{"hook": "{_MARK}"}}'.encode(), Content_Type="application/json")
    if hook.status != 404:  # hooks may be off
        yield from _faults_of_refusal("a malformed call of a hook", hook, hook.status if hook.status in (400, 401) else 400)
    if at.token:
        bad = at.ask("POST", f"{_API}/drafts", f'{{"resourceType": "{_MARK}"'.encode(), known=True, Content_Type="application/json")
        yield from _faults_of_refusal("a record that cannot be read", bad, bad.status if bad.status in (403, 422) else 422)


def _limits(at: Installation) -> Iterator[str]:
    """A body that says that it is a terabyte is refused before it is sent."""
    parts = urllib.parse.urlsplit(at.base)
    if parts.scheme != "http":
        return
    head = f"POST {_API}/drafts HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\nContent-Length: {10**12}\r\n\r\n"
    with socket.create_connection((parts.hostname or "", parts.port or 80), _TIMEOUT) as line:
        line.sendall(head.encode())
        said = line.recv(64).split(b" ")
    if said[1:2] != [b"413"]:
        yield f"a body of a terabyte is answered {said[1:2]}"


def _headers(at: Installation) -> Iterator[str]:
    for path in ("/sign-in", f"{_API}/plans", "/cds-services", "/health"):
        yield from _faults_of_headers(path, at.ask("GET", path))


def _origins(at: Installation) -> Iterator[str]:
    for path in ("/cds-services", f"{_API}/tools", "/sign-in"):
        if "access-control-allow-origin" in at.ask("GET", path, Origin="https://elsewhere.example").headers:
            yield f"{path} may be read by scripts of any origin"


_HEADERS = {
    "content-security-policy": ("default-src 'none'", "unsafe-"),
    "x-content-type-options": ("nosniff", ""),
    "x-frame-options": ("DENY", ""),
    "referrer-policy": ("no-referrer", ""),
    "cache-control": ("no-store", ""),
}
"""Header → what it says, and what it must not say."""


def _faults_of_headers(path: str, answer: Answer) -> Iterator[str]:
    for name, (wanted, never) in _HEADERS.items():
        said = answer.headers.get(name, "")
        if wanted not in said or (never and never in said):
            yield f"{path}: {name} is {said!r}"
    if "server" in answer.headers:
        yield f"{path}: it names its server"


def _faults_of_refusal(what: str, answer: Answer, status: int) -> Iterator[str]:
    if answer.status != status:
        yield f"{what} is answered {answer.status}, not {status}"
    if not answer.headers.get("content-type", "").startswith(_PROBLEM):
        yield f"{what} is not refused as {_PROBLEM}"
    if b"Traceback" in answer.body:
        yield f"{what} shows a traceback"
    if _MARK.encode() in answer.body:
        yield f"{what} repeats what was sent"


_CONTROLS: dict[str, Callable[[Installation], Iterator[str]]] = {
    "control: it answers": _answers,
    "control: whoever is given is admitted": _admits,
    "control: a bad answer would be seen": _sees,
}
_ALWAYS: dict[str, Callable[[Installation], Iterator[str]]] = {
    "every route refuses without a role": _every_route_refuses,
    "every page refuses without signing in": _every_page_refuses,
    "refusals are problem details, and repeat nothing": _refusals_are_problems,
    "what is too large is refused": _limits,
    "every answer carries the headers": _headers,
    "no other origin may read": _origins,
}
_WITH_TOKEN: dict[str, Callable[[Installation], Iterator[str]]] = {
    "nothing leaves unsigned, and no program signs": _gate,
    "the digest covers the whole plan": _digest,
    "the chain of the audit is whole": _audit,
}
